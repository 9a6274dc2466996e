"""A refresh that a person began, shown to them while it runs: one message, changed now and then, with the result."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import TYPE_CHECKING, Any

import aiohttp
import discord

from bot.cards import Card, Frame
from bot.index_cards import ended_card, failed_card, progress_card, refreshed_card, stopped_card
from bot.index_desk import Begun
from bot.jobs import JobStopped
from bot.refreshing import Refresh
from bot.rendering import rendered
from bot.responding import explained, persistently
from bot.strings import Said

if TYPE_CHECKING:
    from bot.client import Client

EVERY_SECONDS = 5.0
"""How often the message is changed at most while the refresh runs."""
TOKEN_SECONDS = 14 * 60.0
"""How long a message for one person can be changed, with a minute to spare: Discord's limit is a quarter of an hour."""

_log = logging.getLogger(__name__)
_UNHEARD = (discord.HTTPException, discord.RateLimited, aiohttp.ClientError, RuntimeError)  # the last: it has ended


async def follow(interaction: discord.Interaction[Client], begun: Begun, frame: Frame) -> None:
    """Show how far a refresh is until it has ended, and then what it changed."""
    refresh = begun.refresh
    assert refresh is not None
    began = time.monotonic()
    shown = begun.card
    while not (await asyncio.wait({refresh.outcome}, timeout=EVERY_SECONDS))[0]:
        now = progress_card(refresh, frame, begun.notes)
        if now != shown and time.monotonic() - began < TOKEN_SECONDS:
            shown = now
            await _show(interaction, now, frame)
    in_time = time.monotonic() - began < TOKEN_SECONDS
    if not (in_time and await _show(interaction, _ended(refresh, begun, frame), frame)):
        await _tell(interaction, ended_card(_head(refresh), refresh.managed, frame), frame)
    await interaction.client.index_desk.tidy(refresh.managed)


def _head(refresh: Refresh) -> Said:
    error = refresh.outcome.exception()
    if error is None:
        return Said.REFRESHED if refresh.outcome.result().changed_anything else Said.REFRESHED_SAME
    return Said.REFRESH_STOPPED if isinstance(error, JobStopped) else Said.REFRESH_FAILED


def _ended(refresh: Refresh, begun: Begun, frame: Frame) -> Card:
    error = refresh.outcome.exception()
    if error is None:
        return refreshed_card(refresh.outcome.result(), refresh.managed, frame, begun.notes)
    if isinstance(error, JobStopped):
        return stopped_card(refresh.managed, frame, begun.notes)
    return failed_card(explained(error, frame), refresh.managed, frame, begun.notes)


async def _show(interaction: discord.Interaction[Any], card: Card, frame: Frame) -> bool:
    """Change the message of a command or press; tell whether that reached Discord."""
    message = rendered(card, frame.style)
    try:
        await persistently(lambda: interaction.edit_original_response(**message.to_edit))
    except _UNHEARD as error:
        _log.info("a message was not changed: %s", type(error).__name__)
        return False
    return True


async def _tell(interaction: discord.Interaction[Client], card: Card, frame: Frame) -> None:
    """Tell that it has ended where the person began it, or to them alone: a card that everybody may see."""
    message = rendered(card, frame.style)
    ways: list[discord.abc.Messageable] = [interaction.user]
    if interaction.channel_id is not None:
        ways.insert(0, interaction.client.get_partial_messageable(interaction.channel_id))
    for way in ways:
        try:
            await persistently(lambda way=way: way.send(**message.to_send))  # type: ignore[misc]
        except _UNHEARD as error:
            _log.info("the result of a refresh was not told: %s", type(error).__name__)
        else:
            return
