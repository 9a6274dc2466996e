"""What is quoted: words of a document, none twice."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import FrozenInstanceError, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from corpus.citation import cite
from retrieval.answering import RELATED, Answer, Quotation, distinct, quotable
from retrieval.columns import term_key
from retrieval.generations import open_current
from retrieval.query import Abbreviations, query_of
from retrieval.retriever import Hit, Retriever
from retrieval.store import Store


@pytest.fixture(scope="module")
def store(shipped_index: Path) -> Iterator[Store]:
    with closing(open_current(shipped_index)) as opened:
        yield opened


@pytest.fixture
def hit(store: Store, embedder: Any) -> Hit:
    query = query_of("When does the mandate end?", store.words, Abbreviations.learned([]), embedder.knows)
    return Retriever(store, Abbreviations.learned([])).retrieve(query, next(embedder.embed([query.text])), 1)[0]


@pytest.fixture
def quotation(store: Store) -> Quotation:
    passage = next(each for each in store.passages("S_RES_1138_1997.txt") if each.locator == "para. 6")
    return Quotation(passage, (3, 10), 0.5, verified=True)


def with_terms(hit: Hit, number: int, terms: str) -> Hit:
    return replace(hit, passage=number, terms=np.array([term_key(term) for term in terms.split()], np.uint32))


def ids(hits: list[Hit]) -> list[int]:
    return [hit.passage for hit in hits]


def test_a_quotation_is_sliced_from_its_document(quotation: Quotation) -> None:
    assert quotation.text == quotation.passage.document.slice(quotation.passage.spans)


def test_the_marked_sentence_is_a_range_of_the_quotation(quotation: Quotation) -> None:
    assert quotation.marked == "Decides"
    assert quotation.text[3:10] == quotation.marked


def test_a_quotation_carries_the_citation_of_its_passage(quotation: Quotation) -> None:
    assert quotation.citation == cite(quotation.passage)
    assert str(quotation.citation) == "S/RES/1138 (1997), para. 6"


def test_a_quotation_cannot_be_changed(quotation: Quotation) -> None:
    with pytest.raises(FrozenInstanceError):
        quotation.score = 1.0  # type: ignore[misc]


def test_an_answer_with_quotations_is_found(quotation: Quotation) -> None:
    assert Answer("?", (quotation,), 0.9, (), None, None, 0.0).found


def test_an_answer_that_only_has_what_came_nearest_is_not_found(quotation: Quotation) -> None:
    assert not Answer("?", (), 0.1, (quotation,), None, "The documents do not say.", 0.0).found


def test_different_passages_are_all_quoted(hit: Hit) -> None:
    hits = [with_terms(hit, 1, "extend mandat"), with_terms(hit, 2, "expand size"), with_terms(hit, 3, "donor confer")]
    assert ids(distinct(hits, 3)) == [1, 2, 3]


def test_of_the_same_words_the_better_hit_is_quoted(hit: Hit) -> None:
    hits = [with_terms(hit, 7, "extend mandat"), with_terms(hit, 2, "mandat extend"), with_terms(hit, 3, "donor")]
    assert ids(distinct(hits, 3)) == [7, 3]


def test_passages_that_share_nine_terms_in_ten_are_near_duplicates(hit: Hit) -> None:
    hits = [with_terms(hit, 1, "a b c d e f g h i"), with_terms(hit, 2, "a b c d e f g h i j")]
    assert ids(distinct(hits, 2)) == [1]


def test_renewals_that_differ_in_a_date_are_both_quoted(hit: Hit) -> None:
    words = "extend mandat minustah intent renew further period secretari general report june"
    hits = [with_terms(hit, 1, f"1 {words} 2005"), with_terms(hit, 2, f"1 {words} 2006")]
    assert ids(distinct(hits, 2)) == [1, 2]


def test_the_number_of_a_paragraph_makes_no_difference(hit: Hit) -> None:
    words = "decid remain activ seiz matter council keep situat under review"
    assert ids(distinct([with_terms(hit, 1, f"13 {words}"), with_terms(hit, 2, f"14 {words}")], 2)) == [1]


def test_passages_that_share_fewer_terms_are_not(hit: Hit) -> None:
    hits = [with_terms(hit, 1, "a b c d e f g h"), with_terms(hit, 2, "a b c d e f g h i")]
    assert ids(distinct(hits, 2)) == [1, 2]


def test_a_term_that_is_repeated_counts_once(hit: Hit) -> None:
    hits = [with_terms(hit, 1, "a b c d e f g h i"), with_terms(hit, 2, "a a a a b c d e f g h i j j j")]
    assert ids(distinct(hits, 2)) == [1]


def test_passages_without_a_term_are_near_duplicates_of_one_another_alone(hit: Hit) -> None:
    hits = [with_terms(hit, 1, ""), with_terms(hit, 2, ""), with_terms(hit, 3, "7"), with_terms(hit, 4, "extend")]
    assert ids(distinct(hits, 4)) == [1, 4]


@pytest.mark.parametrize("limit", [0, 1, 2])
def test_no_more_are_chosen_than_asked_for(hit: Hit, limit: int) -> None:
    hits = [with_terms(hit, number, f"term{number}") for number in range(5)]
    assert ids(distinct(hits, limit)) == list(range(limit))


def test_repeats_do_not_use_up_the_limit(hit: Hit) -> None:
    hits = [with_terms(hit, 1, "a"), with_terms(hit, 2, "a"), with_terms(hit, 3, "a"), with_terms(hit, 4, "b")]
    assert ids(distinct(hits, 2)) == [1, 4]


@pytest.mark.parametrize(("share", "quoted"), [(1.0, [1, 2]), (RELATED, [1, 2]), (RELATED - 0.01, [1])])
def test_beside_the_best_only_what_comes_near_it_is_quoted(hit: Hit, share: float, quoted: list[int]) -> None:
    best = replace(with_terms(hit, 1, "extend mandat"), score=1.0)
    other = replace(with_terms(hit, 2, "expand size"), score=share)
    assert ids(quotable([best, other], 3)) == quoted


def test_of_no_hits_none_is_quoted() -> None:
    assert quotable([], 3) == []
