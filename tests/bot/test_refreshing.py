"""Refreshes and readings in processes of their own: heard, stopped, one at a time, and nothing half done."""

from __future__ import annotations

import asyncio
import shutil
import signal
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

import bot.jobs as jobs
from bot.jobs import AlreadyRunning, Job, JobFailed, JobStopped
from bot.managed import Managed
from bot.refreshing import Refreshing
from bot.removed import FOLDER, forget_unreachable, take_out
from bot.watching import WATCHER, refresh_when_changed
from retrieval.admin_log import Actor, AdminLog, Outcome
from retrieval.generations import current, one_refresh, refresh_running
from retrieval.store import read_manifest

ANA = Actor("ana (5)", "Discord, Library (7)")


@pytest.fixture
def managed(real_index: Path, tmp_path: Path) -> Managed:
    """One short document, and an index that is not of it."""
    documents, index = tmp_path / "documents", tmp_path / "index"
    documents.mkdir()
    (documents / "minutes.md").write_text("# Minutes\n\nThe committee meets in March.\n", encoding="utf-8")
    shutil.copytree(real_index, index, ignore=shutil.ignore_patterns("LOCK", "log.sqlite*"))
    return Managed(documents, index)


def reading(folder: Path) -> Job:
    return Job({"do": "read", "documents": str(folder), "index": None})


async def test_a_process_of_its_own_tells_how_each_file_is_read_and_why_others_are_not(managed: Managed) -> None:
    (managed.documents / "old.txt").write_bytes("Tout est dit.".encode("utf-16"))
    told: list[Mapping[str, Any]] = []
    outcome = await reading(managed.documents).done(told.append)
    assert [(each["read"]["document"], each["read"]["passages"]) for each in told] == [("minutes.md", 1)]
    assert told[0]["read"]["openings"] == ["The committee meets in March."]
    (unread,) = outcome["unreadable"]
    assert unread["document"] == "old.txt"
    assert "UTF-16" in unread["reason"]


async def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    with pytest.raises(JobFailed, match="does not exist"):
        await reading(tmp_path / "nowhere").done(lambda said: None)


async def test_a_process_ends_when_the_bot_that_began_it_is_killed(managed: Managed) -> None:
    for number in range(300):
        words = " ".join(f"word{number} and {each} are told." for each in range(40))
        (managed.documents / f"{number}.md").write_text(f"# Text {number}\n\n{words}\n", encoding="utf-8")
    what = {"do": "refresh", "documents": str(managed.documents), "index": str(managed.index), "model": None,
            "models": str(managed.index), "who": "ana", "where": "Discord"}  # fmt: skip
    killed = "lambda said: os.kill(os.getpid(), signal.SIGKILL)"
    program = f"import asyncio, os, signal; from bot.jobs import Job; asyncio.run(Job({what!r}).done({killed}))"
    bot = await asyncio.create_subprocess_exec(sys.executable, "-c", program)
    assert await bot.wait() == -signal.SIGKILL
    before = current(managed.index)
    async with asyncio.timeout(60):
        while refresh_running(managed.index):
            await asyncio.sleep(0.05)
    assert current(managed.index) == before
    assert AdminLog(managed.index).entries(1)[0].outcome is Outcome.STOPPED


async def test_a_process_that_ends_without_a_word_is_a_failure(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(jobs, "_WORKER", ("false",))
    with pytest.raises(JobFailed):
        await reading(tmp_path).done(lambda said: None)


async def test_a_job_that_is_stopped_before_it_began_is_not_begun(managed: Managed) -> None:
    job = reading(managed.documents)
    job.stop()
    with pytest.raises(JobStopped):
        await job.done(lambda said: None)


async def test_a_refresh_is_told_stopped_when_the_bot_ends_and_the_index_stays(managed: Managed) -> None:
    refreshing = Refreshing(None, managed.index)
    before = current(managed.index)
    for number in range(200):
        words = " ".join(f"word{number} and {each} are told." for each in range(40))
        (managed.documents / f"{number}.md").write_text(f"# Text {number}\n\n{words}\n", encoding="utf-8")
    refresh = await refreshing.begin(managed, ANA)
    with pytest.raises(AlreadyRunning) as refused:
        await refreshing.begin(managed, Actor("ben (6)", "Discord"))
    assert (refused.value.who, refused.value.since) == (ANA.who, refresh.since)
    await refreshing.close()
    with pytest.raises(JobStopped):
        await refresh.outcome
    assert current(managed.index) == before
    assert not list(managed.index.glob(".building-*"))
    with one_refresh(managed.index):  # its lock is free
        pass
    assert {each.outcome for each in AdminLog(managed.index).entries()} <= {Outcome.STOPPED}


async def test_a_refresh_that_waits_for_one_that_could_not_begin_begins(managed: Managed) -> None:
    refreshing = Refreshing(None, managed.index)
    with one_refresh(managed.index, Actor("the operator", "a terminal")):
        first = asyncio.create_task(refreshing.begin(managed, ANA))
        await asyncio.sleep(0)  # it looks now whether another process refreshes
        waiting = await refreshing.begin_next(managed, ANA)
        with pytest.raises(AlreadyRunning):
            await first
    await asyncio.wait_for(waiting.ended, 100)
    assert waiting.outcome.done()


async def test_a_refresh_over_a_damaged_index_makes_a_whole_one(managed: Managed) -> None:
    (current(managed.index) / "corpus.sqlite").write_bytes(b"no database")
    take_out_of_no_generation = managed.index / FOLDER / ("0" * 64)
    take_out_of_no_generation.parent.mkdir()
    take_out_of_no_generation.write_bytes(b"what no index has any more")
    refresh = await Refreshing(None, managed.index).begin(managed, ANA)
    found = await asyncio.wait_for(refresh.outcome, 100)
    assert found.documents == 1
    assert list(refresh.progress) == ["reading", "writing", "checking"]
    assert read_manifest(current(managed.index)).documents == 1
    (entry,) = AdminLog(managed.index).entries()
    assert (entry.actor, entry.outcome) == (ANA, Outcome.DONE)
    take_out(managed, "minutes.md")
    forget_unreachable(managed.index)
    assert len(list((managed.index / FOLDER).iterdir())) == 1  # the one that this index has


async def test_a_folder_that_is_watched_is_read_when_it_changed_and_is_quiet_again(managed: Managed) -> None:
    watching = asyncio.create_task(refresh_when_changed(Refreshing(None, managed.index), managed, 0.2))
    log = AdminLog(managed.index)
    number = 0
    try:
        async with asyncio.timeout(100):
            while not log.entries():  # whoever watches begins to at some moment
                number += 1
                (managed.documents / f"march {number}.md").write_text(f"# March\n\nThe {number}th.\n", encoding="utf-8")
                await asyncio.sleep(2)
    finally:
        watching.cancel()
    (*_, first) = log.entries()
    assert first.actor == WATCHER
    assert read_manifest(current(managed.index)).documents > 1
