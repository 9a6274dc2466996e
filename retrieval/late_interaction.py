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
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.embedding import TOKEN_SCALE, Embedding, Vectors

_VECTORS, _IDS, _OFFSETS, _FREQUENCIES = "vectors.npy", "ids.npy", "offsets.npy", "frequencies.npy"


class TokenIndex:
    """The token vectors of many short texts, on disk; a text is its row."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`, memory-mapped."""
        self._vectors: NDArray[np.int8] = np.load(folder / _VECTORS, mmap_mode="r")
        self._ids: NDArray[np.int32] = np.load(folder / _IDS, mmap_mode="r")
        self._offsets: NDArray[np.int64] = np.load(folder / _OFFSETS)
        self._frequencies: NDArray[np.int64] = np.load(folder / _FREQUENCIES)

    @staticmethod
    def build(folder: Path, texts: Sequence[Embedding]) -> None:
        """Write the tokens of each text, in order of its row from 0."""
        folder.mkdir()
        offsets = np.cumsum([0, *(len(each.token_ids) for each in texts)], dtype=np.int64)
        ids = np.concatenate([each.token_ids for each in texts])
        _save(folder / _VECTORS, [each.token_vectors for each in texts])
        _save(folder / _IDS, [ids])
        _save(folder / _OFFSETS, [offsets])
        _save(folder / _FREQUENCIES, [_frequencies(ids, offsets)])

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def tokens(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """Return the ids and the vectors of the tokens of one row."""
        start, end = self._offsets[row], self._offsets[row + 1]
        return np.asarray(self._ids[start:end]), np.asarray(self._vectors[start:end])

    def nearest(self, question: Embedding, rows: Sequence[int]) -> Vectors:
        """Return the cosine of each token of a question with its nearest token in each row.

        `(tokens of the question, len(rows))` float32; 0 for a row without tokens.
        """
        nothing = np.zeros((1, self._vectors.shape[1]), dtype=np.int8)
        parts = [vectors if len(vectors) else nothing for vectors in (self.tokens(row)[1] for row in rows)]
        starts = np.cumsum([0, *map(len, parts[:-1])])
        asked = question.token_vectors.astype(np.float32) / TOKEN_SCALE**2
        cosines = asked @ np.concatenate(parts).astype(np.float32).T
        return np.asarray(np.maximum.reduceat(cosines, starts, axis=1), dtype=np.float32)

    def weights(self, question: Embedding) -> Vectors:
        """Return how much each token of a question counts: those in few rows more, together 1."""
        last = len(self._frequencies) - 1
        frequencies = np.where(question.token_ids > last, 0, self._frequencies[np.minimum(question.token_ids, last)])
        weights = np.log1p(len(self) / (frequencies + 0.5))
        return np.asarray(weights / weights.sum(), dtype=np.float32)


def _save(file: Path, parts: Sequence[NDArray[Any]]) -> None:
    """Write arrays, one below the other, as one in NumPy's format.

    Not `open_memmap`: on a full disk the kernel would end the process. Nor `np.save`: it would not say what is wrong.
    """
    header = np.lib.format.header_data_from_array_1_0(parts[0])
    header["shape"] = (sum(map(len, parts)), *parts[0].shape[1:])
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, header)
        for part in parts:
            stream.write(np.ascontiguousarray(part).data)


def _frequencies(ids: NDArray[np.int32], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return in how many rows each token occurs, `(largest id + 1,)`."""
    row = np.repeat(np.arange(len(offsets) - 1, dtype=np.int64), np.diff(offsets))
    size = int(ids.max(initial=0)) + 1
    pairs = np.unique(row * size + ids)
    return np.bincount(pairs % size, minlength=size)
