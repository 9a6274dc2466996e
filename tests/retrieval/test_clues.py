"""What a question tells about the document it wants: its time, its place in a series, its subject."""

from datetime import date

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.clues import Clues, Order, clues_of
from retrieval.names import ShortForms

UNMOT = ShortForms.of({"unmot": frozenset({"united nations mission of observers in tajikistan"})})


def clues(question: str) -> Clues:
    return clues_of(question, UNMOT)


def days(*given: tuple[int, int, int]) -> np.ndarray:
    return np.array([date(*each).toordinal() for each in given], dtype=np.int32)


@pytest.mark.parametrize(
    ("question", "first", "last"),
    [
        ("what was decided on 14 November 1997", (1997, 11, 14), (1997, 11, 14)),
        ("renewed november 14, 1997", (1997, 11, 14), (1997, 11, 14)),
        ("UNMOT November 1997 renewal", (1997, 11, 1), (1997, 11, 30)),
        ("2000 february UNMOT", (2000, 2, 1), (2000, 2, 29)),
        ("tajikistan december 1999", (1999, 12, 1), (1999, 12, 31)),
        ("tajikistan 1997", (1997, 1, 1), (1997, 12, 31)),
        ("tajikistan in the 1990s", (1990, 1, 1), (1999, 12, 31)),
        ("tajikistan in the 90s", (1990, 1, 1), (1999, 12, 31)),
        ("tajikistan 1996-98", (1996, 1, 1), (1998, 12, 31)),
        ("tajikistan between 1996 and 1998", (1996, 1, 1), (1998, 12, 31)),
        ("31 february 1997", (1997, 2, 1), (1997, 2, 28)),
        ("states after 9/11", (2001, 9, 11), (2001, 9, 11)),
    ],
)
def test_a_time_is_read_as_its_days(question: str, first: tuple[int, int, int], last: tuple[int, int, int]) -> None:
    (period,) = clues(question).periods
    assert (period.first, period.last) == (date(*first).toordinal(), date(*last).toordinal())


@pytest.mark.parametrize("question", ["up to 1200 troops", "S/1997/859", "paragraph 7", "6,055 observers", "UNMOT"])
def test_a_number_that_is_no_year_is_no_time(question: str) -> None:
    assert clues(question).periods == ()


@pytest.mark.parametrize(
    ("question", "nearer", "farther"),
    [
        ("november 1997", (1997, 11, 14), (1997, 12, 14)),
        ("november 1997", (1997, 12, 14), (1998, 5, 14)),
        ("1997", (1997, 1, 2), (1998, 1, 2)),
        ("1997", (1998, 1, 2), (2001, 1, 2)),
        ("after 1997", (2005, 1, 2), (1995, 1, 2)),
        ("before 1997", (1990, 1, 2), (1999, 1, 2)),
    ],
)
def test_a_day_within_a_time_is_nearer_than_one_beside_it(
    question: str, nearer: tuple[int, int, int], farther: tuple[int, int, int]
) -> None:
    near, far = clues(question).periods[0].nearness(days(nearer, farther))
    assert near > far


def test_when_something_ends_counts_less_than_when_it_was_decided() -> None:
    decided, ends = clues("mandate of may 1998"), clues("mandate until may 1998")
    day = days((1998, 5, 15))
    assert decided.periods[0].nearness(day) > ends.periods[0].nearness(day) > 0


def test_a_document_without_a_day_is_near_no_time() -> None:
    assert clues("november 1997").periods[0].nearness(np.zeros(1, dtype=np.int32)) < 1e-9


@pytest.mark.parametrize(
    ("question", "order"),
    [
        ("first UNMOT resolution", Order.FIRST),
        ("when was UNMOT set up", Order.FIRST),
        ("latest UNMOT renewal", Order.LAST),
        ("the most recent extension", Order.LAST),
        ("the last renewal", Order.LAST),
        ("the last day of the mandate", None),
        ("when is the first report due", None),
        ("what does UNMOT monitor", None),
    ],
)
def test_the_first_and_the_last_of_a_series_are_told_from_other_firsts_and_lasts(
    question: str, order: Order | None
) -> None:
    assert clues(question).order is order


def test_a_long_form_is_its_short_form() -> None:
    subject = clues("united nations mission of observers in tajikistan, strength").subject
    assert "unmot" in subject
    assert "tajikistan" not in subject


def test_two_words_side_by_side_may_be_one_name() -> None:
    assert "south sudan" in clues("south sudan arms embargo").subject


def test_a_direction_cut_short_is_part_of_a_name() -> None:
    assert "south sudan" in clues("s sudan arms embargo").subject
    assert "western sahara" in clues("w sahara referendum").subject


def test_what_people_call_a_country_is_what_the_documents_call_it() -> None:
    assert "myanmar" in clues("prisoners in burma").subject


def test_words_that_frame_a_question_are_no_subject() -> None:
    assert clues("when was UNMOT created in november 1997").subject[0] == "unmot"
    assert not {"creat", "novemb", "1997"} & set(clues("when was UNMOT created in november 1997").subject)


@given(st.text(max_size=200))
def test_any_text_is_read(question: str) -> None:
    found = clues(question)
    assert all(period.first <= period.last for period in found.periods)
    assert len(set(found.subject)) == len(found.subject)
