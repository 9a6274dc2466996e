"""Late interaction: each token of a question against each token of a sentence, in the vectors the model gave them.

The vector of a whole sentence blurs its parts; a question about one clause of a long paragraph is lost in it. Matching
token by token keeps the parts, and takes "swap" for "exchange" where word search does not. The vectors of all tokens
are kept as bytes on disk, memory-mapped: only those of candidates are ever read.

Source: Khattab and Zaharia, ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction over
BERT (2020), with each token of the question weighted by its rarity as in Zhang et al., BERTScore: Evaluating Text
Generation with BERT (2020). The model was not trained for it; that it helps was measured.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import TOKEN_SCALE, Embedding, Vectors

_VECTORS, _IDS, _OFFSETS, _FREQUENCIES = "vectors.npy", "ids.npy", "offsets.npy", "frequencies.npy"


class TokenIndex:
    """The token vectors of every sentence, on disk; a sentence is its row."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, memory-mapped."""
        self._vectors: NDArray[np.int8] = np.load(folder / _VECTORS, mmap_mode="r")
        self._ids: NDArray[np.int32] = np.load(folder / _IDS, mmap_mode="r")
        self._offsets: NDArray[np.int64] = np.load(folder / _OFFSETS)
        self._frequencies: NDArray[np.int64] = np.load(folder / _FREQUENCIES)

    @staticmethod
    def build(folder: Path, sentences: Sequence[Embedding]) -> None:
        """Write the tokens of each sentence, in order of sentence id from 0."""
        folder.mkdir()
        offsets = np.cumsum([0, *(len(each.token_ids) for each in sentences)], dtype=np.int64)
        shape = (int(offsets[-1]), sentences[0].token_vectors.shape[1])
        vectors = np.lib.format.open_memmap(folder / _VECTORS, mode="w+", dtype=np.int8, shape=shape)
        for each, start, end in zip(sentences, offsets[:-1], offsets[1:], strict=True):
            vectors[start:end] = each.token_vectors
        vectors.flush()
        ids = np.concatenate([each.token_ids for each in sentences])
        np.save(folder / _IDS, ids)
        np.save(folder / _OFFSETS, offsets)
        np.save(folder / _FREQUENCIES, _frequencies(ids, offsets))

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def tokens(self, sentence: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """Return the ids and the vectors of the tokens of one sentence."""
        start, end = self._offsets[sentence], self._offsets[sentence + 1]
        return np.asarray(self._ids[start:end]), np.asarray(self._vectors[start:end])

    def similarities(self, question: Embedding, sentences: Sequence[int]) -> list[float]:
        """Return how well each sentence covers the question: -1 to 1, its nearest token for each of the question's.

        The score of a sentence is the mean, weighted by rarity, of each question token's cosine with its nearest token.
        """
        if not sentences or not len(question.token_ids):
            return [0.0] * len(sentences)
        nothing = np.zeros((1, self._vectors.shape[1]), dtype=np.int8)
        parts = [vectors if len(vectors) else nothing for vectors in (self.tokens(each)[1] for each in sentences)]
        starts = np.cumsum([0, *map(len, parts[:-1])])
        asked = question.token_vectors.astype(np.float32) / TOKEN_SCALE**2
        cosines = asked @ np.concatenate(parts).astype(np.float32).T
        nearest = np.maximum.reduceat(cosines, starts, axis=1)
        return [float(score) for score in self._weights(question) @ nearest]

    def _weights(self, question: Embedding) -> Vectors:
        """Return how much each token of a question counts: rare ones more, together 1."""
        last = len(self._frequencies) - 1
        frequencies = np.where(question.token_ids > last, 0, self._frequencies[np.minimum(question.token_ids, last)])
        weights = np.log1p(len(self) / (frequencies + 0.5))
        return np.asarray(weights / weights.sum(), dtype=np.float32)


def _frequencies(ids: NDArray[np.int32], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return in how many sentences each token occurs, `(largest id + 1,)`."""
    sentence = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    size = int(ids.max(initial=0)) + 1
    pairs = np.unique(sentence * size + ids)
    return np.bincount(pairs % size, minlength=size)
