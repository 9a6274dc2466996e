"""`/help`, `/about` and `/privacy`: what the bot is, how to ask it, and what it keeps."""

from __future__ import annotations

from typing import TYPE_CHECKING

import discord
from discord import app_commands

from bot.cards import Card, Entry, Frame, Tone, timestamp
from bot.departures import GRACE
from bot.desk import Desk
from bot.doctor import program_version
from bot.markdown import escaped
from bot.strings import Said
from bot.translator import listed
from bot.unanswered import KEPT
from retrieval.store import Generation

if TYPE_CHECKING:
    from bot.client import Client

_EXAMPLE = "When does the mandate end?"
_REFERENCE = "1138 6(d)"


@app_commands.command(name="help", description=listed(Said.COMMAND_HELP))
async def help_(interaction: discord.Interaction[Client]) -> None:
    """Show how to ask."""

    async def card(frame: Frame) -> Card:
        return help_card(frame, await generation_for(frame, interaction.client.desk))

    await interaction.client.command(interaction, None, card, private=True)


@app_commands.command(name="about", description=listed(Said.COMMAND_ABOUT))
async def about(interaction: discord.Interaction[Client]) -> None:
    """Show what is running."""

    async def card(frame: Frame) -> Card:
        return about_card(frame, await generation_for(frame, interaction.client.desk))

    await interaction.client.command(interaction, None, card, private=True)


@app_commands.command(name="privacy", description=listed(Said.COMMAND_PRIVACY))
async def privacy(interaction: discord.Interaction[Client]) -> None:
    """Show what is kept, from the settings of the server."""

    async def card(frame: Frame) -> Card:
        client = interaction.client
        return privacy_card(frame, unanswered=client.keeps_unanswered(interaction))

    await interaction.client.command(interaction, None, card, private=True)


async def generation_for(frame: Frame, desk: Desk) -> Generation:
    """Return the index that answers where a card is shown."""
    return (await desk.seen(frame.server)).generation


def help_card(frame: Frame, generation: Generation) -> Card:
    """Return how to ask, with commands that can be clicked."""
    lines = (
        frame.say(Said.HELP_LEAD),
        "- " + frame.say(Said.HELP_ASK, ask=frame.command("ask"), example=_EXAMPLE),
        "- " + frame.say(Said.HELP_LOOKUP, lookup=frame.command("lookup"), reference=_REFERENCE),
        "- " + frame.say(Said.HELP_SEARCH, search=frame.command("search"), sources=frame.command("sources")),
        "- " + frame.say(Said.HELP_MENU),
        frame.say(Said.HELP_LIMITS),
    )
    notes = (_holds(frame, generation), f"{frame.command('about')} · {frame.command('privacy')}")
    small = tuple(f"-# {note}" for note in notes)
    return Card(Tone.NOTE, f"### {frame.say(Said.HELP)}", (Entry("\n".join(lines)),), small)


def about_card(frame: Frame, generation: Generation) -> Card:
    """Return which program and which index answer."""
    text = frame.say(Said.ABOUT_VERSION, version=program_version())
    return Card(Tone.NOTE, f"### {frame.say(Said.ABOUT)}", (Entry(f"{text}\n{_holds(frame, generation)}"),))


def privacy_card(frame: Frame, *, unanswered: bool) -> Card:
    """Return what is kept here; `unanswered` tells whether unanswered questions are."""
    questions = (Said.PRIVACY_UNANSWERED, Said.PRIVACY_OTHERWISE) if unanswered else (Said.PRIVACY_QUESTIONS,)
    feedback = Said.PRIVACY_FEEDBACK_ON if frame.feedback else Said.PRIVACY_FEEDBACK_OFF
    kept = (
        *(frame.say(each, days=KEPT.days) for each in (*questions, Said.PRIVACY_IDS, feedback)),
        frame.say(Said.PRIVACY_OWN_DOCUMENTS, days=GRACE.days),
        frame.say(Said.PRIVACY_MANAGERS),
        frame.say(Said.PRIVACY_OPERATOR),
    )
    return Card(Tone.NOTE, f"### {frame.say(Said.PRIVACY)}", (Entry("\n".join(f"- {each}" for each in kept)),))


def _holds(frame: Frame, generation: Generation) -> str:
    return frame.say(
        Said.ABOUT_INDEX,
        documents=frame.count(Said.DOCUMENTS, generation.documents),
        passages=frame.count(Said.PASSAGES, generation.passages),
        day=timestamp(generation),
        model=escaped(generation.model),
    )
