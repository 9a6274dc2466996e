"""A folder of documents → a new generation: read what changed, embed what is new, take over the rest, switch."""

from __future__ import annotations

import hashlib
import json
import sqlite3
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.abbreviations import abbreviations_in
from corpus.document import Document, Passage
from corpus.errors import FolderError, UnreadableFile
from corpus.folder import Listing, Unreadable, files_of, read_file
from corpus.formats import PARSER_VERSION
from corpus.passages import passages_of, sentences_of
from retrieval.dense import VectorIndex
from retrieval.embedding import Embedder, Embedding, Vectors
from retrieval.generations import IndexNotWritten, built_aside, name_of, one_refresh, open_current, publish
from retrieval.late_interaction import TokenIndex
from retrieval.lexical import WordIndex, terms_of, words_of
from retrieval.store import (
    DATABASE,
    INDEX_VERSION,
    PASSAGE_VECTORS,
    SCHEMA,
    SENTENCE_TOKENS,
    SENTENCE_VECTORS,
    SETTING_TOKENS,
    WORDS,
    DocumentRow,
    Generation,
    IndexUnusable,
    PassageRow,
    SentenceRow,
    Store,
    checksum,
)


class Progress(Protocol):
    """Is told how far a refresh is: phases "reading", "embedding", "writing", "checking"."""

    def __call__(self, phase: str, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class RefreshReport:
    """What a refresh changed.

    Attributes:
        generation: The one in use after it.
        documents_added, documents_changed, documents_removed: Their ids.
        passages_added, passages_removed, passages_kept: Passages by their content hash.
        embedded, reused: Vectors computed, and taken over from the generation before.
        unreadable: The files that were not read, each with its reason.
        seconds: How long it took.
        changed_anything: Whether there is a new generation.
    """

    generation: Generation
    documents_added: tuple[str, ...]
    documents_changed: tuple[str, ...]
    documents_removed: tuple[str, ...]
    passages_added: int
    passages_removed: int
    passages_kept: int
    embedded: int
    reused: int
    unreadable: tuple[Unreadable, ...]
    seconds: float
    changed_anything: bool


def refresh(folder: Path, index: Path, embedder: Embedder, progress: Progress) -> RefreshReport:
    """Bring the index in `index` up to date with the documents in `folder`.

    Answers come from the generation before until the new one is verified. When nothing changed, nothing is written.

    Raises:
        FolderError: The folder cannot be used, holds nothing that can be read, or is that of the index.
        EmbeddingError: The model cannot be loaded.
        IndexNotWritten: The disk refused, or another refresh runs.
    """
    started = time.perf_counter()
    folder = folder.resolve()
    _listing(folder, index)  # what is no folder of documents leaves no trace where the index would be
    with one_refresh(index):
        before = _usable(index, embedder)
        try:
            return _refresh(folder, index, embedder, progress, before, started)
        finally:
            if before:
                before.close()


def _usable(index: Path, embedder: Embedder) -> Store | None:
    """Return the generation in use if its rows and vectors can be taken over: damage must not be handed on."""
    try:
        store = open_current(index, check=True)
    except IndexUnusable:
        return None
    # The dimension is asked for last: a model may have to be loaded to tell it.
    if store.generation.model == embedder.name and store.generation.dimension == embedder.dimension:
        return store
    store.close()
    return None


@dataclass(frozen=True, slots=True)
class _Texts:
    """What is embedded, under the key of its vector: the same words are embedded once."""

    passages: dict[bytes, str] = field(default_factory=dict)
    sentences: dict[bytes, str] = field(default_factory=dict)
    settings: dict[bytes, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class _Vectors:
    """What was embedded, under the same keys."""

    passages: dict[bytes, Vectors]
    sentences: dict[bytes, Embedding]
    settings: dict[bytes, Embedding]


@dataclass(frozen=True, slots=True)
class _Gathered:
    """The rows of the new generation, and the texts of passages and sentences whose vectors may have to be computed."""

    documents: tuple[DocumentRow, ...]
    texts: _Texts
    unreadable: tuple[Unreadable, ...]


def _refresh(
    folder: Path, index: Path, embedder: Embedder, progress: Progress, before: Store | None, started: float
) -> RefreshReport:
    gathered = _gather(folder, _listing(folder, index), before, progress)
    old = {source.id: source.sha256 for source in before.sources} if before else {}
    new = {row.source.id: row.source.sha256 for row in gathered.documents}
    if before and old == new and before.generation.folder == str(folder):
        generation, embedded, reused = before.generation, 0, 0
    else:
        known = _known_vectors(before)
        embedded = _embed_missing(gathered.texts, known, embedder, progress)
        generation = _write(folder, index, embedder, gathered.documents, known, progress)
        reused = 2 * generation.passages + generation.sentences - embedded
    old_passages = _content(before.document_row(source.id) for source in before.sources) if before else set()
    new_passages = _content(gathered.documents)
    return RefreshReport(
        generation=generation,
        documents_added=tuple(sorted(new.keys() - old.keys())),
        documents_changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        documents_removed=tuple(sorted(old.keys() - new.keys())),
        passages_added=len(new_passages - old_passages),
        passages_removed=len(old_passages - new_passages),
        passages_kept=len(new_passages & old_passages),
        embedded=embedded,
        reused=reused,
        unreadable=gathered.unreadable,
        seconds=time.perf_counter() - started,
        changed_anything=before is None or generation is not before.generation,
    )


def _content(rows: Iterable[DocumentRow]) -> set[str]:
    return {passage.content for row in rows for passage in row.passages}


def _listing(folder: Path, index: Path) -> Listing:
    """Return what a folder holds, without the index where that is kept within."""
    place = index.resolve()
    if place == folder:
        raise FolderError(f"The index cannot be kept in {folder} itself, among the documents: set RAPPORTEUR_INDEX.")
    listing = files_of(folder)
    if not place.is_relative_to(folder):
        return listing
    within = f"{place.relative_to(folder).as_posix()}/"
    return Listing(
        tuple(file for file in listing.files if not file.id.startswith(within)),
        tuple(file for file in listing.unreadable if not file.id.startswith(within)),
        listing.notes,
    )


def _gather(folder: Path, listing: Listing, before: Store | None, progress: Progress) -> _Gathered:
    """Read what changed and take over what did not."""
    held = {source.id: source.sha256 for source in before.sources} if before else {}
    rows: list[DocumentRow] = []
    texts = _Texts()
    unreadable = list(listing.unreadable)
    for done, file in enumerate(listing.files, 1):
        if before and held.get(file.id) == file.sha256:
            rows.append(before.document_row(file.id))
        else:
            try:
                document = read_file(folder, file.id)
            except UnreadableFile as error:
                unreadable.append(Unreadable(file.id, str(error)))
            else:
                rows.append(_document_row(document, texts))
        progress("reading", done, len(listing.files))
    readable = tuple(row for row in rows if row.passages)
    empty = (Unreadable(row.source.id, "holds nothing that can be quoted") for row in rows if not row.passages)
    if not readable:
        raise FolderError(f"Nothing in {folder} can be read as a document: see `rapporteur check {folder}`.")
    return _Gathered(readable, texts, (*unreadable, *empty))


def _document_row(document: Document, texts: _Texts) -> DocumentRow:
    passages = tuple(_passage_row(passage, texts) for passage in passages_of(document))
    return DocumentRow(document.source, document.text, passages)


def _passage_row(passage: Passage, texts: _Texts) -> PassageRow:
    text, context = passage.text, passage.context
    return PassageRow(
        ordinal=passage.ordinal,
        role=passage.role,
        locator=passage.locator,
        headings=json.dumps(passage.headings, ensure_ascii=False),
        label=passage.label,
        spans=json.dumps(passage.spans),
        stem_spans=json.dumps(passage.stem_spans),
        content=passage.id,
        terms=" ".join(terms_of(text)),
        context_terms=" ".join(terms_of(context)),
        vector_key=_keyed(passage.search_text, texts.passages),
        setting_key=_keyed(passage.setting, texts.settings),
        sentences=_sentence_rows(passage, texts),
        abbreviations=tuple((found.short, found.long) for found in abbreviations_in(text)),
    )


def _sentence_rows(passage: Passage, texts: _Texts) -> tuple[SentenceRow, ...]:
    text = passage.text
    # A sub-paragraph is no sentence without the words above it.
    stem = f"{passage.stem} " if passage.stem else ""
    return tuple(
        SentenceRow(
            start=start,
            stop=stop,
            terms=" ".join(terms_of(text[start:stop])),
            vector_key=_keyed(stem + text[start:stop], texts.sentences),
        )
        for start, stop in sentences_of(text)
    )


def _keyed(text: str, texts: dict[bytes, str]) -> bytes:
    """Remember a text to embed under the key of its vector: the same words are embedded once."""
    key = hashlib.sha256(text.encode()).digest()[:16]
    texts[key] = text
    return key


def _known_vectors(before: Store | None) -> _Vectors:
    if before is None:
        return _Vectors({}, {}, {})
    passage_keys, passage_rows = zip(*before.vector_rows("passages"), strict=True)
    passages = dict(zip(passage_keys, before.passage_vectors.vectors(passage_rows), strict=True))
    sentence_keys, sentence_rows = zip(*before.vector_rows("sentences"), strict=True)
    sentences = {
        key: Embedding(vector, *before.sentence_tokens.tokens(row))
        for key, row, vector in zip(
            sentence_keys, sentence_rows, before.sentence_vectors.vectors(sentence_rows), strict=True
        )
    }
    nowhere = np.zeros(before.generation.dimension, dtype=np.float32)  # only the tokens of a setting are ever used
    settings = {
        key: Embedding(nowhere, *before.setting_tokens.tokens(row))
        for key, row in before.vector_rows("passages", "setting_key")
    }
    return _Vectors(passages, sentences, settings)


def _embed_missing(texts: _Texts, known: _Vectors, embedder: Embedder, progress: Progress) -> int:
    """Add to `known` the vectors it lacks; return how many."""
    passages = [key for key in texts.passages if key not in known.passages]
    sentences = [key for key in texts.sentences if key not in known.sentences]
    settings = [key for key in texts.settings if key not in known.settings]
    total = len(passages) + len(sentences) + len(settings)

    def embedded(keys: Sequence[bytes], words: Mapping[bytes, str], before: int) -> Iterator[tuple[bytes, Embedding]]:
        found = embedder.embed([words[key] for key in keys], lambda done: progress("embedding", before + done, total))
        return zip(keys, found, strict=True)

    known.passages.update((key, each.vector) for key, each in embedded(passages, texts.passages, 0))
    known.settings.update(embedded(settings, texts.settings, len(passages)))
    known.sentences.update(embedded(sentences, texts.sentences, len(passages) + len(settings)))
    return total


def _write(
    folder: Path,
    index: Path,
    embedder: Embedder,
    documents: Sequence[DocumentRow],
    vectors: _Vectors,
    progress: Progress,
) -> Generation:
    """Build a generation aside, verify it, and make it the one in use."""
    with built_aside(index) as aside:
        try:
            _write_parts(aside, documents, vectors, progress)
            generation = _manifest(aside, folder, embedder, documents)
            (aside / "manifest.json").write_text(generation.to_json(), encoding="utf-8")
            progress("checking", 0, 1)
            _verify(aside)
            progress("checking", 1, 1)
        except (sqlite3.Error, RuntimeError, ValueError, IndexUnusable) as error:  # three engines on a full disk
            raise IndexNotWritten(
                f"The new index could not be written to {index} ({error}). The one in use stays as it was."
            ) from error
        publish(index, aside)
    return generation


def _write_parts(aside: Path, documents: Sequence[DocumentRow], vectors: _Vectors, progress: Progress) -> None:
    passages = [passage for row in documents for passage in row.passages]
    sentences = [sentence for passage in passages for sentence in passage.sentences]
    embeddings = [vectors.sentences[sentence.vector_key] for sentence in sentences]
    steps: tuple[Callable[[], None], ...] = (
        lambda: _write_database(aside / DATABASE, documents),
        lambda: WordIndex.build(aside / WORDS, _word_rows(documents)),
        lambda: VectorIndex.build(
            aside / PASSAGE_VECTORS, np.stack([vectors.passages[passage.vector_key] for passage in passages])
        ),
        lambda: VectorIndex.build(aside / SENTENCE_VECTORS, np.stack([each.vector for each in embeddings])),
        lambda: TokenIndex.build(aside / SENTENCE_TOKENS, embeddings),
        lambda: TokenIndex.build(
            aside / SETTING_TOKENS, [vectors.settings[passage.setting_key] for passage in passages]
        ),
    )
    for done, write in enumerate(steps, 1):
        write()
        progress("writing", done, len(steps))


def _word_rows(documents: Sequence[DocumentRow]) -> Iterator[tuple[str, str, str]]:
    for row in documents:
        for passage in row.passages:
            words = [word for start, end in json.loads(passage.spans) for word in words_of(row.text[start:end])]
            yield passage.terms, passage.context_terms, " ".join(words)


def _write_database(file: Path, documents: Sequence[DocumentRow]) -> None:
    passage_id = sentence_id = 0
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
                    passage.setting_key,
                )  # fmt: skip
                database.execute(
                    "INSERT INTO passages VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
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


def _manifest(aside: Path, folder: Path, embedder: Embedder, documents: Sequence[DocumentRow]) -> Generation:
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


def _verify(aside: Path) -> None:
    """Read a new generation as it will be read, before it is used; raises IndexNotWritten."""
    with closing(Store.open(aside)) as store:
        generation = store.generation
        counts = [
            *(len(store.passage_vectors), len(store.words)),
            *(len(store.sentence_vectors), len(store.sentence_tokens)),
            len(store.sources),
        ]
        wanted = [*[generation.passages] * 2, *[generation.sentences] * 2, generation.documents]
        if counts != wanted:
            raise IndexNotWritten(f"The new index is not whole ({counts}). The one in use stays as it was.")
        for source in store.sources:
            if any(store.stored_words(passage) is None for passage in store.passages(source.id)):
                raise IndexNotWritten(f"The new index does not hold {source.id} word for word; it is not used.")
