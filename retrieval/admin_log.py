"""Who did what to an index, when and from where: `index/log.sqlite`, the last `KEPT_ENTRIES` of it.

The log tells of the index and decides nothing: where it cannot be written, what was done stands, and a warning is
logged. One that is damaged is put aside under another name, and a new one begun.
"""

from __future__ import annotations

import json
import logging
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

KEPT_ENTRIES = 1_000
LOG = "log.sqlite"
"""The file, in the folder of an index."""

_PATIENCE_SECONDS = 2.0
_TABLE = """CREATE TABLE IF NOT EXISTS entries (id INTEGER PRIMARY KEY, at TEXT NOT NULL, who TEXT NOT NULL,
    place TEXT NOT NULL, action TEXT NOT NULL, outcome TEXT NOT NULL, generation TEXT, detail TEXT NOT NULL)"""
_COLUMNS = "at, who, place, action, outcome, generation, detail"

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Actor:
    """Who does something to an index.

    Attributes:
        who: The name of a person or of a part of the program.
        where: From where: a terminal, a server on Discord.
    """

    who: str
    where: str


UNNAMED = Actor("a program", "this machine")


class Action(StrEnum):
    """What was done."""

    REFRESH = "refresh"
    ROLLBACK = "rollback"
    PUT_ASIDE = "put aside"
    """A damaged generation was put aside, and the one before it used."""
    ADD = "add"
    """Documents were put into the folder."""
    REMOVE = "remove"
    """Documents were taken out of the folder."""


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    UNCHANGED = "unchanged"
    FAILED = "failed"
    STOPPED = "stopped"
    """By a person."""
    BROKEN_OFF = "broken off"
    """Its process ended in the midst of it."""


@dataclass(frozen=True, slots=True)
class Entry:
    """One line of the log.

    Attributes:
        actor: Who did it, and from where.
        action: What was done.
        outcome: How it ended.
        generation: The one in use afterwards, if there was one.
        detail: Counts, names of documents, or the reason of a failure under "reason".
        at: When it ended.
    """

    actor: Actor
    action: Action
    outcome: Outcome
    generation: str | None = None
    detail: Mapping[str, Any] = field(default_factory=dict)
    at: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def reason(self) -> str | None:
        """Why it failed, if it did."""
        return self.detail.get("reason")


class AdminLog:
    """The log of one index."""

    def __init__(self, index: Path) -> None:
        self._file = index / LOG

    def add(self, entry: Entry) -> None:
        """Write an entry, in one transaction; only warn where that is not possible."""
        values = (
            entry.at.isoformat(), entry.actor.who, entry.actor.where, entry.action.value, entry.outcome.value,
            entry.generation, json.dumps(entry.detail),
        )  # fmt: skip

        def write() -> None:
            with self._opened() as database:
                database.execute(_TABLE)
                database.execute(f"INSERT INTO entries ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?)", values)
                database.execute("DELETE FROM entries WHERE id <= (SELECT max(id) FROM entries) - ?", (KEPT_ENTRIES,))

        try:
            self._or_anew(write)
        except (sqlite3.Error, OSError) as error:
            _log.warning("%s cannot be written: %s", self._file, error)

    def entries(self, limit: int = KEPT_ENTRIES) -> tuple[Entry, ...]:
        """Return the last entries, newest first; none where there is no log, or none that can be read."""
        return self._selected("ORDER BY id DESC LIMIT ?", limit)

    def last_failure(self) -> Entry | None:
        """Return the last entry, if since then no refresh or rollback went well, of what failed or was broken off."""
        last = self._selected(
            "WHERE action IN ('refresh', 'rollback') AND outcome != 'stopped' ORDER BY id DESC LIMIT ?", 1
        )
        return last[0] if last and last[0].outcome in (Outcome.FAILED, Outcome.BROKEN_OFF) else None

    def _selected(self, which: str, limit: int) -> tuple[Entry, ...]:
        if not self._file.is_file():
            return ()
        try:
            with closing(self._connection("ro")) as database:
                rows = database.execute(f"SELECT {_COLUMNS} FROM entries {which}", (limit,)).fetchall()
            return tuple(_entry(*row) for row in rows)
        except (sqlite3.Error, ValueError) as error:
            _log.warning("%s cannot be read: %s", self._file, error)
            return ()

    @contextmanager
    def _opened(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for one transaction."""
        with closing(self._connection("rwc")) as database, database:
            yield database

    def _connection(self, mode: str) -> sqlite3.Connection:
        return sqlite3.connect(f"{self._file.absolute().as_uri()}?mode={mode}", uri=True, timeout=_PATIENCE_SECONDS)

    def _or_anew(self, write: Callable[[], None]) -> None:
        """Write, and where the file turns out to be damaged put it aside and write again."""
        try:
            write()
        except sqlite3.DatabaseError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF not in (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB):
                raise
            with suppress(FileNotFoundError):
                self._file.replace(self._file.with_name(f"{LOG}.damaged"))
            _log.warning("%s was damaged and is put aside as %s.damaged", self._file, LOG)
            write()


def _entry(at: str, who: str, where: str, action: str, outcome: str, generation: str | None, detail: str) -> Entry:
    return Entry(
        Actor(who, where),
        Action(action),
        Outcome(outcome),
        generation,
        json.loads(detail),
        datetime.fromisoformat(at),
    )
