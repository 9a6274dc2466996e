"""The library in use, followed: what is asked after a switch is answered from the new one, what is under way is not."""

from __future__ import annotations

import gc
import shutil
import weakref
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from retrieval.current import CurrentLibrary
from retrieval.embedding import Embedder
from retrieval.library import Library
from retrieval.threshold import Calibration, confidence_model, keep_calibration

QUOLLS = "1. Decides that every quoll shall be fed at dawn.\n"

Build = Callable[..., object]


class Followed:
    """A library that is followed, what it told, and how it is asked."""

    def __init__(self, index: Path, embedder: Embedder) -> None:
        self.told: list[str] = []
        self.current = CurrentLibrary(
            index, lambda index: Library.open(index, embedder), lambda library: library, self.told.append,
            Library.open(index, embedder),
        )  # fmt: skip

    def found(self, words: str) -> Sequence[str]:
        with self.current.lent() as library:
            assert library is not None
            return [each.text for each in library.search(words) if words in each.text]


@pytest.fixture
def followed(index: Path, embedder: Embedder) -> Followed:
    return Followed(index, embedder)


def test_a_library_that_did_not_change_is_not_opened_again(followed: Followed) -> None:
    before = followed.current.made
    assert not followed.current.look()
    assert not followed.current.look()
    assert followed.current.made is before


def test_after_a_switch_new_documents_are_found_and_removed_ones_are_not(
    followed: Followed, documents: Path, index: Path, build: Build
) -> None:
    assert followed.found("the mandate of UNMOT until 15 May 1998")
    (documents / "S_RES_1138_1997.txt").unlink()
    (documents / "quolls.txt").write_text(QUOLLS)
    build(documents, index)
    assert followed.current.look()
    assert followed.found("quoll shall be fed")
    assert not followed.found("the mandate of UNMOT until 15 May 1998")
    assert followed.told == []


def test_a_question_keeps_the_generation_it_began_with_which_is_then_let_go_of(
    followed: Followed, documents: Path, index: Path, build: Build
) -> None:
    gc.disable()  # what only a look for garbage finds would stay: it does not look at what was frozen
    try:
        with followed.current.lent() as library:
            assert library is not None
            held = weakref.ref(library._store.words)
            (documents / "S_RES_1138_1997.txt").unlink()
            build(documents, index)
            assert followed.current.look()
            assert library.find("1138 OP 5").passages
            assert library.answer("When does the mandate of UNMOT end?").quotations
        assert held() is None
    finally:
        gc.enable()


def test_a_generation_that_cannot_be_opened_is_told_once_and_the_one_before_answers(
    followed: Followed, documents: Path, index: Path, build: Build, bag_of_words: Callable[[str], Embedder]
) -> None:
    build(documents, index, bag_of_words("another model"))
    assert not followed.current.look()
    assert not followed.current.look()
    assert ["another model" in each for each in followed.told] == [True]
    assert followed.found("the mandate of UNMOT until 15 May 1998")
    build(documents, index)
    assert followed.current.look()


def test_a_damaged_generation_is_not_switched_to(
    followed: Followed, documents: Path, index: Path, build: Build
) -> None:
    (documents / "quolls.txt").write_text(QUOLLS)
    build(documents, index)
    folder = index / (index / "CURRENT").read_text().strip()
    (folder / "corpus.sqlite").unlink()
    assert not followed.current.look()
    assert "corpus.sqlite is incomplete" in followed.told[0]
    assert followed.found("the mandate of UNMOT until 15 May 1998")


def test_an_index_that_is_gone_leaves_the_one_that_is_open(followed: Followed, index: Path) -> None:
    shutil.rmtree(index)
    assert not followed.current.look()
    assert len(followed.told) == 1
    with followed.current.lent() as library:
        assert library is not None
        assert library.find("1138 OP 5").passages


def test_a_calibration_that_was_made_meanwhile_is_used(followed: Followed, index: Path) -> None:
    assert not followed.current.look()
    assert followed.current.made is not None
    generation = followed.current.made.generation
    calibration = Calibration(
        shift=0.3,
        answered=0.9,
        questions="some.jsonl",
        answerable=1,
        unanswerable=1,
        made=datetime(2026, 1, 1, tzinfo=UTC),
        model=generation.model,
        index_version=generation.index_version,
        confidence=confidence_model(),
        before={},
        after={},
    )
    keep_calibration(index, calibration)
    assert followed.current.look()
    assert followed.current.made.calibration == calibration


def test_where_nothing_was_open_the_first_look_opens_and_what_is_let_go_of_is_closed(
    index: Path, embedder: Embedder
) -> None:
    current = CurrentLibrary(index, lambda index: Library.open(index, embedder), lambda library: library, print)
    with current.lent() as nothing:
        assert nothing is None
    assert current.look()
    current.let_go()
    assert current.made is None
    assert current.look()
    current.close()
    assert current.made is None
