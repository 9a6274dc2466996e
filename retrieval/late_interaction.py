"""Late interaction: each token of a question against each token of a sentence, in the vectors the model gave them.

The vector of a whole sentence blurs its parts; a question about one clause of a long paragraph is lost in it. Matching
token by token keeps the parts, and takes "swap" for "exchange" where word search does not. The vectors of all tokens
are kept as bytes on disk; those of candidates are read when they are needed and nothing of them stays in memory.

Source: Khattab and Zaharia, ColBERT: Efficient and Effective Passage Search via Contextualized Late Interaction over
BERT (2020), with each token of the question weighted by its rarity as in Zhang et al., BERTScore: Evaluating Text
Generation with BERT (2020). The model was not trained for it; that it helps was measured.
"""

from __future__ import annotations

import os
import weakref
from array import array
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.byte_products import largest_products
from retrieval.columns import write_array
from retrieval.embedding import TOKEN_SCALE, Embedding, Vectors

_VECTORS, _IDS = "vectors.bin", "ids.bin"  # int8 and int32, token after token
_OFFSETS, _FREQUENCIES = "offsets.npy", "frequencies.npy"


class TokenIndex:
    """The token vectors of many short texts, on disk; a text is its row."""

    def __init__(self, folder: Path) -> None:
        """Open the index in `folder`."""
        self._offsets: NDArray[np.int64] = np.asarray(np.load(folder / _OFFSETS, mmap_mode="r"))
        self._frequencies: NDArray[np.int64] = np.load(folder / _FREQUENCIES)
        # Of the tokens, which is not that of a text where a model pools into fewer dimensions.
        self._dimension = (folder / _VECTORS).stat().st_size // max(1, int(self._offsets[-1]))
        self._ids = os.open(folder / _IDS, os.O_RDONLY)
        self._vectors = os.open(folder / _VECTORS, os.O_RDONLY)
        self._let_go = weakref.finalize(self, _close, self._ids, self._vectors)

    def close(self) -> None:
        """Let go of the files; to do so again does nothing."""
        self._let_go()

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def tokens(self, row: int) -> tuple[NDArray[np.int32], NDArray[np.int8]]:
        """Return the ids and the vectors of the tokens of one row."""
        start, count = int(self._offsets[row]), int(self._offsets[row + 1] - self._offsets[row])
        ids = os.pread(self._ids, 4 * count, 4 * start)
        vectors = os.pread(self._vectors, self._dimension * count, self._dimension * start)
        return np.frombuffer(ids, np.int32), np.frombuffer(vectors, np.int8).reshape(count, self._dimension)

    def nearest(self, question: Embedding, rows: Sequence[int] | NDArray[np.int64]) -> Vectors:
        """Return the cosine of each token of a question with its nearest token in each row.

        `(tokens of the question, len(rows))` float32; 0 for a row without tokens.
        """
        wanted = np.asarray(rows, dtype=np.int64)
        starts, ends = self._offsets[wanted], self._offsets[wanted + 1]
        counts = ends - starts
        filled = counts > 0
        nearest = np.zeros((len(question.token_ids), len(wanted)), dtype=np.float32)
        if not filled.any() or not len(nearest):
            return nearest
        begins = np.cumsum(counts[filled]) - counts[filled]
        found = largest_products(self._read(starts[filled], counts[filled]), begins, question.token_vectors)
        nearest[:, filled] = found.T / TOKEN_SCALE**2
        return nearest

    def _read(self, starts: NDArray[np.int64], counts: NDArray[np.int64]) -> NDArray[np.int8]:
        """Return the vectors of ranges of tokens, one below the other; ranges that adjoin are read at once."""
        first = np.flatnonzero(np.append(True, starts[1:] != starts[:-1] + counts[:-1]))
        found = np.empty((int(counts.sum()), self._dimension), dtype=np.int8)
        place = 0
        for start, count in zip(starts[first].tolist(), np.add.reduceat(counts, first).tolist(), strict=True):
            os.preadv(self._vectors, [found[place : place + count].data], self._dimension * start)
            place += count
        return found

    def weights(self, question: Embedding) -> Vectors:
        """Return how much each token of a question counts: those in few rows more, together 1."""
        last = len(self._frequencies) - 1
        frequencies = np.where(question.token_ids > last, 0, self._frequencies[np.minimum(question.token_ids, last)])
        weights = np.log1p(len(self) / (frequencies + 0.5))
        return np.asarray(weights / weights.sum(), dtype=np.float32)


def _close(*descriptors: int) -> None:
    for descriptor in descriptors:
        os.close(descriptor)


class TokenIndexBuilder:
    """Writes the tokens of one text after the other; only where each begins is kept in memory."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._offsets = array("q", [0])
        self._frequencies = np.zeros(1, dtype=np.int64)
        self._ids = (folder / _IDS).open("wb")
        self._vectors = (folder / _VECTORS).open("wb")

    def add(self, ids: NDArray[np.int32], vectors: NDArray[np.int8]) -> None:
        """Add a text, in the next row."""
        self._offsets.append(self._offsets[-1] + len(ids))
        self._ids.write(np.ascontiguousarray(ids, dtype=np.int32).data)
        self._vectors.write(np.ascontiguousarray(vectors).data)
        different = list(set(ids.tolist()))  # np.unique takes five times as long for a sentence
        missing = max(different, default=0) + 1 - len(self._frequencies)
        if missing > 0:
            self._frequencies = np.pad(self._frequencies, (0, missing))
        self._frequencies[different] += 1

    def __len__(self) -> int:
        return len(self._offsets) - 1

    def finish(self) -> None:
        """Write what is left."""
        self.close()
        write_array(self._folder / _OFFSETS, np.array(self._offsets, dtype=np.int64))
        write_array(self._folder / _FREQUENCIES, self._frequencies)

    def close(self) -> None:
        """Let go of the files."""
        try:
            self._ids.close()
        finally:  # on a full disk both may refuse what they still have to write
            self._vectors.close()
