"""What tests of the index share: an embedder that needs no model, and indexes built with it."""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import faiss
import numpy as np
import pytest

from retrieval.embedding import TOKEN_SCALE, Embedding
from retrieval.indexing import RefreshReport, refresh
from retrieval.model_files import find_model
from retrieval.onnx_export import exported

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents"

Build = Callable[..., RefreshReport]
Contents = Callable[[Path], dict[str, bytes]]


class BagOfWordsEmbedder:
    """Each word is a direction of its own, drawn by its hash; a text is the sum of its words.

    Texts are near one another as far as they share words, so that a test can say which comes first. `texts` holds
    what was embedded.
    """

    def __init__(self, name: str = "bag of words", dimension: int = 64) -> None:
        self.name = name
        self.dimension = dimension
        self.texts: list[str] = []

    def embed(self, texts: Sequence[str]) -> Iterator[Embedding]:
        self.texts += texts
        return map(self._embedding, texts)

    def _embedding(self, text: str) -> Embedding:
        ids = [_number_of(word) for word in re.findall(r"\w+", text.lower())]
        rows = np.array([self._direction(number) for number in ids], np.float32).reshape(len(ids), self.dimension)
        whole = rows.sum(axis=0) if ids else self._direction(0)
        return Embedding(
            vector=(whole / np.linalg.norm(whole)).astype(np.float32),
            token_ids=np.array(ids, np.int32),
            token_vectors=np.rint(rows * TOKEN_SCALE).astype(np.int8),
        )

    def _direction(self, number: int) -> np.ndarray:
        row = np.random.default_rng(number).standard_normal(self.dimension).astype(np.float32)
        return row / np.linalg.norm(row)

    def knows(self, word: str) -> bool:
        return True


def _number_of(word: str) -> int:
    return int.from_bytes(hashlib.blake2b(word.encode(), digest_size=4).digest()) % 30_000


@pytest.fixture(scope="session", autouse=True)
def one_thread() -> None:
    """Search with one thread: on a busy machine several wait for one another."""
    faiss.omp_set_num_threads(1)


@pytest.fixture(scope="session")
def bag_of_words() -> type[BagOfWordsEmbedder]:
    """The class, for tests that need an embedder of another name or dimension."""
    return BagOfWordsEmbedder


@pytest.fixture
def embedder() -> BagOfWordsEmbedder:
    return BagOfWordsEmbedder()


@pytest.fixture(scope="session")
def small_model(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A sentence-transformers model of few dimensions and random weights; to be read only."""
    import embedding_models  # not above: processes of their own import this file, and find that one nowhere

    return embedding_models.small_model(tmp_path_factory.mktemp("small"))


@pytest.fixture(scope="session")
def small_export(tmp_path_factory: pytest.TempPathFactory, small_model: Path) -> Path:
    """The folder it was exported to; to be read only."""
    models = tmp_path_factory.mktemp("exported") / "models"
    exported(find_model(str(small_model)), models, lambda said: None)
    (folder,) = models.iterdir()
    return folder


@pytest.fixture(scope="session")
def build() -> Build:
    """Bring an index up to date, without a word about progress."""

    def build(folder: Path, index: Path, embedder: BagOfWordsEmbedder | None = None) -> RefreshReport:
        return refresh(folder, index, embedder or BagOfWordsEmbedder(), lambda phase, done, total: None)

    return build


@pytest.fixture(scope="session")
def contents() -> Contents:
    """What is in a folder: the bytes of each file, but for the lock of an index."""

    def contents(folder: Path) -> dict[str, bytes]:
        files = (file for file in folder.rglob("*") if file.is_file() and file.name not in ("LOCK", "log.sqlite"))
        return {file.relative_to(folder).as_posix(): file.read_bytes() for file in files}

    return contents


@pytest.fixture(scope="session")
def shipped_index(tmp_path_factory: pytest.TempPathFactory, build: Build) -> Path:
    """An index of the shipped documents; to be read only."""
    index = tmp_path_factory.mktemp("shipped") / "index"
    build(SHIPPED, index)
    return index


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    """A copy of the shipped documents, to be changed."""
    return Path(shutil.copytree(SHIPPED, tmp_path / "documents"))


@pytest.fixture
def index(tmp_path: Path, shipped_index: Path, documents: Path, build: Build) -> Path:
    """An index of `documents`, to be changed or damaged."""
    index = Path(shutil.copytree(shipped_index, tmp_path / "index"))
    build(documents, index)  # the folder is another one: everything is taken over
    return index
