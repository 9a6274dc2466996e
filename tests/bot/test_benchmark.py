"""The measurements of an index from end to end: every figure is there, and what cannot be measured is said."""

from __future__ import annotations

import json
import os
import re
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from samples import file, shown, terminal
from typer.testing import CliRunner

from bot.benchmark import Benchmark
from bot.cli import application
from bot.exits import Status, UsageError
from bot.outside import refuse_without_reference
from bot.reports import show_benchmark
from bot.terminal import WIDTH
from retrieval.benchmarking import Measurement
from retrieval.generations import open_current
from retrieval.vector_benchmark import Searched

ROOT = Path(__file__).parents[2]
DOCUMENTED = (ROOT / "docs" / "performance.md").read_text(encoding="utf-8")
QUESTIONS = ("When does UNMOT's mandate end?", "What does JEOM stand for?", "Who killed the quoll?")


def run(*arguments: str) -> Any:
    return CliRunner().invoke(application(), arguments, prog_name="rapporteur")


def settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("RAPPORTEUR_")]:
        patch.delenv(name)
    patch.chdir(folder)
    patch.setenv("PYTHONPATH", str(ROOT))
    patch.setenv("OMP_NUM_THREADS", "1")
    patch.setenv("PYTHONWARNINGS", "ignore")
    patch.setenv("RAPPORTEUR_DOCUMENTS", str(folder / "documents"))
    patch.setenv("RAPPORTEUR_INDEX", str(folder / "index"))


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, put_model: Callable[[Path], None]) -> Path:
    """An index of one document, and a file of questions."""
    folder = tmp_path_factory.mktemp("measured")
    (folder / "documents").mkdir()
    shutil.copy(ROOT / "corpus" / "documents" / "S_RES_1138_1997.txt", folder / "documents")
    lines = [json.dumps({"id": each, "question": each, "answerable": False}) for each in QUESTIONS]
    (folder / "questions.jsonl").write_text("\n".join(lines), encoding="utf-8")
    put_model(folder / "index")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        assert run("index").exit_code == Status.DONE
    return folder


@pytest.fixture
def index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index, configured."""
    settle(monkeypatch, folder)
    return folder / "index"


@pytest.fixture(scope="module")
def measured(folder: Path) -> dict[str, Any]:
    """What is printed when everything but the reference is measured."""
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        found = run("benchmark", "--json", "--questions", "questions.jsonl", "--indexing", "--vectors", "1500")
    assert found.exit_code == Status.DONE, found.output
    printed: dict[str, Any] = json.loads(found.stdout)
    return printed


def test_every_measurement_is_documented_and_no_other(measured: dict[str, Any]) -> None:
    documented = re.findall(r"^\| `(\w+)` \|", DOCUMENTED, re.MULTILINE)
    assert documented == list(measured["measurements"])


def test_every_measurement_has_a_value_where_the_machine_tells(measured: dict[str, Any]) -> None:
    untold = {key for key, each in measured["measurements"].items() if each["value"] is None}
    assert not untold if Path("/proc/self/status").exists() else all(key.endswith("_bytes") for key in untold)


def test_every_part_of_an_answer_is_measured(measured: dict[str, Any]) -> None:
    assert all(value > 0 for value in measured["phases"].values())
    assert all(f"| {phase} |" in DOCUMENTED for phase in measured["phases"])


def test_the_questions_of_the_file_are_asked(measured: dict[str, Any]) -> None:
    assert measured["questions"] == len(QUESTIONS)


def test_vectors_are_made_of_those_of_the_index_and_searched_exactly_and_in_cells(
    measured: dict[str, Any], index: Path
) -> None:
    store = open_current(index)
    assert measured["originals"] == len(store.sentence_vectors)
    store.close()
    assert {each["vectors"] for each in measured["vectors"]} == {1500}
    assert {each["cells"] > 0 for each in measured["vectors"]} == {True, False}


def test_the_index_is_left_as_it_was(measured: dict[str, Any], index: Path) -> None:
    store = open_current(index, check=True)
    assert measured["index"]["generation"] == store.generation.name
    store.close()


def test_an_index_that_is_not_there_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settle(monkeypatch, tmp_path)
    found = run("benchmark")
    assert found.exit_code == Status.NO_INDEX
    assert "run `rapporteur index` first" in found.stderr


@pytest.mark.usefixtures("index")
def test_questions_that_cannot_be_read_are_said() -> None:
    found = run("benchmark", "--questions", "nowhere.jsonl")
    assert found.exit_code == Status.USAGE
    assert "nowhere.jsonl: cannot be read" in found.stderr


@pytest.mark.usefixtures("index")
def test_too_few_vectors_are_said() -> None:
    found = run("benchmark", "--vectors", "10")
    assert found.exit_code == Status.USAGE
    assert "1000" in found.stderr


@pytest.mark.parametrize("option", ["--indexing", "--reference"])
def test_documents_that_are_gone_are_said_before_anything_is_measured(
    option: str, folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shutil.copytree(folder / "documents", tmp_path / "documents")
    shutil.copytree(folder / "index", tmp_path / "index")
    settle(monkeypatch, tmp_path)
    assert run("index").exit_code == Status.DONE  # of the other folder: everything is taken over
    shutil.rmtree(tmp_path / "documents")
    found = run("benchmark", option)
    assert found.exit_code == Status.USAGE
    assert "is no folder any more" in found.stderr


def test_a_reference_that_is_not_installed_is_said(tmp_path: Path) -> None:
    refuse_without_reference()  # here it is
    with pytest.raises(UsageError, match="in a clone of the repository"):
        refuse_without_reference(tmp_path)


@pytest.fixture
def report(index: Path) -> Benchmark:
    store = open_current(index)
    store.close()
    return Benchmark(
        generation=store.generation,
        measurements=(
            Measurement("answer_milliseconds_p50", "one answer, p50", 2.5, "ms", "of 3 questions", 25.0),
            Measurement("texts_per_second", "the model alone", 800.0, "/s", "side by side", 100.0),
            Measurement("share_of_model", "answers of it", 0.5, "%", "the two above"),
            Measurement("serving_bytes", "memory while serving", 190e6, "bytes", "resident", 570e6),
            Measurement("ask_peak_bytes", "memory of it, at most", None, "bytes", "resident"),
        ),
        phases={"embedding": 1.5, "the rest": 0.5},
        questions=3,
        vectors=(Searched(1_000_000, 4096, 64, 2.0, 4.5, 0.9712, 60.0, 800_000_000, 700_000_000, True),),
        originals=60_000,
        load=0.0,
    )


def test_measurements_are_shown_beside_the_reference(report: Benchmark) -> None:
    console = file()
    show_benchmark(console, report)
    lines = shown(console).splitlines()
    assert "one answer, p50\t2.50 ms\t25.00 ms\t10.0 ×\tof 3 questions" in lines
    assert "the model alone\t800 /s\t100 /s\t8.0 ×\tside by side" in lines
    assert "memory while serving\t190 MB\t570 MB\t3.0 ×\tresident" in lines
    assert "memory of it, at most\t–\t\t\tresident" in lines
    assert "embedding\t1.50 ms\t75 %" in lines
    assert any(line.startswith("1,000,000*\t4,096\t64\t2.00 ms\t4.50 ms\t0.971\t") for line in lines)
    assert "busy" not in shown(console)


def test_measurements_fit_a_terminal(report: Benchmark) -> None:
    console = terminal(no_color=True)
    show_benchmark(console, report)
    assert max(map(len, shown(console).splitlines())) <= WIDTH


def test_a_busy_machine_is_said(report: Benchmark) -> None:
    console = file()
    show_benchmark(console, Benchmark(report.generation, report.measurements, report.phases, 3, load=7.25))
    assert "The machine was busy (load 7.2 before)" in shown(console)
