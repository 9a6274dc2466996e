"""The configured index and documents, opened: an index is built first where there is none."""

from __future__ import annotations

import getpass
import os
import platform
import shlex
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING

from bot.config import Config, configure, settings
from bot.exits import tell
from bot.terminal import messages, progress

if TYPE_CHECKING:  # numpy, FAISS and tantivy take a second: what needs them imports them
    from corpus.folder import Reading
    from retrieval.admin_log import Actor
    from retrieval.indexing import RefreshReport
    from retrieval.library import Library
    from retrieval.reranking import Reranker


@contextmanager
def opened_library(config: Config, *, check: bool = False) -> Iterator[Library]:
    """Open an index, building it first, of the configured documents, where there is none.

    A generation that is damaged is put aside for the one before, aloud. An index that exists and cannot be used is
    never replaced: that is for `rapporteur index`.

    Args:
        config: What is configured.
        check: Whether to compare the checksum of every file first; else damage is noticed by sizes alone.

    Raises:
        IndexMismatch: It was made by another model or version.
        IndexDamaged: No generation of it is whole.
        RerankerError: There is no index, and the reranker that would be asked after building one cannot be used.
    """
    from retrieval.reranking import CrossEncoderReranker
    from retrieval.store import IndexMissing

    reranker = CrossEncoderReranker(config.reranker) if config.reranker else None
    library = None
    with suppress(IndexMissing):
        library = _whole_library(config, reranker, check=check)
    if library is None:
        if reranker:
            reranker.load()  # before minutes are spent on an index that then cannot be asked
        tell(f"There is no index yet. Building one of {config.documents} in {config.index} first.")
        report = refreshed(config)
        tell(f"Index built: {report.generation.passages:,} passages, {report.seconds:.1f} s.")
        library = existing_library(config, reranker)
    of_another_folder = library.generation.folder != str(config.documents)
    # Another installation of the program has the same documents in another place.
    if of_another_folder and (config.index_is_set or not config.documents_are_shipped):
        tell(f"This index was made of {library.generation.folder}, not of {config.documents}. Run `rapporteur index`.")
    if library.calibration_problem:
        tell(library.calibration_problem)
    with library:
        yield library


def _whole_library(config: Config, reranker: Reranker | None, *, check: bool) -> Library:
    """Open an index; raises what `existing_library` does, IndexDamaged only where no generation is whole."""
    from retrieval.store import IndexDamaged

    try:
        return existing_library(config, reranker, check=check)
    except IndexDamaged:
        if not _put_damaged_aside(config):
            raise
        return existing_library(config, reranker)


def _put_damaged_aside(config: Config) -> bool:
    """Use the newest whole generation before one that is damaged, and say so; tell whether there was damage."""
    from retrieval.generations import IndexNotWritten, current, put_damaged_aside
    from retrieval.store import IndexMismatch

    try:
        damage = put_damaged_aside(config.index, at_this_terminal())
    except IndexMismatch:  # told when it is opened
        return False
    except IndexNotWritten as error:
        tell(str(error))
        return False
    for sentence in damage:
        tell(sentence)
    if damage:
        tell(f"What is damaged was put aside; answers come from generation {current(config.index).name} instead.")
    return bool(damage)


def at_this_terminal() -> Actor:
    """Return whoever started the program, as the log of an index names them."""
    from retrieval.admin_log import Actor

    try:
        name = getpass.getuser()
    except (OSError, KeyError, ImportError):  # a number without a name, in a container; no such thing on Windows
        name = f"user {os.getuid()}" if hasattr(os, "getuid") else "somebody"
    return Actor(name, f"terminal on {platform.node() or 'this machine'}")


def existing_library(config: Config, reranker: Reranker | None = None, *, check: bool = False) -> Library:
    """Open an index that is there, with the model it was made with; `check` compares the checksum of every file.

    Raises:
        IndexUnusable: It is missing, was made by another model or version, or is not whole.
        EmbeddingError: The model that is configured cannot be found, or is not whole.
    """
    from retrieval.embedder_choice import embedder_for_asking
    from retrieval.generations import current
    from retrieval.library import Library
    from retrieval.store import read_manifest

    made_with = read_manifest(current(config.index)).model
    embedder = embedder_for_asking(config.model, config.index, made_with)
    if check:
        next(embedder.embed(["whole"]))  # its files are compared when they are loaded
    return Library.open(config.index, embedder, reranker=reranker, check=check)


def refreshed(config: Config) -> RefreshReport:
    """Bring the configured index up to date, showing progress on standard error."""
    from retrieval.embedder_choice import embedder_for_indexing
    from retrieval.indexing import listing, refresh

    listing(config.documents, config.index)  # before anything is written where the index would be
    embedder = embedder_for_indexing(config.model, config.index, tell, apart=True)
    with progress(messages()) as report:
        return refresh(config.documents, config.index, embedder, report, at_this_terminal())


def read_documents(folder: Path) -> Reading:
    """Read a folder as `corpus.folder.read_folder` does, showing progress on standard error.

    Raises:
        FolderError: The folder cannot be used.
    """
    from corpus.folder import read_folder

    with progress(messages()) as report:
        return read_folder(folder, lambda done, total: report("reading", done, total))


def how_to_ask(config: Config) -> str:
    """Return the command that asks the index of `config`, given what the environment sets already."""
    if config.index == configure(settings()).index:
        return "rapporteur ask QUESTION"
    return f"RAPPORTEUR_DOCUMENTS={shlex.quote(str(config.documents))} rapporteur ask QUESTION"
