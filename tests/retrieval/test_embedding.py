"""Texts → vectors, by the packaged model as it is and exported, and by models of other kinds."""

from __future__ import annotations

from pathlib import Path

import embedding_models
import numpy as np
import pytest

from retrieval.embedding import TOKEN_SCALE, Embedder, SentenceTransformerEmbedder
from retrieval.model_files import EmbeddingError, find_model

TEXTS = ["The mandate ends on 15 May 1998.", "Military observers.", "A quoll is a marsupial of Australia."]
NO_TOKEN = ["", "   ", "\u200b", "\0"]
DIMENSION = 384
LONGEST = 256


@pytest.fixture(scope="module")
def original() -> SentenceTransformerEmbedder:
    """The packaged model as it is; loading it takes seconds."""
    return SentenceTransformerEmbedder(find_model(None))


@pytest.fixture(params=["exported", "as it is"])
def either(request: pytest.FixtureRequest) -> Embedder:
    """The packaged model, exported and as it is: whatever holds of one holds of the other."""
    found: Embedder = request.getfixturevalue("real_embedder" if request.param == "exported" else "original")
    return found


def vector(embedder: Embedder, text: str) -> np.ndarray:
    return next(embedder.embed([text])).vector


def test_a_text_is_a_vector_of_length_one(either: Embedder) -> None:
    vectors = np.array([each.vector for each in either.embed([*TEXTS, *NO_TOKEN])])
    assert vectors.shape == (7, DIMENSION)
    assert vectors.dtype == np.float32
    assert np.linalg.norm(vectors, axis=1) == pytest.approx(np.ones(7), abs=1e-5)


def test_vectors_come_in_the_order_of_their_texts_however_long(either: Embedder) -> None:
    texts = [TEXTS[0] * 3, "Quoll.", TEXTS[1] * 2, "A", TEXTS[2]]
    together = either.embed(texts)
    for text, embedding in zip(texts, together, strict=True):
        assert embedding.vector @ vector(either, text) == pytest.approx(1, abs=1e-4)


def test_more_texts_than_are_taken_at_once_keep_their_order(either: Embedder) -> None:
    vectors = np.array([each.vector for each in either.embed([TEXTS[number % 3] for number in range(70)])])
    assert np.abs(vectors - np.array([vectors[number % 3] for number in range(70)])).max() < 1e-5
    assert np.abs(vectors[0] - vectors[1]).max() > 0.01


def test_the_same_text_is_the_same_vector(either: Embedder) -> None:
    assert (vector(either, TEXTS[0]) == vector(either, TEXTS[0])).all()


def test_no_texts_are_no_vectors(either: Embedder) -> None:
    assert list(either.embed([])) == []


def test_each_token_has_a_vector_of_length_one_in_bytes(either: Embedder) -> None:
    (embedding,) = either.embed(["military observers"])
    assert len(embedding.token_ids) == len(embedding.token_vectors) == 2  # without those the model puts around a text
    assert embedding.token_ids.dtype == np.int32
    assert embedding.token_vectors.dtype == np.int8
    lengths = np.linalg.norm(embedding.token_vectors.astype(np.float32) / TOKEN_SCALE, axis=1)
    assert lengths == pytest.approx(np.ones(2), abs=0.05)


@pytest.mark.parametrize("text", NO_TOKEN, ids=repr)
def test_a_text_without_a_token_has_no_token_vectors(either: Embedder, text: str) -> None:
    (embedding,) = either.embed([text])
    assert embedding.token_ids.shape == (0,)
    assert embedding.token_vectors.shape == (0, DIMENSION)


def test_a_token_that_the_model_does_not_know_is_a_token(either: Embedder) -> None:
    (embedding,) = either.embed(["quoll 🦘 quoll"])
    first, unknown, last = embedding.token_ids[[0, len(embedding.token_ids) // 2, -1]].tolist()
    assert first != unknown != last


@pytest.mark.parametrize("text", ["word " * 2_000, "x" * 10_000, "中" * 10_000], ids=["words", "one word", "Chinese"])
def test_ten_thousand_characters_are_embedded_as_far_as_the_model_reads(either: Embedder, text: str) -> None:
    (embedding,) = either.embed([text])
    assert np.isfinite(embedding.vector).all()
    assert len(embedding.token_ids) <= LONGEST


def test_texts_that_mean_the_same_are_nearer_than_others(either: Embedder) -> None:
    asked, near, far = (each.vector for each in either.embed(["When does the mandate end?", TEXTS[0], TEXTS[2]]))
    assert asked @ near > asked @ far + 0.2


def test_the_model_knows_its_words(either: Embedder) -> None:
    assert either.knows("mandate")
    assert not either.knows("mandaet")


def test_the_packaged_model_is_named_with_its_checksum(either: Embedder) -> None:
    assert either.name.startswith("all-MiniLM-L6-v2 (53aa51172d14")
    assert either.dimension == DIMENSION


def test_a_model_that_does_not_normalise_its_vectors_gives_vectors_of_length_one(tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder(find_model(str(embedding_models.small_model(tmp_path))))
    assert np.linalg.norm(embedder.model.encode("the mandate ends")) > 1.5
    for each in embedder.embed(["the mandate ends", "quolls dig"]):
        assert np.linalg.norm(each.vector) == pytest.approx(1, abs=1e-5)


def test_a_model_without_vectors_of_tokens_is_refused_in_a_sentence(tmp_path: Path) -> None:
    embedder = SentenceTransformerEmbedder(find_model(str(embedding_models.static_model(tmp_path))))
    with pytest.raises(EmbeddingError, match=r"no vector of each token .* choose another one"):
        next(embedder.embed(["the mandate ends"]))


@pytest.mark.parametrize("broken", ["config.json", "model.safetensors", "modules.json"])
def test_a_model_of_which_a_file_is_broken_is_refused_in_a_sentence(tmp_path: Path, broken: str) -> None:
    folder = embedding_models.small_model(tmp_path)
    (folder / broken).write_text("{")
    with pytest.raises(EmbeddingError, match=r"could not be loaded .*RAPPORTEUR_MODEL"):
        next(SentenceTransformerEmbedder(find_model(str(folder))).embed(["the mandate ends"]))
