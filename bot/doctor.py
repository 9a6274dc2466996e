"""What is configured, what is missing, and the next step in words."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path

from bot.config import Config
from corpus.errors import FolderError, UnreadableFile


class State(StrEnum):
    """How a part of the installation is."""

    FINE = "fine"
    STALE = "stale"
    """It works, and a step would bring it up to date."""
    WRONG = "wrong"
    """A setting or an installed part: exit status 2."""
    NO_INDEX = "unusable"
    """It is missing, or made by other settings: exit status 3."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One part looked at, how it is, and what to do about it."""

    part: str
    state: State
    detail: str
    next_step: str | None = None

    @property
    def works(self) -> bool:
        """Whether the program can do its work as far as this part goes."""
        return self.state in (State.FINE, State.STALE)


def program_version() -> str:
    """Return the version installed."""
    try:
        return metadata.version("rapporteur")
    except metadata.PackageNotFoundError:
        return "(not installed)"


def diagnose(config: Config) -> Iterator[Finding]:
    """Yield what there is to say about an installation, one part after the other."""
    yield Finding("program", State.FINE, f"rapporteur {program_version()}, Python {platform.python_version()}")
    yield _documents(config)
    yield _model(config)
    yield from _index(config)


def _documents(config: Config) -> Finding:
    from corpus.folder import files_of

    whose = "the documents that come with the program" if config.documents_are_shipped else "RAPPORTEUR_DOCUMENTS"
    try:
        listing = files_of(config.documents)
    except FolderError as error:
        return Finding("documents", State.WRONG, str(error), "Set RAPPORTEUR_DOCUMENTS to a folder of documents.")
    unread = f", {len(listing.unreadable)} not readable" if listing.unreadable else ""
    return Finding("documents", State.FINE, f"{config.documents} ({whose}): {len(listing.files)} files{unread}")


def _model(config: Config) -> Finding:
    from retrieval.embedding import PACKAGED_MODEL, EmbeddingError, SentenceTransformerEmbedder, packaged_model_path

    try:
        if config.model is None:
            folder = packaged_model_path()
            return Finding("model", State.FINE, f"{PACKAGED_MODEL}, weights as expected (sha256), in {folder}")
        dimension = SentenceTransformerEmbedder(config.model).dimension
        return Finding("model", State.FINE, f"{config.model} (RAPPORTEUR_MODEL), {dimension} dimensions")
    except EmbeddingError as error:
        return Finding("model", State.WRONG, str(error), "Install or name a model as said above.")


def _index(config: Config) -> Iterator[Finding]:
    from retrieval.embedding import SentenceTransformerEmbedder
    from retrieval.library import Library
    from retrieval.store import IndexUnusable

    try:
        library = Library.open(config.index, SentenceTransformerEmbedder(config.model), check=True)
    except IndexUnusable as error:
        yield Finding("index", State.NO_INDEX, f"{config.index}: {error}", "Run: rapporteur index")
        return
    with library:
        made = library.generation
        yield Finding(
            "index",
            State.FINE,
            f"{config.index}: generation {made.name}, {made.documents} documents, {made.passages} passages, "
            f"made with {made.model}; all checksums as written",
        )
        held = {source.id: source.sha256 for source in library.sources()}
    yield from _freshness(config, made.folder, held)


def _freshness(config: Config, folder: str, held: dict[str, str]) -> Iterator[Finding]:
    from corpus.folder import files_of

    if folder != str(config.documents):
        detail = f"The index was made of {folder}, but {config.documents} is configured."
        yield Finding("freshness", State.STALE, detail, "Run: rapporteur index")
        return
    try:
        there = {file.id: file.sha256 for file in files_of(config.documents).files}
    except FolderError:
        return
    changed = sum(_is_document(config.documents, name) for name, sha256 in there.items() if held.get(name) != sha256)
    gone = len(held.keys() - there.keys())
    if changed or gone:
        detail = f"{changed} files are new or changed since the index was made, {gone} are gone."
        yield Finding("freshness", State.STALE, detail, "Run: rapporteur index")
    else:
        yield Finding("freshness", State.FINE, "The index holds the documents as they are now.")


def _is_document(folder: Path, name: str) -> bool:
    from corpus.folder import read_file

    try:
        read_file(folder, name)
    except UnreadableFile:
        return False
    return True
