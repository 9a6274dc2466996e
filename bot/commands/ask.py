"""`/ask`: a question, answered with quotations."""

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


@app_commands.command(name="ask", description=listed(Said.COMMAND_ASK))
@app_commands.describe(
    question=listed(Said.OPTION_QUESTION), document=listed(Said.OPTION_WITHIN), private=listed(Said.OPTION_PRIVATE)
)
@app_commands.autocomplete(document=suggested_documents)
async def ask(
    interaction: discord.Interaction[Client],
    question: app_commands.Range[str, 3, 300],
    document: str | None = None,
    private: bool | None = None,
) -> None:
    """Answer a question, of one document if it is named."""
    client = interaction.client

    async def answer(frame: Frame) -> Card:
        only = await within(client.desk, document, frame)
        return await client.desk.answer(question, frame, client.passages_for(interaction.guild_id), within=only)

    await client.command(
        interaction,
        Way.ASK,
        answer,
        private=client.is_private(interaction, private),
        written=question,
    )
