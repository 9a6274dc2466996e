"""The option that names a document, as several commands have it: suggested from memory, and understood as typed."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Frame
from bot.desk import Desk
from bot.directory import Suggestion
from bot.markdown import escaped, shortened
from bot.responding import Refused
from bot.strings import Said

if TYPE_CHECKING:
    from bot.client import Client


async def suggested_documents(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """Return the documents that go with what was typed so far."""
    client = interaction.client
    return choices((await client.desk.seen(client.server_of(interaction))).directory.documents(typed))


def choices(suggestions: tuple[Suggestion, ...]) -> list[app_commands.Choice[str]]:
    """Return suggestions as Discord wants them."""
    return [app_commands.Choice(name=each.name, value=each.value) for each in suggestions]


async def within(desk: Desk, document: str | None, frame: Frame) -> str | None:
    """Return the id of the document that was chosen or typed; raises Refused where it is none."""
    if not document:
        return None
    directory = (await desk.seen(frame.server)).directory
    found = directory.source(document) or next(iter(directory.matching(document)), None)
    if found is None:
        words = escaped(shortened(document, 60))
        raise Refused(frame.say(Said.NO_SUCH_DOCUMENT, words=words, sources=frame.command("sources")))
    return found.id
