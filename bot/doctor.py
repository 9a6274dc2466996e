"""What is configured, what is missing, and the next step in words."""

from __future__ import annotations

import platform
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from importlib import metadata
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config
from bot.terminal import counted
from corpus.errors import FolderError, UnreadableFile

if TYPE_CHECKING:
    from retrieval.threshold import Calibration


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


def diagnose(config: Config, servers: Path) -> Iterator[Finding]:
    """Yield what there is to say about an installation, one part after the other.

    Args:
        config: What is configured.
        servers: The folder of the documents that servers keep of their own; it need not be there.
    """
    yield Finding("program", State.FINE, f"rapporteur {program_version()}, Python {platform.python_version()}")
    yield _documents(config)
    yield _model(config)
    if config.reranker:
        yield _reranker(config.reranker)
    yield from _index(config)
    yield from _servers(servers)


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
    from retrieval.embedder_choice import installed_export
    from retrieval.embedding import SentenceTransformerEmbedder
    from retrieval.model_files import EmbeddingError, find_model

    try:
        if installed := installed_export(config.model, config.index):
            installed.check()
            return Finding("model", State.FINE, f"{installed.name}, exported and as written (sha256)")
        files = find_model(config.model)
        if config.model is None:
            return Finding("model", State.FINE, f"{files.model}, weights as expected (sha256), in {files.folder}")
        dimension = SentenceTransformerEmbedder(files).dimension
        return Finding("model", State.FINE, f"{config.model} (RAPPORTEUR_MODEL), {dimension} dimensions")
    except EmbeddingError as error:
        return Finding("model", State.WRONG, str(error), "Install or name a model as said above.")


def _reranker(name: str) -> Finding:
    from retrieval.reranking import CrossEncoderReranker, RerankerError

    try:
        CrossEncoderReranker(name).load()
    except RerankerError as error:
        return Finding("reranker", State.WRONG, str(error), "Unset RAPPORTEUR_RERANKER, or name one as said above.")
    return Finding("reranker", State.FINE, f"{name} (RAPPORTEUR_RERANKER)")


def _index(config: Config) -> Iterator[Finding]:
    from bot.opening import existing_library
    from retrieval.generations import kept_generations
    from retrieval.model_files import EmbeddingError
    from retrieval.store import IndexDamaged, IndexUnusable

    try:
        library = existing_library(config, check=True)
    except (IndexUnusable, EmbeddingError) as error:
        earlier = isinstance(error, IndexDamaged) and len(kept_generations(config.index)) > 1
        next_step = "Run: rapporteur index" + (", or go back: rapporteur rollback" if earlier else "")
        yield Finding("index", State.NO_INDEX, f"{config.index}: {error}", next_step)
        yield from _refreshes(config)
        return
    with library:
        made = library.generation
        yield Finding(
            "index",
            State.FINE,
            f"{config.index}: generation {made.name}, {made.documents} documents, {made.passages} passages, "
            f"made with {made.model}; all checksums as written",
        )
        yield _calibration(library.calibration, library.calibration_problem)
        held = {source.id: source.sha256 for source in library.sources()}
    yield from _refreshes(config)
    yield from _freshness(config, made.folder, held)


def _servers(folder: Path) -> Iterator[Finding]:
    """Yield how the indexes are that servers keep of their own, if there are any."""
    from bot.server_indexes import ServerIndexes
    from retrieval.generations import current
    from retrieval.store import IndexUnusable, compare_checksums

    indexes = ServerIndexes(folder)
    built = [own for guild in sorted(indexes.guilds()) if (own := indexes.of(guild)).is_built]
    unusable = 0
    for own in built:
        try:
            compare_checksums(current(own.index))
        except IndexUnusable as error:
            unusable += 1
            next_step = "Begin a refresh in that server: /index refresh"
            yield Finding("servers", State.STALE, f"Of server {own.guild}: {error}", next_step)
    if built and not unusable:
        detail = f"{counted(len(built), 'server')} with documents of their own in {folder}; all checksums as written"
        yield Finding("servers", State.FINE, detail)


def _refreshes(config: Config) -> Iterator[Finding]:
    """Yield who refreshes the index now, and what went wrong last."""
    from retrieval.admin_log import AdminLog
    from retrieval.generations import refresh_running

    running = refresh_running(config.index)
    if running:
        detail = f"{running.actor.who} ({running.actor.where}) refreshes it since {running.since:%H:%M:%S} UTC."
        yield Finding("refresh", State.FINE, detail)
    failure = AdminLog(config.index).last_failure()
    if failure:
        detail = f"The last {failure.action.value} {failure.outcome.value}, {failure.at:%Y-%m-%d %H:%M} UTC"
        yield Finding("refresh", State.STALE, f"{detail}: {failure.reason}", "Run: rapporteur index")


def _calibration(calibration: Calibration | None, problem: str | None) -> Finding:
    if problem:
        return Finding("calibration", State.STALE, problem, "Run: rapporteur calibrate QUESTIONS")
    if calibration is None:
        return Finding("calibration", State.FINE, "None: a question is answered from the program's own threshold on.")
    detail = (
        f"Fitted on {calibration.made.date()} to {calibration.answerable} answerable and {calibration.unanswerable} "
        f"unanswerable questions of {calibration.questions}: what was a confidence of {calibration.old_threshold:.2f} "
        "is now the threshold."
    )
    return Finding("calibration", State.FINE, detail)


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
