"""The folder of an index: generations built aside, switched by rename, the last few kept."""

from __future__ import annotations

import os
import re
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
_NAME = re.compile(r"\d{8}T\d{6}\.\d{6}~*")


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
    if not _NAME.fullmatch(name) or not folder.is_dir():
        raise IndexDamaged(f"The generation in use is missing from {index}: run `rapporteur index` to build it again.")
    return folder


def open_current(index: Path, *, check: bool = False) -> Store:
    """Open the generation in use, comparing all checksums first if `check`; raises IndexUnusable."""
    return Store.open(current(index), check=check)


@contextmanager
def one_refresh(index: Path) -> Iterator[None]:
    """Hold the lock of an index: one refresh at a time across processes, released even by a process that dies.

    What a refresh that was killed has left over is removed.

    Raises:
        IndexNotWritten: Another refresh runs, or the folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / "LOCK", blocking=False)
        lock.acquire()
    except Timeout as error:
        raise IndexNotWritten(f"Another refresh of {index} is running: wait until it has finished.") from error
    except (OSError, NotImplementedError) as error:  # the latter on a file system without locks
        reason = getattr(error, "strerror", None) or error
        raise IndexNotWritten(f"The index folder {index} cannot be written ({reason}).") from error
    try:
        for left_over in _left_over(index):
            shutil.rmtree(left_over, ignore_errors=True)
        yield
    finally:
        lock.release()


@contextmanager
def built_aside(index: Path) -> Iterator[Path]:
    """Give a new empty folder beside the generations; whatever is in it is gone unless it was published.

    Raises:
        IndexNotWritten: Writing failed, a full disk for one.
    """
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
    # Written before anything is renamed, and inside: a disk that is full now leaves nothing behind.
    (aside / "CURRENT").write_text(name_of(aside) + "\n", encoding="utf-8")
    for file in sorted(aside.rglob("*")):
        _flush(file)
    _flush(aside)
    folder = aside.rename(index / name_of(aside))
    try:
        (folder / "CURRENT").replace(index / "CURRENT")
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _flush(index)
    for old in _generations(index)[:-KEPT]:
        shutil.rmtree(old, ignore_errors=True)


def _generations(index: Path) -> list[Path]:
    """Return the generations, oldest first; a folder of another name is not ours."""
    return sorted(folder for folder in index.iterdir() if _NAME.fullmatch(folder.name) and folder.is_dir())


def _left_over(index: Path) -> list[Path]:
    """Return what was being built, or was built and not yet in use, when its process died."""
    unused = [folder for folder in _generations(index) if (folder / "CURRENT").exists()]
    return [*index.glob(f"{_ASIDE}*"), *unused]


def _flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
