"""The process of the bot: everything is loaded before it connects, and what is under way ends before it leaves."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from typing import TextIO

import aiohttp
import discord

from bot.answered import Answered
from bot.asking import WAITING, Asking
from bot.client import Client
from bot.config import DISCORD_API, ConfigurationError, DiscordConfig
from bot.desk import Desk
from bot.directory import Directory
from bot.exits import Status
from bot.health import Address, HealthServer, is_healthy, parse_address
from bot.limiter import Limiter, Limits
from bot.logs import configure_logs
from bot.metrics import Metrics
from bot.server_settings import SettingsStore
from bot.state import StateFile
from retrieval.library import Library

_LONGEST_PAUSE_SECONDS = 60
_NEVER_AGAIN = {4004, 4010, 4011, 4012, 4013, 4014}
"""Codes with which the gateway closes for good: the token, the shards, the version, the intents."""

_log = logging.getLogger(__name__)


def prepared(config: DiscordConfig, log: TextIO) -> DiscordConfig:
    """Set up what holds for the whole process: logs, and where Discord is.

    Raises:
        ConfigurationError: The address of the health pages is none.
    """
    if config.health:
        parse_address(config.health, "RAPPORTEUR_HEALTH")
    configure_logs(config.logs, log, token=config.token)
    if config.api_base != DISCORD_API:
        _log.warning("the token goes to another API than Discord's own: %s", config.api_base)
    discord.http.Route.BASE = config.api_base
    discord.VoiceClient.warn_nacl = discord.VoiceClient.warn_dave = False
    return config


def serve(library: Library, config: DiscordConfig) -> Status:
    """Answer on Discord until a signal comes.

    Raises:
        ConfigurationError: Discord does not take the token or what the bot asks for, or an address is in use.
    """
    return asyncio.run(_serve(library, config))


def alive(address: Address) -> bool:
    """Tell whether a bot with its health pages at an address is alive."""
    return asyncio.run(is_healthy(address))


async def _serve(library: Library, config: DiscordConfig) -> Status:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    async with client_for(library, config) as client:
        connecting = asyncio.create_task(_connected(client, config.token, stop))
        stopping = asyncio.create_task(stop.wait())
        await asyncio.wait({connecting, stopping}, return_when=asyncio.FIRST_COMPLETED)
        stopping.cancel()
        if stop.is_set():
            _log.info("ending: what is under way is answered first")
            await client.drain()
        await client.close()
        await connecting
    return Status.DONE


@asynccontextmanager
async def client_for(
    library: Library,
    config: DiscordConfig,
    *,
    limits: Limits | None = None,
    waiting: int = WAITING,
    threads: int | None = None,
    ready_after_seconds: float = 2.0,
) -> AsyncIterator[Client]:
    """Give a bot that is ready to connect, with its health pages; close all of it in the end.

    Args:
        library: What answers.
        config: Where the state and the health pages are.
        limits: How often may be asked.
        waiting: How many questions may wait.
        threads: How many questions are worked on at once; by default one for each core.
        ready_after_seconds: How long to wait for the next server at the start.
    """
    metrics = Metrics()
    metrics.index_is(library.generation)
    state = StateFile(config.state)
    async with AsyncExitStack() as stack:
        stack.callback(state.close)
        asking = await stack.enter_async_context(Asking(library, threads=threads, waiting=waiting))
        directory = await asyncio.to_thread(Directory.of, library)
        desk = Desk(asking, library.generation, directory, metrics.searched_for)
        client = Client(
            desk,
            SettingsStore(state),
            Answered(state),
            state,
            Limiter(limits),
            metrics,
            ready_after_seconds=ready_after_seconds,
        )
        await stack.enter_async_context(client)
        metrics.watch(lambda: asking.waiting, lambda: len(client.guilds), lambda: len(client.shards))
        if config.health:
            address = parse_address(config.health, "RAPPORTEUR_HEALTH")
            await stack.enter_async_context(HealthServer(address, lambda: client.not_ready, metrics))
        yield client


async def _connected(client: Client, token: str, stop: asyncio.Event) -> None:
    """Stay connected until the client is closed; where Discord is not there at the start, wait for it.

    Raises:
        ConfigurationError: Discord refuses for good.
    """
    pause = 1.0
    while not stop.is_set():
        try:
            await client.start(token)
            return
        except discord.LoginFailure as error:
            raise ConfigurationError(
                "Discord does not accept the token. Copy it again from the Developer Portal, Bot › Reset Token."
            ) from error
        except discord.PrivilegedIntentsRequired as error:
            raise ConfigurationError("Discord does not allow the bot's intents.") from error
        except discord.ConnectionClosed as error:
            if error.code in _NEVER_AGAIN:
                raise ConfigurationError(f"Discord closed the connection for good (code {error.code}).") from error
            _log.warning("the gateway closed with code %s", error.code)
        except (aiohttp.ClientError, discord.DiscordServerError, discord.GatewayNotFound, OSError) as error:
            _log.warning("Discord cannot be reached (%s); trying again in %.0f s", type(error).__name__, pause)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), pause)
        pause = min(2 * pause, _LONGEST_PAUSE_SECONDS)
