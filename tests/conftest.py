"""What tests of several packages share: the packaged model, exported, and an index made with it."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from retrieval.embedder_choice import MODELS, embedder_for_indexing
from retrieval.embedding import Embedder
from retrieval.indexing import refresh

SHIPPED = Path(__file__).parents[1] / "corpus" / "documents"


@pytest.fixture(scope="session")
def real_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the packaged model is exported, and the index made with it is kept."""
    return tmp_path_factory.mktemp("real") / "index"


@pytest.fixture(scope="session")
def real_embedder(real_folder: Path) -> Embedder:
    """The packaged model, exported: it takes seconds."""
    told: list[str] = []
    embedder = embedder_for_indexing(None, real_folder, told.append)
    assert told == []  # it could be exported, and quantised without loss
    return embedder


@pytest.fixture(scope="session")
def put_model(real_folder: Path, real_embedder: Embedder) -> Callable[[Path], None]:
    """Put the exported model beside an index that is to be made: to export it anew takes a quarter of a minute."""

    def put(index: Path) -> None:
        shutil.copytree(real_folder / MODELS, index / MODELS)

    return put


@pytest.fixture(scope="session")
def real_index(real_folder: Path, real_embedder: Embedder) -> Path:
    """An index of the shipped documents made with the packaged model; to be read only."""
    refresh(SHIPPED, real_folder, real_embedder, lambda phase, done, total: None)
    return real_folder
