"""What goes wrong on purpose: scripted for the next calls of a route, or at random at a rate."""

from __future__ import annotations

import random
from collections import defaultdict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import Enum


class Kind(Enum):
    """What can go wrong with a call."""

    RATE_LIMIT = "429"
    """Refused for a while; discord.py waits and tries again."""
    BAN = "429 without Via"
    """Refused by what stands before Discord: without the `Via` header discord.py does not try again."""
    ERROR = "5xx"
    FORBIDDEN = "403"
    SLOW = "slow"
    """Carried out after a while."""
    LOST = "lost"
    """Carried out, but the connection ends before the answer."""
    CUT = "cut"
    """Not carried out: the connection ends."""


@dataclass(frozen=True)
class Fault:
    """One thing that goes wrong with one call."""

    kind: Kind
    seconds: float = 0.05
    """How long to wait: `retry_after` of a 429, the delay of a slow answer."""
    status: int = 500
    code: int = 50013
    """Discord's code of a 403."""
    everywhere: bool = False
    """Whether a 429 is of all routes."""


def rate_limit(seconds: float = 0.05, *, everywhere: bool = False) -> Fault:
    return Fault(Kind.RATE_LIMIT, seconds=seconds, everywhere=everywhere)


def ban(seconds: float = 0.05) -> Fault:
    return Fault(Kind.BAN, seconds=seconds)


def error(status: int = 500) -> Fault:
    return Fault(Kind.ERROR, status=status)


def forbidden(code: int = 50013) -> Fault:
    return Fault(Kind.FORBIDDEN, code=code)


def slow(seconds: float) -> Fault:
    return Fault(Kind.SLOW, seconds=seconds)


def lost() -> Fault:
    return Fault(Kind.LOST)


def cut() -> Fault:
    return Fault(Kind.CUT)


@dataclass
class Faults:
    """Which calls go wrong. Routes are written as in Discord's documents: "POST /channels/{channel_id}/messages"."""

    rate: float = 0.0
    """The part of the calls that go wrong at random, from 0 to 1."""
    kinds: Sequence[Fault] = (Fault(Kind.RATE_LIMIT), Fault(Kind.SLOW, seconds=0.1))
    """One of these is drawn."""
    seed: int = 1
    spared: Callable[[str], bool] = lambda route: route.startswith("GET ")
    """Routes where nothing goes wrong at random; by default the reading ones, so that a bot can start."""
    gateway_rate: float = 0.0
    """The part of the events after which the gateway asks to reconnect."""
    happened: deque[tuple[str, Fault]] = field(default_factory=lambda: deque(maxlen=10_000))

    def __post_init__(self) -> None:
        self._random = random.Random(self.seed)
        self._script: defaultdict[str, deque[Fault | None]] = defaultdict(deque)

    def next(self, route: str, *faults: Fault | None) -> None:
        """Let these happen, in this order, to the next calls of a route; None lets a call pass."""
        self._script[route].extend(faults)

    def draw(self, route: str) -> Fault | None:
        """Return what happens to a call."""
        script = self._script.get(route)
        fault = None
        if script:
            fault = script.popleft()
        elif self.rate and not self.spared(route) and self._random.random() < self.rate:
            fault = self._random.choice(self.kinds)
        if fault is not None:
            self.happened.append((route, fault))
        return fault

    def reconnects(self) -> bool:
        """Return whether the gateway asks to reconnect now."""
        return bool(self.gateway_rate) and self._random.random() < self.gateway_rate
