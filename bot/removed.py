"""What was taken out of a folder of documents: kept beside its index as long as one can be gone back to that has it.

index/removed/<sha256>    the bytes of a file
"""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress
from pathlib import Path

from bot.managed import Managed
from corpus.document import Source
from retrieval.generations import kept_generations
from retrieval.store import IndexUnusable, Store

FOLDER = "removed"


def take_out(managed: Managed, document: str) -> None:
    """Take a file out of the folder of documents, and keep it.

    Raises:
        FileNotFoundError: It is not there.
        OSError: The disk refused; the file is where it was.
    """
    place = managed.documents / document
    _move(place, managed.index / FOLDER / _sha256(place))


def keep(managed: Managed, document: str) -> None:
    """Keep a file whose place another one is about to take; raises OSError."""
    place = managed.documents / document
    _copy(place, managed.index / FOLDER / _sha256(place))


def put_back(managed: Managed, sources: Iterable[Source]) -> tuple[str, ...]:
    """Put the documents of an index back that were taken out, or whose place was taken; return their ids.

    What has taken the place of one is taken out in turn. Raises OSError.
    """
    back = []
    for source in sources:
        place, kept = managed.documents / source.id, managed.index / FOLDER / source.sha256
        within = place.resolve().is_relative_to(managed.documents.resolve())
        if not within or not kept.is_file() or (place.is_file() and _sha256(place) == source.sha256):
            continue
        if place.is_file():
            take_out(managed, source.id)
        _move(kept, place)
        back.append(source.id)
    return tuple(back)


def forget_unreachable(index: Path) -> None:
    """Delete what no index that is kept has: nothing could put it back."""
    kept = list((index / FOLDER).iterdir()) if (index / FOLDER).is_dir() else []
    if not kept:
        return
    reachable = set[str]()
    for generation in kept_generations(index):
        with suppress(IndexUnusable), closing(Store.open(index / generation.name)) as store:
            reachable.update(source.sha256 for source in store.sources)
    for file in kept:
        if file.name not in reachable:
            file.unlink(missing_ok=True)


def named(ids: Sequence[str], most: int = 10) -> str:
    """Return names as running text, the first of them where there are many."""
    return ", ".join(ids[:most]) + (", …" if len(ids) > most else "")


def _move(place: Path, there: Path) -> None:
    """Move a file, to another disk too, so that it is whole in one of the two places at any moment."""
    _copy(place, there)
    place.unlink()


def _copy(place: Path, there: Path) -> None:
    """Copy a file, whole or not at all."""
    there.parent.mkdir(parents=True, exist_ok=True)
    aside = there.with_name(f".{there.name[:60]}.{os.getpid()}")
    try:
        shutil.copyfile(place, aside)
        with aside.open("rb+") as file:
            os.fsync(file.fileno())
        aside.replace(there)
    finally:
        aside.unlink(missing_ok=True)


def _sha256(file: Path) -> str:
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()
