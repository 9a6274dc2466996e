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
from bot.departures import Departures
from bot.desk import Desk, references_in
from bot.following import follow
from bot.index_buttons import INDEX_ITEMS
from bot.index_desk import Begun, IndexDesk
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
from bot.unanswered import Unanswered, Why

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

DRAIN_SECONDS = 8
"""How long what is under way may take when the bot ends: containers are killed after ten seconds."""
_TOLD_SECONDS = 1
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
        unanswered: Unanswered,
        answered: Answered,
        state: StateFile,
        limiter: Limiter,
        metrics: Metrics,
        departures: Departures,
        index_desk: Callable[[Client], IndexDesk],
        *,
        ready_after_seconds: float = 2.0,
    ) -> None:
        """Begin, without connecting.

        Args:
            desk: Answers.
            settings: Of the servers.
            unanswered: The questions that servers want to be kept.
            answered: Which message answers which.
            state: Where the hash of the commands is kept.
            limiter: How often may be asked.
            metrics: What is counted.
            departures: When it left which server.
            index_desk: Makes what manages the documents, which asks Discord about this application.
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
        self.unanswered = unanswered
        self.answered = answered
        self.limiter = limiter
        self.metrics = metrics
        self.index_desk = index_desk(self)
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
        self._departures = departures
        self._under_way: set[asyncio.Task[Any]] = set()
        self._following: set[asyncio.Task[None]] = set()

    # --- beginning and ending

    async def setup_hook(self) -> None:
        """Register commands and buttons once it is logged in; the commands are sent only if they changed."""
        self.add_dynamic_items(*ITEMS, *INDEX_ITEMS)
        await self.tree.set_translator(TableTranslator())
        assert self.application_id is not None
        if discord.http.Route.BASE != DISCORD_API:
            # Where its session is not taken up again, discord.py goes to Discord's own gateway, whatever the API says.
            _, gateway, _ = await self.http.get_bot_gateway()
            DiscordWebSocket.DEFAULT_GATEWAY = yarl.URL(gateway)
        self.synced = await sync_if_changed(self.tree, self._state, application_id=self.application_id)

    async def on_ready(self) -> None:
        """Forget the servers that the bot was removed from while it was away."""
        await self.sweep()
        _log.info("ready", extra={"servers": len(self.guilds), "shards": self.shard_count})
        here = {guild.id for guild in self.guilds}
        for guild_id in self.settings.guilds() - here:
            await self._forget(guild_id)

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        """Forget everything about a server that the bot left, but for its documents, which are kept for a while."""
        await self._forget(guild.id)
        await asyncio.to_thread(self._departures.left, guild.id)

    async def sweep(self) -> None:
        """Delete the own documents of servers that the bot left long enough ago."""
        if self.is_ready():
            await asyncio.to_thread(self._departures.sweep, {guild.id for guild in self.guilds})

    async def _forget(self, guild_id: int) -> None:
        for remove in (self.settings.remove, self.unanswered.remove):
            try:
                await asyncio.to_thread(remove, guild_id)
            except SettingsUnavailable as error:
                _log.warning("what is kept of a server it left could not be removed: %s", error)

    async def drain(self, seconds: float = DRAIN_SECONDS) -> None:
        """Take no more questions, and wait for those under way; refreshes are stopped, and those who follow told."""
        self.ending = True
        stopping = asyncio.create_task(self.index_desk.refreshing.close())
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in self._under_way:
            task.cancel()
        await stopping
        if self._following:
            await asyncio.wait(self._following, timeout=_TOLD_SECONDS)

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
            server=self.server_of(interaction),
        )

    def server_of(self, interaction: discord.Interaction[Any]) -> int | None:
        """Return the server whose own documents may be shown in answer to an interaction.

        None outside any, and where only a person installed the bot: it is then in that server as somebody's guest.
        """
        return interaction.guild_id if interaction.is_guild_integration() else None

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
            outcome = outcome_of(card)
            self.count(way, outcome)
            if way is Way.ASK and outcome is Outcome.DECLINED and self.keeps_unanswered(interaction):
                await self.keep(interaction.guild_id, written, Why.DECLINED)

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

    def follow(self, interaction: discord.Interaction[Any], begun: Begun, frame: Frame) -> None:
        """Show a person how far the refresh is that they have begun, if they have, and what it changes."""
        if begun.refresh is None:
            return
        task = asyncio.create_task(self._followed(interaction, begun, frame))
        self._following.add(task)
        task.add_done_callback(self._following.discard)

    async def _followed(self, interaction: discord.Interaction[Any], begun: Begun, frame: Frame) -> None:
        with request():
            try:
                await follow(interaction, begun, frame)
            except Exception:
                _log.exception("following a refresh failed")

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

    def keeps_unanswered(self, interaction: discord.Interaction[Any]) -> bool:
        """Tell whether unanswered questions are kept where an interaction is.

        They are not where a person brought the bot along, whatever the server wants.
        """
        return interaction.is_guild_integration() and self.settings_of(interaction.guild_id).unanswered

    async def keep(self, guild: int | None, question: str, why: Why) -> None:
        """Keep a question for a server that wants its unanswered ones; what is only looked up is none."""
        if guild is not None and self.settings_of(guild).unanswered and not references_in(question):
            await asyncio.to_thread(self.unanswered.keep, guild, question, why)

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
