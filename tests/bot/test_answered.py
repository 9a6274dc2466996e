"""Which message answers which: known after a restart, for a week, and never a reason to fail."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from bot.answered import Answered, AnswerMessage
from bot.state import StateFile

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)


At = Callable[..., Answered]


@pytest.fixture
def state(tmp_path: Path) -> Iterator[StateFile]:
    with StateFile(tmp_path / "state.sqlite") as state:
        yield state


@pytest.fixture
def at(tmp_path: Path) -> Iterator[At]:
    """Gives what a process knows that starts so much later."""
    with ExitStack() as opened:

        def begun(later: timedelta = timedelta()) -> Answered:
            return Answered(opened.enter_context(StateFile(tmp_path / "state.sqlite")), lambda: AT + later)

        yield begun


def test_an_answer_is_found_after_a_restart(at: At) -> None:
    at().remember(1, 10, 11, 2, 100)
    assert at(timedelta(days=6)).answer_of(1) == AnswerMessage(channel_id=11, message_id=2)


def test_a_question_without_an_answer_has_none(at: At) -> None:
    assert at().answer_of(1) is None


def test_a_second_answer_takes_the_place_of_the_first(at: At) -> None:
    answered = at()
    answered.remember(1, 10, 10, 2, None)
    answered.remember(1, 10, 10, 3, None)
    assert answered.answer_of(1) == AnswerMessage(10, 3)


def test_after_a_week_an_answer_is_gone_from_the_file(at: At, state: StateFile) -> None:
    at().remember(1, 10, 10, 2, 100)
    later = at(timedelta(days=7, seconds=1))
    assert later.answer_of(1) is None
    later.remember(5, 10, 10, 6, 100)
    assert state.rows("SELECT question FROM answered") == [(5,)]


def test_what_is_deleted_is_forgotten(at: At) -> None:
    answered = at()
    for question, channel, answer_channel, guild in [
        (1, 10, 10, 100),
        (2, 10, 20, 100),
        (3, 30, 40, 200),
        (4, 5, 5, 200),
    ]:
        answered.remember(question, channel, answer_channel, question + 50, guild)

    def known() -> list[int]:
        return [question for question in range(1, 5) if answered.answer_of(question)]

    answered.forget(4)
    assert known() == [1, 2, 3]
    answered.forget_channel(20)
    assert known() == [1, 3]
    answered.forget_guild(100)
    assert known() == [3]
    answered.forget_channel(30)
    assert known() == []


def test_an_answer_that_cannot_be_noted_raises_nothing_and_is_logged_once(
    state: StateFile, caplog: pytest.LogCaptureFixture
) -> None:
    answered = Answered(state, lambda: AT)
    state.close()
    answered.remember(1, 10, 10, 2, None)
    answered.forget(1)
    assert len(caplog.records) == 1
    assert answered.answer_of(1) is None
