"""Discord lists the commands in each person's language, and takes the list."""

from __future__ import annotations

import asyncio
from typing import Any

import discord
from discord import app_commands

from bot.commands import COMMANDS
from bot.strings import Language, Said, say
from bot.translator import TableTranslator, listed
from tests.loopback import limits

Json = dict[str, Any]


def registered() -> list[Json]:
    """Return the commands as they are sent to Discord."""

    async def translated() -> list[Json]:
        client = discord.Client(intents=discord.Intents.none())
        tree = app_commands.CommandTree(client)
        for command in COMMANDS:
            tree.add_command(command)
        translator = TableTranslator()
        return [await command.get_translated_payload(tree, translator) for command in tree.get_commands()]

    return asyncio.run(translated())


def described(command: Json) -> list[Json]:
    return [command, *(each for option in command.get("options") or () for each in described(option))]


def test_discord_takes_the_commands_in_every_language() -> None:
    assert [str(each) for each in limits.commands(registered())] == []


def test_every_description_is_in_english_french_and_spanish() -> None:
    for command in registered():
        for each in described(command):
            if each.get("description"):
                texts = each["description_localizations"]
                assert set(texts) == {"en-US", "en-GB", "fr", "es-ES", "es-419"}, each["name"]
                assert texts["en-US"] == texts["en-GB"] == each["description"]
                assert len({texts["en-US"], texts["fr"], texts["es-ES"]}) == 3, each["name"]


def test_slash_commands_keep_one_name_everywhere_and_the_menus_have_one_in_each_language() -> None:
    menus = {say(Language.ENGLISH, each): each for each in (Said.MENU_FIND_SOURCES, Said.MENU_ADD_DOCUMENTS)}
    for command in registered():
        names = command.get("name_localizations") or {}
        if command.get("type") == discord.AppCommandType.message.value:
            assert names["fr"] == say(Language.FRENCH, menus.pop(command["name"]))
        else:
            assert not names
    assert not menus


def test_descriptions_fit_in_sixty_characters_and_say_the_result() -> None:
    for command in registered():
        if command.get("description"):
            assert len(command["description"]) <= 60
            assert not command["description"].endswith(".")


def test_a_text_that_is_not_of_the_table_stays_as_it_is() -> None:
    async def translate(text: app_commands.locale_str, locale: discord.Locale) -> str | None:
        return await TableTranslator().translate(text, locale, None)  # type: ignore[arg-type]

    assert asyncio.run(translate(app_commands.locale_str("other"), discord.Locale.french)) is None
    assert asyncio.run(translate(listed(Said.COMMAND_ASK), discord.Locale.russian)) is None
    found = asyncio.run(translate(listed(Said.COMMAND_ASK), discord.Locale.french))
    assert found == say(Language.FRENCH, Said.COMMAND_ASK)
