"""Texts that mean the same, in groups: what many people ask in words of their own is then seen to be one question."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import TOKEN_SCALE, Embedding

LIKE = 0.55
"""How much texts have to be like each other on average to be one group. Of pairs put together at 0.55, 74 % belong
together among the wordings in tests/data/alike.jsonl and 44 % among 603 questions about twenty articles (SQuAD), whose
neighbours are meant to be confusable; of pairs that belong together, 53 % and 66 % are (F1 0.62 and 0.53). Cosines of
whole texts reach 0.57 and 0.41 at one threshold for both, or 0.47 and 0.51. `python tests/benchmarks/likeness.py`."""

_AT_ONCE = 64
"""Texts that are compared with all others in one product."""


def grouped(embeddings: Sequence[Embedding]) -> list[list[int]]:
    """Return the places of texts in groups, the largest group first, in each the most typical text first."""
    return grouped_by(likenesses(embeddings), LIKE) if embeddings else []


def grouped_by(likeness: NDArray[np.float32], like: float) -> list[list[int]]:
    """Return the places of texts in groups, as `grouped` does.

    Source: average linkage (Sokal and Michener, 1958): the two groups most alike are joined, for as long as the texts
    of one and those of the other are on average at least `like`. No chain of neighbours makes one group of two things.

    Args:
        likeness: How much each is like each other, `(texts, texts)`, symmetric.
        like: From when on two groups are one.
    """
    groups = [[place] for place in range(len(likeness))]
    between = likeness.copy()
    np.fill_diagonal(between, -np.inf)
    while True:
        one, other = sorted(divmod(int(between.argmax()), len(between)))
        if between[one, other] < like:
            break
        sizes = len(groups[one]), len(groups[other])
        between[one] = between[:, one] = np.average(between[[one, other]], axis=0, weights=sizes)
        between[one, one] = between[other] = between[:, other] = -np.inf
        groups[one] += groups[other]
        groups[other] = []
    typical = [sorted(group, key=lambda place: -likeness[place, group].sum()) for group in groups if group]
    return sorted(typical, key=len, reverse=True)


def likenesses(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """Return how much each text is like each other, `(texts, texts)`, symmetric, 1 for the same.

    Source: late interaction as in `retrieval.late_interaction` (Khattab and Zaharia, 2020), each token weighed by its
    inverse document frequency among these texts, and the mean of both directions: what all of them are about counts
    little. Cosines of whole texts told the same from the similar less well.
    """
    tokens = np.concatenate([each.token_vectors for each in embeddings]).astype(np.float32) / TOKEN_SCALE
    weights = _rarity(embeddings)
    ends = np.cumsum([len(each.token_ids) for each in embeddings])
    starts = np.concatenate([[0], ends[:-1]])
    found = np.empty((len(embeddings), len(embeddings)), dtype=np.float32)
    for first in range(0, len(embeddings), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        here = slice(starts[first], ends[some][-1])
        nearest = np.maximum.reduceat(tokens[here] @ tokens.T, starts, axis=1) * weights[here, None]
        found[some] = np.add.reduceat(nearest, starts[some] - starts[first], axis=0)
    found /= np.add.reduceat(weights, starts)[:, None]
    return np.asarray((found + found.T) / 2, dtype=np.float32)


def _rarity(embeddings: Sequence[Embedding]) -> NDArray[np.float32]:
    """Return the weight of each token of each text, in order."""
    distinct = np.concatenate([np.unique(each.token_ids) for each in embeddings])
    ids, texts_with = np.unique(distinct, return_counts=True)
    places = np.searchsorted(ids, np.concatenate([each.token_ids for each in embeddings]))
    return np.log1p(len(embeddings) / texts_with[places]).astype(np.float32)
