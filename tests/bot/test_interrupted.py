"""`rapporteur index` as people run it, ended from outside: what is left, and that the next one works."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any

import embedding_models
import pytest
from typer.testing import CliRunner

from bot.cli import application

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "corpus" / "documents"
DAMAGED = ["manifest.json", "corpus.sqlite", "sentences.faiss", "words/meta.json", "sentence_tokens/vectors.bin"]
ENDS = {signal.SIGKILL: -signal.SIGKILL, signal.SIGTERM: -signal.SIGTERM, signal.SIGINT: 130}
"""How an indexing is ended, and its exit status."""

pytestmark = pytest.mark.skipif(not Path("/proc/self/fd").exists(), reason="needs Linux")


@pytest.fixture
def index(real_index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the shipped documents made with the packaged model, to be changed."""
    for name in [name for name in os.environ if name.startswith("RAPPORTEUR_")]:
        monkeypatch.delenv(name)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(tmp_path / "index"))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    return Path(shutil.copytree(real_index, tmp_path / "index"))


def run(*arguments: str) -> Any:
    return CliRunner().invoke(application(), arguments, prog_name="rapporteur")


def indexed() -> None:
    subprocess.run([sys.executable, "-m", "bot", "index"], check=True, capture_output=True, timeout=300)


def _listens_to_interrupts() -> None:
    signal.signal(signal.SIGINT, signal.SIG_DFL)  # though who runs the tests in the background does not


@contextmanager
def indexing(index: Path, awaited: str) -> Iterator[subprocess.Popen[str]]:
    """Run `rapporteur index` until something new of that name pattern is in the folder of the index."""
    before = {*index.glob(awaited)}
    with subprocess.Popen(
        [sys.executable, "-m", "bot", "index"],
        stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, preexec_fn=_listens_to_interrupts,
    ) as process:  # fmt: skip
        try:
            while before.issuperset(index.glob(awaited)):
                with suppress(subprocess.TimeoutExpired):
                    process.wait(timeout=0.02)
                    raise AssertionError(process.stdout and process.stdout.read())
            yield process
        finally:
            process.kill()


def test_an_indexing_that_is_ended_in_the_midst_leaves_the_index_as_it_was_and_the_next_one_works(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents = Path(shutil.copytree(DOCUMENTS, tmp_path / "documents"))
    for number in range(20):  # they take some seconds to embed
        lines = (f"Keeper {number} of house {each} feeds quoll {number * each}." for each in range(30))
        (documents / f"{number}.txt").write_text("\n\n".join(lines))
    monkeypatch.setenv("RAPPORTEUR_DOCUMENTS", str(documents))
    used = (index / "CURRENT").read_text()
    for end, status in ENDS.items():
        with indexing(index, ".building-*/words/meta.json") as process:
            process.send_signal(end)
            output, _ = process.communicate()
        assert process.returncode == status
        assert "Traceback" not in output
        assert (index / "CURRENT").read_text() == used
    assert run("ask", "When does the mandate of UNMOT end?").exit_code == 0
    indexed()
    assert (index / "CURRENT").read_text() != used
    assert not [*index.glob(".building-*")]
    assert run("search", "keeper of house 3").exit_code == 0
    assert run("doctor").exit_code == 0


def test_an_export_of_the_model_ends_with_the_indexing_that_wanted_it_and_leaves_nothing_to_the_next(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    index = tmp_path / "index"
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(index))
    monkeypatch.setenv("RAPPORTEUR_MODEL", str(embedding_models.small_model(tmp_path)))
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    with indexing(index, "models/.exporting-*") as process:
        process.kill()
        # Whoever exports can write to us as well: we read to the end when nobody is left.
        process.communicate(timeout=60)
    indexed()
    assert not [*index.glob("models/.exporting-*")]


def test_the_doctor_finds_a_changed_bit_in_the_index_and_in_the_model(index: Path) -> None:
    generation = index / (index / "CURRENT").read_text().strip()
    assert run("doctor").exit_code == 0
    for file in (*(generation / name for name in DAMAGED), *index.glob("models/*/[mt]o*")):
        content = file.read_bytes()
        middle = len(content) // 2
        file.write_bytes(content[:middle] + bytes([content[middle] ^ 1]) + content[middle + 1 :])
        found = run("doctor")
        assert found.exit_code == 3, f"{file}: {found.stdout}"
        file.write_bytes(content)
    assert run("doctor").exit_code == 0
