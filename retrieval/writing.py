"""Rows and their vectors → the files of a generation, and the proof that they can be read back."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import numpy as np

from corpus.formats import PARSER_VERSION
from retrieval.dense import VectorIndex
from retrieval.embedding import Embedder, Embedding, Vectors
from retrieval.generations import IndexNotWritten, name_of
from retrieval.late_interaction import TokenIndex
from retrieval.lexical import WordIndex, words_of
from retrieval.rows import DocumentRow
from retrieval.store import (
    DATABASE,
    INDEX_VERSION,
    PASSAGE_VECTORS,
    SCHEMA,
    SENTENCE_TOKENS,
    SENTENCE_VECTORS,
    SETTING_TOKENS,
    WORDS,
    Generation,
    Store,
    checksum,
)


@dataclass(frozen=True, slots=True)
class EmbeddedTexts:
    """What was embedded, under the keys of `retrieval.rows.Texts`."""

    passages: dict[bytes, Vectors]
    sentences: dict[bytes, Embedding]
    settings: dict[bytes, Embedding]


def write_parts(
    aside: Path, documents: Sequence[DocumentRow], vectors: EmbeddedTexts, written: Callable[[int, int], None]
) -> None:
    """Write every file of a generation but its manifest; `written` is told how many parts of how many are done."""
    passages = [passage for row in documents for passage in row.passages]
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    embeddings = [vectors.sentences[sentence.vector_key] for sentence in sentences]
    settings = [vectors.settings[key] for key in _settings(documents)]
    steps: tuple[Callable[[], None], ...] = (
        lambda: _write_database(aside / DATABASE, documents),
        lambda: WordIndex.build(aside / WORDS, _word_rows(documents)),
        lambda: VectorIndex.build(
            aside / PASSAGE_VECTORS, np.stack([vectors.passages[passage.vector_key] for passage in passages])
        ),
        lambda: VectorIndex.build(aside / SENTENCE_VECTORS, np.stack([each.vector for each in embeddings])),
        lambda: TokenIndex.build(aside / SENTENCE_TOKENS, embeddings),
        lambda: TokenIndex.build(aside / SETTING_TOKENS, settings),
    )
    for done, write in enumerate(steps, 1):
        write()
        written(done, len(steps))


def _settings(documents: Sequence[DocumentRow]) -> dict[bytes, int]:
    """Return the row of each setting by its key: the passages of a section share one."""
    keys = dict.fromkeys(passage.setting_key for row in documents for passage in row.passages)
    return {key: number for number, key in enumerate(keys)}


def _word_rows(documents: Sequence[DocumentRow]) -> Iterator[tuple[str, str, str]]:
    for row in documents:
        for passage in row.passages:
            words = [word for start, end in json.loads(passage.spans) for word in words_of(row.text[start:end])]
            yield passage.terms, passage.context_terms, " ".join(words)


def _write_database(file: Path, documents: Sequence[DocumentRow]) -> None:
    passage_id = sentence_id = 0
    settings = _settings(documents)
    with closing(sqlite3.connect(file)) as database, database:
        # Built aside and flushed whole before it is used: a journal would only cost time.
        database.executescript(f"PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; {SCHEMA}")
        for document_id, row in enumerate(documents):
            database.execute(
                "INSERT INTO documents VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", (document_id, *_source_values(row))
            )
            for passage in row.passages:
                values = (
                    passage.ordinal, passage.role, passage.locator, passage.headings, passage.label, passage.spans,
                    passage.stem_spans, passage.content, passage.terms, passage.context_terms, passage.vector_key,
                    passage.setting_key, settings[passage.setting_key],
                )  # fmt: skip
                database.execute(
                    f"INSERT INTO passages VALUES ({', '.join('?' * 15)})",
                    (passage_id, document_id, *values),
                )
                for sentence in passage.sentences:
                    database.execute(
                        "INSERT INTO sentences VALUES (?, ?, ?, ?, ?, ?)",
                        (
                            sentence_id, passage_id, sentence.start, sentence.stop, sentence.terms,
                            sentence.vector_key,
                        ),
                    )  # fmt: skip
                    sentence_id += 1
                for abbreviation in passage.abbreviations:
                    database.execute("INSERT INTO abbreviations VALUES (?, ?, ?)", (passage_id, *abbreviation))
                passage_id += 1


def _source_values(row: DocumentRow) -> tuple[str | None, ...]:
    source = row.source
    day = source.date.isoformat() if source.date else None
    return (
        source.id, source.title, source.kind, source.symbol, day, source.language, source.url, source.sha256, row.text,
    )  # fmt: skip


def manifest(aside: Path, folder: Path, embedder: Embedder, documents: Sequence[DocumentRow]) -> Generation:
    """Return what is known of a generation whose files are written."""
    files = sorted(file for file in aside.rglob("*") if file.is_file())
    passages = [passage for row in documents for passage in row.passages]
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    return Generation(
        name=name_of(aside),
        created=datetime.now(UTC),
        model=embedder.name,
        dimension=embedder.dimension,
        parser_version=PARSER_VERSION,
        index_version=INDEX_VERSION,
        documents=len(documents),
        passages=len(passages),
        sentences=len(sentences),
        passage_terms=sum(len(passage.terms.split()) for passage in passages) / len(passages),
        sentence_terms=sum(len(sentence.terms.split()) for sentence in sentences) / len(sentences),
        folder=str(folder),
        files={str(file.relative_to(aside)): (file.stat().st_size, checksum(file)) for file in files},
    )


def verify(aside: Path) -> None:
    """Read a new generation as it will be read, before it is used; raises IndexNotWritten."""
    with closing(Store.open(aside)) as store:
        generation = store.generation
        counts = [
            *(len(store.passage_vectors), len(store.words)),
            *(len(store.sentence_vectors), len(store.sentence_tokens)),
            len(store.sources),
        ]
        wanted = [*[generation.passages] * 2, *[generation.sentences] * 2, generation.documents]
        settings = {row for _, row in store.setting_rows()}
        if counts != wanted or settings != set(range(len(store.setting_tokens))):
            raise IndexNotWritten(f"The new index is not whole ({counts}). The one in use stays as it was.")
        for source in store.sources:
            if any(store.stored_words(passage) is None for passage in store.passages(source.id)):
                raise IndexNotWritten(f"The new index does not hold {source.id} word for word; it is not used.")
