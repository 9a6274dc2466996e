"""Whether the bot is alive, whether it is ready, and its figures: three pages for whoever runs it.

`/healthz` is for who restarts a program that hangs, `/readyz` for who waits until it answers, `/metrics` for
Prometheus.
"""

from __future__ import annotations

import asyncio
import os
import re
import time
from collections.abc import Callable
from dataclasses import dataclass
from types import TracebackType

import aiohttp
from aiohttp import web

from bot.config import ConfigurationError
from bot.metrics import CONTENT_TYPE, Metrics

MOST_LATE_SECONDS = 10.0
"""The event loop is to come round once a second; Discord has given up on an answer after three."""

_TICK_SECONDS = 1.0
_PATIENCE = aiohttp.ClientTimeout(total=5)  # Docker's own for a HEALTHCHECK is 30 s
_EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # where a server listens at all addresses, one asks at its own


@dataclass(frozen=True, slots=True)
class Address:
    """Where the pages are; port 0 is any that is free."""

    host: str
    port: int

    def __str__(self) -> str:
        """Return it as `parse_address` reads it."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


def parse_address(text: str, name: str = "The health address") -> Address:
    """Return the address that a setting gives as "host:port", a host of IPv6 in brackets.

    Args:
        text: The value of the setting.
        name: What the setting is called.

    Raises:
        ConfigurationError: It is no address.
    """
    found = re.fullmatch(r"(?:\[([0-9a-fA-F:.]+)\]|([\w.-]+)):([0-9]{1,5})", text.strip())
    if not found or not 1 <= int(found[3]) <= 65535:
        raise ConfigurationError(f"{name} is {text!r}, which is not host:port. Write it like 127.0.0.1:8080.")
    return Address(found[1] or found[2], int(found[3]))


class HealthServer:
    """Serves the pages while it is entered; belongs to the event loop it watches."""

    def __init__(
        self,
        address: Address,
        ready: Callable[[], str | None],
        metrics: Metrics,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """Prepare.

        Args:
            address: Where to serve. Anybody who reaches it can read the pages.
            ready: Gives the reason why no question can be answered now, or None.
            metrics: The figures.
            clock: Seconds since some time.
        """
        self.address = address
        self._ready = ready
        self._metrics = metrics
        self._clock = clock
        self._ticked = clock()
        self._next_tick: asyncio.TimerHandle | None = None
        self._runner: web.AppRunner | None = None

    async def __aenter__(self) -> HealthServer:
        """Begin to serve; `address` has the real port afterwards.

        Raises:
            ConfigurationError: Nothing can be served at the address.
        """
        pages = web.Application()
        for path, page in (("/healthz", self._alive), ("/readyz", self._can_answer), ("/metrics", self._figures)):
            pages.router.add_get(path, page, allow_head=False)
        runner = web.AppRunner(pages, access_log=None, shutdown_timeout=1.0)
        await runner.setup()
        try:
            await web.TCPSite(runner, self.address.host, self.address.port).start()
        except OSError as error:
            await runner.cleanup()
            reason = (
                os.strerror(error.errno) if error.errno and error.errno > 0 else error.strerror
            )  # a host that is none: < 0
            raise ConfigurationError(
                f"The health pages cannot be served at {self.address} ({reason}). Name another address, or stop the "
                "program that uses it."
            ) from error
        self.address = Address(self.address.host, runner.addresses[0][1])
        self._runner = runner
        self._tick()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._next_tick:
            self._next_tick.cancel()
        if self._runner:
            await self._runner.cleanup()

    def _tick(self) -> None:
        self._ticked = self._clock()
        self._next_tick = asyncio.get_running_loop().call_later(_TICK_SECONDS, self._tick)

    async def _alive(self, request: web.Request) -> web.Response:
        late = self._clock() - self._ticked
        if late > MOST_LATE_SECONDS:
            return web.Response(status=503, text=f"The event loop was held for {late:.0f} seconds.\n")
        return web.Response(text="alive\n")

    async def _can_answer(self, request: web.Request) -> web.Response:
        reason = self._ready()
        return web.Response(status=503, text=f"{reason}\n") if reason else web.Response(text="ready\n")

    async def _figures(self, request: web.Request) -> web.Response:
        return web.Response(body=self._metrics.page(), headers={"Content-Type": CONTENT_TYPE})


async def is_healthy(address: Address) -> bool:
    """Tell whether a bot that serves its pages at an address is alive, within five seconds."""
    host = _EVERYWHERE.get(address.host, address.host)
    try:
        async with (
            aiohttp.ClientSession(timeout=_PATIENCE) as session,
            session.get(f"http://{Address(host, address.port)}/healthz", allow_redirects=False) as answer,
        ):
            return answer.status == 200
    except (aiohttp.ClientError, TimeoutError, OSError):
        return False
