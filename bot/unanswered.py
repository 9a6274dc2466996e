"""Questions that were declined or not answered helpfully, kept for the admins of a server that wants them.

Off unless a server turns it on. What is kept is a day and the words of a question, without mentions, addresses and
numbers of Discord's: not who asked, nor where, nor in which message. It is in a file of its own, from which whatever is
removed is gone at once: after thirty days, when the server turns it off, and when the bot leaves.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from enum import StrEnum
from pathlib import Path

from bot.markdown import shortened
from bot.questions import askable
from bot.server_settings import SettingsStore
from bot.sqlite_file import Schema, SettingsUnavailable, SqliteFile

KEPT = timedelta(days=30)
MOST = 500
"""Questions of one server; beyond them the oldest go. It takes a thread some seconds to group as many."""
LONGEST = 300
"""Characters of a question that are kept: as many as the command takes."""

_SWEPT_EVERY_SECONDS = 3_600
_MENTION = re.compile(r"<(?:[@#/]|a?:|t:|id:)[^<>]{1,100}>")
_ID = re.compile(r"\d{15,}")

_SCHEMA = Schema(
    version=1,
    tables=(
        "CREATE TABLE unanswered (guild INTEGER, day TEXT NOT NULL, question TEXT NOT NULL, why TEXT NOT NULL)",
        "CREATE INDEX unanswered_guild ON unanswered (guild)",
    ),
    lost="the unanswered questions that were kept are lost",
    told="The questions that were kept were damaged and are lost: please try again.",
    forgets=True,
)


class Why(StrEnum):
    """Why a question is kept."""

    DECLINED = "declined"
    """The documents do not answer it."""
    NOT_HELPFUL = "not helpful"
    """Somebody said so of its answer."""


@dataclass(frozen=True, slots=True)
class Kept:
    """One time that a question was asked."""

    day: date
    question: str
    why: Why


class Unanswered:
    """The unanswered questions of all servers that want them. To use it may wait: not in an event loop."""

    def __init__(
        self, path: Path, settings: SettingsStore, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Open the file as `SqliteFile` does, and sweep it.

        Args:
            path: The file.
            settings: Tell which servers want it.
            now: The clock.

        Raises:
            StateTooNew: A newer version of the program wrote the file.
        """
        self._file = SqliteFile(path, _SCHEMA, now)
        self._settings = settings
        self._now = now
        self.sweep()

    def close(self) -> None:
        """Close the file."""
        self._file.close()

    def keep(self, guild_id: int, question: str, why: Why) -> None:
        """Keep a question if its server wants it; that it could not be kept is logged once, and nobody else's business.

        Args:
            guild_id: The server it was asked in.
            question: As it was asked.
            why: What became of it.
        """
        words = cleaned(question)
        if not askable(words):
            return
        try:
            with self._file.writing() as connection:
                # Asked here: what a server that turns it off now removes is removed after this, or this is not kept.
                if not self._settings.of(guild_id).unanswered:
                    return
                today = self._now().date().isoformat()
                connection.execute("INSERT INTO unanswered VALUES (?, ?, ?, ?)", (guild_id, today, words, why))
                connection.execute(
                    "DELETE FROM unanswered WHERE rowid IN "
                    "(SELECT rowid FROM unanswered WHERE guild = ? ORDER BY rowid DESC LIMIT -1 OFFSET ?)",
                    (guild_id, MOST),
                )
        except SettingsUnavailable as error:
            self._file.warn_once(error)

    def of(self, guild_id: int) -> tuple[Kept, ...] | None:
        """Return what is kept of a server, the oldest first; None where the file cannot be read."""
        rows = self._file.rows(
            "SELECT day, question, why FROM unanswered WHERE guild = ? AND day > ? ORDER BY rowid",
            guild_id,
            self._too_old,
        )
        if rows is None:
            return None
        return tuple(Kept(date.fromisoformat(day), question, Why(why)) for day, question, why in rows)

    def remove(self, guild_id: int) -> None:
        """Remove all that is kept of a server; raises SettingsUnavailable."""
        with self._file.writing() as connection:
            connection.execute("DELETE FROM unanswered WHERE guild = ?", (guild_id,))

    def sweep(self) -> None:
        """Remove what is too old, and what of servers that do not want it could not be removed when they said so."""
        try:
            with self._file.writing() as connection:
                connection.execute("DELETE FROM unanswered WHERE day <= ?", (self._too_old,))
                wanting = self._settings.keeping_unanswered()
                guilds = {guild for (guild,) in connection.execute("SELECT DISTINCT guild FROM unanswered")}
                for guild in guilds - wanting if wanting is not None else ():
                    connection.execute("DELETE FROM unanswered WHERE guild = ?", (guild,))
        except SettingsUnavailable as error:
            self._file.warn_once(error)

    @property
    def _too_old(self) -> str:
        """The last day of which nothing is kept any more."""
        return (self._now().date() - KEPT).isoformat()


@asynccontextmanager
async def swept(unanswered: Unanswered, every_seconds: float = _SWEPT_EVERY_SECONDS) -> AsyncIterator[None]:
    """Sweep again and again while this is entered."""

    async def sweep() -> None:
        while True:
            await asyncio.sleep(every_seconds)
            await asyncio.to_thread(unanswered.sweep)

    sweeping = asyncio.create_task(sweep())
    try:
        yield
    finally:
        sweeping.cancel()


def cleaned(question: str) -> str:
    """Return a question as it is kept: one line, without mentions, emoji, links, addresses and ids."""
    words = _ID.sub(" ", _MENTION.sub(" ", question)).split()
    return shortened(" ".join(word for word in words if "@" not in word and "://" not in word), LONGEST)
