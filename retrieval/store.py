"""One generation of the index, on disk and read-only: what every other module of this package reads from.

    index/CURRENT            the name of the generation in use; replaced by rename
    index/<generation>/      immutable once named
        manifest.json        model, dimension, versions, counts, checksums of the files
        corpus.sqlite        documents, passages, sentences, abbreviations
        facts/               what is known of each document beside its text, as arrays
        columns/             what is weighed of each passage and sentence, as arrays
        sentences.faiss      a vector for each sentence; sentences with the same words share one
        words/               tantivy: the terms of each passage
        sentence_tokens/     the vectors of the tokens of each sentence, in the same rows as its vector
        setting_tokens/      and of each passage's setting: its document, heading and date
    index/models/            the exported models, under their content hash

Passages are read from SQLite when they are needed: memory does not grow with the text.
"""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import lru_cache
from pathlib import Path
from typing import Any

from corpus.document import Document, Kind, Passage, Role, Source, Span
from corpus.errors import RapporteurError
from corpus.version import PARSER_VERSION
from retrieval.columns import Columns
from retrieval.dense import VectorIndex
from retrieval.document_facts import DocumentFacts
from retrieval.late_interaction import TokenIndex
from retrieval.lexical import WordIndex
from retrieval.rows import DocumentRow, PassageRow, SentenceRow

INDEX_VERSION = 2
"""Of the layout on disk and of the analysis of words; raised when an older index can no longer be read."""

DATABASE, WORDS, COLUMNS, FACTS = "corpus.sqlite", "words", "columns", "facts"
SENTENCE_TOKENS, SETTING_TOKENS = "sentence_tokens", "setting_tokens"
SENTENCE_VECTORS = "sentences.faiss"

SCHEMA = """
CREATE TABLE documents (id INTEGER PRIMARY KEY, path TEXT UNIQUE NOT NULL, title TEXT NOT NULL, kind TEXT NOT NULL,
    symbol TEXT, date TEXT, language TEXT NOT NULL, url TEXT, sha256 TEXT NOT NULL, text TEXT NOT NULL);
CREATE TABLE passages (id INTEGER PRIMARY KEY, document INTEGER NOT NULL REFERENCES documents, ordinal INTEGER NOT NULL,
    role TEXT NOT NULL, locator TEXT NOT NULL, headings TEXT NOT NULL, label TEXT, spans TEXT NOT NULL,
    stem_spans TEXT NOT NULL, content TEXT NOT NULL, context_terms TEXT NOT NULL,
    setting_key BLOB NOT NULL, setting INTEGER NOT NULL);
CREATE INDEX passages_by_document ON passages (document, ordinal);
CREATE INDEX passages_by_content ON passages (content);
CREATE TABLE sentences (id INTEGER PRIMARY KEY, passage INTEGER NOT NULL REFERENCES passages, start INTEGER NOT NULL,
    stop INTEGER NOT NULL, terms TEXT NOT NULL, vector_key BLOB NOT NULL, vector INTEGER NOT NULL);
CREATE INDEX sentences_by_passage ON sentences (passage, id);
CREATE TABLE abbreviations (passage INTEGER NOT NULL REFERENCES passages, short TEXT NOT NULL, long TEXT NOT NULL);
"""


_LONGEST_REASON = 160


class IndexUnusable(RapporteurError):
    """The index cannot answer."""


class IndexMissing(IndexUnusable):
    """There is no index yet."""


class IndexMismatch(IndexUnusable):
    """The index was made by another model, dimension or version."""


class IndexDamaged(IndexUnusable):
    """A generation is incomplete or not what was written."""


@dataclass(frozen=True, slots=True)
class Generation:
    """One built index.

    Attributes:
        name: Of its folder; later ones sort after earlier ones.
        created: When it was built, UTC.
        model: The name of the embedder.
        dimension: Of the vectors.
        parser_version: Of the reading of documents.
        index_version: Of the layout on disk.
        documents, passages, sentences: How many it holds.
        passage_terms, sentence_terms: How many terms a passage and a sentence have on average.
        folder: Where the documents were read.
        files: Size in bytes and sha256 of each file, by its path below the generation's folder.
    """

    name: str
    created: datetime
    model: str
    dimension: int
    parser_version: int
    index_version: int
    documents: int
    passages: int
    sentences: int
    passage_terms: float
    sentence_terms: float
    folder: str
    files: Mapping[str, tuple[int, str]]

    def to_json(self) -> str:
        """Return the manifest, with a checksum of its own."""
        values = {name: getattr(self, name) for name in self.__slots__} | {"created": self.created.isoformat()}
        # In ASCII: the name of a folder may be no UTF-8.
        return json.dumps(values | {"sha256": _sha256_of(values)}, indent=1)

    @classmethod
    def from_json(cls, text: str) -> Generation:
        """Return what a manifest says; raises ValueError, KeyError or TypeError when it is not as it was written."""
        values = json.loads(text)
        sha256 = values.pop("sha256", None)  # older ones have none
        if sha256 not in (None, _sha256_of(values)):
            raise ValueError("it was changed after it was written")
        created = datetime.fromisoformat(values.pop("created"))
        files = {path: (int(size), str(sha256)) for path, (size, sha256) in values.pop("files").items()}
        return cls(created=created, files=files, **values)


class Store:
    """One generation, opened."""

    def __init__(self, folder: Path, generation: Generation) -> None:
        self.folder = folder
        self.generation = generation
        self.words = WordIndex.open(folder / WORDS)
        self.sentence_vectors = VectorIndex.open(folder / SENTENCE_VECTORS)
        self.columns = Columns(folder / COLUMNS)
        self.facts = DocumentFacts(folder / FACTS)
        self.sentence_tokens = TokenIndex(folder / SENTENCE_TOKENS)
        self.setting_tokens = TokenIndex(folder / SETTING_TOKENS)
        # Immutable: no lock files, no journal, as many readers as one likes.
        self._database = sqlite3.connect(
            f"{(folder / DATABASE).absolute().as_uri()}?mode=ro&immutable=1", uri=True, check_same_thread=False
        )
        try:
            self.sources = tuple(_source(row) for row in self._rows(f"SELECT {_SOURCE} FROM documents ORDER BY path"))
        except BaseException:
            self.close()
            raise
        self._read_document = lru_cache(maxsize=32)(self._read_document_uncached)

    @classmethod
    def open(cls, folder: Path, *, check: bool = False) -> Store:
        """Open the generation in `folder`; `check` reads all of it and compares the checksums first.

        Raises:
            IndexDamaged: A file is missing or not as long as it was written, or not what was written.
            IndexMismatch: Another version of the program wrote it.
        """
        generation = compare_checksums(folder) if check else compare_sizes(folder)
        try:
            return cls(folder, generation)
        except IndexDamaged:
            raise
        except Exception as error:  # three engines, each with errors of its own
            raise _damaged(generation.name, _reason(error)) from error

    def close(self) -> None:
        """Let go of the files, and of what was read of them; to do so again does nothing."""
        self._database.close()
        self.sentence_tokens.close()
        self.setting_tokens.close()
        # What remembers documents holds the store, which holds it: only a look for garbage would free the two.
        for part in ("words", "sentence_vectors", "columns", "facts", "sources", "_read_document"):
            vars(self).pop(part, None)

    def check(self) -> None:
        """Compare the checksum of every file.

        Raises:
            IndexDamaged: One differs.
        """
        compare_checksums(self.folder)

    def _rows(self, query: str, values: Sequence[object] = ()) -> list[Any]:
        try:
            return self._database.execute(query, values).fetchall()
        except sqlite3.DatabaseError as error:
            raise _damaged(self.generation.name, f"{DATABASE}: {error}") from error

    def document(self, path: str) -> Document:
        """Return a document with its text, without its blocks; raises KeyError if there is none."""
        return self._read_document(path)

    def _read_document_uncached(self, path: str) -> Document:
        for *source, text in self._rows(f"SELECT {_SOURCE}, text FROM documents WHERE path = ?", (path,)):
            return Document(_source(source), text)
        raise KeyError(path)

    def stored_words(self, passage: Passage) -> str | None:
        """Return the words of a passage, read again from the disk by its place; None if it is not there any more."""
        rows = self._rows(
            "SELECT d.text, p.spans FROM passages p JOIN documents d ON d.id = p.document "
            "WHERE d.path = ? AND p.ordinal = ? AND p.content = ?",
            (passage.source.id, passage.ordinal, passage.id),
        )
        return Document(passage.source, rows[0][0]).slice(_spans(rows[0][1])) if rows else None

    def is_word_for_word(self, path: str) -> bool:
        """Tell whether every passage of a document has the words of which its hash was made when it was indexed."""
        rows = self._rows(
            "SELECT p.content FROM passages p JOIN documents d ON d.id = p.document WHERE d.path = ? "
            "ORDER BY p.ordinal",
            (path,),
        )
        return [passage.id for passage in self.passages(path)] == [content for (content,) in rows]

    def passages(self, path: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in its order."""
        rows = self._rows(
            f"SELECT {_PASSAGE} FROM passages p JOIN documents d ON d.id = p.document WHERE d.path = ? "
            "ORDER BY p.ordinal",
            (path,),
        )
        return tuple(self._passage(row) for row in rows)

    def passage_counts(self) -> dict[str, int]:
        """Return how many passages each document has, by its id."""
        query = "SELECT d.path, count(*) FROM passages p JOIN documents d ON d.id = p.document GROUP BY d.id"
        return dict(self._rows(query))

    def passages_by_id(self, ids: Sequence[int]) -> tuple[Passage, ...]:
        """Return the passages with these ids, in this order."""
        rows = self._rows(
            f"SELECT p.id, {_PASSAGE} FROM passages p JOIN documents d ON d.id = p.document WHERE p.id IN ({_GIVEN})",
            _given(ids),
        )
        found = {number: self._passage(row) for number, *row in rows}
        return tuple(found[number] for number in ids)

    def passages_by_content(self, hashes: Sequence[str]) -> dict[str, Passage]:
        """Return the first passage of each of these content hashes, by it; a hash that no passage has is left out."""
        rows = self._rows(
            f"SELECT p.content, {_PASSAGE} FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE p.content IN ({_GIVEN}) ORDER BY p.id DESC",
            _given(hashes),
        )
        return {content: self._passage(row) for content, *row in rows}

    def words_by_id(self, ids: Sequence[int]) -> list[str]:
        """Return the words of the passages with these ids, in this order."""
        query = (
            "SELECT p.id, d.path, p.spans FROM passages p JOIN documents d ON d.id = p.document "
            f"WHERE p.id IN ({_GIVEN})"
        )
        found = {
            number: self.document(path).slice(_spans(spans)) for number, path, spans in self._rows(query, _given(ids))
        }
        return [found[number] for number in ids]

    def ids_of(self, passages: Iterable[Passage]) -> list[int]:
        """Return the ids of passages, in their order."""
        query = "SELECT p.id FROM passages p JOIN documents d ON d.id = p.document WHERE d.path = ? AND p.ordinal = ?"
        return [self._rows(query, (passage.source.id, passage.ordinal))[0][0] for passage in passages]

    def ids_in(self, paths: Sequence[str]) -> list[int]:
        """Return the ids of all passages of some documents."""
        query = f"SELECT p.id FROM passages p JOIN documents d ON d.id = p.document WHERE d.path IN ({_GIVEN})"
        return [number for (number,) in self._rows(query, _given(paths))]

    def _passage(self, row: Sequence[Any]) -> Passage:
        path, ordinal, spans, role, locator, headings, label, stem_spans = row
        return Passage(
            document=self.document(path),
            ordinal=ordinal,
            spans=_spans(spans),
            role=Role(role),
            locator=locator,
            headings=tuple(json.loads(headings)),
            label=label,
            stem_spans=_spans(stem_spans),
        )

    def abbreviations(self) -> list[tuple[int, str, str]]:
        """Return passage id, short and long form of every abbreviation introduced."""
        return [tuple(row) for row in self._rows("SELECT passage, short, long FROM abbreviations ORDER BY rowid")]

    def document_row(self, path: str) -> DocumentRow:
        """Return everything stored of one document, to be taken over by the next generation."""
        document = self.document(path)
        ids = self.ids_in([path])
        sentences: dict[int, list[SentenceRow]] = {number: [] for number in ids}
        for passage, *values in self._rows(
            f"SELECT passage, start, stop, terms, vector_key FROM sentences WHERE passage IN ({_GIVEN}) ORDER BY id",
            _given(ids),
        ):
            sentences[passage].append(SentenceRow(*values))
        abbreviations: dict[int, list[tuple[str, str]]] = {number: [] for number in ids}
        for passage, short, long in self._rows(
            f"SELECT passage, short, long FROM abbreviations WHERE passage IN ({_GIVEN}) ORDER BY rowid", _given(ids)
        ):
            abbreviations[passage].append((short, long))
        rows = self._rows(
            f"SELECT id, {', '.join(_ROW)} FROM passages WHERE id IN ({_GIVEN}) ORDER BY ordinal", _given(ids)
        )
        passages = tuple(
            PassageRow(
                **dict(zip(_ROW, values, strict=True)),
                sentences=tuple(sentences[number]),
                abbreviations=tuple(abbreviations[number]),
            )
            for number, *values in rows
        )
        return DocumentRow(document.source, document.text, passages)

    def contents(self) -> set[str]:
        """Return the content hash of every passage."""
        return {content for (content,) in self._rows("SELECT content FROM passages")}

    def sentence_rows(self) -> Iterator[tuple[bytes, int]]:
        """Yield the key and the row of the vectors of every sentence."""
        yield from self._database.execute("SELECT vector_key, vector FROM sentences")

    def setting_rows(self) -> Iterator[tuple[bytes, int]]:
        """Yield the key and the row of every setting."""
        yield from self._database.execute("SELECT DISTINCT setting_key, setting FROM passages")


# One parameter however many values: a long document has more passages than a query may have parameters.
_GIVEN = "SELECT value FROM json_each(?)"
_SOURCE = "path, title, kind, symbol, date, language, url, sha256"
_ROW = (
    "ordinal", "role", "locator", "headings", "label", "spans", "stem_spans", "content", "context_terms",
    "setting_key",
)  # fmt: skip
_PASSAGE = "d.path, p.ordinal, p.spans, p.role, p.locator, p.headings, p.label, p.stem_spans"


def _source(row: Sequence[Any]) -> Source:
    path, title, kind, symbol, day, language, url, sha256 = row
    return Source(path, title, Kind(kind), symbol, date.fromisoformat(day) if day else None, language, url, sha256)


def _spans(text: str) -> tuple[Span, ...]:
    return tuple((start, end) for start, end in json.loads(text))


def _given(values: Sequence[object]) -> tuple[str]:
    """Return values as the parameter of `_GIVEN`."""
    return (json.dumps(list(values)),)


def _sha256_of(values: Mapping[str, object]) -> str:
    """Return the sha256 of what a manifest says, however it is laid out."""
    return hashlib.sha256(json.dumps(values, sort_keys=True).encode()).hexdigest()


def checksum(file: Path) -> str:
    """Return the sha256 of a file, in hexadecimal."""
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def read_manifest(folder: Path) -> Generation:
    """Return what the manifest of a generation says.

    Raises:
        IndexDamaged: It is missing or unreadable.
        IndexMismatch: Another version of the program wrote it.
    """
    try:
        text = (folder / "manifest.json").read_text(encoding="utf-8")
        _refuse_other_versions(json.loads(text))
        return Generation.from_json(text)
    except (OSError, ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise _damaged(folder.name, "its manifest cannot be read") from error


def _refuse_other_versions(manifest: Mapping[str, object]) -> None:
    """Raise IndexMismatch before anything else is read: what a manifest holds may differ as well."""
    if (manifest["index_version"], manifest["parser_version"]) != (INDEX_VERSION, PARSER_VERSION):
        raise IndexMismatch(
            "The index was made by another version of this program, which reads documents differently: "
            "run `rapporteur index` once to build it again."
        )


def made_with_another(made_with: str, configured: str) -> IndexMismatch:
    """Return the error of an index that was made with another model than the one that is configured."""
    return IndexMismatch(
        f"The index was made with the model {made_with}, but {configured} is configured: run `rapporteur index` to "
        "build it again, or set RAPPORTEUR_MODEL back."
    )


def compare_sizes(folder: Path) -> Generation:
    """Return what a generation is, if every file of it is there and as long as it was written.

    Raises:
        IndexDamaged: One is not.
        IndexMismatch: Another version of the program wrote it.
    """
    generation = read_manifest(folder)
    for path, (size, _) in generation.files.items():
        file = folder / path
        if not file.is_file() or file.stat().st_size != size:
            raise _damaged(generation.name, f"{path} is incomplete")
    return generation


def compare_checksums(folder: Path) -> Generation:
    """Return what a generation is, if every file of it is what was written: all of it is read, with sha256.

    Raises:
        IndexDamaged: One is not.
        IndexMismatch: Another version of the program wrote it.
    """
    generation = compare_sizes(folder)
    for path, (_, sha256) in generation.files.items():
        try:
            same = checksum(folder / path) == sha256
        except OSError as error:
            raise _damaged(generation.name, f"{path} cannot be read: {error.strerror}") from error
        if not same:
            raise _damaged(generation.name, f"{path} was changed after it was written")
    return generation


def _reason(error: Exception) -> str:
    """Return what an engine says, cut short: some tell all they know."""
    line = (str(error).strip().splitlines() or [type(error).__name__])[0]
    return line if len(line) <= _LONGEST_REASON else f"{line[:_LONGEST_REASON]}…"


def _damaged(name: str, reason: str) -> IndexDamaged:
    return IndexDamaged(
        f"The index is damaged (generation {name}: {reason}): run `rapporteur index` to build it again."
    )
