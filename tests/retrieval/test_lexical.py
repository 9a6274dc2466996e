"""Words: how a text is taken apart, BM25, and the index of words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexical import WordIndex, bm25, inverse_document_frequency, terms_of, words_of

ROWS = [
    ("quoll eat meat", "zoo", "quolls eat meat"),
    ("keeper feed quoll thursday", "zoo", "keepers feed quolls thursdays"),
    ("mandat extend", "quoll", "mandates extended"),
]


def scored(
    query: Mapping[str, float], texts: Sequence[Sequence[str]], idf: Mapping[str, float], average: float
) -> list[float]:
    """Return the BM25 score of each text for weighted terms."""
    return bm25(
        np.array([[text.count(term) for text in texts] for term in query], dtype=np.int64).reshape(-1, len(texts)),
        np.array([len(text) for text in texts]),
        np.array([weight * idf[term] for term, weight in query.items()]),
        average,
    ).tolist()


@pytest.fixture
def index(tmp_path: Path) -> WordIndex:
    WordIndex.build(tmp_path / "words", ROWS)
    return WordIndex.open(tmp_path / "words")


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Décidant, NAÏVE", ["decidant", "naive"]),
        ("The Council’s and the observers' reports", ["the", "council", "and", "the", "observers", "reports"]),
        ("3,482 and 1,000,000 but 1,23", ["3482", "and", "1000000", "but", "1", "23"]),
        ("S/RES/1138 (1997)", ["s", "res", "1138", "1997"]),
        ("snake_case", ["snake", "case"]),
        ("Мандат МООНТ", ["мандат", "моонт"]),
        ("", []),
        ("… – ?!", []),
    ],
)
def test_a_text_is_taken_apart_into_words(text: str, words: list[str]) -> None:
    assert words_of(text) == words


def test_forms_of_a_word_are_one_term() -> None:
    assert terms_of("extends extended extending") == ["extend"] * 3


def test_words_that_frame_a_question_are_no_terms() -> None:
    assert terms_of("What is the … of it, please?") == []


def test_the_two_ways_to_write_the_organisation_are_one() -> None:
    assert terms_of("UN") == terms_of("United Nations")


@given(st.text())
def test_any_text_is_taken_apart_into_terms_without_white_space(text: str) -> None:
    assert all(term and not any(map(str.isspace, term)) for term in terms_of(text))


def test_a_text_with_the_term_scores_above_one_without() -> None:
    with_it, without = scored({"quoll": 1.0}, [["quoll", "meat"], ["meat", "zoo"]], {"quoll": 1.0}, 2)
    assert with_it > without == 0


def test_of_two_texts_with_the_term_the_shorter_scores_higher() -> None:
    shorter, longer = scored({"quoll": 1.0}, [["quoll"], ["quoll", *"abcd"]], {"quoll": 1.0}, 3)
    assert shorter > longer


def test_the_score_is_that_of_the_formula() -> None:
    # tf 2, length 4, average 8: norm 1.2 · (0.25 + 0.75 · 0.5) = 0.75; 2 · 2.2 / 2.75 = 1.6
    assert scored({"a": 1.0}, [["a", "a", "b", "c"]], {"a": 3.0}, 8) == pytest.approx([4.8])


def test_the_scores_of_terms_add_up_each_with_its_weight() -> None:
    texts, idf = [["a", "b", "b"], ["b", "c"], []], {"a": 3.0, "b": 0.5}
    both = scored({"a": 1.0, "b": 0.4}, texts, idf, 2)
    alone = zip(scored({"a": 1.0}, texts, idf, 2), scored({"b": 1.0}, texts, idf, 2), strict=True)
    assert both == pytest.approx([a + 0.4 * b for a, b in alone])


def test_a_question_without_terms_scores_nothing() -> None:
    assert scored({}, [["a"], ["b"]], {}, 1) == [0, 0]


def test_texts_of_stop_words_alone_have_no_length_and_score_nothing() -> None:
    assert scored({"quoll": 1.0}, [[], []], {"quoll": 1.0}, 0.0) == [0, 0]


@given(st.integers(0, 1_000), st.integers(0, 1_000))
def test_rarity_is_never_negative_and_falls_with_frequency(frequency: int, more: int) -> None:
    passages = frequency + more
    assert inverse_document_frequency(frequency, passages) >= inverse_document_frequency(passages, passages) > 0


def test_the_passage_with_the_terms_is_found_first(index: WordIndex) -> None:
    assert len(index) == 3
    assert index.search({"keeper": 1.0, "quoll": 1.0}, 3)[0] == 1


def test_a_term_is_found_in_the_context_as_well(index: WordIndex) -> None:
    assert set(index.search({"quoll": 1.0}, 9)) == {0, 1, 2}


def test_the_weight_of_a_term_counts(index: WordIndex) -> None:
    assert index.search({"mandat": 5.0, "meat": 1.0}, 1) == [2]
    assert index.search({"mandat": 1.0, "meat": 5.0}, 1) == [0]


@pytest.mark.parametrize(
    "terms", [{}, {"xylophone": 1.0}, {"": 1.0}, {"quoll OR (": 1.0}, {"x" * 100_000: 1.0}], ids=len
)
def test_what_no_passage_holds_finds_nothing(index: WordIndex, terms: dict[str, float]) -> None:
    assert index.search(terms, 9) == []


def test_the_frequency_of_a_term_is_in_how_many_passages_it_stands(index: WordIndex) -> None:
    assert [index.frequency(term) for term in ("quoll", "zoo", "mandat", "xylophone")] == [2, 2, 1, 0]


def test_words_are_listed_by_their_beginning_the_frequent_first(index: WordIndex) -> None:
    assert index.words_beginning_with("quo") == ["quolls"]
    assert set(index.words_beginning_with("m")) == {"meat", "mandates"}


def test_each_of_many_passages_is_found_under_its_number(tmp_path: Path) -> None:
    WordIndex.build(tmp_path / "words", ((f"quoll number{each}", "", "quolls") for each in range(3_000)))
    index = WordIndex.open(tmp_path / "words")
    assert [index.search({f"number{each}": 1.0}, 9) for each in range(0, 3_000, 7)] == [[n] for n in range(0, 3_000, 7)]
    assert sorted(index.search({"quoll": 1.0}, 3_000)) == list(range(3_000))


def test_a_passage_without_words_keeps_its_place(tmp_path: Path) -> None:
    WordIndex.build(tmp_path / "words", [("", "", ""), ("quoll", "", "quolls"), ("x" * 70_000, "", "x" * 70_000)])
    index = WordIndex.open(tmp_path / "words")
    assert (len(index), index.search({"quoll": 1.0}, 9)) == (3, [1])
