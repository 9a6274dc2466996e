"""Token vectors on disk, and how near the tokens of a question come to those of a row."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from retrieval.late_interaction import TokenIndex

TEXTS = ["the quoll eats meat", "…", "the keeper feeds the quoll on thursdays", "the mandate was extended"]


@pytest.fixture
def index(tmp_path: Path, embedder: Any) -> TokenIndex:
    TokenIndex.build(tmp_path / "tokens", embedder.embed(TEXTS))
    return TokenIndex(tmp_path / "tokens")


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
    assert index.nearest(embedder.embed(["quoll"])[0], [1, 0])[0, 0] == 0


def test_the_nearest_of_each_row_are_its_own_whatever_the_order_of_rows(index: TokenIndex, embedder: Any) -> None:
    (question,) = embedder.embed(["who feeds the quoll"])
    alone = [index.nearest(question, [row])[:, 0] for row in (3, 1, 0, 2)]
    assert index.nearest(question, [3, 1, 0, 2]) == pytest.approx(np.stack(alone, axis=1), abs=1e-5)


def test_a_rare_token_weighs_more_than_a_frequent_one_and_an_unknown_one_most(index: TokenIndex, embedder: Any) -> None:
    the, keeper, unknown = index.weights(embedder.embed(["the keeper xylophone"])[0])
    assert the < keeper < unknown
    assert the + keeper + unknown == pytest.approx(1)


def test_rows_none_of_which_has_a_token_can_be_kept(tmp_path: Path, embedder: Any) -> None:
    TokenIndex.build(tmp_path / "tokens", embedder.embed(["…", "!"]))
    index = TokenIndex(tmp_path / "tokens")
    (question,) = embedder.embed(["quoll"])
    assert len(index) == 2
    assert index.nearest(question, [0, 1]).tolist() == [[0, 0]]
    assert index.weights(question).tolist() == [1]
