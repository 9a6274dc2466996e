"""How sure an answer is, and what that is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer_type import AnswerType
from retrieval.confidence import LEAD_AT_MOST, Signals, confidence_of, signals_of
from retrieval.generations import open_current
from retrieval.query import Abbreviations, Query, query_of
from retrieval.retriever import Hit, Retriever
from retrieval.store import Store

MIDDLING = Signals(tokens=0.6, lead=0.1, quantity_missing=0.0, setting_missing=0.0, undefined=0.0)
SHARE = st.floats(0, 1)
NAMES = [field.name for field in fields(Signals)]


@pytest.fixture(scope="module")
def store(shipped_index: Path) -> Iterator[Store]:
    with closing(open_current(shipped_index)) as opened:
        yield opened


@pytest.fixture
def query(store: Store, embedder: Any) -> Query:
    return query_of("When does the mandate end?", store.words, Abbreviations.learned([]), embedder.knows)


@pytest.fixture
def hits(store: Store, embedder: Any, query: Query) -> list[Hit]:
    (embedding,) = embedder.embed([query.text])
    return Retriever(store, Abbreviations.learned([])).retrieve(query, embedding, 30)


@pytest.fixture
def hit(hits: list[Hit]) -> Hit:
    return hits[0]


def test_similarity_is_taken_from_the_best_hit(query: Query, hits: list[Hit]) -> None:
    assert signals_of(query, hits).tokens == hits[0].evidence.tokens


def test_the_lead_is_over_the_mean_of_the_next_nineteen(query: Query, hits: list[Hit]) -> None:
    behind = sum(hit.score for hit in hits[1:20]) / 19
    assert signals_of(query, hits).lead == pytest.approx(hits[0].score - behind)


def test_a_lead_counts_up_to_a_bound(query: Query, hits: list[Hit]) -> None:
    ahead = replace(hits[0], score=hits[0].score + 5)
    assert signals_of(query, [ahead, *hits[1:]]).lead == LEAD_AT_MOST


def test_a_hit_that_is_alone_leads_nothing(query: Query, hit: Hit) -> None:
    assert signals_of(query, [hit]).lead == 0


@pytest.mark.parametrize("held", [True, False])
def test_what_the_marked_sentence_lacks_counts_not_what_the_passage_lacks(query: Query, hit: Hit, held: bool) -> None:
    evidence = hit.evidence._replace(kind_in_sentence=held, kind_in_passage=not held)
    assert signals_of(query, [replace(hit, evidence=evidence)]).setting_missing == float(not held)


@pytest.mark.parametrize(
    ("kind", "quantity", "setting"),
    [
        (AnswerType.NUMBER, 1.0, 0.0),
        (AnswerType.VOTE, 1.0, 0.0),
        (AnswerType.PERSON, 1.0, 0.0),
        (AnswerType.PLACE, 0.0, 1.0),
        (AnswerType.DURATION, 0.0, 1.0),
        (AnswerType.NAME, 0.0, 0.0),
    ],
)
def test_what_is_missing_counts_as_far_as_patterns_see_it(
    query: Query, hit: Hit, kind: AnswerType, quantity: float, setting: float
) -> None:
    without = replace(hit, evidence=hit.evidence._replace(kind_in_sentence=False))
    signals = signals_of(replace(query, kind=kind), [without])
    assert (signals.quantity_missing, signals.setting_missing) == (quantity, setting)


@pytest.mark.parametrize(
    ("kind", "introduces", "undefined"),
    [
        (AnswerType.DEFINITION, False, 1.0),
        (AnswerType.DEFINITION, True, 0.0),
        (AnswerType.DATE, False, 0.0),
    ],
)
def test_a_meaning_is_undefined_where_the_hit_does_not_introduce_it(
    query: Query, hit: Hit, kind: AnswerType, introduces: bool, undefined: float
) -> None:
    evidence = hit.evidence._replace(introduces=introduces)
    assert signals_of(replace(query, kind=kind), [replace(hit, evidence=evidence)]).undefined == undefined


@given(st.builds(Signals, tokens=st.floats(-1, 1), **dict.fromkeys(NAMES[1:], SHARE)))
def test_confidence_lies_between_nothing_and_certainty(signals: Signals) -> None:
    assert 0 < confidence_of(signals) < 1


@pytest.mark.parametrize("name", ["tokens", "lead"])
def test_more_similarity_gives_more_confidence(name: str) -> None:
    assert confidence_of(replace(MIDDLING, **{name: 0.9})) > confidence_of(MIDDLING)


@pytest.mark.parametrize("name", ["quantity_missing", "setting_missing", "undefined"])
def test_what_is_missing_takes_confidence_away(name: str) -> None:
    assert confidence_of(replace(MIDDLING, **{name: 1.0})) < confidence_of(MIDDLING)
