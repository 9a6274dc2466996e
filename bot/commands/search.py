"""`/search`: passages that contain or mean some words."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Card, Frame
from bot.commands.documents import suggested_documents, within
from bot.metrics import Way
from bot.strings import Said
from bot.translator import listed

if TYPE_CHECKING:
    from bot.client import Client


@app_commands.command(name="search", description=listed(Said.COMMAND_SEARCH))
@app_commands.describe(
    words=listed(Said.OPTION_WORDS), document=listed(Said.OPTION_WITHIN), private=listed(Said.OPTION_PRIVATE)
)
@app_commands.autocomplete(document=suggested_documents)
async def search(
    interaction: discord.Interaction[Client],
    words: app_commands.Range[str, 2, 200],
    document: str | None = None,
    private: bool = True,
) -> None:
    """List passages, for the asker alone unless they want it otherwise."""
    client = interaction.client

    async def listing(frame: Frame) -> Card:
        return await client.desk.search(words, frame, await within(client.desk, document, frame))

    await client.command(
        interaction,
        Way.SEARCH,
        listing,
        private=client.is_private(interaction, private),
        written=words,
    )
