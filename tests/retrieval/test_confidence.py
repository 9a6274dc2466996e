"""How sure an answer is, and what that is made of."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer_type import AnswerType
from retrieval.confidence import Signals, confidence_of, signals_of
from retrieval.generations import open_current
from retrieval.query import Abbreviations, Query, query_of
from retrieval.retriever import Hit, Retriever
from retrieval.store import Store

MIDDLING = Signals(tokens=0.6, sentence_vector=0.5, kind_missing=0.0, undefined=0.0)
SHARE = st.floats(0, 1)
COSINE = st.floats(-1, 1)


@pytest.fixture(scope="module")
def store(shipped_index: Path) -> Iterator[Store]:
    with closing(open_current(shipped_index)) as opened:
        yield opened


@pytest.fixture
def query(store: Store, embedder: Any) -> Query:
    return query_of("When does the mandate end?", store.words, Abbreviations.learned([]), embedder.knows)


@pytest.fixture
def hit(store: Store, embedder: Any, query: Query) -> Hit:
    return Retriever(store, Abbreviations.learned([])).retrieve(query, embedder.embed([query.text])[0], 1)[0]


def test_similarity_is_taken_from_the_best_hit(query: Query, hit: Hit) -> None:
    signals = signals_of(query, hit)
    assert (signals.tokens, signals.sentence_vector) == (hit.evidence.tokens, hit.evidence.sentence_vector)


@pytest.mark.parametrize("held", [True, False])
def test_what_the_marked_sentence_lacks_counts_not_what_the_passage_lacks(query: Query, hit: Hit, held: bool) -> None:
    evidence = replace(hit.evidence, kind_in_sentence=held, kind_in_passage=not held)
    assert signals_of(query, replace(hit, evidence=evidence)).kind_missing == float(not held)


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
    evidence = replace(hit.evidence, introduces=introduces)
    assert signals_of(replace(query, kind=kind), replace(hit, evidence=evidence)).undefined == undefined


@given(
    st.builds(Signals, tokens=st.floats(-1, 1), sentence_vector=st.floats(-1, 1), kind_missing=SHARE, undefined=SHARE)
)
def test_confidence_lies_between_nothing_and_certainty(signals: Signals) -> None:
    assert 0 < confidence_of(signals) < 1


@pytest.mark.parametrize("name", ["tokens", "sentence_vector"])
def test_more_similarity_gives_more_confidence(name: str) -> None:
    assert confidence_of(replace(MIDDLING, **{name: 0.9})) > confidence_of(MIDDLING)


@pytest.mark.parametrize("name", ["kind_missing", "undefined"])
def test_what_is_missing_takes_confidence_away(name: str) -> None:
    assert confidence_of(replace(MIDDLING, **{name: 1.0})) < confidence_of(MIDDLING)
