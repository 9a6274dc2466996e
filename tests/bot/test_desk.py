"""The desk: what people ask for, answered from the documents, without a Discord."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest
from discord_cards import frame, seen
from samples import by_locator

from bot.asking import Asking
from bot.cards import Card, Tone
from bot.desk import Desk, Gone, references_in
from bot.holdings import Holdings
from bot.presses import Action, Pointer, Press
from bot.server_indexes import ServerIndexes
from retrieval.library import Library

RESOLUTION, BACKGROUNDER = "S_RES_1138_1997.txt", "UNMOT_backgrounder.txt"
FRAME = frame()

Asked = Callable[[Desk], Coroutine[Any, Any, Card]]


def shown(library: Library, asked: Asked) -> Card:
    """Return what a desk shows when it is asked for something."""

    async def work() -> Card:
        holdings = Holdings(library, ServerIndexes(Path("nowhere")))
        async with Asking(holdings.of) as asking:
            return await asked(Desk(asking, holdings))

    return asyncio.run(work())


def listed(library: Library, words: str, page: int = 0) -> Card:
    async def sources(desk: Desk) -> Card:
        return await desk.sources(words, FRAME, page)

    return shown(library, sources)


def test_a_paragraph_that_its_items_complete_is_quoted_with_them_and_once(real_library: Library) -> None:
    card = shown(real_library, lambda desk: desk.answer("What was UNMOT's mandate?", FRAME, 5))
    words = seen(card)
    assert words.count("6. Decides that the mandate of UNMOT shall be as follows") == 1
    assert "(a) Provide good offices" in words
    assert "(h) Maintain close contacts" in words


def test_a_question_about_one_document_is_answered_from_that_one(real_library: Library) -> None:
    question = "When does the mandate of UNMOT end?"
    card = shown(real_library, lambda desk: desk.answer(question, FRAME, 3, within=BACKGROUNDER))
    assert "UNMOT backgrounder" in seen(card)
    assert "S/RES/1138" not in seen(card)


def test_a_follow_up_is_about_the_document_quoted_last(real_library: Library) -> None:
    last = Pointer(by_locator("para. 5").id)
    card = shown(real_library, lambda desk: desk.answer("and paragraph 7?", FRAME, 3, last))
    assert "7. Calls upon the parties to cooperate further" in seen(card)


def test_a_follow_up_to_a_passage_that_is_gone_is_answered_as_it_stands(real_library: Library) -> None:
    card = shown(real_library, lambda desk: desk.answer("and paragraph 7?", FRAME, 3, Pointer("0" * 16)))
    assert "Read as S/RES/1138 (1997), para. 7" in seen(card)


def test_references_stand_in_double_brackets() -> None:
    assert references_in("see [[1138 6(d)]], [[968 §Acts]] and [[1138 6(d)]], not [1138] or [[]]") == [
        "1138 6(d)",
        "968 §Acts",
    ]


def test_a_reference_shows_its_paragraph_with_what_hangs_under_it(real_library: Library) -> None:
    card = shown(real_library, lambda desk: desk.answer("[[1138 6]] please", FRAME, 3))
    assert "(h) Maintain close contacts" in seen(card)


def test_of_several_references_what_exists_is_shown_and_what_does_not_is_said(real_library: Library) -> None:
    card = shown(real_library, lambda desk: desk.answer("[[1138 5]] [[1138 14]]", FRAME, 3))
    assert "until 15 May 1998" in seen(card)
    assert "there is no paragraph 14" in seen(card)


def test_no_more_than_five_references_are_looked_up_and_that_is_said(real_library: Library) -> None:
    asked = " ".join(f"[[1138 {number}]]" for number in range(1, 8))
    card = shown(real_library, lambda desk: desk.answer(asked, FRAME, 3))
    assert "Only the first five references" in seen(card)
    assert len(card.entries) <= 5


@pytest.mark.parametrize(
    ("document", "paragraph"),
    [
        (RESOLUTION, f"#{by_locator('para. 6 (d)').id}"),
        (RESOLUTION, "6(d)"),
        ("1138", "OP 6 (d)"),
        ("S/RES/1138 (1997)", "para. 6 (d)"),
        (RESOLUTION, "Investigate reports of ceasefire"),
    ],
)
def test_a_paragraph_is_looked_up_as_chosen_and_as_typed(real_library: Library, document: str, paragraph: str) -> None:
    card = shown(real_library, lambda desk: desk.look_up(document, paragraph, FRAME))
    assert "(d) Investigate reports of ceasefire violations" in seen(card)


@pytest.mark.parametrize(
    ("document", "paragraph", "said"),
    [
        (RESOLUTION, "14", "S/RES/1138 (1997) has operative paragraphs 1 to 13; there is no paragraph 14."),
        ("1139", "2", "1139"),
        (RESOLUTION, "no such words here", "S/RES/1138 (1997)"),
    ],
)
def test_what_does_not_exist_is_declined_with_what_does(
    real_library: Library, document: str, paragraph: str, said: str
) -> None:
    card = shown(real_library, lambda desk: desk.look_up(document, paragraph, FRAME))
    assert card.tone is Tone.NOT_FOUND
    assert said in seen(card)


def test_a_document_alone_is_read_from_its_beginning(real_library: Library) -> None:
    card = shown(real_library, lambda desk: desk.look_up(RESOLUTION, "", FRAME))
    assert card.tone is Tone.ANSWER
    assert "of 30" in seen(card)


def test_a_search_shows_what_has_all_words_before_what_is_similar(real_library: Library) -> None:
    words = seen(shown(real_library, lambda desk: desk.search("ceasefire violations", FRAME)))
    assert words.index("para. 6 (d)") < words.index("Similar in meaning") < words.index("Observations")


def test_documents_are_listed_and_filtered(real_library: Library) -> None:
    assert "Documents I answer from (3)" in seen(listed(real_library, ""))
    assert "UNMOT backgrounder" not in seen(listed(real_library, "1138"))
    assert listed(real_library, "4711").tone is Tone.NOT_FOUND
    assert seen(listed(real_library, "", 99)) == seen(listed(real_library, ""))


@pytest.mark.parametrize("action", [Action.PAGE, Action.NEAREST, Action.CONTEXT, Action.READ, Action.CITE])
def test_a_button_about_a_passage_that_is_gone_is_told(real_library: Library, action: Action) -> None:
    press = Press(action, 1, 0, (Pointer("0" * 16),))
    with pytest.raises(Gone):
        shown(real_library, lambda desk: desk.pressed(press, FRAME, "### A question"))


def test_of_an_answer_the_passages_that_are_still_there_are_shown(real_library: Library) -> None:
    press = Press(Action.PAGE, 1, 0, (Pointer("0" * 16), Pointer(by_locator("para. 5").id)))
    card = shown(real_library, lambda desk: desk.pressed(press, FRAME, "### A question"))
    assert "until 15 May 1998" in seen(card)
