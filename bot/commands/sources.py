"""`/sources`: the documents."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Card, Frame
from bot.strings import Said
from bot.translator import listed

if TYPE_CHECKING:
    from bot.client import Client


@app_commands.command(name="sources", description=listed(Said.COMMAND_SOURCES))
@app_commands.describe(filter=listed(Said.OPTION_FILTER))
async def sources(
    interaction: discord.Interaction[Client],
    filter: app_commands.Range[str, 1, 45] | None = None,  # noqa: A002  the option's name
) -> None:
    """List the documents, page by page, for the asker alone."""

    async def listing(frame: Frame) -> Card:
        return await interaction.client.desk.sources(filter or "", frame)

    await interaction.client.command(interaction, None, listing, private=True)
