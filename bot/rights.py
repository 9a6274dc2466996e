"""Who may manage which documents: asked anew at every command, press and form, as a right may be taken away between.

The shared documents answer every server. So the right to manage one server is not enough for them, unless the operator
named that server; it is for the documents that are the server's own.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Awaitable, Callable
from typing import Any

import aiohttp
import discord

from bot.config import ManagingConfig

FRESH_SECONDS = 600
"""How long it is believed who owns the application."""

_log = logging.getLogger(__name__)


class Rights:
    """Tells who may manage what."""

    def __init__(
        self,
        config: ManagingConfig,
        application: Callable[[], Awaitable[discord.AppInfo]],
        now: Callable[[], float] = time.monotonic,
    ) -> None:
        """Begin, knowing nobody yet.

        Args:
            config: Whom the operator named.
            application: Asks Discord about the application.
            now: Seconds, ascending.
        """
        self._config = config
        self._application = application
        self._now = now
        self._owners: frozenset[int] = frozenset()
        self._asked: float | None = None

    async def manages_shared(self, interaction: discord.Interaction[Any]) -> bool:
        """Tell whether a person may manage the documents that all servers share."""
        person = interaction.user
        if person.id in self._config.people or not self._config.roles.isdisjoint(_roles(person)):
            return True
        if interaction.guild_id in self._config.guilds and manages_server(interaction):
            return True
        return person.id in await self._current_owners()

    async def _current_owners(self) -> frozenset[int]:
        """Return the owner of the application, or its team; nobody while Discord does not tell."""
        if self._asked is None or self._now() - self._asked > FRESH_SECONDS:
            self._owners, self._asked = frozenset(), None
            try:
                self._owners = _owners(await self._application())
                self._asked = self._now()
            except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, TimeoutError) as error:
                _log.warning("Discord does not tell who owns the application: %s", type(error).__name__)
        return self._owners


def manages_server(interaction: discord.Interaction[Any]) -> bool:
    """Tell whether a person may manage the server they are in, and with it the server's own documents."""
    here = interaction.guild_id is not None and interaction.is_guild_integration()
    return here and interaction.permissions.manage_guild


def _roles(person: discord.User | discord.Member) -> frozenset[int]:
    return frozenset(role.id for role in person.roles) if isinstance(person, discord.Member) else frozenset()


def _owners(application: discord.AppInfo) -> frozenset[int]:
    """Return who owns an application: a person, or those of a team who may change it."""
    if application.team is None:
        return frozenset({application.owner.id})
    return frozenset(
        member.id
        for member in application.team.members
        if member.membership_state is discord.TeamMembershipState.accepted
        and member.role is not discord.TeamMemberRole.read_only
    )
