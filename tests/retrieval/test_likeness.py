"""Texts that mean the same are put together, and what is only about the same is not."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray

from retrieval.embedding import Embedder
from retrieval.library import Library
from retrieval.likeness import grouped, grouped_by, likenesses


def matrix(*rows: list[float]) -> NDArray[np.float32]:
    return np.array(rows, dtype=np.float32)


def test_nothing_makes_no_group() -> None:
    assert grouped([]) == []


def test_a_text_alone_is_a_group() -> None:
    assert grouped_by(matrix([1.0]), 0.5) == [[0]]


def test_a_chain_of_neighbours_is_not_one_group() -> None:
    chain = matrix([1.0, 0.9, 0.1], [0.9, 1.0, 0.8], [0.1, 0.8, 1.0])
    assert grouped_by(chain, 0.5) == [[1, 0], [2]] or grouped_by(chain, 0.5) == [[0, 1], [2]]
    assert len(grouped_by(chain, 0.4)) == 1


def test_the_most_typical_text_comes_first_and_the_largest_group() -> None:
    likeness = matrix([1.0, 0.0, 0.0, 0.0], [0.0, 1.0, 0.9, 0.6], [0.0, 0.9, 1.0, 0.9], [0.0, 0.6, 0.9, 1.0])
    assert grouped_by(likeness, 0.5) == [[2, 1, 3], [0]]


def test_wordings_of_one_question_are_put_together(real_embedder: Embedder) -> None:
    texts = [
        "What was the budget of UNMOT?",
        "What was the mandate of UNMOT?",
        "how do I appeal a ban",
        "budget of unmot in dollars?",
        "i was banned, how to appeal",
    ]
    groups = grouped(list(real_embedder.embed(texts)))
    assert sorted(map(sorted, groups)) == [[0, 3], [1], [2, 4]]


def test_a_text_is_like_itself_whatever_it_is_and_however_many_there_are(real_embedder: Embedder) -> None:
    texts = ["🙂", "日本の予算", "a", "word " * 200, *(f"Question {number}?" for number in range(70))]
    found = likenesses(list(real_embedder.embed(texts)))
    assert found == pytest.approx(found.T)
    assert np.diag(found) == pytest.approx(1.0, abs=0.02)


def test_a_question_asked_twice_is_one_wording(real_index: object, real_embedder: Embedder) -> None:
    with Library.open(real_index, real_embedder) as library:  # type: ignore[arg-type]
        assert library.alike(["Who paid?", "Who paid?"]) == [["Who paid?"]]
        assert library.alike([]) == []
