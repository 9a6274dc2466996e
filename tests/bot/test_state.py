"""The file of the bot's own state: locked, damaged, too new, shared; nothing of that ends the bot."""

from __future__ import annotations

import logging
import os
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.state import SettingsUnavailable, StateFile, StateTooNew

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = AT

    def __call__(self) -> datetime:
        return self.now


Begin = Callable[..., StateFile]


@pytest.fixture
def begin() -> Iterator[Begin]:
    """Opens files that are closed after the test; who writes waits for others only a moment."""
    with ExitStack() as opened:

        def begun(path: Path, now: Clock | None = None, patience_seconds: float = 0.1) -> StateFile:
            return opened.enter_context(StateFile(path, now or Clock(), patience_seconds))

        yield begun


def lock(path: Path) -> sqlite3.Connection:
    """Take the whole file, so that others can neither read nor write it, as some backups do."""
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("PRAGMA locking_mode = EXCLUSIVE")
    other.execute("BEGIN EXCLUSIVE")
    return other


def damage(path: Path) -> None:
    """Write over the pages of a file, its first line left as it is."""
    size = path.stat().st_size
    with path.open("r+b") as stream:
        stream.seek(100)
        stream.write(os.urandom(size - 100))


def test_what_is_put_is_there_after_a_restart(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "a folder" / "that is new" / "state.sqlite"
    first = begin(path)
    first.put("commands", "abc")
    first.put("commands", "def")
    first.close()
    assert begin(path).get("commands") == "def"


def test_what_was_never_put_is_none(begin: Begin, tmp_path: Path) -> None:
    assert begin(tmp_path / "state.sqlite").get("commands") is None


def test_another_process_sees_what_one_put_while_both_run(begin: Begin, tmp_path: Path) -> None:
    old, new = begin(tmp_path / "state.sqlite"), begin(tmp_path / "state.sqlite")
    old.put("commands", "abc")
    assert new.get("commands") == "abc"
    new.put("commands", "def")
    assert old.get("commands") == "def"


def test_a_transaction_that_fails_in_the_middle_changes_nothing(begin: Begin, tmp_path: Path) -> None:
    state = begin(tmp_path / "state.sqlite")
    state.put("name", "before")

    def fail_in_the_middle() -> None:
        with state.writing() as connection:
            connection.execute("UPDATE kept SET value = 'after'")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_the_middle()
    assert state.get("name") == "before"
    state.put("name", "later")
    assert state.get("name") == "later"


def test_reading_does_not_wait_for_another_program_that_writes(begin: Begin, tmp_path: Path) -> None:
    state = begin(tmp_path / "state.sqlite")
    state.put("name", "value")
    other = sqlite3.connect(tmp_path / "state.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    assert state.get("name") == "value"
    with pytest.raises(SettingsUnavailable, match="another program is using the file"):
        state.put("name", "other")
    other.close()
    state.put("name", "other")
    assert state.get("name") == "other"


def test_many_threads_write_and_read_at_once(begin: Begin, tmp_path: Path) -> None:
    state = begin(tmp_path / "state.sqlite")
    seen: list[str | None] = []

    def work(name: str) -> None:
        for number in range(20):
            state.put(name, str(number))
            seen.append(state.get(name))

    threads = [threading.Thread(target=work, args=(str(number),)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(seen, key=str) == sorted(map(str, [*range(20)] * 8))


def test_a_locked_file_is_warned_of_once_and_used_as_soon_as_it_is_free(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    begin(tmp_path / "state.sqlite").close()
    other = lock(tmp_path / "state.sqlite")
    clock = Clock()
    state = begin(tmp_path / "state.sqlite", clock)
    assert state.get("name") is None
    clock.now += timedelta(seconds=10)
    assert state.get("name") is None
    with pytest.raises(SettingsUnavailable, match="Try again in a minute"):
        state.put("name", "value")
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    other.close()
    state.put("name", "value")
    assert state.get("name") == "value"


def test_a_file_that_was_locked_at_the_start_is_read_when_it_is_free(begin: Begin, tmp_path: Path) -> None:
    first = begin(tmp_path / "state.sqlite")
    first.put("name", "value")
    first.close()
    other = lock(tmp_path / "state.sqlite")
    clock = Clock()
    state = begin(tmp_path / "state.sqlite", clock)
    other.close()
    assert state.get("name") is None  # not tried again yet: the event loop would wait each time
    clock.now += timedelta(seconds=10)
    assert state.get("name") == "value"


@pytest.mark.parametrize("how", ["no database", "pages"])
def test_a_damaged_file_is_put_aside_whole_and_a_new_one_begun(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture, how: str
) -> None:
    path = tmp_path / "state.sqlite"
    first = begin(path)
    first.put("name", "value")
    first.close()
    if how == "pages":
        damage(path)
    else:
        path.write_bytes(b"What is this? " * 1000)
    content = path.read_bytes()

    state = begin(path)
    assert state.get("name") is None
    state.put("name", "new")
    assert state.get("name") == "new"
    aside = tmp_path / "state.sqlite.damaged-20260301T120000Z"
    assert aside.read_bytes() == content
    assert str(aside) in caplog.text


def test_a_second_damaged_file_does_not_take_the_place_of_the_first(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    for content in (b"one" * 500, b"two" * 500):
        path.write_bytes(content)
        begin(path).close()
    asides = sorted(tmp_path.glob("*.damaged-*"))
    assert [aside.read_bytes()[:3] for aside in asides] == [b"one", b"two"]


def test_damage_while_the_bot_runs_is_told_and_the_next_change_is_kept(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    path = tmp_path / "state.sqlite"
    state = begin(path)
    for number in range(2000):  # pages enough that not all are in memory's cache
        state.put(f"name {number}", "value" * 500)
    state.close()
    state = begin(path)
    damage(path)
    with pytest.raises(SettingsUnavailable, match="begun anew: please set them again"):
        state.put("another", "value")
    state.put("another", "value")
    assert state.get("another") == "value"
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1
    assert "put aside" in caplog.text


def test_two_that_find_the_damage_at_once_put_it_aside_once(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    path.write_bytes(b"What is this? " * 1000)
    states: list[StateFile] = []
    threads = [threading.Thread(target=lambda: states.append(begin(path, patience_seconds=60))) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    states[0].put("name", "value")
    assert [state.get("name") for state in states] == ["value"] * 6
    assert len(list(tmp_path.glob("*.damaged-*"))) == 1


def test_a_file_of_a_newer_version_is_refused_and_left_alone(begin: Begin, tmp_path: Path) -> None:
    path = tmp_path / "state.sqlite"
    begin(path).close()
    other = sqlite3.connect(path)
    other.execute("PRAGMA user_version = 99")
    other.close()
    with pytest.raises(StateTooNew, match="Update the program"):
        begin(path)
    assert not list(tmp_path.glob("*.damaged-*"))


def test_a_path_that_cannot_be_a_file_does_not_end_the_bot(begin: Begin, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    for path in (tmp_path, tmp_path / "file" / "state.sqlite"):
        state = begin(path)
        assert state.get("name") is None
        with pytest.raises(SettingsUnavailable, match="tell whoever runs this bot"):
            state.put("name", "value")


def test_a_closed_file_fails_with_a_sentence(begin: Begin, tmp_path: Path) -> None:
    state = begin(tmp_path / "state.sqlite")
    state.close()
    state.close()
    assert state.get("name") is None
    with pytest.raises(SettingsUnavailable):
        state.put("name", "value")


def test_no_message_for_people_on_discord_names_a_path(
    begin: Begin, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO)
    state = begin(tmp_path)
    with pytest.raises(SettingsUnavailable) as caught:
        state.put("name", "value")
    assert str(tmp_path) not in str(caught.value)
    assert str(tmp_path) in caplog.text
