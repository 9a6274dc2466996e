"""One generation, opened: what is refused, and that words which were changed are noticed."""

from __future__ import annotations

import gc
import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, suppress
from pathlib import Path
from typing import Any

import pytest

from retrieval.generations import current, open_current
from retrieval.store import IndexDamaged, IndexMismatch, Store

FILES = [
    "corpus.sqlite", "sentences.faiss", "words/meta.json", "words/passages.npy",
    "columns/passages.sentences.npy", "columns/sentences.span.npy", "columns/texts.sentence.npy",
    "sentence_tokens/offsets.npy", "setting_tokens/offsets.npy", "sentence_tokens/vectors.bin",
    "setting_tokens/ids.bin",
]  # fmt: skip
WITH_A_HEADER = [file for file in FILES if not file.endswith(".bin")]


@pytest.fixture
def store(index: Path) -> Iterator[Store]:
    with closing(open_current(index)) as store:
        yield store


def changed(index: Path, **values: object) -> None:
    """Write other values into the manifest of the generation in use."""
    manifest = current(index) / "manifest.json"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | values | {"sha256": None}))


def tampered(index: Path, statement: str) -> None:
    """Change the database of the generation in use."""
    with closing(sqlite3.connect(current(index) / "corpus.sqlite")) as database, database:
        assert database.execute(statement).rowcount


def test_every_file_of_a_generation_is_in_its_manifest(store: Store, contents: Any) -> None:
    assert store.generation.files.keys() == contents(store.folder).keys() - {"manifest.json"}
    assert store.generation.files.keys() >= set(FILES)


@pytest.mark.parametrize("file", FILES)
def test_a_missing_file_is_damage_and_the_next_refresh_repairs_it(
    index: Path, documents: Path, build: Any, file: str
) -> None:
    (current(index) / file).unlink()
    with pytest.raises(IndexDamaged, match="rapporteur index"):
        open_current(index)
    build(documents, index)
    open_current(index).close()


@pytest.mark.parametrize("file", FILES)
def test_a_truncated_file_is_damage(index: Path, file: str) -> None:
    damaged = current(index) / file
    damaged.write_bytes(damaged.read_bytes()[: damaged.stat().st_size // 2])
    with pytest.raises(IndexDamaged, match=f"{file} is incomplete"):
        open_current(index)


@pytest.mark.parametrize("file", WITH_A_HEADER)
def test_a_file_of_the_right_length_that_holds_something_else_is_damage(index: Path, file: str) -> None:
    damaged = current(index) / file
    damaged.write_bytes(bytes(damaged.stat().st_size))
    with pytest.raises(IndexDamaged, match="rapporteur index") as raised:
        open_current(index)
    assert len(str(raised.value)) < 400


@pytest.mark.parametrize(
    "text",
    ["", "{", "[]", "3", "null", "{}", "[" * 100_000, '{"index_version": 1}', "\ufeff{}"],
    ids=lambda text: text[:9],
)
def test_a_manifest_that_is_none_is_damage_and_the_next_refresh_repairs_it(
    index: Path, documents: Path, build: Any, text: str
) -> None:
    (current(index) / "manifest.json").write_text(text, encoding="utf-8")
    with pytest.raises(IndexDamaged, match="manifest"):
        open_current(index)
    build(documents, index)
    open_current(index).close()


@pytest.mark.parametrize(
    "values",
    [{"index_version": 1}, {"index_version": 99}, {"parser_version": 0}, {"index_version": 99, "something_new": 1}],
    ids=str,
)
def test_an_index_of_another_version_is_refused_and_the_next_refresh_builds_it_again(
    index: Path, documents: Path, build: Any, values: dict[str, object]
) -> None:
    changed(index, **values)
    with pytest.raises(IndexMismatch, match=r"another version .* `rapporteur index`"):
        open_current(index)
    assert build(documents, index).embedded > 0
    open_current(index).close()


@pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs a list of the files that are open")
def test_a_generation_that_cannot_be_opened_leaves_no_file_open(index: Path) -> None:
    damaged = current(index) / "setting_tokens" / "offsets.npy"  # the last to be opened but one
    damaged.write_bytes(bytes(damaged.stat().st_size))
    with suppress(IndexDamaged):
        open_current(index)
    gc.collect()
    assert not [link for link in Path("/proc/self/fd").iterdir() if link.resolve().is_relative_to(index.resolve())]


def test_to_close_a_generation_twice_does_no_harm(index: Path) -> None:
    store = open_current(index)
    store.close()
    with (index / "LOCK").open("rb") as other:  # given the number of a file that was let go of
        store.close()
        assert other.read() == b""


def test_an_index_as_it_was_written_passes_its_check(store: Store) -> None:
    store.check()


def test_a_check_finds_a_single_changed_bit_in_any_file_of_a_generation(index: Path) -> None:
    folder = current(index)
    files = sorted(file for file in folder.rglob("*") if file.is_file() and file.stat().st_size)
    assert {"manifest.json", "ids.bin", "meta.json", "corpus.sqlite"} <= {file.name for file in files}
    for file in files:
        content = file.read_bytes()
        for place in (0, len(content) // 2, len(content) - 1):
            file.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
            with pytest.raises(IndexDamaged, match=f"{file.name} was changed|its manifest cannot be read"):
                open_current(index, check=True)
        file.write_bytes(content)
    open_current(index, check=True).close()


def test_a_manifest_without_a_checksum_of_its_own_is_read(index: Path) -> None:
    file = current(index) / "manifest.json"
    values = json.loads(file.read_text())
    del values["sha256"]
    file.write_text(json.dumps(values))
    open_current(index, check=True).close()


def test_words_that_were_changed_in_the_index_are_not_taken_for_those_of_the_document(index: Path) -> None:
    with closing(open_current(index)) as store:
        passages = store.passages("S_RES_1138_1997.txt")
        (passage,) = (each for each in passages if each.locator == "para. 5")
        assert store.stored_words(passage) == passage.text
    tampered(index, "UPDATE documents SET text = replace(text, '15 May 1998', '15 May 1999')")
    with closing(open_current(index)) as store:
        assert store.stored_words(passage) != passage.text
        (altered,) = (each for each in store.passages("S_RES_1138_1997.txt") if each.locator == "para. 5")
        assert store.stored_words(altered) is None
        with pytest.raises(IndexDamaged):
            store.check()


def test_a_passage_moved_to_other_words_is_not_taken_for_itself(index: Path) -> None:
    tampered(index, "UPDATE passages SET spans = '[[0, 20]]' WHERE locator = 'para. 5'")
    with closing(open_current(index)) as store:
        (altered,) = (each for each in store.passages("S_RES_1138_1997.txt") if each.locator == "para. 5")
        assert store.stored_words(altered) is None


def test_a_page_of_the_database_that_cannot_be_read_is_said_in_a_sentence(index: Path) -> None:
    file = current(index) / "corpus.sqlite"
    content = file.read_bytes()
    page = int.from_bytes(content[16:18])
    file.write_bytes(content[: 10 * page] + bytes(len(content) - 10 * page))

    def read_everything() -> None:
        with closing(open_current(index)) as store:
            for source in store.sources:
                store.passages(source.id)

    with pytest.raises(IndexDamaged, match=r"corpus\.sqlite"):
        read_everything()


def test_any_number_of_passages_can_be_asked_for_at_once(store: Store) -> None:
    ids = list(range(store.generation.passages))
    paths = [source.id for source in store.sources]
    store._database.setlimit(sqlite3.SQLITE_LIMIT_VARIABLE_NUMBER, 10)  # elsewhere it is 32,766
    passages = store.passages_by_id(ids)
    assert store.ids_of(passages) == ids
    assert sorted(store.ids_in([*paths, *(f"no document {number}" for number in range(20))])) == ids
    assert len(store.document_row("S_RES_1138_1997.txt").passages) == len(store.passages("S_RES_1138_1997.txt"))


def test_passages_come_in_the_order_asked_for(store: Store) -> None:
    assert store.ids_of(store.passages_by_id([7, 2, 5])) == [7, 2, 5]


def test_a_document_that_is_not_there_is_a_key_error(store: Store) -> None:
    with pytest.raises(KeyError):
        store.document("none.txt")


def test_a_manifest_reads_back_as_it_was_written(store: Store) -> None:
    assert type(store.generation).from_json(store.generation.to_json()) == store.generation
