"""Who may ask how often: never more than allowed, never less than told, and no memory of those who are long gone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.limiter import Limiter, Limits, Rate

PERSON, OTHER, GUILD = 1, 2, 100


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 1_000_000.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


def test_a_person_may_ask_five_times_at_once_and_is_told_when_again(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    assert [limiter.take(PERSON, None) for _ in range(6)] == [0, 0, 0, 0, 0, 4]
    clock.now += 1.5
    assert limiter.take(PERSON, None) == 3  # 2.5, rounded up
    clock.now += 2.5
    assert limiter.take(PERSON, None) == 0
    assert limiter.take(PERSON, None) == 4


def test_who_waited_long_has_five_again_and_not_more(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    for _ in range(2):
        assert [limiter.take(PERSON, None) for _ in range(6)] == [0, 0, 0, 0, 0, 4]
        clock.now += 3600


def test_one_person_does_not_use_up_what_another_has(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    while limiter.take(PERSON, GUILD) == 0:
        pass
    assert limiter.take(OTHER, GUILD) == 0


def test_a_server_may_ask_thirty_times_whoever_asks(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    assert [limiter.take(person, GUILD) for person in range(31)] == [0] * 30 + [2]
    assert limiter.take(30, GUILD + 1) == 0
    assert limiter.take(31, None) == 0


def test_a_refusal_takes_nothing_from_anybody(clock: Clock) -> None:
    limiter = Limiter(Limits(person=Rate(1, 10), server=Rate(2, 100)), clock)
    assert limiter.take(PERSON, GUILD) == 0
    for _ in range(5):
        assert limiter.take(PERSON, GUILD) == 10  # the person is out; the server keeps its second
    assert limiter.take(OTHER, GUILD) == 0
    for _ in range(5):
        assert limiter.take(3, GUILD) == 50  # the server is out; the person keeps theirs
    assert limiter.take(3, None) == 0


def test_buckets_of_those_who_stopped_asking_are_dropped(clock: Clock) -> None:
    limiter = Limiter(clock=clock)
    for number in range(100_000):
        limiter.take(number, number)
        clock.now += 0.1
    assert limiter.kept < 5000


asked = st.lists(st.tuples(st.floats(0, 30), st.integers(1, 3), st.none() | st.integers(1, 2)), min_size=1, max_size=60)
limits = st.builds(Limits, *[st.builds(Rate, st.integers(1, 6), st.floats(0.5, 60)) for _ in ("person", "server")])


@given(limits, asked)
def test_nobody_gets_more_than_allowed_in_any_stretch_of_time(
    limits: Limits, asked: list[tuple[float, int, int | None]]
) -> None:
    clock = Clock()
    limiter = Limiter(limits, clock)
    passed: dict[tuple[Rate, int], list[float]] = {}
    for after, person, guild in asked:
        clock.now += after
        if limiter.take(person, guild) == 0:
            passed.setdefault((limits.person, person), []).append(clock.now)
            if guild:
                passed.setdefault((limits.server, -guild), []).append(clock.now)
    for (rate, _), times in passed.items():
        for first, begin in enumerate(times):
            for last, end in enumerate(times[first:], first):
                allowed = rate.most + (end - begin) * rate.most / rate.seconds
                assert last - first + 1 <= allowed + 0.001


@given(limits, asked)
def test_who_waits_as_long_as_told_may_ask(limits: Limits, asked: list[tuple[float, int, int | None]]) -> None:
    clock = Clock()
    limiter = Limiter(limits, clock)
    for after, person, guild in asked:
        clock.now += after
        if wait := limiter.take(person, guild):
            assert wait == int(wait) >= 1
            clock.now += wait
            assert limiter.take(person, guild) == 0


@given(limits, asked)
def test_forgetting_full_buckets_changes_no_answer(limits: Limits, asked: list[tuple[float, int, int | None]]) -> None:
    clock = Clock()
    quiet, busy = Limiter(limits, clock), Limiter(limits, clock)
    others = iter(range(10, 10**9))
    for after, person, guild in asked:
        clock.now += after
        for _ in range(100):  # so many others that one of the two forgets again and again
            busy.take(next(others), None)
        assert busy.take(person, guild) == quiet.take(person, guild)
