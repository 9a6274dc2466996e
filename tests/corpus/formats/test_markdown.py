"""The reader of Markdown."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from corpus.citation import cite, resolve
from corpus.document import Document, Passage, Role, Source, fold
from corpus.formats import markdown, plain
from corpus.passages import passages_of
from corpus.references import references_in

ARTICLES = Path(__file__).parents[3].parent / "shared" / "data" / "qa" / "squad"

TEXT = """[Home](/) | [Docs](/docs)

# The *rules*

Some words
on two lines:

- a first
  going on

  with a second paragraph
  - nested
- a second

3. third
4. fourth

## Prices

| Thing | Price |
|-------|-------|
| Tea   | 2     |

> A quotation
> on two lines.

```python
code = 1
```

<!-- a
comment -->

- [Prices](#prices)
- [Elsewhere](https://example.org)

[ref]: https://example.org
"""


def read(text: str) -> dict[str, Passage]:
    return {passage.locator: passage for passage in passages_of(markdown.parse(text, "docs/some_rules.md", ""))}


def furniture(text: str) -> list[str]:
    return [text[start:end] for start, end in markdown.parse(text, "a.md", "").furniture]


def test_the_first_heading_of_level_one_is_the_title() -> None:
    document = markdown.parse(TEXT, "a.md", "")
    assert document.source.title == "The rules"
    assert document.blocks[0].headings == ()


def test_a_text_without_a_title_is_named_after_its_file() -> None:
    assert markdown.parse("## One\n\nText.\n", "docs/some_rules.md", "").source.title == "some rules"


def test_front_matter_gives_title_date_and_address() -> None:
    text = '---\ntitle: "The rules"\ndate: 2024-05-01\nurl: https://example.org/rules\ntags: a\n---\n# Rules\n\nText.\n'
    source = markdown.parse(text, "a.md", "").source
    assert (source.title, source.date, source.url) == ("The rules", date(2024, 5, 1), "https://example.org/rules")
    assert furniture(text)[:2] == ["---", 'title: "The rules"']


def test_a_bullet_is_left_out_of_the_words_of_an_item() -> None:
    assert read(TEXT)["para. 2, item 1"].text == "a first going on with a second paragraph"


def test_a_printed_number_is_label_and_part_of_the_words() -> None:
    item = read(TEXT)["para. 2, item 3"]
    assert (item.label, item.text) == ("3", "3. third")


def test_a_list_completes_the_paragraph_that_ends_in_a_colon() -> None:
    found = read(TEXT)
    assert found["para. 2, item 2"].stem == "Some words on two lines:"
    assert found["para. 2, item 1, item 1"].stem == "Some words on two lines: a first going on with a second paragraph"


def test_lettered_lines_are_items_though_markdown_knows_none() -> None:
    found = read("# T\n\nWe ask you:\n\n(a) to be kind;\n\n(b) to be brief.\n")
    assert found["para. 2 (b)"].stem == "We ask you:"


def test_a_row_of_a_table_stands_under_the_row_that_names_its_columns() -> None:
    row = read(TEXT)["Prices, table 1, row 1"]
    assert (row.role, row.text, row.stem) == (Role.TABLE, "Tea | 2", "Thing | Price")


def test_a_quotation_is_read_without_its_marks() -> None:
    assert read(TEXT)["Prices, para. 1"].text == "A quotation on two lines."


def test_code_is_read_without_its_fence() -> None:
    assert read(TEXT)["Prices, para. 2"].text == "code = 1"


def test_an_item_that_leads_elsewhere_is_content() -> None:
    assert "[Elsewhere](https://example.org)" in [p.text for p in read(TEXT).values()]


@pytest.mark.parametrize(
    "line",
    ["[Home](/) | [Docs](/docs)", "<!-- a", "comment -->", "- [Prices](#prices)", "[ref]: https://example.org", "```"],
)
def test_what_only_serves_the_page_is_furniture(line: str) -> None:
    assert line in furniture(TEXT)


def test_no_line_is_lost() -> None:
    document = markdown.parse(TEXT, "a.md", "")
    spans = [*document.furniture, *(span for block in document.blocks for span in block.spans)]
    kept = "".join(document.text[start:end] for start, end in sorted(spans))
    for line in TEXT.splitlines():
        words = line.lstrip("#->| ").rstrip("| ")
        assert line.startswith("#") or words in kept, line


def test_headings_in_a_list_are_words_of_the_item() -> None:
    assert read("# T\n\n- # Not a section\n- two\n")["para. 1, item 1"].text == "Not a section"


@pytest.mark.parametrize("change", ["\r\n", "\r", "\ufeff"])
def test_other_line_ends_and_a_byte_order_mark_give_the_same_passages(change: str) -> None:
    changed = change + TEXT if change == "\ufeff" else TEXT.replace("\n", change)
    assert [(p.locator, p.text) for p in read(changed).values()] == [(p.locator, p.text) for p in read(TEXT).values()]


RULES = """# Rules of the Ferry House

## Chapter 1 Guests

### Section 1.1 Arrival

1.1.1 The Warden must:

(a) greet each guest; and

(b) hand over a key.

The Warden must not:

(a) ask for money; or

(b) sleep.

**1.1.2** A guest pays:

| Nights | Crowns |
|--------|--------|
| 1      | 20     |

1.5 million guests came in the first year.

1.1.3 A guest leaves by noon.
1.1.4 Keys are
left at the door.

### Section 1.2 Boats

Boats are kept on the lake.

1.2.1 No boat leaves after dark, except:

- the mail boat;
- the Warden's.
"""


def test_a_paragraph_is_cited_by_the_number_it_prints_and_what_belongs_to_it_below() -> None:
    assert [(locator, passage.text) for locator, passage in read(RULES).items()] == [
        ("para. 1.1.1", "1.1.1 The Warden must:"),
        ("para. 1.1.1 (a)", "(a) greet each guest; and"),
        ("para. 1.1.1 (b)", "(b) hand over a key."),
        ("para. 1.1.1, continued", "The Warden must not:"),
        ("para. 1.1.1, continued (a)", "(a) ask for money; or"),
        ("para. 1.1.1, continued (b)", "(b) sleep."),
        ("para. 1.1.2", "**1.1.2** A guest pays:"),
        ("para. 1.1.2, table", "Nights | Crowns"),
        ("para. 1.1.2, table, row 1", "1 | 20"),
        ("para. 1.1.2, continued", "1.5 million guests came in the first year."),
        ("para. 1.1.3", "1.1.3 A guest leaves by noon."),
        ("para. 1.1.4", "1.1.4 Keys are left at the door."),
        ("Section 1.2 Boats, para. 1", "Boats are kept on the lake."),
        ("para. 1.2.1", "1.2.1 No boat leaves after dark, except:"),
        ("para. 1.2.1, item 1", "the mail boat;"),
        ("para. 1.2.1, item 2", "the Warden's."),
    ]


def test_an_item_has_the_words_it_completes_and_not_those_of_the_list_before() -> None:
    found = read(RULES)
    assert found["para. 1.1.1 (b)"].stem == "1.1.1 The Warden must:"
    assert found["para. 1.1.1, continued (a)"].stem == "1.1.1 The Warden must: The Warden must not:"
    assert found["para. 1.1.1 (b)"].label == "1.1.1 (b)"


def test_what_follows_a_numbered_paragraph_is_part_of_it_as_in_plain_text() -> None:
    text = "1.1 Be kind.\n\nAlways.\n\n1.2 Be brief.\n\n1.3 Ask.\n"
    passages = passages_of(plain.parse(text, "a.txt", ""))
    assert [(p.locator, p.text) for p in read(text).values()] == [(p.locator, p.text) for p in passages]


def test_annexes_that_count_from_one_again_are_told_apart_by_their_heading() -> None:
    found = read("## Rules\n\n1.1 Be kind.\n\n1.2 Be brief.\n\n## Annex\n\n1.1 Ask.\n\n1.2 Listen.\n")
    assert list(found) == ["Rules, para. 1.1", "Rules, para. 1.2", "Annex, para. 1.1", "Annex, para. 1.2"]


@pytest.mark.parametrize(
    "text",
    [
        "3.11 was released in May.\n\n3.12 was released in June.\n\n3.13 was released in July.",
        "## 3 Releases\n\n4.11 Beta is old.\n\n4.12 Beta is new.\n\n4.13 Beta is to come.",
        "1.5 million people live here.\n\n1.6 million lived here once.\n\n1.7 million will.",
        "1.1 million people live here.\n\n1.2 million lived here once.\n\n1.3 million will.",
        "2.50 Crowns is the price.\n\n1.20 Crowns was the price.\n\n4.75 Crowns will be.",
        "1.12.2024 Meeting of all.\n\n3.1.2025 Meeting of some.\n\n12.2.2025 Meeting of none.",
        "1.12.24 Meeting of all.\n\n3.1.25 Meeting of some.\n\n12.2.25 Meeting of none.",
        "1.1 Be kind.\n\n1.2 Be brief.\n\nBe calm.\n\nBe good.\n\nBe quick.",
    ],
)
def test_prose_that_begins_with_decimals_versions_or_dates_is_counted_by_its_place(text: str) -> None:
    assert all(passage.label is None for passage in read(f"# T\n\n{text}\n").values())


WHOLE = st.lists(st.lists(st.integers(1, 4), min_size=1, max_size=4), min_size=1, max_size=4)
"""Chapters of sections, each a count of paragraphs: three levels of numbers."""
DECIMALS = st.tuples(st.integers(0, 12), st.integers(0, 99)).map(lambda pair: f"{pair[0]}.{pair[1]} million people.")


def numbers_of(chapters: list[list[int]]) -> list[str]:
    return [
        f"{chapter}.{section}.{place}"
        for chapter, sections in enumerate(chapters, start=1)
        for section, count in enumerate(sections, start=1)
        for place in range(1, count + 1)
    ]


@given(WHOLE, st.data())
def test_every_number_in_order_is_cited_wherever_decimals_stand_between_and_paragraphs_are_deleted(
    chapters: list[list[int]], data: st.DataObject
) -> None:
    kept = [number for number in numbers_of(chapters) if data.draw(st.integers(0, 4))]
    texts = [f"{number} Guests pay." for number in kept]
    for decimal in data.draw(st.lists(DECIMALS, max_size=len(texts) // 2)):
        texts.insert(data.draw(st.integers(0, len(texts))), decimal)
    labels = [passage.label for passage in read("\n\n".join(["# T", *texts])).values() if passage.label]
    assert labels == (kept if len(kept) >= 3 else [])


@given(st.lists(DECIMALS, min_size=1, max_size=12))
def test_decimals_alone_number_nothing_in_whatever_order(texts: list[str]) -> None:
    assert [p.locator for p in read("\n\n".join(["# T", *texts])).values()] == [
        f"para. {place}" for place in range(1, len(texts) + 1)
    ]


FIGURES = st.lists(st.sampled_from("0 1 2 3 10 99 2024 5A A a (a) i Guidance".split()), min_size=1, max_size=4)
LINES = st.tuples(
    st.sampled_from(["", "## ", "Section ", "**", "- ", "> "]),
    FIGURES.map(".".join),
    st.sampled_from([" Guests pay.", " million people.", " Guests must:", "", "\n(a) pay;\n(b) go.", "\n1.2 Pay."]),
).map("".join)


@given(st.lists(LINES, max_size=10))
@example(["1 Guests pay.", "1.0 Guests pay.", "1.0 Guests must:"])
def test_whatever_numbers_stand_there_no_word_is_lost_and_every_locator_is_unique(texts: list[str]) -> None:
    document = markdown.parse("\n\n".join(texts), "a.md", "")
    passages = passages_of(document)
    assert len({passage.locator for passage in passages}) == len(passages)
    spans = sorted([*document.furniture, *(span for passage in passages for span in passage.spans)])
    assert all(end <= start for (_, end), (start, _) in pairwise(spans))
    words = " ".join([document.text[start:end] for start, end in spans])
    assert words.count("Guests") == document.text.count("Guests") - sum(
        "Guests" in line for line in document.text.splitlines() if line.startswith("## ")
    )


@dataclass(frozen=True)
class Shelf:
    """One document that was read."""

    document: Document

    def sources(self) -> Sequence[Source]:
        return (self.document.source,)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return passages_of(self.document)


SHELF = Shelf(markdown.parse(RULES, "ferry.md", ""))


@pytest.mark.parametrize("passage", SHELF.passages("ferry.md"), ids=lambda passage: passage.locator)
def test_the_citation_of_a_numbered_paragraph_leads_back_to_it(passage: Passage) -> None:
    assert resolve(str(cite(passage)), SHELF).passages[0] == passage


@pytest.mark.parametrize(
    ("reference", "locators"),
    [
        ("1.1.3", ["para. 1.1.3"]),
        ("para 1.1.3", ["para. 1.1.3"]),
        ("rule 1.1.3", ["para. 1.1.3"]),
        ("rule 1.1.1 (b)", ["para. 1.1.1 (b)"]),
        ("rules 1.1.3 and 1.1.4", ["para. 1.1.3", "para. 1.1.4"]),
        ("1.2", ["para. 1.2.1", "para. 1.2.1, item 1", "para. 1.2.1, item 2"]),
    ],
)
def test_a_paragraph_is_looked_up_by_the_number_it_prints(reference: str, locators: list[str]) -> None:
    assert [passage.locator for passage in resolve(reference, SHELF).passages] == locators


def test_a_question_names_a_rule_by_a_number_that_is_printed_and_no_other_rule() -> None:
    source = SHELF.document.source
    found = references_in("what does rule 1.1.3 say?", SHELF, context=source)
    assert found is not None
    assert [passage.locator for passage in found.passages] == ["para. 1.1.3"]
    assert references_in("who made rule 34?", SHELF, context=source) is None


def test_a_number_that_is_not_printed_is_answered_with_those_that_are() -> None:
    problem = resolve("1.1.9", SHELF).problem
    assert problem is not None
    assert "para. 1.1.1" in problem


@pytest.mark.skipif(not ARTICLES.exists(), reason="the articles are not part of the project")
def test_a_paragraph_of_an_article_is_one_passage() -> None:
    for file in sorted((ARTICLES / "documents").iterdir()):
        text = file.read_bytes().decode()
        paragraphs = [fold(each) for each in text.split("\n\n") if each.strip() and not each.startswith("#")]
        assert [p.text for p in passages_of(markdown.parse(text, file.name, ""))] == paragraphs, file.name
