"""A refresh: what is embedded and what is taken over, what is reported, what is gone."""

from __future__ import annotations

import sqlite3
import weakref
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.errors import FolderError
from retrieval.dense import VectorIndexBuilder
from retrieval.embedding import Embedding
from retrieval.generations import IndexNotWritten, current, open_current
from retrieval.model_files import EmbeddingError
from retrieval.store import IndexDamaged

NEW = "Quoll feeding takes place on Thursdays.\n\nThe keeper of the quolls is Ms. Dubois.\n"


def many_documents(folder: Path, number: int) -> None:
    """Write as many documents of three passages, all different."""
    folder.mkdir()
    for document in range(number):
        text = "\n\n".join(f"Visitor {document} may bring lantern {passage}." for passage in range(3))
        (folder / f"visitors{document:03}.txt").write_text(f"{text}\n")


def test_a_first_index_holds_every_document(tmp_path: Path, documents: Path, build: Any) -> None:
    report = build(documents, tmp_path / "index")
    assert report.changed_anything
    assert report.documents_added == (
        "Resolution_968_article.txt", "S_RES_1138_1997.txt", "UNMOT_backgrounder.txt",
    )  # fmt: skip
    assert (report.documents_changed, report.documents_removed) == ((), ())
    assert report.passages_added == report.generation.passages > 0
    assert report.passages_kept == report.passages_removed == 0


def test_the_same_words_are_embedded_once(tmp_path: Path, documents: Path, build: Any, embedder: Any) -> None:
    report = build(documents, tmp_path / "index", embedder)
    assert report.embedded == len(embedder.texts)
    assert report.embedded < 2 * report.generation.passages + report.generation.sentences


def test_progress_is_told_phase_by_phase_to_the_end(tmp_path: Path, documents: Path, embedder: Any) -> None:
    from retrieval.indexing import refresh

    told: list[tuple[str, int, int]] = []
    refresh(documents, tmp_path / "index", embedder, lambda *step: told.append(step))
    last = {phase: (done, total) for phase, done, total in told}
    assert list(last) == ["reading", "writing", "checking"]
    assert last["reading"] == (3, 3)
    assert all(done == total for done, total in last.values())
    assert told == sorted(told, key=lambda step: (list(last).index(step[0]), step[1]))


def test_progress_is_told_while_documents_are_embedded(
    tmp_path: Path, build: Any, embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    from retrieval.indexing import refresh

    monkeypatch.setattr("retrieval.indexing._TOGETHER", 4)
    many_documents(tmp_path / "documents", 6)
    read: list[int] = []

    def told(phase: str, done: int, total: int) -> None:
        if phase == "reading":
            assert total == 6
            read.append(done)

    refresh(tmp_path / "documents", tmp_path / "index", embedder, told)
    assert len(read) >= 3
    assert read == sorted(read)
    assert len(set(read)) == 6


def test_documents_are_taken_up_only_as_those_before_are_written(
    tmp_path: Path, bag_of_words: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.indexing._TOGETHER", 20)
    many_documents(tmp_path / "documents", 60)
    begun: list[int] = []
    held: list[int] = []
    alive: list[weakref.ref[np.ndarray]] = []

    class Watched(bag_of_words):  # type: ignore[misc]
        def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
            found = list(super().embed(texts))
            alive.extend(weakref.ref(embedding.token_vectors) for embedding in found)
            begun.append(len(texts))
            held.append(sum(vector() is not None for vector in alive))
            return iter(found)

    build(tmp_path / "documents", tmp_path / "index", Watched())
    assert sum(begun) > 200
    assert max(begun) < 20 + 10  # no more than are taken together, and the last document of them
    assert max(held) <= 3 * max(begun)  # those written last, those to be written, those just embedded


def test_a_document_is_read_no_earlier_than_its_turn_comes(
    tmp_path: Path, bag_of_words: Any, build: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.indexing._TOGETHER", 4)
    many_documents(tmp_path / "documents", 6)
    last = tmp_path / "documents" / "visitors005.txt"

    class Changing(bag_of_words):  # type: ignore[misc]
        def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
            if any("Visitor 0" in text for text in texts):
                last.write_text("Quolls sleep.\n")
            return super().embed(texts)

    build(tmp_path / "documents", tmp_path / "index", Changing())
    with closing(open_current(tmp_path / "index")) as store:
        assert [each.text for each in store.passages("visitors005.txt")] == ["Quolls sleep."]


def test_however_many_documents_are_taken_together_the_index_is_the_same(
    documents: Path, tmp_path: Path, build: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    many_documents(documents / "more", 5)
    (documents / "more" / "visitors999.txt").write_text("Visitor 1 may bring lantern 1.\n\nVisitor 7 is late.\n")
    build(documents, tmp_path / "all")
    monkeypatch.setattr("retrieval.indexing._TOGETHER", 1)
    build(documents, tmp_path / "one by one")
    together, one_by_one = contents(current(tmp_path / "all")), contents(current(tmp_path / "one by one"))
    computed = [name for name in together if name.endswith((".faiss", ".npy", ".bin", ".sqlite"))]
    assert len(computed) > 10
    assert all(together[name] == one_by_one[name] for name in computed)


def test_words_that_several_documents_share_are_embedded_once_though_these_are_not_taken_together(
    tmp_path: Path, build: Any, embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.indexing._TOGETHER", 1)
    (tmp_path / "documents").mkdir()
    for number in range(5):
        (tmp_path / "documents" / f"{number}.txt").write_text(f"Visitor {number} is late.\n\nQuolls eat meat.\n")
    report = build(tmp_path / "documents", tmp_path / "index", embedder)
    assert embedder.texts.count("Quolls eat meat.") == 1
    assert report.embedded == len(embedder.texts) == len(set(embedder.texts))


def test_a_model_that_fails_midway_leaves_the_index_as_it_was(
    index: Path, documents: Path, build: Any, bag_of_words: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.indexing._TOGETHER", 4)
    many_documents(documents / "more", 6)

    class Failing(bag_of_words):  # type: ignore[misc]
        def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
            if any("Visitor 4" in text for text in texts):
                raise EmbeddingError("The model is gone.")
            return super().embed(texts)

    before = contents(index)
    with pytest.raises(EmbeddingError):
        build(documents, index, Failing())
    assert contents(index) == before
    assert not [each for each in index.iterdir() if each.name.startswith(".")]
    assert build(documents, index).changed_anything


def test_a_second_refresh_writes_nothing_and_embeds_nothing(
    index: Path, documents: Path, build: Any, embedder: Any, contents: Any
) -> None:
    before = contents(index)
    report = build(documents, index, embedder)
    assert not report.changed_anything
    assert (report.embedded, embedder.texts) == (0, [])
    assert report.passages_kept == report.generation.passages
    assert contents(index) == before


def test_only_a_new_document_is_embedded(index: Path, documents: Path, build: Any, embedder: Any) -> None:
    (documents / "quolls.txt").write_text(NEW)
    report = build(documents, index, embedder)
    assert report.documents_added == ("quolls.txt",)
    assert (report.documents_changed, report.documents_removed) == ((), ())
    assert report.passages_added == 2
    assert report.embedded == len(embedder.texts)
    assert all("quoll" in text.lower() for text in embedder.texts)


def test_only_the_changed_paragraph_of_a_document_is_embedded(
    index: Path, documents: Path, build: Any, embedder: Any
) -> None:
    (documents / "quolls.txt").write_text(NEW)
    build(documents, index)
    (documents / "quolls.txt").write_text(NEW.replace("Thursdays", "Fridays"))
    report = build(documents, index, embedder)
    assert report.documents_changed == ("quolls.txt",)
    assert (report.documents_added, report.documents_removed) == ((), ())
    assert (report.passages_added, report.passages_removed) == (1, 1)
    assert embedder.texts
    assert all("Fridays" in text for text in embedder.texts)


def test_vectors_taken_over_are_those_that_were_computed(
    index: Path, documents: Path, build: Any, tmp_path: Path, contents: Any
) -> None:
    (documents / "quolls.txt").write_text(NEW)
    build(documents, index)
    build(documents, tmp_path / "afresh")
    taken_over, afresh = contents(current(index)), contents(current(tmp_path / "afresh"))
    computed = [name for name in afresh if name.endswith((".faiss", ".npy", ".bin"))]
    assert {Path(name).suffix for name in computed} == {".faiss", ".npy", ".bin"}
    assert all(taken_over[name] == afresh[name] for name in computed)


def test_an_index_whose_vectors_are_in_cells_answers_and_is_taken_over(
    documents: Path, tmp_path: Path, build: Any, embedder: Any, contents: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(VectorIndexBuilder.write, "__defaults__", (100,))
    build(documents, tmp_path / "index")
    with closing(open_current(tmp_path / "index")) as store:
        assert store.sentence_vectors.cells > 0
        (passage,) = (each for each in store.passages("S_RES_1138_1997.txt") if each.locator == "para. 5")
        (row, *_) = store.sentence_vectors.search(next(embedder.embed([passage.text])).vector, 3)
        assert store.ids_of([passage])[0] in store.columns.passages_of_texts([row])
    (documents / "quolls.txt").write_text(NEW)
    build(documents, tmp_path / "index")
    build(documents, tmp_path / "afresh")
    taken_over, afresh = (contents(current(tmp_path / name)) for name in ("index", "afresh"))
    assert all(taken_over[name] == afresh[name] for name in afresh if name.endswith((".faiss", ".npy", ".bin")))


def test_a_removed_document_is_gone_from_text_words_and_vectors(index: Path, documents: Path, build: Any) -> None:
    (documents / "quolls.txt").write_text(NEW)
    build(documents, index)
    (documents / "quolls.txt").unlink()
    report = build(documents, index)
    assert report.documents_removed == ("quolls.txt",)
    assert (report.passages_removed, report.embedded) == (2, 0)
    store = open_current(index)
    assert b"quoll" not in (current(index) / "corpus.sqlite").read_bytes().lower()
    assert store.words.frequency("quoll") == 0
    assert len(store.words) == len(store.columns) == report.generation.passages
    assert len(store.sentence_vectors) == len(store.sentence_tokens) == len({row for _, row in store.sentence_rows()})
    store.close()


def test_what_was_added_can_be_found(index: Path, documents: Path, build: Any, embedder: Any) -> None:
    (documents / "quolls.txt").write_text(NEW)
    build(documents, index)
    with closing(open_current(index)) as store:
        by_word = store.words.search({"quoll": 1.0}, 5)
        nearest = store.sentence_vectors.search(next(embedder.embed(["keeper of the quolls"])).vector, 1)
        assert {passage.source.id for passage in store.passages_by_id(by_word)} == {"quolls.txt"}
        (passage,) = store.passages_by_id(store.columns.passages_of_texts(nearest).tolist())
        assert passage.text.startswith("The keeper")


def test_another_folder_with_the_same_documents_is_recorded_without_embedding(
    index: Path, tmp_path: Path, documents: Path, build: Any, embedder: Any
) -> None:
    moved = documents.rename(tmp_path / "moved")
    report = build(moved, index, embedder)
    assert report.changed_anything
    assert (report.generation.folder, embedder.texts) == (str(moved), [])


def test_another_model_computes_every_vector_anew(index: Path, documents: Path, build: Any, bag_of_words: Any) -> None:
    report = build(documents, index, bag_of_words("another"))
    assert report.generation.model == "another"
    assert report.embedded > 0


def test_a_model_of_the_same_name_and_another_dimension_computes_every_vector_anew(
    index: Path, documents: Path, build: Any, bag_of_words: Any
) -> None:
    report = build(documents, index, bag_of_words(dimension=32))
    assert report.changed_anything
    assert report.generation.dimension == 32
    assert report.reused < report.embedded


def test_damage_is_not_taken_over_by_a_refresh(index: Path, documents: Path, build: Any, contents: Any) -> None:
    sound = contents(current(index))
    with closing(sqlite3.connect(current(index) / "corpus.sqlite")) as database, database:
        database.execute("UPDATE documents SET text = replace(text, '15 May 1998', '15 May 1999')")
    report = build(documents, index)
    assert report.changed_anything
    assert contents(current(index))["corpus.sqlite"] == sound["corpus.sqlite"]


def test_files_that_are_not_read_are_reported_each_with_its_reason(index: Path, documents: Path, build: Any) -> None:
    (documents / "picture.txt").write_bytes(b"\x89PNG\0\0")
    (documents / "empty.txt").touch()
    reasons = {each.id: each.reason for each in build(documents, index).unreadable}
    assert reasons.keys() == {"picture.txt", "empty.txt"}
    assert all(reasons.values())


def test_a_document_that_can_no_longer_be_read_is_removed_and_reported(
    index: Path, documents: Path, build: Any
) -> None:
    (documents / "UNMOT_backgrounder.txt").write_bytes(b"\xff\0")
    report = build(documents, index)
    assert report.documents_removed == ("UNMOT_backgrounder.txt",)
    assert [each.id for each in report.unreadable] == ["UNMOT_backgrounder.txt"]


@pytest.mark.parametrize("what", ["missing", "empty", "a file", "nothing readable"])
def test_a_folder_without_documents_leaves_the_index_as_it_was(
    index: Path, tmp_path: Path, build: Any, contents: Any, what: str
) -> None:
    folder = tmp_path / "folder"
    if what == "a file":
        folder.write_text("Words.")
    elif what != "missing":
        folder.mkdir()
    if what == "nothing readable":
        (folder / "picture.png").write_bytes(b"\x89PNG\0")
    before = contents(index)
    with pytest.raises(FolderError):
        build(folder, index)
    assert contents(index) == before


def test_a_folder_that_does_not_exist_leaves_no_index_folder_behind(tmp_path: Path, build: Any) -> None:
    with pytest.raises(FolderError):
        build(tmp_path / "missing", tmp_path / "index")
    assert list(tmp_path.iterdir()) == []


def test_an_index_within_the_documents_does_not_hold_itself(documents: Path, build: Any) -> None:
    build(documents, documents / "index")
    report = build(documents, documents / "index")
    assert not report.changed_anything
    assert (report.generation.documents, report.unreadable) == (3, ())


def test_the_folder_of_documents_is_refused_as_that_of_the_index(documents: Path, build: Any, contents: Any) -> None:
    before = contents(documents)
    with pytest.raises(FolderError, match="RAPPORTEUR_INDEX"):
        build(documents, documents)
    assert contents(documents) == before


def test_an_index_folder_that_is_a_file_is_said_and_kept(tmp_path: Path, documents: Path, build: Any) -> None:
    (tmp_path / "file").write_text("Mine.")
    with pytest.raises(IndexNotWritten, match="cannot be written"):
        build(documents, tmp_path / "file")
    assert (tmp_path / "file").read_text() == "Mine."


@pytest.mark.parametrize("text", ["to be or not to be", "!!!", "...\n\n---\n\n***", "\u200b", "\x01\x02", "中文。"])
def test_documents_without_a_word_that_can_be_searched_can_be_asked_all_the_same(
    tmp_path: Path, build: Any, embedder: Any, text: str
) -> None:
    from retrieval.library import Library

    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "a.txt").write_text(text)
    build(tmp_path / "documents", tmp_path / "index")
    with Library.open(tmp_path / "index", embedder) as library:
        assert library.answer("Who feeds the quolls?").quotations is not None


@pytest.mark.parametrize("name", ["with space", "a#b?c%d", "ünïcode", "quote'\""])
def test_an_index_may_be_kept_in_a_folder_of_any_name(tmp_path: Path, documents: Path, build: Any, name: str) -> None:
    build(documents, tmp_path / name)
    with closing(open_current(tmp_path / name)) as store:
        assert len(store.sources) == 3


def test_documents_may_lie_in_a_folder_whose_name_is_no_utf8(tmp_path: Path, documents: Path, build: Any) -> None:
    folder = documents.rename(tmp_path / "caf\udce9")
    assert build(folder, tmp_path / "index").generation.folder == str(folder)
    assert not build(folder, tmp_path / "index").changed_anything


def test_a_library_refuses_a_model_of_another_dimension_in_a_sentence(index: Path, bag_of_words: Any) -> None:
    from retrieval.library import Library
    from retrieval.store import IndexMismatch

    with (
        pytest.raises(IndexMismatch, match="rapporteur index"),
        Library.open(index, bag_of_words(dimension=32)) as library,
    ):
        library.answer("When does the mandate end?")


def test_every_stored_passage_is_word_for_word_in_its_file(index: Path, documents: Path) -> None:
    with closing(open_current(index)) as store:
        passages = [passage for source in store.sources for passage in store.passages(source.id)]
        assert len(passages) == store.generation.passages
        for passage in passages:
            file = (documents / passage.source.id).read_bytes().decode()
            words = " ".join(" ".join(file[start:end].split()) for start, end in passage.spans)
            assert passage.text == words == store.stored_words(passage)


def test_a_text_shorter_than_recorded_is_noticed(index: Path) -> None:
    file = current(index) / "corpus.sqlite"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(IndexDamaged, match="incomplete"):
        open_current(index)


def test_sentences_of_a_passage_cover_its_words(index: Path) -> None:
    with closing(open_current(index)) as store:
        for number in range(store.generation.passages):
            (passage,) = store.passages_by_id([number])
            sentences, _ = store.columns.sentences(np.array([number]))
            spans = store.columns.spans(sentences)
            assert len(spans)
            assert 0 <= spans[0, 0] < spans[-1, 1] <= len(passage.text)
            assert (spans[:, 0] < spans[:, 1]).all()
            assert (spans[1:, 0] >= spans[:-1, 1]).all()
