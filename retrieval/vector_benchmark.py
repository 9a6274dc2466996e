"""How fast and how exactly many vectors are searched: the measurement behind the constants of `retrieval.dense`.

The vectors are the index's own with noise, so that they lie as those of sentences do. There are then several
near-copies of each sentence.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.dense import SEARCHED_EXACTLY, VectorIndex, VectorIndexBuilder, cells_probed
from retrieval.embedding import Vectors
from retrieval.metrics import percentile
from retrieval.retriever import POOL

SIZES = (10_000, 30_000, 100_000, 300_000, 1_000_000)
COSINE = 0.9
"""Of a vector with the one it was made of."""
RECALLED = 10
_BLOCK = 8192
_SEED = 20
_WIDTHS = (16, 32, 64, 128, 256)


@dataclass(frozen=True, slots=True)
class Searched:
    """One way to search so many vectors.

    Attributes:
        vectors: How many there are.
        cells, probed: Into how many they are sorted, and how many of these are searched; 0 where all are compared.
        p50, p99: Milliseconds of one search for as many as the retriever asks for.
        recall: The share of the nearest `RECALLED` that is among the first `RECALLED` found.
        build_seconds: To put them in order and write them.
        file_bytes: On disk.
        resident_bytes: What the searches brought into memory; None where the machine does not tell.
        in_use: Whether the program searches that many vectors in this way.
    """

    vectors: int
    cells: int
    probed: int
    p50: float
    p99: float
    recall: float
    build_seconds: float
    file_bytes: int
    resident_bytes: int | None
    in_use: bool


def searches(
    originals: Vectors, questions: Vectors, number: int, folder: Path, resident: Callable[[], int | None]
) -> Iterator[Searched]:
    """Yield how each size up to `number` is searched, exactly and in cells.

    Args:
        originals: `(n, dimension)` float32 unit rows that the vectors are made of.
        questions: `(questions, dimension)` float32 unit rows that are searched.
        number: Of the vectors in the largest index.
        folder: Where indexes are written; what is not needed any more is removed.
        resident: Tells the memory of this process.
    """
    builder, nearest = VectorIndexBuilder(originals.shape[1]), _Nearest(questions)
    for size in (*(size for size in SIZES if size < number), number):
        for block in made_of(originals, len(builder), size):
            nearest.add(block)
            builder.add(block)
        for searched_exactly in (size, 0):
            file = folder / f"{size}.faiss"
            began = time.perf_counter()
            builder.write(file, searched_exactly)
            seconds = time.perf_counter() - began
            yield from _measured(file, questions, nearest.rows, seconds, resident)
            file.unlink()


def made_of(originals: Vectors, start: int, end: int) -> Iterator[Vectors]:
    """Yield vectors from one row to another, `(n, dimension)` float32 unit rows at a time."""
    length = np.sqrt(1 / COSINE**2 - 1)  # of noise at a right angle to the original, as nearly all noise is
    for first in range(start, end, _BLOCK):
        rows = np.arange(first, min(first + _BLOCK, end))
        noise = np.random.default_rng([_SEED, first]).standard_normal((len(rows), originals.shape[1]), np.float32)
        noise *= length / np.linalg.norm(noise, axis=1, keepdims=True)
        noise += originals[rows % len(originals)]
        yield noise / np.linalg.norm(noise, axis=1, keepdims=True)


class _Nearest:
    """Finds the nearest vectors to each question, by comparing all in full precision."""

    def __init__(self, questions: Vectors) -> None:
        self._questions = questions
        self._seen = 0
        self._cosines = np.zeros((len(questions), 0), dtype=np.float32)
        self.rows: NDArray[np.int64] = np.zeros((len(questions), 0), dtype=np.int64)

    def add(self, vectors: Vectors) -> None:
        """Look at further vectors."""
        rows = np.broadcast_to(np.arange(self._seen, self._seen + len(vectors)), (len(self._questions), len(vectors)))
        cosines = np.hstack([self._cosines, self._questions @ vectors.T])
        best = np.argpartition(-cosines, min(RECALLED, cosines.shape[1]) - 1, axis=1)[:, :RECALLED]
        self._cosines = np.take_along_axis(cosines, best, axis=1)
        self.rows = np.take_along_axis(np.hstack([self.rows, rows]), best, axis=1)
        self._seen += len(vectors)


def _measured(
    file: Path, questions: Vectors, nearest: NDArray[np.int64], seconds: float, resident: Callable[[], int | None]
) -> Iterator[Searched]:
    """Yield how the index in `file` is searched, with each number of cells that may be worth it."""
    cells = VectorIndex.open(file).cells
    usual = cells_probed(cells)
    for probed in sorted({usual, *(each for each in _WIDTHS if each < cells)}) if cells else [0]:
        before = resident()
        index = VectorIndex.open(file, probed)
        found, times = _found(index, questions)
        after = resident()
        vectors = len(index)
        del index  # its memory must not count as the next one's
        yield Searched(
            vectors=vectors,
            cells=cells,
            probed=probed,
            p50=percentile(times, 50) or 0.0,
            p99=percentile(times, 99) or 0.0,
            recall=_recall(found, nearest),
            build_seconds=seconds,
            file_bytes=file.stat().st_size,
            resident_bytes=None if before is None or after is None else after - before,
            in_use=probed == (usual if vectors > SEARCHED_EXACTLY else 0),
        )


def _found(index: VectorIndex, questions: Vectors) -> tuple[list[list[int]], list[float]]:
    """Return what is found for each question, and in how many milliseconds once its part of the file was read."""
    found, times = [index.search(question, POOL) for question in questions], list[float]()
    for question in questions:
        began = time.perf_counter()
        index.search(question, POOL)
        times.append(1000 * (time.perf_counter() - began))
    return found, times


def _recall(found: Sequence[Sequence[int]], nearest: NDArray[np.int64]) -> float:
    shares = [
        len(set(rows[:RECALLED]) & set(wanted)) / len(wanted)
        for rows, wanted in zip(found, nearest.tolist(), strict=True)
    ]
    return sum(shares) / len(shares)
