"""The process of the bot: everything is loaded before it connects, and what is under way ends before it leaves."""

from __future__ import annotations

import asyncio
import logging
import signal
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from pathlib import Path
from typing import TextIO

import aiohttp
import discord

from bot.answered import Answered
from bot.asking import WAITING, Asking, keep_what_was_opened
from bot.client import Client
from bot.config import DISCORD_API, Config, ConfigurationError, DiscordConfig
from bot.departures import Departures
from bot.desk import Desk
from bot.exits import Status
from bot.health import HealthServer, parse_address
from bot.holdings import Holdings, followed
from bot.index_desk import IndexDesk
from bot.limiter import Limiter, Limits
from bot.logs import configure_logs
from bot.managed import Managed
from bot.metrics import Metrics
from bot.refreshing import Refreshing
from bot.rights import Rights
from bot.server_indexes import ServerIndexes
from bot.server_settings import SettingsStore
from bot.staging import Staging
from bot.state import StateFile
from bot.unanswered import Unanswered, swept
from bot.watching import refresh_when_changed
from retrieval.library import Library
from retrieval.store import Generation

_LONGEST_PAUSE_SECONDS = 60
_SWEPT_EVERY_SECONDS = 86_400
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


def serve(library: Library, config: DiscordConfig, documents: Config) -> Status:
    """Answer on Discord until a signal comes.

    Args:
        library: What answers.
        config: Of the bot.
        documents: Where the documents of the library and its index are, to be managed.

    Raises:
        ConfigurationError: Discord does not take the token or what the bot asks for, or an address is in use.
    """
    return asyncio.run(_serve(library, config, documents))


async def _serve(library: Library, config: DiscordConfig, documents: Config) -> Status:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        with suppress(NotImplementedError):  # Windows
            loop.add_signal_handler(number, stop.set)
    async with client_for(library, config, documents) as client:
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
    documents: Config | None = None,
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
        documents: Where the documents of the library and its index are; by default where it was made of, with the
            packaged model.
        limits: How often may be asked.
        waiting: How many questions may wait.
        threads: How many questions are worked on at once; by default one for each core.
        ready_after_seconds: How long to wait for the next server at the start.
    """
    metrics = Metrics()

    def switched(generation: Generation) -> None:
        metrics.index_is(generation)
        keep_what_was_opened()

    documents = documents or Config(Path(library.generation.folder), library.index, True, None)
    state = StateFile(config.state)
    async with AsyncExitStack() as stack:
        stack.callback(state.close)
        settings = SettingsStore(state)
        unanswered = Unanswered(config.state.with_name("questions.sqlite"), settings)
        stack.callback(unanswered.close)
        await stack.enter_async_context(swept(unanswered))
        servers = ServerIndexes(config.servers)
        holdings = await asyncio.to_thread(Holdings, library, servers)
        stack.push_async_callback(asyncio.to_thread, holdings.close)
        metrics.index_is(library.generation)
        asking = await stack.enter_async_context(Asking(holdings.of, threads=threads, waiting=waiting))
        following = asyncio.create_task(followed(holdings, switched))
        stack.callback(following.cancel)
        desk = Desk(asking, holdings, metrics.searched_for)
        client = Client(
            desk,
            settings,
            unanswered,
            Answered(state),
            state,
            Limiter(limits),
            metrics,
            Departures(state, servers),
            lambda client: _index_desk(documents, config, client),
            ready_after_seconds=ready_after_seconds,
        )
        stack.push_async_callback(client.index_desk.refreshing.close)
        await stack.enter_async_context(client)
        sweeping = asyncio.create_task(_swept(client))
        stack.callback(sweeping.cancel)
        metrics.watch(lambda: asking.waiting, lambda: len(client.guilds), lambda: len(client.shards))
        if config.health:
            address = parse_address(config.health, "RAPPORTEUR_HEALTH")
            await stack.enter_async_context(HealthServer(address, lambda: client.not_ready, metrics))
        watching = config.managing.quiet_seconds
        if watching is not None:
            managed = client.index_desk
            watch = asyncio.create_task(refresh_when_changed(managed.refreshing, managed.shared, watching))
            stack.callback(watch.cancel)
        yield client


async def _swept(client: Client) -> None:
    """Look every day for what is to be deleted by now."""
    while True:
        await asyncio.sleep(_SWEPT_EVERY_SECONDS)
        await client.sweep()


def _index_desk(documents: Config, config: DiscordConfig, client: Client) -> IndexDesk:
    """Return what manages the documents, for a client that will have logged in when it is asked."""
    return IndexDesk(
        Managed(documents.documents, documents.index),
        ServerIndexes(config.servers),
        Rights(config.managing, client.application_info),
        Refreshing(documents.model, documents.index),
        Staging(config.state.parent / "staging"),
        config.managing,
    )


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
