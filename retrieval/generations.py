"""The folder of an index: generations built aside, switched by rename, the last few kept, and gone back to."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from filelock import FileLock, Timeout

from corpus.errors import RapporteurError
from retrieval.admin_log import UNNAMED, Action, Actor, AdminLog, Entry, Outcome
from retrieval.store import (
    Generation,
    IndexDamaged,
    IndexMismatch,
    IndexMissing,
    IndexUnusable,
    Store,
    compare_checksums,
    read_manifest,
)

KEPT = 5
"""Generations kept for going back."""

_ASIDE = ".building-"
_DAMAGED = ".damaged-"
_SWITCH = ".CURRENT"
_HOLDER = "REFRESHING"
"""Who holds the lock; it means nothing where nobody does."""
_LOCK_SECONDS = 0.3
"""How long the lock is waited for: whoever only looks whether it is held has it for an instant."""
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
    folder = current(index)
    try:
        return Store.open(folder, check=check)
    except IndexDamaged:
        if current(index) == folder:
            raise
    return open_current(index, check=check)  # it was dropped while it was being opened: another one is in use


@dataclass(frozen=True, slots=True)
class Holder:
    """Who refreshes an index, and since when."""

    actor: Actor
    since: datetime

    def to_json(self) -> str:
        """Return what is written beside the lock."""
        return json.dumps({"who": self.actor.who, "where": self.actor.where, "since": self.since.isoformat()})

    @classmethod
    def from_json(cls, text: str) -> Holder:
        """Return what was written; raises ValueError, KeyError or TypeError where it is something else."""
        values = json.loads(text)
        return cls(Actor(str(values["who"]), str(values["where"])), datetime.fromisoformat(values["since"]))


class RefreshRunning(IndexNotWritten):
    """Another refresh of the index runs.

    Attributes:
        holder: Who started it and when; None where that could not be read.
    """

    def __init__(self, index: Path, holder: Holder | None) -> None:
        self.holder = holder
        by = f", started by {holder.actor.who} ({holder.actor.where}) at {holder.since:%H:%M:%S} UTC" if holder else ""
        super().__init__(f"Another refresh of {index} is running{by}: wait until it has finished.")


def refresh_running(index: Path) -> Holder | None:
    """Return who changes an index now; None where nobody does."""
    holder = _holder(index)
    if holder is None:
        return None
    lock = FileLock(index / "LOCK", timeout=0)
    try:
        with lock:
            return None
    except Timeout:
        return holder
    except (OSError, NotImplementedError):
        return None


@contextmanager
def one_refresh(index: Path, actor: Actor = UNNAMED) -> Iterator[None]:
    """Hold the lock of an index: one change at a time across processes, released even by a process that dies.

    What a refresh that was killed has left over is removed, and told in the log.

    Raises:
        RefreshRunning: Another one holds it.
        IndexNotWritten: The folder cannot be written.
    """
    try:
        index.mkdir(parents=True, exist_ok=True)
        lock = FileLock(index / "LOCK", timeout=_LOCK_SECONDS)
        lock.acquire()
    except Timeout as error:
        raise RefreshRunning(index, _holder(index)) from error
    except (OSError, NotImplementedError) as error:  # the latter on a file system without locks
        raise _not_written(index, error) from error
    try:
        _clear(index)
        try:
            (index / _HOLDER).write_text(Holder(actor, datetime.now(UTC)).to_json(), encoding="utf-8")
        except OSError as error:
            raise _not_written(index, error) from error
        yield
    finally:
        with suppress(OSError):
            (index / _HOLDER).unlink(missing_ok=True)
        lock.release()


def _not_written(index: Path, error: Exception) -> IndexNotWritten:
    reason = getattr(error, "strerror", None) or error
    return IndexNotWritten(f"The index folder {index} cannot be written ({reason}).")


def _holder(index: Path) -> Holder | None:
    try:
        return Holder.from_json((index / _HOLDER).read_text(encoding="utf-8"))
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _clear(index: Path) -> None:
    """Remove what a process that died has left; only who holds the lock may."""
    for folder in (*index.glob(f"{_ASIDE}*"), *_left_over(index)):
        _remove(folder)
    used = name_in_use(index)
    with suppress(OSError):
        (index / _SWITCH).unlink(missing_ok=True)
        if used:  # in a copy that was taken in the moment of the switch
            (index / used / "CURRENT").unlink(missing_ok=True)
    died = _holder(index)
    if died:
        reason = f"Its process ended in the midst of it; it had begun at {died.since:%H:%M:%S} UTC."
        AdminLog(index).add(Entry(died.actor, Action.REFRESH, Outcome.BROKEN_OFF, used, {"reason": reason}))


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
        flush(file)
    flush(aside)
    folder = aside.rename(index / name_of(aside))
    try:
        flush(index)
        (folder / "CURRENT").replace(index / "CURRENT")
    except OSError:
        _remove(folder)
        raise
    _confirm_switch(index)
    for old in [*_generations(index)[:-KEPT], *index.glob(f"{_DAMAGED}*")]:
        _remove(old)


def kept_generations(index: Path) -> tuple[Generation, ...]:
    """Return the generations that can be gone back to, the one in use among them, newest first.

    Those of another version of the program, and those whose manifest cannot be read, are left out.
    """
    kept = []
    for folder in reversed(_generations(index) if index.is_dir() else []):
        with suppress(IndexUnusable):
            kept.append(read_manifest(folder))
    return tuple(kept)


class NoSuchGeneration(RapporteurError):
    """A generation that was to be gone back to is not kept."""


def roll_back(index: Path, name: str | None = None, actor: Actor = UNNAMED) -> Generation:
    """Make a generation that is kept the one in use, once its checksums were compared.

    The documents in their folder stay as they are: the next refresh reads them again.

    Args:
        index: The folder of the index.
        name: Of the generation; None is the one before the one in use.
        actor: Who wants it.

    Returns:
        The generation that is in use now.

    Raises:
        NoSuchGeneration: It is not kept, or is in use, or was made with another model.
        IndexUnusable: It is not whole, or there is no index.
        IndexNotWritten: The disk refused, or a refresh runs.
    """
    if not index.is_dir():
        raise IndexMissing(f"There is no index in {index} yet: run `rapporteur index` first.")
    with one_refresh(index, actor):
        used = name_in_use(index)
        wanted = _wanted(index, name, used)
        try:
            with closing(Store.open(index / wanted, check=True)) as store:
                generation = store.generation
            _refuse_another_model(index, generation, used)
            _use(index, wanted)
        except (RapporteurError, OSError) as error:
            AdminLog(index).add(Entry(actor, Action.ROLLBACK, Outcome.FAILED, used, {"reason": str(error)}))
            if isinstance(error, OSError):
                raise _not_written(index, error) from error
            raise
        AdminLog(index).add(Entry(actor, Action.ROLLBACK, Outcome.DONE, wanted, {"from": used}))
        return generation


def _wanted(index: Path, name: str | None, used: str | None) -> str:
    """Return the name of the generation to go back to; raises NoSuchGeneration."""
    kept = [each.name for each in kept_generations(index)]
    if name is None:
        name = next((each for each in kept if used is None or each < used), None)
        if name is None:
            raise NoSuchGeneration("There is no generation before the one in use to go back to.")
    if name == used:
        raise NoSuchGeneration(f"Generation {name} is the one in use.")
    if name not in kept:
        raise NoSuchGeneration(f"Generation {name} is not kept; these are: {', '.join(kept) or 'none'}.")
    return name


def _refuse_another_model(index: Path, generation: Generation, used: str | None) -> None:
    """Raise NoSuchGeneration unless a generation has the model of the one in use, as far as that can be read."""
    with suppress(IndexUnusable):
        if used and read_manifest(index / used).model != generation.model:
            raise NoSuchGeneration(
                f"Generation {generation.name} was made with the model {generation.model}, another than the one in "
                "use: set RAPPORTEUR_MODEL to it and run `rapporteur index`."
            )


def put_damaged_aside(index: Path, actor: Actor = UNNAMED) -> tuple[str, ...]:
    """Compare the checksums of the generation in use; while it is damaged, put it aside and use the one before.

    Returns:
        What was found, a sentence for each damaged generation; empty where the one in use is whole.

    Raises:
        IndexMissing: Nothing was ever built here.
        IndexDamaged: None that is kept is whole: nothing was changed.
        IndexMismatch: The generation to be used was made by another version of the program.
        IndexNotWritten: The disk refused, or a refresh runs.
    """
    damage = _damage(index)
    if damage is None:
        return ()
    with one_refresh(index, actor):
        damage = _damage(index)  # a refresh may have ended in between
        if damage is None:
            return ()
        used = name_in_use(index)
        said = [str(damage)]
        whole = None
        damaged = [used] if used else []
        for folder in reversed(_generations(index)):
            if folder.name == used:
                continue
            with suppress(IndexMismatch):  # whole or not: it cannot be used
                found = _damage_of(folder)
                if found is None:
                    whole = folder.name
                    break
                damaged.append(folder.name)
                said.append(str(found))
        if whole is None:
            raise damage
        try:
            _use(index, whole)
            for name in damaged:
                if (index / name).exists():
                    (index / name).rename(index / f"{_DAMAGED}{name}")
        except OSError as error:
            raise _not_written(index, error) from error
        AdminLog(index).add(Entry(actor, Action.PUT_ASIDE, Outcome.DONE, whole, {"reason": " ".join(said)}))
        return tuple(said)


def _damage(index: Path) -> IndexDamaged | None:
    """Return what is damaged of the generation in use, or None; raises IndexMissing and IndexMismatch."""
    try:
        folder = current(index)
    except IndexDamaged as error:
        return error
    return _damage_of(folder)


def _damage_of(folder: Path) -> IndexDamaged | None:
    """Return what is damaged of a generation, or None; raises IndexMismatch.

    Only what is not as it was written counts: an engine may also fail for want of memory or of open files.
    """
    try:
        compare_checksums(folder)
    except IndexDamaged as error:
        return error
    return None


def name_in_use(index: Path) -> str | None:
    """Return the name of the generation in use; None where there is none, or none that can be read."""
    try:
        return current(index).name
    except IndexUnusable:
        return None


def _use(index: Path, name: str) -> None:
    """Make a generation the one in use, by one rename."""
    switch = index / _SWITCH
    switch.write_text(f"{name}\n", encoding="utf-8")
    flush(switch)
    switch.replace(index / "CURRENT")
    _confirm_switch(index)


def _confirm_switch(index: Path) -> None:
    """Wait until a switch is on the disk, or until that refuses.

    What was switched to is in use all the same; at worst a power cut brings back the one before, as whole.
    """
    with suppress(OSError):
        flush(index)


def _generations(index: Path) -> list[Path]:
    """Return the generations, oldest first; a folder of another name is not ours."""
    return sorted(folder for folder in index.iterdir() if _NAME.fullmatch(folder.name) and folder.is_dir())


def _left_over(index: Path) -> list[Path]:
    """Return the generations that were built and not yet in use, or were to be dropped, when their process died."""
    used = name_in_use(index)
    others = [folder for folder in _generations(index) if folder.name != used]
    unused = [folder for folder in others if (folder / "CURRENT").exists()]
    kept = [folder for folder in others if folder not in unused]
    return [*unused, *kept[: max(0, len(kept) + bool(used) - KEPT)]]


def _remove(folder: Path) -> None:
    """Remove a generation, or what is left of one, as far as the disk allows."""
    doomed = folder
    if not folder.name.startswith("."):
        doomed = folder.with_name(f"{_ASIDE}{folder.name}")  # or a process that dies here leaves half a generation
        try:
            folder.rename(doomed)
        except OSError:
            return
    shutil.rmtree(doomed, ignore_errors=True)


def flush(path: Path) -> None:
    """Wait until a file or folder is on the disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
