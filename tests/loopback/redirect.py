"""Makes discord.py in this process speak to a server of ours."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import yarl
from discord.gateway import DiscordWebSocket
from discord.http import Route

from tests.loopback.server import LoopbackDiscord


@contextmanager
def redirected(discord: LoopbackDiscord) -> Iterator[None]:
    """Let discord.py speak to this server, and to the real one afterwards.

    Both are class attributes. The gateway's is needed too: after an invalid session and after a failed connection
    discord.py 2.7.1 forgets the address it was given and goes to `DEFAULT_GATEWAY`.
    """
    base, gateway = Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY
    Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = discord.api_base, yarl.URL(discord.gateway_url)
    try:
        yield
    finally:
        Route.BASE, DiscordWebSocket.DEFAULT_GATEWAY = base, gateway
