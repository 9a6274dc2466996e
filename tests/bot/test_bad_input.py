"""Whatever a folder, an index or a question holds: a sentence and an exit status, never a traceback."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import application

ROOT = Path(__file__).parents[2]
RESOLUTION = ROOT / "corpus" / "documents" / "S_RES_1138_1997.txt"
TEXT = "The keeper of the quolls is Ms. Dubois.\n\nQuolls are fed on Thursdays.\n"


def run(*arguments: str | Path, text: str | bytes = "") -> Any:
    found = CliRunner().invoke(application(), [str(each) for each in arguments], input=text, prog_name="rapporteur")
    assert "Traceback" not in found.output
    assert found.exit_code in (0, 1, 2, 3)
    return found


def contents(folder: Path) -> dict[str, bytes]:
    files = (file for file in folder.rglob("*") if file.is_file() and file.name not in ("LOCK", "log.sqlite"))
    return {str(file.relative_to(folder)): file.read_bytes() for file in files}


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory, put_model: Callable[[Path], None]) -> Path:
    """A folder of one document, and its index."""
    import faiss
    import torch

    # On a busy machine several threads wait for one another.
    faiss.omp_set_num_threads(1)
    torch.set_num_threads(1)
    folder = tmp_path_factory.mktemp("built")
    (folder / "documents").mkdir()
    (folder / "documents" / "zoo.txt").write_text(TEXT)
    put_model(folder / "index")
    with pytest.MonkeyPatch.context() as patch:
        settle(patch, folder)
        assert run("index").exit_code == 0
    return folder


def settle(patch: pytest.MonkeyPatch, folder: Path) -> None:
    for name in [name for name in os.environ if name.startswith("RAPPORTEUR_")]:
        patch.delenv(name)
    patch.chdir(folder)
    patch.setenv("RAPPORTEUR_DOCUMENTS", str(folder / "documents"))
    patch.setenv("RAPPORTEUR_INDEX", str(folder / "index"))


@pytest.fixture
def documents(built: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of documents that is configured, with an index, both to be changed."""
    shutil.copytree(built, tmp_path, dirs_exist_ok=True)
    settle(monkeypatch, tmp_path)
    return tmp_path / "documents"


@pytest.fixture
def index(documents: Path) -> Path:
    return documents.parent / "index"


# --- documents


UNREADABLE: dict[str, Callable[[Path], object]] = {
    "picture.txt": lambda file: file.write_bytes(bytes(range(256))),
    "empty.txt": lambda file: file.touch(),
    "blank.txt": lambda file: file.write_text(" \r\n\t\n"),
    "large.txt": lambda file: (file.touch(), os.truncate(file, 100_000_000)),
    "latin.txt": lambda file: file.write_bytes("Café.\n".encode("latin-1")),
    "utf16.txt": lambda file: file.write_text("Quolls.", encoding="utf-16"),
    "away.txt": lambda file: file.symlink_to("/etc/passwd"),
    "nowhere.txt": lambda file: file.symlink_to("missing"),
    "pipe.txt": lambda file: os.mkfifo(file),
    "picture.png": lambda file: file.write_bytes(b"\x89PNG"),
}


@pytest.mark.parametrize("name", UNREADABLE)
@pytest.mark.parametrize("command", ["index", "check"])
def test_a_file_that_is_no_document_is_named_with_its_reason_and_stops_nothing(
    documents: Path, command: str, name: str
) -> None:
    UNREADABLE[name](documents / name)
    found = run(command, "--json")
    assert found.exit_code == 0
    (unread,) = json.loads(found.stdout)["unreadable"]
    assert unread["document"] == name
    assert unread["reason"]
    assert f"{name}: {unread['reason']}" in run(command).stdout


@pytest.mark.parametrize("name", UNREADABLE)
def test_a_folder_of_nothing_but_a_bad_file_leaves_the_index_as_it_was(
    documents: Path, index: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "bad").mkdir()
    UNREADABLE[name](tmp_path / "bad" / name)
    before = contents(index)
    found = run("index", tmp_path / "bad")
    assert found.exit_code == 2
    assert "rapporteur check" in found.stderr
    assert contents(index) == before
    assert run("check", tmp_path / "bad").exit_code == 1


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may open everything")
def test_a_file_without_permission_is_named_with_its_reason(documents: Path) -> None:
    (documents / "secret.txt").write_text("Quolls.")
    (documents / "secret.txt").chmod(0)
    assert "secret.txt: cannot be opened" in run("index").stdout


@pytest.mark.parametrize("what", ["missing", "empty", "a file", "removed"])
@pytest.mark.parametrize("command", ["index", "check"])
def test_what_is_no_folder_of_documents_is_said_and_the_index_stays(
    documents: Path, index: Path, command: str, what: str
) -> None:
    before = contents(index)
    folder = documents.parent / "other"
    if what == "removed":
        folder = documents
        shutil.rmtree(documents)
    elif what == "a file":
        folder.write_text(TEXT)
    elif what == "empty":
        folder.mkdir()
    found = run(command, folder)
    assert (found.exit_code, found.stdout) == (2, "")
    assert folder.name in found.stderr
    assert contents(index) == before
    assert run("sources").exit_code == 0


def test_line_ends_of_other_systems_are_read_and_quoted(documents: Path) -> None:
    (documents / "zoo.txt").write_bytes(RESOLUTION.read_bytes().replace(b"\n", b"\r\n"))
    assert run("index").exit_code == 0
    (found,) = json.loads(run("lookup", "--json", "1138 OP 5").stdout)["passages"]
    assert found["text"] == "5. Decides to extend the mandate of UNMOT until 15 May 1998;"
    assert found["verified"]


NAMES = ["a\nb.txt", "\x1b[31mred.txt", "x" * 196 + ".txt", "\u202etxt.exe.txt", "-n.txt", "a'\"%s{}[red].txt", " .txt"]


@pytest.mark.parametrize("name", NAMES, ids=lambda name: repr(name)[:12])
def test_a_document_of_any_name_can_be_indexed_found_and_shown(documents: Path, name: str) -> None:
    (documents / name).write_text("The wombat sleeps until noon.")
    assert json.loads(run("index", "--json").stdout)["documents"]["added"] == [name]
    shown = [run("check"), run("sources"), run("search", "--json", "wombat")]
    assert [each.exit_code for each in shown] == [0] * 3
    assert all("\x1b" not in each.output and "\u202e" not in each.output for each in shown)
    assert json.loads(shown[-1].stdout)["passages"][0]["document"] == name


def test_a_name_that_is_no_utf8_is_reported(documents: Path) -> None:
    (documents / os.fsdecode(b"caf\xe9.txt")).write_text("Quolls.")
    found = run("index")
    assert found.exit_code == 0
    assert r"caf\xe9.txt: has a name that is not UTF-8" in found.stdout


# --- the index


def manifest(index: Path) -> None:
    next(index.glob("*/manifest.json")).write_text('{"index_version":')


def database(index: Path) -> None:
    os.truncate(next(index.glob("*/corpus.sqlite")), 4096)


def words(index: Path) -> None:
    next(index.glob("*/words/meta.json")).unlink()


def other_model(index: Path) -> None:
    change(index, model="another/model")


def other_version(index: Path) -> None:
    change(index, index_version=99)


def other_parser(index: Path) -> None:
    change(index, parser_version=0)


def change(index: Path, **values: object) -> None:
    file = next(index.glob("*/manifest.json"))
    file.write_text(json.dumps(json.loads(file.read_text()) | values | {"sha256": None}))


@pytest.mark.parametrize("spoil", [manifest, database, words, other_model, other_version, other_parser])
def test_an_index_that_cannot_be_used_is_said_kept_and_repaired_by_indexing(
    documents: Path, index: Path, spoil: Callable[[Path], None]
) -> None:
    spoil(index)
    before = contents(index)
    for command in (("ask", "Who keeps the quolls?"), ("search", "quolls"), ("sources",)):
        found = run(*command)
        assert (found.exit_code, found.stdout) == (3, "")
        assert "run `rapporteur index`" in found.stderr
    assert contents(index) == before
    assert run("index").exit_code == 0
    assert run("search", "quolls").exit_code == 0


def test_an_index_that_has_lost_which_generation_is_in_use_answers_from_the_newest_and_says_so(
    documents: Path, index: Path
) -> None:
    (index / "CURRENT").write_text("../documents")
    found = run("search", "quolls")
    assert found.exit_code == 0
    assert "answers come from generation" in found.stderr
    assert "answers come from generation" not in run("search", "quolls").stderr


def test_an_index_of_another_dimension_is_said_and_repaired_by_indexing(documents: Path, index: Path) -> None:
    change(index, dimension=32)
    found = run("ask", "Who keeps the quolls?")
    assert found.exit_code == 3
    assert "dimension" in found.stderr
    assert run("index").exit_code == 0
    assert run("search", "quolls").exit_code == 0


def test_an_index_folder_that_is_a_file_is_said(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(documents / "zoo.txt"))
    found = run("index")
    assert found.exit_code == 2
    assert "RAPPORTEUR_INDEX" in found.stderr
    assert (documents / "zoo.txt").read_text() == TEXT


def test_an_index_folder_below_a_file_is_said(documents: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(documents / "zoo.txt" / "index"))
    found = run("index")
    assert found.exit_code == 3
    assert "cannot be written" in found.stderr


def test_an_index_among_the_documents_does_not_hold_itself(
    documents: Path, put_model: Callable[[Path], None], monkeypatch: pytest.MonkeyPatch
) -> None:
    put_model(documents / "index")
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(documents / "index"))
    assert run("index").exit_code == 0
    report = json.loads(run("index", "--json").stdout)
    assert (report["changed"], report["unreadable"], report["index"]["documents"]) == (False, [], 1)


def test_a_model_that_is_none_is_said_and_the_index_stays(
    documents: Path, index: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = contents(index)
    (documents.parent / "model").mkdir()
    monkeypatch.setenv("RAPPORTEUR_MODEL", str(documents.parent / "model"))
    found = run("index")
    assert found.exit_code == 2
    assert "RAPPORTEUR_MODEL" in found.stderr
    assert contents(index) == before


# --- questions


@pytest.mark.parametrize(
    "question", ["", " ", "\t\n", "?!…", "—", "😀😀", "\0", "\x1b\x07", "\u202e\u200b", "()[]{}\"'"], ids=repr
)
def test_what_holds_no_word_is_no_question(documents: Path, question: str) -> None:
    found = run("ask", question)
    assert (found.exit_code, found.stdout) == (2, "")
    assert "Ask a question in words" in found.stderr


QUESTIONS = [
    "Когда истекает мандат Миссии наблюдателей?",
    "联合国观察团的任务期限何时结束?",
    "متى تنتهي ولاية بعثة المراقبين؟",
    "x" * 10_000,
    "mandat\0e of \x1b[31mwhom\x07",
    "\u202eetadnam",
    "'; DROP TABLE passages; -- AND OR NOT (",
    "S/RES/99999999999999999999 (99999) OP 99999999999999999999",
    "1138 " * 2_000,
    "٣٤ १२ ½ Ⅻ",
]


def test_questions_in_whatever_characters_are_declined_in_a_sentence(documents: Path) -> None:
    found = run("ask", "-", text="\n".join(QUESTIONS))
    assert found.exit_code == 1
    assert found.stdout.count("# ") == len(QUESTIONS)
    assert not any(character in found.stdout for character in "\0\x1b\x07\u202e")


@pytest.mark.parametrize("question", ["x" * 10_000, "mandat\0e of \x1b[31mwhom\x07", "任务期限何时结束?"], ids=len)
def test_a_single_question_in_whatever_characters_is_declined_in_a_sentence(documents: Path, question: str) -> None:
    found = run("ask", question)
    assert found.exit_code == 1
    assert found.stdout.strip()
    assert not any(character in found.stdout for character in "\0\x1b\x07\u202e")


def test_a_long_question_is_answered_by_its_beginning(documents: Path) -> None:
    found = run("ask", "--json", f"On which day are the quolls fed? {'very ' * 2_000}")
    assert found.exit_code in (0, 1)
    assert json.loads(found.stdout)["question"].startswith("On which day")


def test_bytes_that_are_no_text_are_asked_and_declined(documents: Path) -> None:
    found = run("ask", "--json", "-", text=bytes(range(1, 256)).replace(b"\n", b"").replace(b"\r", b"") + b"\n\0\n")
    answers = [json.loads(line) for line in found.stdout.splitlines()]
    assert found.exit_code == 1
    assert [each["found"] for each in answers] == [False] * len(answers)
    assert answers


def test_an_argument_that_is_no_text_is_asked_and_declined(documents: Path, index: Path) -> None:
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-m", "bot", "ask", b"caf\xe9 \x01"], cwd=documents.parent,
        env={**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}, capture_output=True, timeout=120,
    )  # fmt: skip
    assert found.returncode == 1
    assert found.stdout.strip()
    assert b"Traceback" not in found.stderr
