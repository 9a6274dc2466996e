"""A folder of documents → a new generation: read what changed, embed what is new, take over the rest, switch."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.errors import FolderError, RapporteurError, UnreadableFile
from corpus.folder import File, Listing, Unreadable, files_of, read_file
from retrieval.admin_log import UNNAMED, Action, Actor, AdminLog, Entry, Outcome
from retrieval.embedding import Embedder, Embedding
from retrieval.generations import IndexNotWritten, built_aside, one_refresh, open_current, publish
from retrieval.rows import DocumentRow, Texts, document_row
from retrieval.store import Generation, IndexUnusable, Store
from retrieval.writing import GenerationWriter, verify

_TOGETHER = 1024
"""Texts, or passages, of the documents that are read while those before are embedded: more would only take memory."""


class Progress(Protocol):
    """Is told how far a refresh is: phases "reading" (and embedding), "writing", "checking"."""

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

    def counts(self) -> dict[str, float]:
        """Return how much was changed, as the log of an index tells it."""
        return {
            "documents added": len(self.documents_added),
            "documents changed": len(self.documents_changed),
            "documents removed": len(self.documents_removed),
            "passages added": self.passages_added,
            "passages removed": self.passages_removed,
            "files not read": len(self.unreadable),
            "seconds": round(self.seconds, 1),
        }


def refresh(folder: Path, index: Path, embedder: Embedder, progress: Progress, actor: Actor = UNNAMED) -> RefreshReport:
    """Bring the index in `index` up to date with the documents in `folder`.

    Answers come from the generation before until the new one is verified. When nothing changed, no generation is
    written. How it ended is told in the log of the index.

    Raises:
        FolderError: The folder cannot be used, holds nothing that can be read, or is that of the index.
        EmbeddingError: The model cannot be loaded.
        RefreshRunning: Another refresh runs.
        IndexNotWritten: The disk refused.
    """
    started = time.perf_counter()
    folder = folder.resolve()
    listing(folder, index)  # what is no folder of documents leaves no trace where the index would be
    with one_refresh(index, actor):
        before = _usable(index, embedder)
        used = before.generation.name if before else None
        log = AdminLog(index)
        try:
            report = _refresh(folder, index, embedder, progress, before, started)
        except BaseException as error:
            log.add(Entry(actor, Action.REFRESH, _outcome_of(error), used, {"reason": _reason_of(error)}))
            raise
        finally:
            if before:
                before.close()
        outcome = Outcome.DONE if report.changed_anything else Outcome.UNCHANGED
        log.add(Entry(actor, Action.REFRESH, outcome, report.generation.name, report.counts()))
        return report


def _outcome_of(error: BaseException) -> Outcome:
    return Outcome.FAILED if isinstance(error, Exception) else Outcome.STOPPED


def _reason_of(error: BaseException) -> str:
    """Return why a refresh ended, for the log; of a fault of the program no more than its kind."""
    if isinstance(error, RapporteurError):
        return str(error)
    return type(error).__name__ if isinstance(error, Exception) else "It was stopped."


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


def _refresh(
    folder: Path, index: Path, embedder: Embedder, progress: Progress, before: Store | None, started: float
) -> RefreshReport:
    held = listing(folder, index)
    if before and before.generation.folder == str(folder) and _same(held, before):
        return _unchanged(before.generation, held, started)
    with built_aside(index) as aside:
        try:
            written = _write(folder, held, aside, embedder, before, progress)
            progress("checking", 0, 1)
            verify(aside)
            progress("checking", 1, 1)
        except (sqlite3.Error, RuntimeError, ValueError, IndexUnusable) as error:  # three engines on a full disk
            raise IndexNotWritten(
                f"The new index could not be written to {index} ({error}). The one in use stays as it was."
            ) from error
        publish(index, aside)
    generation = written.generation
    old = {source.id: source.sha256 for source in before.sources} if before else {}
    old_passages = before.contents() if before else set()
    new, new_passages = written.documents, written.passages
    return RefreshReport(
        generation=generation,
        documents_added=tuple(sorted(new.keys() - old.keys())),
        documents_changed=tuple(sorted(name for name in new.keys() & old.keys() if new[name] != old[name])),
        documents_removed=tuple(sorted(old.keys() - new.keys())),
        passages_added=len(new_passages - old_passages),
        passages_removed=len(old_passages - new_passages),
        passages_kept=len(new_passages & old_passages),
        embedded=written.embedded,
        reused=max(0, generation.sentences - written.embedded),
        unreadable=tuple(sorted((*held.unreadable, *written.unreadable), key=lambda each: each.id)),
        seconds=time.perf_counter() - started,
        changed_anything=True,
    )


def _same(listing: Listing, before: Store) -> bool:
    return {file.id: file.sha256 for file in listing.files} == {each.id: each.sha256 for each in before.sources}


def _unchanged(generation: Generation, listing: Listing, started: float) -> RefreshReport:
    return RefreshReport(
        generation=generation,
        documents_added=(),
        documents_changed=(),
        documents_removed=(),
        passages_added=0,
        passages_removed=0,
        passages_kept=generation.passages,
        embedded=0,
        reused=generation.sentences,
        unreadable=listing.unreadable,
        seconds=time.perf_counter() - started,
        changed_anything=False,
    )


def listing(folder: Path, index: Path) -> Listing:
    """Return what a folder holds, without the index where that is kept within."""
    place = index.resolve()
    if place == folder:
        raise FolderError(f"The index cannot be kept in {folder} itself, among the documents: set RAPPORTEUR_INDEX.")
    found = files_of(folder)
    if not place.is_relative_to(folder):
        return found
    within = f"{place.relative_to(folder).as_posix()}/"
    return Listing(
        tuple(file for file in found.files if not file.id.startswith(within)),
        tuple(file for file in found.unreadable if not file.id.startswith(within)),
        found.notes,
    )


@dataclass(frozen=True, slots=True)
class _Written:
    """What was written.

    Attributes:
        generation: What the manifest says.
        documents: The hash of each document by its id.
        passages: The content hash of each passage.
        unreadable: The files that were not read, each with its reason.
        embedded: How many texts were embedded.
    """

    generation: Generation
    documents: Mapping[str, str]
    passages: Set[str]
    unreadable: Sequence[Unreadable]
    embedded: int


def _write(
    folder: Path, listing: Listing, aside: Path, embedder: Embedder, before: Store | None, progress: Progress
) -> _Written:
    """Write the files of a generation, the documents in the order of the listing.

    While the texts of some documents are embedded, the next are read and those before are written.
    """
    documents, passages, unreadable, embedded, read = dict[str, str](), set[str](), list[Unreadable](), 0, 0
    known = _Known(before)
    with GenerationWriter(aside, embedder.dimension) as writer:
        for batch in _ahead(_Begun(each, embedder) for each in _batches(folder, listing, known, unreadable)):
            vectors = batch.vectors(known)
            for row in batch.rows:
                writer.add(row, vectors)
                documents[row.source.id] = row.source.sha256
                passages.update(passage.content for passage in row.passages)
            embedded, read = embedded + batch.texts, read + batch.files
            progress("reading", read, len(listing.files))
        if not documents:
            raise FolderError(f"Nothing in {folder} can be read as a document: see `rapporteur check {folder}`.")
        progress("writing", 0, 1)
        generation = writer.finish(folder, embedder)
        progress("writing", 1, 1)
    return _Written(generation, documents, passages, unreadable, embedded)


@dataclass(frozen=True, slots=True)
class _Batch:
    """Some documents, how many files were read for them, and their texts that have no vectors yet."""

    rows: Sequence[DocumentRow]
    files: int
    texts: Texts


class _Begun:
    """A batch whose texts are being embedded."""

    def __init__(self, batch: _Batch, embedder: Embedder) -> None:
        self.rows, self.files = batch.rows, batch.files
        self._keys = [list(part) for part in batch.texts.parts]
        texts = [text for part in batch.texts.parts for text in part.values()]
        self.texts = len(texts)
        self._embeddings = embedder.embed(texts)

    def vectors(self, known: _Known) -> _Vectors:
        """Return the vectors of the batch, waiting for those that are being computed."""
        sentences, settings = self._keys
        return _Vectors(
            {key: next(self._embeddings) for key in sentences},
            {key: next(self._embeddings) for key in settings},
            known,
        )


def _ahead(batches: Iterable[_Begun]) -> Iterator[_Begun]:
    """Yield each batch when the one after it was begun."""
    waiting: _Begun | None = None
    for batch in batches:
        if waiting:
            yield waiting
        waiting = batch
    if waiting:
        yield waiting


def _batches(folder: Path, listing: Listing, known: _Known, unreadable: list[Unreadable]) -> Iterator[_Batch]:
    """Yield the documents of a folder, as many at a time as have some texts to embed."""
    seen = Texts()  # of this run, without their words
    rows, files, fresh, passages = list[DocumentRow](), 0, Texts(), 0
    for file in listing.files:
        files += 1
        texts = Texts()
        row = known.row(file) or _row(folder, file, texts, unreadable)
        if row:
            rows.append(row)
            passages += len(row.passages)
        for mine, new, old, before in zip(texts.parts, fresh.parts, seen.parts, known.parts, strict=True):
            new.update((key, text) for key, text in mine.items() if key not in old and key not in before)
            old.update(dict.fromkeys(mine, ""))
        if sum(map(len, fresh.parts)) >= _TOGETHER or passages >= _TOGETHER:
            yield _Batch(rows, files, fresh)
            rows, files, fresh, passages = [], 0, Texts(), 0
    yield _Batch(rows, files, fresh)


def _row(folder: Path, file: File, texts: Texts, unreadable: list[Unreadable]) -> DocumentRow | None:
    """Read a file; one that cannot be read is put among the `unreadable`."""
    try:
        row = document_row(read_file(folder, file.id), texts)
    except UnreadableFile as error:
        unreadable.append(Unreadable(file.id, str(error)))
        return None
    if not row.passages:
        unreadable.append(Unreadable(file.id, "holds nothing that can be quoted"))
        return None
    return row


class _Known:
    """What can be taken over from the generation before."""

    def __init__(self, before: Store | None) -> None:
        self._before = before
        self._held = {source.id: source.sha256 for source in before.sources} if before else {}
        self.parts: tuple[dict[bytes, int], ...] = ({}, {})
        if before:
            self.parts = (dict(before.sentence_rows()), dict(before.setting_rows()))

    @property
    def store(self) -> Store:
        """The generation before."""
        assert self._before is not None  # else nothing is known of any key
        return self._before

    def row(self, file: File) -> DocumentRow | None:
        """Return the rows of a document that did not change."""
        return self.store.document_row(file.id) if self._held.get(file.id) == file.sha256 else None


@dataclass(frozen=True, slots=True)
class _Vectors:
    """The vectors that were just computed, and those of the generation before."""

    sentences: Mapping[bytes, Embedding]
    settings: Mapping[bytes, Embedding]
    known: _Known

    def sentence(self, key: bytes) -> Embedding:
        if key in self.sentences:
            return self.sentences[key]
        row, store = self.known.parts[0][key], self.known.store
        return Embedding(store.sentence_vectors.vectors([row])[0], *store.sentence_tokens.tokens(row))

    def setting(self, key: bytes) -> Embedding:
        if key in self.settings:
            return self.settings[key]
        tokens = self.known.store.setting_tokens.tokens(self.known.parts[1][key])
        return Embedding(np.zeros(0, dtype=np.float32), *tokens)  # only the tokens of a setting are ever used
