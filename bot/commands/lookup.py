"""`/lookup`: a paragraph by its number."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.commands.documents import choices, suggested_documents
from bot.metrics import Way
from bot.strings import Said
from bot.translator import listed

if TYPE_CHECKING:
    from bot.client import Client


async def _suggested_paragraphs(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """Return the paragraphs of the document chosen so far that go with what was typed."""
    client = interaction.client
    directory = (await client.desk.seen(client.server_of(interaction))).directory
    document = str(getattr(interaction.namespace, "document", None) or "")
    source = directory.source(document) or next(iter(directory.matching(document)), None) if document else None
    return choices(directory.paragraphs(source.id, typed)) if source else []


@app_commands.command(name="lookup", description=listed(Said.COMMAND_LOOKUP))
@app_commands.describe(
    document=listed(Said.OPTION_DOCUMENT),
    paragraph=listed(Said.OPTION_PARAGRAPH),
    private=listed(Said.OPTION_PRIVATE),
)
@app_commands.autocomplete(document=suggested_documents, paragraph=_suggested_paragraphs)
async def lookup(
    interaction: discord.Interaction[Client],
    document: app_commands.Range[str, 1, 300],
    paragraph: app_commands.Range[str, 1, 100] | None = None,
    private: bool | None = None,
) -> None:
    """Show a paragraph with what hangs under it, or a document from its beginning."""
    client = interaction.client
    await client.command(
        interaction,
        Way.LOOKUP,
        lambda frame: client.desk.look_up(document, paragraph or "", frame),
        private=client.is_private(interaction, private),
    )
