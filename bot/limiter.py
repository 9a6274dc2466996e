"""How often a person and a server may ask: one limiter for commands, mentions and menus.

A token bucket is kept as one number: the time at which it will be full again. Each question moves that time on by what
one token takes to come back, and a question is refused that would move it further than a whole bucket takes. A bucket
that is full is like one that never was, so it is forgotten and nobody gains by it.

Source: the virtual scheduling form of the generic cell rate algorithm, ITU-T I.371, annex A, which is equivalent.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass

_UNNOTICED = 1e-6  # seconds; what adding floats loses is never a reason to refuse
_FEW = 1024  # buckets, before any is looked at


@dataclass(frozen=True, slots=True)
class Rate:
    """So many at once, and in the long run so many in so many seconds."""

    most: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Limits:
    """How often may be asked."""

    person: Rate = Rate(5, 20)
    server: Rate = Rate(30, 60)


class Limiter:
    """Counts who asks; not for several threads."""

    def __init__(self, limits: Limits | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        """Begin with full buckets.

        Args:
            limits: How often may be asked.
            clock: Seconds since some time; never goes back.
        """
        limits = limits or Limits()
        self._persons = _Buckets(limits.person)
        self._servers = _Buckets(limits.server)
        self._clock = clock

    def take(self, person_id: int, guild_id: int | None) -> float:
        """Let a question pass and return 0.0, or return in how many seconds, whole ones, it would pass.

        One that does not pass costs nothing: not the person when the server is out, nor the server when the person is.
        """
        now = self._clock()
        asked = [(self._persons, person_id)] + ([(self._servers, guild_id)] if guild_id is not None else [])
        wait = max(buckets.wait(each, now) for buckets, each in asked)
        if wait > 0:
            return float(math.ceil(wait))
        for buckets, each in asked:
            buckets.take(each, now)
        return 0.0

    @property
    def kept(self) -> int:
        """How many buckets are in memory: at most twice those that are not full, and two thousand."""
        return len(self._persons) + len(self._servers)


class _Buckets:
    """The buckets of one kind that are not known to be full."""

    def __init__(self, rate: Rate) -> None:
        self._rate = rate
        self._full_at: dict[int, float] = {}
        self._sweep_at = _FEW

    def __len__(self) -> int:
        return len(self._full_at)

    def wait(self, key: int, now: float) -> float:
        """Return the seconds until there is a token, 0.0 where there is one."""
        wait = self._after(key, now) - now - self._rate.seconds
        return wait if wait > _UNNOTICED else 0.0

    def take(self, key: int, now: float) -> None:
        self._full_at[key] = self._after(key, now)
        if len(self._full_at) > self._sweep_at:
            self._full_at = {key: full_at for key, full_at in self._full_at.items() if full_at > now}
            self._sweep_at = max(_FEW, 2 * len(self._full_at))  # so that sweeping costs each question next to nothing

    def _after(self, key: int, now: float) -> float:
        """Return when the bucket would be full again if a token were taken."""
        return max(self._full_at.get(key, now), now) + self._rate.seconds / self._rate.most
