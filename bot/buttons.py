"""The buttons and menus of cards: whatever is pressed, before a restart or after it, comes here.

A button carries all it needs (`bot.presses`). Whoever asked turns the pages of a message for all; for anybody else the
page comes as a message of their own, for them alone.
"""

from __future__ import annotations

import asyncio
import dataclasses
import logging
import re
from collections import OrderedDict
from contextlib import suppress
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import aiohttp
import discord
from discord import ui

from bot.asking import NotTaken
from bot.cards import Card, Frame
from bot.commands.index_gaps import unanswered_questions
from bot.markdown import escaped, shortened, unescaped
from bot.presses import OLDER, TEMPLATE, TURNING, Action, Pointer, Press
from bot.rendering import head_of
from bot.responding import once, persistently, replace, respond, tell
from bot.strings import Said
from bot.unanswered import Why

if TYPE_CHECKING:
    from bot.client import Client

_REMEMBERED = 4_096
_log = logging.getLogger(__name__)


class Pressed(ui.DynamicItem[ui.Item[Any]], template=TEMPLATE):
    """A button or menu of this version."""

    def __init__(self, item: ui.Item[Any], press: Press) -> None:
        super().__init__(item)
        self.press = press

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """Return the item with what it carries; one that nobody could have written is taken for an older one."""
        try:
            press = Press.parsed(match)
        except ValueError:
            press = Press(Action.OPEN, 0)
        return cls(item, press)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was pressed, and tell whatever goes wrong."""
        await interaction.client.handling(interaction, None, lambda frame: _answer(interaction, self.press, frame))


class PressedLongAgo(ui.DynamicItem[ui.Item[Any]], template=OLDER):
    """A button of a version before, or after."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """Return the item as it is."""
        return cls(item)

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Say that it does nothing any more."""

        async def say(frame: Frame) -> None:
            await tell(interaction, frame.say(Said.STALE_BUTTON))

        await interaction.client.handling(interaction, None, say)


class Votes:
    """Who has said in this process that an answer was helpful or not: nobody is counted twice. Never written down."""

    def __init__(self) -> None:
        self._said: OrderedDict[tuple[int, int], None] = OrderedDict()

    def is_first(self, message_id: int, person_id: int) -> bool:
        """Tell whether a person says so for the first time, and remember it, of the last few thousand."""
        said = (message_id, person_id)
        if said in self._said:
            return False
        self._said[said] = None
        if len(self._said) > _REMEMBERED:
            self._said.popitem(last=False)
        return True


async def _answer(interaction: discord.Interaction[Client], press: Press, frame: Frame) -> None:
    message = interaction.message
    assert message is not None
    match press.action:
        case Action.REMOVE:
            await _remove(interaction, press, frame)
        case Action.HELPFUL | Action.UNHELPFUL:
            await _count(interaction, press.action is Action.HELPFUL, frame)
        case Action.GAPS:
            mine = interaction.client.frame_for(interaction, private=True, style=frame.style)
            await replace(interaction, unanswered_questions(interaction, mine, press.page), mine)
        case Action.SHARE:
            await _share(interaction, press, frame)
        case Action.OPEN:
            pointer = _chosen(interaction)
            if pointer is None:
                await tell(interaction, frame.say(Said.STALE_BUTTON))
            else:
                await _show(interaction, press.doing(Action.READ, pointer), frame, turning=False)
        case _:
            turning = press.action in TURNING and press.asker == interaction.user.id
            await _show(interaction, press, frame, turning=turning)


def _chosen(interaction: discord.Interaction[Client]) -> Pointer | None:
    """Return what was chosen from a menu; None where it is none of ours."""
    values: Any = (interaction.data or {}).get("values")  # type: ignore[call-overload]  # the data of a select
    try:
        return Pointer.parsed(str(values[0]))
    except (TypeError, IndexError, ValueError):
        return None


async def _show(interaction: discord.Interaction[Client], press: Press, frame: Frame, *, turning: bool) -> None:
    """Show what a button asks for: in place of its message, or to the person alone."""
    client, message = interaction.client, interaction.message
    assert message is not None
    if turning:
        await replace(interaction, client.desk.pressed(press, frame, head_of(message)), frame)
        return
    mine = client.frame_for(interaction, private=True, style=frame.style)
    card = client.desk.pressed(_owned(press, interaction.user.id), mine, head_of(message))
    await respond(interaction, card, mine, private=True)


def _owned(press: Press, person: int) -> Press:
    """Return a press whose answer belongs to whoever pressed."""
    return Press(press.action, person, press.page, press.passages, press.words)


async def _remove(interaction: discord.Interaction[Client], press: Press, frame: Frame) -> None:
    moderates = interaction.guild_id is not None and interaction.permissions.manage_messages
    if interaction.user.id != press.asker and not moderates:
        await tell(interaction, frame.say(Said.NOT_YOURS_TO_REMOVE))
        return
    await once(interaction, interaction.response.defer)
    with suppress(discord.NotFound):  # pressed twice
        await persistently(interaction.delete_original_response)


async def _count(interaction: discord.Interaction[Client], helpful: bool, frame: Frame) -> None:
    client, message, guild = interaction.client, interaction.message, interaction.guild_id
    assert message is not None
    if guild is None or not client.settings.of(guild).feedback:
        await tell(interaction, frame.say(Said.STALE_BUTTON))
    elif not client.votes.is_first(message.id, interaction.user.id):
        await tell(interaction, frame.say(Said.COUNTED_ALREADY))
    else:
        await asyncio.to_thread(client.settings.count, guild, helpful, datetime.now(UTC).date())
        await tell(interaction, frame.say(Said.COUNTED))
        if not helpful and client.keeps_unanswered(interaction):
            await _keep(interaction, message, frame)


async def _keep(interaction: discord.Interaction[Client], message: discord.Message, frame: Frame) -> None:
    """Keep the question that a message answers, for a server that wants that; where it is gone or is none, nothing."""
    client = interaction.client
    with suppress(discord.HTTPException, aiohttp.ClientError, NotTaken):
        question = await _question_of(message, client)
        if question and not await client.desk.is_reference(question, frame):
            await client.keep(interaction.guild_id, question, Why.NOT_HELPFUL)


async def _question_of(message: discord.Message, client: Client) -> str | None:
    """Return the question that a message of the bot answers, as it was written; None where that cannot be told.

    Raises:
        discord.HTTPException: It was written in a message that is gone, or that the bot may not read.
    """
    by, channel = message.interaction_metadata, message.channel
    if by:
        # Of what is shown for a button, the heading may have the name of somebody whom the question mentioned.
        is_command = by.type is discord.InteractionType.application_command
        return unescaped(head_of(message).split("\n")[0]) if is_command else None
    if message.reference and message.reference.message_id:
        place, number = message.reference.channel_id, message.reference.message_id
    elif isinstance(channel, discord.Thread) and isinstance(channel.parent, discord.ForumChannel):
        return channel.name
    elif isinstance(channel, discord.Thread):
        place, number = channel.parent_id, channel.id  # a thread has the number of the message it was begun from
    else:
        return None
    written = await client.get_partial_messageable(place).fetch_message(number)
    return written.content


async def _share(interaction: discord.Interaction[Client], press: Press, frame: Frame) -> None:
    """Make a private answer public: the same page, as a message that the person is named in."""
    message = interaction.message
    assert message is not None
    if interaction.user.id != press.asker:
        await tell(interaction, frame.say(Said.NOT_YOURS_TO_SHARE))
        return
    client, public = interaction.client, interaction.client.frame_for(interaction, private=False, style=frame.style)

    async def shared() -> Card:
        card = await client.desk.pressed(press, public, head_of(message))
        by = public.say(Said.SHARED_BY, person=escaped(shortened(interaction.user.display_name, 80)))
        return dataclasses.replace(card, notes=(f"-# {by}", *card.notes))

    await respond(interaction, shared(), public, private=False)


ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (Pressed, PressedLongAgo)
