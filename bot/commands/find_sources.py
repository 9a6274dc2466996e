"""The menu of a message: which passages are near it?"""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Card, Frame
from bot.metrics import Way
from bot.questions import askable
from bot.responding import Refused
from bot.strings import Said
from bot.translator import listed

if TYPE_CHECKING:
    from bot.client import Client


@app_commands.context_menu(name=listed(Said.MENU_FIND_SOURCES))
async def find_sources(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Show the passages nearest to a message, to the person alone."""
    client = interaction.client

    async def near(frame: Frame) -> Card:
        if not askable(message.content):
            raise Refused(frame.say(Said.NO_TEXT))
        return await client.desk.supporting(message.content, frame)

    await client.command(interaction, Way.MENU, near, private=True, written=message.content)
