"""The process of the bot: how it begins, how it ends, what it writes, and what it says where it cannot begin."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from bot_on_loopback import MESSAGES, UNMOT, UNTIL, Bot, until

from bot.cli import run
from bot.exits import Status
from tests.loopback import LoopbackDiscord, Outcome, faults

ROOT = Path(__file__).parents[2]
TOKEN = "MTE4NzY1NDMyMTA5ODc2NTQz.Gh7tYq.abcdefghijklmnopqrstuvwxyz0123456789ab"
COMMANDS = "PUT /applications/{application_id}/commands"


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


@dataclass
class Running:
    """A bot that runs as a process of its own."""

    process: asyncio.subprocess.Process
    health: str
    wrote: list[str] = field(default_factory=list)

    @property
    def log(self) -> str:
        """Everything it wrote so far, to either stream."""
        return "".join(self.wrote)

    async def ended(self) -> int:
        """Return its exit status once it has ended."""
        async with asyncio.timeout(20):
            return await self.process.wait()

    async def page(self, path: str) -> tuple[int, str]:
        """Return a health page: its status and text; 0 where nobody answers."""
        try:
            async with aiohttp.ClientSession() as session, session.get(f"http://{self.health}{path}") as answer:
                return answer.status, await answer.text()
        except aiohttp.ClientError:
            return 0, ""


def environment(folder: Path, **more: str) -> dict[str, str]:
    """Return the environment of a process that sees nothing of this machine's settings."""
    kept = {name: value for name, value in os.environ.items() if name in ("PATH", "LANG", "SYSTEMROOT", "TMPDIR")}
    return kept | {"HOME": str(folder), "PYTHONPATH": str(ROOT), "RAPPORTEUR_STATE": str(folder / "state")} | more


@asynccontextmanager
async def process(folder: Path, command: str = "run", **settings: str) -> AsyncIterator[Running]:
    """Start the bot with some settings, and end it if it has not ended."""
    health = settings.setdefault("RAPPORTEUR_HEALTH", f"127.0.0.1:{free_port()}")
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "bot", command,
        env=environment(folder, **settings), cwd=folder,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.STDOUT,
    )  # fmt: skip
    running = Running(started, health)
    reading = asyncio.create_task(_read(started, running.wrote))
    try:
        yield running
    finally:
        if started.returncode is None:
            started.kill()
            await started.wait()
        await reading


async def _read(started: asyncio.subprocess.Process, into: list[str]) -> None:
    assert started.stdout is not None
    while line := await started.stdout.readline():
        into.append(line.decode())


async def soon(condition: Callable[[], Any], within: float = 15.0) -> None:
    """Wait until a condition that asks somebody else holds."""
    async with asyncio.timeout(within):
        while not await condition():
            await asyncio.sleep(0.02)


@pytest.mark.parametrize("logs", ["text", "json"])
async def test_a_whole_life(logs: str, real_index: Path, tmp_path: Path) -> None:
    """Not ready before it is connected, ready then, counting; told to end, it answers what is under way and leaves."""
    async with LoopbackDiscord(token=TOKEN) as discord:
        settings = {
            "DISCORD_TOKEN": TOKEN, "RAPPORTEUR_API_BASE": discord.api_base, "RAPPORTEUR_LOGS": logs,
            "RAPPORTEUR_INDEX": str(real_index),
        }  # fmt: skip
        discord.faults.next("GET /gateway/bot", faults.slow(0.5))
        async with process(tmp_path, **settings) as bot:

            async def alive() -> bool:
                return (await bot.page("/healthz"))[0] == 200

            async def ready() -> bool:
                return (await bot.page("/readyz"))[0] == 200

            await soon(alive)
            assert await bot.page("/readyz") == (503, "It is not connected to Discord yet.\n")
            await discord.ready()
            await soon(ready)

            secret = "What does JEOM mean to Zebulon Quartermain?"
            asked = await discord.mention(discord.ana, discord.general, f"{secret} Zanzibar")
            await discord.slash(discord.ana, discord.general, "ask", question=secret)
            _, figures = await bot.page("/metrics")
            assert any(
                line.startswith('rapporteur_questions_total{outcome="')
                and 'way="mention"' in line
                and line.endswith(" 1.0")
                for line in figures.split("\n")
            )
            assert "rapporteur_acknowledged_seconds_count 2.0" in figures
            assert "rapporteur_guilds 1.0" in figures

            discord.faults.next(MESSAGES, faults.slow(0.8))
            flying = discord.mention(discord.ben, discord.general, UNMOT)
            await until(lambda: len(discord.faults.happened) == 2)
            bot.process.send_signal(signal.SIGTERM)
            await until(lambda: "ending" in bot.log)
            late = discord.slash(discord.ana, discord.general, "ask", question=UNMOT)
            later = discord.mention(discord.ana, discord.general, UNMOT)
            ended = asyncio.create_task(bot.ended())
            assert UNTIL in (await flying).text
            assert "I am restarting; try again in a minute." in (await late).text
            assert late.message.ephemeral
            assert "I am restarting; try again in a minute." in (await later).text
            async with asyncio.timeout(10):
                assert await ended == 0
        _assert_discreet(bot.log, asked)
        if logs == "json":
            for line in bot.log.splitlines():
                if not line.startswith("{"):
                    continue
                assert {"time", "level", "logger", "message"} <= json.loads(line).keys()
        assert discord.schema_violations == []
        if logs == "text":
            return
        async with process(tmp_path, **settings):  # the commands are those that Discord knows
            await discord.ready()
            assert "I answer questions" in (await discord.slash(discord.ana, discord.general, "help")).text
        assert discord.counts[COMMANDS, 200] == 1


def _assert_discreet(log: str, asked: Outcome) -> None:
    assert "ready" in log
    assert asked.messages
    for hidden in (TOKEN, TOKEN.split(".")[2], "Zebulon", "Quartermain", "Zanzibar", "JEOM"):
        assert hidden not in log


# --- commands are sent when they changed


async def test_commands_are_sent_when_they_are_others_than_last_time(bot: Bot) -> None:
    assert bot.discord.counts[COMMANDS, 200] == 1
    await bot.restart()
    assert bot.discord.counts[COMMANDS, 200] == 1
    name = f"commands of {bot.client.application_id}"
    assert "</ask:" in (await bot.discord.slash(bot.discord.ana, bot.discord.general, "help")).text
    with bot.client.settings._state.writing() as connection:
        connection.execute("UPDATE kept SET value = ? WHERE name = ?", (json.dumps(["other", {}]), name))
    await bot.restart()
    assert bot.discord.counts[COMMANDS, 200] == 2


async def test_a_start_sends_nothing_but_what_it_takes_to_connect(bot: Bot) -> None:
    await bot.restart()
    sent = [f"{each.method} {each.route}" for each in bot.discord.calls if each.method != "GET"]
    assert sent == [COMMANDS]
    assert not bot.discord.general.messages


# --- what cannot be


def _no_token(discord: LoopbackDiscord) -> dict[str, str]:
    return {"DISCORD_TOKEN": ""}


def _wrong_token(discord: LoopbackDiscord) -> dict[str, str]:
    return {"DISCORD_TOKEN": TOKEN[:-1] + "X"}


def _no_file(discord: LoopbackDiscord) -> dict[str, str]:
    return {"DISCORD_TOKEN": "", "DISCORD_TOKEN_FILE": "nowhere.txt"}


def _no_documents(discord: LoopbackDiscord) -> dict[str, str]:
    return {"RAPPORTEUR_INDEX": "index", "RAPPORTEUR_DOCUMENTS": "nowhere"}


def _used_port(discord: LoopbackDiscord) -> dict[str, str]:
    return {"RAPPORTEUR_HEALTH": discord.url.removeprefix("http://")}


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        (_no_token, "There is no token. Set DISCORD_TOKEN"),
        (_wrong_token, "Discord does not accept the token."),
        (_no_file, "The file that DISCORD_TOKEN_FILE names cannot be read"),
        (_no_documents, "There is no index yet."),
        (_used_port, "The health pages cannot be served at 127.0.0.1:"),
    ],
)
async def test_what_a_restart_does_not_cure_is_said_in_a_sentence(
    settings: Callable[[LoopbackDiscord], Mapping[str, str]], sentence: str, real_index: Path, tmp_path: Path
) -> None:
    async with LoopbackDiscord(token=TOKEN) as discord:
        given = {"DISCORD_TOKEN": TOKEN, "RAPPORTEUR_API_BASE": discord.api_base, "RAPPORTEUR_INDEX": str(real_index)}
        async with process(tmp_path, **given | settings(discord)) as bot:
            assert await bot.ended() == Status.PERMANENT
        assert sentence in " ".join(bot.log.split())
        assert "Traceback" not in bot.log
        assert TOKEN[:-1] not in bot.log
        assert discord.gateway.identifies == 0


@pytest.mark.parametrize(
    ("settings", "sentence"),
    [
        ({"DISCORD_TOKEN_FILE": "token.txt"}, "DISCORD_TOKEN and DISCORD_TOKEN_FILE are both set."),
        ({"RAPPORTEUR_API_BASE": "http://example.org/api/v10"}, "RAPPORTEUR_API_BASE would send the token over http"),
        ({"RAPPORTEUR_HEALTH": "8080"}, "RAPPORTEUR_HEALTH is '8080', which is not host:port."),
        ({"RAPPORTEUR_LOGS": "yaml"}, "RAPPORTEUR_LOGS is 'yaml'."),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_a_sentence(
    settings: Mapping[str, str],
    sentence: str,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.chdir(tmp_path)
    for name, value in ({"DISCORD_TOKEN": TOKEN} | dict(settings)).items():
        monkeypatch.setenv(name, value)
    assert run() is Status.PERMANENT
    wrote = capsys.readouterr()
    assert sentence in " ".join(wrote.err.split())
    assert TOKEN not in wrote.err + wrote.out


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (4014, "Discord does not allow the bot's intents."),
        (4004, "Discord closed the connection for good (code 4004)."),
    ],
)
async def test_a_gateway_that_closes_for_good_ends_the_bot(
    code: int, sentence: str, real_index: Path, tmp_path: Path
) -> None:
    async with LoopbackDiscord(token=TOKEN) as discord:
        given = {"DISCORD_TOKEN": TOKEN, "RAPPORTEUR_API_BASE": discord.api_base, "RAPPORTEUR_INDEX": str(real_index)}
        async with process(tmp_path, **given) as bot:
            await discord.ready(20)
            await discord.mention(discord.ana, discord.general, UNMOT)
            await discord.gateway.close(code)
            assert await bot.ended() == Status.PERMANENT
        assert sentence in " ".join(bot.log.split())
        assert discord.gateway.identifies == 1


async def test_a_token_in_a_file_is_read(real_index: Path, tmp_path: Path) -> None:
    (tmp_path / "token.txt").write_text(f"{TOKEN}\n", encoding="utf-8")
    async with LoopbackDiscord(token=TOKEN) as discord:
        given = {"DISCORD_TOKEN_FILE": "token.txt", "RAPPORTEUR_API_BASE": discord.api_base}
        async with process(tmp_path, **given, RAPPORTEUR_INDEX=str(real_index)) as bot:
            await discord.ready(20)
            async with process(tmp_path, "health", RAPPORTEUR_HEALTH=bot.health) as asking:
                assert await asking.ended() == 0
            bot.process.send_signal(signal.SIGINT)
            assert await bot.ended() == 0
        async with process(tmp_path, "health", RAPPORTEUR_HEALTH=bot.health) as asking:
            assert await asking.ended() == Status.NOTHING_FOUND
    assert TOKEN not in bot.log


async def test_an_index_of_another_model_is_said_and_never_replaced(real_index: Path, tmp_path: Path) -> None:
    index = tmp_path / "index"
    generation = (real_index / "CURRENT").read_text(encoding="utf-8").strip()
    (index / generation).mkdir(parents=True)
    (index / "CURRENT").write_text(generation, encoding="utf-8")
    manifest = json.loads((real_index / generation / "manifest.json").read_text(encoding="utf-8"))
    (index / generation / "manifest.json").write_text(json.dumps(manifest | {"model": "another", "sha256": None}))
    async with LoopbackDiscord(token=TOKEN) as discord:
        given = {"DISCORD_TOKEN": TOKEN, "RAPPORTEUR_API_BASE": discord.api_base, "RAPPORTEUR_INDEX": str(index)}
        async with process(tmp_path, **given) as bot:
            assert await bot.ended() == Status.PERMANENT
    assert "The index was made with the model another" in " ".join(bot.log.split())
    assert "run `rapporteur index`" in " ".join(bot.log.split())
    assert (index / generation / "manifest.json").exists()
    assert discord.counts.total() == 0


async def test_where_discord_is_not_there_at_the_start_it_waits_for_it(tmp_path: Path, real_index: Path) -> None:
    async with LoopbackDiscord(token=TOKEN) as discord:
        discord.faults.next("GET /users/@me", *[faults.cut()] * 3)
        given = {"DISCORD_TOKEN": TOKEN, "RAPPORTEUR_API_BASE": discord.api_base, "RAPPORTEUR_INDEX": str(real_index)}
        async with process(tmp_path, **given) as bot:
            await discord.ready(within=30)
            assert UNTIL in (await discord.mention(discord.ana, discord.general, UNMOT)).text
    assert "Discord cannot be reached" in bot.log
