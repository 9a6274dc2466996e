"""The reader of plain text, on the shipped background page, on written examples and on regulations."""

import json
from collections import defaultdict
from pathlib import Path

import pytest

from corpus.document import Document, Kind, Passage, Role, fold
from corpus.formats import plain
from corpus.formats.numbering import Number
from corpus.passages import passages_of

BACKGROUND = Path(__file__).parents[3] / "corpus" / "documents" / "UNMOT_backgrounder.txt"
REGULATIONS = Path(__file__).parents[3].parent / "shared" / "data" / "qa" / "obliqa"

PROSE = "A paragraph of prose that says something, with a full stop at its end."


def background() -> Document:
    return plain.parse(BACKGROUND.read_bytes().decode(), BACKGROUND.name, "")


def read(text: str) -> dict[str, Passage]:
    return {passage.locator: passage for passage in passages_of(plain.parse(text, "some_rules.txt", ""))}


def furniture(text: str) -> list[str]:
    return [text[start:end] for start, end in plain.parse(text, "a.txt", "").furniture]


def test_the_numbered_first_line_of_the_background_page_is_left_over_from_a_menu() -> None:
    document = background()
    start, end = document.furniture[0]
    assert document.text[start:end] == "5. General Agreement and Expansion of UNMOT"
    assert not any(passage.label or "5." in passage.headings for passage in passages_of(document))


def test_the_mandate_in_running_text_stays_in_the_paragraph_on_the_cis_forces() -> None:
    paragraph = next(p for p in passages_of(background()) if "(a) to assist in the normalization" in p.text)
    assert paragraph.locator == "Civil War, para. 4"
    assert "CIS Collective Peacekeeping Forces" in paragraph.text
    assert "(b) to assist in the delivery" in paragraph.text


@pytest.mark.parametrize("words", ["Prepared for the Internet", "Maintained by", "(c)United Nations", "Main Page"])
def test_the_footer_of_the_background_page_is_never_content(words: str) -> None:
    assert not any(words in passage.text for passage in passages_of(background()))


def test_the_footer_tells_that_the_page_is_background_of_the_united_nations() -> None:
    assert background().source.kind is Kind.BACKGROUND


def test_a_page_without_a_title_line_is_named_after_its_file() -> None:
    assert background().source.title == "UNMOT backgrounder"


def test_the_headings_of_the_background_page_are_its_sections() -> None:
    headings = list(dict.fromkeys(passage.headings for passage in passages_of(background())))
    assert headings == [
        ("Civil War",),
        ("Early United Nations involvement",),
        ("Agreement on Temporary Ceasefire",),
        ("Establishment of UNMOT",),
        ("General Agreement and Expansion of UNMOT",),
        ("Further Progress Reported",),
        ("UNMOT Completes its Mandate",),
    ]


def test_a_gap_of_two_blank_lines_does_not_interrupt_a_section() -> None:
    election = next(p for p in passages_of(background()) if p.text.startswith("The election for the 63-seat"))
    assert election.locator == "Further Progress Reported, para. 3"


def test_a_first_line_with_the_form_of_a_heading_is_the_title() -> None:
    document = plain.parse(f"Rules of the house\n\n{PROSE}\n", "a.txt", "")
    assert document.source.title == "Rules of the house"
    assert [passage.locator for passage in passages_of(document)] == ["para. 1"]


def test_a_first_line_that_names_a_section_is_no_title() -> None:
    document = plain.parse(f"Introduction\n\n{PROSE}\n", "annual_report.txt", "")
    assert document.source.title == "annual report"
    assert passages_of(document)[0].locator == "Introduction, para. 1"


def test_a_list_of_contents_at_the_top_is_furniture() -> None:
    text = f"Origins\nGrowth\n\nOrigins\n\n{PROSE}\n\nGrowth\n\n{PROSE}\n"
    assert furniture(text) == ["Origins", "Growth"]


def test_capitals_stand_above_other_headings_when_they_come_first() -> None:
    text = f"T of it\n\nPART ONE\n\nOrigins\n\n{PROSE}\n\nGrowth\n\n{PROSE}\n\nPART TWO\n\n{PROSE}\n"
    assert [p.headings for p in read(text).values()] == [("PART ONE", "Origins"), ("PART ONE", "Growth"), ("PART TWO",)]


def test_a_run_of_short_lines_is_a_list_of_names_and_no_heading() -> None:
    text = f"Those present\n\n{PROSE}\n\nAnna Berg\n\nCarl Dorn\n\nEva Falk\n\nGerd Hahn\n\nIda Jung\n\n{PROSE}\n"
    assert "para. 2" in read(text)
    assert read(text)["para. 2"].text == "Anna Berg"


def test_wrapped_lines_are_one_paragraph() -> None:
    found = read("The Mission was set up in\n1994. It had forty men -\n- all of them soldiers - from\nmany lands.\n")
    assert list(found) == ["para. 1"]


def test_lines_too_long_to_be_wrapped_are_paragraphs_without_blank_lines() -> None:
    long = "A sentence that goes on and on. " * 5
    assert list(read(f"{long}\n{long}\n")) == ["para. 1", "para. 2"]


def test_items_with_blank_lines_between_them_are_one_list() -> None:
    found = read("We ask you:\n\n- to be kind;\n\n- to be brief.\n\nThank you for that.\n")
    assert list(found) == ["para. 1", "para. 2, item 1", "para. 2, item 2", "para. 3"]
    assert found["para. 2, item 2"].stem == "We ask you:"


def test_a_bullet_is_left_out_of_the_words_and_a_printed_letter_is_not() -> None:
    found = read("We ask you:\n- to be kind:\n  (a) here;\n  (b) there.\n- to be brief.\n")
    assert found["para. 1, item 1"].text == "to be kind:"
    assert found["para. 1, item 1 (b)"].text == "(b) there."
    assert found["para. 1, item 2"].text == "to be brief."


def test_roman_figures_nest_below_letters() -> None:
    found = read("As follows:\n(a) one:\n(i) first;\n(ii) second;\n(b) two.\n")
    assert [p.label for p in found.values()] == [None, "(a)", "(a) (i)", "(a) (ii)", "(b)"]


def test_the_letter_i_after_h_is_a_letter() -> None:
    letters = [f"({letter}) item {letter};" for letter in "abcdefghij"]
    found = read("As follows:\n" + "\n".join(letters) + "\n")
    assert [p.label for p in found.values()][-2:] == ["(i)", "(j)"]


def test_the_last_item_c_is_not_a_copyright() -> None:
    assert furniture("As follows:\n(a) one;\n(b) two;\n(c) the events of 1999\n") == []


def test_numbered_lines_without_blank_lines_are_numbered_paragraphs() -> None:
    found = read("House rules\n\n1. Be kind.\n2. Be brief.\n3. Ask\nbefore you act.\n\n4. Listen.\n\n5. Rest.\n")
    assert {p.locator: p.text for p in found.values()}["para. 3"] == "3. Ask before you act."
    assert list(found) == ["para. 1", "para. 2", "para. 3", "para. 4", "para. 5"]


def test_a_numbered_paragraph_keeps_its_lettered_items() -> None:
    found = read("1.1 All must:\n(a) be kind; and\n\n(b) be brief.\n\n1.2 None may shout.\n\n1.3 This ends here.\n")
    assert found["para. 1.1"].text == "1.1 All must: (a) be kind; and (b) be brief."


def test_a_number_and_a_title_above_numbers_of_their_own_are_a_heading() -> None:
    found = read("1. SCOPE\n\n1.1 Persons\n\n1.1.1 All are meant.\n\n1.1.2 [Deleted]\n\n2. END\n\n2.1 It ends.\n")
    assert found["para. 1.1.2"].headings == ("1. SCOPE", "1.1 Persons")
    assert found["para. 2.1"].headings == ("2. END",)


def test_numbered_titles_above_prose_are_headings() -> None:
    found = read(f"A report\n\n1. Scope\n\n{PROSE}\n\n2. Terms\n\n{PROSE}\n")
    assert list(found) == ["1. Scope, para. 1", "2. Terms, para. 1"]


def test_a_year_at_the_beginning_of_a_paragraph_is_no_number() -> None:
    assert all(p.label is None for p in read(f"1990 was a year.\n\n{PROSE}\n\n1991 was another.\n\n{PROSE}\n").values())


def test_a_page_break_does_not_cut_a_paragraph() -> None:
    text = f"{PROSE}\n\n12\n\nThe sentence goes on over the\n\n13\n\nend of the page.\n"
    assert read(text)["para. 2"].text == "The sentence goes on over the end of the page."


def test_a_table_gives_its_rows_below_the_row_that_names_the_columns() -> None:
    table = "/Table Start\nTerm\tMeaning\nUNMOT\tA mission\n/Table End"
    found = read(f"1.1 See the table.\n{table}\n\n1.2 End.\n\n1.3 End.\n")
    row = found["para. 1.1, table, row 1"]
    assert (row.role, row.text, row.stem) == (Role.TABLE, "UNMOT A mission", "1.1 See the table. Term Meaning")


def test_a_text_of_one_line_is_one_passage() -> None:
    assert [p.text for p in read("Just a line without a full stop").values()] == ["Just a line without a full stop"]


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_give_the_same_passages(end: str) -> None:
    text = BACKGROUND.read_bytes().decode()
    unix, other = (passages_of(plain.parse(each, "a.txt", "")) for each in (text, text.replace("\n", end)))
    assert [(p.locator, p.text) for p in other] == [(p.locator, p.text) for p in unix]


@pytest.mark.skipif(not REGULATIONS.exists(), reason="the regulations are not part of the project")
def test_numbered_paragraphs_of_regulations_are_one_passage_each_with_their_number() -> None:
    printed = defaultdict(set)
    for file in (REGULATIONS / "documents").iterdir():
        for passage in passages_of(plain.parse(file.read_bytes().decode(), file.name, "")):
            printed[file.name].add((passage.label, passage.text))
    gold = set()
    for line in (REGULATIONS / "questions.jsonl").read_text().splitlines():
        question = json.loads(line)
        documents = tuple(question["document"])
        gold |= {(documents, *pair) for pair in zip(question["locator"], question["passages"], strict=True)}
    found = sum(
        any((Number(number, ()).label, fold(f"{number} {text}")) in printed[name] for name in documents)
        for documents, number, text in gold
    )
    assert found / len(gold) > 0.95
