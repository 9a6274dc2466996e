"""A citation to copy names body, title, symbol, paragraph and date, in three forms that other programs can read."""

from __future__ import annotations

import re
from datetime import date

from discord_cards import written
from hypothesis import given
from hypothesis import strategies as st
from samples import PASSAGES, by_locator

from bot.citations import copyable
from corpus.citation import cite
from corpus.document import Kind

_FIELD = re.compile(r"  (\w+) = \{(.*)\},?")


def fields(bibtex: str) -> dict[str, str]:
    first, *lines, last = bibtex.split("\n")
    assert re.fullmatch(r"@misc\{[a-z0-9-]+,", first), first
    assert last == "}"
    matches = [_FIELD.fullmatch(line) for line in lines]
    assert all(matches), bibtex
    return {match[1]: match[2] for match in matches if match}


def braces_match(text: str) -> bool:
    depth = 0
    for character in re.sub(r"\\.", "", text):
        depth += (character == "{") - (character == "}")
        if depth < 0:
            return False
    return depth == 0


def test_a_resolution_is_cited_as_the_united_nations_does() -> None:
    assert copyable(by_locator("para. 6 (d)")).plain == (
        "United Nations, Security Council, Resolution 1138 (1997), S/RES/1138 (1997), para. 6 (d) (14 November 1997), "
        "https://undocs.org/S/RES/1138(1997)."
    )


def test_a_resolution_has_an_entry_that_bibtex_reads() -> None:
    assert fields(copyable(by_locator("para. 5")).bibtex) == {
        "title": "Resolution 1138 (1997), S/RES/1138 (1997)",
        "author": "{United Nations Security Council}",
        "year": "1997",
        "month": "11",
        "note": "para. 5",
        "url": "https://undocs.org/S/RES/1138(1997)",
    }


def test_markdown_leads_to_the_official_page() -> None:
    assert copyable(by_locator("para. 5")).markdown == (
        "[S/RES/1138 (1997), para. 5](<https://undocs.org/S/RES/1138(1997)>)"
    )


def test_a_document_without_symbol_date_or_page_is_cited_without_them() -> None:
    (passage,) = written("Words.", title="Notes", kind=Kind.OTHER)
    copied = copyable(passage)
    assert copied.plain == "Notes, para. 1."
    assert copied.markdown == "Notes, para. 1"
    assert fields(copied.bibtex) == {"title": "Notes", "note": "para. 1"}


def test_an_article_about_a_resolution_is_not_cited_as_the_security_council() -> None:
    article = next(each for each in PASSAGES if each.source.kind is Kind.ENCYCLOPEDIA)
    copied = copyable(article)
    assert "Security Council, " not in copied.plain.replace(article.source.title, "")
    assert "author" not in fields(copied.bibtex)


def test_every_shipped_passage_has_its_own_key_and_locator() -> None:
    copied = [copyable(each) for each in PASSAGES]
    assert len({each.bibtex.split("\n")[0] for each in copied}) == len(PASSAGES)
    for passage, each in zip(PASSAGES, copied, strict=True):
        assert passage.locator in each.plain
        assert str(cite(passage)) in each.markdown


@given(st.text(min_size=1), st.text(min_size=1), st.none() | st.dates())
def test_an_entry_stays_whole_whatever_the_title_says(title: str, locator: str, day: date | None) -> None:
    (passage,) = written("Words.", title=title, locator=locator, day=day)
    bibtex = copyable(passage).bibtex
    assert bibtex.startswith("@misc{")
    assert braces_match(bibtex)
    fields(bibtex)


@given(st.text(min_size=300), st.text(min_size=300))
def test_a_citation_stays_short_whatever_the_title_says(title: str, locator: str) -> None:
    (passage,) = written(
        "Words.", title=title, symbol="S/RES/1", locator=locator, url="https://example.org/" + "a" * 99
    )
    assert len(copyable(passage).plain) <= 700


def test_an_address_of_any_length_is_not_cut_but_left_out() -> None:
    (passage,) = written("Words.", title="Notes", url="https://example.org/" + "a" * 400)
    assert copyable(passage).plain == "Notes, para. 1."
