"""The buttons about an index. Whoever presses one is asked for their rights again, whatever they had before."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any, Self

import discord
from discord import ui

from bot.cards import Card, Frame
from bot.index_desk import Begun, actor_of
from bot.index_presses import OLDER, TEMPLATE, Deed, Step
from bot.managed import Managed
from bot.responding import once, replace, tell
from bot.strings import Said

if TYPE_CHECKING:
    from bot.client import Client


class Done(ui.DynamicItem[ui.Button[Any]], template=TEMPLATE):
    """A button of this version."""

    def __init__(self, item: ui.Button[Any], deed: Deed | None) -> None:
        super().__init__(item)
        self.deed = deed

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """Return the button with what it carries; None where nobody could have written it."""
        try:
            deed = Deed.parsed(match)
        except ValueError:
            deed = None
        return cls(item, deed)  # type: ignore[arg-type]  # only buttons are made

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Do what was pressed, and tell whatever goes wrong."""

        async def work(_: Frame) -> None:
            frame = interaction.client.frame_for(interaction, private=True)
            if self.deed is None:
                await tell(interaction, frame.say(Said.STALE_BUTTON))
            else:
                await _do(interaction, self.deed, frame)

        await interaction.client.handling(interaction, None, work)


class DoneLongAgo(ui.DynamicItem[ui.Button[Any]], template=OLDER):
    """A button of a version before, or after."""

    @classmethod
    async def from_custom_id(
        cls, interaction: discord.Interaction[Any], item: ui.Item[Any], match: re.Match[str]
    ) -> Self:
        """Return the button as it is."""
        return cls(item)  # type: ignore[arg-type]

    async def callback(self, interaction: discord.Interaction[Any]) -> None:
        """Say that it does nothing any more."""

        async def say(frame: Frame) -> None:
            await tell(interaction, frame.say(Said.STALE_BUTTON))

        await interaction.client.handling(interaction, None, say)


async def _do(interaction: discord.Interaction[Client], deed: Deed, frame: Frame) -> None:
    client = interaction.client
    if deed.step is Step.STOP:
        await _stop(interaction, deed, frame)
        return
    begun: Begun | None = None

    async def making() -> Card:
        nonlocal begun
        managed = await client.index_desk.managed_of(interaction, deed.guild, frame)
        begun = await _done(interaction, deed, managed, frame)
        return begun.card

    await replace(interaction, making(), frame)
    if begun:
        client.follow(interaction, begun, frame)


async def _done(interaction: discord.Interaction[Client], deed: Deed, managed: Managed, frame: Frame) -> Begun:
    desk, person, actor = interaction.client.index_desk, interaction.user.id, actor_of(interaction)
    match deed.step:
        case Step.ADD:
            return await desk.add(deed.rest, person, actor, managed, frame)
        case Step.REMOVE:
            return await desk.remove(deed.rest, actor, managed, frame)
        case Step.REFRESH:
            return await desk.refresh(managed, actor, frame)
        case Step.ROLLBACK:
            return Begun(await desk.roll_back(deed.rest, actor, managed, frame))
        case Step.HISTORY:
            page = int(deed.rest) if deed.rest.isdecimal() else 0
            return Begun(await desk.history(managed, frame, page))
        case _:
            return Begun(await desk.cancel(deed.rest, person, managed, frame))


async def _stop(interaction: discord.Interaction[Client], deed: Deed, frame: Frame) -> None:
    """Stop a refresh: whoever follows it then shows that it was."""
    desk = interaction.client.index_desk
    managed = await desk.managed_of(interaction, deed.guild, frame)
    if desk.stop(managed, deed.rest):
        await once(interaction, interaction.response.defer)
    else:
        await tell(interaction, frame.say(Said.NO_REFRESH))


INDEX_ITEMS: tuple[type[ui.DynamicItem[Any]], ...] = (Done, DoneLongAgo)
