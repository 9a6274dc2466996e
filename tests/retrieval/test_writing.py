"""The files of a generation, written document by document, and the proof that they can be read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.document import Document
from corpus.folder import read_folder
from retrieval.embedding import Embedding
from retrieval.generations import IndexNotWritten
from retrieval.model_files import EmbeddingError
from retrieval.rows import DocumentRow, Texts, document_row
from retrieval.store import Generation, Store
from retrieval.writing import GenerationWriter, verify

SHARED = "The keeper feeds the quolls."
FIRST = f"Wombats dig burrows. {SHARED}\n\nLanterns burn at night.\n"
SECOND = f"Visitors may come at noon.\n\n{SHARED} Nobody else may enter.\n"


class Recording:
    """The vectors of texts, and which were asked for, by their kind."""

    def __init__(self, embedder: Any, texts: Texts) -> None:
        self._embedder = embedder
        self._texts = texts
        self.asked: list[tuple[str, str]] = []

    def sentence(self, key: bytes) -> Embedding:
        return self._embedding("sentence", self._texts.sentences[key])

    def setting(self, key: bytes) -> Embedding:
        return self._embedding("setting", self._texts.settings[key])

    def _embedding(self, kind: str, text: str) -> Embedding:
        self.asked.append((kind, text))
        found: Embedding = next(self._embedder.embed([text]))
        return found


@pytest.fixture
def documents(tmp_path: Path) -> tuple[Document, ...]:
    """Two documents that share a sentence, in order of their names."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "first.txt").write_text(FIRST)
    (tmp_path / "documents" / "second.txt").write_text(SECOND)
    return read_folder(tmp_path / "documents").documents


@pytest.fixture
def vectors(embedder: Any) -> Recording:
    return Recording(embedder, Texts())


@pytest.fixture
def rows(documents: tuple[Document, ...], vectors: Recording) -> list[DocumentRow]:
    return [document_row(document, vectors._texts) for document in documents]


@pytest.fixture
def written(tmp_path: Path, rows: list[DocumentRow], vectors: Recording, embedder: Any) -> Generation:
    """What the manifest says of a generation of both documents in the folder `aside`."""
    (tmp_path / "aside").mkdir()
    with GenerationWriter(tmp_path / "aside", embedder.dimension) as writer:
        for row in rows:
            writer.add(row, vectors)
        return writer.finish(tmp_path / "documents", embedder)


@pytest.fixture
def store(written: Generation, tmp_path: Path) -> Iterator[Store]:
    with closing(Store.open(tmp_path / "aside", check=True)) as opened:
        yield opened


def texts_with(store: Store, row: int) -> list[str]:
    """Return the passages with a sentence in a row of vectors, as text."""
    return [each.text for each in store.passages_by_id(store.columns.passages_of_texts([row]).tolist())]


def test_equal_sentences_of_two_documents_share_one_row_and_both_passages_are_found_by_it(
    store: Store, embedder: Any
) -> None:
    assert store.generation.sentences == 6
    assert len(store.sentence_vectors) == len(store.sentence_tokens) == 5
    (row,) = store.sentence_vectors.search(next(embedder.embed([SHARED])).vector, 1)
    assert texts_with(store, row) == [f"Wombats dig burrows. {SHARED}", f"{SHARED} Nobody else may enter."]


def test_each_sentence_of_a_passage_has_the_vectors_of_its_own_words(store: Store, embedder: Any) -> None:
    for number in range(store.generation.passages):
        (passage,) = store.passages_by_id([number])
        sentences, _ = store.columns.sentences(np.array([number]))
        for row, (start, end) in zip(store.columns.texts(sentences), store.columns.spans(sentences), strict=True):
            (wanted,) = embedder.embed([passage.text[start:end]])
            ids, tokens = store.sentence_tokens.tokens(int(row))
            assert store.sentence_vectors.vectors([int(row)])[0] == pytest.approx(wanted.vector, abs=1e-3)
            assert ids.tolist() == wanted.token_ids.tolist()
            assert (tokens == wanted.token_vectors).all()


def test_vectors_are_asked_for_once_however_often_their_words_occur(written: Generation, vectors: Recording) -> None:
    assert len(set(vectors.asked)) == len(vectors.asked)
    assert vectors.asked.count(("sentence", SHARED)) == 1


def test_what_is_written_is_what_the_manifest_counts(store: Store, written: Generation) -> None:
    assert store.generation == written
    assert (written.documents, written.passages, written.sentences) == (2, 4, 6)
    terms = [len(row.terms.split()) for source in store.sources for row in store.document_row(source.id).passages]
    assert written.passage_terms == pytest.approx(sum(terms) / 4)
    assert written.sentence_terms == pytest.approx(sum(terms) / 6)


def test_what_was_written_of_a_document_reads_back_as_its_rows(store: Store, rows: list[DocumentRow]) -> None:
    assert [store.document_row(row.source.id) for row in rows] == rows


def test_every_kind_of_setting_has_one_row(store: Store, vectors: Recording) -> None:
    settings = {row.setting_key for source in store.sources for row in store.document_row(source.id).passages}
    assert len(store.setting_tokens) == len(settings) == len([each for each in vectors.asked if each[0] == "setting"])


def test_a_generation_that_is_whole_is_verified(written: Generation, tmp_path: Path) -> None:
    verify(tmp_path / "aside")


@pytest.mark.parametrize(
    ("statement", "sentence"),
    [
        ("UPDATE documents SET text = replace(text, 'noon', 'dusk')", "does not hold second.txt word for word"),
        ("UPDATE passages SET spans = '[[0, 3]]' WHERE id = 0", "does not hold first.txt word for word"),
        ("DELETE FROM documents WHERE path = 'first.txt'", "is not whole"),
        ("UPDATE sentences SET vector = 3 WHERE vector = 4", "is not whole"),
        ("UPDATE passages SET setting = 7 WHERE id = 1", "is not whole"),
    ],
)
def test_a_generation_that_does_not_read_back_as_it_was_meant_is_not_used(
    written: Generation, tmp_path: Path, statement: str, sentence: str
) -> None:
    with closing(sqlite3.connect(tmp_path / "aside" / "corpus.sqlite")) as database, database:
        assert database.execute(statement).rowcount
    with pytest.raises(IndexNotWritten, match=sentence):
        verify(tmp_path / "aside")


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs a list of the files that are open")
def test_a_writer_that_is_left_before_it_has_finished_lets_go_of_its_files(
    tmp_path: Path, rows: list[DocumentRow], vectors: Recording, embedder: Any
) -> None:
    folder = tmp_path / "aside"
    folder.mkdir()

    def left() -> None:
        with GenerationWriter(folder, embedder.dimension) as writer:
            writer.add(rows[0], vectors)
            raise EmbeddingError("The model is gone.")

    with pytest.raises(EmbeddingError):
        left()
    assert not [link for link in Path("/proc/self/fd").iterdir() if link.resolve().is_relative_to(folder.resolve())]
