"""What the admins of a server chose for it, and how many found its answers helpful."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass, fields, replace
from datetime import date
from enum import StrEnum
from typing import Any, TypedDict, Unpack

from bot.state import SettingsUnavailable, StateFile
from bot.strings import Language

__all__ = ["MOST_PASSAGES", "Feedback", "ServerSettings", "SettingsStore", "SettingsUnavailable", "Style"]

MOST_PASSAGES = 5
"""More do not fit into the buttons' ids, nor into what anybody reads."""

_log = logging.getLogger(__name__)


class Style(StrEnum):
    """How an answer is drawn."""

    CARDS = "cards"
    """Components V2."""
    EMBEDS = "embeds"
    TEXT = "text"
    """A plain message: read out whole, and shown in push notifications."""


@dataclass(frozen=True, slots=True)
class ServerSettings:
    """How the bot answers in one server.

    Attributes:
        private: Whether the answers to commands are for the asker alone.
        threads: Whether a mention is answered in a thread of its own, and not in a reply.
        style: How an answer is drawn.
        passages: How many passages an answer has at most, 1 to 5.
        channels: The ids of the channels it answers in; none are all.
        forums: The ids of the forums whose posts it answers unasked; none are none.
        language: Of the bot's own words; None is that of each person's or server's locale.
        feedback: Whether answers have the buttons Helpful and Not helpful.
        unanswered: Whether questions that were declined or not answered helpfully are kept for its admins.
    """

    private: bool = False
    threads: bool = False
    style: Style = Style.CARDS
    passages: int = 3
    channels: frozenset[int] = frozenset()
    forums: frozenset[int] = frozenset()
    language: Language | None = None
    feedback: bool = False
    unanswered: bool = False

    def __post_init__(self) -> None:
        """Raise ValueError where the number of passages cannot be shown."""
        if not 1 <= self.passages <= MOST_PASSAGES:
            raise ValueError(f"an answer has 1 to {MOST_PASSAGES} passages, not {self.passages}")


class Changes(TypedDict, total=False):
    """The settings to change, by their names."""

    private: bool
    threads: bool
    style: Style
    passages: int
    channels: frozenset[int]
    forums: frozenset[int]
    language: Language | None
    feedback: bool
    unanswered: bool


@dataclass(frozen=True, slots=True)
class Feedback:
    """How often a button was pressed."""

    helpful: int = 0
    not_helpful: int = 0


class SettingsStore:
    """The settings of all servers. To read takes microseconds; to write may wait two seconds: not in an event loop."""

    def __init__(self, state: StateFile) -> None:
        self._state = state
        self._last: dict[int, ServerSettings] = {}

    def of(self, guild_id: int) -> ServerSettings:
        """Return the settings of a server: the last that are known where the file cannot be read, else the defaults.

        They are read each time: another process may have changed them, and SQLite has the page in memory.
        """
        rows = self._state.rows("SELECT chosen FROM settings WHERE guild = ?", guild_id)
        if rows is None:
            return self._last.get(guild_id, ServerSettings())
        found = self._last[guild_id] = _settings(rows[0][0]) if rows else ServerSettings()
        return found

    def set(self, guild_id: int, **changes: Unpack[Changes]) -> ServerSettings:
        """Change some of a server's settings, and return all.

        Raises:
            SettingsUnavailable: They could not be kept; the ones before stay.
            ValueError: There cannot be so many passages.
        """
        with self._state.writing() as connection:
            row = connection.execute("SELECT chosen FROM settings WHERE guild = ?", (guild_id,)).fetchone()
            changed = replace(_settings(row[0]) if row else ServerSettings(), **changes)
            connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", (guild_id, _json(changed)))
        self._last[guild_id] = changed
        return changed

    def remove(self, guild_id: int) -> None:
        """Remove everything that is kept of a server, whatever for; raises SettingsUnavailable."""
        self._state.remove_guild(guild_id)
        self._last.pop(guild_id, None)

    def guilds(self) -> frozenset[int]:
        """Return the ids of the servers of which anything is kept: those that the bot left meanwhile can be removed."""
        return self._state.guilds()

    def keeping_unanswered(self) -> frozenset[int] | None:
        """Return the ids of the servers that let unanswered questions be kept; None where the file cannot be read."""
        rows = self._state.rows("SELECT guild, chosen FROM settings")
        return None if rows is None else frozenset(guild for guild, chosen in rows if _settings(chosen).unanswered)

    def count(self, guild_id: int, helpful: bool, day: date) -> None:
        """Count one press of a button; raises SettingsUnavailable."""
        with self._state.writing() as connection:
            connection.execute(
                "INSERT INTO feedback VALUES (?, ?, ?, 1) ON CONFLICT DO UPDATE SET count = count + 1",
                (guild_id, day.isoformat(), int(helpful)),
            )

    def counts(self, guild_id: int) -> Feedback:
        """Return how often each button was pressed in a server, of all days."""
        select = "SELECT helpful, sum(count) FROM feedback WHERE guild = ? GROUP BY helpful"
        by_button = dict(self._state.rows(select, guild_id) or ())
        return Feedback(helpful=by_button.get(1, 0), not_helpful=by_button.get(0, 0))


def _json(settings: ServerSettings) -> str:
    """Write what differs from the defaults, so that a default that changes later changes for those who left it."""
    default = ServerSettings()
    values = {each.name: getattr(settings, each.name) for each in fields(settings)}
    chosen = {name: value for name, value in values.items() if value != getattr(default, name)}
    return json.dumps(
        {name: sorted(value) if isinstance(value, frozenset) else value for name, value in chosen.items()}
    )


def _settings(text: str) -> ServerSettings:
    """Read settings one by one, so that one that cannot be read, of another version or by hand, costs no other."""
    found = ServerSettings()
    try:
        chosen = dict(json.loads(text))
    except (ValueError, TypeError, RecursionError):
        _log.warning("The settings of a server cannot be read and are the defaults")
        return found
    for name, read in _READ.items():
        if name in chosen:
            try:
                found = replace(found, **{name: read(chosen[name])})
            except (ValueError, TypeError):
                _log.warning("The setting %s of a server cannot be read and is the default", name)
    return found


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise TypeError(f"{value!r} is not true or false")
    return value


def _ids(value: Any) -> frozenset[int]:
    return frozenset(map(int, value))


_READ: Mapping[str, Any] = {
    "private": _flag,
    "threads": _flag,
    "style": Style,
    "passages": int,
    "channels": _ids,
    "forums": _ids,
    "language": lambda value: None if value is None else Language(value),
    "feedback": _flag,
    "unanswered": _flag,
}
