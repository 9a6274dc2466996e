"""Vectors made of others, searched exactly and in cells."""

from __future__ import annotations

import numpy as np
import pytest

from retrieval.dense import SEARCHED_EXACTLY, cells_probed
from retrieval.vector_benchmark import COSINE, Searched, made_of, searches

DIMENSION = 32
NUMBER = 3000


def unit_rows(number: int, seed: int) -> np.ndarray:
    rows = np.random.default_rng(seed).standard_normal((number, DIMENSION)).astype(np.float32)
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


ORIGINALS, QUESTIONS = unit_rows(300, 1), unit_rows(20, 2)


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Searched]:
    folder = tmp_path_factory.mktemp("vectors")
    found = list(searches(ORIGINALS, QUESTIONS, NUMBER, folder, lambda: 1_000_000))
    assert not list(folder.iterdir())
    return found


def test_vectors_have_the_cosine_with_what_they_are_made_of() -> None:
    made = np.concatenate(list(made_of(ORIGINALS, 0, NUMBER)))
    cosines = (made * ORIGINALS[np.arange(NUMBER) % len(ORIGINALS)]).sum(axis=1)
    assert np.allclose(np.linalg.norm(made, axis=1), 1, atol=1e-5)
    assert abs(float(cosines.mean()) - COSINE) < 0.01


def test_all_are_compared_first_and_then_those_of_some_cells(found: list[Searched]) -> None:
    assert [each.cells > 0 for each in found] == [False] + [True] * (len(found) - 1)
    assert [each.probed for each in found] == sorted(each.probed for each in found)


def test_comparing_all_finds_the_nearest(found: list[Searched]) -> None:
    assert found[0].recall > 0.98


def test_the_more_cells_are_looked_at_the_more_is_found(found: list[Searched]) -> None:
    recalls = [each.recall for each in found if each.cells]
    assert recalls == sorted(recalls)
    assert recalls[0] < 1


def test_one_way_is_the_one_in_use(found: list[Searched]) -> None:
    assert [each.probed for each in found if each.in_use] == [
        cells_probed(found[-1].cells) if NUMBER > SEARCHED_EXACTLY else 0
    ]


def test_every_figure_is_there(found: list[Searched]) -> None:
    for each in found:
        assert each.vectors == NUMBER
        assert 0 < each.p50 <= each.p99
        assert each.file_bytes > NUMBER * DIMENSION * 2
        assert each.build_seconds > 0
        assert each.resident_bytes == 0
