"""Figures of a running bot for Prometheus: how much is asked, how it ends, how long it takes.

No figure says who asked or what: the only labels are `Way` and `Outcome`.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)

if TYPE_CHECKING:  # whoever only asks for the pages needs no numpy, FAISS and tantivy
    from retrieval.store import Generation

CONTENT_TYPE = CONTENT_TYPE_LATEST

# Seconds. Around what is promised: 30 ms in the middle, 300 ms for 99 of 100, and Discord's 3 s.
_ACKNOWLEDGED = (0.005, 0.01, 0.02, 0.03, 0.05, 0.1, 0.2, 0.3, 0.5, 1, 1.5, 2, 3)
_SEARCHED = (0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 1.2, 2, 5)


class Way(StrEnum):
    """How a question came."""

    MENTION = "mention"
    DIRECT_MESSAGE = "dm"
    ASK = "ask"
    LOOKUP = "lookup"
    SEARCH = "search"
    MENU = "menu"
    FORUM = "forum"


class Outcome(StrEnum):
    """How it ended."""

    ANSWERED = "answered"
    DECLINED = "declined"
    """The documents do not answer it."""
    REFUSED = "refused"
    """Not taken: the limiter, the queue, the end of the program."""
    FAILED = "failed"


class Metrics:
    """The figures of one process."""

    def __init__(self, now: Callable[[], datetime] = lambda: datetime.now(UTC)) -> None:
        self._now = now
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._questions = Counter(
            "rapporteur_questions", "Questions, by how they came and ended", ["way", "outcome"], registry=self._registry
        )
        for way in Way:
            for outcome in Outcome:
                self._questions.labels(way, outcome)  # from 0 on: a rate needs the figure before the first
        self._acknowledged = Histogram(
            "rapporteur_acknowledged_seconds",
            "Seconds from an event to its acknowledgement",
            buckets=_ACKNOWLEDGED,
            registry=self._registry,
        )
        self._searched = Histogram(
            "rapporteur_search_seconds", "Seconds a search takes", buckets=_SEARCHED, registry=self._registry
        )
        self._waiting = self._gauge("rapporteur_questions_waiting", "Questions that wait to be worked on")
        self._guilds = self._gauge("rapporteur_guilds", "Servers the bot is in")
        self._shards = self._gauge("rapporteur_shards", "Shards that are connected")
        self._documents = self._gauge("rapporteur_index_documents", "Documents in the index")
        self._passages = self._gauge("rapporteur_index_passages", "Passages in the index")
        self._age = self._gauge("rapporteur_index_age_seconds", "Seconds since the index was built")

    def asked(self, way: Way, outcome: Outcome) -> None:
        """Count a question that ended; raises ValueError for what is neither, which would be a label of its own."""
        self._questions.labels(Way(way), Outcome(outcome)).inc()

    def acknowledged_after(self, seconds: float) -> None:
        """Note how long an event waited for its acknowledgement."""
        self._acknowledged.observe(seconds)

    def searched_for(self, seconds: float) -> None:
        """Note how long a search took."""
        self._searched.observe(seconds)

    def watch(self, waiting: Callable[[], float], guilds: Callable[[], float], shards: Callable[[], float]) -> None:
        """Ask for these figures whenever the page is read."""
        self._waiting.set_function(waiting)
        self._guilds.set_function(guilds)
        self._shards.set_function(shards)

    def index_is(self, generation: Generation) -> None:
        """Say which index is in use."""
        self._documents.set(generation.documents)
        self._passages.set(generation.passages)
        self._age.set_function(lambda: (self._now() - generation.created).total_seconds())

    def page(self) -> bytes:
        """Return all figures as Prometheus reads them, of the type `CONTENT_TYPE`."""
        return generate_latest(self._registry)

    def _gauge(self, name: str, meaning: str) -> Gauge:
        return Gauge(name, meaning, registry=self._registry)
