"""`/index gaps`: the questions of a server that the documents left unanswered, for those who manage the server."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Card, Entry, Frame, Tone, gaps_card
from bot.gaps import gaps_of
from bot.responding import Refused
from bot.strings import Said
from bot.translator import listed
from bot.unanswered import KEPT

if TYPE_CHECKING:
    from bot.client import Client


@app_commands.command(name="gaps", description=listed(Said.COMMAND_INDEX_GAPS))
async def gaps(interaction: discord.Interaction[Client]) -> None:
    """List unanswered questions, to the person alone."""
    await interaction.client.command(
        interaction, None, lambda frame: unanswered_questions(interaction, frame), private=True
    )


async def unanswered_questions(interaction: discord.Interaction[Client], frame: Frame, page: int = 0) -> Card:
    """Return a page of the unanswered questions of the server that an interaction is in.

    Raises:
        Refused: The person may not manage the server, whatever its admins set under Integrations and whichever button
            is still there; or the questions cannot be read.
    """
    client, guild = interaction.client, interaction.guild_id
    if guild is None or not interaction.permissions.manage_guild:
        raise Refused(frame.say(Said.ONLY_MANAGERS))
    if not client.settings_of(guild).unanswered:
        settings = f"{frame.command('settings set')} `unanswered: True`"
        return _sentence(frame.say(Said.GAPS_OFF, settings=settings), frame)
    kept = await asyncio.to_thread(client.unanswered.of, guild)
    if kept is None:
        raise Refused(frame.say(Said.GAPS_UNREADABLE))
    if not kept:
        return _sentence(frame.say(Said.GAPS_NONE, days=KEPT.days), frame)
    groups = await client.desk.alike([each.question for each in kept])
    return gaps_card(gaps_of(kept, groups), frame, page)


def _sentence(sentence: str, frame: Frame) -> Card:
    """Return a card of one sentence that can take the place of a page."""
    return Card(Tone.NOTE, f"### {frame.say(Said.UNANSWERED)}", (Entry(sentence),))
