"""The setting of a reranker from end to end: the packaged documents and model, and a cross-encoder made on the spot."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cross_encoders import word_seeker
from typer.testing import CliRunner

from bot.cli import application

ROOT = Path(__file__).parents[2]
QUESTION = "When does UNMOT's mandate end?"
LOOK_UP = "What does para. 5 of S/RES/1138 (1997) decide?"


def run(*arguments: str | Path, text: str = "") -> Any:
    found = CliRunner().invoke(application(), [str(each) for each in arguments], input=text, prog_name="rapporteur")
    assert "Traceback" not in found.output
    return found


def contents(folder: Path) -> dict[str, bytes]:
    return {
        str(file): file.read_bytes()
        for file in folder.rglob("*")
        if file.is_file() and file.name not in ("LOCK", "log.sqlite")
    }


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory, put_model: Callable[[Path], None]) -> Path:
    """An index of the included documents, and a model that looks for "referendum"."""
    folder = tmp_path_factory.mktemp("reranked")
    word_seeker(folder / "model", ["referendum"])
    put_model(folder / "index")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        assert run("index").exit_code == 0
    return folder


def settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("RAPPORTEUR_")]:
        patch.delenv(name)
    patch.chdir(folder)
    patch.setenv("RAPPORTEUR_INDEX", str(folder / "index"))


@pytest.fixture
def index(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The index, configured, and no reranker."""
    settle(monkeypatch, folder)
    return folder / "index"


@pytest.fixture
def reranked(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and the reranker."""
    monkeypatch.setenv("RAPPORTEUR_RERANKER", "./model")
    return index


@pytest.fixture
def broken(index: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The same, and a reranker that is not there."""
    monkeypatch.setenv("RAPPORTEUR_RERANKER", "./missing")
    return index


def first(found: Any) -> dict[str, Any]:
    answer = json.loads(found.stdout)
    return [*answer["quotations"], *answer["nearest"]][0]


def test_the_passage_that_the_reranker_prefers_comes_first(reranked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = first(run("ask", "--json", QUESTION))
    monkeypatch.delenv("RAPPORTEUR_RERANKER")
    plain = first(run("ask", "--json", QUESTION))
    assert "referendum" in asked["text"].lower()
    assert "referendum" not in plain["text"].lower()
    assert asked["verified"]


def test_a_search_is_reranked_too(reranked: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = json.loads(run("search", "--json", "mandate").stdout)["passages"]
    monkeypatch.delenv("RAPPORTEUR_RERANKER")
    plain = json.loads(run("search", "--json", "mandate").stdout)["passages"]
    assert "referendum" in asked[0]["text"].lower()
    assert "referendum" not in plain[0]["text"].lower()


def test_an_evaluation_is_of_the_answers_with_the_reranker_and_tells_their_time(
    reranked: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    questions = tmp_path / "questions.jsonl"
    lines = (ROOT / "tests" / "data" / "questions.jsonl").read_text(encoding="utf-8").splitlines()[:12]
    questions.write_text("\n".join(lines))
    asked = json.loads(run("evaluate", "--json", questions).stdout)
    monkeypatch.delenv("RAPPORTEUR_RERANKER")
    plain = json.loads(run("evaluate", "--json", questions).stdout)
    assert asked["milliseconds_median"] > plain["milliseconds_median"] > 0
    assert [each["first"] for each in asked["records"]] != [each["first"] for each in plain["records"]]


@pytest.mark.parametrize(
    "command",
    [
        ("ask", QUESTION),
        ("ask", LOOK_UP),
        ("ask", "-"),
        ("chat",),
        ("search", "mandate"),
        ("evaluate", "known.jsonl"),
    ],
    ids=" ".join,
)
def test_a_reranker_that_is_not_there_is_told_before_any_answer(broken: Path, command: tuple[str, ...]) -> None:
    question = {"id": "1", "question": LOOK_UP, "answerable": False, "document": []}
    (broken.parent / "known.jsonl").write_text(json.dumps(question))
    before = contents(broken)
    found = run(*command, text=f"{LOOK_UP}\n{QUESTION}\n")
    assert found.exit_code == 2
    assert "para. 5" not in found.stdout
    (sentence,) = [line for line in found.stderr.splitlines() if "RAPPORTEUR_RERANKER" in line]
    assert str(broken.parent / "missing") in sentence
    assert contents(broken) == before


@pytest.mark.parametrize("command", [("lookup", "1138 OP 5"), ("sources",), ("verify", "Decides to extend")])
def test_what_needs_no_reranker_works_without_it(broken: Path, command: tuple[str, ...]) -> None:
    assert run(*command).exit_code == 0


def test_no_index_is_built_that_could_not_be_asked(
    broken: Path, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(tmp_path / "index"))
    found = run("ask", QUESTION)
    assert found.exit_code == 2
    assert "RAPPORTEUR_RERANKER" in found.stderr
    assert not (tmp_path / "index").exists()


def test_indexing_needs_no_reranker(broken: Path) -> None:
    assert run("index").exit_code == 0


def findings() -> dict[str, Any]:
    return {each["part"]: each for each in json.loads(run("doctor", "--json").stdout)["findings"]}


def test_the_doctor_tells_of_a_reranker_only_where_one_is_set(index: Path) -> None:
    assert "reranker" not in findings()


def test_the_doctor_finds_a_reranker_that_works_fine(reranked: Path) -> None:
    found = findings()["reranker"]
    assert found["state"] == "fine"
    assert str(reranked.parent / "model") in found["detail"]


def test_the_doctor_says_what_is_wrong_with_a_reranker_and_what_to_do(broken: Path) -> None:
    found = findings()["reranker"]
    assert found["state"] == "wrong"
    assert "no such folder" in found["detail"]
    assert "RAPPORTEUR_RERANKER" in found["next"]
    assert run("doctor").exit_code == 2
