"""A sentence-transformers model exported: once, held against the original, and what is done where that fails."""

from __future__ import annotations

import json
import resource
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import embedding_models
import numpy as np
import pytest

from retrieval.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.model_files import EmbeddingError, find_model
from retrieval.onnx_embedder import OnnxEmbedder
from retrieval.onnx_export import AGREEMENT, SAMPLES, NotExported, exported

TEXTS = [
    "the mandate ends",
    "when does the keeper feed the quolls ?",
    "wombats dig . the council decides on the report of the mission until the end ,",
    "observers",
]


def files_in(folder: Path) -> set[str]:
    return {file.relative_to(folder).as_posix() for file in folder.rglob("*") if file.is_file()}


def unchanged(folder: Path) -> dict[str, int]:
    """Return the files of a folder with the time at which each was written."""
    return {name: (folder / name).stat().st_mtime_ns for name in files_in(folder)}


def agreement(one: Embedder, other: Embedder) -> float:
    """Return the lowest cosine of two embedders' vectors of the same text."""
    vectors = (np.array([each.vector for each in embedder.embed(TEXTS)]) for embedder in (one, other))
    return float(np.prod(list(vectors), axis=0).sum(axis=1).min())


def test_a_model_is_exported_to_a_folder_named_by_its_content(small_model: Path, small_export: Path) -> None:
    assert find_model(str(small_model)).sha256.startswith(small_export.name)
    assert files_in(small_export) == {"manifest.json", "model.onnx", "tokenizer.json"}


def test_what_was_exported_before_is_found_again(small_model: Path, tmp_path: Path) -> None:
    told: list[str] = []
    files = find_model(str(small_model))
    first = exported(files, tmp_path / "models", told.append)
    before = unchanged(tmp_path / "models")
    again = exported(files, tmp_path / "models", told.append)
    assert unchanged(tmp_path / "models") == before
    assert first.name == again.name
    assert told == []


def test_the_same_model_elsewhere_is_found_again(small_model: Path, tmp_path: Path) -> None:
    exported(find_model(str(small_model)), tmp_path / "models", lambda said: None)
    before = unchanged(tmp_path / "models")
    moved = shutil.copytree(small_model, tmp_path / "moved")
    exported(find_model(str(moved)), tmp_path / "models", lambda said: None)
    assert unchanged(tmp_path / "models") == before


def test_other_weights_under_the_same_path_are_exported_anew(tmp_path: Path) -> None:
    path = embedding_models.small_model(tmp_path, seed=1)
    first = exported(find_model(str(path)), tmp_path / "models", lambda said: None)
    shutil.rmtree(path)
    assert embedding_models.small_model(tmp_path, seed=2) == path
    second = exported(find_model(str(path)), tmp_path / "models", lambda said: None)
    assert first.name != second.name
    assert len(list((tmp_path / "models").iterdir())) == 2
    assert agreement(first, second) < AGREEMENT


def test_two_exports_of_a_model_are_the_same_to_the_byte(small_model: Path, small_export: Path, tmp_path: Path) -> None:
    exported(find_model(str(small_model)), tmp_path / "models", lambda said: None)
    again = tmp_path / "models" / small_export.name
    assert all((again / name).read_bytes() == (small_export / name).read_bytes() for name in files_in(small_export))


def test_an_exported_model_agrees_with_the_original(small_model: Path, small_export: Path) -> None:
    manifest = json.loads((small_export / "manifest.json").read_text())
    assert manifest["precision"] == "int8"
    assert AGREEMENT <= manifest["agreement"] <= 1 + 1e-6
    original = SentenceTransformerEmbedder(find_model(str(small_model)))
    assert AGREEMENT <= agreement(OnnxEmbedder(small_export), original) <= 1 + 1e-6


def test_the_packaged_model_agrees_with_the_original_in_a_quarter_of_its_size(
    real_embedder: Embedder, real_folder: Path
) -> None:
    files = find_model(None)
    (folder,) = (real_folder / "models").iterdir()
    assert agreement(real_embedder, SentenceTransformerEmbedder(files)) >= AGREEMENT
    whole = (files.folder / "model.safetensors").stat().st_size
    assert (folder / "model.onnx").stat().st_size < 0.3 * whole


def test_the_tokens_of_an_exported_model_are_those_of_the_original(small_model: Path, small_export: Path) -> None:
    ours = OnnxEmbedder(small_export).embed([*TEXTS, ""])
    theirs = SentenceTransformerEmbedder(find_model(str(small_model))).embed([*TEXTS, ""])
    for one, other in zip(ours, theirs, strict=True):
        assert one.token_ids.tolist() == other.token_ids.tolist()
        assert one.token_vectors.shape == other.token_vectors.shape
        if len(one.token_ids):
            products = (one.token_vectors.astype(float) * other.token_vectors).sum(axis=1) / 127**2
            assert products.min() > 0.95


def test_a_model_whose_vectors_have_another_dimension_than_its_tokens_is_exported(tmp_path: Path) -> None:
    files = find_model(str(embedding_models.small_model(tmp_path, dimension=16)))
    embedder = exported(files, tmp_path / "models", lambda said: None)
    (embedding,) = embedder.embed(["the mandate"])
    assert (embedder.dimension, embedding.vector.shape) == (16, (16,))
    assert embedding.token_vectors.shape == (2, embedding_models.WIDTH)
    assert agreement(embedder, SentenceTransformerEmbedder(files)) >= AGREEMENT


def test_what_a_model_wants_before_every_text_is_put_there(tmp_path: Path) -> None:
    files = find_model(str(embedding_models.small_model(tmp_path, prompt="report of the mission : ")))
    embedder = exported(files, tmp_path / "models", lambda said: None)
    assert agreement(embedder, SentenceTransformerEmbedder(files)) >= AGREEMENT
    plain = SentenceTransformerEmbedder(find_model(str(embedding_models.small_model(tmp_path / "plain"))))
    assert agreement(embedder, plain) < AGREEMENT


# What cannot be exported, or not in bytes


def test_a_model_that_loses_too_much_in_bytes_is_kept_in_full_precision_and_that_is_said(tmp_path: Path) -> None:
    told: list[str] = []
    files = find_model(str(embedding_models.model_with_outliers(tmp_path)))
    embedder = exported(files, tmp_path / "models", told.append)
    assert embedder.name.endswith(", float32)")
    assert agreement(embedder, SentenceTransformerEmbedder(files)) > 0.9999
    (said,) = told
    assert "loses too much when it is quantised (cosine 0." in said
    assert "kept in full precision" in said
    assert {Path(name).name for name in files_in(tmp_path / "models")} == {
        "manifest.json", "model.onnx", "tokenizer.json",
    }  # fmt: skip


Made = Callable[[Path], Path]


def not_pooled(folder: Path) -> Path:
    """Make a model that leaves the prompt out of the vector, which only sentence-transformers knows how to do."""
    return embedding_models.small_model(folder, prompt="report of the mission : ", pooled=False)


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (embedding_models.fourier_model, r"cannot be exported \(.*fft.*, so it is used as it is"),
        (not_pooled, r"gives other vectors once exported \(cosine 0\.\d+\), so it is used as it is"),
    ],
)
def test_a_model_that_cannot_be_exported_is_told_and_leaves_nothing_behind(
    tmp_path: Path, make: Made, reason: str, capfd: pytest.CaptureFixture[str]
) -> None:
    told: list[str] = []
    files = find_model(str(make(tmp_path)))
    capfd.readouterr()
    with pytest.raises(NotExported, match=reason):
        exported(files, tmp_path / "models", told.append)
    assert told == []
    assert list((tmp_path / "models").iterdir()) == []
    assert capfd.readouterr().out == ""  # where answers go


def broken(folder: Path) -> Path:
    """Make a model of which the weights are none."""
    path = embedding_models.small_model(folder)
    (path / "model.safetensors").write_bytes(b"none")
    return path


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (embedding_models.static_model, r"no vector of each token .* choose another one"),
        (broken, r"could not be loaded .*RAPPORTEUR_MODEL"),
    ],
)
def test_a_model_that_cannot_be_used_at_all_is_an_error(tmp_path: Path, make: Made, reason: str) -> None:
    files = find_model(str(make(tmp_path)))
    with pytest.raises(EmbeddingError, match=reason) as raised:
        exported(files, tmp_path / "models", lambda said: None)
    assert not isinstance(raised.value, NotExported)
    assert list((tmp_path / "models").iterdir()) == []


def test_a_disk_that_refuses_is_no_reason_to_do_without_an_export(small_model: Path, tmp_path: Path) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, hard))
    try:
        with pytest.raises(OSError, match="File too large"):
            exported(find_model(str(small_model)), tmp_path / "models", lambda said: None)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert list((tmp_path / "models").iterdir()) == []


def test_what_an_export_that_was_killed_left_behind_is_no_export(small_model: Path, tmp_path: Path) -> None:
    files = find_model(str(small_model))
    unfinished = tmp_path / "models" / files.sha256[:16]
    unfinished.mkdir(parents=True)
    (unfinished / "model.onnx").write_bytes(b"half")
    (tmp_path / "models" / ".exporting-1").mkdir()
    assert next(exported(files, tmp_path / "models", lambda said: None).embed(["the mandate"])).vector.shape == (32,)
    assert list((tmp_path / "models").iterdir()) == [unfinished]


def test_the_sample_sentences_are_shorter_than_what_the_packaged_model_reads(real_embedder: Any) -> None:
    assert all(0 < len(each.token_ids) < 200 for each in real_embedder.embed(SAMPLES))
