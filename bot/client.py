"""The bot on Discord: what happens there → what the desk is asked, and back.

No privileged intent is asked for. Discord then shows the bot what mentions it, replies to it with a ping, and what is
written to it directly: which is all that it answers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import discord
import yarl
from discord import app_commands
from discord.gateway import DiscordWebSocket

from bot.answered import Answered
from bot.buttons import ITEMS, Votes
from bot.cards import NO_COMMANDS, Card, Frame
from bot.commands import COMMANDS
from bot.config import DISCORD_API
from bot.desk import Desk
from bot.limiter import Limiter
from bot.logs import request
from bot.messages import Messages, may_answer_in
from bot.metrics import Metrics, Outcome, Way
from bot.rendering import style_of
from bot.responding import (
    Refused,
    explained,
    is_unheard,
    outcome_of,
    outcome_of_error,
    received,
    respond,
    tell,
)
from bot.server_settings import ServerSettings, SettingsStore, SettingsUnavailable, Style
from bot.state import StateFile
from bot.strings import Language, Said
from bot.syncing import sync_if_changed
from bot.translator import TableTranslator

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

DRAIN_SECONDS = 8
"""How long what is under way may take when the bot ends: containers are killed after ten seconds."""
_SLOWEST_SECONDS = 30

_log = logging.getLogger(__name__)


class Commands(app_commands.CommandTree["Client"]):
    """The commands; whatever goes wrong in one becomes a sentence to the asker alone."""

    async def on_error(self, interaction: discord.Interaction[Client], error: app_commands.AppCommandError) -> None:
        """Tell what went wrong before a command began: afterwards `Client.handling` does."""
        with request():
            await tell(interaction, explained(error, interaction.client.frame_for(interaction, private=True)))


class Client(discord.AutoShardedClient):
    """The bot. `AutoShardedClient`, as it takes the gateway's address from the API that is configured."""

    def __init__(
        self,
        desk: Desk,
        settings: SettingsStore,
        answered: Answered,
        state: StateFile,
        limiter: Limiter,
        metrics: Metrics,
        *,
        ready_after_seconds: float = 2.0,
    ) -> None:
        """Begin, without connecting.

        Args:
            desk: Answers.
            settings: Of the servers.
            answered: Which message answers which.
            state: Where the hash of the commands is kept.
            limiter: How often may be asked.
            metrics: What is counted.
            ready_after_seconds: How long to wait for the next server at the start.
        """
        super().__init__(
            intents=INTENTS,
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,  # no message is kept in memory
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            max_ratelimit_timeout=30,
            guild_ready_timeout=ready_after_seconds,
            activity=discord.CustomActivity("/ask"),
        )
        self.desk = desk
        self.settings = settings
        self.answered = answered
        self.limiter = limiter
        self.metrics = metrics
        self.votes = Votes()
        self.tree = Commands(
            self,
            allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=True, private_channel=True),
            allowed_installs=app_commands.AppInstallationType(guild=True, user=True),
        )
        for command in COMMANDS:
            self.tree.add_command(command)
        self.messages = Messages(self)
        self.synced = NO_COMMANDS
        self.ending = False
        self._state = state
        self._under_way: set[asyncio.Task[Any]] = set()

    # --- beginning and ending

    async def setup_hook(self) -> None:
        """Register commands and buttons once it is logged in; the commands are sent only if they changed."""
        self.add_dynamic_items(*ITEMS)
        await self.tree.set_translator(TableTranslator())
        assert self.application_id is not None
        if discord.http.Route.BASE != DISCORD_API:
            # Where its session is not taken up again, discord.py goes to Discord's own gateway, whatever the API says.
            _, gateway, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        self.synced = await sync_if_changed(self.tree, self._state, application_id=self.application_id)

    async def on_ready(self) -> None:
        """Forget the servers that the bot was removed from while it was away."""
        _log.info("ready", extra={"servers": len(self.guilds), "shards": self.shard_count})
        here = {guild.id for guild in self.guilds}
        for guild_id in self.settings.guilds() - here:
            await self._forget(guild_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget everything about a server that the bot left."""
        await self._forget(guild.id)

    async def _forget(self, guild_id: int) -> None:
        try:
            await asyncio.to_thread(self.settings.remove, guild_id)
        except SettingsUnavailable as error:
            _log.warning("the settings of a server it left are still kept: %s", error)

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Take no more questions, and wait for those under way."""
        self.ending = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in self._under_way:
            task.cancel()

    @property
    def not_ready(self) -> str | None:
        """Why no question can be answered now; None where it can."""
        if self.ending:
            return "It is ending."
        if not self.is_ready():
            return "It is not connected to Discord yet."
        if not self.latency < _SLOWEST_SECONDS:  # also where it is not known
            return "Discord does not answer its heartbeats."
        return None

    async def on_error(self, event: str, /, *args: Any, **kwargs: Any) -> None:
        """Log a fault in the handling of an event."""
        with request():
            _log.exception("handling %s failed", event)

    # --- commands, menus and buttons

    def frame_for(
        self, interaction: discord.Interaction[Any], *, private: bool = False, style: Style | None = None
    ) -> Frame:
        """Return for whom and where the answer to an interaction is.

        Args:
            interaction: What happened.
            private: Whether the answer is for the asker alone: it then speaks their language, not the server's.
            style: The form; by default that of the message a button is on, or else of the server.
        """
        settings = self.settings_of(interaction.guild_id)
        locale = str(interaction.locale)
        public = str(interaction.guild_locale) if interaction.guild_locale else locale
        if style is None:
            style = style_of(interaction.message) if interaction.message else settings.style
        return Frame(
            language=settings.language or Language.of(locale if private else public),
            style=style,
            asker=interaction.user.id,
            private=private,
            feedback=settings.feedback and interaction.guild_id is not None,
            commands=self.synced,
        )

    def is_private(self, interaction: discord.Interaction[Any], wanted: bool | None) -> bool:
        """Tell whether the answer to a command is for the asker alone.

        Where the bot is not a member, or not to answer, it always is: that is not its place.
        """
        if interaction.is_user_integration() and not interaction.is_guild_integration():
            return wanted if wanted is not None else interaction.context.guild or interaction.context.private_channel
        settings = self.settings_of(interaction.guild_id)
        if interaction.guild_id is not None and not may_answer_in(interaction.channel, settings):
            return True
        return settings.private if wanted is None else wanted

    async def command(
        self,
        interaction: discord.Interaction[Any],
        way: Way | None,
        making: Callable[[Frame], Coroutine[Any, Any, Card]],
        *,
        private: bool,
        written: str = "",
    ) -> None:
        """Answer a command or a menu with a card, if the person may ask now.

        Args:
            interaction: The command.
            way: How it is counted, if it is.
            making: Makes the card.
            private: Whether it is for the asker alone.
            written: What a person wrote: kept out of the logs.
        """
        frame = self.frame_for(interaction, private=private)

        async def answer(_: Frame) -> None:
            self.admit(interaction.user.id, interaction.guild_id, frame)
            card = await respond(interaction, making(frame), frame, private=private)
            self.count(way, outcome_of(card))

        await self.handling(interaction, way, answer, written)

    async def handling(
        self,
        interaction: discord.Interaction[Any],
        way: Way | None,
        work: Callable[[Frame], Awaitable[None]],
        written: str = "",
    ) -> None:
        """Do what an interaction asks for, and tell the person alone whatever goes wrong."""
        frame = self.frame_for(interaction)
        private = self.frame_for(interaction, private=True)
        began = received(interaction)
        with request(written), self.under_way():
            try:
                if self.ending:
                    raise Refused(private.say(Said.ENDING))
                await work(frame)
                done = interaction.command.qualified_name if interaction.command else "button"
                _log.info("handled", extra={"way": done, "seconds": round(time.monotonic() - began, 3)})
            except Exception as error:
                if is_unheard(error):  # too late, answered by another process, or no connection: nobody is left to tell
                    self.count(way, Outcome.FAILED)
                    _log.warning("an answer did not reach Discord: %s", _code(error))
                else:
                    self.count(way, outcome_of_error(error))
                    await tell(interaction, explained(error, private))

    # --- whatever is asked, and however

    def passages_for(self, guild: int | None) -> int:
        """Return how many passages an answer has at most in a server, or outside any."""
        return self.settings_of(guild).passages

    def settings_of(self, guild: int | None) -> ServerSettings:
        """Return the settings of a server, or the defaults outside any."""
        return self.settings.of(guild) if guild is not None else ServerSettings()

    def admit(self, person: int, guild: int | None, frame: Frame) -> None:
        """Let a person ask; raises Refused where they have to wait."""
        wait = self.limiter.take(person, guild)
        if wait:
            raise Refused(frame.say(Said.COOLDOWN, seconds=frame.count(Said.SECONDS, int(wait))))

    def count(self, way: Way | None, outcome: Outcome) -> None:
        """Count how a question ended, if it was one."""
        if way is not None:
            self.metrics.asked(way, outcome)

    def under_way(self) -> UnderWay:
        """Count the current task among those that are waited for when the bot ends."""
        return UnderWay(self._under_way)

    # --- messages

    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention, a reply with a ping, or a direct message."""
        await self.messages.written(message)

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer a question again that was changed."""
        await self.messages.changed(payload.message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Remove the answer to a question that was deleted."""
        await self.messages.deleted(payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Remove the answers to questions that were deleted together."""
        for message_id in payload.message_ids:
            await self.messages.deleted(message_id)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer a new post in a forum that an admin chose."""
        await self.messages.posted(thread)


class UnderWay:
    """The current task is counted among some tasks while this is entered."""

    def __init__(self, tasks: set[asyncio.Task[Any]]) -> None:
        self._tasks = tasks
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        if self._task:
            self._tasks.add(self._task)

    def __exit__(self, *raised: object) -> None:
        if self._task:
            self._tasks.discard(self._task)


def _code(error: BaseException) -> object:
    return getattr(error, "code", None) or type(error).__name__
