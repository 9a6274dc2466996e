"""The bot's own state: settings of servers, which message answers which, a few values.

The file holds ids and choices, never text that a person wrote: that is in a file of its own (`bot.unanswered`).
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bot.sqlite_file import Schema, SettingsUnavailable, SqliteFile, StateTooNew

__all__ = ["SettingsUnavailable", "StateFile", "StateTooNew"]

_TABLES = (
    "CREATE TABLE settings (guild INTEGER PRIMARY KEY, chosen TEXT NOT NULL)",  # JSON: what differs from the defaults
    """CREATE TABLE feedback (
        guild INTEGER, day TEXT, helpful INTEGER, count INTEGER NOT NULL, PRIMARY KEY (guild, day, helpful)
    ) WITHOUT ROWID""",
    """CREATE TABLE answered (
        question INTEGER PRIMARY KEY, channel INTEGER NOT NULL, answer_channel INTEGER NOT NULL,
        answer INTEGER NOT NULL, guild INTEGER, at REAL NOT NULL
    )""",
    "CREATE INDEX answered_at ON answered (at)",
    "CREATE TABLE kept (name TEXT PRIMARY KEY, value TEXT NOT NULL)",
)

_WITH_GUILD = ("settings", "feedback", "answered")

_SCHEMA = Schema(
    version=1,
    tables=_TABLES,
    lost="every server has the default settings",
    told="The settings were damaged and have been begun anew: please set them again.",
)


class StateFile(SqliteFile):
    """The file of the state, opened; any thread may use it."""

    def __init__(
        self, path: Path, now: Callable[[], datetime] = lambda: datetime.now(UTC), patience_seconds: float = 2.0
    ) -> None:
        """Open the file as `SqliteFile` does; raises StateTooNew: what was private would else become public."""
        super().__init__(path, _SCHEMA, now, patience_seconds)

    def get(self, name: str) -> str | None:
        """Return a value that was put, or None where there is none or the file cannot be read."""
        rows = self.rows("SELECT value FROM kept WHERE name = ?", name)
        return rows[0][0] if rows else None

    def put(self, name: str, value: str) -> None:
        """Keep a small value under a name in place of the one before; raises SettingsUnavailable."""
        with self.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO kept VALUES (?, ?)", (name, value))

    def remove(self, name: str) -> None:
        """Remove a value that was put, if there is one; raises SettingsUnavailable."""
        with self.writing() as connection:
            connection.execute("DELETE FROM kept WHERE name = ?", (name,))

    def guilds(self) -> frozenset[int]:
        """Return the ids of the servers of which anything is kept; none where the file cannot be read."""
        select = " UNION ".join(f"SELECT guild FROM {table} WHERE guild IS NOT NULL" for table in _WITH_GUILD)
        return frozenset(guild for (guild,) in self.rows(select) or ())

    def remove_guild(self, guild_id: int) -> None:
        """Remove everything that is kept of a server; raises SettingsUnavailable."""
        with self.writing() as connection:
            for table in _WITH_GUILD:
                connection.execute(f"DELETE FROM {table} WHERE guild = ?", (guild_id,))
