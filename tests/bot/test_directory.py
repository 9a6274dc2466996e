"""Autocompletion: documents by symbol, number and title, paragraphs by number and first words, whatever is pasted."""

from __future__ import annotations

from datetime import date

import pytest
from samples import PASSAGES, by_locator

from bot.directory import Directory, Suggestion, chosen_passage
from corpus.document import Kind, Source
from retrieval.library import Library

RESOLUTION = "S_RES_1138_1997.txt"


@pytest.fixture(scope="module")
def directory(real_library: Library) -> Directory:
    return Directory.of(real_library)


def values(suggestions: tuple[Suggestion, ...]) -> list[str]:
    return [each.value for each in suggestions]


def locators(suggestions: tuple[Suggestion, ...]) -> list[str]:
    """Return the citation of the paragraph that each suggestion stands for."""
    by_id = {passage.id: passage.locator for passage in PASSAGES}
    return [by_id[chosen_passage(each.value) or ""] for each in suggestions]


@pytest.mark.parametrize(
    "typed", ["1138", "S/RES/1138", "s/res/1138 (1997)", "res 1138", "resolution 1138", "S_RES_1138", "1138 – 1997"]
)
def test_a_document_is_found_by_its_number_and_symbol(directory: Directory, typed: str) -> None:
    assert values(directory.documents(typed))[0] == RESOLUTION


def test_a_document_is_found_by_words_of_its_title_in_any_order_and_case(directory: Directory) -> None:
    assert values(directory.documents("BACKGROUNDER unm")) == ["UNMOT_backgrounder.txt"]


def test_nothing_typed_offers_every_document(directory: Directory) -> None:
    assert len(directory.documents("")) == 3


def test_what_no_document_has_offers_none(directory: Directory) -> None:
    assert directory.documents("4711") == ()


def test_a_number_that_is_a_whole_word_comes_before_one_within_another() -> None:
    sources = [
        Source(f"{number}.txt", f"Resolution {number}", Kind.OFFICIAL, f"S/RES/{number} (1990)", date(1990, 1, 1))
        for number in (1242, 242, 2420)
    ]
    directory = Directory(sources, dict.fromkeys(("1242.txt", "242.txt", "2420.txt"), 1), {})
    assert values(directory.documents("242")) == ["242.txt", "2420.txt", "1242.txt"]


@pytest.mark.parametrize(
    ("typed", "locator"),
    [("5", "para. 5"), ("6(d)", "para. 6 (d)"), ("6 d", "para. 6 (d)"), ("OP 6", "para. 6"), ("para 12", "para. 12")],
)
def test_a_paragraph_is_found_by_its_number(directory: Directory, typed: str, locator: str) -> None:
    assert locators(directory.paragraphs(RESOLUTION, typed))[0] == locator


def test_a_preambular_paragraph_is_found_by_its_place(directory: Directory) -> None:
    assert locators(directory.paragraphs(RESOLUTION, "PP3"))[0] == "preambular para. 3"


def test_a_paragraph_is_found_by_its_first_words(directory: Directory) -> None:
    assert "para. 5" in locators(directory.paragraphs(RESOLUTION, "decides to extend"))


def test_a_suggestion_shows_number_and_first_words(directory: Directory) -> None:
    names = [each.name for each in directory.paragraphs(RESOLUTION, "5")]
    assert names[0].startswith("para. 5 — 5. Decides to extend the mandate of UNMOT")


@pytest.mark.parametrize("typed", ["", "e", "decides " * 700, "𝕴̷̡" * 500, "\n\t#`<@1>"])
def test_discord_takes_what_is_offered_whatever_is_typed(directory: Directory, typed: str) -> None:
    offered = [*directory.documents(typed)]
    for source in directory.matching(""):
        offered += directory.paragraphs(source.id, typed)
        assert len(directory.paragraphs(source.id, typed)) <= 25
    assert all(1 <= len(each.name) <= 100 and 1 <= len(each.value) <= 100 for each in offered)


def test_what_was_typed_is_taken_for_no_chosen_passage() -> None:
    assert chosen_passage(f"#{by_locator('para. 5').id}") == by_locator("para. 5").id
    assert not any(map(chosen_passage, ["6(d)", "#", "#6(d)", "#" + "g" * 16, "", by_locator("para. 5").id]))


def test_a_document_of_a_very_long_name_can_be_chosen_all_the_same() -> None:
    source = Source("folder/" * 30 + "a.txt", "A title", Kind.OTHER)
    directory = Directory([source], {source.id: 1}, {})
    (offered,) = directory.documents("title")
    assert len(offered.value) <= 100
    assert directory.source(offered.value) is source
