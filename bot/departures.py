"""Servers that the bot left: their own documents are kept for a week, should it come back, and are then deleted."""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta

from bot.server_indexes import ServerIndexes
from bot.state import SettingsUnavailable, StateFile

GRACE = timedelta(days=7)
"""How long the documents of a server are kept after the bot has left it."""

_NAME = "left "

_log = logging.getLogger(__name__)


class Departures:
    """Remembers when the bot left which server; to be used in threads."""

    def __init__(
        self, state: StateFile, servers: ServerIndexes, now: Callable[[], datetime] = lambda: datetime.now(UTC)
    ) -> None:
        """Begin.

        Args:
            state: Where it is remembered.
            servers: Where the documents are.
            now: The clock.
        """
        self._state = state
        self._servers = servers
        self._now = now

    def left(self, guild: int) -> None:
        """Remember that the bot left a server now, if that has documents of its own."""
        if guild in self._servers.guilds():
            try:
                self._state.put(f"{_NAME}{guild}", self._now().isoformat())
            except SettingsUnavailable as error:  # the next sweep finds the server gone, and begins to count
                _log.warning("when it left a server is not kept: %s", error)

    def sweep(self, here: Collection[int]) -> None:
        """Delete the documents of the servers that were left long enough ago; a server that is `here` was not left.

        One that it is not in, and of which nothing is remembered, counts as left now.
        """
        for guild in sorted(self._servers.guilds()):
            left = self._state.get(f"{_NAME}{guild}")
            try:
                if guild in here:
                    self._forget(guild)
                elif left is None:
                    self.left(guild)
                elif self._now() - datetime.fromisoformat(left) >= GRACE:
                    self._servers.remove(guild)
                    self._forget(guild)
                    _log.info("the documents of a server it left were deleted", extra={"server": guild})
            except (OSError, SettingsUnavailable) as error:
                _log.warning("the documents of server %s, which it left, are still kept: %s", guild, error)

    def _forget(self, guild: int) -> None:
        if self._state.get(f"{_NAME}{guild}") is not None:
            self._state.remove(f"{_NAME}{guild}")
