"""Tests that are coroutines are run in an event loop of their own; `bot` is the bot on a Discord of its own."""

from __future__ import annotations

import asyncio
import inspect
from collections.abc import Iterator
from pathlib import Path

import pytest
from bot_on_loopback import Bot

import bot.messages as bot_messages
import bot.responding as bot_responding
from retrieval.embedding import Embedder
from retrieval.library import Library

AT_MOST_SECONDS = 120


@pytest.hookimpl(tryfirst=True)
def pytest_pyfunc_call(pyfuncitem: pytest.Function) -> bool | None:
    """Run a test that is a coroutine; a bot that it asks for is there from its beginning to its end."""
    if not inspect.iscoroutinefunction(pyfuncitem.obj):
        return None
    names = inspect.signature(pyfuncitem.obj).parameters
    arguments = {name: pyfuncitem.funcargs[name] for name in names}

    async def run() -> None:
        bot = arguments.get("bot")
        async with asyncio.timeout(AT_MOST_SECONDS):
            if isinstance(bot, Bot):
                async with bot:
                    await pyfuncitem.obj(**arguments)
            else:
                await pyfuncitem.obj(**arguments)

    asyncio.run(run())
    return True


@pytest.fixture(scope="session")
def real_library(real_index: Path, real_embedder: Embedder) -> Iterator[Library]:
    """The shipped documents and the real model, opened once."""
    with Library.open(real_index, real_embedder) as library:
        yield library


@pytest.fixture
def bot(real_library: Library, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Bot:
    """The bot on a Discord of its own; it tries again sooner than it would elsewhere."""
    monkeypatch.setattr(bot_responding, "_PAUSE_SECONDS", 0.02)
    monkeypatch.setattr(bot_messages, "_FORUM_PAUSE_SECONDS", 0.02)
    return Bot(real_library, tmp_path)


@pytest.fixture
def late_soon(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let an answer be late sooner than it would be elsewhere."""
    monkeypatch.setattr(bot_responding, "AT_ONCE_SECONDS", 0.1)
