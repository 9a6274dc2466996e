"""The calibration that is kept beside an index: written whole, read again, refused where it belongs to another."""

from __future__ import annotations

import json
import math
import os
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.confidence import THRESHOLD, Signals, confidence_of
from retrieval.generations import IndexNotWritten, open_current
from retrieval.library import Library
from retrieval.store import INDEX_VERSION, Generation
from retrieval.threshold import (
    FILE,
    Calibration,
    CalibrationError,
    confidence_model,
    forget_calibration,
    keep_calibration,
    kept_calibration,
)

CALIBRATION = Calibration(
    shift=0.5,
    answered=0.9,
    questions="questions.jsonl",
    answerable=60,
    unanswerable=20,
    made=datetime(2026, 11, 22, 20, 30, tzinfo=UTC),
    model="bag of words",
    index_version=INDEX_VERSION,
    confidence=confidence_model(),
    before={"auroc": 0.7, "ece": None},
    after={"auroc": 0.7, "ece": 0.1},
)


def generation_of(index: Path) -> Generation:
    store = open_current(index)
    store.close()
    return store.generation


def test_what_was_kept_is_read_again(index: Path) -> None:
    assert keep_calibration(index, CALIBRATION) == index / FILE
    assert kept_calibration(index, generation_of(index)) == CALIBRATION


def test_nothing_kept_is_no_calibration(index: Path) -> None:
    assert kept_calibration(index, generation_of(index)) is None


def test_a_calibration_replaces_the_one_before_and_leaves_nothing_beside_it(index: Path) -> None:
    before = set(index.iterdir())
    keep_calibration(index, CALIBRATION)
    keep_calibration(index, replace(CALIBRATION, shift=-1.0))
    assert set(index.iterdir()) - before == {index / FILE}
    kept = kept_calibration(index, generation_of(index))
    assert kept is not None
    assert kept.shift == -1.0


def test_a_refresh_leaves_the_calibration_alone(index: Path, documents: Path, build: Any) -> None:
    keep_calibration(index, CALIBRATION)
    (documents / "new.txt").write_text("The wombat sleeps until noon.")
    assert build(documents, index).changed_anything
    assert kept_calibration(index, generation_of(index)) == CALIBRATION


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        ({"model": "another"}, "made with the model another"),
        ({"index_version": INDEX_VERSION + 1}, "another version of this program"),
        ({"confidence": (0.0, 1.0)}, "another version of this program"),
    ],
)
def test_a_calibration_of_something_else_is_not_used(index: Path, other: dict[str, Any], reason: str) -> None:
    keep_calibration(index, replace(CALIBRATION, **other))
    with pytest.raises(CalibrationError, match=reason) as refused:
        kept_calibration(index, generation_of(index))
    assert "rapporteur calibrate --reset" in str(refused.value)


SPOILT = {
    "empty": "",
    "cut": '{"shift": 0.5,',
    "a list": "[1, 2]",
    "a number": "1",
    "of other keys": '{"shift": 0.5}',
    "endless": json.dumps(CALIBRATION.to_json() | {"shift": math.inf}),
    "no number": json.dumps(CALIBRATION.to_json() | {"shift": math.nan}),
    "words": json.dumps(CALIBRATION.to_json() | {"shift": "much"}),
    "no time": json.dumps(CALIBRATION.to_json() | {"made": "yesterday"}),
    "deep": "[" * 100_000,
}


@pytest.mark.parametrize("text", SPOILT.values(), ids=SPOILT)
def test_a_file_that_is_no_calibration_is_not_used(index: Path, text: str) -> None:
    (index / FILE).write_text(text)
    with pytest.raises(CalibrationError, match="cannot be read"):
        kept_calibration(index, generation_of(index))


def test_a_library_opens_with_the_calibration_of_its_index(index: Path, embedder: Any) -> None:
    keep_calibration(index, CALIBRATION)
    with Library.open(index, embedder) as library:
        assert library.calibration == CALIBRATION
        assert library.calibration_problem is None


def test_a_library_opens_without_a_calibration_it_cannot_use_and_says_why(index: Path, embedder: Any) -> None:
    (index / FILE).write_text("{}")
    with Library.open(index, embedder) as library:
        assert library.calibration is None
        assert library.calibration_problem is not None
        assert str(index / FILE) in library.calibration_problem


def test_a_calibration_shifts_the_confidence_and_nothing_else(shipped_index: Path, embedder: Any) -> None:
    with Library.open(shipped_index, embedder) as library:
        plain = library.answer("When does the mandate of UNMOT end?")
        shifted = library.calibrated(CALIBRATION).answer("When does the mandate of UNMOT end?")
        again = library.answer("When does the mandate of UNMOT end?")
    assert math.log(shifted.confidence / (1 - shifted.confidence)) == pytest.approx(
        math.log(plain.confidence / (1 - plain.confidence)) + CALIBRATION.shift
    )
    assert (*shifted.quotations, *shifted.nearest) == (*plain.quotations, *plain.nearest)
    assert again.confidence == plain.confidence


def test_a_question_is_answered_from_one_half_on_whatever_the_calibration(shipped_index: Path, embedder: Any) -> None:
    with Library.open(shipped_index, embedder) as library:
        for shift in (-9.0, 9.0):
            answer = library.calibrated(replace(CALIBRATION, shift=shift)).answer("When does the mandate end?")
            assert answer.found == (answer.confidence >= THRESHOLD) == (shift > 0)


def test_a_paragraph_asked_for_by_its_name_does_not_depend_on_the_calibration(
    shipped_index: Path, embedder: Any
) -> None:
    with Library.open(shipped_index, embedder) as library:
        shifted = library.calibrated(replace(CALIBRATION, shift=-9.0))
        assert shifted.answer("1138 OP 5").confidence == library.answer("1138 OP 5").confidence
        assert shifted.answer("1138 OP 5").found


@given(st.floats(-5, 5), st.floats(0, 1), st.floats(0, 0.4))
def test_the_old_threshold_is_the_confidence_that_the_shift_brings_to_one_half(
    shift: float, tokens: float, lead: float
) -> None:
    signals = Signals(tokens, lead, 0.0, 0.0, 0.0)
    answered_before = confidence_of(signals) > replace(CALIBRATION, shift=shift).old_threshold + 1e-9
    declined_before = confidence_of(signals) < replace(CALIBRATION, shift=shift).old_threshold - 1e-9
    assert not answered_before or confidence_of(signals, shift) > 0.5
    assert not declined_before or confidence_of(signals, shift) < 0.5


def test_a_calibration_that_is_forgotten_is_gone(index: Path) -> None:
    keep_calibration(index, CALIBRATION)
    assert forget_calibration(index)
    assert kept_calibration(index, generation_of(index)) is None
    assert not forget_calibration(index)


def test_there_is_nothing_to_forget_where_there_is_no_index(tmp_path: Path) -> None:
    assert not forget_calibration(tmp_path / "none")


def test_a_calibration_that_cannot_be_written_is_said_and_the_old_one_stays(index: Path) -> None:
    keep_calibration(index, CALIBRATION)
    aside = index / f".{FILE}-{os.getpid()}"
    aside.mkdir()  # what it is written to first is in the way
    with pytest.raises(IndexNotWritten, match="The old one stays"):
        keep_calibration(index, replace(CALIBRATION, shift=3.0))
    assert kept_calibration(index, generation_of(index)) == CALIBRATION
