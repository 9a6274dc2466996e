"""Jobs of `bot.worker`: begun from the event loop, heard while they run, stopped."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import signal
import sys
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime
from typing import Any

from bot.config import environment_of_workers
from corpus.errors import RapporteurError

_WORKER = (sys.executable, "-m", "bot.worker")
_PATIENCE_SECONDS = 4.0
"""How long a job that is stopped may take to tidy up: containers are killed after ten."""
_LONGEST_LINE = 1 << 24
"""Bytes of a line: a report names every file that was not read."""

_log = logging.getLogger(__name__)


class JobFailed(RapporteurError):
    """A job could not be done; the message is the sentence it ended with, or empty for a fault of the program."""


class JobStopped(JobFailed):
    """A person, or the end of the bot, stopped a job."""


class AlreadyRunning(JobFailed):
    """Another process does the same.

    Attributes:
        who: Who started it; None where that is not known.
        since: And when.
    """

    def __init__(self, who: str | None, since: datetime | None) -> None:
        super().__init__("A refresh of these documents is running already: wait until it has finished.")
        self.who = who
        self.since = since


class Job:
    """One job."""

    def __init__(self, what: Mapping[str, Any]) -> None:
        """Begin nothing yet; `what` is what `bot.worker` reads."""
        self._what = what
        self._process: asyncio.subprocess.Process | None = None
        self._stopped = False

    async def done(self, told: Callable[[Mapping[str, Any]], None]) -> Mapping[str, Any]:
        """Do the job in a process of its own and return its outcome; `told` hears every line before it.

        Raises:
            JobStopped: It was stopped.
            AlreadyRunning: Another process refreshes the same index.
            JobFailed: It could not be done.
        """
        if self._stopped:
            raise JobStopped
        self._process = process = await asyncio.create_subprocess_exec(
            *_WORKER,
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
            limit=_LONGEST_LINE,
            env=environment_of_workers(),
            # A Ctrl-C is for the bot, which then stops this. No session of its own: Linux shares the processor between
            # sessions first, and how nice a process is counts within its own alone.
            process_group=0,
        )
        try:
            return await self._heard(process, told)
        except asyncio.CancelledError:
            self.stop()
            raise
        finally:
            await asyncio.shield(_ended(process))

    async def _heard(
        self, process: asyncio.subprocess.Process, told: Callable[[Mapping[str, Any]], None]
    ) -> Mapping[str, Any]:
        assert process.stdin
        assert process.stdout
        with suppress(ConnectionError):  # it has ended already: what it says tells why
            process.stdin.write(f"{json.dumps(self._what)}\n".encode())
            await process.stdin.drain()  # it stays open: the worker ends when it is closed, and so when the bot dies
        if self._stopped:
            self.stop()
        async for line in process.stdout:
            try:
                said = json.loads(line)
            except ValueError:  # what a library says there
                continue
            if "outcome" in said:
                outcome: Mapping[str, Any] = said["outcome"]
                return outcome
            _raise_what_ended_it(said)
            told(said)
        if self._stopped:
            raise JobStopped
        _log.error("a worker ended without a word, with status %s", await process.wait())
        raise JobFailed

    def stop(self) -> None:
        """Let the job end; what it has not finished is undone by it."""
        self._stopped = True
        process = self._process
        if process and process.returncode is None:
            with suppress(ProcessLookupError):
                process.send_signal(signal.SIGTERM)
            asyncio.get_running_loop().call_later(_PATIENCE_SECONDS, _kill, process)


def _raise_what_ended_it(said: Mapping[str, Any]) -> None:
    """Raise what a line says a job ended with, if it does."""
    if "stopped" in said:
        raise JobStopped
    if "fault" in said:
        _log.error("a worker failed: %s", said["fault"])
        raise JobFailed
    if "running" in said:
        holder = said["running"]
        since = datetime.fromisoformat(holder["since"]) if "since" in holder else None
        raise AlreadyRunning(holder.get("who"), since)
    if "problem" in said:
        raise JobFailed(said["problem"])


async def _ended(process: asyncio.subprocess.Process) -> None:
    """Wait until a process has ended, and end it with all it has started where it does not."""
    try:
        await asyncio.wait_for(process.wait(), _PATIENCE_SECONDS)
    except TimeoutError:
        _kill(process)
        await process.wait()


def _kill(process: asyncio.subprocess.Process) -> None:
    """Kill a process and all that it has started, if it is there: deep in a regular expression it hears nothing."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
