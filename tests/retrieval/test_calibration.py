"""A threshold fitted to questions whose answers are known."""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.calibration import LEAST, calibrate, refuse_too_few, threshold_for
from retrieval.evaluation import evaluate
from retrieval.library import Library
from retrieval.questions import read_questions
from retrieval.threshold import CalibrationError

EVERY = read_questions(Path(__file__).parents[1] / "data" / "questions.jsonl")
ANSWERABLE = [question for question in EVERY if question.answerable]
UNANSWERABLE = [question for question in EVERY if not question.answerable]
SOME = (*ANSWERABLE[:20], *UNANSWERABLE[:20])
CONFIDENCES = st.lists(st.floats(0.001, 0.99), min_size=1, max_size=50)


@pytest.fixture
def library(shipped_index: Path, embedder: Any) -> Iterator[Library]:
    with Library.open(shipped_index, embedder) as opened:
        yield opened


def test_the_threshold_lies_half_way_below_the_last_question_that_is_to_be_answered() -> None:
    assert threshold_for([0.9, 0.8, 0.7, 0.2], [0.9, 0.8, 0.7, 0.5, 0.2, 0.1], answered=0.75) == (0.7 + 0.5) / 2


def test_the_threshold_lies_half_way_to_nothing_where_nothing_is_below() -> None:
    assert threshold_for([0.8, 0.4], [0.8, 0.4], answered=1.0) == 0.4 / 2


@given(CONFIDENCES, CONFIDENCES, st.floats(0.01, 1))
def test_at_least_the_share_asked_for_reaches_the_threshold(
    answerable: list[float], others: list[float], answered: float
) -> None:
    threshold = threshold_for(answerable, [*answerable, *others], answered)
    assert 0 < threshold < 1
    assert sum(each >= threshold for each in answerable) >= answered * len(answerable) - 1e-6


@given(CONFIDENCES, st.floats(0.01, 1))
def test_no_higher_threshold_would_do(answerable: list[float], answered: float) -> None:
    threshold = threshold_for(answerable, answerable, answered)
    reached = [each for each in answerable if each > min(each for each in answerable if each >= threshold)]
    assert len(reached) < answered * len(answerable)


def test_a_share_that_no_threshold_reaches_is_said_with_the_share_that_one_does() -> None:
    with pytest.raises(CalibrationError, match=r"No threshold answers 90% .+ only 75% .+ --answered"):
        threshold_for([0.9, 0.8, 0.7, 0.0], [0.9, 0.8, 0.7, 0.0], answered=0.9)


@pytest.mark.parametrize("answered", [0.6, 0.8, 1.0])
def test_the_share_asked_for_is_answered_after_a_calibration(library: Library, answered: float) -> None:
    calibration = calibrate(library, SOME, answered, name="some.jsonl")
    measured = evaluate(library.calibrated(calibration), SOME).to_json()
    assert measured["false_refusal_rate"] == pytest.approx(1 - answered)
    assert calibration.after["false_refusal_rate"] == measured["false_refusal_rate"]


def test_a_calibration_tells_what_it_was_made_of(library: Library) -> None:
    calibration = calibrate(library, SOME, 0.8, name="some.jsonl")
    assert (calibration.questions, calibration.answerable, calibration.unanswerable) == ("some.jsonl", 20, 20)
    assert (calibration.model, calibration.answered) == (library.generation.model, 0.8)
    before = evaluate(library, SOME).to_json()
    assert calibration.before == {key: before[key] for key in calibration.before}
    assert calibration.after["auroc"] == pytest.approx(calibration.before["auroc"])


def test_a_calibration_made_anew_is_the_same_whatever_the_one_before_was(library: Library) -> None:
    plain = calibrate(library, SOME, name="some.jsonl")
    again = calibrate(library.calibrated(replace(plain, shift=2.0)), SOME, name="some.jsonl")
    # Half-way between two confidences is elsewhere when they are shifted, but between the same two questions.
    assert again.after == pytest.approx(plain.after, abs=0.05)
    assert again.after["false_refusal_rate"] == plain.after["false_refusal_rate"]
    assert math.isclose(again.shift, plain.shift, abs_tol=0.2)


def test_progress_is_told_of_both_times_the_questions_are_asked(library: Library) -> None:
    told: list[tuple[str, int, int]] = []
    calibrate(library, SOME, name="", progress=lambda phase, done, total: told.append((phase, done, total)))
    both = [(phase, done) for phase in ("asking", "asking again") for done in range(1, 41)]
    assert told == [(phase, done, 40) for phase, done in both]


@pytest.mark.parametrize(
    ("answerable", "unanswerable"), [(LEAST - 1, LEAST), (LEAST, LEAST - 1), (40, 0), (0, 40), (5, 5)]
)
def test_too_few_questions_of_a_kind_are_refused_with_the_number_needed(
    library: Library, answerable: int, unanswerable: int
) -> None:
    few = (*ANSWERABLE[:answerable], *UNANSWERABLE[:unanswerable])
    with pytest.raises(CalibrationError, match=f"at least {LEAST} .+ these are {answerable} and {unanswerable}"):
        calibrate(library, few, name="few.jsonl")


def test_just_enough_questions_are_not_refused() -> None:
    refuse_too_few((*ANSWERABLE[:LEAST], *UNANSWERABLE[:LEAST]))


def test_questions_about_documents_that_are_not_here_are_refused_with_their_names(library: Library) -> None:
    elsewhere = replace(ANSWERABLE[0], document=("S_RES_1167_1998.txt",), accept_also=())
    with pytest.raises(CalibrationError, match=r"1 of the 21 .+ S_RES_1167_1998\.txt\. .+The old threshold stays"):
        calibrate(library, (*SOME, elsewhere), name="some.jsonl")
