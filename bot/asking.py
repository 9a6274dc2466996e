"""Questions from an event loop: each is answered in a thread, so that the loop itself is never held.

Threads do it because what takes the time lets go of the interpreter: ONNX Runtime, FAISS, tantivy, SQLite, reading.
Questions are not embedded in batches, for the reasons in `retrieval.onnx_embedder`.
"""

from __future__ import annotations

import asyncio
import contextvars
import gc
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, suppress
from types import TracebackType
from typing import Generic, TypeVar

from corpus.errors import RapporteurError

T = TypeVar("T")
Lent = TypeVar("Lent")

WAITING = 256
"""Questions that may wait for a thread. At a hundred a second the last of them is answered within three seconds, which
is what Discord waits for an answer."""


class NotTaken(RapporteurError):
    """A question is not taken: too many are waiting, or no more are answered."""


def keep_what_was_opened() -> None:
    """Let Python not look for garbage among all that there is now: what was opened stays, as long as it is used.

    To look through it, which Python does now and then, takes the interpreter for 27 ms where there are 2,441 documents,
    and the event loop with it.
    """
    gc.freeze()


class Asking(Generic[Lent]):
    """Asks several questions at a time; belongs to the event loop it is used from."""

    def __init__(
        self,
        lend: Callable[[int | None], AbstractContextManager[Lent]],
        *,
        threads: int | None = None,
        waiting: int = WAITING,
    ) -> None:
        """Begin; nothing of what is lent is closed with this.

        Args:
            lend: Gives what answers in a server, or outside any, for as long as a question is worked on.
            threads: How many questions are worked on at once; by default one for each core.
            waiting: How many more may wait.
        """
        at_once = threads or os.cpu_count() or 1
        self._lend = lend
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="answering")
        self._free = asyncio.Semaphore(at_once)
        self._most_waiting = waiting
        self._waiting = 0
        self._closed = False

    async def __aenter__(self) -> Asking[Lent]:
        keep_what_was_opened()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    @property
    def waiting(self) -> int:
        """How many questions wait for a thread."""
        return self._waiting

    async def run(self, work: Callable[[Lent], T], server: int | None = None) -> T:
        """Return what `work` makes of what is lent in a server when it begins, in a thread.

        Who waits may be cancelled: the work is then never begun, or comes to its end unheard.

        Raises:
            NotTaken: As many as may are waiting already, or this was closed.
        """
        if self._free.locked() and self._waiting >= self._most_waiting:
            raise NotTaken("Too many questions are waiting: ask again in a moment.")
        self._waiting += 1
        try:
            await self._free.acquire()
        finally:
            self._waiting -= 1
        if self._closed:
            self._free.release()  # the next that waits is told, too
            raise NotTaken("No more questions are answered: the program is ending.")
        loop = asyncio.get_running_loop()
        here = contextvars.copy_context()  # what is logged in the thread belongs to the request
        begun = self._threads.submit(here.run, self._worked, work, server)
        begun.add_done_callback(lambda _: self._freed(loop))  # a thread is free when it is, not when nobody waits
        return await asyncio.wrap_future(begun)

    def _worked(self, work: Callable[[Lent], T], server: int | None) -> T:
        with self._lend(server) as lent:
            return work(lent)

    def _freed(self, loop: asyncio.AbstractEventLoop) -> None:
        with suppress(RuntimeError):  # the loop has ended: nobody waits any more
            loop.call_soon_threadsafe(self._free.release)

    async def close(self) -> None:
        """End what is running, and tell those that wait; to do so again does nothing."""
        self._closed = True
        await asyncio.to_thread(self._threads.shutdown)
        gc.unfreeze()
