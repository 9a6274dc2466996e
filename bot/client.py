"""The bot on Discord: what happens there → what the desk is asked, and back.

No privileged intent is asked for. Discord then shows the bot what mentions it, replies to it with a ping, and what is
written to it directly: which is all that it answers.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any

import aiohttp
import discord
from discord import app_commands

from bot.answered import Answered
from bot.buttons import ITEMS, Votes
from bot.cards import NO_COMMANDS, Card, Frame, Tone, note_card
from bot.commands import COMMANDS
from bot.desk import Desk
from bot.limiter import Limiter
from bot.logs import request
from bot.markdown import shortened
from bot.metrics import Metrics, Outcome, Way
from bot.presses import TEMPLATE, Action, Pointer, Press
from bot.questions import askable
from bot.rendering import Rendered, rendered, style_of
from bot.responding import Refused, explained, persistently, respond, tell
from bot.server_settings import ServerSettings, SettingsStore, SettingsUnavailable, Style
from bot.state import StateFile
from bot.strings import Language, Said
from bot.syncing import sync_if_changed
from bot.translator import TableTranslator
from corpus.errors import RapporteurError

INTENTS = discord.Intents(guilds=True, guild_messages=True, dm_messages=True)

TYPING_AFTER_SECONDS = 0.4
EDITABLE_SECONDS = 60
"""How long after it was written a question may be changed and is answered again."""
DRAIN_SECONDS = 8
"""How long what is under way may take when the bot ends: containers are killed after ten seconds."""
_SLOWEST_SECONDS = 30
_LONGEST_TITLE = 100
_FORUM_TRIES = 3
_FORUM_PAUSE_SECONDS = 1.0
_HINT_EVERY_SECONDS = 3_600

_UNANSWERABLE = {50001, 50013, 50083, 160002}
"""Missing access, missing permissions, a thread that is archived and locked, a history that may not be read."""
_QUESTION_GONE = {10008, 50035}
"""The message is deleted: as the one replied to, Discord calls it an invalid form."""

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
        self._state = state
        self._synced = NO_COMMANDS
        self._under_way: set[asyncio.Task[Any]] = set()
        self._answering: dict[int, asyncio.Task[Any]] = {}
        self._hinted: dict[tuple[int, int], float] = {}
        self._ending = False

    # --- beginning and ending

    async def setup_hook(self) -> None:
        """Register commands and buttons once it is logged in; the commands are sent only if they changed."""
        self.add_dynamic_items(*ITEMS)
        await self.tree.set_translator(TableTranslator())
        assert self.application_id is not None
        self._synced = await sync_if_changed(self.tree, self._state, application_id=self.application_id)

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
        self._ending = True
        if self._under_way:
            await asyncio.wait(self._under_way, timeout=seconds)
        for task in self._under_way:
            task.cancel()

    @property
    def not_ready(self) -> str | None:
        """Why no question can be answered now; None where it can."""
        if self._ending:
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
        settings = self._settings_of(interaction.guild_id)
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
            commands=self._synced,
        )

    def is_private(self, interaction: discord.Interaction[Any], wanted: bool | None) -> bool:
        """Tell whether the answer to a command is for the asker alone.

        Where the bot is not a member, or not to answer, it always is: that is not its place.
        """
        if interaction.is_user_integration() and not interaction.is_guild_integration():
            return wanted if wanted is not None else interaction.context.guild or interaction.context.private_channel
        settings = self._settings_of(interaction.guild_id)
        if interaction.guild_id is not None and not _may_answer_in(interaction.channel, settings):
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
            self._admit(interaction.user.id, interaction.guild_id, frame)
            card = await respond(interaction, making(frame), frame, private=private)
            self._count(way, _outcome_of(card))

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
        began = time.monotonic()
        with request(written), self._counted():
            try:
                if self._ending:
                    raise Refused(private.say(Said.ENDING))
                await work(frame)
                _done(way or "button", began)
            except (discord.NotFound, discord.InteractionResponded, aiohttp.ClientError) as error:
                # Too late, answered by another process, or no connection: there is nobody left to tell.
                self._count(way, Outcome.FAILED)
                _log.warning("an answer did not reach Discord: %s", _code(error))
            except Exception as error:
                self._count(way, _outcome_of_error(error))
                await tell(interaction, explained(error, private))

    def passages_for(self, guild: int | None) -> int:
        """Return how many passages an answer has at most in a server, or outside any."""
        return self._settings_of(guild).passages

    def _admit(self, person: int, guild: int | None, frame: Frame) -> None:
        """Let a person ask; raises Refused where they have to wait."""
        wait = self.limiter.take(person, guild)
        if wait:
            raise Refused(frame.say(Said.COOLDOWN, seconds=frame.count(Said.SECONDS, int(wait))))

    def _settings_of(self, guild: int | None) -> ServerSettings:
        return self.settings.of(guild) if guild is not None else ServerSettings()

    def _count(self, way: Way | None, outcome: Outcome) -> None:
        if way is not None:
            self.metrics.asked(way, outcome)

    def _counted(self) -> _UnderWay:
        return _UnderWay(self._under_way)

    # --- messages

    async def on_message(self, message: discord.Message) -> None:
        """Answer a mention, a reply with a ping, or a direct message."""
        if self._is_for_me(message):
            await self._take(message)
        elif self._mentions_my_role(message):
            frame = self._frame_of(message)
            assert self.user is not None
            sentence = frame.say(Said.ROLE_MENTION, me=f"<@{self.user.id}>", ask=frame.command("ask"))
            await self._deliver(message, rendered(note_card(sentence), Style.TEXT))

    async def on_raw_message_edit(self, payload: discord.RawMessageUpdateEvent) -> None:
        """Answer a question again that was changed within a minute."""
        message = payload.message
        age = (discord.utils.utcnow() - message.created_at).total_seconds()
        changed = message.edited_at is not None and age <= EDITABLE_SECONDS
        if changed and self._is_for_me(message):
            await self._take(message)

    async def on_raw_message_delete(self, payload: discord.RawMessageDeleteEvent) -> None:
        """Remove the answer to a question that was deleted."""
        await self._withdraw(payload.message_id)

    async def on_raw_bulk_message_delete(self, payload: discord.RawBulkMessageDeleteEvent) -> None:
        """Remove the answers to questions that were deleted together."""
        for message_id in payload.message_ids:
            await self._withdraw(message_id)

    async def on_thread_create(self, thread: discord.Thread) -> None:
        """Answer the title of a new post in a forum that an admin chose, if the documents do answer it."""
        settings = self._settings_of(thread.guild.id)
        if thread.parent_id not in settings.forums or thread.owner_id == self.application_id:
            return
        frame = self._frame(thread.owner_id, thread.guild, settings)
        with request(thread.name), self._counted():
            try:
                self._admit(thread.owner_id, thread.guild.id, frame)
                card = await self.desk.answer(thread.name, frame, settings.passages)
                if card.tone is Tone.ANSWER:
                    hint = f"-# {frame.say(Said.FORUM_HINT)}"
                    card = Card(card.tone, card.head, card.entries, (*card.notes, hint), card.rows, card.menu)
                    await self._post_in_forum(thread, rendered(card, frame.style))
                self._count(Way.FORUM, _outcome_of(card))
            except Exception as error:
                self._count(Way.FORUM, _outcome_of_error(error))
                if not isinstance(error, RapporteurError):  # nobody asked it: nobody is told
                    _log.exception("a forum post was not answered")

    async def _post_in_forum(self, thread: discord.Thread, message: Rendered) -> None:
        """Answer a post, which takes no message before its own first one is there."""
        for attempt in range(1, _FORUM_TRIES + 1):
            try:
                sent = await persistently(lambda: thread.send(**message.to_send, nonce=str(thread.id)))
            except discord.HTTPException:
                if attempt == _FORUM_TRIES:
                    raise
                await asyncio.sleep(_FORUM_PAUSE_SECONDS * attempt)
            else:
                remembered = (thread.id, thread.id, thread.id, sent.id, thread.guild.id)
                await asyncio.to_thread(self.answered.remember, *remembered)
                return

    def _is_for_me(self, message: discord.Message) -> bool:
        """Tell whether a person asks the bot: never another bot, a webhook, itself, or Discord."""
        if message.author.bot or message.webhook_id or message.is_system():
            return False
        if message.guild is None:
            return True
        mentioned = self.user is not None and any(user.id == self.user.id for user in message.mentions)
        return mentioned and _may_answer_in(message.channel, self._settings_of(message.guild.id))

    def _mentions_my_role(self, message: discord.Message) -> bool:
        if message.author.bot or message.webhook_id or message.guild is None or self.user is None:
            return False
        mine = {role.id for role in message.guild.roles if role.tags and role.tags.bot_id == self.user.id}
        return bool(mine.intersection(message.raw_role_mentions)) or any(
            role.id in mine for role in message.role_mentions
        )

    async def _take(self, message: discord.Message) -> None:
        """Answer a message, in place of the answer that was being made to what it said before."""
        before = self._answering.pop(message.id, None)
        if before:
            before.cancel()
        task = asyncio.create_task(self._answer(message))
        self._answering[message.id] = task
        task.add_done_callback(lambda done: self._answered_now(message.id, done))
        with suppress(asyncio.CancelledError):
            await task

    def _answered_now(self, message_id: int, task: asyncio.Task[None]) -> None:
        if self._answering.get(message_id) is task:
            del self._answering[message_id]

    async def _answer(self, message: discord.Message) -> None:
        frame = self._frame_of(message)
        way = Way.MENTION if message.guild else Way.DIRECT_MESSAGE
        began = time.monotonic()
        with request(message.content), self._counted():
            try:
                card = await self._card_for(message, frame)
                await self._deliver(message, rendered(card, frame.style))
                self.metrics.acknowledged_after(time.monotonic() - began)
                self._count(way, _outcome_of(card))
                _done(way, began)
            except Exception as error:
                self._count(way, _outcome_of_error(error))
                sentence = explained(error, frame)
                with suppress(discord.HTTPException, aiohttp.ClientError):
                    await self._deliver(message, rendered(note_card(sentence), Style.TEXT))

    async def _card_for(self, message: discord.Message, frame: Frame) -> Card:
        """Return the answer to a message, with a sign that it is typed where it takes long."""
        if self._ending:
            raise Refused(frame.say(Said.ENDING))
        question = self._question_in(message)
        self._admit(message.author.id, message.guild.id if message.guild else None, frame)
        if not question:
            from bot.commands.help import help_card

            return help_card(frame, self.desk)
        if not askable(question):
            raise Refused(frame.say(Said.NO_ATTACHMENTS if message.attachments else Said.NO_QUESTION))
        passages = self._settings_of(message.guild.id if message.guild else None).passages
        making = asyncio.ensure_future(self.desk.answer(question, frame, passages, _quoted_in(message.reference)))
        try:
            done, _ = await asyncio.wait({making}, timeout=TYPING_AFTER_SECONDS)
            if not done:
                with suppress(discord.HTTPException, aiohttp.ClientError):
                    await message.channel.typing()
            return await making
        finally:
            making.cancel()

    def _question_in(self, message: discord.Message) -> str:
        """Return the words of a message without the mention; other mentions by the names they show."""
        assert self.user is not None
        text = message.content
        for mention in (f"<@{self.user.id}>", f"<@!{self.user.id}>"):
            text = text.replace(mention, " ")
        for user in message.mentions:
            text = text.replace(f"<@{user.id}>", user.display_name).replace(f"<@!{user.id}>", user.display_name)
        text = " ".join(text.replace("```", " ").replace("`", " ").split())
        if not text and message.attachments:
            raise Refused(self._frame_of(message).say(Said.NO_ATTACHMENTS))
        return text

    def _frame_of(self, message: discord.Message) -> Frame:
        return self._frame(
            message.author.id, message.guild, self._settings_of(message.guild.id if message.guild else None)
        )

    def _frame(self, person: int, guild: discord.Guild | None, settings: ServerSettings) -> Frame:
        locale = str(guild.preferred_locale) if guild else None
        return Frame(
            language=settings.language or Language.of(locale),
            style=settings.style,
            asker=person,
            feedback=settings.feedback and guild is not None,
            commands=self._synced,
        )

    async def _deliver(self, question: discord.Message, answer: Rendered) -> None:
        """Send an answer where its question stands, or change the one that is there.

        A question that is gone by now has no answer. Where the bot may not write, the person is told so in a direct
        message, once an hour.
        """
        there = self.answered.answer_of(question.id)
        try:
            if there:
                channel = self.get_partial_messageable(there.channel_id)
                try:
                    message = channel.get_partial_message(there.message_id)
                    await persistently(lambda: message.edit(**answer.to_edit))
                    return
                except discord.HTTPException as error:
                    if error.code not in _QUESTION_GONE:  # removed, or of another form: sent anew
                        raise
            sent = await self._send(question, answer)
        except discord.HTTPException as error:
            if error.code in _QUESTION_GONE and "message_reference" in str(error):
                _log.info("a question was deleted before its answer was there")
            elif error.code in _UNANSWERABLE:
                await self._tell_directly(question)
            else:
                raise
        else:
            guild = question.guild.id if question.guild else None
            remembered = (question.id, question.channel.id, sent.channel.id, sent.id, guild)
            await asyncio.to_thread(self.answered.remember, *remembered)

    async def _send(self, question: discord.Message, answer: Rendered) -> discord.Message:
        settings = self._settings_of(question.guild.id if question.guild else None)
        if settings.threads and isinstance(question.channel, discord.TextChannel):
            name = shortened(self._question_in(question), _LONGEST_TITLE) or "Rapporteur"
            with suppress(discord.HTTPException):  # it may not: the answer is a reply then
                thread = await question.create_thread(name=name, auto_archive_duration=1440)
                return await persistently(lambda: thread.send(**answer.to_send, nonce=str(question.id)))
        # The same nonce each time: an answer that was sent and whose receipt was lost is not sent twice.
        return await persistently(
            lambda: question.reply(**answer.to_send, mention_author=False, nonce=str(question.id))
        )

    async def _withdraw(self, question_id: int) -> None:
        making = self._answering.pop(question_id, None)
        if making:
            making.cancel()
        there = self.answered.answer_of(question_id)
        if there is None:
            return
        message = self.get_partial_messageable(there.channel_id).get_partial_message(there.message_id)
        with suppress(discord.HTTPException, aiohttp.ClientError):
            await persistently(message.delete)
        await asyncio.to_thread(self.answered.forget, question_id)

    async def _tell_directly(self, question: discord.Message) -> None:
        """Tell a person that the bot may not write where they asked."""
        key = (question.author.id, question.channel.id)
        now = time.monotonic()
        if now - self._hinted.get(key, -_HINT_EVERY_SECONDS) < _HINT_EVERY_SECONDS:
            return
        self._hinted = {each: at for each, at in self._hinted.items() if now - at < _HINT_EVERY_SECONDS} | {key: now}
        _log.warning("it may not answer in a channel", extra={"channel": question.channel.id})
        sentence = self._frame_of(question).say(Said.CANNOT_POST, channel=f"<#{question.channel.id}>")
        with suppress(discord.HTTPException, aiohttp.ClientError):
            await question.author.send(sentence)


class _UnderWay:
    """Counts the current task among those under way."""

    def __init__(self, tasks: set[asyncio.Task[Any]]) -> None:
        self._tasks = tasks
        self._task = asyncio.current_task()

    def __enter__(self) -> None:
        if self._task:
            self._tasks.add(self._task)

    def __exit__(self, *raised: object) -> None:
        if self._task:
            self._tasks.discard(self._task)


def _may_answer_in(channel: Any, settings: ServerSettings) -> bool:
    if not settings.channels or channel is None:
        return True
    parent = getattr(channel, "parent_id", None)
    return channel.id in settings.channels or parent in settings.channels or parent in settings.forums


def _quoted_in(reference: discord.MessageReference | None) -> Pointer | None:
    """Return the passage quoted first on the page of the answer that a message replies to."""
    replied = reference.resolved if reference else None
    if not isinstance(replied, discord.Message):
        return None
    for match in map(TEMPLATE.fullmatch, _custom_ids(replied.components)):
        if match and match["action"] == Action.CITE:
            with suppress(ValueError):
                return next(iter(Press.parsed(match).passages), None)
    return None


def _custom_ids(components: Any) -> list[str]:
    found = []
    for component in components:
        if getattr(component, "custom_id", None):
            found.append(component.custom_id)
        found += _custom_ids(getattr(component, "children", ()))
        if getattr(component, "accessory", None):
            found += _custom_ids([component.accessory])
    return found


def _outcome_of(card: Card) -> Outcome:
    return Outcome.DECLINED if card.tone is Tone.NOT_FOUND else Outcome.ANSWERED


def _outcome_of_error(error: BaseException) -> Outcome:
    return Outcome.REFUSED if isinstance(error, RapporteurError) else Outcome.FAILED


def _done(way: str, began: float) -> None:
    _log.info("handled", extra={"way": str(way), "seconds": round(time.monotonic() - began, 3)})


def _code(error: BaseException) -> object:
    return getattr(error, "code", None) or type(error).__name__
