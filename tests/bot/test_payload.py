"""The JSON that scripts rely on."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import corpus
from bot import payload
from corpus.citation import Reading
from corpus.document import Passage, fold
from corpus.folder import Unreadable, read_folder
from corpus.passages import passages_of
from corpus.wording import compare
from retrieval.answering import Answer, Quotation

FOLDER = Path(corpus.__file__).parent / "documents"
DOCUMENTS = read_folder(FOLDER).documents
PASSAGES = tuple(passage for document in DOCUMENTS for passage in passages_of(document))
KEYS = {
    "text", "marked", "document", "title", "kind", "symbol", "date", "citation", "locator", "headings", "stem", "url",
    "score", "id", "spans", "verified",
}  # fmt: skip


def quoted(passage: Passage) -> Quotation:
    return Quotation(passage, (0, len(passage.text)), 0.5, verified=True)


def by_locator(locator: str) -> Passage:
    return next(each for each in PASSAGES if each.locator == locator and each.source.symbol)


def strings(value: object) -> Iterator[str]:
    if isinstance(value, dict):
        for each in value.values():
            yield from strings(each)
    elif isinstance(value, list):
        for each in value:
            yield from strings(each)
    elif isinstance(value, str):
        yield value


def test_a_quotation_has_the_keys_agreed_on() -> None:
    assert payload.quotation(quoted(by_locator("para. 6 (d)"))).keys() == KEYS


def test_a_quotation_says_where_it_stands() -> None:
    found = payload.quotation(quoted(by_locator("para. 6 (d)")))
    assert found["citation"] == "S/RES/1138 (1997), para. 6 (d)"
    assert found["document"] == "S_RES_1138_1997.txt"
    assert found["kind"] == "official"
    assert found["date"] == "1997-11-14"
    assert str(found["stem"]).startswith("6. Decides that the mandate")


@pytest.mark.parametrize("passage", PASSAGES, ids=lambda passage: f"{passage.source.id}:{passage.locator}")
def test_spans_lead_back_to_the_words_in_the_file(passage: Passage) -> None:
    found = json.loads(payload.line(payload.quotation(quoted(passage)), io.StringIO()))
    file = (FOLDER / found["document"]).read_bytes().decode("utf-8")
    assert " ".join(fold(file[start:end]) for start, end in found["spans"]) == found["text"]
    assert found["marked"] in found["text"]


def test_what_has_no_date_or_symbol_says_null() -> None:
    article = next(each for each in PASSAGES if each.source.id == "Resolution_968_article.txt")
    found = payload.quotation(quoted(article))
    assert found["symbol"] is None


def test_a_lookup_that_names_nothing_says_what_exists() -> None:
    found = payload.lookup(Reading(problem="There is no paragraph 14."), ())
    assert found["passages"] == []
    assert found["problem"] == "There is no paragraph 14."


def test_a_lookup_that_names_a_paragraph_has_no_problem() -> None:
    passage = by_locator("para. 5")
    found = payload.lookup(Reading((passage,), "S/RES/1138 (1997), para. 5"), [quoted(passage)])
    assert "problem" not in found
    assert found["reading"] == "S/RES/1138 (1997), para. 5"


def test_check_counts_paragraphs_of_the_top_level_only() -> None:
    resolution = next(each for each in DOCUMENTS if each.source.symbol)
    found = payload.checked(resolution, passages_of(resolution))
    assert (found["preambular"], found["operative"]) == (8, 13)


def test_check_has_the_keys_agreed_on() -> None:
    found = payload.check(
        [(document, passages_of(document)) for document in DOCUMENTS], [Unreadable("a.pdf", "is not text")]
    )
    assert found["unreadable"] == [{"document": "a.pdf", "reason": "is not text"}]
    assert isinstance(found["documents"], list)
    first = found["documents"][0]
    keys = {"document", "title", "kind", "symbol", "date", "preambular", "operative", "passages", "warnings"}
    assert keys <= set(first)


def test_a_checked_wording_shows_both_words() -> None:
    wording = compare("Decides to extend the mandate of UNMOT until 15 May 1999", PASSAGES)
    found = payload.wording(wording, [quoted(each) for each in wording.passages])
    assert found["status"] == "differing"
    assert found["found"] is False
    assert found["differences"] == [{"typed": "1999", "document": "1998"}]


def test_an_answer_that_was_not_found_says_why() -> None:
    answer = Answer("?", (), 0.1, (quoted(by_locator("para. 5")),), None, "Not held.", 0.01)
    assert not answer.found
    assert answer.problem == "Not held."


@given(st.text())
def test_a_line_is_one_line_that_says_the_same(text: str) -> None:
    line = payload.line({"text": text}, io.StringIO())
    assert "\n" not in line
    assert json.loads(line) == {"text": text}


@given(st.text())
def test_a_line_holds_no_control_character(text: str) -> None:
    line = payload.line({"text": text}, io.StringIO())
    assert not any(ord(character) < 0x20 or 0x7F <= ord(character) < 0xA0 for character in line)


def test_half_a_character_is_escaped() -> None:
    assert payload.line({"text": "\udcff"}, io.StringIO()) == '{"text": "\\udcff"}'


def test_a_console_without_unicode_gets_escapes() -> None:
    console = io.TextIOWrapper(io.BytesIO(), encoding="ascii")
    assert payload.line({"text": "é"}, console) == '{"text": "\\u00e9"}'
