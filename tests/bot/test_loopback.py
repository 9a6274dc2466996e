"""The Discord on 127.0.0.1 is right: a small bot made with discord.py, or bare calls, and what they get."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import AsyncIterator, Coroutine, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import aiohttp
import discord
import pytest
import yarl
from discord import app_commands, ui
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.loopback import Faults, LoopbackDiscord, NotHappened, NotOffered, Permission, faults, limits
from tests.loopback.demo import Demo
from tests.loopback.drawing import draw, draw_modal
from tests.loopback.openapi import DOCUMENT, contract
from tests.loopback.outcome import Signal
from tests.loopback.redirect import redirected
from tests.loopback.world import COMPONENTS_V2, EPHEMERAL, Json, Pings, Role, User, pings_of

MESSAGES = "POST /channels/{channel_id}/messages"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
V2 = COMPONENTS_V2


def run(work: Coroutine[Any, Any, None]) -> None:
    async def limited() -> None:
        await asyncio.wait_for(work, 15)

    asyncio.run(limited())


# --- a bot --------------------------------------------------------------------------------------------------------


class Next(ui.DynamicItem[ui.Button[Any]], template=r"t1:next:(?P<page>\d+)"):
    """Turns a page; nothing is remembered."""

    def __init__(self, page: int) -> None:
        super().__init__(ui.Button(label="Next", custom_id=f"t1:next:{page}"))
        self.page = page

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction, item: Any, match: Any) -> Next:
        return cls(int(match["page"]))

    async def callback(self, interaction: discord.Interaction) -> None:
        await interaction.response.edit_message(view=card(self.page + 1))


class Choose(ui.DynamicItem[ui.Select[Any]], template="t1:choose"):
    """Says what was chosen."""

    def __init__(self) -> None:
        options = [discord.SelectOption(label=name, value=name[0]) for name in ("Alpha", "Beta")]
        super().__init__(ui.Select(custom_id="t1:choose", placeholder="Which?", options=options))

    @classmethod
    async def from_custom_id(cls, interaction: discord.Interaction, item: Any, match: Any) -> Choose:
        return cls()

    async def callback(self, interaction: discord.Interaction) -> None:
        values = dict(interaction.data or {}).get("values")
        await interaction.response.defer()
        await interaction.followup.send(f"chosen: {values}", ephemeral=True)


class Form(ui.Modal, title="Add"):
    name: ui.Label[Any] = ui.Label(text="Name", component=ui.TextInput(custom_id="name"))
    files: ui.Label[Any] = ui.Label(text="Files", component=ui.FileUpload(custom_id="files", min_values=1))

    async def on_submit(self, interaction: discord.Interaction) -> None:
        (file,) = self.files.component.values  # type: ignore[attr-defined]
        text = (await file.read()).decode()
        await interaction.response.send_message(f"{self.name.component.value}: {file.filename} {text}")  # type: ignore[attr-defined]


def card(page: int, *more: ui.Item[Any]) -> ui.LayoutView:
    view = ui.LayoutView(timeout=None)
    view.add_item(ui.Container(ui.TextDisplay(f"page {page}"), ui.ActionRow(Next(page))))
    for each in more:
        view.add_item(each)
    return view


class Bot(discord.AutoShardedClient):
    """Answers mentions and direct messages with a card, and has a few commands."""

    def __init__(self, *, hesitates: bool = False) -> None:
        super().__init__(
            intents=discord.Intents(guilds=True, guild_messages=True, dm_messages=True),
            allowed_mentions=discord.AllowedMentions.none(),
            max_messages=None,
            member_cache_flags=discord.MemberCacheFlags.none(),
            chunk_guilds_at_startup=False,
            guild_ready_timeout=0.05,
        )
        self.hesitates = hesitates
        self.go_on = asyncio.Event()
        self.read: list[str] = []
        self.seen: list[str] = []
        self.errors: list[BaseException] = []
        self.changed = Signal()
        self.tree = app_commands.CommandTree(self)
        self.tree.error(self.failed)
        everywhere = app_commands.allowed_contexts(guilds=True, dms=True, private_channels=True)
        installed = app_commands.allowed_installs(guilds=True, users=True)
        self.tree.add_command(installed(everywhere(ask)))
        self.tree.add_command(add)
        self.tree.add_command(app_commands.ContextMenu(name="Find sources", callback=find_sources))

    async def setup_hook(self) -> None:
        self.add_dynamic_items(Next, Choose)
        await self.tree.sync()

    async def before_identify_hook(self, shard_id: int | None, *, initial: bool = False) -> None:
        """Identify at once, and not after five seconds."""

    async def failed(self, interaction: discord.Interaction, error: app_commands.AppCommandError) -> None:
        self.errors.append(getattr(error, "original", error))
        self.changed.notify()

    async def on_message(self, message: discord.Message) -> None:
        if message.author.bot:
            return
        self.read.append(message.content)
        if self.user not in message.mentions and message.guild is not None:
            return
        try:
            if self.hesitates:
                await message.channel.typing()
                await self.go_on.wait()
            await message.reply(view=card(0, ui.ActionRow(Choose())), mention_author=False)
        except discord.HTTPException as error:
            self.errors.append(error)
            self.changed.notify()

    async def on_guild_join(self, guild: discord.Guild) -> None:
        self.seen.append(f"joined {guild.name}")

    async def on_guild_remove(self, guild: discord.Guild) -> None:
        self.seen.append(f"left {guild.name}")

    async def on_raw_message_delete(self, event: discord.RawMessageDeleteEvent) -> None:
        self.seen.append(f"deleted {event.message_id}")

    async def on_raw_message_edit(self, event: discord.RawMessageUpdateEvent) -> None:
        if not event.message.author.bot:
            self.seen.append(f"edited {event.message.content}")

    async def on_thread_create(self, thread: discord.Thread) -> None:
        self.seen.append(f"thread {thread.name}")
        if isinstance(thread.parent, discord.ForumChannel):
            await thread.send(f"about {thread.name}")


@app_commands.command(description="Ask")
async def ask(interaction: discord.Interaction, question: str, private: bool = False) -> None:
    if question.startswith("slow"):
        await interaction.response.defer(ephemeral=private)
        await interaction.edit_original_response(view=card(7))
        return
    where = (
        f"{interaction.locale} {interaction.guild_locale} {interaction.context.guild} {interaction.context.dm_channel}"
    )
    await interaction.response.send_message(f"{question} {where}", ephemeral=private)


@ask.autocomplete("question")
async def complete(interaction: discord.Interaction, current: str) -> list[app_commands.Choice[str]]:
    return [app_commands.Choice(name=f"{current}{n}", value=str(n)) for n in range(3)]


@app_commands.command(description="Add")
@app_commands.default_permissions(manage_guild=True)
async def add(interaction: discord.Interaction) -> None:
    await interaction.response.send_modal(Form())


async def find_sources(interaction: discord.Interaction, message: discord.Message) -> None:
    await interaction.response.send_message(f"about: {message.content}", ephemeral=True)


@asynccontextmanager
async def connected(bot: Bot, server: LoopbackDiscord) -> AsyncIterator[Bot]:
    """Run a bot against a server that runs."""
    with redirected(server):
        running = asyncio.create_task(bot.start(server.token))
        try:
            await server.ready()
            yield bot
        finally:
            await bot.close()
            with suppress(discord.DiscordException):
                await running


@asynccontextmanager
async def both(*, hesitates: bool = False, **options: Any) -> AsyncIterator[tuple[LoopbackDiscord, Bot]]:
    """Run a server and a bot."""
    async with LoopbackDiscord(**options) as server, connected(Bot(hesitates=hesitates), server) as bot:
        yield server, bot
        assert server.schema_violations == []
        assert list(server.missing) == []


@pytest.fixture(autouse=True)
def quiet(monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    monkeypatch.setattr(discord.VoiceClient, "warn_nacl", False)
    monkeypatch.setattr(discord.VoiceClient, "warn_dave", False)
    caplog.set_level(logging.CRITICAL, logger="discord")
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    yield
    assert Route.BASE == base == "https://discord.com/api/v10"
    assert DiscordWebSocket.DEFAULT_GATEWAY == gateway == yarl.URL("wss://gateway.discord.gg/")


async def call(
    server: LoopbackDiscord, method: str, path: str, body: Any = None, *, token: str | None = None
) -> tuple[int, Any]:
    """Call the API without a library; return status and answer."""
    headers = {"Authorization": f"Bot {token or server.token}", "Content-Type": "application/json"}
    data = None if body is None else json.dumps(body)
    async with (
        aiohttp.ClientSession() as session,
        session.request(method, server.api_base + path, data=data, headers=headers) as answer,
    ):
        assert answer.headers.get("Content-Type") in (None, "application/json", "application/octet-stream")
        return answer.status, await answer.json() if answer.status != 204 else None


def refused(answer: tuple[int, Any]) -> tuple[int, int]:
    """Return the status and Discord's code of a refusal."""
    return answer[0], answer[1]["code"]


def text(*contents: str) -> list[Json]:
    return [{"type": 10, "content": each} for each in contents]


# --- messages -----------------------------------------------------------------------------------------------------


def test_a_mention_is_answered_by_a_reply_that_notifies_nobody() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            asked = await server.mention(server.ana, server.general, "hello")
            assert asked.message.text == "page 0"
            assert asked.message.reference is asked.question
            assert asked.message.is_v2
            assert not asked.message.pings
            assert asked.answered_after is not None
            assert 0 < asked.answered_after < 1
            assert bot.read == [f"{server.bot.mention} hello"]
            (sent,) = server.calls_to(MESSAGES)
            assert sent.body["allowed_mentions"] == {"parse": [], "replied_user": False}
            assert sent.authorized
            assert server.visible_to(server.ben, server.general) == [asked.question, asked.message]

    run(work())


def test_without_the_intent_only_what_is_meant_for_the_bot_can_be_read() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            server.say(server.ana, server.general, "secret")
            server.say(server.ana, server.general, f"{server.guild.role('rapporteur').mention} by role")
            asked = await server.mention(server.ana, server.general, "mention")
            await server.reply(server.ben, asked.message, "reply with ping")
            server.reply(server.ben, asked.message, "reply without", ping=False)
            command = await server.slash(server.ana, server.general, "ask", question="x")
            server.reply(server.ben, command.message, "reply to a command")
            await server.dm(server.ana, "direct")
            mention = f"{server.bot.mention} mention"
            assert bot.read == ["", "", mention, "reply with ping", "", "", "direct"]
            assert server.gateway.identified[0]["intents"] == 4609

    run(work())


def test_typing_is_a_reaction_and_what_is_edited_or_deleted_is_told() -> None:
    async def work() -> None:
        async with both(hesitates=True) as (server, bot):
            asked = server.mention(server.ana, server.general, "one")
            await asked.acknowledged()
            assert asked.messages == []
            assert server.general.typing == 1
            bot.go_on.set()
            await asked
            assert asked.question is not None
            edited = server.edit(asked.question, f"{server.bot.mention} two")
            await edited.silence(0.05)
            with pytest.raises(NotHappened, match="page 0"):
                await server.delete(asked.question).answer(within=0.05)
            assert bot.seen == [f"edited {server.bot.mention} two", f"deleted {asked.question.id}"]

    run(work())


def test_where_the_bot_may_not_write_it_is_refused_as_by_discord() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            path = f"/channels/{server.general.id}/messages"
            said = server.say(server.ana, server.general, "hello").question
            assert said is not None
            reply = {"content": "x", "message_reference": {"message_id": str(said.id)}}
            assert (await call(server, "POST", path, reply))[0] == 200
            server.deny(server.general, server.bot, Permission.READ_MESSAGE_HISTORY)
            assert refused(await call(server, "POST", path, reply)) == (403, 160002)
            assert refused(await call(server, "GET", f"{path}/{said.id}")) == (403, 50013)
            server.deny(server.general, server.bot, Permission.SEND_MESSAGES)
            assert refused(await call(server, "POST", path, {"content": "x"})) == (403, 50013)
            server.deny(server.general, server.guild.role("rapporteur"), Permission.VIEW_CHANNEL)
            assert refused(await call(server, "POST", path, {"content": "x"})) == (403, 50001)
            assert refused(await call(server, "POST", "/channels/1/messages", {"content": "x"})) == (404, 10003)
            assert refused(await call(server, "GET", "/users/@me", token="wrong")) == (401, 0)
            server.ana.refuses_dms = True
            _, channel = await call(server, "POST", "/users/@me/channels", {"recipient_id": str(server.ana.id)})
            direct = f"/channels/{channel['id']}/messages"
            assert refused(await call(server, "POST", direct, {"content": "x"})) == (403, 50007)

    run(work())


def test_threads() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            said = server.mention(server.ana, server.general, "hello")
            assert said.question is not None
            path = f"/channels/{server.general.id}/messages/{said.question.id}/threads"
            status, made = await call(server, "POST", path, {"name": "about it", "auto_archive_duration": 1440})
            assert (status, made["id"], made["parent_id"]) == (200, str(said.question.id), str(server.general.id))
            assert refused(await call(server, "POST", path, {"name": "again"})) == (400, 160004)
            inside = f"/channels/{made['id']}/messages"
            _, answer = await call(server, "POST", inside, {"content": "here"})
            assert said.message.content == "here"
            thread = server.guild.threads[int(made["id"])]
            server.archive(thread)
            edit = await call(server, "PATCH", f"{inside}/{answer['id']}", {"content": "x"})
            assert refused(edit) == (400, 50083)
            assert (await call(server, "POST", inside, {"content": "opens it"}))[0] == 200
            assert not thread.archived
            server.archive(thread, locked=True)
            assert refused(await call(server, "POST", inside, {"content": "x"})) == (400, 50083)
            server.deny(server.general, server.guild.roles[server.guild.id], Permission.SEND_MESSAGES_IN_THREADS)
            server.deny(server.general, server.bot, Permission.SEND_MESSAGES_IN_THREADS)
            assert refused(await call(server, "POST", inside, {"content": "x"})) == (403, 50013)

    run(work())


def test_a_forum_post_is_told_and_answered() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            asked = await server.forum_post(server.ana, server.forum, "When does it end?", "The mandate.")
            assert asked.message.text == "about When does it end?"
            assert asked.message.channel is asked.thread
            late = server.forum_post(server.ana, server.forum, "Later", late=0.02)
            assert late.thread is not None
            path = f"/channels/{late.thread.id}/messages"
            assert refused(await call(server, "POST", path, {"content": "x"})) == (403, 40058)
            await late.until(lambda: late.question)
            assert (await call(server, "POST", path, {"content": "x"}))[0] == 200
            await late
            assert bot.seen == ["thread When does it end?", "thread Later"]
            assert bot.read == ["", ""]

    run(work())


def test_a_message_sent_twice_with_one_nonce_is_one_message() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            path = f"/channels/{server.general.id}/messages"
            body = {"content": "x", "nonce": "7", "enforce_nonce": True}
            first, second = await call(server, "POST", path, body), await call(server, "POST", path, body)
            assert first == second
            assert len(server.general.messages) == 1
            await call(server, "POST", path, body | {"enforce_nonce": False})
            assert len(server.general.messages) == 2

    run(work())


def test_other_bots_and_webhooks_can_be_told_apart() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            seen: list[tuple[bool, bool]] = []

            async def on_message(message: discord.Message) -> None:
                seen.append((message.author.bot, message.webhook_id is not None))
                bot.changed.notify()

            bot.on_message = on_message  # type: ignore[method-assign]
            server.webhook_says(server.general, server.bot.mention)
            server.mention(server.add_user("other", bot=True), server.general, "hello")
            server.mention(server.ana, server.general, "hello")
            await bot.changed.until(lambda: len(seen) == 3)
            assert seen == [(True, True), (True, False), (False, False)]

    run(work())


def test_a_body_of_another_shape_is_refused() -> None:
    async def work() -> None:
        async with LoopbackDiscord(check_contract=False) as server:
            path = f"/channels/{server.general.id}"
            assert refused(await call(server, "POST", f"{path}/messages", None)) == (400, 50006)
            assert refused(await call(server, "POST", f"{path}/messages", ["x"])) == (400, 50035)
            assert refused(await call(server, "POST", f"{path}/threads", {})) == (400, 50035)
            assert len(server.schema_violations) == 2
            assert (await call(server, "GET", "/voice/regions"))[0] == 404
            assert list(server.missing) == ["GET /api/v10/voice/regions"]

    run(work())


def test_what_is_gone_or_of_others_cannot_be_changed() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            said = server.say(server.ana, server.general, "hello").question
            assert said is not None
            path = f"/channels/{server.general.id}/messages"
            assert refused(await call(server, "PATCH", f"{path}/{said.id}", {"content": "x"})) == (403, 50005)
            assert refused(await call(server, "DELETE", f"{path}/{said.id}")) == (403, 50013)
            _, mine = await call(server, "POST", path, {"content": "x"})
            assert (await call(server, "DELETE", f"{path}/{mine['id']}"))[0] == 204
            assert refused(await call(server, "PATCH", f"{path}/{mine['id']}", {"content": "y"})) == (404, 10008)
            server.delete(said)
            reply = {"content": "x", "message_reference": {"message_id": str(said.id)}}
            status, answer = await call(server, "POST", path, reply)
            assert (status, answer["code"]) == (400, 50035)
            assert "REPLIES_UNKNOWN_MESSAGE" in json.dumps(answer["errors"])
            reply["message_reference"]["fail_if_not_exists"] = False  # type: ignore[index]
            assert (await call(server, "POST", path, reply))[0] == 200

    run(work())


def test_a_message_of_version_2_stays_one() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            path = f"/channels/{server.general.id}/messages"
            _, made = await call(server, "POST", path, {"flags": V2, "components": text("x")})
            for wrong in ({"content": "x"}, {"flags": 0}, {"embeds": [{"title": "x"}]}):
                assert refused(await call(server, "PATCH", f"{path}/{made['id']}", wrong)) == (400, 50035)
            status, edited = await call(server, "PATCH", f"{path}/{made['id']}", {"components": text("y")})
            assert (status, edited["components"]) == (200, [{"type": 10, "content": "y", "id": 1}])
            _, plain = await call(server, "POST", path, {"content": "x"})
            change = {"flags": V2, "components": text("x")}
            assert refused(await call(server, "PATCH", f"{path}/{plain['id']}", change)) == (400, 50035)
            assert (await call(server, "PATCH", f"{path}/{plain['id']}", change | {"content": None}))[0] == 200

    run(work())


@pytest.mark.parametrize(
    ("allowed", "expected"),
    [
        (None, Pings((1, 2), (20,), True)),
        ({"parse": []}, Pings()),
        ({"parse": ["users"]}, Pings((1,))),
        ({"parse": [], "users": ["1"]}, Pings((1,))),
        ({"parse": ["roles"]}, Pings((), (20,))),
        ({"parse": ["everyone"]}, Pings((), (), True)),
        ({"parse": [], "replied_user": True}, Pings((2,))),
    ],
)
def test_whom_a_message_notifies(allowed: Json | None, expected: Pings) -> None:
    server = LoopbackDiscord()
    author = User(9, "bot", bot=True)
    server.guild.roles[20] = Role(20, "open", Permission(0), mentionable=True)
    server.guild.roles[21] = Role(21, "closed", Permission(0))
    server.allow(server.general, author, Permission.MENTION_EVERYONE)
    written = ["<@1> and @everyone, <@&20>"]
    found = pings_of(
        written,
        allowed,
        channel=server.general,
        author=author,
        default=("users", "roles", "everyone"),
        replied_to=User(2, "who"),
    )
    assert found == expected


def test_everyone_and_closed_roles_need_a_permission() -> None:
    server = LoopbackDiscord()
    server.guild.roles[21] = Role(21, "closed", Permission(0))
    written = ["@everyone @here <@&21> <@&999>"]
    default = ("users", "roles", "everyone")
    assert not pings_of(written, None, channel=server.general, author=server.bot, default=default)
    server.give(server.bot, server.guild, Permission.MENTION_EVERYONE)
    found = pings_of(written, None, channel=server.general, author=server.bot, default=default)
    assert found == Pings((), (21,), True)


# --- interactions -------------------------------------------------------------------------------------------------


def test_a_slash_command_is_answered_in_the_language_and_context_of_the_person() -> None:
    async def work() -> None:
        async with both() as (server, _):
            server.guild.locale = "es-ES"
            claire = server.add_user("claire", locale="fr")
            asked = await server.slash(claire, server.general, "ask", question="where")
            assert asked.message.text == "where fr es-ES True False"
            asked = await server.slash(claire, server.dm_channel(claire), "ask", question="where")
            assert asked.message.text == "where fr None False True"
            sent = server.calls_to(CALLBACK)[0]
            assert not sent.authorized
            assert asked.interaction is not None
            assert asked.interaction.owners == {"0": "0"}

    run(work())


def test_a_deferred_answer_is_acknowledged_first_and_edited_afterwards() -> None:
    async def work() -> None:
        async with both() as (server, _):
            asked = await server.slash(server.ana, server.general, "ask", question="slow")
            assert asked.message.text == "page 7"
            assert asked.message.edited_at is None
            assert asked.acknowledged_after is not None
            assert asked.answered_after is not None
            assert asked.acknowledged_after < asked.answered_after
            told = [name for name, data in server.events if name.startswith("MESSAGE_")]
            assert told == ["MESSAGE_CREATE", "MESSAGE_UPDATE"]

    run(work())


@pytest.mark.parametrize("question", ["x", "slow"])
def test_a_private_answer_is_seen_by_the_asker_alone(question: str) -> None:
    async def work() -> None:
        async with both() as (server, _):
            asked = await server.slash(server.ana, server.general, "ask", question=question, private=True)
            message = asked.message
            assert message.ephemeral
            assert server.visible_to(server.ana, server.general) == [message]
            assert server.visible_to(server.ben, server.general) == []
            assert not [name for name, _ in server.events if name.startswith("MESSAGE_")]
            path = f"/channels/{server.general.id}/messages"
            assert refused(await call(server, "GET", f"{path}/{message.id}")) == (404, 10008)
            assert (await call(server, "GET", path)) == (200, [])
            with pytest.raises(NotOffered, match="does not see"):
                server.press(server.ben, message, "Next")
            if question == "slow":
                await server.press(server.ana, message, "Next")
                assert message.text == "page 8"

    run(work())


def test_choices_while_typing() -> None:
    async def work() -> None:
        async with both() as (server, _):
            typed = await server.autocomplete(server.ana, server.general, "ask", "question", "wh")
            assert typed.choices == [{"name": f"wh{n}", "value": str(n)} for n in range(3)]

    run(work())


def test_a_menu_command_lets_the_bot_read_the_message() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            said = server.say(server.ben, server.general, "a claim").question
            assert said is not None
            asked = await server.menu(server.ana, "Find sources", said)
            assert asked.message.text == "about: a claim"
            assert bot.read == [""]

    run(work())


def test_a_button_turns_the_page_also_after_a_restart() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            async with connected(Bot(), server):
                asked = await server.mention(server.ana, server.general, "hello")
                pressed = await server.press(server.ben, asked.message, "Next")
                assert pressed.message is asked.message
                assert asked.message.text == "page 1"
                assert asked.message.revision == 2
            async with connected(Bot(), server):
                await server.press(server.ana, asked.message, "t1:next:1")
                assert asked.message.text == "page 2"
                with pytest.raises(NotOffered, match="Next"):
                    server.press(server.ana, asked.message, "Previous")

    run(work())


def test_a_select_and_a_private_follow_up() -> None:
    async def work() -> None:
        async with both() as (server, _):
            asked = await server.mention(server.ana, server.general, "hello")
            chosen = server.select(server.ben, asked.message, "Beta")
            await chosen.until(lambda: "chosen" in chosen.text)
            assert chosen.message.text == "chosen: ['B']"
            assert chosen.message.only_for is server.ben
            with pytest.raises(NotOffered, match="Gamma"):
                server.select(server.ben, asked.message, "Gamma")

    run(work())


def test_a_form_with_a_file() -> None:
    async def work() -> None:
        async with both() as (server, _):
            with pytest.raises(NotOffered, match="permissions"):
                server.slash(server.ana, server.general, "add")
            server.give(server.ana, server.guild, Permission.MANAGE_GUILD)
            opened = await server.slash(server.ana, server.general, "add")
            assert opened.modal is not None
            assert opened.modal["title"] == "Add"
            sent = await server.submit_modal(server.ana, opened, name="Report", files=[("a.txt", b"words")])
            assert sent.message.text == "Report: a.txt words"

    run(work())


def test_a_callback_is_taken_once_and_within_three_seconds() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            asked = server.slash(server.ana, server.general, "ask", stale={"name": "ask"})
            begun = asked.interaction
            assert begun is not None
            callback = f"/interactions/{begun.id}/{begun.token}/callback"
            webhook = f"/webhooks/{server.bot.id}/{begun.token}"
            answer = {"type": 4, "data": {"content": "x"}}
            assert refused(await call(server, "POST", webhook, {"content": "x"})) == (404, 10015)
            assert refused(await call(server, "POST", callback, {"type": 8, "data": {}})) == (400, 50035)
            assert await call(server, "POST", callback, answer) == (204, None)
            assert refused(await call(server, "POST", callback, answer)) == (400, 40060)
            assert refused(await call(server, "POST", f"{callback[:-9]}x/callback", answer)) == (404, 10062)
            assert (await call(server, "GET", f"{webhook}/messages/@original"))[1]["content"] == "x"
            assert (await call(server, "DELETE", f"{webhook}/messages/@original"))[0] == 204
            assert refused(await call(server, "PATCH", f"{webhook}/messages/@original", {})) == (404, 10008)
            server.clock.advance(901)
            assert refused(await call(server, "POST", webhook, {"content": "x"})) == (401, 50027)
            assert [each.code for each in asked.errors] == [10015, 50035, 40060, 10008, 50027]

            late = server.slash(server.ana, server.general, "ask", stale={"name": "ask"})
            assert late.interaction is not None
            server.clock.advance(3.1)
            path = f"/interactions/{late.interaction.id}/{late.interaction.token}/callback"
            assert refused(await call(server, "POST", path, answer)) == (404, 10062)
            with pytest.raises(NotHappened, match="did not respond"):
                await late

    run(work())


def test_discord_py_sees_a_late_callback_as_not_found() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            server.faults.next(CALLBACK, faults.slow(0.02))
            asked = server.slash(server.ana, server.general, "ask", question="x")
            server.clock.advance(4)
            with pytest.raises(NotHappened, match="10062"):
                await asked
            await bot.changed.until(lambda: bot.errors)
            (error,) = bot.errors
            assert isinstance(error, discord.NotFound)
            assert error.code == 10062

    run(work())


def test_the_first_follow_up_after_a_deferral_becomes_the_answer() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            asked = server.slash(server.ana, server.general, "ask", stale={"name": "ask"})
            assert asked.interaction is not None
            token = asked.interaction.token
            path = f"/interactions/{asked.interaction.id}/{token}/callback?with_response=true"
            _, deferred = await call(server, "POST", path, {"type": 5, "data": {"flags": EPHEMERAL}})
            assert deferred["interaction"]["response_message_ephemeral"]
            assert deferred["interaction"]["response_message_loading"]
            webhook = f"/webhooks/{server.bot.id}/{token}?wait=true"
            _, first = await call(server, "POST", webhook, {"content": "one"})
            _, second = await call(server, "POST", webhook, {"content": "two"})
            assert first["id"] == deferred["interaction"]["response_message_id"]
            assert [(each.content, each.ephemeral) for each in asked.messages] == [("one", True), ("two", False)]
            assert second["id"] != first["id"]

    run(work())


def test_commands_of_a_person_are_offered_where_the_bot_is_not() -> None:
    async def work() -> None:
        async with both() as (server, _):
            elsewhere = server.add_guild("Elsewhere", has_bot=False)
            channel = elsewhere.channel("general")
            with pytest.raises(NotOffered, match="not installed"):
                server.slash(server.ana, channel, "ask", question="x")
            server.ana.has_app = True
            asked = await server.slash(server.ana, channel, "ask", question="x")
            assert asked.message.text == "x en-US en-US True False"
            assert asked.interaction is not None
            assert asked.interaction.owners == {"1": str(server.ana.id)}
            group = server.add_group("friends", server.ana, server.ben, server.owner)
            asked = await server.slash(server.ana, group, "ask", question="x")
            assert asked.interaction is not None
            assert asked.interaction.context == 2
            with pytest.raises(NotOffered, match="not offered"):
                server.slash(server.ana, group, "add")
            elsewhere.forces_ephemeral = True
            asked = await server.slash(server.ana, channel, "ask", question="x")
            assert asked.message.ephemeral
            assert asked.interaction is not None
            path = f"/webhooks/{server.bot.id}/{asked.interaction.token}"
            answers = [await call(server, "POST", path, {"content": "more"}) for _ in range(6)]
            assert [status for status, _ in answers] == [204] * 5 + [400]
            assert answers[-1][1]["code"] == 40094

    run(work())


def test_a_command_from_an_outdated_list() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            with pytest.raises(NotOffered, match="no command 'gone'"):
                server.slash(server.ana, server.general, "gone")
            with pytest.raises(NotOffered, match="required"):
                server.slash(server.ana, server.general, "ask")
            asked = server.slash(server.ana, server.general, "gone", stale={"name": "gone"})
            await asked.silence(0.05)
            assert isinstance(bot.errors[0], app_commands.CommandNotFound)

    run(work())


# --- the gateway --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("way", ["op 7", "op 9", "dropped", "closed"])
def test_what_was_missed_is_told_after_a_resume(way: str) -> None:
    async def work() -> None:
        async with both() as (server, bot):
            await server.mention(server.ana, server.general, "before")
            if way == "op 7":
                server.gateway.reconnect()
            elif way == "op 9":
                server.gateway.invalidate(resumable=True)
            elif way == "dropped":
                server.gateway.drop()
            else:
                await server.gateway.close(4000)
            asked = await server.mention(server.ana, server.general, "meanwhile")
            assert asked.message.text == "page 0"
            assert (server.gateway.identifies, server.gateway.resumes) == (1, 1)
            assert len(bot.read) == 2

    run(work())


def test_after_an_invalid_session_the_bot_identifies_anew() -> None:
    async def work() -> None:
        async with both() as (server, _):
            server.gateway.invalidate(resumable=False)
            await server.until(lambda: server.gateway.identifies == 2 and server.gateway.ready)
            assert (await server.mention(server.ana, server.general, "hello")).message.text == "page 0"
            assert server.gateway.resumes == 0

    run(work())


def test_a_privileged_intent_ends_it() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            client = discord.AutoShardedClient(intents=discord.Intents(guilds=True, message_content=True))
            with redirected(server), pytest.raises(discord.PrivilegedIntentsRequired):
                await client.start(server.token)
            await client.close()
            assert 4014 in server.gateway.closed
        async with LoopbackDiscord() as server, Bot() as bot:
            with redirected(server), pytest.raises(discord.LoginFailure):
                await bot.start("wrong")

    run(work())


def test_servers_come_and_go() -> None:
    async def work() -> None:
        async with both(shards=2) as (server, bot):
            await bot.wait_until_ready()
            guilds = [server.add_guild(name) for name in ("One", "Two", "Three")]
            asked = [await server.mention(server.ana, each.channel("general"), "hello") for each in guilds]
            assert {each.message.text for each in asked} == {"page 0"}
            server.kick_bot(guilds[1])
            await server.mention(server.ana, guilds[2].channel("general"), "hello")
            await server.slash(server.ana, server.general, "ask", question="x")
            assert sorted(bot.seen) == ["joined One", "joined Three", "joined Two", "left Two"]
            server.mention(server.ana, guilds[1].channel("general"), "hello")
            assert len(bot.guilds) == 3
            assert {each["shard"][0] for each in server.gateway.identified} == {0, 1}

    run(work())


# --- faults -------------------------------------------------------------------------------------------------------


def test_a_rate_limit_with_via_is_waited_for() -> None:
    async def work() -> None:
        async with both() as (server, _):
            server.faults.next(MESSAGES, faults.rate_limit(0.02), faults.rate_limit(0.02, everywhere=True))
            asked = await server.mention(server.ana, server.general, "hello")
            assert asked.message.text == "page 0"
            assert [each.status for each in server.calls_to(MESSAGES)] == [429, 429, 200]
            server.faults.next(CALLBACK, faults.rate_limit(0.02))
            asked = await server.slash(server.ana, server.general, "ask", question="x")
            assert asked.errors == []

    run(work())


@pytest.mark.parametrize(
    ("fault", "kind", "status"),
    [
        (faults.ban(), discord.HTTPException, 429),
        (faults.error(503), discord.DiscordServerError, 503),
        (faults.forbidden(50001), discord.Forbidden, 403),
    ],
)
def test_other_refusals_reach_the_bot(fault: faults.Fault, kind: type[discord.HTTPException], status: int) -> None:
    async def work() -> None:
        async with both() as (server, bot):
            server.faults.next(MESSAGES, fault)
            asked = server.mention(server.ana, server.general, "hello")
            await bot.changed.until(lambda: bot.errors)
            assert isinstance(bot.errors[0], kind)
            assert bot.errors[0].status == status
            assert asked.messages == []

    run(work())


def test_an_answer_is_lost_or_slow_or_never_carried_out() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            path = f"/channels/{server.general.id}/messages"
            server.faults.next(MESSAGES, faults.lost(), faults.cut(), faults.slow(0.05), None)
            for _ in range(2):
                with pytest.raises(aiohttp.ClientError):
                    await call(server, "POST", path, {"content": "x"})
            assert len(server.general.messages) == 1
            before = asyncio.get_running_loop().time()
            assert (await call(server, "POST", path, {"content": "x"}))[0] == 200
            assert asyncio.get_running_loop().time() - before >= 0.05
            assert [each.kind for _, each in server.faults.happened] == [
                faults.Kind.LOST,
                faults.Kind.CUT,
                faults.Kind.SLOW,
            ]

    run(work())


def test_faults_at_random_are_the_same_for_the_same_seed() -> None:
    def drawn(seed: int) -> list[bool]:
        made = Faults(rate=0.1, seed=seed)
        return [made.draw(MESSAGES) is not None for _ in range(2000)]

    assert drawn(1) == drawn(1) != drawn(2)
    assert 150 < sum(drawn(1)) < 250
    assert Faults(rate=1).draw("GET /users/@me") is None


def test_every_question_is_answered_though_calls_fail_and_the_gateway_reconnects() -> None:
    async def work() -> None:
        made = Faults(rate=0.2, kinds=[faults.rate_limit(0.01), faults.slow(0.01)], gateway_rate=0.02, seed=3)
        async with both(faults=made, record=False, keep=200) as (server, _):
            asked = [server.mention(server.ana, server.general, f"question {n}") for n in range(60)]
            await asyncio.gather(*asked)
            assert all(len(each.messages) == 1 for each in asked)
            assert server.gateway.resumes > 0
            assert server.faults.happened
            assert len(server.calls) == 0

    run(work())


# --- limits -------------------------------------------------------------------------------------------------------


def row(*buttons: Json) -> Json:
    return {"type": 1, "components": list(buttons)}


def button(**changed: Any) -> Json:
    return {"type": 2, "style": 2, "label": "Next", "custom_id": "next"} | changed


def select(**changed: Any) -> Json:
    return {"type": 3, "custom_id": "s", "options": [{"label": "a", "value": "a"}]} | changed


def section(*texts: Json, accessory: Json | None = None) -> Json:
    return {"type": 9, "components": list(texts) or text("x"), **({"accessory": accessory} if accessory else {})}


def container(*inner: Json) -> Json:
    return {"type": 17, "components": list(inner)}


def many(number: int) -> list[Json]:
    return [row(button(custom_id=str(n))) for n in range(number)]


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"content": "x" * 2001}, "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "nonce": "x" * 26}, "BASE_TYPE_MAX_LENGTH"),
        ({"content": "x", "embeds": [{"title": "x"}] * 11}, "BASE_TYPE_BAD_LENGTH"),
        ({"embeds": [{"title": "x" * 257}]}, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 4097}]}, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"fields": [{"name": "x", "value": "y"}] * 26}]}, "BASE_TYPE_BAD_LENGTH"),
        ({"embeds": [{"fields": [{"name": "x", "value": ""}]}]}, "BASE_TYPE_REQUIRED"),
        ({"embeds": [{"footer": {"text": "x" * 2049}}]}, "BASE_TYPE_MAX_LENGTH"),
        ({"embeds": [{"description": "x" * 3001}] * 2}, "MAX_EMBED_SIZE_EXCEEDED"),
        ({"content": "x", "components": many(6)}, "BASE_TYPE_BAD_LENGTH"),
        ({"content": "x", "components": text("x")}, "UNION_TYPE_CHOICES"),
        ({"flags": V2, "content": "x"}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        ({"flags": V2, "embeds": [{"title": "x"}]}, "MESSAGE_CANNOT_USE_LEGACY_FIELDS_WITH_COMPONENTS_V2"),
        ({"flags": V2, "components": many(21)}, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        ({"flags": V2, "components": [container(*many(20))]}, "COMPONENT_MAX_TOTAL_COMPONENTS_EXCEEDED"),
        ({"flags": V2, "components": text("x" * 2000, "x" * 2001)}, "COMPONENT_DISPLAYABLE_TEXT_SIZE_EXCEEDED"),
        ({"flags": V2, "components": text("")}, "BASE_TYPE_REQUIRED"),
        ({"flags": V2, "components": [container()]}, "BASE_TYPE_BAD_LENGTH"),
        ({"flags": V2, "components": [container(container(*text("x")))]}, "UNION_TYPE_CHOICES"),
        ({"flags": V2, "components": [section()]}, "BASE_TYPE_REQUIRED"),
        ({"flags": V2, "components": [section(*text(*"abcd"), accessory=button())]}, "BASE_TYPE_BAD_LENGTH"),
        ({"flags": V2, "components": [section(row(button()), accessory=button())]}, "UNION_TYPE_CHOICES"),
        ({"flags": V2, "components": [section(accessory=select())]}, "UNION_TYPE_CHOICES"),
        ({"components": [row()]}, "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(*(button(custom_id=str(n)) for n in range(6)))]}, "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(button(), select())]}, "COMPONENT_LAYOUT_WIDTH_EXCEEDED"),
        ({"components": [row(button(), button())]}, "COMPONENT_CUSTOM_ID_DUPLICATED"),
        ({"components": [row(button(custom_id="x" * 101))]}, "BASE_TYPE_BAD_LENGTH"),
        ({"components": [row(button(custom_id=""))]}, "BASE_TYPE_REQUIRED"),
        ({"components": [row(button(label="x" * 81))]}, "BASE_TYPE_MAX_LENGTH"),
        ({"components": [row(button(label=""))]}, "BUTTON_COMPONENT_MISSING_LABEL_OR_EMOJI"),
        ({"components": [row({"type": 2, "style": 5, "label": "x"})]}, "BASE_TYPE_REQUIRED"),
        (
            {"components": [row({"type": 2, "style": 5, "label": "x", "url": "https://x/" + "y" * 503})]},
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [row({"type": 2, "style": 5, "label": "x", "url": "ftp://x"})]}, "URL_TYPE_INVALID_URL"),
        ({"components": [row(button(url="https://x"))]}, "BUTTON_COMPONENT_CUSTOM_ID_URL_MUTUALLY_EXCLUSIVE"),
        ({"components": [row(select(options=[]))]}, "BASE_TYPE_BAD_LENGTH"),
        (
            {"components": [row(select(options=[{"label": str(n), "value": str(n)} for n in range(26)]))]},
            "BASE_TYPE_BAD_LENGTH",
        ),
        ({"components": [row(select(options=[{"label": "x" * 101, "value": "x"}]))]}, "BASE_TYPE_BAD_LENGTH"),
        (
            {"components": [row(select(options=[{"label": "x", "value": "x"}] * 2))]},
            "SELECT_COMPONENT_OPTION_VALUE_DUPLICATED",
        ),
        ({"components": [row(select(placeholder="x" * 151))]}, "BASE_TYPE_MAX_LENGTH"),
        ({"components": [row(select(max_values=26))]}, "NUMBER_TYPE_RANGE"),
        (
            {"content": "x", "allowed_mentions": {"parse": ["users"], "users": ["1"]}},
            "MESSAGE_ALLOWED_MENTIONS_PARSE_EXCLUSIVE",
        ),
    ],
)
def test_a_message_over_a_limit_is_refused(payload: Json, code: str) -> None:
    assert code in [each.code for each in limits.message(payload)]
    for each in limits.message(payload):
        node = limits.errors_tree([each])
        for step in each.path:
            node = node[str(step)]
        assert node["_errors"] == [{"code": each.code, "message": each.message}]


@pytest.mark.parametrize(
    "payload",
    [
        {"content": "x" * 2000, "nonce": "x" * 25, "embeds": [{"title": "x"}] * 10, "components": many(5)},
        {"flags": V2, "components": many(20)},
        {"flags": V2, "components": [container(*many(19), {"type": 14})]},
        {"flags": V2, "components": text("x" * 2000, "x" * 2000)},
        {"flags": V2, "components": [section(*text(*"abc"), accessory=button()), {"type": 14, "spacing": 2}]},
        {"components": [row(*(button(custom_id="x" * 99 + str(n), label="x" * 80) for n in range(5)))]},
        {"components": [row({"type": 2, "style": 5, "label": "x", "url": "https://x/" + "y" * 502})]},
        {"components": [row(select(options=[{"label": "x" * 100, "value": str(n)} for n in range(25)]))]},
    ],
)
def test_a_message_up_to_its_limits_is_taken(payload: Json) -> None:
    assert limits.message(payload) == []


def text_input(**changed: Any) -> Json:
    return {"type": 18, "label": "Name", "component": {"type": 4, "custom_id": "n", "style": 1} | changed}


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, True),
        ({"title": "x" * 46}, False),
        ({"custom_id": ""}, False),
        ({"components": []}, False),
        ({"components": [text_input(custom_id=str(n)) for n in range(5)]}, True),
        ({"components": [text_input(custom_id=str(n)) for n in range(6)]}, False),
        ({"components": [text_input() | {"label": "x" * 46}]}, False),
        ({"components": [text_input(placeholder="x" * 101)]}, False),
        ({"components": [text_input(value="x" * 4001)]}, False),
        ({"components": [text_input(type=19, max_values=11)]}, False),
        ({"components": [row(button())]}, False),
    ],
)
def test_the_limits_of_a_form(changed: Json, right: bool) -> None:
    form = {"title": "Add", "custom_id": "add", "components": [text_input()]} | changed
    assert (limits.modal(form) == []) is right


def option(**changed: Any) -> Json:
    return {"type": 3, "name": "question", "description": "What"} | changed


@pytest.mark.parametrize(
    ("changed", "right"),
    [
        ({}, True),
        ({"name": "Ask"}, False),
        ({"name": "two words"}, False),
        ({"name": "x" * 33}, False),
        ({"name": "вопрос"}, True),
        ({"description": ""}, False),
        ({"description": "x" * 101}, False),
        ({"name_localizations": {"fr": "demander"}}, True),
        ({"name_localizations": {"xx": "x"}}, False),
        ({"options": [option(name=f"o{n}") for n in range(26)]}, False),
        ({"options": [option(), option()]}, False),
        ({"options": [option(), option(name="b", required=True)]}, False),
        ({"options": [option(choices=[{"name": "x", "value": "x" * 101}])]}, False),
        ({"options": [option(choices=[{"name": str(n), "value": n} for n in range(26)])]}, False),
        ({"options": [option(max_length=6001)]}, False),
        ({"options": [option(name=f"o{n}", description="x" * 100) for n in range(25)]}, True),
        ({"options": [option(choices=[{"name": "x" * 100, "value": f"{n:x>99}"} for n in range(25)])] * 2}, False),
        ({"type": 3, "name": "Find sources", "description": ""}, True),
        ({"type": 3, "name": "Find sources"}, False),
        ({"contexts": [2], "integration_types": [0]}, False),
    ],
)
def test_the_limits_of_a_command(changed: Json, right: bool) -> None:
    command = {"type": 1, "name": "ask", "description": "Ask"} | changed
    assert (limits.command(command) == []) is right


def test_the_sum_of_a_command_and_the_number_of_commands_are_limited() -> None:
    choices = [{"name": f"{n:x>100}", "value": f"{n:x>100}"} for n in range(25)]
    command = {"name": "ask", "description": "Ask", "options": [option(name=str(n), choices=choices) for n in range(2)]}
    assert [each.code for each in limits.command(command)] == ["APPLICATION_COMMAND_TOO_LARGE"]
    plain = [{"name": f"c{n}", "description": "x"} for n in range(101)]
    assert [each.code for each in limits.commands(plain)] == ["APPLICATION_COMMANDS_LIMIT_REACHED"]
    assert limits.commands(plain[:100]) == []
    assert [each.code for each in limits.commands(plain[:1] * 2)] == ["APPLICATION_COMMANDS_DUPLICATE_NAME"]
    assert limits.autocomplete({"choices": [{"name": "x" * 100, "value": "x"}] * 25}) == []
    assert limits.autocomplete({"choices": [{"name": "x" * 101, "value": "x"}]})
    assert limits.autocomplete({"choices": [{"name": "x", "value": "x"}] * 26})


def test_a_violated_limit_reaches_the_bot_as_discord_says_it() -> None:
    async def work() -> None:
        async with both(check_contract=False) as (server, bot):
            await bot.wait_until_ready()
            channel = bot.get_channel(server.general.id)
            assert isinstance(channel, discord.TextChannel)
            view = ui.LayoutView()
            view.add_item(ui.ActionRow(ui.Button(label="x" * 81, custom_id="y" * 101)))
            with pytest.raises(discord.HTTPException, match="80 or fewer") as caught:
                await channel.send(view=view)
            assert (caught.value.status, caught.value.code) == (400, 50035)
            with pytest.raises(discord.HTTPException, match="empty message"):
                await channel.send("")

    run(work())


# --- the contract -------------------------------------------------------------------------------------------------

described = pytest.mark.skipif(not DOCUMENT.exists(), reason="Discord's OpenAPI document is not there")


@described
def test_a_body_that_is_not_as_described_is_refused_and_noted() -> None:
    async def work() -> None:
        async with LoopbackDiscord() as server:
            path = f"/channels/{server.general.id}/messages"
            wrong = {"flags": V2, "components": [{"type": 17, "components": [{"type": 10, "content": 5}]}]}
            status, answer = await call(server, "POST", path, wrong)
            assert (status, answer["code"]) == (400, 50035)
            assert server.schema_violations == ["components.0.components.0.content: 5 is not of type 'string'"]
            assert (await call(server, "POST", path, {"content": "x", "tts": "no"}))[0] == 400
            said = server.say(server.ana, server.general, "x").question
            assert said is not None
            reply = {"content": "x", "message_reference": {"message_id": said.id}}
            assert (await call(server, "POST", path, reply))[0] == 200  # as discord.py sends it
            assert (await call(server, "POST", path, {"content": "x", "components": [{"type": 99}]}))[0] == 400
            assert len(server.schema_violations) == 3

    run(work())


@described
def test_what_this_server_answers_is_as_described() -> None:
    async def work() -> None:
        async with both() as (server, bot):
            asked = await server.mention(server.ana, server.general, "hello")
            await server.press(server.ana, asked.message, "Next")
            await server.reply(server.ben, asked.message, "again")
            await server.slash(server.ana, server.general, "ask", question="slow", private=True)
            server.give(server.ana, server.guild, Permission.MANAGE_GUILD)
            form = await server.slash(server.ana, server.general, "add")
            await server.submit_modal(server.ana, form, name="x", files=[("a.txt", b"x")])
            await server.autocomplete(server.ana, server.general, "ask", "question", "x")
            await server.forum_post(server.ana, server.forum, "Title")
            await bot.fetch_guild(server.guild.id)
            channel = await bot.fetch_channel(server.general.id)
            assert isinstance(channel, discord.TextChannel)
            found = await channel.fetch_message(asked.message.id)
            await found.create_thread(name="thread")
            await channel.send(file=discord.File(__file__, "a.py", description="this"), embed=discord.Embed(title="x"))
            await bot.tree.fetch_commands()
            await bot.application_info()
            await bot.fetch_user(server.ana.id)
            checked = contract()
            assert checked is not None
            wrong = {
                f"{each.method} {each.route}: {problem}"
                for each in server.calls
                for problem in checked.response(each.method, each.route, each.status, each.answer)
            }
            told = [data for name, data in server.events if name in ("MESSAGE_CREATE", "MESSAGE_UPDATE")]
            assert len(told) > 5
            wrong |= {problem for data in told for problem in checked.schema("MessageResponse", data)}
            assert wrong == set(), "\n".join(wrong)

    run(work())


# --- drawing and the demo -----------------------------------------------------------------------------------------


def test_a_card_is_drawn_as_a_person_reads_it() -> None:
    quotation = "> 5\\. Decides to extend the mandate of UNMOT until 15 May 1998, and asks for a report;"
    inner: list[Json] = [
        {"type": 10, "content": "### When does <@7> *end*?\n-# `3` passages, see </sources:9>"},
        {"type": 14, "divider": True},
        section(
            {"type": 10, "content": f"**1. [S/RES/1138 (1997)](<https://undocs.org/S/RES/1138(1997)>)**\n{quotation}"},
            accessory=button(label="Context"),
        ),
        row(
            button(),
            button(label="1 of 2", disabled=True),
            {"type": 2, "style": 5, "label": "Open", "url": "https://x"},
        ),
        row(select(placeholder="Which?", options=[{"label": "a", "value": "a", "description": "first"}])),
    ]
    drawn = draw({"components": [container(*inner)]}, width=50, names=lambda kind, number: f"{kind}ana")
    assert drawn.split("\n") == [
        "┌────────────────────────────────────────────────┐",
        "│ When does @ana end?                            │",
        "│ 3 passages, see /sources                       │",
        "│ ────────────────────────────────────────────── │",
        "│ 1. S/RES/1138 (1997) ↗             [ Context ] │",
        "│ ▏ 5. Decides to extend the                     │",
        "│ ▏ mandate of UNMOT until 15 May                │",
        "│ ▏ 1998, and asks for a report;                 │",
        "│ [ Next ]  ( 1 of 2 )  [ Open ↗ ]               │",
        "│ [ Which? ▾ ]                                   │",
        "│   ◦ a — first                                  │",
        "└────────────────────────────────────────────────┘",
    ]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("\\*not bold\\* \\<@7> 2 \\* 3", "*not bold* <@7> 2 * 3"),
        ("a **b** _c_ ~~d~~ snake_case_name", "a b c d snake_case_name"),
        ("<t:0:D> <t:0:f> <t:0:t>", "1 January 1970 1 January 1970 00:00 00:00"),
        ("<https://x.org/a_b_c> <#5>", "https://x.org/a_b_c #5"),
        ("> one\n>\n> two", "▏ one\n▏\n▏ two"),
        ("漢字漢字 x" + "y" * 12, "漢字漢字\nxyyyyyyyyy\nyyy"),
    ],
)
def test_markdown_is_read(written: str, read: str) -> None:
    assert draw({"content": written}, width=10 if "漢" in written else 60) == read


def test_an_embed_a_file_and_a_form_are_drawn() -> None:
    embed = {"title": "Title", "description": "**x**", "fields": [{"name": "n", "value": "v"}], "footer": {"text": "f"}}
    drawn = draw({"content": "", "embeds": [embed], "attachments": [{"filename": "a.txt"}]})
    assert drawn == "┃ Title\n┃ x\n┃ n\n┃ v\n┃ f\n[file a.txt]"
    form = {"title": "Add", "components": [text_input(), text_input(type=19, max_values=3, custom_id="files")]}
    assert "│   files: [ files, at most 3 ]" in draw_modal(form)


def test_the_demo(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    written = tmp_path / "transcript.txt"
    typed = f"""
        hello
        /press Next
        /ask question: where private: true
        /complete ask question wh
        /dm direct
        /as claire fr
        /ask slow
        /menu
        /say nothing
        /forum Title | Body
        /press Absent
        /gone
        /edit changed
        /?
        /fault reconnect
        again
        /select Beta
        /transcript {written}
        /quit
        never read
    """

    async def work() -> None:
        lines = iter(typed.split("\n"))

        async def next_line(prompt: str) -> str | None:
            return next(lines, None)

        async with both() as (server, _):
            demo = Demo(server, lines=next_line, echo=True, settled=0.02, patience=0.05)
            await demo.run()

    run(work())
    shown = capsys.readouterr().out
    for each in (
        "ana in #general> hello",
        "│ page 0 ",
        "rapporteur (edited)\n",
        "│ page 1 ",
        "rapporteur (only you see this)\n  where en-US en-US True False",
        "◦ wh0",
        "rapporteur (in a direct message)",
        "claire in #general> /ask slow",
        "about: @rapporteur hello",
        "chosen: ['B']",
        "(nothing happens)",
        "about Title",
        "no button 'Absent'",
        "no command 'gone'",
        "The bot offers /add /ask",
    ):
        assert each in shown
    assert "never read" not in shown
    assert shown.startswith(written.read_text("utf-8").rstrip("\n").split("\n")[0])
