"""Coefficients fitted to questions whose answers are known."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.calibration import ANSWERED
from retrieval.confidence import Signals
from retrieval.fitting import Against, Samples, fitted, intercept, right_passages, samples
from retrieval.library import Library
from retrieval.questions import Question

RESOLUTION = "S_RES_1138_1997.txt"
MANDATE = Question("1", "When does the mandate of UNMOT end?", True, answers=("until 15 May",), document=(RESOLUTION,))
QUOLLS = Question("2", "What do quolls eat?", answerable=False)


@pytest.fixture
def library(shipped_index: Path, embedder: Any) -> Iterator[Library]:
    with Library.open(shipped_index, embedder) as opened:
        yield opened


def drawn(seed: int, questions: int = 200, shift: float = 0.0) -> Samples:
    """Draw signals: the first speaks for an answer, the second against one, the third says nothing."""
    random = np.random.default_rng(seed)
    answerable = (np.arange(questions) % 2).astype(float)
    noise = random.normal(size=(questions, 3)) + shift
    return judged(noise + np.outer(answerable, [2.0, -2.0, 0.0]), answerable)


def judged(signals: Any, answerable: Any) -> Samples:
    return Samples(signals, tuple(Against.NONE if each else Against.UNANSWERABLE for each in answerable))


def test_the_sign_of_a_signal_that_separates_is_recovered() -> None:
    speaks_for, speaks_against, _ = fitted([drawn(1)])
    assert speaks_for > 0.5
    assert speaks_against < -0.5


def test_a_signal_that_says_nothing_hardly_counts() -> None:
    speaks_for, _, nothing = fitted([drawn(1)])
    assert abs(nothing) < speaks_for / 4


def test_signals_that_separate_perfectly_do_not_run_away() -> None:
    answerable = (np.arange(40) % 2).astype(float)
    coefficients = fitted([judged(answerable[:, None] * 2 - 1, answerable)])
    assert 0 < coefficients[0] < 10


def test_a_collection_may_lie_elsewhere_than_another() -> None:
    together = fitted([drawn(1), drawn(2, shift=5.0)])
    assert together == pytest.approx(fitted([drawn(1), drawn(2)]), abs=1e-3)


def test_a_large_collection_counts_no_more_than_a_small_one() -> None:
    one, other = drawn(1), drawn(3, questions=100)
    repeated = Samples(np.tile(one.signals, (5, 1)), one.against * 5)
    # The ridge weighs less where there are more questions: the coefficients are like, not the same.
    assert fitted([repeated, other]) == pytest.approx(fitted([one, other]), rel=0.1, abs=0.05)


def test_the_same_questions_give_the_same_coefficients() -> None:
    assert fitted([drawn(1)]).tolist() == fitted([drawn(1)]).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_intercept_lets_nine_in_ten_answerable_questions_through(seed: int) -> None:
    one = drawn(seed)
    coefficients = fitted([one])
    confidence = 1 / (1 + np.exp(-intercept(coefficients, one) - one.signals @ coefficients))
    assert np.mean(confidence[one.answerable == 1] >= 0.5) == pytest.approx(ANSWERED, abs=0.01)


def test_each_reason_why_not_counts_as_much_as_another_and_together_as_much_as_answers() -> None:
    against = (Against.NONE,) * 3 + (Against.NEAR,) * 5 + (Against.OFF,)
    weights = Samples(np.zeros((9, 1)), against).weights
    answered, near, off = weights[:3].sum(), weights[3:8].sum(), weights[8:].sum()
    assert answered == pytest.approx(near + off)
    assert near == pytest.approx(off)
    assert weights.mean() == pytest.approx(1)


def test_the_area_is_that_against_one_sort() -> None:
    signals = np.array([[3.0], [1.0], [2.0], [0.0]])
    found = Samples(signals, (Against.NONE, Against.NONE, Against.NEAR, Against.OFF))
    assert found.auroc(np.array([1.0]), Against.NEAR) == 1 / 2
    assert found.auroc(np.array([1.0]), Against.OFF) == 1
    assert found.auroc(np.array([1.0]), Against.UNANSWERABLE) is None


def test_a_question_is_asked_as_it_is_and_with_its_right_passages_passed_over(library: Library) -> None:
    found = samples(library, [MANDATE, QUOLLS])
    assert found.signals.shape == (3, len(fields(Signals)))
    assert found.against == (Against.NONE, Against.NEAR, Against.UNANSWERABLE)
    assert found.signals[0].tolist() != found.signals[1].tolist()


def test_questions_about_other_collections_are_off_topic(library: Library) -> None:
    assert samples(library, [QUOLLS], [QUOLLS]).against == (Against.UNANSWERABLE, Against.OFF)


def test_what_is_looked_up_is_not_sampled(library: Library) -> None:
    looked_up = [Question("3", "1138 OP 5", answerable=False), Question("4", "1138 OP 99", answerable=False)]
    assert samples(library, [*looked_up, QUOLLS]).against == (Against.UNANSWERABLE,)


def test_the_right_passages_are_those_with_an_answer_in_a_document_that_counts(library: Library) -> None:
    assert [passage.locator for passage in right_passages(library, MANDATE)] == ["para. 5"]
    assert right_passages(library, QUOLLS) == []


def test_what_is_passed_over_is_not_found(library: Library) -> None:
    right = right_passages(library, MANDATE)
    with_it, without_it = library.signals(MANDATE.question), library.signals(MANDATE.question, without=right)
    assert with_it != without_it
    assert library.signals(MANDATE.question, without=library.passages(RESOLUTION)) != without_it
