"""Refreshes begun from the bot: one at a time for each index, in a process of its own, heard and stopped."""

from __future__ import annotations

import asyncio
from collections.abc import Coroutine, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from bot.jobs import AlreadyRunning, Job
from bot.managed import Managed
from corpus.folder import Unreadable
from retrieval.admin_log import Actor
from retrieval.generations import refresh_running

PHASES = ("reading", "writing", "checking")
"""In their order; the texts of the documents are embedded while they are read."""
AT_ONCE = 2
"""Refreshes that run side by side, each of another index: each takes some 200 MB."""
_LONGEST_END_SECONDS = 6


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What a refresh changed.

    Attributes:
        documents, passages: How many there are now.
        documents_added, documents_changed, documents_removed: Ids.
        passages_added, passages_removed: How many.
        embedded, reused: Texts whose vectors were computed, and taken over.
        unreadable: The files that were not read, each with its reason.
        seconds: How long it took.
        changed_anything: Whether there is a new index.
    """

    documents: int
    passages: int
    documents_added: tuple[str, ...]
    documents_changed: tuple[str, ...]
    documents_removed: tuple[str, ...]
    passages_added: int
    passages_removed: int
    embedded: int
    reused: int
    unreadable: tuple[Unreadable, ...]
    seconds: float
    changed_anything: bool

    @classmethod
    def told(cls, said: Mapping[str, Any]) -> Refreshed:
        """Return what the outcome of the job says."""
        documents, passages, vectors = said["documents"], said["passages"], said["vectors"]
        return cls(
            documents=said["index"]["documents"],
            passages=said["index"]["passages"],
            documents_added=tuple(documents["added"]),
            documents_changed=tuple(documents["changed"]),
            documents_removed=tuple(documents["removed"]),
            passages_added=passages["added"],
            passages_removed=passages["removed"],
            embedded=vectors["embedded"],
            reused=vectors["reused"],
            unreadable=unreadable_in(said["unreadable"]),
            seconds=said["seconds"],
            changed_anything=said["changed"],
        )


def unreadable_in(said: Sequence[Mapping[str, str]]) -> tuple[Unreadable, ...]:
    """Return the files that a job says were not read."""
    return tuple(Unreadable(each["document"], each["reason"]) for each in said)


class Refresh:
    """A refresh that was begun.

    Attributes:
        managed: What is refreshed.
        actor: Who began it.
        since: When.
        progress: How much of how much is done of each phase so far.
        outcome: What it changed, once it is done; or what it ended with.
        ended: Done when another one of the same index can begin.
    """

    def __init__(self, managed: Managed, actor: Actor, job: Job) -> None:
        self.managed = managed
        self.actor = actor
        now = datetime.now(UTC)
        self.since = now.replace(microsecond=now.microsecond // 1000 * 1000)
        self.progress: dict[str, tuple[int, int]] = {}
        self.outcome: asyncio.Future[Refreshed] = asyncio.get_running_loop().create_future()
        self.ended: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._job = job

    @property
    def phase(self) -> str | None:
        """The phase it is in; None before the first, and afterwards."""
        return next(reversed(self.progress), None) if not self.outcome.done() else None

    def stop(self) -> None:
        """Stop it; the index in use stays."""
        self._job.stop()

    async def run(self) -> None:
        """Do it, and know the outcome."""
        try:
            self.outcome.set_result(Refreshed.told(await self._job.done(self._hear)))
        except Exception as error:
            self.outcome.set_exception(error)
            self.outcome.exception()  # whoever follows it hears it; where nobody does, the log of the index tells

    def _hear(self, said: Mapping[str, Any]) -> None:
        self.progress[said["phase"]] = (said["done"], said["total"])


class Refreshing:
    """Begins refreshes."""

    def __init__(self, model: str | None, models: Path) -> None:
        """Begin none yet.

        Args:
            model: As configured.
            models: The folder of the index beside which the exported model is.
        """
        self._model = model
        self._models = models
        self._running: dict[Path, Refresh] = {}
        self._next: dict[Path, Refresh] = {}
        self._tasks: set[asyncio.Task[None]] = set()
        self._places = asyncio.Semaphore(AT_ONCE)

    async def begin(self, managed: Managed, actor: Actor) -> Refresh:
        """Begin to refresh an index; raises AlreadyRunning where somebody else does."""
        mine = self._running.get(managed.index)
        if mine:
            raise AlreadyRunning(mine.actor.who, mine.since)
        refresh = self._running[managed.index] = self._refresh(managed, actor)
        try:
            holder = await asyncio.to_thread(refresh_running, managed.index)
            if holder:
                raise AlreadyRunning(holder.actor.who, holder.since)
        except BaseException:
            self._over(refresh)
            raise
        self._begin(self._run(refresh))
        return refresh

    async def begin_next(self, managed: Managed, actor: Actor) -> Refresh:
        """Begin to refresh an index whose files were just changed: after the refresh that this bot runs, if it does.

        Raises:
            AlreadyRunning: Another process does.
        """
        running = self._running.get(managed.index)
        if running is None:
            return await self.begin(managed, actor)
        if managed.index not in self._next:
            self._next[managed.index] = self._refresh(managed, actor)
            self._begin(self._run_next(managed.index))
        return self._next[managed.index]

    def _refresh(self, managed: Managed, actor: Actor) -> Refresh:
        job = Job(
            {
                "do": "refresh",
                "documents": str(managed.documents),
                "index": str(managed.index),
                "model": self._model,
                "models": str(self._models),
                "who": actor.who,
                "where": actor.where,
            }
        )
        return Refresh(managed, actor, job)

    def _begin(self, running: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(running)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _run_next(self, index: Path) -> None:
        while running := self._running.get(index):
            await asyncio.wait({running.ended})
        refresh = self._running[index] = self._next.pop(index)
        await self._run(refresh)

    async def _run(self, refresh: Refresh) -> None:
        try:
            async with self._places:
                await refresh.run()
        finally:
            self._over(refresh)

    def _over(self, refresh: Refresh) -> None:
        """Let another one of the same index begin, and whatever waits for that."""
        del self._running[refresh.managed.index]
        refresh.ended.set_result(None)

    def of(self, index: Path) -> Refresh | None:
        """Return the refresh of an index that this bot runs."""
        return self._running.get(index)

    def stop(self, index: Path, since: datetime) -> bool:
        """Stop the refresh of an index that was begun at a moment, to the millisecond; tell whether there is one."""
        found = [each for each in (self._running.get(index), self._next.get(index)) if each and each.since == since]
        for refresh in found:
            refresh.stop()
        return bool(found)

    async def end(self, index: Path) -> None:
        """Stop the refreshes of an index that this bot runs, and wait until none of them can switch it any more."""
        while found := [each for each in (self._running.get(index), self._next.get(index)) if each]:
            for refresh in found:
                refresh.stop()
            await asyncio.wait({refresh.ended for refresh in found})

    async def close(self) -> None:
        """Stop all that runs, and wait until it has ended."""
        for refresh in (*self._running.values(), *self._next.values()):
            refresh.stop()
        if self._tasks:
            await asyncio.wait(self._tasks, timeout=_LONGEST_END_SECONDS)
