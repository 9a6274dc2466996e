"""Processes are measured from outside, and one that fails is told with what it said."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest

from bot.processes import ProcessFailed, converse, libraries_of, memory_of, run

PYTHON = (sys.executable, "-c")
ECHO = "import sys\nfor line in sys.stdin: print(line.strip().upper(), flush=True)"

on_linux = pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the machine tells no memory")


def test_a_process_is_run_to_its_end() -> None:
    ran = run((*PYTHON, "print('done')"))
    assert ran.output == "done\n"
    assert ran.seconds > 0


def test_processor_time_is_that_of_the_process() -> None:
    ran = run((*PYTHON, "import time\nwhile time.process_time() < 0.3: pass"))
    assert ran.processor_seconds >= 0.25  # told in hundredths


@on_linux
def test_the_most_memory_is_told_and_not_that_of_this_process() -> None:
    held = bytearray(200_000_000)
    held[::4096] = b"x" * len(held[::4096])
    small = run((*PYTHON, "import time; time.sleep(0.1)"))
    large = run((*PYTHON, "import time; held = b'x' * 100_000_000; time.sleep(0.1)"))
    assert small.peak is not None
    assert large.peak is not None
    assert small.peak < 100_000_000 < large.peak < 200_000_000


def test_a_status_that_is_accepted_is_no_failure() -> None:
    assert run((*PYTHON, "print('none'); raise SystemExit(1)"), accepted=(0, 1)).output == "none\n"


def test_the_environment_is_the_one_given() -> None:
    environment = {**os.environ, "GIVEN": "yes"}
    assert run((*PYTHON, "import os; print(os.environ['GIVEN'])"), environment).output == "yes\n"


def test_a_process_that_fails_is_told_with_what_it_said() -> None:
    with pytest.raises(ProcessFailed, match="could not be measured: no such index"):
        run((*PYTHON, "raise SystemExit('no such index')"))


def test_a_conversation_takes_the_time_of_every_answer() -> None:
    found = converse((*PYTHON, ECHO), ["one", "two\nlines", "three"])
    assert found.first_seconds > 0
    assert len(found.milliseconds) == 2
    assert min(found.milliseconds) > 0


@on_linux
def test_a_conversation_tells_memory_and_libraries_of_the_process() -> None:
    found = converse((*PYTHON, f"import numpy\n{ECHO}"), ["one"])
    assert found.memory.resident
    assert found.memory.own
    assert found.memory.own <= found.memory.resident <= (found.memory.peak or 0)
    assert found.libraries is not None
    assert any(each.startswith("_multiarray_umath") for each in found.libraries)
    assert not any(each.startswith("libtorch") for each in found.libraries)


def test_a_process_that_ends_too_early_is_told() -> None:
    with pytest.raises(ProcessFailed, match="could not be measured: enough"):
        converse((*PYTHON, "input(); print('first', flush=True); raise SystemExit('enough')"), ["one", "two"])


def test_a_process_that_is_not_there_has_no_memory() -> None:
    assert memory_of(2**30).resident is None
    assert libraries_of(2**30) is None
