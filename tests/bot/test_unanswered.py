"""Unanswered questions: kept only where a server wants it, without a person in them, and gone when they should be."""

from __future__ import annotations

import asyncio
import csv
import io
import sqlite3
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
from bot_on_loopback import until

from bot.gaps import Gap, csv_of, gaps_of
from bot.server_settings import SettingsStore
from bot.state import SettingsUnavailable, StateFile
from bot.unanswered import KEPT, LONGEST, MOST, Kept, Unanswered, Why, cleaned, swept

GUILD, OTHER = 1100000000000000001, 1100000000000000002
QUESTION = "What was the budget of UNMOT?"


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = datetime(2026, 3, 1, 23, 59, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


class Shelf:
    """The file with what it needs, in a folder."""

    def __init__(self, folder: Path) -> None:
        self.path = folder / "questions.sqlite"
        self.clock = Clock()
        self.state = StateFile(folder / "state.sqlite")
        self.settings = SettingsStore(self.state)
        self.settings.set(GUILD, unanswered=True)
        self.unanswered = Unanswered(self.path, self.settings, self.clock)

    def begin_again(self) -> None:
        self.unanswered.close()
        self.unanswered = Unanswered(self.path, self.settings, self.clock)

    def questions(self, guild: int = GUILD) -> list[str]:
        kept = self.unanswered.of(guild)
        assert kept is not None
        return [each.question for each in kept]

    def on_disk(self) -> bytes:
        """Return everything that is kept of questions, as it is on the disk."""
        return b"".join(each.read_bytes() for each in sorted(self.path.parent.glob("questions.sqlite*")))


@pytest.fixture
def shelf(tmp_path: Path) -> Iterator[Shelf]:
    shelf = Shelf(tmp_path)
    yield shelf
    shelf.unanswered.close()
    shelf.state.close()


def test_a_question_is_kept_as_its_words_and_the_day_and_nothing_else(shelf: Shelf) -> None:
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    assert shelf.unanswered.of(GUILD) == (Kept(date(2026, 3, 1), QUESTION, Why.DECLINED),)
    with sqlite3.connect(shelf.path) as database:
        assert database.execute("SELECT * FROM unanswered").fetchall() == [(GUILD, "2026-03-01", QUESTION, "declined")]
    database.close()


def test_nothing_is_kept_of_a_server_that_does_not_want_it(shelf: Shelf) -> None:
    shelf.unanswered.keep(OTHER, QUESTION, Why.DECLINED)
    shelf.settings.set(GUILD, unanswered=False)
    shelf.unanswered.keep(GUILD, QUESTION, Why.NOT_HELPFUL)
    assert QUESTION.encode() not in shelf.on_disk()


def test_a_question_is_there_for_thirty_days_and_then_gone_from_the_disk(shelf: Shelf) -> None:
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    shelf.clock.now += KEPT - timedelta(days=1)
    shelf.begin_again()
    assert shelf.questions() == [QUESTION]
    shelf.clock.now += timedelta(days=1)
    assert shelf.questions() == []  # even before it is swept
    shelf.begin_again()
    assert QUESTION.encode() not in shelf.on_disk()


async def test_what_is_too_old_goes_while_the_bot_runs(shelf: Shelf) -> None:
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    async with swept(shelf.unanswered, every_seconds=0.001):
        shelf.clock.now += KEPT
        await until(lambda: QUESTION.encode() not in shelf.on_disk())


def test_what_is_removed_of_one_server_is_gone_from_the_disk_and_of_others_stays(shelf: Shelf) -> None:
    shelf.settings.set(OTHER, unanswered=True)
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    shelf.unanswered.keep(OTHER, "Who paid for it?", Why.DECLINED)
    assert QUESTION.encode() in shelf.on_disk()
    shelf.unanswered.remove(GUILD)
    assert QUESTION.encode() not in shelf.on_disk()
    assert shelf.questions(OTHER) == ["Who paid for it?"]
    assert shelf.questions() == []


def test_what_could_not_be_removed_when_it_was_turned_off_is_swept(shelf: Shelf) -> None:
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    shelf.settings.set(GUILD, unanswered=False)
    shelf.begin_again()
    assert QUESTION.encode() not in shelf.on_disk()


def test_what_servers_want_is_not_swept_while_nobody_knows_what_they_want(shelf: Shelf) -> None:
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    shelf.state.close()
    shelf.unanswered.sweep()
    assert shelf.questions() == [QUESTION]


def test_no_server_fills_the_disk(shelf: Shelf) -> None:
    with shelf.unanswered._file.writing() as connection:
        rows = [(GUILD, "2026-03-01", f"Question {number}?", "declined") for number in range(MOST)]
        connection.executemany("INSERT INTO unanswered VALUES (?, ?, ?, ?)", rows)
    shelf.unanswered.keep(GUILD, "a " * 3_000, Why.DECLINED)
    questions = shelf.questions()
    assert len(questions) == MOST
    assert questions[0] == "Question 1?"
    assert len(questions[-1]) <= LONGEST


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("<@1100000000000000009> who  paid\nfor <@!42>'s trip", "who paid for 's trip"),
        ("<#12> <@&13> <a:wave:14> <:x:15> </ask:16> <t:1700000000:R> <id:customize> what now", "what now"),
        ("ask @everyone or ana@example.org, id 1100000000000000009", "ask or id"),
        ("see https://discord.com/channels/1/2/3 for the vote", "see for the vote"),
        ("is 6 < 7 and 5 > 4 in S/RES/1138 (1997)?", "is 6 < 7 and 5 > 4 in S/RES/1138 (1997)?"),
        ("\x00\u202ewho\tpaid", "�who paid"),
    ],
)
def test_what_tells_of_people_and_places_is_taken_out(written: str, kept: str) -> None:
    assert cleaned(written) == kept


def test_a_question_without_words_is_not_kept(shelf: Shelf) -> None:
    for written in ("<@1100000000000000009>", "?!", ""):
        shelf.unanswered.keep(GUILD, written, Why.DECLINED)
    assert shelf.questions() == []


def test_a_damaged_file_is_removed_with_what_people_wrote(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    shelf.unanswered.close()
    shelf.path.write_bytes(QUESTION.encode() * 500)
    shelf.begin_again()
    shelf.unanswered.keep(GUILD, "Who paid for it?", Why.DECLINED)
    assert shelf.questions() == ["Who paid for it?"]
    assert QUESTION.encode() not in shelf.on_disk()
    assert "was removed" in caplog.text


def test_a_file_that_cannot_be_used_stops_nobody_and_no_log_has_a_question(
    shelf: Shelf, caplog: pytest.LogCaptureFixture
) -> None:
    shelf.unanswered.close()
    shelf.unanswered.keep(GUILD, QUESTION, Why.DECLINED)
    shelf.unanswered.sweep()
    assert shelf.unanswered.of(GUILD) is None
    with pytest.raises(SettingsUnavailable):
        shelf.unanswered.remove(GUILD)
    assert QUESTION not in caplog.text


# --- gaps


def kept(question: str, day: int = 1, why: Why = Why.DECLINED) -> Kept:
    return Kept(date(2026, 3, day), question, why)


def test_what_is_asked_most_often_comes_first_and_of_those_the_latest() -> None:
    asked = [kept("a"), kept("b1"), kept("b2", 2, Why.NOT_HELPFUL), kept("c", 3), kept("b1", 4)]
    gaps = gaps_of(asked, [["a"], ["b2", "b1"], ["c"]])
    assert [each.wordings for each in gaps] == [("b2", "b1"), ("c",), ("a",)]
    assert [each.times for each in gaps] == [3, 1, 1]
    assert gaps[0].not_helpful == 1
    assert gaps[0].kept == (asked[1], asked[2], asked[4])


def test_the_file_has_a_line_for_each_time_a_question_was_asked() -> None:
    asked = [kept("Who paid, and when?"), kept('Who "paid"?', 2, Why.NOT_HELPFUL)]
    table = csv_of(gaps_of(asked, [["Who paid, and when?", 'Who "paid"?']]))
    assert list(csv.reader(io.StringIO(table.removeprefix("\ufeff")))) == [
        ["question", "group", "times asked in group", "day", "why"],
        ["Who paid, and when?", "1", "2", "2026-03-01", "declined"],
        ['Who "paid"?', "1", "2", "2026-03-02", "not helpful"],
    ]


@pytest.mark.parametrize("first", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_no_cell_is_a_formula(first: str) -> None:
    question = f'{first}HYPERLINK("http://x.org");=1+1'
    lines = csv_of([Gap((question,), (kept(question),))]).removeprefix("\ufeff")
    for separator in (",", ";", "\t"):  # whichever the spreadsheet takes
        cells = [cell for row in csv.reader(io.StringIO(lines, newline=""), delimiter=separator) for cell in row]
        assert not [cell for cell in cells if cell.startswith(tuple("=+-@\t\r\n＝＋－＠"))]


def test_a_sweep_that_is_under_way_when_the_bot_ends_is_no_fault(shelf: Shelf) -> None:
    async def run() -> None:
        async with swept(shelf.unanswered, every_seconds=0):
            await asyncio.sleep(0)

    asyncio.run(run())
    shelf.unanswered.close()
    shelf.unanswered.sweep()
