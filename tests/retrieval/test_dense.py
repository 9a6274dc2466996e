"""Vectors on disk: written, mapped, searched, read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.dense import VectorIndex


def directions(number: int, dimension: int = 32) -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((number, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.fixture
def index(tmp_path: Path) -> VectorIndex:
    VectorIndex.build(tmp_path / "v.faiss", directions(5_000))  # more than are added at once
    return VectorIndex.open(tmp_path / "v.faiss")


def test_every_vector_is_kept_under_its_row(index: VectorIndex) -> None:
    assert (len(index), index.dimension) == (5_000, 32)
    assert np.abs(index.vectors(range(5_000)) - directions(5_000)).max() < 1e-3


def test_each_vector_is_nearest_to_itself(index: VectorIndex) -> None:
    for row in (0, 17, 4_095, 4_096, 4_999):
        assert index.search(directions(5_000)[row], 1) == [row]


def test_the_nearest_come_first_and_are_those_of_the_largest_cosine(index: VectorIndex) -> None:
    sought = directions(5_001)[-1]
    cosines = directions(5_000) @ sought
    found = index.search(sought, 10)
    assert set(found) == set(np.argsort(-cosines)[:10].tolist())
    assert (np.diff(cosines[found]) < 1e-3).all()


def test_no_more_is_found_than_there_is(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "v.faiss", directions(3))
    assert sorted(VectorIndex.open(tmp_path / "v.faiss").search(directions(3)[0], 100)) == [0, 1, 2]


def test_vectors_come_in_the_order_asked_for(index: VectorIndex) -> None:
    assert (index.vectors([9, 3, 9]) == index.vectors(range(10))[[9, 3, 9]]).all()


def test_no_rows_are_no_vectors(index: VectorIndex) -> None:
    assert index.vectors([]).shape == (0, 32)


def test_what_was_read_back_is_written_the_same_again(index: VectorIndex, tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "again.faiss", index.vectors(range(5_000)))
    assert (tmp_path / "again.faiss").read_bytes() == (tmp_path / "v.faiss").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("number", [3, 5_000])
def test_a_full_disk_is_an_error_even_when_only_the_last_bytes_find_no_room(number: int) -> None:
    with pytest.raises(OSError, match="No space left"):
        VectorIndex.build(Path("/dev/full"), directions(number))
