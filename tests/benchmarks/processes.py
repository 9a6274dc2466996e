"""Processes started, watched from outside and ended: what they cost, and why they failed.

Memory and processor time are read from /proc, so they are told on Linux alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import IO

_LOOK_SECONDS = 0.1
_LINES_SHOWN = 20
_ERROR = re.compile(r"[\w.]*(Error|Exception)\b")


class Failed(Exception):
    """A process could not be measured; the message is the reason, `said` what it wrote last."""

    def __init__(self, reason: str, said: str = "") -> None:
        super().__init__(reason)
        self.said = said


@dataclass(frozen=True, slots=True)
class Cost:
    """What a process has taken so far; None where the machine does not tell.

    Attributes:
        processor: Seconds of processor time, of all its threads.
        resident: Bytes of memory.
        peak: The most bytes of memory it had.
    """

    processor: float | None
    resident: int | None
    peak: int | None


UNTOLD = Cost(None, None, None)


def cost_of(process: int) -> Cost:
    """Return what a process has taken, by its number."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
        times = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return UNTOLD
    fields = times.rpartition(")")[2].split()  # the name before it may hold spaces
    seconds = (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return Cost(seconds, _bytes_in(status, "VmRSS"), _bytes_in(status, "VmHWM"))


def _bytes_in(status: str, name: str) -> int | None:
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    return 1024 * int(found[1]) if found else None


def run(command: Sequence[str], environment: Mapping[str, str], limit: float) -> tuple[float, Cost]:
    """Run a command to its end; return its seconds and its cost as it was up to a tenth of a second before.

    Raises:
        Failed: It took more than `limit` seconds, or ended with another status than 0.
    """
    cost = UNTOLD
    began = time.perf_counter()
    with started(command, environment) as (process, errors):
        while process.poll() is None:
            latest = cost_of(process.pid)
            cost = latest if latest.resident else cost  # a process that has just ended has no memory
            if time.perf_counter() - began > limit:
                raise Failed(f"took longer than {limit:.0f} s")
            with suppress(subprocess.TimeoutExpired):
                process.wait(timeout=_LOOK_SECONDS)
        seconds = time.perf_counter() - began
        if process.returncode:
            raise failure(f"ended with status {process.returncode}: ", errors)
    return seconds, cost


def output_of(command: Sequence[str], environment: Mapping[str, str], limit: float) -> bytes:
    """Run a command to its end and return what it writes to standard output.

    Raises:
        Failed: It took more than `limit` seconds, or wrote nothing.
    """
    with started(command, environment, asked=True) as (process, errors), ended_after(limit, process, errors):
        assert process.stdout
        if not (output := process.stdout.read()):
            raise EOFError
    return output


@contextmanager
def started(
    command: Sequence[str], environment: Mapping[str, str], *, asked: bool = False
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start a process in an empty folder, and end it whatever happens.

    Args:
        command: What is run.
        environment: All of its environment.
        asked: Whether it reads from us and writes to us.

    Yields:
        The process, and what it writes to standard error.
    """
    pipe = subprocess.PIPE if asked else subprocess.DEVNULL
    with tempfile.TemporaryFile() as errors, tempfile.TemporaryDirectory() as empty:  # no .env is read there
        process = subprocess.Popen(command, env=environment, cwd=empty, stdin=pipe, stdout=pipe, stderr=errors)
        try:
            yield process, errors
        finally:
            process.kill()
            process.wait()
            for end in filter(None, (process.stdin, process.stdout)):
                with suppress(OSError):  # what was never read cannot be written any more
                    end.close()


@contextmanager
def ended_after(limit: float, process: subprocess.Popen[bytes], errors: IO[bytes]) -> Iterator[None]:
    """End the process when it takes more than `limit` seconds from now.

    Raises:
        Failed: It did, or it ended by itself before it had answered (EOFError, OSError).
    """
    late = threading.Event()

    def end() -> None:
        late.set()
        process.kill()

    timer = threading.Timer(limit, end)
    timer.start()
    try:
        yield
    except (OSError, EOFError):
        raise Failed(f"took longer than {limit:.0f} s") if late.is_set() else failure("", errors) from None
    finally:
        timer.cancel()


def failure(reason: str, errors: IO[bytes]) -> Failed:
    """Return a failure with the last line that names an error, or else the last there is."""
    errors.seek(0)
    lines = errors.read().decode("utf-8", "replace").splitlines()[-_LINES_SHOWN:]
    spoken = [line.strip() for line in lines if line.strip()] or ["it ended without a word"]
    named = [line for line in spoken if _ERROR.match(line)] or spoken
    return Failed(f"{reason}{named[-1]}", "\n".join(lines))
