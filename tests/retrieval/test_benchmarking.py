"""Questions made of the documents, and where the time of an answer goes."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from corpus.folder import read_folder
from retrieval.benchmarking import Measurement, milliseconds, profile, questions_from, texts_of, texts_per_second
from retrieval.library import Library

PHASES = {
    "reading the question", "embedding", "which document is meant", "candidates", "weighing",
    "late interaction", "reading words", "quoting",
    "the rest",
}  # fmt: skip


@pytest.fixture
def library(shipped_index: Path, embedder: Any) -> Iterator[Library]:
    with Library.open(shipped_index, embedder) as library:
        yield library


def test_questions_are_words_of_the_documents_and_name_where_they_stand(library: Library) -> None:
    for question in questions_from(library, 30):
        (document,), (sentence,) = question.document, question.answers
        assert any(sentence in passage.text for passage in library.passages(document))
        assert question.question in " ".join(sentence.split())
        assert question.question[0].isalnum() or question.question[0] in "\"“‘'*"


def test_questions_are_as_many_as_wanted_and_all_different(library: Library) -> None:
    questions = [each.question for each in questions_from(library, 50)]
    assert len(set(questions)) == len(questions) == 50


def test_there_are_no_more_questions_than_sentences(library: Library) -> None:
    assert 50 < len(questions_from(library, 10_000)) <= library.generation.sentences


def test_the_same_index_gives_the_same_questions(library: Library) -> None:
    assert questions_from(library, 20) == questions_from(library, 20)


def test_every_answer_has_its_time(library: Library) -> None:
    times = milliseconds(library, ["When does the mandate end?", "Who?"])
    assert len(times) == 2
    assert min(times) > 0


def test_every_part_of_an_answer_has_its_time(library: Library) -> None:
    found = profile(library, ["When does UNMOT's mandate end?", "who commands the military observers"])
    assert set(found) == PHASES
    assert all(value > 0 for value in found.values()), found


def test_only_the_library_that_is_profiled_is_timed(library: Library, shipped_index: Path, embedder: Any) -> None:
    profile(library, ["Who?"])
    with Library.open(shipped_index, embedder) as other:
        assert "_query" in vars(library)
        assert "_query" not in vars(other)


def test_the_texts_of_documents_are_those_that_indexing_embeds(
    documents: Path, tmp_path: Path, build: Callable[..., Any], embedder: Any
) -> None:
    build(documents, tmp_path / "new", embedder)
    texts = texts_of(read_folder(documents, lambda done, total: None).documents)
    assert sorted(texts) == sorted(embedder.texts)


def test_the_rate_of_an_embedder_is_that_of_all_texts(embedder: Any) -> None:
    assert texts_per_second(embedder, ["one", "two"]) > 0
    assert embedder.texts == ["one", "two"]


@pytest.mark.parametrize(
    ("value", "unit", "reference", "ratio"),
    [(2.0, "ms", 10.0, 5.0), (50.0, "/s", 10.0, 5.0), (2.0, "bytes", None, None), (None, "bytes", 3.0, None)],
)
def test_a_ratio_tells_how_many_times_better(
    value: float | None, unit: Any, reference: float | None, ratio: float | None
) -> None:
    assert Measurement("key", "name", value, unit, "note", reference).ratio == ratio
