"""What is written to the bot → answers: mentions, replies with a ping, direct messages, posts in chosen forums.

An answer belongs to its question: it changes with it and goes with it. What is being made for a question that changes
meanwhile is given up; what is being sent already is sent, and then changed or removed.
"""

from __future__ import annotations

import asyncio
import logging
import re
import time
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.answered import AnswerMessage
from bot.cards import Card, Frame, Tone, note_card
from bot.commands.help import generation_for, help_card
from bot.logs import request
from bot.markdown import shortened
from bot.metrics import Outcome, Way
from bot.presses import TEMPLATE, Action, Pointer, Press
from bot.questions import askable
from bot.rendering import Rendered, rendered
from bot.responding import UNKNOWN_MESSAGE, Refused, explained, outcome_of, outcome_of_error, persistently
from bot.server_settings import ServerSettings, Style
from bot.strings import Language, Said
from bot.unanswered import Why
from corpus.errors import RapporteurError

if TYPE_CHECKING:
    from bot.client import Client

TYPING_AFTER_SECONDS = 0.4
TYPING_AGAIN_SECONDS = 8.0
"""Discord shows for ten seconds that somebody types."""
EDITABLE_SECONDS = 60
"""How long after it was written a question may be changed and is answered again."""
_LONGEST_TITLE = 100
_FORUM_TRIES = 3
_FORUM_PAUSE_SECONDS = 1.0
_HINT_EVERY_SECONDS = 3_600

_UNKNOWN_CHANNEL = 10003
_INVALID_FORM = 50035
_NO_HISTORY = 160002
_THREAD_EXISTS = 160004
_UNANSWERABLE = {50001, 50013, 50083, 160005}
"""Missing access, missing permissions, a thread that is archived, one that is locked."""

_MENTION = re.compile(r"<(?P<kind>@!?|@&|#|a?:\w{1,32}:)(?P<id>\d{1,20})>")

_log = logging.getLogger(__name__)


class Messages:
    """Answers what is written to one client."""

    def __init__(self, client: Client) -> None:
        self._client = client
        self._answering: dict[int, asyncio.Task[None]] = {}
        self.sending: dict[int, asyncio.Task[None]] = {}
        self._hinted: dict[tuple[int, int], float] = {}

    # --- what happens

    async def written(self, message: discord.Message) -> None:
        """Answer a message if it is for the bot, in place of the answer that is being made to what it said before."""
        if not (self._is_for_me(message) or self._mentions_my_role(message)):
            return
        before = self._answering.pop(message.id, None)
        if before:
            before.cancel()
        task = asyncio.create_task(self._answer(message))
        self._answering[message.id] = task
        task.add_done_callback(lambda done: _forget(self._answering, message.id, done))
        with suppress(asyncio.CancelledError):
            await task

    async def changed(self, message: discord.Message) -> None:
        """Answer a question again that was changed within a minute."""
        age = (discord.utils.utcnow() - message.created_at).total_seconds()
        if message.edited_at is not None and age <= EDITABLE_SECONDS:
            await self.written(message)

    async def deleted(self, question_id: int) -> None:
        """Remove the answer to a question that was deleted, also one that is being sent."""
        making = self._answering.pop(question_id, None)
        if making:
            making.cancel()
        await self._sent_by_now(question_id)
        there = self._client.answered.answer_of(question_id)
        if there is None:
            return
        with suppress(discord.HTTPException, aiohttp.ClientError):
            await persistently(self._message(there).delete)
        await asyncio.to_thread(self._client.answered.forget, question_id)

    async def posted(self, thread: discord.Thread) -> None:
        """Answer the title of a new post in a forum that an admin chose, if the documents do answer it."""
        client, settings = self._client, self._client.settings_of(thread.guild.id)
        mine = thread.owner_id == client.application_id
        if thread.parent_id not in settings.forums or mine or client.ending:
            return
        frame = self._frame(thread.owner_id, thread.guild, settings)
        with request(thread.name), client.under_way():
            try:
                client.admit(thread.owner_id, thread.guild.id, frame)
                card = await client.desk.answer(thread.name, frame, settings.passages)
                if card.tone is Tone.ANSWER:
                    hint = f"-# {frame.say(Said.FORUM_HINT)}"
                    await self._post(thread, rendered(replace(card, notes=(*card.notes, hint)), frame.style))
                client.count(Way.FORUM, outcome_of(card))
                if outcome_of(card) is Outcome.DECLINED:
                    await client.keep(thread.guild.id, thread.name, Why.DECLINED)
            except Exception as error:
                client.count(Way.FORUM, outcome_of_error(error))
                if not isinstance(error, RapporteurError):  # nobody asked it: nobody is told
                    _log.exception("a forum post was not answered")

    # --- for the bot or not

    def _is_for_me(self, message: discord.Message) -> bool:
        """Tell whether a person asks the bot: never another bot, a webhook, itself, or Discord."""
        if not _is_of_a_person(message):
            return False
        if message.guild is None:
            return True
        mentioned = any(user.id == self._me for user in message.mentions)
        return mentioned and may_answer_in(message.channel, self._client.settings_of(message.guild.id))

    def _mentions_my_role(self, message: discord.Message) -> bool:
        """Tell whether a person means the bot and mentions its role: its words are then not shown to the bot."""
        if not _is_of_a_person(message) or message.guild is None:
            return False
        mine = {role.id for role in self._roles(message)}
        # What stands in the text is withheld with the text; the list of roles is not.
        mentioned = not mine.isdisjoint({*message.raw_role_mentions, *(role.id for role in message.role_mentions)})
        return mentioned and may_answer_in(message.channel, self._client.settings_of(message.guild.id))

    def _roles(self, message: discord.Message) -> list[discord.Role]:
        """Return the roles that are the bot's alone: that of its installation."""
        roles = message.guild.roles if message.guild else ()
        return [role for role in roles if role.tags and role.tags.bot_id == self._me]

    @property
    def _me(self) -> int:
        assert self._client.user is not None
        return self._client.user.id

    # --- what is answered

    async def _answer(self, message: discord.Message) -> None:
        client, frame = self._client, self._frame_of(message)
        way = Way.MENTION if message.guild else Way.DIRECT_MESSAGE
        began = time.monotonic()
        with request(message.content), client.under_way():
            try:
                card = await self._card_for(message, frame)
                await self._send_whatever_happens(message, rendered(card, frame.style))
                client.metrics.acknowledged_after(time.monotonic() - began)
                client.count(way, outcome_of(card))
                if outcome_of(card) is Outcome.DECLINED:
                    await client.keep(message.guild.id if message.guild else None, message.content, Why.DECLINED)
                _log.info("handled", extra={"way": str(way), "seconds": round(time.monotonic() - began, 3)})
            except Exception as error:
                client.count(way, outcome_of_error(error))
                sentence = explained(error, frame)
                with suppress(discord.HTTPException, discord.RateLimited, aiohttp.ClientError):
                    await self._send_whatever_happens(message, rendered(note_card(sentence), Style.TEXT))

    async def _card_for(self, message: discord.Message, frame: Frame) -> Card:
        """Return the answer to a message, with a sign that it is typed where it takes long."""
        client, guild = self._client, message.guild.id if message.guild else None
        if client.ending:
            raise Refused(frame.say(Said.ENDING))
        client.admit(message.author.id, guild, frame)
        if not self._is_for_me(message):
            raise Refused(frame.say(Said.ROLE_MENTION, me=f"<@{self._me}>", ask=frame.command("ask")))
        question = self._question_in(message)
        if not question and not message.attachments:
            return help_card(frame, await generation_for(frame, client.desk))
        if not askable(question):
            raise Refused(frame.say(Said.NO_ATTACHMENTS if message.attachments else Said.NO_QUESTION))
        passages = client.settings_of(guild).passages
        making = asyncio.ensure_future(client.desk.answer(question, frame, passages, _quoted_in(message.reference)))
        try:
            wait = TYPING_AFTER_SECONDS
            while not (await asyncio.wait({making}, timeout=wait))[0]:
                with suppress(discord.HTTPException, discord.RateLimited, aiohttp.ClientError):
                    await message.channel.typing()
                wait = TYPING_AGAIN_SECONDS
            return await making
        finally:
            making.cancel()

    def _question_in(self, message: discord.Message) -> str:
        """Return the words of a message without the mention of the bot; whatever else is mentioned by its name.

        Emoji of a server are no words.
        """
        names = {user.id: user.display_name for user in message.mentions}
        mine = {self._me, *(role.id for role in self._roles(message))}

        def named(mention: re.Match[str]) -> str:
            kind, number = mention["kind"], int(mention["id"])
            if number not in mine and kind in ("#", "@&") and message.guild:
                place = message.guild.get_channel_or_thread(number) or message.guild.get_role(number)
                return place.name if place else " "
            return names.get(number, " ") if number not in mine else " "

        text = _MENTION.sub(named, message.content)
        return " ".join(text.replace("```", " ").replace("`", " ").split())

    def _frame_of(self, message: discord.Message) -> Frame:
        settings = self._client.settings_of(message.guild.id if message.guild else None)
        return self._frame(message.author.id, message.guild, settings)

    def _frame(self, person: int, guild: discord.Guild | None, settings: ServerSettings) -> Frame:
        locale = str(guild.preferred_locale) if guild else None
        return Frame(
            language=settings.language or Language.of(locale),
            style=settings.style,
            asker=person,
            feedback=settings.feedback and guild is not None,
            commands=self._client.synced,
            server=guild.id if guild else None,
        )

    # --- how it is sent

    async def _send_whatever_happens(self, question: discord.Message, answer: Rendered) -> None:
        """Send an answer to its end even where the question changes or goes meanwhile: none is ever lost sight of."""
        before = self.sending.get(question.id)
        task = asyncio.create_task(self._deliver(question, answer, before))
        self.sending[question.id] = task
        task.add_done_callback(lambda done: _forget(self.sending, question.id, done))
        await asyncio.shield(task)

    async def _sent_by_now(self, question_id: int) -> None:
        """Wait until nothing is being sent for a question."""
        while sending := self.sending.get(question_id):
            await asyncio.wait({sending})
            _forget(self.sending, question_id, sending)

    async def _deliver(self, question: discord.Message, answer: Rendered, before: asyncio.Task[None] | None) -> None:
        """Send an answer where its question stands, or change the one that is there.

        A question that is gone by now has no answer. Where the bot may not write, the person is told so in a direct
        message, once an hour.
        """
        if before:
            await asyncio.wait({before})
        there = self._client.answered.answer_of(question.id)
        try:
            if there and await self._change(there, answer):
                return
            sent = await self._send(question, answer)
        except discord.HTTPException as error:
            if error.code == _UNKNOWN_CHANNEL or (error.code == _INVALID_FORM and "message_reference" in str(error)):
                _log.info("a question was deleted before its answer was there")
            elif error.code in _UNANSWERABLE:
                await self._tell_directly(question)
            else:
                raise
        else:
            guild = question.guild.id if question.guild else None
            remembered = (question.id, question.channel.id, sent.channel.id, sent.id, guild)
            await asyncio.to_thread(self._client.answered.remember, *remembered)

    async def _change(self, there: AnswerMessage, answer: Rendered) -> bool:
        """Put an answer in place of the one that is there; tell whether that can be done."""
        message = self._message(there)
        try:
            await persistently(lambda: message.edit(**answer.to_edit))
        except discord.HTTPException as error:
            if error.code in (UNKNOWN_MESSAGE, _UNKNOWN_CHANNEL):
                return False
            if error.code != _INVALID_FORM:
                raise
            with suppress(discord.NotFound):  # a card cannot become a sentence, nor a sentence a card
                await persistently(message.delete)
            return False
        return True

    async def _send(self, question: discord.Message, answer: Rendered) -> discord.Message:
        # The same nonce each time: an answer that was sent and whose receipt was lost is not sent twice.
        sending = answer.to_send | {"nonce": _nonce(question)}
        settings = self._client.settings_of(question.guild.id if question.guild else None)
        if settings.threads and isinstance(question.channel, discord.TextChannel):
            thread = await self._thread(question, question.channel)
            if thread:
                return await persistently(lambda: thread.send(**sending))
        try:
            return await persistently(lambda: question.reply(**sending, mention_author=False))
        except discord.Forbidden as error:
            if error.code != _NO_HISTORY:
                raise
            return await persistently(lambda: question.channel.send(**sending))

    async def _thread(self, question: discord.Message, channel: discord.TextChannel) -> discord.abc.Messageable | None:
        """Return the thread of a question, begun if need be; None where the bot may not have one."""
        may = channel.permissions_for(channel.guild.me)
        if not (may.create_public_threads and may.send_messages_in_threads):
            return None
        name = shortened(self._question_in(question), _LONGEST_TITLE) or "Rapporteur"
        try:
            return await persistently(lambda: question.create_thread(name=name, auto_archive_duration=1440))
        except discord.HTTPException as error:
            # It was begun before: by somebody else, or by the bot, which was not told of it.
            return self._client.get_partial_messageable(question.id) if error.code == _THREAD_EXISTS else None

    async def _post(self, thread: discord.Thread, message: Rendered) -> None:
        """Answer a post, which takes no message before its own first one is there."""
        sending = message.to_send | {"nonce": str(thread.id)}
        for attempt in range(1, _FORUM_TRIES + 1):
            try:
                sent = await persistently(lambda: thread.send(**sending))
            except discord.HTTPException:
                if attempt == _FORUM_TRIES:
                    raise
                await asyncio.sleep(_FORUM_PAUSE_SECONDS * attempt)
            else:
                remembered = (thread.id, thread.id, thread.id, sent.id, thread.guild.id)
                await asyncio.to_thread(self._client.answered.remember, *remembered)
                return

    async def _tell_directly(self, question: discord.Message) -> None:
        """Tell a person that the bot may not write where they asked."""
        key = (question.author.id, question.channel.id)
        now = time.monotonic()
        if now - self._hinted.get(key, -_HINT_EVERY_SECONDS) < _HINT_EVERY_SECONDS:
            return
        self._hinted = {each: at for each, at in self._hinted.items() if now - at < _HINT_EVERY_SECONDS} | {key: now}
        _log.warning("it may not answer in a channel", extra={"channel": question.channel.id})
        sentence = self._frame_of(question).say(Said.CANNOT_POST, channel=f"<#{question.channel.id}>")
        try:
            await question.author.send(sentence)
        except (discord.HTTPException, discord.RateLimited, aiohttp.ClientError):
            self._hinted.pop(key, None)  # it was not told

    def _message(self, there: AnswerMessage) -> discord.PartialMessage:
        return self._client.get_partial_messageable(there.channel_id).get_partial_message(there.message_id)


def may_answer_in(channel: Any, settings: ServerSettings) -> bool:
    """Tell whether the admins of a server let the bot answer in a channel, or in the one a thread belongs to."""
    if not settings.channels or channel is None:
        return True
    parent = getattr(channel, "parent_id", None)
    return channel.id in settings.channels or parent in settings.channels or parent in settings.forums


def _is_of_a_person(message: discord.Message) -> bool:
    return not (message.author.bot or message.webhook_id or message.is_system())


def _nonce(question: discord.Message) -> str:
    """Return what marks the answer to a question as it stands, at most 25 characters."""
    edited = f"{question.edited_at.timestamp() * 1000:.0f}"[-5:] if question.edited_at else ""
    return f"{question.id}{edited}"


def _forget(tasks: dict[int, asyncio.Task[None]], question_id: int, task: asyncio.Task[None]) -> None:
    """Take a task that is done out of the list, if another has not taken its place; hear what it raised."""
    if tasks.get(question_id) is task:
        del tasks[question_id]
    if task.done() and not task.cancelled():
        task.exception()


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
