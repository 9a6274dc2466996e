"""`/index` and the menu "Add to documents": the documents and their index, managed.

Discord shows the commands to those who may manage a server, and its admins may let others see them. Neither gives the
right: `bot.rights` does, at every command, press and form.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from typing import TYPE_CHECKING, Literal

import discord
from discord import app_commands, ui

from bot.cards import Card, Frame
from bot.commands.index_gaps import gaps
from bot.directory import MOST
from bot.index_desk import Begun, IndexDesk, actor_of
from bot.intake import MOST_FILES
from bot.managed import Managed
from bot.markdown import shortened
from bot.responding import Refused, once
from bot.strings import Said
from bot.translator import listed
from corpus.document import Source

if TYPE_CHECKING:
    from bot.client import Client

Whose = Literal["shared", "server"]
_FORM_SECONDS = 900
_LONGEST_CHOICE = 100

index = app_commands.Group(
    name="index",
    description=listed(Said.COMMAND_INDEX),
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)
index.add_command(gaps)


@index.command(name="status", description=listed(Said.COMMAND_INDEX_STATUS))
@app_commands.describe(documents=listed(Said.OPTION_WHOSE))
async def status(interaction: discord.Interaction[Client], documents: Whose | None = None) -> None:
    """Show how an index stands."""
    await _show(interaction, documents, IndexDesk.status)


@index.command(name="refresh", description=listed(Said.COMMAND_INDEX_REFRESH))
@app_commands.describe(documents=listed(Said.OPTION_WHOSE))
async def refresh(interaction: discord.Interaction[Client], documents: Whose | None = None) -> None:
    """Bring an index up to date, and show how far it is."""
    client = interaction.client
    begun: Begun | None = None

    async def making(frame: Frame) -> Card:
        nonlocal begun
        managed = await client.index_desk.managed(interaction, documents, frame)
        begun = await client.index_desk.refresh(managed, actor_of(interaction), frame)
        return begun.card

    await client.command(interaction, None, making, private=True)
    if begun:
        client.follow(interaction, begun, client.frame_for(interaction, private=True))


@index.command(name="history", description=listed(Said.COMMAND_INDEX_HISTORY))
@app_commands.describe(documents=listed(Said.OPTION_WHOSE))
async def history(interaction: discord.Interaction[Client], documents: Whose | None = None) -> None:
    """Show what was done to an index."""
    await _show(interaction, documents, IndexDesk.history)


@index.command(name="check", description=listed(Said.COMMAND_INDEX_CHECK))
@app_commands.describe(documents=listed(Said.OPTION_WHOSE))
async def check(interaction: discord.Interaction[Client], documents: Whose | None = None) -> None:
    """Show how each file of a folder is read."""
    await _show(interaction, documents, IndexDesk.check)


@index.command(name="add", description=listed(Said.COMMAND_INDEX_ADD))
@app_commands.describe(file=listed(Said.OPTION_FILE), documents=listed(Said.OPTION_WHOSE))
async def add(
    interaction: discord.Interaction[Client],
    file: discord.Attachment | None = None,
    documents: Whose | None = None,
) -> None:
    """Show how a file is read, or open a form for several; then they may be added."""
    client = interaction.client
    if file is not None:
        await _preview(interaction, [file], documents)
        return

    async def open_form(_: Frame) -> None:
        frame = client.frame_for(interaction, private=True)
        managed = await client.index_desk.managed(interaction, documents, frame)
        if not managed.may_be_changed:
            raise Refused(frame.say(Said.FOLDER_FIXED))
        form = DocumentsForm("shared" if managed.is_shared else "server", frame)
        await once(interaction, lambda: interaction.response.send_modal(form))

    await client.handling(interaction, None, open_form)


class DocumentsForm(ui.Modal):
    """Takes up to ten files."""

    def __init__(self, whose: Whose, frame: Frame) -> None:
        super().__init__(title=frame.say(Said.ADD_TITLE), timeout=_FORM_SECONDS)
        self._whose = whose
        self._files: ui.FileUpload[DocumentsForm] = ui.FileUpload(
            custom_id="files", required=True, min_values=1, max_values=MOST_FILES
        )
        hint = frame.say(Said.ADD_FILES_HINT)
        self.add_item(ui.Label(text=frame.say(Said.ADD_FILES), description=hint, component=self._files))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        """Show how the files are read."""
        await _preview(interaction, self._files.values, self._whose)  # type: ignore[arg-type]  # it is our client


@index.command(name="remove", description=listed(Said.COMMAND_INDEX_REMOVE))
@app_commands.describe(document=listed(Said.OPTION_TAKEN_OUT), documents=listed(Said.OPTION_WHOSE))
async def remove(
    interaction: discord.Interaction[Client],
    document: app_commands.Range[str, 1, 300],
    documents: Whose | None = None,
) -> None:
    """Ask whether a document is to be taken out."""
    await _show(interaction, documents, lambda desk, managed, frame: desk.ask_to_remove(document, managed, frame))


@index.command(name="rollback", description=listed(Said.COMMAND_INDEX_ROLLBACK))
@app_commands.describe(generation=listed(Said.OPTION_GENERATION), documents=listed(Said.OPTION_WHOSE))
async def rollback(
    interaction: discord.Interaction[Client],
    generation: app_commands.Range[str, 1, 100],
    documents: Whose | None = None,
) -> None:
    """Ask whether an index is to be gone back to."""
    await _show(interaction, documents, lambda desk, managed, frame: desk.ask_to_roll_back(generation, managed, frame))


@remove.autocomplete("document")
async def _documents(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """Offer the documents of the index that is chosen, to those who may manage it."""
    managed = await _chosen(interaction)
    contents = await interaction.client.index_desk.contents(managed) if managed else None
    words = typed.casefold().split()
    named = [(_named(each), each.id) for each in (contents.sources if contents else ())]
    found = [(name, id_) for name, id_ in named if all(word in f"{name} {id_}".casefold() for word in words)]
    return [app_commands.Choice(name=name, value=id_[-_LONGEST_CHOICE:]) for name, id_ in found[:MOST]]


@rollback.autocomplete("generation")
async def _generations(interaction: discord.Interaction[Client], typed: str) -> list[app_commands.Choice[str]]:
    """Offer the indexes that can be gone back to."""
    client = interaction.client
    managed = await _chosen(interaction)
    if managed is None:
        return []
    frame = client.frame_for(interaction, private=True)
    kept, used = await client.index_desk.generations(managed)
    choices = []
    for each in kept:
        parts = (
            f"{each.created:%Y-%m-%d %H:%M:%S} UTC",
            frame.count(Said.DOCUMENTS, each.documents),
            frame.count(Said.PASSAGES, each.passages),
        )
        if each.name != used:
            choices.append(app_commands.Choice(name=" · ".join(parts), value=each.name))
    return [each for each in choices if typed.casefold() in each.name.casefold()][:MOST]


@app_commands.context_menu(name=listed(Said.MENU_ADD_DOCUMENTS))
@app_commands.guild_only()
@app_commands.allowed_installs(guilds=True, users=False)
@app_commands.allowed_contexts(guilds=True, dms=False, private_channels=False)
@app_commands.default_permissions(manage_guild=True)
async def add_to_documents(interaction: discord.Interaction[Client], message: discord.Message) -> None:
    """Show how the files of a message are read; then they may be added."""
    await _preview(interaction, message.attachments, None)


async def _preview(
    interaction: discord.Interaction[Client], files: Sequence[discord.Attachment], documents: Whose | None
) -> None:
    person = interaction.user.id
    await _show(interaction, documents, lambda desk, managed, frame: desk.preview(files, person, managed, frame))


async def _show(
    interaction: discord.Interaction[Client],
    documents: Whose | None,
    making: Callable[[IndexDesk, Managed, Frame], Awaitable[Card]],
) -> None:
    """Show a card about the documents that are meant, to the person alone, if they may manage them."""
    client = interaction.client

    async def card(frame: Frame) -> Card:
        managed = await client.index_desk.managed(interaction, documents, frame)
        return await making(client.index_desk, managed, frame)

    await client.command(interaction, None, card, private=True)


async def _chosen(interaction: discord.Interaction[Client]) -> Managed | None:
    """Return the documents chosen so far; None where the person may not manage them."""
    frame = interaction.client.frame_for(interaction, private=True)
    documents = getattr(interaction.namespace, "documents", None)
    try:
        return await interaction.client.index_desk.managed(interaction, documents, frame)
    except Refused:
        return None


def _named(source: Source) -> str:
    about = [source.name] if source.title == source.name else [source.name, source.title]
    return shortened(" — ".join(about), _LONGEST_CHOICE)
