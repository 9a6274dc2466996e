"""A Discord on 127.0.0.1: the REST API and the gateway, version 10, as far as a bot like this one uses them.

Real discord.py runs against it. `README.md` beside this file says how a test uses it, and how to see the bot without a
token.
"""

from tests.loopback.clock import Clock
from tests.loopback.errors import ApiError
from tests.loopback.faults import Faults
from tests.loopback.outcome import NotHappened, Outcome
from tests.loopback.server import TOKEN, LoopbackDiscord
from tests.loopback.using import NotOffered
from tests.loopback.world import Channel, Guild, Kind, Message, Permission, Pings, Role, User

__all__ = [
    "TOKEN",
    "ApiError",
    "Channel",
    "Clock",
    "Faults",
    "Guild",
    "Kind",
    "LoopbackDiscord",
    "Message",
    "NotHappened",
    "NotOffered",
    "Outcome",
    "Permission",
    "Pings",
    "Role",
    "User",
]
