"""The time as this server sees it: a test can put it forward."""

from __future__ import annotations

import time


class Clock:
    """Seconds since 1970 that never go back."""

    def __init__(self) -> None:
        self._start = time.time() - time.monotonic()

    def now(self) -> float:
        """Return the time."""
        return self._start + time.monotonic()

    def advance(self, seconds: float) -> None:
        """Let so many seconds have passed."""
        self._start += seconds


class Snowflakes:
    """Ids as Discord makes them: the milliseconds since 2015 and a count, always rising."""

    EPOCH = 1_420_070_400_000

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._last = 0

    def next(self) -> int:
        """Return a new id."""
        self._last = max(self._last + 1, (int(self._clock.now() * 1000) - self.EPOCH) << 22)
        return self._last

    def next_of_guild(self) -> int:
        """Return a new id in a millisecond of its own: the shard of a guild is reckoned from that."""
        self._last = max(((self._last >> 22) + 1) << 22, (int(self._clock.now() * 1000) - self.EPOCH) << 22)
        return self._last
