"""Which part of a long passage is shown: whole sentences of its own words, and the one that answers among them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.excerpts import parts, window
from bot.markdown import escaped
from corpus.document import fold
from corpus.passages import sentences_of

sentences = st.lists(
    st.text(st.sampled_from("abz *_19`é😀"), min_size=1, max_size=60).map(fold).filter(bool).map(lambda s: f"A{s}b."),
    min_size=1,
    max_size=12,
)
texts = sentences.map(" ".join) | st.text(min_size=1).map(fold).filter(bool)
SENTENCES = tuple(f"Sentence {number} is here." for number in range(10))
TEXT = " ".join(SENTENCES)


def size(text: str) -> int:
    return len(escaped(text))


@given(texts, st.data(), st.integers(20, 200))
def test_a_window_fits_and_has_the_marked_sentence_or_its_beginning(text: str, data: st.DataObject, limit: int) -> None:
    begin, stop = data.draw(st.sampled_from(sentences_of(text)))
    start, end = window(text, (begin, stop), limit, size)
    assert size(text[start:end]) <= limit
    if size(text[begin:stop]) <= limit:
        assert start <= begin < stop <= end
    else:
        assert start == begin < end


@given(texts, st.data(), st.integers(20, 200))
def test_a_window_is_whole_sentences_where_the_marked_one_fits(text: str, data: st.DataObject, limit: int) -> None:
    spans = sentences_of(text)
    begin, stop = data.draw(st.sampled_from(spans))
    start, end = window(text, (begin, stop), limit, size)
    if (start, end) != (0, len(text)) and size(text[begin:stop]) <= limit:
        assert start in [first for first, _ in spans]
        assert end in [last for _, last in spans]


@given(texts, st.integers(4, 200))
def test_the_parts_of_a_text_are_all_of_its_words_in_order(text: str, limit: int) -> None:
    spans = parts(text, limit, size)
    assert all(size(text[start:end]) <= limit for start, end in spans)
    assert "".join("".join(text[start:end] for start, end in spans).split()) == "".join(text.split())
    ends = [0, *(end for _, end in spans)]
    assert all(not text[before:start].strip() for before, (start, _) in zip(ends, spans, strict=False))


def test_a_text_that_fits_is_shown_whole() -> None:
    assert window(TEXT, (0, 10), len(TEXT)) == (0, len(TEXT))
    assert parts(TEXT, len(TEXT)) == ((0, len(TEXT)),)


def test_a_window_grows_by_the_sentences_after_and_before() -> None:
    marked = sentences_of(TEXT)[5]
    start, end = window(TEXT, marked, 3 * len(SENTENCES[0]) + 2)
    assert TEXT[start:end] == " ".join(SENTENCES[4:7])


def test_a_window_at_the_end_grows_backwards() -> None:
    start, end = window(TEXT, sentences_of(TEXT)[9], 3 * len(SENTENCES[0]) + 2)
    assert TEXT[start:end] == " ".join(SENTENCES[7:])


def test_a_long_sentence_is_cut_between_words() -> None:
    text = "word " * 1000 + "end."
    start, end = window(text, (0, len(text)), 103)
    assert text[start:end] == ("word " * 20).strip()
    assert all(text[first:last].split() for first, last in parts(text, 103))
    assert {word for first, last in parts(text, 103) for word in text[first:last].split()} == {"word", "end."}


@pytest.mark.parametrize("character", ["x", "*", "😀", "é"])
def test_a_word_without_end_is_cut_all_the_same(character: str) -> None:
    text = character * 5_000
    spans = parts(text, 1_000, size)
    assert "".join(text[start:end] for start, end in spans) == text
    start, end = window(text, (0, len(text)), 1_000, size)
    assert start == 0
    assert 500 <= end <= 1_000
