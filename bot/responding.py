"""How an interaction is answered within Discord's three seconds, and how whatever goes wrong becomes a sentence.

An answer that is there in time is sent at once, so that what was not found can be for the asker alone; else Discord is
told to wait, and the answer takes the place of the waiting.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Awaitable, Callable, Coroutine
from contextlib import suppress
from typing import Any, TypeVar

import aiohttp
import discord
from discord import app_commands

from bot.asking import NotTaken
from bot.cards import Card, Frame, Tone
from bot.desk import Gone
from bot.index_cards import running_sentence
from bot.jobs import AlreadyRunning
from bot.logs import current_reference
from bot.markdown import escaped
from bot.metrics import Outcome
from bot.rendering import rendered
from bot.strings import Said
from corpus.errors import RapporteurError

T = TypeVar("T")

AT_ONCE_SECONDS = 1.2
"""How long an answer may take that is sent without asking Discord to wait; of the three seconds, the rest is for the
way there and a second try."""
TRIES = 4
_PAUSE_SECONDS = 0.4

ALREADY_ACKNOWLEDGED = 40060
UNKNOWN_MESSAGE = 10008
_RECEIVED = "received"

_log = logging.getLogger(__name__)


class Refused(RapporteurError):
    """What was asked is not done, for a reason that is told in the language of the person."""


def explained(error: BaseException, frame: Frame) -> str:
    """Return the sentence for whatever went wrong; what is a fault of the program is logged under its reference."""
    match error:
        case app_commands.CommandInvokeError():
            return explained(error.original, frame)
        case Refused():
            return str(error)
        case NotTaken() | discord.RateLimited():
            return frame.say(Said.BUSY)
        case Gone():
            return frame.say(Said.GONE)
        case AlreadyRunning():
            return running_sentence(error, frame)
        case RapporteurError() if str(error):
            return escaped(str(error))
        case TimeoutError():
            return frame.say(Said.LATE)
        case app_commands.CommandSignatureMismatch() | app_commands.CommandNotFound():
            return frame.say(Said.STALE_COMMAND)
        case app_commands.CheckFailure():
            return frame.say(Said.ONLY_MANAGERS)
        case _:
            _log.error("a request failed", exc_info=error)
            return frame.say(Said.INTERNAL, reference=current_reference() or "–")


def outcome_of(card: Card) -> Outcome:
    """Return how a question ended that was answered with a card."""
    return Outcome.DECLINED if card.tone is Tone.NOT_FOUND else Outcome.ANSWERED


def outcome_of_error(error: BaseException) -> Outcome:
    """Return how a question ended that was not answered."""
    return Outcome.REFUSED if isinstance(error, RapporteurError | discord.RateLimited) else Outcome.FAILED


def is_unheard(error: BaseException) -> bool:
    """Tell whether nobody hears what would be said of an error: the interaction or its message is no more."""
    if isinstance(error, discord.HTTPException):
        return error.status == 404 or error.code == ALREADY_ACKNOWLEDGED
    return isinstance(error, discord.InteractionResponded | aiohttp.ClientError)


async def persistently(call: Callable[[], Awaitable[T]]) -> T:
    """Return what a call of Discord's gives, trying again where the connection broke or Discord was out of order.

    Raises:
        discord.HTTPException: Discord refuses, or is out of order still.
        aiohttp.ClientError: There is no connection still.
    """
    for attempt in range(1, TRIES):
        try:
            return await call()
        except (aiohttp.ClientError, discord.DiscordServerError, ConnectionError, TimeoutError):
            await asyncio.sleep(_PAUSE_SECONDS * attempt)
        except discord.HTTPException as error:
            if error.status != 429:
                raise
            await asyncio.sleep(_retry_after(error) or _PAUSE_SECONDS * attempt)
    return await call()


def _retry_after(error: discord.HTTPException) -> float:
    try:
        return min(float(error.response.headers.get("Retry-After", "0")), 30.0)
    except ValueError:
        return 0.0


def received(interaction: discord.Interaction[Any]) -> float:
    """Note that an interaction begins to be handled, and return when, by the monotonic clock."""
    began: float = interaction.extras.setdefault(_RECEIVED, time.monotonic())
    return began


async def respond(
    interaction: discord.Interaction[Any], making: Coroutine[Any, Any, Card], frame: Frame, *, private: bool
) -> Card:
    """Send a card as the answer to an interaction, or to the asker alone where nothing was found.

    Returns:
        What was sent.

    Raises:
        discord.HTTPException: The answer did not reach Discord, or came too late.
    """

    async def at_once(card: Card) -> None:
        message, alone = rendered(card, frame.style), private or card.tone is Tone.NOT_FOUND
        await once(interaction, lambda: interaction.response.send_message(**message.to_send, ephemeral=alone))

    async def wait() -> None:
        await once(interaction, lambda: interaction.response.defer(ephemeral=private, thinking=True))

    async def late(card: Card) -> None:
        message = rendered(card, frame.style)
        if card.tone is not Tone.NOT_FOUND or private:
            await persistently(lambda: interaction.edit_original_response(**message.to_edit))
        else:
            await _take_back(interaction)
            await persistently(lambda: interaction.followup.send(**message.to_send, ephemeral=True))

    return await _in_time(making, at_once, wait, late)


async def replace(interaction: discord.Interaction[Any], making: Coroutine[Any, Any, Card], frame: Frame) -> None:
    """Put a card in the place of the message whose button was pressed."""

    async def at_once(card: Card) -> None:
        message = rendered(card, frame.style)
        await once(interaction, lambda: interaction.response.edit_message(**message.to_edit))

    async def wait() -> None:
        await once(interaction, interaction.response.defer)

    async def late(card: Card) -> None:
        message = rendered(card, frame.style)
        await persistently(lambda: interaction.edit_original_response(**message.to_edit))

    await _in_time(making, at_once, wait, late)


async def _in_time(
    making: Coroutine[Any, Any, Card],
    at_once: Callable[[Card], Awaitable[None]],
    wait: Callable[[], Awaitable[None]],
    late: Callable[[Card], Awaitable[None]],
) -> Card:
    """Send a card at once where it is there soon, else ask Discord to wait and send it late."""
    task = asyncio.ensure_future(making)
    try:
        done, _ = await asyncio.wait({task}, timeout=AT_ONCE_SECONDS)
        if done:
            card = task.result()
            await at_once(card)
            return card
        await wait()
        card = await task
    finally:
        task.cancel()
    await late(card)
    return card


async def tell(interaction: discord.Interaction[Any], sentence: str) -> None:
    """Say a sentence to the person alone, whether or not an answer was begun; nothing where Discord no longer takes it.

    A waiting that was begun is taken back first: what goes wrong is nobody else's business.
    """
    try:
        if interaction.response.is_done():
            if interaction.response.type is discord.InteractionResponseType.deferred_channel_message:
                await _take_back(interaction)
            await persistently(lambda: interaction.followup.send(sentence, ephemeral=True))
        else:
            await once(interaction, lambda: interaction.response.send_message(sentence, ephemeral=True))
    except (discord.HTTPException, discord.InteractionResponded, aiohttp.ClientError) as error:
        _log.warning("a sentence did not reach who asked: %s", type(error).__name__)


async def once(interaction: discord.Interaction[Any], call: Callable[[], Awaitable[Any]]) -> None:
    """Acknowledge an interaction, trying again where that was lost: it may have been heard all the same."""
    tried = 0

    async def attempt() -> None:
        nonlocal tried
        tried += 1
        try:
            await call()
        except discord.HTTPException as error:
            if error.code != ALREADY_ACKNOWLEDGED or tried == 1:
                raise

    await persistently(attempt)
    interaction.client.metrics.acknowledged_after(time.monotonic() - received(interaction))


async def _take_back(interaction: discord.Interaction[Any]) -> None:
    with suppress(discord.NotFound):
        await persistently(interaction.delete_original_response)
