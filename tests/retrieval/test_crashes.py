"""A refresh that is killed, or whose disk refuses, at any moment.

The old or the new generation answers, whole, and the next refresh works. `tests/benchmarks/crashes.py` does the same at
every moment there is.
"""

from __future__ import annotations

import errno
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path

import pytest
from interrupted_refreshes import Change, Interruption, Outcome, Workbench, compiled, in_memory

ROOT = Path(__file__).parents[2]
KILLS = 200
SEED = 5
ERRORS = {"full": errno.ENOSPC, "failing": errno.EIO, "read-only": errno.EROFS}

pytestmark = pytest.mark.skipif(not Path("/proc/self/task").exists(), reason="needs Linux")


@pytest.fixture(scope="module")
def shim(tmp_path_factory: pytest.TempPathFactory) -> Path | None:
    """The library that lets writes fail; None where it cannot be made."""
    try:
        return compiled(tmp_path_factory.mktemp("shim"))
    except (OSError, subprocess.CalledProcessError):
        return None


@pytest.fixture(scope="module")
def bench(shim: Path | None) -> Iterator[Workbench]:
    with tempfile.TemporaryDirectory(dir=in_memory()) as folder, Workbench(Path(folder), shim) as bench:
        yield bench


@pytest.fixture(scope="module")
def changes(bench: Workbench, shim: Path | None) -> list[Change]:
    """What a refresh does to the files of an index, change after change, and the files it makes."""
    if shim is None:
        pytest.skip("needs a C compiler, and a processor that tests/support/failing_writes.c knows")
    return bench.changes()


def wrong(interruptions: Sequence[Interruption], outcomes: Sequence[Outcome]) -> list[tuple[Interruption, str]]:
    return [(how, found.wrong) for how, found in zip(interruptions, outcomes, strict=True) if found.wrong]


def steps(changes: Sequence[Change], first: int, every: int) -> list[int]:
    """Return every so many of the changes, and those around the switch."""
    (switch,) = (place for place, each in enumerate(changes, 1) if (each.kind, each.path) == ("rename", "CURRENT"))
    some = range(first, sum(each.kind != "file" for each in changes) + 1, every)
    return sorted({*some, *range(switch - 3, switch + 4)})


def ends(outcomes: Sequence[Outcome]) -> set[tuple[str, str]]:
    return {(each.ended, each.answers) for each in outcomes}


def test_after_a_kill_at_any_of_200_moments_one_generation_answers_whole_and_the_next_refresh_works(
    bench: Workbench,
) -> None:
    drawn = random.Random(SEED)
    kills = [Interruption(after=drawn.uniform(0, 1.1)) for _ in range(KILLS)]
    outcomes = bench.outcomes(kills)
    assert wrong(kills, outcomes) == []
    assert ("killed", "old") in ends(outcomes)


def test_the_library_that_lets_writes_fail_sees_every_byte_of_a_generation(
    changes: list[Change],
) -> None:
    written, renamed = Counter[str](), set[str]()
    for change in changes:
        if change.kind in ("write", "pwrite"):
            written[change.path] += change.size
        elif change.kind == "rename":
            renamed.add(change.path)
    files = [change for change in changes if change.kind == "file"]
    # tantivy gives some files their name by a rename of its own, without the C library.
    unseen = [file for file in files if written[file.path] < file.size and file.path not in renamed]
    assert unseen == []
    assert len(files) > 30
    assert {change.kind for change in changes} == {
        "open", "write", "pwrite", "mkdir", "rename", "unlink", "fsync", "fdatasync", "file",
    }  # fmt: skip


def test_a_kill_at_any_change_of_a_file_leaves_one_generation_whole(bench: Workbench, changes: list[Change]) -> None:
    kills = [Interruption(at=step) for step in steps(changes, 1, 15)]
    outcomes = bench.outcomes(kills)
    assert wrong(kills, outcomes) == []
    assert ends(outcomes) == {("killed", "old"), ("killed", "new")}


@pytest.mark.parametrize("disk", ERRORS)
@pytest.mark.parametrize("once", [True, False], ids=["once", "from then on"])
def test_a_disk_that_refuses_at_any_change_of_a_file_is_a_sentence_and_leaves_one_generation_whole(
    bench: Workbench, changes: list[Change], disk: str, once: bool
) -> None:
    begin = 1 + 13 * [*ERRORS].index(disk) + 6 * once
    faults = [Interruption(at=step, error=ERRORS[disk], once=once) for step in steps(changes, begin, 40)]
    outcomes = bench.outcomes(faults)
    assert wrong(faults, outcomes) == []
    assert {each.answers for each in outcomes if each.ended == "refused"} == {"old"}


def test_where_there_was_no_index_an_interruption_leaves_none_or_a_whole_one(
    bench: Workbench, changes: list[Change]
) -> None:
    some = steps(changes, 1, 50)
    ways = [Interruption(at=step, error=error, first=True) for step in some for error in (0, errno.ENOSPC)]
    assert wrong(ways, bench.outcomes(ways)) == []


def test_a_limit_to_the_length_of_files_leaves_one_generation_whole(bench: Workbench) -> None:
    limits = [Interruption(longest=longest) for longest in (0, 20, 150, 400, 900, 2_000, 5_000, 20_000, 60_000)]
    outcomes = bench.outcomes(limits)
    assert wrong(limits, outcomes) == []
    assert {each.ended for each in outcomes[:5]} == {"refused"}


def test_two_that_answer_while_the_index_is_refreshed_all_the_time_never_fail_and_never_mix() -> None:
    command = [sys.executable, "-m", "tests.benchmarks.soak", "--switches", "4"]
    told = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=280)
    figures = {name: each for name, each in json.loads(told.stdout).items() if name != "load"}
    assert {name: each["errors"] for name, each in figures.items() if each["errors"]} == {}
    answering = [each["counts"] for name, each in figures.items() if name.startswith("answering")]
    found = [(each["switches"], each.get("mixed answers", 0), each["answers"] > 0) for each in answering]
    assert found == [(4, 0, True)] * 2
