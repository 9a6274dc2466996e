"""Which format a text is taken for: by its content, never by its name."""

from pathlib import Path

import pytest

from corpus.document import Kind
from corpus.formats import FORMATS, markdown, plain, read, resolution, wikitext

SHIPPED = Path(__file__).parents[3] / "corpus" / "documents"


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("S_RES_1138_1997.txt", Kind.OFFICIAL),
        ("Resolution_968_article.txt", Kind.ENCYCLOPEDIA),
        ("UNMOT_backgrounder.txt", Kind.BACKGROUND),
    ],
)
def test_the_shipped_documents_are_told_apart_though_all_end_in_txt(name: str, kind: Kind) -> None:
    assert read((SHIPPED / name).read_bytes().decode(), name, "").source.kind is kind


@pytest.mark.parametrize("name", ["S_RES_1138_1997.txt", "Resolution_968_article.txt", "UNMOT_backgrounder.txt"])
@pytest.mark.parametrize("change", ["\r\n", "\ufeff"])
def test_line_ends_and_a_byte_order_mark_do_not_change_what_is_read(name: str, change: str) -> None:
    text = (SHIPPED / name).read_bytes().decode()
    changed = change + text if change == "\ufeff" else text.replace("\n", change)
    document, other = read(text, name, ""), read(changed, name, "")
    assert other.source == document.source
    assert [other.slice(block.spans) for block in other.blocks] == [document.slice(b.spans) for b in document.blocks]


def test_every_text_is_read_by_some_format() -> None:
    assert list(FORMATS) == [resolution, wikitext, markdown, plain]
    assert plain.recognizes("", "")


@pytest.mark.parametrize(
    "text",
    [
        "# Title\n\nText.\n",
        "Intro.\n\n## One\n\nText.\n\n## Two\n\nText.\n",
        "---\ntitle: Rules\n---\nText.\n",
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "See [one](https://example.org/1) and **this** too.\n",
        "```\ncode\n```\n",
    ],
)
def test_markdown_is_told_by_its_marks(text: str) -> None:
    assert markdown.recognizes(text, "a.txt")


@pytest.mark.parametrize(
    "text",
    [
        "- a stray dash\n\nand prose.\n",
        "The price is 3 * 4 * 5.\n\n# 1 is a number.\n",
        "-----\nA rule is no table.\n-----\n",
        "1. One\n2. Two\n",
        "Prose - an informal one - without marks.\n",
        "#hashtag #another\n#third\n",
    ],
)
def test_plain_text_with_a_stray_mark_is_not_markdown(text: str) -> None:
    assert not markdown.recognizes(text, "a.md")


def test_a_line_of_equals_signs_does_not_make_an_article() -> None:
    assert not wikitext.recognizes("Title\n=====\n\nText with a = b = c.\n", "a.txt")
