"""Card → what is sent to Discord, in the form a server chose, and back: what stands above the passages of a message.

Views are stopped before they are sent: discord.py keeps every other one in memory for good. Whatever is pressed comes
back through the items that `bot.buttons` registers.
"""

from __future__ import annotations

import io
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import discord
from discord import ui

from bot.cards import Button, Card, Look, Menu, TextFile, Tone
from bot.server_settings import Style

_COLOURS = {Tone.ANSWER: 0x009EDB, Tone.NOT_FOUND: 0x6B7280, Tone.NOTE: 0x9CA3AF}
"""Blue of the United Nations for answers, grey for the rest; never the only sign of what a card is."""
_LOOKS = {
    Look.PLAIN: discord.ButtonStyle.secondary,
    Look.SUCCESS: discord.ButtonStyle.success,
    Look.DANGER: discord.ButtonStyle.danger,
}


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message: either a layout, which is the whole of it, or text with what belongs to it."""

    content: str | None
    embed: discord.Embed | None
    view: ui.View | ui.LayoutView | None
    file: TextFile | None = None

    @property
    def to_send(self) -> dict[str, Any]:
        """The arguments of whatever sends a message, once: a file is read to its end."""
        found = {"content": self.content, "embed": self.embed, "view": self.view, "file": self._attached}
        return {name: value for name, value in found.items() if value is not None}

    @property
    def to_edit(self) -> dict[str, Any]:
        """The arguments of whatever changes a message, once: nothing of the one before stays."""
        attached = {"attachments": [self._attached] if self.file else []}
        if isinstance(self.view, ui.LayoutView):
            return {"view": self.view} | attached
        return {"content": self.content, "embeds": [self.embed] if self.embed else [], "view": self.view} | attached

    @property
    def _attached(self) -> discord.File | None:
        return discord.File(io.BytesIO(self.file.text.encode()), self.file.name) if self.file else None


def rendered(card: Card, style: Style) -> Rendered:
    """Return a card in one of the three forms; belongs to a running event loop."""
    if not card.entries and not card.rows:
        return Rendered(card.head, None, None)  # a sentence needs no frame
    if style is Style.CARDS:
        return Rendered(None, None, _layout(card), card.file)
    notes = "\n".join(card.notes)
    if style is Style.EMBEDS:
        description = "\n\n".join([*(entry.text for entry in card.entries), *([notes] if notes else [])])
        embed = discord.Embed(description=description, colour=_COLOURS[card.tone])
        return Rendered(card.head, embed, _buttons(card), card.file)
    text = "\n\n".join([card.head, *(entry.text for entry in card.entries), *([notes] if notes else [])])
    return Rendered(text, None, _buttons(card), card.file)


def style_of(message: discord.Message) -> Style:
    """Return the form a message of the bot has: it cannot be given another."""
    if message.flags.components_v2:
        return Style.CARDS
    return Style.EMBEDS if message.embeds else Style.TEXT


def head_of(message: discord.Message) -> str:
    """Return what stands above the passages of a message of the bot."""
    if message.flags.components_v2:
        return next(_texts(message.components), "")
    return message.content.split("\n\n")[0]


def _texts(components: Any) -> Iterator[str]:
    for component in components:
        if isinstance(component, discord.TextDisplay):
            yield component.content
        else:
            yield from _texts(getattr(component, "children", ()))


def _layout(card: Card) -> ui.LayoutView:
    container: ui.Container[ui.LayoutView] = ui.Container(
        ui.TextDisplay(card.head), accent_colour=discord.Colour(_COLOURS[card.tone])
    )
    if card.entries:
        container.add_item(ui.Separator())
    for entry in card.entries:
        if entry.button:
            container.add_item(ui.Section(ui.TextDisplay(entry.text), accessory=_button(entry.button)))
        else:
            container.add_item(ui.TextDisplay(entry.text))
    if card.file:
        container.add_item(ui.File(f"attachment://{card.file.name}"))
    if card.notes:
        container.add_item(ui.Separator())
        container.add_item(ui.TextDisplay("\n".join(card.notes)))
    for row in card.rows:
        container.add_item(ui.ActionRow(*map(_button, row)))
    if card.menu:
        container.add_item(ui.ActionRow(_select(card.menu)))
    view = ui.LayoutView(timeout=None)
    view.add_item(container)
    view.stop()
    return view


def _buttons(card: Card) -> ui.View | None:
    """Return the buttons of a card, those of its entries in a row of their own before the others."""
    of_entries = tuple(entry.button for entry in card.entries if entry.button)
    rows = [row for row in (of_entries, *card.rows) if row]
    if not rows and not card.menu:
        return None
    view = ui.View(timeout=None)
    for number, row in enumerate(rows):
        for button in row:
            view.add_item(_button(button, number))
    if card.menu:
        view.add_item(_select(card.menu, len(rows)))
    view.stop()
    return view


def _button(button: Button, row: int | None = None) -> ui.Button[Any]:
    style = discord.ButtonStyle.link if button.url else _LOOKS[button.look]
    return ui.Button(
        label=button.label,
        style=style,
        custom_id=None if button.url else button.custom_id,
        url=button.url,
        disabled=button.disabled,
        row=row,
    )


def _select(menu: Menu, row: int | None = None) -> ui.Select[Any]:
    options = [
        discord.SelectOption(label=each.label, value=each.value, description=each.description or None)
        for each in menu.choices
    ]
    return ui.Select(custom_id=menu.custom_id, placeholder=menu.placeholder, options=options, row=row)
