"""Runs this program in processes of its own and measures them from outside: time, processor time, memory.

Memory is read from /proc while the process runs (Linux; elsewhere it is not told). What a process says of itself when
it has ended would not do: it begins with the memory of the one that started it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import IO

from corpus.errors import RapporteurError

PROGRAM = (sys.executable, "-m", "bot")
_LOOK_SECONDS = 0.005  # between two looks at the memory of a process
_LINES_SHOWN = 3


class ProcessFailed(RapporteurError):
    """A process that was to be measured did not do its work; the message ends with what it said."""


@dataclass(frozen=True, slots=True)
class Memory:
    """Of a process, in bytes; None where the machine does not tell.

    Attributes:
        resident: What it holds now, parts of files that are mapped into memory among it.
        own: The same without them: what no other process shares.
        peak: The most that was resident.
    """

    resident: int | None = None
    own: int | None = None
    peak: int | None = None


@dataclass(frozen=True, slots=True)
class Ran:
    """A process that has ended.

    Attributes:
        seconds: From its start to its end.
        processor_seconds: How long it kept a core busy; 0 where the machine does not tell.
        peak: The most memory it had, in bytes.
        output: What it wrote.
    """

    seconds: float
    processor_seconds: float
    peak: int | None
    output: str


@dataclass(frozen=True, slots=True)
class Conversation:
    """A process that answered one question after the other.

    Attributes:
        first_seconds: From its start to its first answer.
        milliseconds: From each further question to its answer.
        memory: After the last answer.
        libraries: File names of the shared libraries it had loaded; None where the machine does not tell.
    """

    first_seconds: float
    milliseconds: tuple[float, ...]
    memory: Memory
    libraries: frozenset[str] | None


def run(command: Sequence[str], environment: Mapping[str, str] | None = None, accepted: Sequence[int] = (0,)) -> Ran:
    """Run a command to its end.

    Args:
        command: The program and its arguments.
        environment: Of the process, whole; by default that of this one.
        accepted: The exit statuses with which its work is done.

    Raises:
        ProcessFailed: It ended with another one.
    """
    peak: int | None = None
    before = os.times()
    began = time.perf_counter()
    with tempfile.TemporaryFile() as output, _started(command, environment, subprocess.DEVNULL, output) as started:
        process, errors = started
        while process.poll() is None:
            peak = memory_of(process.pid).peak or peak
            time.sleep(_LOOK_SECONDS)
        seconds = time.perf_counter() - began
        if process.returncode not in accepted:
            raise _failed(command, errors)
        output.seek(0)
        written = output.read().decode("utf-8", "replace")
    after = os.times()
    busy = after.children_user + after.children_system - before.children_user - before.children_system
    return Ran(seconds, busy, peak, written)


def converse(command: Sequence[str], questions: Sequence[str]) -> Conversation:
    """Ask a process that reads a question a line and answers with a line.

    Raises:
        ProcessFailed: It ended before the last answer.
    """
    began = time.perf_counter()
    with _started(command, None, subprocess.PIPE, subprocess.PIPE) as (process, errors):
        try:
            ends = [_asked(process, question) for question in questions]
        except (OSError, EOFError):
            process.wait()
            raise _failed(command, errors) from None
        memory, libraries = memory_of(process.pid), libraries_of(process.pid)
    milliseconds = tuple(1000 * (end - begin) for begin, end in pairwise(ends))
    return Conversation(ends[0] - began, milliseconds, memory, libraries)


@contextmanager
def _started(
    command: Sequence[str], environment: Mapping[str, str] | None, stdin: int, stdout: int | IO[bytes]
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """Start a process, and end it whatever happens; with it comes what it writes to standard error."""
    with tempfile.TemporaryFile() as errors:
        process = subprocess.Popen(command, env=environment, stdin=stdin, stdout=stdout, stderr=errors)
        try:
            yield process, errors
        finally:
            process.kill()
            process.wait()
            for pipe in filter(None, (process.stdin, process.stdout)):
                with suppress(OSError):  # what was never read cannot be written any more
                    pipe.close()


def _asked(process: subprocess.Popen[bytes], question: str) -> float:
    """Ask a question and return when the answer came; raises OSError or EOFError where none does."""
    assert process.stdin
    assert process.stdout
    process.stdin.write(f"{' '.join(question.split())}\n".encode())
    process.stdin.flush()
    if not process.stdout.readline():
        raise EOFError
    return time.perf_counter()


def _failed(command: Sequence[str], errors: IO[bytes]) -> ProcessFailed:
    errors.seek(0)
    said = errors.read().decode("utf-8", "replace").strip().splitlines()[-_LINES_SHOWN:]
    return ProcessFailed(f"`{' '.join(command)}` could not be measured: {' '.join(said) or 'it ended without a word'}")


def memory_of(process: int) -> Memory:
    """Return the memory of a process."""
    try:
        status = Path(f"/proc/{process}/status").read_text(encoding="utf-8")
    except OSError:
        return Memory()
    return Memory(*(_bytes_in(status, name) for name in ("VmRSS", "RssAnon", "VmHWM")))


def _bytes_in(status: str, name: str) -> int | None:
    found = re.search(rf"^{name}:\s+(\d+) kB$", status, re.MULTILINE)
    return 1024 * int(found[1]) if found else None


def libraries_of(process: int) -> frozenset[str] | None:
    """Return the file names of the shared libraries a process has loaded; None where the machine does not tell."""
    try:
        maps = Path(f"/proc/{process}/maps").read_text(encoding="utf-8")
    except OSError:
        return None
    return frozenset(re.findall(r"/([^/\s]+\.so)[.\d]*$", maps, re.MULTILINE))
