"""The folder of an index: generations built aside, switched by rename, the last few kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import RapporteurError
from retrieval.store import IndexDamaged, IndexMissing, Store

KEPT = 5
"""Generations kept for going back."""

_ASIDE = ".building-"


class IndexNotWritten(RapporteurError):
    """A new generation could not be built; the one in use stays as it was."""


def current(index: Path) -> Path:
    """Return the folder of the generation in use.

    Raises:
        IndexMissing: Nothing was ever built here.
        IndexDamaged: The generation named is not there.
    """
    try:
        name = (index / "CURRENT").read_text(encoding="utf-8").strip()
    except (FileNotFoundError, NotADirectoryError) as error:
        raise IndexMissing(f"There is no index in {index} yet: run `rapporteur index` first.") from error
    except (OSError, UnicodeDecodeError) as error:
        raise IndexDamaged(f"{index / 'CURRENT'} cannot be read: run `rapporteur index` to build it again.") from error
    folder = index / name
    # A name, never a path: what a file says must not lead out of the folder.
    if not name or Path(name).name != name or not folder.is_dir():
        raise IndexDamaged(f"The generation in use is missing from {index}: run `rapporteur index` to build it again.")
    return folder


def open_current(index: Path) -> Store:
    """Open the generation in use; raises IndexUnusable."""
    return Store.open(current(index))


@contextmanager
def one_refresh(index: Path) -> Iterator[None]:
    """Hold the lock of an index: one refresh at a time across processes, released even by a process that dies.

    Raises:
        IndexNotWritten: Another refresh runs, or the folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / "LOCK", blocking=False)
        lock.acquire()
    except Timeout as error:
        raise IndexNotWritten(f"Another refresh of {index} is running: wait until it has finished.") from error
    except OSError as error:
        raise IndexNotWritten(f"The index folder {index} cannot be written ({error.strerror}).") from error
    try:
        yield
    finally:
        lock.release()


@contextmanager
def built_aside(index: Path) -> Iterator[Path]:
    """Give a new empty folder beside the generations; whatever is in it is gone unless it was published.

    Raises:
        IndexNotWritten: Writing failed, a full disk for one.
    """
    for left_over in index.glob(f"{_ASIDE}*"):  # of a process that died
        shutil.rmtree(left_over, ignore_errors=True)
    folder = index / f"{_ASIDE}{_new_name(index)}"
    try:
        folder.mkdir()
        yield folder
    except OSError as error:
        raise IndexNotWritten(
            f"The new index could not be written to {index} ({error.strerror or error}). "
            "The one in use stays as it was."
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _new_name(index: Path) -> str:
    """Return a name after those of all generations, even when the clock was set back."""
    stamp = datetime.now(UTC).strftime("%Y%m%dT%H%M%S.%f")
    latest = max((folder.name for folder in _generations(index)), default="")
    return stamp if stamp > latest else f"{latest}~"


def name_of(aside: Path) -> str:
    """Return the name a generation built in `aside` will have."""
    return aside.name.removeprefix(_ASIDE)


def publish(index: Path, aside: Path) -> None:
    """Make a generation built aside the one in use, atomically, and drop the oldest."""
    for file in sorted(aside.rglob("*")):
        _flush(file)
    _flush(aside)
    folder = index / name_of(aside)
    aside.rename(folder)
    pointer = index / "CURRENT.new"
    pointer.write_text(folder.name + "\n", encoding="utf-8")
    _flush(pointer)
    pointer.replace(index / "CURRENT")
    _flush(index)
    for old in _generations(index)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _generations(index: Path) -> list[Path]:
    return sorted(file.parent for file in index.glob("*/manifest.json") if not file.parent.name.startswith("."))


def _flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
