"""A wording held against documents: exact, folded, differing, not found."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from corpus.document import Passage, fold
from corpus.folder import read_folder
from corpus.passages import passages_of
from corpus.typography import folded, folded_text
from corpus.wording import Status, Wording, compare

DOCUMENTS = read_folder(Path(corpus.__file__).parent / "documents").documents
PASSAGES = tuple(passage for document in DOCUMENTS for passage in passages_of(document))


def check(text: str) -> Wording:
    return compare(text, PASSAGES)


def locators(wording: Wording) -> list[str]:
    return [passage.locator for passage in wording.passages]


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: f"{passage.source.id}:{passage.locator}")
def test_every_passage_is_exact(passage: Passage) -> None:
    wording = compare(passage.text, [passage])
    assert wording.status is Status.EXACT
    assert wording.passages == (passage,)
    assert wording.words == passage.text


@given(st.sampled_from(PASSAGES), st.data())
def test_any_words_cut_from_a_passage_are_found_in_it(passage: Passage, data: st.DataObject) -> None:
    words = passage.text.split(" ")
    start = data.draw(st.integers(0, len(words) - 1))
    end = data.draw(st.integers(start + 1, len(words)))
    cut = " ".join(words[start:end])
    wording = compare(cut, PASSAGES)
    assert wording.status is Status.EXACT
    assert wording.words == cut


def test_words_are_exact_with_their_place() -> None:
    wording = check("Decides to extend the mandate of UNMOT until 15 May 1998")
    assert wording.status is Status.EXACT
    assert str(wording.citation) == "S/RES/1138 (1997), para. 5"


def test_spans_are_of_the_document_itself() -> None:
    wording = check("extend the mandate of UNMOT until 15 May 1998")
    assert wording.passage is not None
    ((start, end),) = wording.parts[0]
    assert wording.passage.document.text[start:end] == "extend the mandate of UNMOT until 15 May 1998"


def test_a_sentence_cut_by_a_page_break_is_exact() -> None:
    wording = check("the Russian border forces and the Mission of the Organization for Security")
    assert wording.status is Status.EXACT
    assert locators(wording) == ["para. 6 (h)"]


def test_white_space_of_the_file_itself_is_exact() -> None:
    text = DOCUMENTS[1].text
    start = text.index("Adopted by the Security Council")
    assert check(text[start : text.index("November 1997\n\nThe Security")]).status is Status.EXACT


@pytest.mark.parametrize(
    "typed",
    [
        "Decides  to extend\nthe mandate of\u00a0UNMOT until 15 May 1998",
        "the sover\u00adeignty and territorial integrity",
        "“Decides to extend the mandate of UNMOT”\n",
    ],
)
def test_typography_alone_is_folded(typed: str) -> None:
    assert check(typed).status in (Status.FOLDED, Status.EXACT)


def test_white_space_that_is_not_the_documents_is_folded_not_exact() -> None:
    wording = check("Decides  to extend the mandate")
    assert wording.status is Status.FOLDED
    assert wording.words == "Decides to extend the mandate"


def test_capitals_are_not_folded() -> None:
    wording = check("decides to extend the mandate of UNMOT")
    assert wording.status is Status.DIFFERING
    assert [(each.typed, each.printed) for each in wording.differences] == [("decides", "Decides")]


def test_a_word_cut_short_is_not_exact() -> None:
    wording = check("extend the mandate of UNMOT until 15 May 199")
    assert [(each.typed, each.printed) for each in wording.differences] == [("199", "1998")]


def test_other_words_are_shown_beside_the_documents() -> None:
    wording = check("Decided to extend the mandate of UNMOT until 15 November 1998")
    assert wording.status is Status.DIFFERING
    assert locators(wording) == ["para. 5"]
    assert [(each.typed, each.printed) for each in wording.differences] == [("Decided", "Decides"), ("November", "May")]


def test_a_word_left_out_is_a_difference() -> None:
    wording = check("Calls upon the parties to cooperate in ensuring the safety and freedom of movement")
    assert [(each.typed, each.printed) for each in wording.differences] == [("", "further")]


def test_a_word_added_is_a_difference() -> None:
    wording = check("Decides not to extend the mandate of UNMOT until 15 May 1998")
    assert [(each.typed, each.printed) for each in wording.differences] == [("not", "")]


@pytest.mark.parametrize("mark", ["…", "...", "[...]", "[…]", "(...)"])
def test_words_left_out_with_a_mark_are_none(mark: str) -> None:
    wording = check(f"Cooperate with the CNR {mark} Holding of a Referendum;")
    assert wording.status is Status.EXACT
    assert wording.words == "Cooperate with the CNR … Holding of a Referendum;"


def test_parts_must_stand_in_order() -> None:
    assert not check("Holding of a Referendum … Cooperate with the CNR").found


def test_parts_may_not_leap_over_paragraphs() -> None:
    assert not check("Welcomes the reports of the Secretary-General … seized of the matter.").found


def test_a_stem_and_its_item_belong_together() -> None:
    wording = check("Decides that the mandate of UNMOT shall be as follows: … (d) Investigate reports")
    assert wording.status is Status.EXACT
    assert locators(wording) == ["para. 6", "para. 6 (d)"]


def test_words_that_run_over_the_end_of_a_paragraph_name_both() -> None:
    wording = check("within three months of the adoption of this resolution on its implementation; 13. Decides")
    assert locators(wording) == ["para. 12", "para. 13"]


@pytest.mark.parametrize(
    "typed",
    ["The earth is flat and the moon is made of cheese", "zebra", "", "   ", "…", "?", '""', "Ѯ"],
)
def test_other_wordings_are_not_found(typed: str) -> None:
    wording = check(typed)
    assert wording.status is Status.NOT_FOUND
    assert wording.citation is None
    assert wording.words == ""


def test_a_long_text_with_one_word_changed_is_compared_as_a_whole() -> None:
    wanted = [f"para. {number}" for number in range(1, 6)]
    long = " ".join(each.text for each in PASSAGES if each.source.symbol and each.locator in wanted)
    wording = check(long.replace("without delay", "with some delay"))
    assert wording.status is Status.DIFFERING
    assert [(each.typed, each.printed) for each in wording.differences] == [("with some", "without")]


def test_places_that_hold_the_same_words_are_all_named() -> None:
    wording = check("General Agreement")
    assert wording.status is Status.EXACT
    assert {wording.passages[0].source.id, *(each.source.id for each in wording.elsewhere)} >= {
        "S_RES_1138_1997.txt",
        "UNMOT_backgrounder.txt",
    }


@given(st.text(max_size=200))
def test_whatever_is_typed_is_compared(text: str) -> None:
    wording = compare(text, PASSAGES[:20])
    assert wording.text == text


TEXTS = st.text(alphabet=st.sampled_from("ab \n\t-–—“”\"'’.…\u00ad\u200bée\u0301ﬁ\u00a0"), max_size=60)


@given(TEXTS)
def test_folding_with_and_without_offsets_is_the_same(raw: str) -> None:
    assert folded(raw).text == folded_text(raw)


@given(TEXTS)
def test_every_folded_character_comes_from_where_it_says(raw: str) -> None:
    both = folded(raw)
    assert len(both.origins) == len(both.text)
    assert list(both.origins) == sorted(both.origins)
    for start in range(len(both.text)):
        begin, end = both.raw_span(start, start + 1)
        assert 0 <= begin < end <= len(raw)


@given(TEXTS)
def test_folding_twice_is_folding_once(raw: str) -> None:
    assert folded_text(folded_text(raw)) == folded_text(raw)


@given(st.text(max_size=60))
def test_texts_that_differ_in_white_space_fold_alike(raw: str) -> None:
    assert folded_text(fold(raw)).strip() == folded_text(fold(raw).replace(" ", "\n  ")).strip()
