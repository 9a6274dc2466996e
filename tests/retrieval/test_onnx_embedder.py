"""An exported model: the same vector for the same text, and a sentence where its files are not what was written."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import embedding_models
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from retrieval.embedding import Embedding
from retrieval.model_files import EmbeddingError, find_model
from retrieval.onnx_embedder import Export, OnnxEmbedder
from retrieval.onnx_export import exported as export_of

ROOT = Path(__file__).parents[2]
WORDS = embedding_models.LONGEST - 2  # the model puts a token before and after


@pytest.fixture(scope="module")
def exported(small_export: Path) -> OnnxEmbedder:
    return OnnxEmbedder(small_export)


@pytest.fixture
def folder(small_export: Path, tmp_path: Path) -> Path:
    """A copy of an exported model, to be damaged."""
    return Path(shutil.copytree(small_export, tmp_path / "export"))


def same(one: Embedding, other: Embedding) -> bool:
    """Tell whether two embeddings are equal to the bit."""
    return (
        one.vector.tobytes() == other.vector.tobytes()
        and one.token_ids.tobytes() == other.token_ids.tobytes()
        and one.token_vectors.tobytes() == other.token_vectors.tobytes()
    )


@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.text(max_size=60), st.lists(st.sampled_from(["quolls", "", "the council decides " * 9, "?"]), max_size=6))
def test_a_text_has_the_same_vector_whatever_is_embedded_with_it(
    exported: OnnxEmbedder, text: str, others: list[str]
) -> None:
    (alone,) = exported.embed([text])
    *_, together, _ = exported.embed([*others, text, "wombats dig"])
    assert same(alone, together)


def test_several_may_ask_at_once(exported: OnnxEmbedder) -> None:
    texts = [f"the mandate of mission {number}" for number in range(40)]
    alone = [next(exported.embed([text])) for text in texts]
    with ThreadPoolExecutor(8) as threads:
        at_once = list(threads.map(lambda text: next(exported.embed([text])), texts))
    assert all(map(same, alone, at_once))


def test_the_work_is_done_though_the_vectors_are_not_asked_for_one_by_one(exported: OnnxEmbedder) -> None:
    first, second = exported.embed(["quolls dig", "wombats"]), exported.embed(["wombats", "quolls dig"])
    assert all(map(same, second, reversed(list(first))))


def test_a_text_longer_than_the_model_reads_is_cut(exported: OnnxEmbedder) -> None:
    whole = "the mandate of mission ends when council decides " * 10
    (cut,) = exported.embed([whole])
    (beginning,) = exported.embed([" ".join(whole.split()[:WORDS])])
    assert same(cut, beginning)
    assert len(cut.token_ids) == WORDS


def test_a_text_as_long_as_the_model_reads_is_not_cut(exported: OnnxEmbedder) -> None:
    words = ("the mandate of mission ends when council decides " * 10).split()
    (whole,) = exported.embed([" ".join(words[:WORDS])])
    (shorter,) = exported.embed([" ".join(words[: WORDS - 1])])
    assert (len(whole.token_ids), len(shorter.token_ids)) == (WORDS, WORDS - 1)
    assert not same(whole, shorter)


def test_it_is_known_where_each_token_begins_in_the_text(exported: OnnxEmbedder) -> None:
    text = "  The mandate,\tquolls!"
    (embedding,) = exported.embed([text])
    assert [text[start] for start in embedding.token_starts] == ["T", "m", ",", "q", *"!"]
    (repeated,) = exported.embed(["dig dig"])
    assert repeated.token_starts.tolist() == [0, 4]


def test_tokens_begin_where_they_do_in_the_text_whatever_the_model_wants_before_it(tmp_path: Path) -> None:
    files = find_model(str(embedding_models.small_model(tmp_path, prompt="report of : ")))
    (embedding,) = export_of(files, tmp_path / "models", lambda said: None).embed(["quolls dig"])
    assert embedding.token_starts.tolist() == [-12, -5, -2, 0, 7]


def test_the_model_knows_the_whole_words_of_its_vocabulary(exported: OnnxEmbedder) -> None:
    assert exported.knows("quolls")
    assert not exported.knows("quoll")


def test_an_exported_model_is_named_with_its_checksum_and_precision(exported: OnnxEmbedder, small_export: Path) -> None:
    export = Export.read(small_export)
    assert exported.name == f"{export.model} ({small_export.name[:12]}, int8)"
    assert exported.dimension == embedding_models.WIDTH


# Damage


@pytest.mark.parametrize("file", ["model.onnx", "tokenizer.json"])
@pytest.mark.parametrize("damage", ["missing", "cut", "a bit", "empty"])
def test_a_file_that_is_not_what_was_written_is_said_and_nothing_is_embedded(
    folder: Path, file: str, damage: str
) -> None:
    content = bytearray((folder / file).read_bytes())
    content[len(content) // 2] ^= damage == "a bit"
    kept = {"cut": len(content) // 2, "empty": 0}.get(damage, len(content))
    (folder / file).write_bytes(content[:kept])
    if damage == "missing":
        (folder / file).unlink()
    with pytest.raises(EmbeddingError, match=rf"{file} (is not what|cannot be read).*remove .* `rapporteur index`"):
        next(OnnxEmbedder(folder).embed(["the mandate"]))


@pytest.mark.parametrize(
    "text", ["", "{", "[]", "3", "null", "{}", '{"model": "small"}', "[" * 100_000, "\xff"], ids=lambda text: text[:9]
)
def test_a_manifest_that_is_none_is_said(folder: Path, text: str) -> None:
    (folder / "manifest.json").write_text(text, encoding="latin-1")
    with pytest.raises(EmbeddingError, match=r"its manifest cannot be read.*`rapporteur index`"):
        OnnxEmbedder(folder)


def test_a_folder_that_is_no_export_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="manifest"):
        OnnxEmbedder(tmp_path)


def test_a_graph_that_is_none_is_said(folder: Path) -> None:
    from hashlib import sha256

    (folder / "model.onnx").write_bytes(b"no graph")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["files"]["model.onnx"] = sha256(b"no graph").hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    with pytest.raises(EmbeddingError, match=r"cannot be used \(.*`rapporteur index`"):
        next(OnnxEmbedder(folder).embed(["the mandate"]))


# What it costs

WITHOUT_TORCH = """
import sys
from pathlib import Path
from retrieval.onnx_embedder import OnnxEmbedder
before = set(sys.modules)
embedder = OnnxEmbedder(Path(sys.argv[1]))
assert embedder.name and embedder.dimension
print("onnxruntime" in sys.modules, "tokenizers" in sys.modules)
next(embedder.embed(["the mandate"]))
print("onnxruntime" in sys.modules, sorted({"torch", "sentence_transformers", "transformers"} & set(sys.modules)))
"""


def test_nothing_is_loaded_before_the_first_text_and_then_no_torch(small_export: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-c", WITHOUT_TORCH, str(small_export)], cwd=ROOT, capture_output=True, text=True, timeout=100
    )
    assert found.stdout == "False False\nTrue []\n", found.stderr
