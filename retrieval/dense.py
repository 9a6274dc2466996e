"""FAISS over vectors: search by inner product, which for unit vectors is the cosine.

Half-precision scalars halve memory and disk and are faster than full precision, without a measurable loss (recall@10
.999 at 100,000 vectors). Few vectors are searched exactly; many are sorted into cells by their nearest centroid, and
only the cells nearest to the question are searched.
"""

from __future__ import annotations

import math
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import faiss
import numpy as np

from retrieval.embedding import Vectors

SEARCHED_EXACTLY = 32_768
"""Vectors up to which all are compared: it takes under a millisecond."""
PROBED = 3
"""Times the root of the number of cells: so many cells are searched.

Recall@10 of 100,000 vectors in 1,024 cells is 0.977 (0.9 ms of processor time), of 300,000 in 2,048 about 0.975 (2.4
ms), of a million in 4,096 0.973 (5.4 ms, against 95 ms for comparing all): vectors of sentences with noise, of which
there are many near-copies. `rapporteur benchmark --vectors` measures it.
"""
_TRAINED_ON = 64  # vectors for each centroid
_BLOCK = 4096


def cells_probed(cells: int) -> int:
    """Return how many of some cells are searched."""
    return round(PROBED * math.sqrt(cells))


class VectorIndex:
    """Vectors on disk, memory-mapped; the id of a vector is its row."""

    def __init__(self, index: faiss.Index) -> None:
        self._index = index

    @staticmethod
    def build(file: Path, vectors: Vectors) -> None:
        """Write `(n, dimension)` float32 unit rows."""
        builder = VectorIndexBuilder(vectors.shape[1])
        for start in range(0, len(vectors), _BLOCK):
            builder.add(vectors[start : start + _BLOCK])
        builder.write(file)

    @classmethod
    def open(cls, file: Path, probed: int | None = None) -> VectorIndex:
        """Return the index in `file`, memory-mapped; `probed` of its cells are searched, or as many as suit them."""
        index = faiss.read_index(str(file), faiss.IO_FLAG_MMAP_IFC)
        if isinstance(index, faiss.IndexIVF):
            index.nprobe = probed or cells_probed(index.nlist)
        return cls(index)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    @property
    def dimension(self) -> int:
        """Of the vectors."""
        return int(self._index.d)

    @property
    def cells(self) -> int:
        """How many cells they are sorted into; 0 where all are compared."""
        return int(self._index.nlist) if isinstance(self._index, faiss.IndexIVF) else 0

    def search(self, vector: Vectors, limit: int) -> list[int]:
        """Return the rows nearest to `(dimension,)` float32, nearest first."""
        _, rows = self._index.search(vector[None, :], min(limit, len(self)))
        return [row for row in rows[0].tolist() if row >= 0]

    def vectors(self, rows: Sequence[int] | Iterable[int]) -> Vectors:
        """Return the vectors of some rows, `(len(rows), dimension)` float32."""
        wanted = np.asarray(rows if isinstance(rows, np.ndarray) else list(rows), dtype=np.int64)
        if not len(wanted):
            return np.zeros((0, self.dimension), dtype=np.float32)
        return np.asarray(self._index.reconstruct_batch(wanted), dtype=np.float32)


class VectorIndexBuilder:
    """Gathers vectors, and writes them as an index of the kind that suits their number."""

    def __init__(self, dimension: int) -> None:
        self._index = faiss.IndexScalarQuantizer(dimension, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT)

    def __len__(self) -> int:
        return int(self._index.ntotal)

    def add(self, vectors: Vectors) -> None:
        """Add `(n, dimension)` float32 unit rows."""
        self._index.add(np.ascontiguousarray(vectors))

    def write(self, file: Path, searched_exactly: int = SEARCHED_EXACTLY) -> None:
        """Write all vectors, each under its row; more than `searched_exactly` are sorted into cells."""
        index = self._index if len(self) <= searched_exactly else self._in_cells()
        with file.open("wb") as stream:  # FAISS itself would not notice that the last bytes found no room
            faiss.write_index(index, faiss.PyCallbackIOWriter(stream.write))  # type: ignore[attr-defined]

    def _in_cells(self) -> faiss.Index:
        """Return the same vectors in cells: four times as many as the root of their number, as FAISS advises."""
        cells = 2 ** round(math.log2(4 * math.sqrt(len(self))))
        dimension = self._index.d
        index = faiss.IndexIVFScalarQuantizer(
            faiss.IndexFlatIP(dimension), dimension, cells, faiss.ScalarQuantizer.QT_fp16, faiss.METRIC_INNER_PRODUCT,
            False,  # the vectors themselves, not how they differ from their centroid
        )  # fmt: skip
        sample = np.linspace(0, len(self) - 1, min(len(self), _TRAINED_ON * cells)).astype(np.int64)
        with _all_cores():
            index.train(self._index.reconstruct_batch(sample))
            for start in range(0, len(self), _BLOCK):
                index.add(self._index.reconstruct_n(start, min(_BLOCK, len(self) - start)))
        index.make_direct_map()  # a row → its place, so that vectors can be read back
        return index


@contextmanager
def _all_cores() -> Iterator[None]:
    """Let FAISS work on every core: nothing else is done meanwhile, and the outcome is the same."""
    before = faiss.omp_get_max_threads()
    faiss.omp_set_num_threads(os.cpu_count() or 1)
    try:
        yield
    finally:
        faiss.omp_set_num_threads(before)
