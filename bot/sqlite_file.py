"""A small SQLite file that any thread and several processes may use, and what becomes of it when it cannot be used.

It has a write-ahead log: who reads never waits for who writes, in this process or in another one that is just taking
over from it, and every change is one transaction. A log of that kind needs a local disk, as the index does.

Where the file cannot be used, the bot goes on: who reads gets None, once with a warning, and who writes is told. A
file that is damaged is put aside under another name, to be looked into, and a new one is begun.
"""

from __future__ import annotations

import logging
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from filelock import FileLock, Timeout

from corpus.errors import RapporteurError

_READING_WAITS = 0.05  # seconds; the event loop reads, and waits only where another program holds the whole file

_OPENED_AGAIN_AFTER = timedelta(seconds=5)

_WHY_NOT = {
    sqlite3.SQLITE_BUSY: "another program is using the file",
    sqlite3.SQLITE_LOCKED: "another program is using the file",
    sqlite3.SQLITE_FULL: "the disk is full",
    sqlite3.SQLITE_READONLY: "the file may not be written",
    sqlite3.SQLITE_CANTOPEN: "the file cannot be opened",
    sqlite3.SQLITE_IOERR: "the disk does not answer",
}

_DAMAGE = {sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB}

_log = logging.getLogger(__name__)


class SettingsUnavailable(RapporteurError):
    """What was to be kept is not; the message is for who wanted it kept, and names no path."""


class StateTooNew(SettingsUnavailable):
    """A newer version of the program wrote the file; the message is for who runs the bot."""


@dataclass(frozen=True, slots=True)
class Schema:
    """What a file holds.

    Attributes:
        version: Of the tables; kept in the file as `PRAGMA user_version`.
        tables: The statements that make them.
        lost: What follows from the loss of all that was in a file, for the log.
        told: The same as a sentence for who was about to change something.
        forgets: Whether it holds what people wrote: what is removed is then gone from the disk at once, and a damaged
            file is removed as well and not put aside.
    """

    version: int
    tables: tuple[str, ...]
    lost: str
    told: str
    forgets: bool = False


class SqliteFile:
    """A file, opened."""

    def __init__(
        self,
        path: Path,
        schema: Schema,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        patience_seconds: float = 2.0,
    ) -> None:
        """Open the file, and make it and its folder where there is none.

        A file that cannot be opened now is tried again: for who writes each time, for who reads every few seconds.

        Args:
            path: The file; two more with its name, ending in -wal and -shm, lie beside it while it is in use.
            schema: What it holds.
            now: The clock, which names a damaged file.
            patience_seconds: How long who writes waits for another program; Discord waits three.

        Raises:
            StateTooNew: A newer version of the program wrote it.
        """
        self._path = path
        self._schema = schema
        self._now = now
        self._patience = patience_seconds
        self._reading: sqlite3.Connection | None = None
        self._writing: sqlite3.Connection | None = None
        # Two, so that who reads never waits for who writes. To open the file takes both, in this order.
        self._to_write, self._to_read = threading.RLock(), threading.RLock()
        self._open_again_at = now()
        self._said: set[str] = set()
        self._closed = False
        try:
            self._open(self._patience)
        except StateTooNew:
            raise
        except SettingsUnavailable as error:
            self._say_once("read", error)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the file; to do so again does nothing, and to use it afterwards fails as if it were locked."""
        with self._to_write, self._to_read:
            self._closed = True
            self._disconnect()

    def rows(self, statement: str, *values: object) -> list[tuple[Any, ...]] | None:
        """Return what is selected, or None where the file cannot be read, which is logged once."""
        try:
            self._open_if_it_is_time()
            with self._to_read:
                if self._reading is None:
                    raise SettingsUnavailable(_sentence("the file is not open"))
                found = self._reading.execute(statement, values).fetchall()
        except sqlite3.Error as error:
            self._say_once("read", self._failed(error, _READING_WAITS))
            return None
        except SettingsUnavailable as error:
            self._say_once("read", error)
            return None
        self._said.discard("read")
        return found

    @contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give a connection for one transaction, kept whole or, when anything is raised, not at all.

        Raises:
            SettingsUnavailable: It could not be kept in time.
        """
        with self._to_write:
            try:
                if self._writing is None:
                    self._open(self._patience)
                connection = self._writing
                assert connection is not None
                connection.execute("BEGIN IMMEDIATE")
                try:
                    yield connection
                    connection.execute("COMMIT")
                    if self._schema.forgets:  # the log holds pages as they were before
                        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
                except BaseException:
                    with suppress(sqlite3.Error):
                        connection.rollback()
                    raise
            except sqlite3.Error as error:
                raise self._failed(error, self._patience) from error
        self._said.discard("write")

    def warn_once(self, error: SettingsUnavailable) -> None:
        """Log that something was not kept, once until something is kept again."""
        self._say_once("write", error)

    def _say_once(self, what: str, error: SettingsUnavailable) -> None:
        if what not in self._said:
            self._said.add(what)
            _log.warning("%s cannot be used: %s", self._path, error)

    def _open_if_it_is_time(self) -> None:
        """Open a file that could not be opened, now and then, and never while somebody writes: an event loop waits."""
        if self._reading is None and self._now() >= self._open_again_at and self._to_write.acquire(blocking=False):
            try:
                self._open(_READING_WAITS)
            finally:
                self._to_write.release()

    def _open(self, waits_seconds: float) -> None:
        """Open the file; raises SettingsUnavailable."""
        if self._closed:
            raise SettingsUnavailable("The bot is ending: try again when it is back.")
        self._open_again_at = self._now() + _OPENED_AGAIN_AFTER
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True)
            # Two processes that begin at once shall not both make the tables, nor both put a damaged file aside.
            lock = FileLock(self._path.with_name(f"{self._path.name}.lock"), timeout=waits_seconds)
            with self._to_write, lock, self._to_read:
                self._connect_or_begin_anew(waits_seconds)
        except sqlite3.Error as error:
            raise _unavailable(error) from error
        except Timeout as error:
            raise SettingsUnavailable(_sentence("another program is opening the file")) from error
        except OSError as error:
            raise SettingsUnavailable(_sentence(error.strerror or "the file cannot be opened")) from error

    def _connect_or_begin_anew(self, waits_seconds: float) -> None:
        try:
            try:
                self._connect(waits_seconds)
            except sqlite3.Error as error:
                if not _is_damage(error):
                    raise
                self._begin_anew(waits_seconds)
        except BaseException:
            self._disconnect()
            raise

    def _connect(self, waits_seconds: float) -> None:
        self._disconnect()
        self._writing = _connection(self._path, waits_seconds)
        self._reading = _connection(self._path, _READING_WAITS)
        _check(self._writing, self._path, self._schema)
        self._writing.execute(f"PRAGMA busy_timeout = {self._patience * 1000:.0f}")
        # Survives a crash of the program; only a power cut may take back the last changes, never damage the file.
        self._writing.execute("PRAGMA synchronous = NORMAL")
        if self._schema.forgets:
            self._writing.execute("PRAGMA secure_delete = ON")
        self._reading.execute("PRAGMA query_only = ON")
        self._reading.execute("SELECT count(*) FROM sqlite_master").fetchone()

    def _disconnect(self) -> None:
        for connection in (self._reading, self._writing):
            if connection is not None:
                with suppress(sqlite3.Error):
                    connection.close()
        self._reading = self._writing = None

    def _begin_anew(self, waits_seconds: float) -> None:
        """Put the damaged file aside with what belongs to it, and make a new one."""
        self._disconnect()
        log, shared = (self._path.with_name(f"{self._path.name}-{end}") for end in ("wal", "shm"))
        if self._schema.forgets:
            self._path.unlink()
            log.unlink(missing_ok=True)
            became = "removed"
        else:
            aside = _free_name(self._path, f"{self._now():%Y%m%dT%H%M%SZ}")
            self._path.rename(aside)
            with suppress(FileNotFoundError):
                log.rename(aside.with_name(f"{aside.name}-wal"))
            became = f"put aside as {aside}"
        shared.unlink(missing_ok=True)
        self._connect(waits_seconds)
        _log.error("%s is damaged: it was %s, and %s", self._path, became, self._schema.lost)

    def _failed(self, error: sqlite3.Error, waits_seconds: float) -> SettingsUnavailable:
        """Return what to say of an error; a file that turns out to be damaged is put aside at once."""
        if _is_damage(error):
            with suppress(SettingsUnavailable):
                self._open(waits_seconds)  # finds the damage again, or what another process began anew meanwhile
                return SettingsUnavailable(self._schema.told)
        return _unavailable(error)


def _connection(path: Path, waits_seconds: float) -> sqlite3.Connection:
    return sqlite3.connect(path, timeout=waits_seconds, isolation_level=None, check_same_thread=False)


def _check(connection: sqlite3.Connection, path: Path, schema: Schema) -> None:
    """Make the tables where there are none; the file is small enough to be read whole."""
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    if version > schema.version:
        raise StateTooNew(
            f"{path} was written by a newer version of this program. Update the program, or let it use another file."
        )
    damage = connection.execute("PRAGMA quick_check(1)").fetchone()[0]
    if damage != "ok":
        error = sqlite3.DatabaseError(damage)
        error.sqlite_errorcode = sqlite3.SQLITE_CORRUPT
        raise error
    if version < schema.version:
        connection.execute("PRAGMA journal_mode = WAL")
        connection.execute("BEGIN IMMEDIATE")
        for table in schema.tables:
            connection.execute(table)
        connection.execute(f"PRAGMA user_version = {schema.version}")
        connection.execute("COMMIT")


def _is_damage(error: sqlite3.Error) -> bool:
    return _code(error) in _DAMAGE


def _code(error: sqlite3.Error) -> int:
    return getattr(error, "sqlite_errorcode", 0) & 0xFF  # the rest of an extended code says where it happened


def _unavailable(error: sqlite3.Error) -> SettingsUnavailable:
    return SettingsUnavailable(_sentence(_WHY_NOT.get(_code(error), str(error))))


def _sentence(reason: str) -> str:
    return f"This cannot be saved now ({reason}). Try again in a minute; if it stays so, tell whoever runs this bot."


def _free_name(path: Path, timestamp: str) -> Path:
    """Return a name for a damaged file that no other has."""
    first = path.with_name(f"{path.name}.damaged-{timestamp}")
    others = (first.with_name(f"{first.name}-{number}") for number in range(2, 1000))
    return next((name for name in (first, *others) if not name.exists()), first)
