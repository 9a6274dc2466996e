"""Blocks → passages: each block once, in its own words, with a locator of its own."""

from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Block, Document, Kind, Role, Source, fold
from corpus.formats import read
from corpus.passages import passages_of, sentences_of

SHIPPED = sorted((Path(__file__).parents[2] / "corpus" / "documents").glob("*.txt"))
WORDS = "Words that stand in a paragraph. "

LABELS = st.none() | st.sampled_from(["1", "2", "(a)", "(b)", "(i)", "1.2", "Meeting", "a)"])
HEADINGS = st.lists(st.sampled_from(["One", "Two", "One, para. 1"]), max_size=2).map(tuple)
PARTS = st.none() | st.sampled_from(["annex 1", "part A"])


@st.composite
def documents(draw: st.DrawFn) -> Document:
    """Draw a document of blocks of every role, some hung under an earlier one."""
    blocks: list[Block] = []
    text = ""
    for index in range(draw(st.integers(0, 12))):
        text += draw(st.sampled_from(["\n", "\n\n", "\r\n\r\n", "\n---\n"]))
        spans = tuple(
            (len(text) + place * len(WORDS), len(text) + (place + 1) * len(WORDS))
            for place in range(draw(st.integers(1, 2)))
        )
        text += WORDS * len(spans)
        parent = draw(st.none() | st.integers(0, index - 1)) if index else None
        role = draw(st.sampled_from(Role))
        blocks.append(Block(spans, role, draw(HEADINGS), draw(LABELS), parent, draw(PARTS)))
    return Document(Source("a.txt", "A", Kind.OTHER), text, tuple(blocks))


def text_of(*paragraphs: tuple[Role, str | None, int | None], between: str = "\n\n") -> Document:
    """Return a document with a block for each role, label and parent, all without headings."""
    text = between.join([WORDS.strip()] * len(paragraphs))
    step = len(WORDS.strip()) + len(between)
    blocks = tuple(
        Block(((index * step, index * step + len(WORDS.strip())),), role, (), label, parent)
        for index, (role, label, parent) in enumerate(paragraphs)
    )
    return Document(Source("a.txt", "A", Kind.OTHER), text, blocks)


def locators(document: Document) -> Sequence[str]:
    return [passage.locator for passage in passages_of(document)]


@settings(deadline=None)
@given(documents())
def test_every_block_is_one_passage_in_its_order(document: Document) -> None:
    passages = passages_of(document)
    assert [passage.spans for passage in passages] == [block.spans for block in document.blocks]
    assert [passage.ordinal for passage in passages] == list(range(len(document.blocks)))


@settings(deadline=None)
@given(documents())
def test_a_passage_has_the_words_of_its_spans(document: Document) -> None:
    for passage in passages_of(document):
        assert passage.text == " ".join(fold(document.text[start:end]) for start, end in passage.spans)


@settings(deadline=None)
@given(documents())
def test_no_two_passages_of_a_document_have_the_same_locator(document: Document) -> None:
    found = locators(document)
    assert len(set(found)) == len(found)


@settings(deadline=None)
@given(documents())
def test_a_stem_is_made_of_the_blocks_above(document: Document) -> None:
    for block, passage in zip(document.blocks, passages_of(document), strict=True):
        above = () if block.parent is None else document.blocks[block.parent].spans
        assert passage.stem_spans[len(passage.stem_spans) - len(above) :] == above


@settings(deadline=None)
@given(st.text(alphabet="aB1. ;:()-*#=|{}[]\t\r\n/'>_\u00e9", max_size=300))
def test_whatever_a_file_holds_its_blocks_ascend_and_no_word_is_content_and_furniture(text: str) -> None:
    document = read(text, "a.txt", "")
    ends = [end for block in document.blocks for span in block.spans for end in span]
    assert ends == sorted(ends)
    assert len(set(locators(document))) == len(document.blocks)
    assert all(passage.text for passage in passages_of(document))
    for start, end in document.furniture:
        assert not any(a < end and start < b for block in document.blocks for a, b in block.spans)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_the_passages_of_the_shipped_documents_stand_in_them_word_for_word(path: Path) -> None:
    content = path.read_bytes().decode()
    for passage in passages_of(read(content, path.name, "")):
        assert " ".join(fold(content[start:end]) for start, end in passage.spans) == passage.text


def test_prose_is_counted_by_paragraph() -> None:
    assert locators(text_of((Role.PROSE, None, None), (Role.PROSE, None, None))) == ["para. 1", "para. 2"]


def test_a_list_below_a_blank_line_is_the_next_paragraph() -> None:
    document = text_of((Role.PROSE, None, None), (Role.LIST, "(a)", 0), (Role.LIST, "(b)", 0))
    assert locators(document) == ["para. 1", "para. 2 (a)", "para. 2 (b)"]


def test_a_list_without_a_blank_line_stands_in_the_paragraph_above() -> None:
    document = text_of((Role.PROSE, None, None), (Role.LIST, None, 0), (Role.LIST, "2", 0), between="\r\n")
    assert locators(document) == ["para. 1", "para. 1, item 1", "para. 1, item 2"]


def test_an_item_in_an_item_is_cited_below_it() -> None:
    document = text_of((Role.LIST, None, None), (Role.LIST, "(a)", 0), (Role.LIST, None, None))
    assert locators(document) == ["para. 1, item 1", "para. 1, item 1 (a)", "para. 1, item 2"]


def test_rows_are_counted_below_the_first_row_of_their_table() -> None:
    document = text_of((Role.TABLE, None, None), (Role.TABLE, None, 0), (Role.TABLE, None, 0), (Role.TABLE, None, None))
    assert locators(document) == ["table 1", "table 1, row 1", "table 1, row 2", "table 2"]


def test_a_table_of_a_numbered_paragraph_is_cited_with_it() -> None:
    document = text_of((Role.PROSE, "3.5", None), (Role.TABLE, None, 0), (Role.TABLE, None, 1), (Role.PROSE, None, 0))
    assert locators(document) == ["para. 3.5", "para. 3.5, table", "para. 3.5, table, row 1", "para. 3.5, continued"]


@settings(deadline=None)
@given(st.text(alphabet='aB1. !?()"”\n', max_size=200))
def test_sentences_ascend_and_leave_out_nothing_but_white_space(text: str) -> None:
    spans = sentences_of(text)
    ends = [end for span in spans for end in span]
    assert ends == sorted(ends)
    covered = {place for start, end in spans for place in range(start, end)}
    assert all(text[place].isspace() for place in set(range(len(text))) - covered)
