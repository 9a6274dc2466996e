"""Commands are sent to Discord only when they changed: the real discord.py against a few routes on 127.0.0.1."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import discord
import pytest
from aiohttp import web
from discord import app_commands

from bot.state import StateFile
from bot.syncing import SyncedCommands, payload_hash, sync_if_changed

APPLICATION = 1170000000000000000


class Commands:
    """Discord's commands of one application: keeps what it is sent, and can refuse it or lose its answer."""

    def __init__(self) -> None:
        self.sent: list[list[dict[str, Any]]] = []
        self.fails_with = 0

    async def put(self, request: web.Request) -> web.Response:
        commands = await request.json()
        self.sent.append(commands)
        if self.fails_with:
            return web.json_response({"message": "no", "code": 0}, status=self.fails_with)
        more = {"application_id": str(APPLICATION), "version": "1", "description": ""}
        known = [more | each | {"id": str(1000 + number)} for number, each in enumerate(commands)]
        return web.Response(body=web.json_response(known).body, headers={"Content-Type": "application/json"})

    async def user(self, request: web.Request) -> web.Response:
        values = {"id": "5", "username": "rapporteur", "discriminator": "0", "avatar": None, "bot": True}
        return web.Response(body=web.json_response(values).body, headers={"Content-Type": "application/json"})

    async def application(self, request: web.Request) -> web.Response:
        values = {"id": str(APPLICATION), "name": "Rapporteur", "icon": None, "description": "", "flags": 0}
        values |= {"bot_public": True, "bot_require_code_grant": False, "verify_key": "", "owner": {}}
        values["owner"] = {"id": "6", "username": "owner", "discriminator": "0", "avatar": None}
        return web.Response(body=web.json_response(values).body, headers={"Content-Type": "application/json"})


class French(app_commands.Translator):
    """Translates one word."""

    def __init__(self, word: str) -> None:
        self.word = word

    async def translate(
        self, string: app_commands.locale_str, locale: discord.Locale, context: app_commands.TranslationContextTypes
    ) -> str | None:
        return self.word if locale is discord.Locale.french and string.message == "ask" else None


Tree = app_commands.CommandTree[discord.Client]


def ask(description: str = "Ask the documents a question") -> app_commands.Command[Any, ..., None]:
    async def answer(interaction: discord.Interaction, question: str) -> None: ...

    name = app_commands.locale_str("ask")
    return app_commands.Command(name=name, description=description, callback=answer)


def lookup() -> app_commands.Command[Any, ..., None]:
    async def show(interaction: discord.Interaction) -> None: ...

    return app_commands.Command(name="lookup", description="Show a paragraph of a document", callback=show)


def find_sources() -> app_commands.ContextMenu:
    async def find(interaction: discord.Interaction, message: discord.Message) -> None: ...

    return app_commands.ContextMenu(name="Find sources", callback=find)


def start(
    discord_side: Commands,
    state: StateFile,
    monkeypatch: pytest.MonkeyPatch,
    *commands: app_commands.Command[Any, ..., None] | app_commands.ContextMenu,
    translator: app_commands.Translator | None = None,
) -> SyncedCommands:
    """Start a bot with these commands, log in, send them if they changed, and end."""

    async def work() -> SyncedCommands:
        pages = web.Application()
        pages.router.add_get("/api/v10/users/@me", discord_side.user)
        pages.router.add_get("/api/v10/oauth2/applications/@me", discord_side.application)
        pages.router.add_put(f"/api/v10/applications/{APPLICATION}/commands", discord_side.put)
        runner = web.AppRunner(pages)
        await runner.setup()
        try:
            site = web.TCPSite(runner, "127.0.0.1", 0)
            await site.start()
            monkeypatch.setattr(discord.http.Route, "BASE", f"http://127.0.0.1:{runner.addresses[0][1]}/api/v10")
            async with discord.Client(intents=discord.Intents.none()) as client:
                tree = Tree(client)
                for command in commands:
                    tree.add_command(command)
                if translator:
                    await tree.set_translator(translator)
                await client.login("a token")
                return await sync_if_changed(tree, state, application_id=APPLICATION)
        finally:
            await runner.cleanup()

    return asyncio.run(asyncio.wait_for(work(), 60))


@pytest.fixture
def discord_side() -> Commands:
    return Commands()


Start = Callable[..., SyncedCommands]


@pytest.fixture
def bot(discord_side: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    """A bot that is started again and again with the same file."""

    def started(*commands: Any, **others: Any) -> SyncedCommands:
        with StateFile(tmp_path / "state.sqlite") as state:
            return start(discord_side, state, monkeypatch, *commands, **others)

    return started


def test_the_same_commands_are_sent_once_whatever_their_order(bot: Start, discord_side: Commands) -> None:
    first = bot(ask(), lookup(), find_sources())
    again = bot(lookup(), find_sources(), ask())
    assert (first.sent, again.sent) == (True, False)
    assert len(discord_side.sent) == 1
    assert again.ids == first.ids == {"ask": 1000, "lookup": 1001}  # a menu cannot be linked to


def test_commands_that_changed_are_sent(bot: Start, discord_side: Commands) -> None:
    bot(ask())
    assert bot(ask("Ask something else")).sent
    assert bot(ask("Ask something else"), lookup()).sent
    assert bot(ask("Ask something else")).sent
    assert len(discord_side.sent) == 4


def test_a_translation_that_changed_is_a_change(bot: Start, discord_side: Commands) -> None:
    bot(ask(), translator=French("demander"))
    assert not bot(ask(), translator=French("demander")).sent
    assert bot(ask(), translator=French("poser")).sent
    assert [sent[0]["name_localizations"] for sent in discord_side.sent] == [{"fr": "demander"}, {"fr": "poser"}]


def test_what_could_not_be_sent_is_sent_at_the_next_start(bot: Start, discord_side: Commands) -> None:
    discord_side.fails_with = 403
    with pytest.raises(discord.Forbidden):
        bot(ask())
    discord_side.fails_with = 0
    assert bot(ask()).sent


def test_going_back_after_a_failure_is_sent_too(bot: Start, discord_side: Commands) -> None:
    bot(ask())
    discord_side.fails_with = 400  # as where the answer was lost: Discord may have the new commands by now
    with pytest.raises(discord.HTTPException):
        bot(lookup())
    discord_side.fails_with = 0
    assert bot(ask()).sent


def test_a_file_that_cannot_be_used_costs_a_request_and_nothing_else(
    discord_side: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    state = StateFile(tmp_path)  # a folder
    for _ in range(2):
        assert start(discord_side, state, monkeypatch, ask()).ids == {"ask": 1000}
    assert len(discord_side.sent) == 2


@pytest.mark.parametrize("kept", ["", "no JSON", "[]", '["x"]', '["x", ["y"]]', "3", '["x", {"ask": "y"}]'])
def test_what_was_kept_and_cannot_be_read_is_as_if_it_were_not(
    discord_side: Commands, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kept: str
) -> None:
    with StateFile(tmp_path / "state.sqlite") as state:
        state.put(f"commands of {APPLICATION}", kept)
        assert start(discord_side, state, monkeypatch, ask()).sent
        assert not start(discord_side, state, monkeypatch, ask()).sent


def test_a_command_is_a_link_where_its_id_is_known() -> None:
    commands = SyncedCommands({"ask": 12, "settings": 34}, sent=False)
    assert commands.mention("ask") == "</ask:12>"
    assert commands.mention("settings show") == "</settings show:34>"
    assert commands.mention("lookup") == "/lookup"


def test_the_order_of_options_is_part_of_the_hash_and_that_of_keys_is_not() -> None:
    one = {"type": 1, "name": "ask", "options": [{"name": "a"}, {"name": "b"}]}
    assert payload_hash([one]) == payload_hash([{"options": one["options"], "name": "ask", "type": 1}])
    assert payload_hash([one]) != payload_hash([one | {"options": [{"name": "b"}, {"name": "a"}]}])
