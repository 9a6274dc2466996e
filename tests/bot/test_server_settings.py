"""What a server chose: kept, changed one by one, removed, and safe from a file that cannot be read."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from bot.answered import Answered
from bot.server_settings import Feedback, ServerSettings, SettingsStore, SettingsUnavailable, Style
from bot.state import StateFile
from bot.strings import Language

GUILD, OTHER = 1100000000000000001, 1100000000000000002
DAY = date(2026, 3, 1)

settings = st.builds(
    ServerSettings,
    private=st.booleans(),
    threads=st.booleans(),
    style=st.sampled_from(Style),
    passages=st.integers(1, 5),
    channels=st.frozensets(st.integers(0, 2**63 - 1)),
    forums=st.frozensets(st.integers(0, 2**63 - 1)),
    language=st.none() | st.sampled_from(Language),
    feedback=st.booleans(),
    unanswered=st.booleans(),
)


def values(each: ServerSettings) -> dict[str, object]:
    return {name: getattr(each, name) for name in ServerSettings.__slots__}


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateFile]:
    with StateFile(tmp_path / "state.sqlite") as state:
        yield state


def test_a_server_that_chose_nothing_has_the_defaults(state: StateFile) -> None:
    assert SettingsStore(state).of(GUILD) == ServerSettings()
    assert SettingsStore(state).guilds() == frozenset()


@given(settings)
@hypothesis_settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_whatever_is_chosen_is_there_after_a_restart(state: StateFile, chosen: ServerSettings) -> None:
    SettingsStore(state).set(GUILD, **values(chosen))  # type: ignore[arg-type]
    assert SettingsStore(state).of(GUILD) == chosen


def test_one_choice_leaves_the_others_and_other_servers_alone(state: StateFile) -> None:
    store = SettingsStore(state)
    store.set(GUILD, private=True, language=Language.FRENCH)
    assert store.set(GUILD, passages=5) == ServerSettings(private=True, language=Language.FRENCH, passages=5)
    assert store.of(OTHER) == ServerSettings()
    assert store.set(GUILD, language=None).language is None


def test_what_another_process_chose_is_seen_at_once(tmp_path: Path, state: StateFile) -> None:
    with StateFile(tmp_path / "state.sqlite") as another:
        old, new = SettingsStore(state), SettingsStore(another)
        assert new.of(GUILD) == ServerSettings()
        old.set(GUILD, private=True)
        new.set(GUILD, threads=True)
        assert old.of(GUILD) == new.of(GUILD) == ServerSettings(private=True, threads=True)


@pytest.mark.parametrize("passages", [0, 6])
def test_no_answer_has_so_many_passages(state: StateFile, passages: int) -> None:
    store = SettingsStore(state)
    with pytest.raises(ValueError, match="1 to 5"):
        store.set(GUILD, passages=passages)
    assert store.of(GUILD) == ServerSettings()


def test_a_server_that_is_left_leaves_nothing_behind(tmp_path: Path, state: StateFile) -> None:
    store = SettingsStore(state)
    for guild in (GUILD, OTHER):
        store.set(guild, private=True)
        store.count(guild, True, DAY)
        Answered(state).remember(guild + 10, 2, 2, 3, guild)
    assert store.guilds() == {GUILD, OTHER}
    store.remove(GUILD)
    assert store.guilds() == {OTHER}
    assert store.of(GUILD) == ServerSettings()
    assert store.counts(GUILD) == Feedback()
    assert store.of(OTHER).private
    state.close()
    database = sqlite3.connect(tmp_path / "state.sqlite")
    tables = [name for (name,) in database.execute("SELECT name FROM sqlite_master WHERE type = 'table'")]
    for table in tables:
        assert not [row for row in database.execute(f"SELECT * FROM {table}") if GUILD in row]
    database.close()


def test_only_servers_that_want_it_let_unanswered_questions_be_kept(state: StateFile) -> None:
    store = SettingsStore(state)
    assert store.keeping_unanswered() == frozenset()
    store.set(GUILD, unanswered=True)
    store.set(OTHER, private=True)
    assert store.keeping_unanswered() == {GUILD}
    state.close()
    assert store.keeping_unanswered() is None


def test_presses_are_counted_by_button_and_nothing_else_is_kept(tmp_path: Path, state: StateFile) -> None:
    store = SettingsStore(state)
    for helpful in (True, True, False):
        store.count(GUILD, helpful, DAY)
    store.count(GUILD, True, date(2026, 3, 2))
    assert store.counts(GUILD) == Feedback(helpful=3, not_helpful=1)
    rows = state.rows("SELECT * FROM feedback ORDER BY day, helpful")
    assert rows == [(GUILD, "2026-03-01", 0, 1), (GUILD, "2026-03-01", 1, 2), (GUILD, "2026-03-02", 1, 1)]


def test_the_last_known_settings_hold_while_the_file_cannot_be_read(
    state: StateFile, caplog: pytest.LogCaptureFixture
) -> None:
    store = SettingsStore(state)
    store.set(GUILD, private=True)
    state.close()
    assert store.of(GUILD).private
    assert store.of(OTHER) == ServerSettings()
    assert len(caplog.records) == 1
    with pytest.raises(SettingsUnavailable):
        store.set(GUILD, private=False)
    assert store.of(GUILD).private


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ('{"private": true, "passages": 9, "style": "cards"}', ServerSettings(private=True)),
        ('{"style": "of a newer version", "threads": true}', ServerSettings(threads=True)),
        ('{"private": "yes", "channels": 5, "forums": ["x"], "feedback": 1}', ServerSettings()),
        ('{"language": "de", "unknown": 1}', ServerSettings()),
        ("no JSON", ServerSettings()),
        ("[1]", ServerSettings()),
        ("[" * 100_000, ServerSettings()),
    ],
)
def test_a_choice_that_cannot_be_read_costs_no_other(state: StateFile, written: str, read: ServerSettings) -> None:
    with state.writing() as connection:
        connection.execute("INSERT INTO settings VALUES (?, ?)", (GUILD, written))
    assert SettingsStore(state).of(GUILD) == read
