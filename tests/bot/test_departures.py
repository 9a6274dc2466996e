"""Servers that were left: their documents are kept for a week, and not a day longer."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from bot_on_loopback import Bot, until

from bot.departures import GRACE, Departures
from bot.server_indexes import ServerIndexes
from bot.state import StateFile


class Left:
    """Departures with a clock that is set."""

    def __init__(self, folder: Path) -> None:
        self.now = datetime(2026, 11, 27, tzinfo=UTC)
        self.servers = ServerIndexes(folder / "servers")
        self.state = StateFile(folder / "state.sqlite")
        self.departures = Departures(self.state, self.servers, lambda: self.now)
        for server in (1, 2):
            self.servers.of(server).make()

    def later(self, time: timedelta, *here: int) -> frozenset[int]:
        """Let time pass, sweep, and return the servers that still have documents."""
        self.now += time
        self.departures.sweep(here)
        return self.servers.guilds()


@pytest.fixture
def left(tmp_path: Path) -> Iterator[Left]:
    found = Left(tmp_path)
    with found.state:
        yield found


def test_the_documents_of_a_server_are_deleted_a_week_after_it_was_left(left: Left) -> None:
    left.departures.left(1)
    assert left.later(GRACE - timedelta(minutes=1), 2) == {1, 2}
    assert left.later(timedelta(minutes=1), 2) == {2}


def test_coming_back_within_the_week_keeps_them_and_begins_anew(left: Left) -> None:
    left.departures.left(1)
    assert left.later(timedelta(days=6), 1, 2) == {1, 2}
    left.departures.left(1)
    assert left.later(timedelta(days=6), 2) == {1, 2}
    assert left.later(timedelta(days=1), 2) == {2}


def test_a_server_that_was_left_unheard_counts_from_when_that_is_noticed(left: Left) -> None:
    assert left.later(timedelta(days=30), 2) == {1, 2}
    assert left.later(GRACE, 2) == {2}


def test_where_nothing_can_be_remembered_nothing_is_deleted(left: Left) -> None:
    left.state.close()
    assert left.later(timedelta(days=30), 2) == {1, 2}
    assert left.later(timedelta(days=30), 2) == {1, 2}


async def test_a_server_that_removes_the_bot_is_remembered_with_its_documents(bot: Bot) -> None:
    servers = ServerIndexes(bot.state.parent / "servers")
    servers.of(bot.discord.guild.id).make()
    bot.discord.kick_bot(bot.discord.guild)
    with StateFile(bot.state) as state:
        await until(lambda: state.get(f"left {bot.discord.guild.id}"))
        assert servers.guilds() == {bot.discord.guild.id}
        bot.discord.add_bot(bot.discord.guild)
        await until(lambda: bot.client.get_guild(bot.discord.guild.id))
        await bot.client.sweep()
        assert state.get(f"left {bot.discord.guild.id}") is None
