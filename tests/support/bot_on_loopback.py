"""The bot, with the real model and the shipped documents, on a Discord of its own on 127.0.0.1."""

from __future__ import annotations

import asyncio
import logging
import threading
from collections.abc import Callable, Iterator
from contextlib import AsyncExitStack
from pathlib import Path
from types import TracebackType
from typing import Any

from bot.client import Client
from bot.config import Config, DiscordConfig, ManagingConfig
from bot.limiter import Limits, Rate
from bot.logs import LineFormatter, Redaction
from bot.running import client_for
from retrieval.library import Library
from tests.loopback import Channel, LoopbackDiscord, Message, Outcome, User
from tests.loopback.redirect import redirected
from tests.loopback.world import Json

MESSAGES = "POST /channels/{channel_id}/messages"
CALLBACK = "POST /interactions/{interaction_id}/{interaction_token}/callback"
ORIGINAL = "/webhooks/{webhook_id}/{webhook_token}/messages/@original"

AS_OFTEN_AS_ONE_LIKES = Limits(Rate(1000, 1), Rate(1000, 1))

UNMOT = "When does the mandate of UNMOT end?"
"""Three passages of two documents; the first is paragraph 5 of the resolution."""
FORCES = "What is the role of the CIS Peacekeeping Forces?"
"""Five passages, where five are wanted."""
UNANSWERED = "What was the vote on resolution 1138?"
"""Nothing in the documents says so; something is near it."""
UNTIL = "5\\. Decides to extend the mandate of UNMOT until 15 May 1998;"
"""Paragraph 5 as it is sent."""


class Bot:
    """The bot and the Discord it is on; started with `async with`, and begun anew with `restart`."""

    def __init__(
        self, library: Library, folder: Path, documents: Config | None = None, managing: ManagingConfig | None = None
    ) -> None:
        self.documents = documents
        self.managing = managing or ManagingConfig()
        self.discord = LoopbackDiscord()
        self.library = library
        self.state = folder / "state.sqlite"
        self.log: list[str] = []
        """What was logged, line by line, as the program writes it."""
        self.may_fail = False
        """Whether an error in the log is what a test is about."""
        self._running = AsyncExitStack()
        self._client: Client | None = None

    @property
    def client(self) -> Client:
        assert self._client is not None
        return self._client

    async def __aenter__(self) -> Bot:
        self._whole = AsyncExitStack()
        self._whole.callback(_logging_to(self.log))
        await self._whole.enter_async_context(self.discord)
        self._whole.enter_context(redirected(self.discord))
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.stop()
        await self._whole.aclose()
        if error is None:
            self.check()

    async def start(
        self,
        library: Any = None,
        *,
        limits: Limits = AS_OFTEN_AS_ONE_LIKES,
        waiting: int = 256,
        ready: bool = True,
        threads: int | None = None,
    ) -> None:
        """Let the bot connect, with another library or limits if they are given."""
        config = DiscordConfig(self.discord.token, self.state, self.discord.api_base, None, "text", self.managing)
        client = client_for(
            library or self.library,
            config,
            self.documents,
            limits=limits,
            waiting=waiting,
            threads=threads,
            ready_after_seconds=0.01,
        )
        self._client = await self._running.enter_async_context(client)
        running = asyncio.create_task(self.client.start(self.discord.token))
        self._running.push_async_callback(_ended, self.client, running)
        if ready:
            await self.discord.ready()
            await self.client.wait_until_ready()

    async def stop(self) -> None:
        """Let the bot leave, without waiting for what is under way."""
        await self._running.aclose()

    async def restart(self, library: Any = None, **options: Any) -> None:
        """Let the bot leave and come back: what it had in memory is gone."""
        await self.stop()
        await self.start(library, **options)

    def check(self) -> None:
        """Whatever a test was about: bodies are as Discord wants them, nobody is pinged, and nothing went wrong."""
        assert self.discord.schema_violations == []
        assert list(self.discord.missing) == []
        assert self.discord.pings() == []
        if not self.may_fail:
            assert [line for line in self.log if " ERROR " in line] == []

    # --- what people do, in short

    async def ask(self, question: str = UNMOT, user: User | None = None, **options: Any) -> Outcome:
        """Ask with the command, in #general unless `channel` says otherwise."""
        channel = options.pop("channel", self.discord.general)
        return await self.discord.slash(user or self.discord.ana, channel, "ask", question=question, **options)

    async def mention(self, question: str = UNMOT, user: User | None = None, channel: Channel | None = None) -> Outcome:
        """Ask by a mention."""
        return await self.discord.mention(user or self.discord.ana, channel or self.discord.general, question)

    async def set(self, **settings: Any) -> Outcome:
        """Change settings of the server, as its owner."""
        return await self.discord.slash(self.discord.owner, self.discord.general, "settings set", **settings)

    @property
    def waiting(self) -> int:
        """How many questions wait for a thread."""
        return self.client.desk._asking.waiting

    @property
    def under_way(self) -> int:
        """How many requests are handled now."""
        return len(self.client._under_way)

    def sees(self, user: User, message: Message) -> bool:
        """Tell whether somebody sees a message."""
        return message in self.discord.visible_to(user, message.channel)

    def kept(self) -> bytes:
        """Return everything in the file of the bot's own state, as it is on the disk."""
        return b"".join(each.read_bytes() for each in sorted(self.state.parent.glob("state.sqlite*")))


def custom_ids(message: Message) -> list[str]:
    """Return what the buttons and menus of a message carry."""
    return [each["custom_id"] for each in message.controls() if each.get("custom_id")]


def values(message: Message) -> list[str]:
    """Return what the lines of the menus of a message stand for."""
    return [option["value"] for each in message.controls() for option in each.get("options", [])]


def sent_to(discord: LoopbackDiscord, route: str) -> list[Json]:
    """Return the bodies of the calls of a route that were answered well."""
    return [each.body for each in discord.calls_to(route) if each.status < 300]


async def until(condition: Callable[[], Any], within: float = 5.0) -> None:
    """Let everybody work until something is so."""
    async with asyncio.timeout(within):
        while not condition():
            await asyncio.sleep(0.002)


async def _ended(client: Client, running: asyncio.Task[None]) -> None:
    await client.close()
    await running


def _logging_to(lines: list[str]) -> Callable[[], None]:
    """Write all that is logged into a list, as `configure_logs` would into a stream; return what ends it."""

    class Kept(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            lines.append(self.format(record))

    handler, root = Kept(logging.INFO), logging.getLogger()
    handler.setFormatter(LineFormatter("text", Redaction()))
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)

    def end() -> None:
        root.removeHandler(handler)
        root.setLevel(before)

    return end


def lines_of(text: str) -> Iterator[str]:
    """Yield the lines of a quotation without the marks that make it one."""
    yield from (line.removeprefix("> ") for line in text.split("\n") if line.startswith("> "))


class Slow:
    """A library whose answers wait, from `hold` on, until `go_on` is set."""

    def __init__(self, library: Library) -> None:
        self._library = library
        self.go_on = threading.Event()
        self.go_on.set()
        self.waiting = 0
        """How many questions have had to wait."""

    def hold(self) -> None:
        """Let whatever is asked from now on wait."""
        self.go_on.clear()

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._library, name)
        if name not in ("answer", "passages_with", "search", "find"):
            return found

        def waiting(*arguments: Any, **options: Any) -> Any:
            if not self.go_on.is_set():
                self.waiting += 1
                assert self.go_on.wait(20)
            return found(*arguments, **options)

        return waiting
