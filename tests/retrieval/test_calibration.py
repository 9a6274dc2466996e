"""Coefficients fitted to questions whose answers are known."""

from __future__ import annotations

from dataclasses import fields
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.calibration import ANSWERED, Floats, fitted, intercept, samples
from retrieval.confidence import Signals
from retrieval.library import Library
from retrieval.questions import Question

Collection = tuple[Floats, Floats]


def drawn(seed: int, questions: int = 200, shift: float = 0.0) -> Collection:
    """Draw signals: the first speaks for an answer, the second against one, the third says nothing."""
    random = np.random.default_rng(seed)
    answerable = (np.arange(questions) % 2).astype(float)
    noise = random.normal(size=(questions, 3)) + shift
    return noise + np.outer(answerable, [2.0, -2.0, 0.0]), answerable


def test_the_sign_of_a_signal_that_separates_is_recovered() -> None:
    speaks_for, speaks_against, _ = fitted([drawn(1)])
    assert speaks_for > 0.5
    assert speaks_against < -0.5


def test_a_signal_that_says_nothing_hardly_counts() -> None:
    speaks_for, _, nothing = fitted([drawn(1)])
    assert abs(nothing) < speaks_for / 4


def test_signals_that_separate_perfectly_do_not_run_away() -> None:
    answerable = (np.arange(40) % 2).astype(float)
    coefficients = fitted([(answerable[:, None] * 2 - 1, answerable)])
    assert 0 < coefficients[0] < 10


def test_a_collection_may_lie_elsewhere_than_another() -> None:
    together = fitted([drawn(1), drawn(2, shift=5.0)])
    assert together == pytest.approx(fitted([drawn(1), drawn(2)]), abs=1e-3)


def test_a_large_collection_counts_no_more_than_a_small_one() -> None:
    signals, answerable = drawn(1)
    repeated = (np.tile(signals, (5, 1)), np.tile(answerable, 5))
    other = drawn(3, questions=100)
    # The ridge weighs less where there are more questions: the coefficients are like, not the same.
    assert fitted([repeated, other]) == pytest.approx(fitted([(signals, answerable), other]), rel=0.1, abs=0.05)


def test_the_same_questions_give_the_same_coefficients() -> None:
    assert fitted([drawn(1)]).tolist() == fitted([drawn(1)]).tolist()


@pytest.mark.parametrize("seed", range(5))
def test_the_intercept_lets_nine_in_ten_answerable_questions_through(seed: int) -> None:
    signals, answerable = drawn(seed)
    coefficients = fitted([(signals, answerable)])
    confidence = 1 / (1 + np.exp(-intercept(coefficients, signals, answerable) - signals @ coefficients))
    assert np.mean(confidence[answerable == 1] >= 0.5) == pytest.approx(ANSWERED, abs=0.01)


def test_samples_are_the_signals_of_questions_that_need_a_search(shipped_index: Path, embedder: Any) -> None:
    questions = [
        Question("1", "When does the mandate of UNMOT end?", answerable=True),
        Question("2", "What do quolls eat?", answerable=False),
        Question("3", "1138 OP 5", answerable=True),  # looked up, not searched
        Question("4", "1138 OP 99", answerable=False),
    ]
    with Library.open(shipped_index, embedder) as library:
        signals, answerable = samples(library, questions)
    assert signals.shape == (2, len(fields(Signals)))
    assert answerable.tolist() == [1.0, 0.0]
