"""A folder of documents → a new generation: read what changed, embed what is new, take over the rest, switch."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Protocol

import numpy as np

from corpus.errors import FolderError, UnreadableFile
from corpus.folder import Listing, Unreadable, files_of, read_file
from retrieval.embedding import Embedder, Embedding
from retrieval.generations import IndexNotWritten, built_aside, one_refresh, open_current, publish
from retrieval.rows import DocumentRow, Texts, document_row
from retrieval.store import Generation, IndexUnusable, Store
from retrieval.writing import EmbeddedTexts, manifest, verify, write_parts

_TOGETHER = 1024
"""Texts embedded before the next are taken up: more would only take memory."""


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
class _Gathered:
    """The rows of the new generation, and the texts of passages and sentences whose vectors may have to be computed."""

    documents: tuple[DocumentRow, ...]
    texts: Texts
    unreadable: tuple[Unreadable, ...]


def _refresh(
    folder: Path, index: Path, embedder: Embedder, progress: Progress, before: Store | None, started: float
) -> RefreshReport:
    listing = _listing(folder, index)
    if before and before.generation.folder == str(folder) and _same(listing, before):
        return _unchanged(before.generation, listing, started)
    gathered = _gather(folder, listing, before, progress)
    old = {source.id: source.sha256 for source in before.sources} if before else {}
    new = {row.source.id: row.source.sha256 for row in gathered.documents}
    known = _known_vectors(before)
    embedded = _embed_missing(gathered.texts, known, embedder, progress)
    generation = _write(folder, index, embedder, gathered.documents, known, progress)
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
        reused=max(0, generation.passages + generation.sentences - embedded),
        unreadable=gathered.unreadable,
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
        reused=generation.passages + generation.sentences,
        unreadable=listing.unreadable,
        seconds=time.perf_counter() - started,
        changed_anything=False,
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
    texts = Texts()
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
                rows.append(document_row(document, texts))
        progress("reading", done, len(listing.files))
    readable = tuple(row for row in rows if row.passages)
    empty = (Unreadable(row.source.id, "holds nothing that can be quoted") for row in rows if not row.passages)
    if not readable:
        raise FolderError(f"Nothing in {folder} can be read as a document: see `rapporteur check {folder}`.")
    return _Gathered(readable, texts, tuple(sorted((*unreadable, *empty), key=lambda each: each.id)))


def _known_vectors(before: Store | None) -> EmbeddedTexts:
    if before is None:
        return EmbeddedTexts({}, {}, {})
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
    settings = {key: Embedding(nowhere, *before.setting_tokens.tokens(row)) for key, row in before.setting_rows()}
    return EmbeddedTexts(passages, sentences, settings)


def _embed_missing(texts: Texts, known: EmbeddedTexts, embedder: Embedder, progress: Progress) -> int:
    """Add to `known` the vectors it lacks; return how many."""
    passages = [key for key in texts.passages if key not in known.passages]
    sentences = [key for key in texts.sentences if key not in known.sentences]
    settings = [key for key in texts.settings if key not in known.settings]
    total = len(passages) + len(sentences) + len(settings)

    def embedded(keys: Sequence[bytes], words: Mapping[bytes, str], before: int) -> Iterator[tuple[bytes, Embedding]]:
        """Yield the embeddings of texts, some at a time: of a passage only the vector is kept."""
        by_length = sorted(keys, key=lambda key: len(words[key]))
        for start in range(0, len(keys), _TOGETHER):
            some = by_length[start : start + _TOGETHER]
            report = partial(_from, progress, before + start, total)
            yield from zip(some, embedder.embed([words[key] for key in some], report), strict=True)

    known.passages.update((key, each.vector) for key, each in embedded(passages, texts.passages, 0))
    known.settings.update(embedded(settings, texts.settings, len(passages)))
    known.sentences.update(embedded(sentences, texts.sentences, len(passages) + len(settings)))
    return total


def _from(progress: Progress, before: int, total: int, done: int) -> None:
    progress("embedding", before + done, total)


def _write(
    folder: Path,
    index: Path,
    embedder: Embedder,
    documents: Sequence[DocumentRow],
    vectors: EmbeddedTexts,
    progress: Progress,
) -> Generation:
    """Build a generation aside, verify it, and make it the one in use."""
    with built_aside(index) as aside:
        try:
            write_parts(aside, documents, vectors, lambda done, total: progress("writing", done, total))
            generation = manifest(aside, folder, embedder, documents)
            (aside / "manifest.json").write_text(generation.to_json(), encoding="utf-8")
            progress("checking", 0, 1)
            verify(aside)
            progress("checking", 1, 1)
        except (sqlite3.Error, RuntimeError, ValueError, IndexUnusable) as error:  # three engines on a full disk
            raise IndexNotWritten(
                f"The new index could not be written to {index} ({error}). The one in use stays as it was."
            ) from error
        publish(index, aside)
    return generation
