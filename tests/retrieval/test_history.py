"""What was done to an index, going back to an earlier generation of it, and what becomes of a damaged one."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from retrieval.admin_log import KEPT_ENTRIES, LOG, Action, Actor, AdminLog, Entry, Outcome
from retrieval.generations import (
    KEPT,
    Holder,
    IndexNotWritten,
    NoSuchGeneration,
    RefreshRunning,
    current,
    kept_generations,
    one_refresh,
    put_damaged_aside,
    refresh_running,
    roll_back,
)
from retrieval.indexing import refresh
from retrieval.library import Library
from retrieval.store import IndexDamaged, IndexMissing

ANA = Actor("Ana", "terminal on desk")


def nothing(phase: str, done: int, total: int) -> None:
    pass


def holds(index: Path, embedder: Any, word: str) -> bool:
    with Library.open(index, embedder, check=True) as library:
        return any(word in each.text for each in library.search(word))


@pytest.fixture
def two(index: Path, documents: Path, build: Any) -> tuple[str, str]:
    """The names of two generations: only the one in use holds "Quolls"."""
    before = current(index).name
    (documents / "new.txt").write_text("Quolls are marsupials.")
    build(documents, index)
    return before, current(index).name


def spoil(index: Path, name: str) -> None:
    file = index / name / "corpus.sqlite"
    content = bytearray(file.read_bytes())
    content[len(content) // 2] ^= 1
    file.write_bytes(content)


# --- the log


def test_the_log_tells_who_refreshed_from_where_and_what_changed(index: Path, documents: Path, embedder: Any) -> None:
    (documents / "new.txt").write_text("Quolls.")
    report = refresh(documents, index, embedder, nothing, ANA)
    refresh(documents, index, embedder, nothing, ANA)
    unchanged, done = AdminLog(index).entries(2)
    assert (done.actor, done.action, done.outcome) == (ANA, Action.REFRESH, Outcome.DONE)
    assert (done.generation, done.detail["documents added"]) == (report.generation.name, 1)
    assert unchanged.outcome is Outcome.UNCHANGED
    assert datetime.now(UTC) - done.at < timedelta(minutes=5)


def test_a_refresh_that_fails_is_told_until_one_goes_well(index: Path, documents: Path, embedder: Any) -> None:
    class Failing(type(embedder)):  # type: ignore[misc]
        def embed(self, texts: Any) -> Any:
            raise OSError(28, "No space left on device")

    (documents / "new.txt").write_text("Quolls.")
    with pytest.raises(IndexNotWritten, match="No space left"):
        refresh(documents, index, Failing(), nothing, ANA)
    failure = AdminLog(index).last_failure()
    assert failure
    assert "No space left" in (failure.reason or "")
    refresh(documents, index, embedder, nothing, ANA)
    assert AdminLog(index).last_failure() is None


def test_a_refresh_whose_process_died_is_told_by_the_next(index: Path, documents: Path, build: Any) -> None:
    (index / "REFRESHING").write_text(Holder(ANA, datetime(2026, 1, 2, 3, 4, 5, tzinfo=UTC)).to_json())
    build(documents, index)
    _, broken_off = AdminLog(index).entries(2)
    assert (broken_off.actor, broken_off.outcome) == (ANA, Outcome.BROKEN_OFF)
    assert "03:04:05" in (broken_off.reason or "")


def test_the_log_keeps_its_last_entries_newest_first(tmp_path: Path) -> None:
    log = AdminLog(tmp_path)
    for number in range(KEPT_ENTRIES + 3):
        log.add(Entry(ANA, Action.ADD, Outcome.DONE, None, {"documents": [f"{number}.txt"]}))
    entries = log.entries()
    assert len(entries) == KEPT_ENTRIES
    assert entries[0].detail == {"documents": [f"{KEPT_ENTRIES + 2}.txt"]}


def test_a_damaged_log_is_put_aside_and_does_not_stop_a_refresh(index: Path, documents: Path, embedder: Any) -> None:
    (index / LOG).write_bytes(b"no database at all, but long enough to be looked into" * 10)
    assert AdminLog(index).entries() == ()
    (documents / "new.txt").write_text("Quolls.")
    assert refresh(documents, index, embedder, nothing, ANA).changed_anything
    assert [each.outcome for each in AdminLog(index).entries()] == [Outcome.DONE]
    assert (index / f"{LOG}.damaged").exists()


def test_a_log_that_another_program_holds_does_not_stop_a_refresh(
    index: Path, documents: Path, embedder: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("retrieval.admin_log._PATIENCE_SECONDS", 0.01)
    (documents / "new.txt").write_text("Quolls.")
    held = sqlite3.connect(index / LOG, isolation_level=None)
    held.execute("BEGIN EXCLUSIVE")
    try:
        assert refresh(documents, index, embedder, nothing, ANA).changed_anything
    finally:
        held.close()


# --- who is at it


def test_whoever_comes_second_is_told_who_was_first_and_when(index: Path, documents: Path, build: Any) -> None:
    assert refresh_running(index) is None
    with one_refresh(index, ANA):
        running = refresh_running(index)
        assert running
        assert running.actor == ANA
        with pytest.raises(
            RefreshRunning, match=r"started by Ana \(terminal on desk\) at \d\d:\d\d:\d\d UTC"
        ) as raised:
            build(documents, index)
        assert raised.value.holder == running
    assert refresh_running(index) is None


def test_what_a_dead_process_wrote_down_is_nobody_who_refreshes(index: Path) -> None:
    (index / "REFRESHING").write_text(Holder(ANA, datetime.now(UTC)).to_json())
    assert refresh_running(index) is None
    (index / "REFRESHING").write_text("{")
    assert refresh_running(index) is None


# --- going back


def test_the_generation_before_answers_after_going_back(index: Path, two: tuple[str, str], embedder: Any) -> None:
    assert holds(index, embedder, "Quolls")
    assert roll_back(index, actor=ANA).name == two[0]
    assert not holds(index, embedder, "Quolls")
    assert roll_back(index, two[1]).name == two[1]
    assert holds(index, embedder, "Quolls")
    done = AdminLog(index).entries(2)[1]
    assert (done.actor, done.action, done.generation) == (ANA, Action.ROLLBACK, two[0])


def test_a_refresh_after_going_back_reads_the_folder_as_it_is(
    index: Path, documents: Path, two: tuple[str, str], build: Any, embedder: Any
) -> None:
    roll_back(index)
    assert build(documents, index).documents_added == ("new.txt",)
    assert holds(index, embedder, "Quolls")


def test_the_generation_in_use_is_kept_however_old_it_is(index: Path, documents: Path, build: Any) -> None:
    for number in range(KEPT):
        (documents / "new.txt").write_text(f"Quolls, {number} of them.")
        build(documents, index)
    oldest = kept_generations(index)[-1].name
    roll_back(index, oldest)
    assert len(kept_generations(index)) == KEPT
    assert current(index).name == oldest


@pytest.mark.parametrize("name", ["20260101T000000.000000", "../elsewhere", "", "CURRENT", "models"])
def test_going_back_to_what_is_not_kept_is_refused(index: Path, two: tuple[str, str], name: str) -> None:
    with pytest.raises(NoSuchGeneration, match="is not kept; these are"):
        roll_back(index, name)
    assert current(index).name == two[1]


def test_where_there_is_nothing_to_go_back_to_that_is_said(index: Path, two: tuple[str, str], tmp_path: Path) -> None:
    roll_back(index, kept_generations(index)[-1].name)
    with pytest.raises(NoSuchGeneration, match="no generation before"):
        roll_back(index)
    with pytest.raises(IndexMissing):
        roll_back(tmp_path / "nowhere")
    assert not (tmp_path / "nowhere").exists()


def test_a_damaged_generation_is_not_gone_back_to(index: Path, two: tuple[str, str]) -> None:
    spoil(index, two[0])
    with pytest.raises(IndexDamaged):
        roll_back(index, two[0])
    assert current(index).name == two[1]
    assert AdminLog(index).entries(1)[0].outcome is Outcome.FAILED


def test_nobody_goes_back_while_a_refresh_runs(index: Path, two: tuple[str, str]) -> None:
    with one_refresh(index, ANA), pytest.raises(RefreshRunning, match="Ana"):
        roll_back(index)
    assert current(index).name == two[1]


# --- damage


def test_a_damaged_generation_is_put_aside_for_the_newest_whole_one(
    index: Path, two: tuple[str, str], embedder: Any, documents: Path, build: Any
) -> None:
    spoil(index, two[1])
    (said,) = put_damaged_aside(index, ANA)
    assert two[1] in said
    assert current(index).name == two[0]
    assert not holds(index, embedder, "Quolls")
    assert kept_generations(index)[0].name == two[0]
    assert AdminLog(index).entries(1)[0].action is Action.PUT_ASIDE
    assert put_damaged_aside(index, ANA) == ()
    build(documents, index)
    assert holds(index, embedder, "Quolls")


@pytest.mark.parametrize("content", [b"", b"20260101T000000.000000\n", b"\xff\xfe"])
def test_where_the_name_of_the_generation_in_use_is_lost_the_newest_is_used(
    index: Path, two: tuple[str, str], content: bytes
) -> None:
    (index / "CURRENT").write_bytes(content)
    assert len(put_damaged_aside(index)) == 1
    assert current(index).name == two[1]


def test_where_nothing_is_whole_nothing_is_changed(index: Path, two: tuple[str, str]) -> None:
    for generation in kept_generations(index):
        spoil(index, generation.name)
    with pytest.raises(IndexDamaged):
        put_damaged_aside(index)
    assert current(index).name == two[1]
    assert {two[0], two[1]} <= {each.name for each in kept_generations(index)}
