"""Vectors on disk, few or sorted into cells: written, mapped, searched, read back."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from retrieval.dense import SEARCHED_EXACTLY, VectorIndex, VectorIndexBuilder, cells_probed


def directions(number: int, dimension: int = 32) -> np.ndarray:
    rows = np.random.default_rng(1).standard_normal((number, dimension)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def topics(number: int, dimension: int = 32) -> np.ndarray:
    """Return unit rows that lie about a hundred centres, as those of texts do."""
    noise = np.random.default_rng(2).standard_normal((number, dimension))
    rows = (2 * directions(100, dimension)[np.arange(number) % 100] + 0.2 * noise).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


def written(file: Path, vectors: np.ndarray, searched_exactly: int) -> VectorIndex:
    builder = VectorIndexBuilder(vectors.shape[1])
    builder.add(vectors)
    builder.write(file, searched_exactly)
    return VectorIndex.open(file)


@pytest.fixture(params=[SEARCHED_EXACTLY, 1_000], ids=["exact", "in cells"])
def searched_exactly(request: pytest.FixtureRequest) -> int:
    """How many vectors are searched without cells: more or fewer than there are."""
    return int(request.param)


@pytest.fixture
def index(tmp_path: Path, searched_exactly: int) -> VectorIndex:
    return written(tmp_path / "v.faiss", directions(5_000), searched_exactly)  # more than are added at once


@pytest.fixture
def exact(tmp_path: Path) -> VectorIndex:
    VectorIndex.build(tmp_path / "exact.faiss", directions(5_000))
    return VectorIndex.open(tmp_path / "exact.faiss")


def test_many_vectors_are_sorted_into_cells_and_few_are_not(tmp_path: Path) -> None:
    few, many = (written(tmp_path / f"{number}", directions(number), 1_000) for number in (1_000, 1_001))
    assert few.cells == 0
    assert many.cells > cells_probed(many.cells)


def test_every_vector_is_kept_under_its_row(index: VectorIndex) -> None:
    assert (len(index), index.dimension) == (5_000, 32)
    assert np.abs(index.vectors(range(5_000)) - directions(5_000)).max() < 1e-3


def test_each_vector_is_nearest_to_itself(index: VectorIndex) -> None:
    for row in (0, 17, 4_095, 4_096, 4_999):
        assert index.search(directions(5_000)[row], 1) == [row]


def test_the_nearest_come_first_and_are_those_of_the_largest_cosine(exact: VectorIndex) -> None:
    sought = directions(5_001)[-1]
    cosines = directions(5_000) @ sought
    found = exact.search(sought, 10)
    assert set(found) == set(np.argsort(-cosines)[:10].tolist())
    assert (np.diff(cosines[found]) < 1e-3).all()


def test_in_cells_nearly_all_of_the_nearest_are_found(tmp_path: Path) -> None:
    vectors = topics(20_000)
    index = written(tmp_path / "v.faiss", vectors[:-100], 1_000)
    assert index.cells > 4 * cells_probed(index.cells)
    best = [set(np.argsort(-(vectors[:-100] @ sought))[:10].tolist()) for sought in vectors[-100:]]
    found = [set(index.search(sought, 10)) for sought in vectors[-100:]]
    assert sum(len(one & other) for one, other in zip(best, found, strict=True)) >= 0.97 * 10 * 100


def test_the_nearest_come_first_of_cells_too(index: VectorIndex) -> None:
    sought = directions(5_001)[-1]
    cosines = directions(5_000)[index.search(sought, 50)] @ sought
    assert len(cosines) == 50
    assert (np.diff(cosines) < 1e-3).all()


def test_where_the_cells_searched_hold_fewer_than_asked_for_fewer_are_found(tmp_path: Path) -> None:
    written(tmp_path / "v.faiss", directions(5_000), 1_000)
    found = VectorIndex.open(tmp_path / "v.faiss", probed=1).search(directions(1)[0], 5_000)
    assert 0 < len(found) < 1_000
    assert found[0] == 0
    assert min(found) >= 0


def test_vectors_are_those_of_a_search_without_cells_to_the_bit(index: VectorIndex, exact: VectorIndex) -> None:
    assert (index.vectors(range(5_000)) == exact.vectors(range(5_000))).all()


def test_no_more_is_found_than_there_is(tmp_path: Path) -> None:
    VectorIndex.build(tmp_path / "v.faiss", directions(3))
    assert sorted(VectorIndex.open(tmp_path / "v.faiss").search(directions(3)[0], 100)) == [0, 1, 2]


def test_vectors_come_in_the_order_asked_for(index: VectorIndex) -> None:
    assert (index.vectors([9, 3, 9]) == index.vectors(range(10))[[9, 3, 9]]).all()


def test_no_rows_are_no_vectors(index: VectorIndex) -> None:
    assert index.vectors([]).shape == (0, 32)


def test_what_was_read_back_is_written_the_same_again(
    index: VectorIndex, tmp_path: Path, searched_exactly: int
) -> None:
    written(tmp_path / "again.faiss", index.vectors(range(5_000)), searched_exactly)
    assert (tmp_path / "again.faiss").read_bytes() == (tmp_path / "v.faiss").read_bytes()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("number", [3, 5_000])
def test_a_full_disk_is_an_error_even_when_only_the_last_bytes_find_no_room(number: int, searched_exactly: int) -> None:
    with pytest.raises(OSError, match="No space left"):
        written(Path("/dev/full"), directions(number), searched_exactly)
