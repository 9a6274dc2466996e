"""The abbreviations that texts introduce in brackets."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from corpus.abbreviations import Abbreviation, abbreviations_in
from corpus.folder import read_folder
from corpus.passages import passages_of

DOCUMENTS = read_folder(Path(corpus.__file__).parent / "documents").documents
INTRODUCED = {
    (found.short, found.long)
    for document in DOCUMENTS
    for passage in passages_of(document)
    for found in abbreviations_in(passage.text)
}


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("UNMOT", "United Nations Mission of Observers in Tajikistan"),
        ("UTO", "United Tajik Opposition"),
        ("CNR", "Commission on National Reconciliation"),
        ("CIS", "Commonwealth of Independent States"),
        ("OSCE", "Organization for Security and Cooperation in Europe"),
        ("CSCE", "Conference on Security and Cooperation in Europe"),
        ("JEOM", "Joint Electoral Observation Mission"),
    ],
)
def test_the_abbreviations_of_the_shipped_documents_are_found(short: str, long: str) -> None:
    assert (short, long) in INTRODUCED


def test_the_shipped_documents_introduce_nothing_else() -> None:
    assert {short for short, _ in INTRODUCED} == {"UNMOT", "UTO", "CNR", "CIS", "OSCE", "CSCE", "JEOM"}


@pytest.mark.parametrize("brackets", ["(CNR)", "(the CNR)", "(“CNR”)", '("CNR")', "(the “CNR”)"])
def test_an_article_and_quotation_marks_are_no_part_of_the_short_form(brackets: str) -> None:
    found = abbreviations_in(f"the activities of the Commission on National Reconciliation {brackets}, the exchange")
    assert found == (Abbreviation("CNR", "Commission on National Reconciliation"),)


@pytest.mark.parametrize(
    "text",
    [
        "the Government of Tajikistan (ABC)",  # the letters are not in the words
        "see paragraph (IV) above",
        "its resolution of 14 November (S/RES/1138)",
        "UNMOT (United Nations Mission of Observers in Tajikistan)",  # the other way round
        "the Mission (Unit)",  # one capital is a word
        "the Opposition (the United Tajik Opposition)",
        "(UNMOT)",
        "United Nations. The Mission of Observers (UNMO)",  # a long form does not run over the end of a sentence
        "",
    ],
)
def test_other_brackets_introduce_nothing(text: str) -> None:
    assert abbreviations_in(text) == ()


def test_the_shortest_words_that_spell_it_are_the_long_form() -> None:
    text = "Commission of the Commission on National Reconciliation (CNR)"
    assert abbreviations_in(text)[0].long == "Commission on National Reconciliation"


def test_a_plural_is_a_short_form() -> None:
    assert abbreviations_in("internally displaced persons (IDPs)") == (
        Abbreviation("IDPs", "internally displaced persons"),
    )


def test_several_are_found_in_their_order() -> None:
    text = "the Commission on National Reconciliation (CNR) and the United Tajik Opposition (UTO)"
    assert [found.short for found in abbreviations_in(text)] == ["CNR", "UTO"]


@given(st.text(alphabet="AaBbNUu ().;-“”", max_size=60))
def test_what_is_found_stands_in_the_text(text: str) -> None:
    for found in abbreviations_in(text):
        assert found.short in text
        assert found.long in text
        assert found.long[0].lower() == found.short[0].lower()
