"""The reader of encyclopedia articles, on the shipped article and on wikitext as it is edited."""

from pathlib import Path

import pytest

from corpus.document import Document, Kind, Passage, Role
from corpus.formats import wikitext
from corpus.passages import passages_of

ARTICLE = Path(__file__).parents[3] / "corpus" / "documents" / "Resolution_968_article.txt"

EDITED = """{{Short description|Resolution of 1994}}
{{Infobox UN resolution
| number = 968
| code =
| members = {{ubl
 | A
 | B}}
}}
'''Resolution 968''' was adopted on [[16 December]].<ref>{{cite web|url=x}}</ref>

== History ==
The following:
* one [[a|b]]
** deeper
* two
After the list.

{| class="wikitable"
! Year !! Count
|-
| 1994 || 40
|}

=== Later ===
More.

== References ==
{{reflist}}
=== Cited works ===
* A book

== Aftermath ==
Words.

[[Category:Tajikistan]]
"""


def article() -> Document:
    return wikitext.parse(ARTICLE.read_bytes().decode(), ARTICLE.name, "")


def passages(text: str) -> dict[str, Passage]:
    return {passage.locator: passage for passage in passages_of(wikitext.parse(text, "page.txt", ""))}


def test_the_article_takes_its_title_from_the_line_between_equals_signs() -> None:
    assert article().source.title == "United Nations Security Council Resolution 968"


def test_the_article_is_an_encyclopedia_and_not_the_resolution() -> None:
    source = article().source
    assert (source.kind, source.symbol, source.date, source.url) == (Kind.ENCYCLOPEDIA, None, None, None)


def test_the_articles_infobox_becomes_one_citable_fact_for_each_field() -> None:
    facts = [p for p in passages_of(article()) if p.role is Role.INFOBOX]
    printed = "Number Organ Date Year Meeting Code Document For Abstention Against Subject Result"
    assert " ".join(fact.label or "" for fact in facts) == printed


def test_3482_in_the_infobox_is_the_meeting() -> None:
    fact = next(p for p in passages_of(article()) if "3,482" in p.text)
    assert (fact.locator, fact.text) == ("Infobox, Meeting", "Meeting: 3,482")


def test_the_lead_of_the_article_is_paragraph_1() -> None:
    lead = next(p for p in passages_of(article()) if p.role is Role.PROSE)
    assert lead.locator == "para. 1"
    assert lead.text.startswith("United Nations Security Council resolution 968, adopted unanimously")


def test_lettered_items_are_cited_by_their_letter_below_the_sentence_they_complete() -> None:
    item = next(p for p in passages_of(article()) if p.locator == "Acts, para. 2 (b)")
    assert item.text == "(b) to investigate and report on ceasefire violations;"
    assert item.stem is not None
    assert item.stem.endswith("with the following mandate:")


def test_paragraphs_after_a_list_go_on_counting() -> None:
    acts = [p.locator for p in passages_of(article()) if p.headings == ("Resolution", "Acts") and p.role is Role.PROSE]
    assert acts == ["Acts, para. 1", "Acts, para. 3", "Acts, para. 4"]


def test_see_also_is_furniture() -> None:
    document = article()
    assert not any("History of Tajikistan" in passage.text for passage in passages_of(document))
    assert "==See also==" in [document.text[start:end] for start, end in document.furniture]


def test_every_line_of_the_article_is_content_heading_or_furniture() -> None:
    document = article()
    spans = [*document.furniture, *(span for block in document.blocks for span in block.spans)]
    for line in document.text.splitlines():
        at = document.text.index(line)
        assert not line or line.startswith("=") or any(start <= at + 2 < end for start, end in spans), line


def test_markup_in_a_sentence_is_kept_word_for_word() -> None:
    assert passages(EDITED)["para. 1"].text == (
        "'''Resolution 968''' was adopted on [[16 December]].<ref>{{cite web|url=x}}</ref>"
    )


def test_a_template_that_is_an_infobox_gives_its_filled_fields() -> None:
    facts = {p.label: p.text for p in passages(EDITED).values() if p.role is Role.INFOBOX}
    assert facts == {"number": "number = 968", "members": "members = {{ubl | A | B}}"}


def test_an_infobox_on_one_line_gives_its_fields() -> None:
    found = passages("= T =\n{{Infobox x | number = 968 | organ = SC}}\n\nText.\n")
    assert [found["Infobox, number"].text, found["Infobox, organ"].text] == ["number = 968", "organ = SC"]


def test_starred_items_nest_by_the_length_of_their_mark() -> None:
    found = passages(EDITED)
    assert found["History, para. 1, item 1, item 1"].text == "deeper"
    assert found["History, para. 1, item 2"].stem == "The following:"


def test_a_row_of_a_table_stands_under_the_row_that_names_its_columns() -> None:
    row = passages(EDITED)["History, table 1, row 1"]
    assert (row.text, row.stem) == ("1994 || 40", "Year !! Count")


def test_headings_of_every_level_are_kept_from_the_outermost() -> None:
    assert passages(EDITED)["Later, para. 1"].headings == ("History", "Later")


def test_sections_after_the_references_are_read_again() -> None:
    found = passages(EDITED)
    assert found["Aftermath, para. 1"].text == "Words."
    assert not any("A book" in passage.text for passage in found.values())


def test_a_template_that_is_never_closed_hides_nothing() -> None:
    assert any("Still here" in p.text for p in passages("= T =\n{{Infobox x\n| a = b\n\nStill here.\n").values())


def test_a_page_that_states_its_address_has_it_as_its_url() -> None:
    text = '= T =\nText.\n\nRetrieved from "https://en.wikipedia.org/wiki/T"\n'
    document = wikitext.parse(text, "t.txt", "")
    assert document.source.url == "https://en.wikipedia.org/wiki/T"


@pytest.mark.parametrize("end", ["\r\n", "\r"])
def test_other_line_ends_give_the_same_passages(end: str) -> None:
    unix = [(p.locator, p.text) for p in passages(EDITED).values()]
    assert [(p.locator, p.text) for p in passages(EDITED.replace("\n", end)).values()] == unix
