"""The facade: what it answers, declines, looks up and refuses to quote. The embedder knows words, no meanings."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.document import fold
from corpus.wording import Status
from retrieval.confidence import THRESHOLD
from retrieval.generations import current
from retrieval.library import Library
from retrieval.retriever import RERANKED
from retrieval.store import IndexDamaged, IndexMismatch, IndexMissing

Shelve = Callable[..., Library]

SAME = "The keeper feeds the quolls every Thursday at noon, and nobody else may enter their enclosure."


@pytest.fixture
def library(shipped_index: Path, embedder: Any) -> Iterator[Library]:
    with Library.open(shipped_index, embedder) as opened:
        yield opened


@pytest.fixture
def shelve(tmp_path: Path, build: Any, embedder: Any) -> Iterator[Shelve]:
    """Open a library of documents given by file name and text."""
    opened: list[Library] = []

    def shelve(**texts: str) -> Library:
        folder = tmp_path / "shelf"
        folder.mkdir()
        for name, text in texts.items():
            (folder / f"{name}.txt").write_text(text)
        build(folder, tmp_path / "shelved")
        opened.append(Library.open(tmp_path / "shelved", embedder))
        return opened[-1]

    yield shelve
    for each in opened:
        each.close()


def resolution(number: int) -> str:
    return (
        f"S/RES/{number} (2010)\n\nResolution {number} (2010)\n\n"
        f"Adopted by the Security Council at its 6000th meeting, on 1 June 2010\n\n"
        "The Security Council,\n\nRecalling its previous resolutions,\n\n"
        f"1. Decides to plant {number} trees;\n\n2. Decides to remain seized of the matter.\n"
    )


def cited(quotations: Any) -> list[str]:
    return [str(each.citation) for each in quotations]


# Questions that are hardly questions


@pytest.mark.parametrize("question", ["", "   ", "\n", "?!…", "---", "()", "\u200b", "_"])
def test_without_a_word_there_is_no_question(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert (answer.found, answer.confidence, answer.nearest) == (False, 0.0, ())
    assert answer.problem == "There is no question in that: ask in words."


@pytest.mark.parametrize(
    "question", ["mandate " * 1250, "x" * 10_000, "1138 " * 1600, "?" * 9_990 + " observers", "(" * 10_000]
)
def test_ten_thousand_characters_are_answered_or_declined(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert answer.question == question
    assert answer.found or answer.problem


@pytest.mark.parametrize(
    "question",
    [
        "Когда заканчивается мандат МООННТ?",
        "任务期限何时结束？",
        "متى تنتهي الولاية؟",
        "Ποιος;",
        "🕊️ UNMOT 🕊️",
        "\x00\x1b[2J1138\x00",
    ],
)
def test_other_scripts_are_answered_or_declined(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert answer.found or answer.problem


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=80))
def test_any_text_is_answered_or_declined(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert answer.found is bool(answer.quotations)
    assert answer.found or answer.problem
    assert not (answer.quotations and answer.nearest)


# What an answer is


def test_what_fits_well_is_answered(library: Library) -> None:
    answer = library.answer("Until when is the mandate of UNMOT extended?")
    assert answer.found
    assert answer.confidence >= THRESHOLD
    assert (answer.problem, answer.nearest) == (None, ())


def test_what_fits_badly_is_declined_with_what_came_nearest(library: Library) -> None:
    answer = library.answer("What do quolls cost in dollars?")
    assert not answer.found
    assert answer.confidence < THRESHOLD
    assert answer.problem == "The documents here do not answer this."
    assert 0 < len(answer.nearest) <= 3


@pytest.mark.parametrize("question", ["What is the mandate of UNMOT?", "What do quolls cost in dollars?"])
def test_every_quotation_was_read_again_and_is_its_documents_text(library: Library, question: str) -> None:
    answer = library.answer(question, limit=5)
    for quotation in (*answer.quotations, *answer.nearest):
        text = quotation.passage.document.text
        assert quotation.verified
        assert quotation.text == " ".join(fold(text[start:end]) for start, end in quotation.passage.spans)
        assert quotation.marked
        assert quotation.marked in quotation.text


@pytest.mark.parametrize("limit", [1, 2, 5, 12])
def test_no_more_is_quoted_than_asked_for(library: Library, limit: int) -> None:
    answer = library.answer("What is the mandate of UNMOT?", limit=limit)
    assert 0 < len(answer.quotations) <= limit


def test_no_more_came_nearest_than_asked_for(library: Library) -> None:
    assert 0 < len(library.answer("What do quolls cost in dollars?", limit=2).nearest) <= 2


def test_three_are_quoted_by_default(library: Library) -> None:
    question = "What is the mandate of UNMOT?"
    assert cited(library.answer(question).quotations) == cited(library.answer(question, limit=3).quotations)


def test_the_same_question_gives_the_same_answer(library: Library, shipped_index: Path, bag_of_words: Any) -> None:
    question = "What did the parties agree?"
    with Library.open(shipped_index, bag_of_words()) as another:
        assert cited(library.answer(question, limit=20).quotations) == cited(
            another.answer(question, limit=20).quotations
        )


def test_a_paragraph_that_two_documents_share_is_quoted_once(shelve: Shelve) -> None:
    library = shelve(first=f"{SAME}\n\nWombats dig.\n", second=f"Lanterns burn.\n\n{SAME}\n")
    answer = library.answer("When does the keeper feed the quolls?", limit=4)
    assert [each.text for each in (*answer.quotations, *answer.nearest)].count(SAME) == 1


def test_a_search_shows_a_shared_paragraph_wherever_it_stands(shelve: Shelve) -> None:
    library = shelve(first=f"{SAME}\n\nWombats dig.\n", second=f"Lanterns burn.\n\n{SAME}\n")
    found = library.search("keeper feeds quolls", 2)
    assert [each.passage.source.id for each in found] == ["first.txt", "second.txt"]


# References in questions


@pytest.mark.parametrize(
    ("question", "exists"),
    [
        ("what does para 99 of 1138 say", "operative paragraphs 1 to 13"),
        ("1138 OP 6 (z)", "(a) to (h)"),
        ("1138 PP 9", "8 preambular paragraphs"),
        ("S/RES/1138 (1996)", "1997"),
        ("annex 3 of 1138", "no annex"),
    ],
)
def test_a_paragraph_that_does_not_exist_gives_the_sentence_and_no_quotation(
    library: Library, question: str, exists: str
) -> None:
    answer = library.answer(question)
    assert (answer.quotations, answer.nearest, answer.confidence) == ((), (), 0.0)
    assert answer.problem
    assert exists in answer.problem


def test_a_named_paragraph_is_quoted_and_the_reading_says_how_it_was_understood(library: Library) -> None:
    answer = library.answer("what does para 6(d) of 1138 say")
    assert cited(answer.quotations) == ["S/RES/1138 (1997), para. 6 (d)"]
    assert answer.reading == "S/RES/1138 (1997), para. 6 (d)"
    assert answer.confidence > 0.9


def test_of_a_paragraph_with_items_the_paragraph_is_quoted_first_then_the_items_that_fit(library: Library) -> None:
    answer = library.answer("1138 OP 6: ceasefire violations?", limit=2)
    assert cited(answer.quotations) == ["S/RES/1138 (1997), para. 6", "S/RES/1138 (1997), para. 6 (d)"]


def test_of_named_paragraphs_no_more_are_quoted_than_asked_for(library: Library) -> None:
    assert cited(library.answer("1138 OP 6", limit=1).quotations) == ["S/RES/1138 (1997), para. 6"]
    assert len(library.answer("1138 OP 6", limit=20).quotations) == 9


def test_a_named_section_is_quoted_from_its_beginning_however_long_it_is(shelve: Shelve) -> None:
    lanterns = "\n\n".join(f"The lantern of visitor {number} is lit at dusk." for number in range(RERANKED + 20))
    library = shelve(house=f"# House backgrounder\n\n## Visits\n\nBe quiet.\n\n{lanterns}\n\n## Fees\n\nNone.\n")
    answer = library.answer("which lantern is lit at dusk, in the Visits section of the backgrounder?")
    assert answer.reading == "House backgrounder, Visits"
    assert answer.quotations[0].text == "Be quiet."
    assert "lantern" in answer.quotations[1].text


def test_a_follow_up_means_the_document_quoted_last(shelve: Shelve) -> None:
    library = shelve(S_RES_1600_2010=resolution(1600), S_RES_1601_2010=resolution(1601))
    for number in (1600, 1601):
        answer = library.answer("and paragraph 1?", context=f"S/RES/{number} (2010), para. 2")
        assert cited(answer.quotations) == [f"S/RES/{number} (2010), para. 1"]


def test_a_follow_up_counts_within_the_section_quoted_last(library: Library) -> None:
    answer = library.answer("and paragraph 2?", context="UNMOT backgrounder, Further Progress Reported, para. 1")
    assert cited(answer.quotations) == ["UNMOT backgrounder, Further Progress Reported, para. 2"]


def test_a_follow_up_that_names_a_document_means_that_one(shelve: Shelve) -> None:
    library = shelve(S_RES_1600_2010=resolution(1600), S_RES_1601_2010=resolution(1601))
    answer = library.answer("and paragraph 1 of 1601?", context="S/RES/1600 (2010), para. 2")
    assert cited(answer.quotations) == ["S/RES/1601 (2010), para. 1"]


def test_without_context_a_paragraph_of_nothing_asks_which_document(shelve: Shelve) -> None:
    library = shelve(S_RES_1600_2010=resolution(1600), S_RES_1601_2010=resolution(1601))
    answer = library.answer("OP 1?")
    assert answer.quotations == ()
    assert answer.problem


def test_a_context_that_names_nothing_is_no_context(library: Library) -> None:
    assert cited(library.answer("and paragraph 7?", context="something else").quotations) == [
        "S/RES/1138 (1997), para. 7"
    ]


@pytest.mark.parametrize(
    "question", ["what does resolution 4711 say", "until when did resolution 4711 (1997) extend it", "S/RES/4711"]
)
def test_a_resolution_that_nobody_speaks_of_is_declined(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert (answer.quotations, answer.nearest) == ((), ())
    assert answer.problem
    assert answer.problem.startswith("No document here is resolution 4711; the 3 documents are ")


def test_among_many_documents_the_nearest_numbers_are_told(shelve: Shelve) -> None:
    library = shelve(**{f"S_RES_{number}_2010": resolution(number) for number in range(1600, 1607)})
    answer = library.answer("what does resolution 4711 say")
    assert answer.problem == (
        "No document here is resolution 4711; the nearest of the 7 documents are S/RES/1604 (2010), "
        "S/RES/1605 (2010) and S/RES/1606 (2010)."
    )


def test_another_document_that_nobody_speaks_of_is_declined_by_its_symbol(library: Library) -> None:
    answer = library.answer("what does S/2031/999 say")
    assert answer.quotations == ()
    assert answer.problem
    assert answer.problem.startswith("S/2031/999 is not among the documents; the 3 documents are ")


@pytest.mark.parametrize(
    ("question", "spoken_of"),
    [("what did resolution 1167 (1998) extend", "1167"), ("what is S/1997/510", "S/1997/510")],
)
def test_a_document_that_is_only_spoken_of_is_searched(library: Library, question: str, spoken_of: str) -> None:
    answer = library.answer(question)
    found = (*answer.quotations, *answer.nearest)
    assert any(spoken_of in each.text for each in found)


def test_a_paragraph_of_a_document_that_is_only_spoken_of_is_declined(library: Library) -> None:
    answer = library.answer("quote para 2 of res 1167")
    assert answer.quotations == ()
    assert answer.problem
    assert answer.problem.startswith("No document here is resolution 1167")


def test_a_document_that_is_named_with_an_unknown_one_is_searched(library: Library) -> None:
    assert library.answer("does 1138 differ from resolution 4711 on the mandate of UNMOT?").problem != (
        library.answer("what does resolution 4711 say").problem
    )


def test_what_needs_no_search_has_no_signals(library: Library) -> None:
    assert library.signals("1138 OP 5") is None
    assert library.signals("1138 OP 99") is None
    assert library.signals("what does resolution 4711 say") is None
    assert library.signals("When does the mandate end?") is not None


# Search


def test_a_search_gives_no_judgement(library: Library) -> None:
    assert len(library.search("quolls cost dollars", 4)) == 4


def test_a_search_gives_the_best_first(library: Library) -> None:
    found = library.search("joint security unit armed escorts")
    assert str(found[0].citation) == "S/RES/1138 (1997), para. 3"
    assert [each.score for each in found] == sorted((each.score for each in found), reverse=True)


@pytest.mark.parametrize("limit", [1, 4, 30])
def test_a_search_gives_no_more_than_asked_for(library: Library, limit: int) -> None:
    assert len(library.search("mandate", limit)) == limit


@pytest.mark.parametrize("words", ["", "  ", "?!"])
def test_a_search_for_no_word_finds_nothing(library: Library, words: str) -> None:
    assert library.search(words) == ()


# Wording


def test_a_wording_is_found_in_its_passage(library: Library) -> None:
    wording = library.verify("Decides to extend the mandate of UNMOT until 15 May 1998")
    assert wording.status is Status.EXACT
    assert str(wording.citation) == "S/RES/1138 (1997), para. 5"


def test_a_wording_may_run_on_into_the_next_paragraph(library: Library) -> None:
    wording = library.verify(
        "extend the mandate of UNMOT until 15 May 1998; 6. Decides that the mandate of UNMOT shall be"
    )
    assert wording.found
    assert [passage.locator for passage in wording.passages] == ["para. 5", "para. 6"]


def test_the_next_paragraph_may_share_no_word_with_the_wording(shelve: Shelve) -> None:
    filler = "\n\n".join(f"The keeper of the lantern waits on day {number} of the year." for number in range(80))
    library = shelve(lanterns=f"{filler}\n\nQuolls sleep all day.\n\nWombats dig.\n")
    assert library.verify("sleep all day. Wombats").found


def test_changed_words_are_shown(library: Library) -> None:
    wording = library.verify("Decides to extend the mandate of UNMOT until 15 November 1998")
    assert wording.status is Status.DIFFERING
    assert [(each.typed, each.printed) for each in wording.differences] == [("November", "May")]


@pytest.mark.parametrize("text", ["", "?", "of the", "quolls sleep in burrows", "zz " * 3000])
def test_other_wording_is_not_found(library: Library, text: str) -> None:
    assert library.verify(text).status is Status.NOT_FOUND


# Looking up and quoting


def test_a_reference_is_found(library: Library) -> None:
    assert [passage.locator for passage in library.find("1138 6(d)").passages] == ["para. 6 (d)"]


def test_passages_are_quoted_in_the_order_given_with_their_first_sentence_marked(library: Library) -> None:
    passages = library.passages("UNMOT_backgrounder.txt")[3::-1]
    quotations = library.quote(passages)
    assert [each.passage for each in quotations] == list(passages)
    assert all(each.verified and each.text.startswith(each.marked) for each in quotations)


def test_sources_are_listed_in_order_of_id(library: Library) -> None:
    assert [source.id for source in library.sources()] == [
        "Resolution_968_article.txt",
        "S_RES_1138_1997.txt",
        "UNMOT_backgrounder.txt",
    ]


# An index that cannot be used


def test_without_an_index_the_sentence_says_what_to_do(tmp_path: Path, embedder: Any) -> None:
    with pytest.raises(IndexMissing, match="rapporteur index"):
        Library.open(tmp_path / "nothing", embedder)


def test_an_index_of_another_model_is_refused(shipped_index: Path, bag_of_words: Any) -> None:
    with pytest.raises(IndexMismatch, match="bag of words, but another model is configured: run `rapporteur index`"):
        Library.open(shipped_index, bag_of_words("another model"))


def test_a_model_whose_dimension_has_changed_is_refused_when_it_is_asked(
    shipped_index: Path, bag_of_words: Any
) -> None:
    with (
        Library.open(shipped_index, bag_of_words(dimension=32)) as library,
        pytest.raises(IndexMismatch, match="another dimension"),
    ):
        library.answer("When does the mandate end?")


@pytest.fixture
def tampered(index: Path, embedder: Any) -> Iterator[Library]:
    """A library in whose text the date of paragraph 5 was changed after it was indexed."""
    with closing(sqlite3.connect(current(index) / "corpus.sqlite")) as database, database:
        database.execute("UPDATE documents SET text = replace(text, '15 May 1998', '16 May 1998')")
    with Library.open(index, embedder) as library:
        yield library


@pytest.mark.parametrize("question", ["Until when is the mandate of UNMOT extended?", "1138 OP 5"])
def test_words_that_were_changed_are_not_quoted_as_an_answer(tampered: Library, question: str) -> None:
    with pytest.raises(IndexDamaged, match=r"S/RES/1138 \(1997\), para\. 5 .* not quoted: run `rapporteur index`"):
        tampered.answer(question)


def test_words_that_were_changed_are_not_quoted_by_a_search(tampered: Library) -> None:
    with pytest.raises(IndexDamaged):
        tampered.search("extend the mandate of UNMOT until May 1998")


def test_words_that_were_changed_are_not_quoted_by_a_look_up(tampered: Library) -> None:
    with pytest.raises(IndexDamaged):
        tampered.quote(tampered.find("1138 OP 5").passages)


def test_paragraphs_that_were_not_changed_are_still_quoted(tampered: Library) -> None:
    assert tampered.answer("1138 OP 4").found
