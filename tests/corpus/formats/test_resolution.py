"""The reader of resolutions: the shipped one in detail, small texts for single rules, all there are for measure."""

from __future__ import annotations

import importlib.util
import sys
from datetime import date
from functools import cache
from pathlib import Path
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.document import Document, Kind, Passage, Role, fold
from corpus.formats import resolution
from corpus.passages import passages_of

ROOT = Path(__file__).parents[3]
DOCUMENTS = ROOT / "corpus" / "documents"
DATA = ROOT.parent / "shared" / "data"
needs_data = pytest.mark.skipif(not (DATA / "un").is_dir(), reason="the documents for measuring are not at hand")
SHIPPED = "S_RES_1138_1997.txt"
HEAD = "RESOLUTION 999 (1995)\n\nAdopted by the Security Council at its 3544th meeting,\non 16 June 1995\n\n"


@cache
def shipped() -> Document:
    return resolution.parse((DOCUMENTS / SHIPPED).read_text(encoding="utf-8"), SHIPPED, "0" * 64)


def read(body: str, head: str = HEAD, name: str = "a file.txt") -> Document:
    return resolution.parse(f"{head}The Security Council,\n\n{body}", name, "")


def found(document: Document, *roles: Role) -> dict[str, str]:
    """Return locator → words of the passages that have one of `roles`, all if none is named."""
    return {each.locator: each.text for each in passages_of(document) if not roles or each.role in roles}


def passage(document: Document, locator: str) -> Passage:
    return next(each for each in passages_of(document) if each.locator == locator)


def assert_every_letter_is_accounted_for(document: Document) -> None:
    spans = sorted([span for block in document.blocks for span in block.spans] + list(document.furniture))
    reached = 0
    for start, end in spans:
        assert reached <= start < end, f"{document.source.id}: spans overlap at {start}"
        assert not document.text[reached:start].strip(), f"{document.source.id}: {reached} to {start} is lost"
        reached = end
    assert not document.text[reached:].strip(), f"{document.source.id}: the end is lost"


def assert_blocks_are_in_order(document: Document) -> None:
    starts = [block.spans[0][0] for block in document.blocks]
    assert starts == sorted(starts)
    for index, block in enumerate(document.blocks):
        assert list(block.spans) == sorted(block.spans)
        if block.parent is not None:
            assert block.parent < index
            assert document.blocks[block.parent].role is block.role


# -- the shipped resolution ------------------------------------------------------------------------------------------


def test_the_source_of_1138_is_read_from_its_head() -> None:
    source = shipped().source
    assert source.symbol == "S/RES/1138 (1997)"
    assert source.title == "Resolution 1138 (1997)"
    assert source.date == date(1997, 11, 14)
    assert source.kind is Kind.OFFICIAL
    assert source.language == "en"
    assert source.url == "https://undocs.org/S/RES/1138(1997)"
    assert source.sha256 == "0" * 64
    assert source.id == SHIPPED


def test_1138_has_a_note_of_adoption_eight_recitals_and_thirteen_paragraphs_with_eight_items() -> None:
    letters = [f"para. 6 ({letter})" for letter in "abcdefgh"]
    recitals = [f"preambular para. {number}" for number in range(1, 9)]
    numbers = [f"para. {number}" for number in range(1, 14)]
    assert list(found(shipped())) == ["note of adoption", *recitals, *numbers[:6], *letters, *numbers[6:]]


def test_1138_reads_without_a_warning() -> None:
    assert shipped().warnings == ()


def test_trap_1_a_recital_cut_by_a_page_break_is_one() -> None:
    recital = passage(shipped(), "preambular para. 8")
    assert len(recital.spans) == 2
    assert "(S/1997/508), for the further assistance of the United Nations" in recital.text


def test_trap_1_an_item_cut_by_a_page_mark_is_one_without_the_mark() -> None:
    item = passage(shipped(), "para. 6 (h)")
    assert len(item.spans) == 2
    assert "the Russian border forces and the Mission of the Organization for Security" in item.text
    assert "/..." not in item.text


def test_trap_7_the_items_of_paragraph_6_have_its_words_as_their_stem() -> None:
    for letter in "abcdefgh":
        stem = passage(shipped(), f"para. 6 ({letter})").stem
        assert stem is not None
        assert stem.startswith("6. Decides that the mandate of UNMOT shall be as follows: To use its best efforts")
        assert stem.endswith("and, to this end, to")


def test_trap_8_rules_and_page_furniture_are_no_content() -> None:
    words = " ".join(found(shipped()).values())
    assert "---" not in words
    assert "Distr." not in words
    assert "RESOLUTION" not in words
    furniture = [shipped().text[start:end] for start, end in shipped().furniture]
    assert {"---", "-----", "/...", "The Security Council,"} <= set(furniture)


def test_a_quotation_keeps_the_printed_number() -> None:
    assert found(shipped())["para. 5"] == "5. Decides to extend the mandate of UNMOT until 15 May 1998;"
    assert found(shipped())["para. 6 (d)"].startswith("(d) Investigate reports of ceasefire violations")


def test_the_note_of_adoption_holds_meeting_and_date() -> None:
    assert found(shipped())["note of adoption"] == (
        "Adopted by the Security Council at its 3833rd meeting, on 14 November 1997"
    )


def test_every_letter_of_1138_is_a_block_or_furniture() -> None:
    assert_every_letter_is_accounted_for(shipped())
    assert_blocks_are_in_order(shipped())


# -- what is a resolution --------------------------------------------------------------------------------------------


def test_the_shipped_resolution_is_recognized_whatever_its_name() -> None:
    assert resolution.recognizes(shipped().text, "notes.txt")


@pytest.mark.parametrize("name", ["Resolution_968_article.txt", "UNMOT_backgrounder.txt"])
def test_what_is_written_about_resolutions_is_not_recognized(name: str) -> None:
    assert not resolution.recognizes((DOCUMENTS / name).read_text(encoding="utf-8"), name)


@given(st.text())
def test_any_text_is_read_to_its_last_letter(text: str) -> None:
    document = resolution.parse(text, "any.txt", "")
    assert_every_letter_is_accounted_for(document)
    assert_blocks_are_in_order(document)


PIECES = [
    "The Security Council,", "Recalling its resolution 1 (1946),", "1. Decides to act;", "2. (a) Calls upon all;",
    "(a) Item:", "(b) Item;", "(i) Deeper;", "(ii) Deeper, and", "– dash", "• bullet", "a. Letter", "A", "B", "Annex",
    "#### Heading", "-----", "/...", "“1. Quoted text;”", "and goes on here;", "Sanctions Committee", "i9. Calls upon;",
    "Adopted unanimously at the 1382nd meeting.", "22 Ibid., document S/1.", "3. Decides to remain seized of it.",
]  # fmt: skip


@example(["1. Decides to act;", "The Security Council,", "(a) Item:"])
@example(["1. Decides to act;", "A", "Recalling its resolution 1 (1946),", "(a) Item:"])
@given(st.lists(st.sampled_from(PIECES), max_size=25))
def test_any_order_of_lines_is_read_to_the_last_letter(lines: list[str]) -> None:
    document = resolution.parse("\n\n".join(lines), "any.txt", "")
    assert_every_letter_is_accounted_for(document)
    assert_blocks_are_in_order(document)
    locators = [each.locator for each in passages_of(document)]
    assert len(set(locators)) == len(locators)


# -- numbering -------------------------------------------------------------------------------------------------------


def test_items_nest_by_their_marks() -> None:
    body = "1. Decides:\n\n(a) One:\n\n(i) Deep;\n\n(ii) Deep;\n\n(b) Two;\n\n2. Requests more:\n\n(a) Again;"
    marks = ["1", "1 (a)", "1 (a) (i)", "1 (a) (ii)", "1 (b)", "2", "2 (a)"]
    assert list(found(read(body), Role.OPERATIVE)) == [f"para. {mark}" for mark in marks]


def test_i_after_h_is_a_letter_and_i_before_ii_a_figure() -> None:
    letters = "\n\n".join(f"({letter}) Item;" for letter in "abcdefgh")
    assert "para. 1 (i)" in found(read(f"1. Decides:\n\n{letters}\n\n(i) Item;\n\n(j) Item;"))
    assert "para. 1 (h) (i)" in found(read(f"1. Decides:\n\n{letters}\n\n(i) Item;\n\n(ii) Item;"))


def test_numbers_below_a_paragraph_do_not_end_it() -> None:
    body = "1. Notes;\n\n2. Requests a report on:\n\n1. Steps taken;\n\n2. Findings;\n\n3. Decides to act."
    assert list(found(read(body), Role.OPERATIVE)) == ["para. 1", "para. 2", "para. 2 (1)", "para. 2 (2)", "para. 3"]


def test_a_number_and_a_letter_on_one_line_are_paragraph_and_item() -> None:
    paragraphs = found(read("1. Notes;\n\n2. (a) Decides this;\n\n(b) Decides that;"), Role.OPERATIVE)
    assert paragraphs == {
        "para. 1": "1. Notes;",
        "para. 2": "2.",
        "para. 2 (a)": "(a) Decides this;",
        "para. 2 (b)": "(b) Decides that;",
    }


def test_bullets_are_items_without_a_label_and_without_the_bullet() -> None:
    document = read("1. Decides:\n\n(a) To ask for:\n\n– peace;\n\n– order;\n\n(b) To act;")
    assert found(document)["para. 1 (a), item 2"] == "order;"
    assert [block.label for block in document.blocks if block.role is Role.OPERATIVE] == ["1", "(a)", None, None, "(b)"]


def test_words_behind_a_list_are_not_part_of_its_last_item() -> None:
    document = read("1. Decides that all of:\n\n(a) A State;\n\n(b) A bank;\n\nshall be frozen;\n\n2. Calls upon all;")
    assert found(document)["para. 1 (b)"] == "(b) A bank;"
    assert found(document)["para. 1, item 1"] == "shall be frozen;"


def test_quoted_paragraphs_belong_to_the_paragraph_that_quotes_them() -> None:
    body = "1. Decides that it shall read:\n\n“3. Decides to ask;\n\n“4. Calls upon all.”\n\n2. Decides to act."
    assert list(found(read(body), Role.OPERATIVE)) == ["para. 1", "para. 2"]


def test_paragraphs_without_numbers_are_counted() -> None:
    document = read("Recalling all of it,\n\nRequests a report;\n\nFurther decides to remain seized of the matter.")
    assert list(found(document)) == ["note of adoption", "preambular para. 1", "operative para. 1", "operative para. 2"]


def test_letters_below_a_verb_alone_hang_under_it() -> None:
    assert passage(read("Decides:\n\n(a) To act;\n\n(b) To ask."), "operative para. 1 (b)").stem == "Decides:"


def test_parts_whose_numbers_begin_again_are_named() -> None:
    body = "A\n\n1. Finds this;\n\n2. Decides;\n\nB\n\nRecalling that,\n\n1. Calls upon all;"
    locators = ["part A, para. 1", "part A, para. 2", "part B, preambular para. 1", "part B, para. 1"]
    assert list(found(read(body)))[1:] == locators


def test_parts_whose_numbers_go_on_are_headings() -> None:
    document = read("A\n\n1. Finds this;\n\nB\n\n2. Calls upon all;")
    assert passage(document, "para. 2").headings == ("B",)


def test_a_second_resolution_in_the_same_text_is_named() -> None:
    body = "1. Decides.\n\nThe Security Council,\n\nRecalling that,\n\n1. Decides again."
    locators = ["para. 1", "resolution 2, preambular para. 1", "resolution 2, para. 1"]
    assert list(found(read(body)))[1:] == locators


def test_headings_stand_above_paragraphs() -> None:
    document = read("1. Notes;\n\nSanctions List\n\n2. Decides;\n\n3. Requests:\n\n(a) One;\n\nReports\n\n(b) Two;")
    assert [passage(document, f"para. {mark}").headings for mark in ("1", "2", "3 (a)", "3 (b)")] == [
        (),
        ("Sanctions List",),
        ("Sanctions List",),
        ("Sanctions List", "Reports"),
    ]


# -- annexes and the foot --------------------------------------------------------------------------------------------


def test_annexes_are_numbered_by_order_and_keep_their_headings() -> None:
    body = "1. Decides to remain seized of the matter.\n\n---\n\n#### Annex\n\n#### Article 12\n\n1. The Chambers;"
    article = passage(read(body), "annex 1, para. 1")
    assert article.role is Role.ANNEX
    assert article.headings == ("Annex", "Article 12")


def test_an_annex_without_a_heading_begins_after_the_closing_paragraph() -> None:
    body = "1. Decides to remain seized of the matter.\n\nProcedures\n\n1. Applications are sent;\n\n(a) By letter;"
    assert list(found(read(body), Role.ANNEX)) == ["annex 1, para. 1", "annex 1, para. 1 (a)"]


def test_the_foot_of_the_old_volumes_is_adoption_vote_and_furniture() -> None:
    body = "1. Decides. Adopted at the 5th meeting by 9 votes to none. 33\n\n8 Ibid., p. 2. 33 One member did not vote."
    document = read(body, head="5 (1946). Resolution of 8 May 1946\n\n[S/56] ")
    assert list(found(document).values()) == [
        "1. Decides.",
        "Adopted at the 5th meeting by 9 votes to none. 33",
        "33 One member did not vote.",
    ]
    assert document.source.date == date(1946, 5, 8)


def test_a_footnote_at_the_foot_of_a_page_does_not_cut_a_paragraph() -> None:
    body = "1. Notes what ought to\n\n1/ S/1994/262.\n\n94-12513 (E) S/RES/902 (1994) Page 2\n\nfacilitate talks;"
    assert found(read(body))["para. 1"] == "1. Notes what ought to facilitate talks;"


# -- what a scanner does ---------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("printed", "label"), [("S. Decides", "5"), ("5, Decides", "5"), ("5 Decides", "5")])
def test_a_misread_number_keeps_its_place(printed: str, label: str) -> None:
    body = "\n\n".join(f"{number}. Notes;" for number in range(1, 5))
    assert found(read(f"{body}\n\n{printed} to act."))[f"para. {label}"] == f"{printed} to act."


def test_a_misread_letter_keeps_its_place_and_is_told() -> None:
    document = read("1. Decides:\n\n(a) To act;\n\n(6) To ask;\n\n(c) To go;")
    assert found(document)["para. 1 (b)"] == "(6) To ask;"
    assert document.warnings == ('the mark "(6)" was read as "b"',)


def test_paragraphs_run_together_are_parted() -> None:
    document = read("Recalling its resolution 1 (1946), 4 Recalling also that,\n\n1. Notes this; 2. Decides that;")
    assert list(found(document))[1:] == ["preambular para. 1", "preambular para. 2", "para. 1", "para. 2"]


def test_a_year_misread_in_the_headline_gives_way_to_the_name_of_the_file() -> None:
    document = read("1. Decides.", "Resolution 434 (1973) of 18 September 1978\n\n", "S_RES_434_1978.txt")
    assert document.source.symbol == "S/RES/434 (1978)"
    assert document.source.date == date(1978, 9, 18)
    assert document.warnings == ("the headline prints 434 (1973), the file's name 434 (1978)",)


# -- warnings --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "warning"),
    [
        ("1. Decides;\n\n4. Requests;\n\n5. Calls upon all.", "operative paragraphs jump from 1 to 4"),
        ("2. Decides;\n\n3. Requests.", "operative paragraphs begin with 2"),
        ("of the mandate,\n\n1. Decides.", 'a paragraph begins in mid-sentence: "of the mandate,"'),
        ("Recalling its resolutions,", "no operative paragraphs were found"),
    ],
)
def test_what_looks_wrong_is_told(body: str, warning: str) -> None:
    assert warning in read(body).warnings


def test_a_missing_date_is_told() -> None:
    assert "no date was found" in read("1. Decides.", "RESOLUTION 801 (1993)\n\n").warnings


# -- all there are ---------------------------------------------------------------------------------------------------


@needs_data
def test_every_resolution_is_recognized_read_and_accounted_for() -> None:
    paths = sorted((DATA / "un").glob("*.txt"))
    assert paths
    for path in paths:
        text = path.read_text(encoding="utf-8")
        assert resolution.recognizes(text, "unnamed"), path.name
        document = resolution.parse(text, path.name, "")
        assert_every_letter_is_accounted_for(document)
        assert_blocks_are_in_order(document)
        number, year = path.stem.split("_")[2:]
        assert document.source.symbol == f"S/RES/{number} ({year})"


@needs_data
def test_nothing_else_is_recognized() -> None:
    paths = [path for path in (DATA / "qa").glob("*/documents/*") if path.is_file()]
    assert paths
    for path in paths:
        assert not resolution.recognizes(path.read_text(encoding="utf-8"), path.name), path.name


@needs_data
def test_97_of_100_documents_have_every_operative_locator_right() -> None:
    comparisons = gold().compare_all(DATA)
    right = sum(not each.errors for each in comparisons)
    assert right >= 0.97 * len(comparisons), "\n".join(gold().report(comparisons))


@cache
def gold() -> ModuleType:
    spec = importlib.util.spec_from_file_location("resolution_gold", Path(__file__).with_name("gold.py"))
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module
    spec.loader.exec_module(module)
    return module


def test_the_words_of_a_block_are_those_of_the_file() -> None:
    text = fold(shipped().text)
    assert all(fold(shipped().text[start:end]) in text for block in shipped().blocks for start, end in block.spans)
