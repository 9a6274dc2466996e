"""Token vectors on disk, and how near the tokens of a question come to those of a row."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.embedding import Embedding
from retrieval.late_interaction import TokenIndex, TokenIndexBuilder

TEXTS = ["the quoll eats meat", "…", "the keeper feeds the quoll on thursdays", "the mandate was extended"]


def built(folder: Path, embeddings: Iterable[Embedding]) -> TokenIndex:
    builder = TokenIndexBuilder(folder)
    for embedding in embeddings:
        builder.add(embedding.token_ids, embedding.token_vectors)
    builder.finish()
    return TokenIndex(folder)


@pytest.fixture
def index(tmp_path: Path, embedder: Any) -> Iterator[TokenIndex]:
    with closing(built(tmp_path / "tokens", embedder.embed(TEXTS))) as opened:
        yield opened


def test_the_tokens_of_each_row_read_back_as_they_were(index: TokenIndex, embedder: Any) -> None:
    assert len(index) == len(TEXTS)
    for row, embedding in enumerate(embedder.embed(TEXTS)):
        ids, vectors = index.tokens(row)
        assert (ids == embedding.token_ids).all()
        assert (vectors == embedding.token_vectors).all()


def test_a_token_that_a_row_holds_has_cosine_one_with_it(index: TokenIndex, embedder: Any) -> None:
    (question,) = embedder.embed(["quoll mandate"])
    nearest = index.nearest(question, [0, 2, 3])
    assert nearest.shape == (2, 3)
    assert nearest[0, :2] == pytest.approx([1, 1], abs=0.02)
    assert nearest[1, 2] == pytest.approx(1, abs=0.02)
    assert (nearest[[0, 1, 1], [2, 0, 1]] < 0.8).all()


def test_a_row_without_tokens_has_cosine_zero_with_everything(index: TokenIndex, embedder: Any) -> None:
    assert index.nearest(next(embedder.embed(["quoll"])), [1, 0])[0, 0] == 0


def test_the_nearest_of_each_row_are_its_own_whatever_the_order_of_rows(index: TokenIndex, embedder: Any) -> None:
    (question,) = embedder.embed(["who feeds the quoll"])
    alone = [index.nearest(question, [row])[:, 0] for row in (3, 1, 0, 2)]
    assert index.nearest(question, [3, 1, 0, 2]) == pytest.approx(np.stack(alone, axis=1), abs=1e-5)


@given(st.lists(st.integers(0, len(TEXTS) - 1), max_size=12))
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_rows_in_any_order_are_read_as_they_are_one_by_one(
    index: TokenIndex, embedder: Any, rows: list[int]
) -> None:
    (question,) = embedder.embed(["who feeds the quoll"])
    alone = [index.nearest(question, [row])[:, 0] for row in rows]
    found = index.nearest(question, rows)
    assert found.shape == (4, len(rows))
    assert [column.tolist() for column in found.T] == [pytest.approx(column, abs=1e-5) for column in alone]


def test_a_question_without_a_token_is_near_nothing(index: TokenIndex, embedder: Any) -> None:
    (question,) = embedder.embed(["…"])
    assert index.nearest(question, [0, 1, 2]).shape == (0, 3)
    assert index.weights(question).tolist() == []


def test_a_text_whose_tokens_have_another_dimension_than_its_vector_reads_back(
    tmp_path: Path, bag_of_words: Any
) -> None:
    (embedding,) = bag_of_words(dimension=48).embed(["the quoll eats meat"])
    with closing(built(tmp_path / "tokens", [replace(embedding, vector=embedding.vector[:16])])) as index:
        ids, vectors = index.tokens(0)
        assert (ids == embedding.token_ids).all()
        assert (vectors == embedding.token_vectors).all()
        assert index.nearest(embedding, [0])[:, 0] == pytest.approx(np.ones(4), abs=0.02)


def test_a_rare_token_weighs_more_than_a_frequent_one_and_an_unknown_one_most(index: TokenIndex, embedder: Any) -> None:
    the, keeper, unknown = index.weights(next(embedder.embed(["the keeper xylophone"])))
    assert the < keeper < unknown
    assert the + keeper + unknown == pytest.approx(1)


def test_rows_none_of_which_has_a_token_can_be_kept(tmp_path: Path, embedder: Any) -> None:
    (question,) = embedder.embed(["quoll"])
    with closing(built(tmp_path / "tokens", embedder.embed(["…", "!"]))) as index:
        assert len(index) == 2
        assert index.nearest(question, [0, 1]).tolist() == [[0, 0]]
        assert index.weights(question).tolist() == [1]
        assert [part.size for part in index.tokens(1)] == [0, 0]
