"""What people type, written out."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.shorthand import expand


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("wat did the sg say", "what did the Secretary-General say"),
        ("ppl w/ guns", "people with  guns"),
        ("aid w/o conditions", "aid without conditions"),
        ("milobs at HQ", "military observers at headquarters"),
        ("res 1138 op 6", "resolution 1138 operative paragraph 6"),
        ("hr, govt & pm?", "human rights, government & prime minister?"),
        ("SC mtg", "Security Council meeting"),
        ("dont know whats next", "do not know what is next"),
    ],
)
def test_shorthand_is_written_out(typed: str, written: str) -> None:
    assert expand(typed) == written


@pytest.mark.parametrize(
    "text", ["obscure reserves", "unmot", "pp3", "op6", "sgt", "regal", "résumé", "parapet", "governor"]
)
def test_a_part_of_a_word_is_left_alone(text: str) -> None:
    assert expand(text) == text


@pytest.mark.parametrize("text", ["did the US vote", "MIN and MAX", "the MAR group", "W and N", "Y"])
def test_chat_and_months_in_capitals_are_abbreviations(text: str) -> None:
    assert expand(text) == text


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("in 97", "in 1997"),
        ("nov 97", "November 1997"),
        ("early 92", "early 1992"),
        ("since '93", "since 1993"),
        ("the ’94 deal", "the 1994 deal"),
        ("nov-97", "November-1997"),
        ("In 94 the Council", "In 1994 the Council"),
    ],
)
def test_years_cut_short_are_written_in_full(typed: str, written: str) -> None:
    assert expand(typed) == written


@pytest.mark.parametrize(
    ("typed", "written"),
    [("'45", "1945"), ("'44", "2044"), ("'99", "1999"), ("'00", "2000"), ("in 45", "in 1945"), ("in 09", "in 2009")],
)
def test_the_century_turns_with_the_founding_of_the_united_nations(typed: str, written: str) -> None:
    assert expand(typed) == written


@pytest.mark.parametrize(
    "text",
    [
        "November 14",
        "in 20 countries",
        "since 44",
        "in 10",
        "in 95 days",
        "in 60%",
        "of 50 percent",
        "by 50 people",
        "a strength of 45 military observers",
        "one of 60 states",
        "97 observers",
        "in 1997",
        "in 970",
        "paragraph 97",
    ],
)
def test_two_digits_that_count_something_are_no_year(text: str) -> None:
    assert expand(text) == text


@given(st.text())
def test_words_that_are_no_shorthand_survive_any_text(text: str) -> None:
    assert expand(f"{text} Tajikistan").endswith(" Tajikistan")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyz'’/0123456789 .?", max_size=60))
def test_writing_out_twice_changes_nothing_more(text: str) -> None:
    once = expand(text)
    assert expand(once) == once
