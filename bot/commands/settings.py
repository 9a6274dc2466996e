"""`/settings show` and `/settings set`: how answers appear in one server.

Who may is for the server to say: Manage Server by default, and whatever its admins set under Integrations. So it is
Discord that asks for the right, and nothing here does again, which would defeat what they set.
"""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Literal

import discord
from discord import app_commands

from bot.cards import Card, Entry, Frame, Tone
from bot.markdown import escaped, shortened
from bot.responding import Refused
from bot.server_settings import MOST_PASSAGES, Changes, ServerSettings, Style
from bot.strings import Language, Said
from bot.translator import listed
from bot.unanswered import KEPT

if TYPE_CHECKING:
    from bot.client import Client

_CHANNEL = re.compile(r"<#(\d+)>|(\d{15,20})")
_ALL, _NONE = "all", "none"
_STYLES = {Style.CARDS: Said.CARDS, Style.EMBEDS: Said.EMBEDS, Style.TEXT: Said.PLAIN_TEXT}
_LANGUAGES = {Language.ENGLISH: "English", Language.FRENCH: "Français", Language.SPANISH: "Español"}

settings = app_commands.Group(
    name="settings",
    description=listed(Said.COMMAND_SETTINGS),
    guild_only=True,
    default_permissions=discord.Permissions(manage_guild=True),
    allowed_contexts=app_commands.AppCommandContext(guild=True, dm_channel=False, private_channel=False),
    allowed_installs=app_commands.AppInstallationType(guild=True, user=False),
)


@settings.command(name="show", description=listed(Said.COMMAND_SETTINGS_SHOW))
async def show(interaction: discord.Interaction[Client]) -> None:
    """Show how answers appear here."""

    async def card(frame: Frame) -> Card:
        return await _card(interaction, frame, Said.SETTINGS)

    await interaction.client.command(interaction, None, card, private=True)


@settings.command(name="set", description=listed(Said.COMMAND_SETTINGS_SET))
@app_commands.describe(
    answers=listed(Said.OPTION_ANSWERS),
    answer_in=listed(Said.OPTION_PLACE),
    style=listed(Said.OPTION_STYLE),
    passages=listed(Said.OPTION_PASSAGES),
    channels=listed(Said.OPTION_CHANNELS),
    forums=listed(Said.OPTION_FORUMS),
    language=listed(Said.OPTION_LANGUAGE),
    feedback=listed(Said.OPTION_FEEDBACK),
    unanswered=listed(Said.OPTION_UNANSWERED),
)
async def set_(
    interaction: discord.Interaction[Client],
    answers: Literal["public", "private"] | None = None,
    answer_in: Literal["reply", "thread"] | None = None,
    style: Literal["cards", "embeds", "text"] | None = None,
    passages: app_commands.Range[int, 1, MOST_PASSAGES] | None = None,
    channels: app_commands.Range[str, 1, 1000] | None = None,
    forums: app_commands.Range[str, 1, 1000] | None = None,
    language: Literal["auto", "en", "fr", "es"] | None = None,
    feedback: bool | None = None,
    unanswered: bool | None = None,
) -> None:
    """Change how answers appear here; what is left out stays."""

    async def card(frame: Frame) -> Card:
        guild = interaction.guild
        assert guild is not None
        changes = Changes()
        if answers is not None:
            changes["private"] = answers == "private"
        if answer_in is not None:
            changes["threads"] = answer_in == "thread"
        if style is not None:
            changes["style"] = Style(style)
        if passages is not None:
            changes["passages"] = passages
        if channels is not None:
            changes["channels"] = _channels(channels, guild, frame)
        if forums is not None:
            changes["forums"] = _forums(forums, guild, frame)
        if language is not None:
            changes["language"] = None if language == "auto" else Language(language)
        if feedback is not None:
            changes["feedback"] = feedback
        if unanswered is not None:
            changes["unanswered"] = unanswered
        if not changes:
            raise Refused(frame.say(Said.NOTHING_TO_SET))
        client = interaction.client
        await asyncio.to_thread(lambda: client.settings.set(guild.id, **changes))
        if unanswered is False:
            await asyncio.to_thread(client.unanswered.remove, guild.id)
        mine = client.frame_for(interaction, private=True)
        return await _card(interaction, mine, Said.SETTINGS_KEPT, *_told(unanswered, mine))

    await interaction.client.command(interaction, None, card, private=True)


def _channels(given: str, guild: discord.Guild, frame: Frame) -> frozenset[int]:
    if given.strip().lower() == _ALL:
        return frozenset()
    kinds = (discord.TextChannel, discord.Thread, discord.VoiceChannel, discord.StageChannel)
    return _named(given, guild, kinds, frame.say(Said.TEXT_CHANNEL), _ALL, frame)


def _forums(given: str, guild: discord.Guild, frame: Frame) -> frozenset[int]:
    if given.strip().lower() == _NONE:
        return frozenset()
    return _named(given, guild, (discord.ForumChannel,), frame.say(Said.FORUM_CHANNEL), _NONE, frame)


def _named(
    given: str, guild: discord.Guild, kinds: tuple[type[Any], ...], kind: str, none: str, frame: Frame
) -> frozenset[int]:
    """Return the ids of the channels that a text names; raises Refused where one of them is none, or none is named.

    What is chosen from Discord's list comes as `<#id>`; whoever types on comes to `#name`.
    """
    by_name = {channel.name: channel.id for channel in guild.channels if isinstance(channel, kinds)}
    ids = [
        int(match[1] or match[2]) if match else by_name.get(word.removeprefix("#"), 0)
        for word in given.replace(",", " ").split()
        for match in [_CHANNEL.fullmatch(word)]
    ]
    if not ids or not all(isinstance(guild.get_channel_or_thread(each), kinds) for each in ids):
        raise Refused(frame.say(Said.NO_SUCH_CHANNEL, given=escaped(shortened(given, 60)), kind=kind, none=none))
    return frozenset(ids)


def _told(unanswered: bool | None, frame: Frame) -> Iterator[str]:
    """Yield what an admin is to know who has just let unanswered questions be kept, or not any more."""
    if unanswered:
        commands = {"privacy": frame.command("privacy"), "gaps": frame.command("index gaps")}
        yield frame.say(Said.UNANSWERED_BEGUN, days=KEPT.days, **commands)
    elif unanswered is False:
        yield frame.say(Said.UNANSWERED_DELETED)


async def _card(interaction: discord.Interaction[Client], frame: Frame, head: Said, *told: str) -> Card:
    assert interaction.guild_id is not None
    store = interaction.client.settings
    chosen = store.of(interaction.guild_id)
    counts = await asyncio.to_thread(store.counts, interaction.guild_id)
    lines = "\n".join(f"**{name}**: {value}" for name, value in _described(chosen, frame))
    said = frame.say(Said.FEEDBACK_COUNTS, helpful=counts.helpful, unhelpful=counts.not_helpful)
    notes = (f"-# {said}",) if chosen.feedback else ()
    return Card(Tone.NOTE, f"### {frame.say(head)}", (Entry(lines), *map(Entry, told)), notes)


def _described(chosen: ServerSettings, frame: Frame) -> list[tuple[str, str]]:
    def channels(ids: frozenset[int], without: Said) -> str:
        return " ".join(f"<#{each}>" for each in sorted(ids)) or frame.say(without)

    values = {
        Said.ANSWERS: frame.say(Said.PRIVATE if chosen.private else Said.PUBLIC),
        Said.PLACE: frame.say(Said.THREAD if chosen.threads else Said.REPLY),
        Said.STYLE: frame.say(_STYLES[chosen.style]),
        Said.PASSAGES_AT_MOST: str(chosen.passages),
        Said.CHANNELS: channels(chosen.channels, Said.EVERYWHERE),
        Said.FORUMS: channels(chosen.forums, Said.NONE),
        Said.LANGUAGE: _LANGUAGES[chosen.language] if chosen.language else frame.say(Said.BY_LOCALE),
        Said.FEEDBACK: frame.say(Said.ON if chosen.feedback else Said.OFF),
        Said.UNANSWERED: frame.say(Said.UNANSWERED_KEPT if chosen.unanswered else Said.NOT_KEPT, days=KEPT.days),
    }
    return [(frame.say(name), value) for name, value in values.items()]
