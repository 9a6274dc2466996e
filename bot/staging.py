"""Files that wait for a person's word before they are put among the documents: on disk, for a quarter of an hour.

What waits is known in memory alone. After a restart nothing waits, and what was left on the disk is removed.
"""

from __future__ import annotations

import hashlib
import secrets
import shutil
import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from bot.intake import Given

WAITS_SECONDS = 900


@dataclass(frozen=True, slots=True)
class Staged:
    """A file that waits; see `Given`."""

    name: str
    sha256: str
    replaces: str | None


@dataclass(frozen=True, slots=True)
class Batch:
    """Files that one person gave at once.

    Attributes:
        ticket: What stands for it.
        person: Who gave them.
        guild: For whose documents; None for those that all servers share.
        folder: Where they wait, under the names they will have.
        files: What they are.
        until: How long, by the clock of its `Staging`.
    """

    ticket: str
    person: int
    guild: int | None
    folder: Path
    files: tuple[Staged, ...]
    until: float

    def given(self) -> list[Given]:
        """Return the files; raises OSError where one is gone or is not what was given."""
        found = []
        for staged in self.files:
            content = (self.folder / staged.name).read_bytes()
            if hashlib.sha256(content).hexdigest() != staged.sha256:
                raise OSError(f"{staged.name} was changed while it waited")
            found.append(Given(staged.name, content, staged.sha256, staged.replaces))
        return found


class Staging:
    """The files that wait; any thread may use it."""

    def __init__(self, folder: Path, now: Callable[[], float] = time.monotonic) -> None:
        """Begin with none: what is left in the folder is removed."""
        self._folder = folder
        self._now = now
        self._waiting: dict[str, Batch] = {}
        self._lock = threading.Lock()
        shutil.rmtree(folder, ignore_errors=True)

    def keep(self, person: int, guild: int | None, given: Sequence[Given]) -> Batch:
        """Let files wait, in place of those that the same person gave before; raises OSError."""
        ticket = secrets.token_hex(12)
        folder = self._folder / ticket
        folder.mkdir(parents=True, mode=0o700)
        try:
            for file in given:
                (folder / file.name).write_bytes(file.content)
        except OSError:
            shutil.rmtree(folder, ignore_errors=True)
            raise
        files = [Staged(file.name, file.sha256, file.replaces) for file in given]
        batch = Batch(ticket, person, guild, folder, tuple(files), self._now() + WAITS_SECONDS)
        with self._lock:
            before = [each for each in self._waiting.values() if each.person == person]
            for each in before:
                del self._waiting[each.ticket]
            self._waiting[ticket] = batch
        for each in before:
            self.discard(each)
        return batch

    def narrow(self, batch: Batch, names: Sequence[str]) -> Batch:
        """Let only some of the files of a batch wait on."""
        files = tuple(each for each in batch.files if each.name in names)
        narrowed = Batch(batch.ticket, batch.person, batch.guild, batch.folder, files, batch.until)
        with self._lock:
            if batch.ticket in self._waiting:
                self._waiting[batch.ticket] = narrowed
        return narrowed

    def take(self, ticket: str, person: int, guild: int | None) -> Batch | None:
        """Return what waits under a ticket, once, and for those alone it was given by and for; None if nothing does."""
        self.expire()
        with self._lock:
            batch = self._waiting.get(ticket)
            if batch is None or (batch.person, batch.guild) != (person, guild):
                return None
            return self._waiting.pop(ticket)

    def expire(self) -> None:
        """Remove what has waited long enough."""
        with self._lock:
            late = [each for each in self._waiting.values() if each.until <= self._now()]
            for each in late:
                del self._waiting[each.ticket]
        for each in late:
            self.discard(each)

    def discard(self, batch: Batch) -> None:
        """Remove files that wait no more."""
        with self._lock:
            self._waiting.pop(batch.ticket, None)
        shutil.rmtree(batch.folder, ignore_errors=True)
