"""Rows and their vectors → the files of a generation, document by document, and the proof that they can be read back.

Nothing of a document is kept in memory once it is written but where its vectors are, and what every passage needs in
the columns: a folder of any size is indexed in little memory.
"""

from __future__ import annotations

import sqlite3
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Protocol

from corpus.version import PARSER_VERSION
from retrieval.columns import ColumnsBuilder
from retrieval.dense import VectorIndexBuilder
from retrieval.document_facts import DocumentFactsBuilder
from retrieval.embedding import Embedder, Embedding
from retrieval.generations import IndexNotWritten, name_of
from retrieval.late_interaction import TokenIndexBuilder
from retrieval.lexical import WordIndexBuilder, words_of
from retrieval.names import ShortForms
from retrieval.rows import DocumentRow, PassageRow
from retrieval.store import (
    COLUMNS,
    DATABASE,
    FACTS,
    INDEX_VERSION,
    SCHEMA,
    SENTENCE_TOKENS,
    SENTENCE_VECTORS,
    SETTING_TOKENS,
    WORDS,
    Generation,
    Store,
    checksum,
)


class Vectors(Protocol):
    """Where the vectors of texts come from, by the keys of `retrieval.rows`."""

    def sentence(self, key: bytes) -> Embedding:
        """Return the vectors of a sentence."""
        ...

    def setting(self, key: bytes) -> Embedding:
        """Return the vectors of a setting, of which only the tokens are kept."""
        ...


class GenerationWriter:
    """Writes a generation into a folder. Passages, sentences and documents are numbered as they come, from 0."""

    def __init__(self, folder: Path, dimension: int) -> None:
        self._folder = folder
        self._database = sqlite3.connect(folder / DATABASE)
        # Built aside and flushed whole before it is used: a journal would only cost time.
        self._database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
        self._words = WordIndexBuilder(folder / WORDS)
        self._columns = ColumnsBuilder()
        self._facts = DocumentFactsBuilder()
        self._long_of: dict[str, set[str]] = {}
        self._sentences = VectorIndexBuilder(dimension)
        self._sentence_tokens = TokenIndexBuilder(folder / SENTENCE_TOKENS)
        self._setting_tokens = TokenIndexBuilder(folder / SETTING_TOKENS)
        self._documents = 0
        self._sentence_rows: dict[bytes, int] = {}
        self._setting_rows: dict[bytes, int] = {}

    def __enter__(self) -> GenerationWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        with ExitStack() as stack:  # all are closed, though on a full disk each may refuse
            for part in (self._database, self._words, self._sentence_tokens, self._setting_tokens):
                stack.callback(part.close)

    def add(self, document: DocumentRow, vectors: Vectors) -> None:
        """Write a document; `vectors` is asked for those of texts that no document before it has."""
        self._database.execute(
            f"INSERT INTO documents VALUES ({', '.join('?' * 10)})", (self._documents, *_source_values(document))
        )
        texts = [document.words(passage) for passage in document.passages]
        for passage, text in zip(document.passages, texts, strict=True):
            self._add_passage(passage, text, vectors)
            for short, long in passage.abbreviations:
                self._long_of.setdefault(short.lower(), set()).add(long.lower())
        terms = [passage.terms for passage in document.passages]
        self._facts.add(document.source, zip(texts, terms, strict=True))
        self._documents += 1

    def _add_passage(self, passage: PassageRow, text: str, vectors: Vectors) -> None:
        number, first_sentence = self._columns.passages, self._columns.sentences
        rows = [self._sentence_row(sentence.vector_key, vectors) for sentence in passage.sentences]
        setting = self._setting_row(passage.setting_key, vectors)
        self._columns.add(
            self._documents,
            passage.role,
            setting,
            (
                (each.start, each.stop, row, each.terms.split())
                for each, row in zip(passage.sentences, rows, strict=True)
            ),
        )
        self._words.add(passage.terms, passage.context_terms, " ".join(words_of(text)))
        values = (
            number, self._documents, passage.ordinal, passage.role, passage.locator, passage.headings, passage.label,
            passage.spans, passage.stem_spans, passage.content, passage.context_terms, passage.setting_key,
            setting,
        )  # fmt: skip
        self._database.execute(f"INSERT INTO passages VALUES ({', '.join('?' * len(values))})", values)
        self._database.executemany(
            "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (first_sentence + place, number, each.start, each.stop, each.terms, each.vector_key, row)
                for place, (each, row) in enumerate(zip(passage.sentences, rows, strict=True))
            ),
        )
        self._database.executemany(
            "INSERT INTO abbreviations VALUES (?, ?, ?)", ((number, *each) for each in passage.abbreviations)
        )

    def _sentence_row(self, key: bytes, vectors: Vectors) -> int:
        """Return the row of a sentence's vectors, written unless a sentence with the same words was before."""
        if key not in self._sentence_rows:
            self._sentence_rows[key] = len(self._sentences)
            embedding = vectors.sentence(key)
            self._sentences.add(embedding.vector[None, :])
            self._sentence_tokens.add(embedding.token_ids, embedding.token_vectors)
        return self._sentence_rows[key]

    def _setting_row(self, key: bytes, vectors: Vectors) -> int:
        """Return the row of a setting's tokens: the passages of a section share one."""
        if key not in self._setting_rows:
            self._setting_rows[key] = len(self._setting_tokens)
            embedding = vectors.setting(key)
            self._setting_tokens.add(embedding.token_ids, embedding.token_vectors)
        return self._setting_rows[key]

    def finish(self, folder: Path, embedder: Embedder) -> Generation:
        """Write what is left, and the manifest; return what it says.

        Args:
            folder: Where the documents were read.
            embedder: What the vectors were made with.
        """
        self._database.commit()
        self._database.close()
        self._words.finish()
        self._columns.write(self._folder / COLUMNS)
        long_of = {short: frozenset(longs) for short, longs in self._long_of.items()}
        self._facts.write(self._folder / FACTS, ShortForms.of(long_of))
        self._sentences.write(self._folder / SENTENCE_VECTORS)
        self._sentence_tokens.finish()
        self._setting_tokens.finish()
        files = sorted(file for file in self._folder.rglob("*") if file.is_file())
        columns = self._columns
        generation = Generation(
            name=name_of(self._folder),
            created=datetime.now(UTC),
            model=embedder.name,
            dimension=embedder.dimension,
            parser_version=PARSER_VERSION,
            index_version=INDEX_VERSION,
            documents=self._documents,
            passages=columns.passages,
            sentences=columns.sentences,
            passage_terms=columns.terms / columns.passages,
            sentence_terms=columns.terms / columns.sentences,
            folder=str(folder),
            files={str(file.relative_to(self._folder)): (file.stat().st_size, checksum(file)) for file in files},
        )
        (self._folder / "manifest.json").write_text(generation.to_json(), encoding="utf-8")
        return generation


def _source_values(row: DocumentRow) -> tuple[str | None, ...]:
    source = row.source
    day = source.date.isoformat() if source.date else None
    return (
        source.id, source.title, source.kind, source.symbol, day, source.language, source.url, source.sha256, row.text,
    )  # fmt: skip


def verify(aside: Path) -> None:
    """Read a new generation as it will be read, before it is used; raises IndexNotWritten."""
    with closing(Store.open(aside)) as store:
        made = store.generation
        counts = [len(store.words), len(store.columns), len(store.sources)]
        texts = {
            len(store.sentence_vectors),
            len(store.sentence_tokens),
            1 + max(row for _, row in store.sentence_rows()),
        }
        settings = {row for _, row in store.setting_rows()}
        whole = counts == [made.passages, made.passages, made.documents]
        if not whole or len(texts) != 1 or settings != set(range(len(store.setting_tokens))):
            raise IndexNotWritten(f"The new index is not whole ({counts}). The one in use stays as it was.")
        for source in store.sources:
            if not store.is_word_for_word(source.id):
                raise IndexNotWritten(f"The new index does not hold {source.id} word for word; it is not used.")
