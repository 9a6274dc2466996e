"""The reader of Markdown."""

from datetime import date
from pathlib import Path

import pytest

from corpus.document import Passage, Role, fold
from corpus.formats import markdown
from corpus.passages import passages_of

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


@pytest.mark.skipif(not ARTICLES.exists(), reason="the articles are not part of the project")
def test_a_paragraph_of_an_article_is_one_passage() -> None:
    for file in sorted((ARTICLES / "documents").iterdir()):
        text = file.read_bytes().decode()
        paragraphs = [fold(each) for each in text.split("\n\n") if each.strip() and not each.startswith("#")]
        assert [p.text for p in passages_of(markdown.parse(text, file.name, ""))] == paragraphs, file.name
