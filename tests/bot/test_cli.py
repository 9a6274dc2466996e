"""The command line from end to end: the shipped documents, the packaged model, real processes."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from bot.cli import COMMANDS, application
from corpus.document import fold

ROOT = Path(__file__).parents[2]
DOCUMENTS = ROOT / "corpus" / "documents"
PYTHON = [sys.executable, "-W", "ignore", "-m", "bot"]


def environment(**settings: str) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORTEUR_")}
    # One thread: on a busy machine several wait for one another, and a few sentences take five times as long.
    return {**kept, "PYTHONPATH": str(ROOT), "COLUMNS": "80", "OMP_NUM_THREADS": "1", **settings}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the tests of this file keep their index, and run."""
    return tmp_path_factory.mktemp("cli")


@pytest.fixture(scope="module")
def first_answer(folder: Path) -> subprocess.CompletedProcess[str]:
    """What the first question says on a machine without an index."""
    return process(folder, "ask", "--json", "What does para. 5 of S/RES/1138 (1997) decide?")


@pytest.fixture
def index(folder: Path, first_answer: object, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An index of the shipped documents, configured."""
    monkeypatch.chdir(folder)
    for name in [name for name in os.environ if name.startswith("RAPPORTEUR_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(folder / "index"))
    return folder / "index"


def process(folder: Path, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*PYTHON, *arguments],
        cwd=folder,
        env=environment(RAPPORTEUR_INDEX=str(folder / "index"), **settings),
        capture_output=True,
        text=True,
        timeout=300,
    )


def run(*arguments: str, text: str | bytes = "") -> Any:
    return CliRunner().invoke(application(), arguments, input=text, prog_name="rapporteur")


def test_the_program_is_found_as_a_module(tmp_path: Path) -> None:
    found = process(tmp_path, "--version")
    assert found.returncode == 0
    assert found.stdout.startswith("rapporteur ")


def test_help_loads_nothing_heavy(tmp_path: Path) -> None:
    heavy = ["torch", "sentence_transformers", "faiss", "tantivy", "numpy"]
    script = f"import sys, bot.cli; bot.cli.application(); print([each for each in {heavy} if each in sys.modules])"
    found = subprocess.run(
        [sys.executable, "-c", script], cwd=tmp_path, env=environment(), capture_output=True, text=True
    )
    assert found.stdout == "[]\n"


@pytest.mark.parametrize("command", [each.__name__ for each in COMMANDS])
def test_every_command_explains_itself_with_an_example(command: str) -> None:
    found = run(command, "--help")
    assert found.exit_code == 0
    assert f"rapporteur {command}" in found.stdout.split("Example", 1)[1]


@pytest.mark.parametrize(
    "arguments",
    [
        ("nonsense",),
        ("ask",),
        ("ask", "?!"),
        ("ask", "--passages", "0", "x"),
        ("ask", "--passages", "11", "x"),
        ("search", "…"),
        ("lookup", "--", "--"),
        ("verify", ""),
        ("check", "/does/not/exist"),
        ("index", "/does/not/exist"),
        ("evaluate", "/does/not/exist.jsonl"),
    ],
    ids=" ".join,
)
def test_what_cannot_be_carried_out_is_said_on_standard_error(index: Path, arguments: tuple[str, ...]) -> None:
    found = run(*arguments)
    assert found.exit_code == 2
    assert found.stdout == ""
    assert found.stderr.strip()
    assert "Traceback" not in found.stderr


def test_an_unusable_setting_is_named(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", " ")
    found = run("sources")
    assert found.exit_code == 2
    assert found.stderr.startswith("RAPPORTEUR_INDEX is set but empty.")


def test_the_first_question_builds_the_index_and_says_so(first_answer: subprocess.CompletedProcess[str]) -> None:
    assert first_answer.returncode == 0
    assert first_answer.stderr.startswith("There is no index yet. Building one of ")
    answer = json.loads(first_answer.stdout)
    assert answer["found"] is True
    assert answer["quotations"][0]["citation"] == "S/RES/1138 (1997), para. 5"
    assert answer["index"]["documents"] == 3


def test_an_answer_has_the_keys_agreed_on(first_answer: subprocess.CompletedProcess[str]) -> None:
    answer = json.loads(first_answer.stdout)
    assert {"question", "found", "confidence", "reading", "quotations", "nearest", "index", "seconds"} <= answer.keys()
    assert 0 <= answer["confidence"] <= 1


def test_a_quotation_can_be_checked_against_the_file(first_answer: subprocess.CompletedProcess[str]) -> None:
    for quoted in json.loads(first_answer.stdout)["quotations"]:
        file = (DOCUMENTS / quoted["document"]).read_bytes().decode("utf-8")
        assert " ".join(fold(file[start:end]) for start, end in quoted["spans"]) == quoted["text"]
        assert quoted["verified"] is True


def test_questions_are_answered_line_by_line(index: Path, folder: Path) -> None:
    lines = b"1138 OP 5\n\n  \n???\nwho won the \xff world cup in football\r\n"
    found = subprocess.run(
        [*PYTHON, "ask", "-", "--json"], input=lines, cwd=folder, capture_output=True, timeout=300,
        env=environment(RAPPORTEUR_INDEX=str(index)),
    )  # fmt: skip
    answers = [json.loads(line) for line in found.stdout.decode().splitlines()]
    assert found.returncode == 0
    assert [each["found"] for each in answers] == [True, False, False]
    assert answers[2]["question"] == "who won the \ufffd world cup in football"
    assert answers[2]["quotations"] == []


def test_each_answer_is_written_when_it_is_known_and_an_interrupt_is_quiet(index: Path, folder: Path) -> None:
    with subprocess.Popen(
        [*PYTHON, "ask", "-", "--json"], cwd=folder, env=environment(RAPPORTEUR_INDEX=str(index)),
        stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    ) as asking:  # fmt: skip
        assert asking.stdin
        assert asking.stdout
        asking.stdin.write(b"1138 OP 5\n")
        asking.stdin.flush()
        assert json.loads(asking.stdout.readline())["found"] is True
        asking.send_signal(signal.SIGINT)
        _, told = asking.communicate(timeout=60)
    assert asking.returncode == 130
    assert b"Traceback" not in told


def test_no_question_on_standard_input_is_said(index: Path) -> None:
    found = run("ask", "-", text="\n\n")
    assert found.exit_code == 2
    assert found.stdout == ""


def test_a_reader_that_goes_away_is_no_fault(index: Path, folder: Path) -> None:
    reading, writing = os.pipe()
    os.close(reading)
    found = subprocess.run(
        [*PYTHON, "sources"], cwd=folder, env=environment(RAPPORTEUR_INDEX=str(index)), stdout=writing,
        stderr=subprocess.PIPE, timeout=60,
    )  # fmt: skip
    os.close(writing)
    assert found.returncode == 141
    assert found.stderr == b""


@pytest.mark.parametrize(
    ("reference", "citation"),
    [
        ("S/RES/1138 (1997) 6(d)", "S/RES/1138 (1997), para. 6 (d)"),
        ("1138 PP3", "S/RES/1138 (1997), preambular para. 3"),
    ],
)
def test_a_reference_shows_its_paragraph(index: Path, reference: str, citation: str) -> None:
    found = run("lookup", "--json", reference)
    assert found.exit_code == 0
    assert [each["citation"] for each in json.loads(found.stdout)["passages"]] == [citation]


def test_a_reference_that_names_nothing_says_what_exists(index: Path) -> None:
    found = run("lookup", "--json", "1138 OP 14")
    assert found.exit_code == 1
    assert json.loads(found.stdout)["passages"] == []
    assert "13" in json.loads(found.stdout)["problem"]


@pytest.fixture(scope="module")
def rules(folder: Path, first_answer: object, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The index of a Markdown document that numbers its paragraphs, made with the model exported before."""
    mine = tmp_path_factory.mktemp("rules")
    shutil.copytree(folder / "index" / "models", mine / "index" / "models")
    (mine / "documents").mkdir()
    text = "# House rules\n\n## Section 1.1 Guests\n\n1.1.1 A guest must:\n\n(a) knock; and\n\n(b) wait.\n\n"
    text += "1.1.2 A guest leaves by noon.\n\n1.1.3 Keys are left at the door.\n"
    (mine / "documents" / "house.md").write_text(text)
    made = process(mine, "index", RAPPORTEUR_DOCUMENTS=str(mine / "documents"))
    assert made.returncode == 0, made.stderr
    return mine / "index"


@pytest.mark.parametrize(
    ("reference", "locator"),
    [
        ("1.1.2", "para. 1.1.2"),
        ("para 1.1.2", "para. 1.1.2"),
        ("rule 1.1.1 (a)", "para. 1.1.1 (a)"),
        ("house rule 1.1.2", "para. 1.1.2"),
    ],
)
def test_a_paragraph_of_markdown_is_shown_for_the_number_it_prints(
    rules: Path, index: Path, monkeypatch: pytest.MonkeyPatch, reference: str, locator: str
) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(rules))
    found = run("lookup", "--json", reference)
    assert [each["citation"] for each in json.loads(found.stdout)["passages"]] == [f"House rules, {locator}"]


def test_a_paragraph_is_plain_text_in_a_file(index: Path) -> None:
    found = run("lookup", "1138", "OP", "5")
    assert found.stdout == (
        "S/RES/1138 (1997), para. 5\n"
        "    5. Decides to extend the mandate of UNMOT until 15 May 1998;\n"
        "    official text · 14 November 1997 · https://undocs.org/S/RES/1138(1997)\n"
    )


def test_sources_lists_the_documents(index: Path) -> None:
    found = json.loads(run("sources", "--json").stdout)
    assert [each["document"] for each in found["documents"]] == sorted(file.name for file in DOCUMENTS.glob("*.txt"))
    assert sum(each["passages"] for each in found["documents"]) == found["index"]["passages"]


@pytest.mark.parametrize(
    ("text", "status", "code"),
    [
        ("Decides to extend the mandate of UNMOT until 15 May 1998", "exact", 0),
        ("Decides  to extend the mandate of UNMOT until 15 May 1998", "folded", 0),
        ("Decides to extend the mandate of UNMOT until 15 May 1999", "differing", 1),
        ("The moon is made of green cheese", "not found", 1),
    ],
)
def test_a_wording_is_verified(index: Path, text: str, status: str, code: int) -> None:
    found = run("verify", "--json", text)
    assert (json.loads(found.stdout)["status"], found.exit_code) == (status, code)


def test_a_wording_may_come_from_standard_input(index: Path) -> None:
    assert run("verify", "-", text="Decides to extend the mandate\nof UNMOT until 15 May 1998\n").exit_code == 0


def test_an_index_of_another_model_is_refused_and_kept(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_MODEL", "another/model")
    found = run("ask", "x")
    assert found.exit_code == 3
    assert "another/model" in found.stderr
    monkeypatch.delenv("RAPPORTEUR_MODEL")
    assert run("sources").exit_code == 0


def test_check_tells_how_files_are_read(index: Path) -> None:
    found = json.loads(run("check", "--json").stdout)
    resolution = next(each for each in found["documents"] if each["symbol"])
    assert (resolution["preambular"], resolution["operative"]) == (8, 13)
    assert found["unreadable"] == []


def test_check_of_a_folder_without_a_readable_file_found_nothing(index: Path, tmp_path: Path) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\0")
    found = run("check", str(tmp_path))
    assert found.exit_code == 1
    assert "picture.png" in found.stdout


def test_refreshing_what_has_not_changed_changes_nothing(index: Path) -> None:
    found = run("index", "--json")
    report = json.loads(found.stdout)
    assert found.exit_code == 0
    assert report["changed"] is False
    assert report["documents"] == {"added": [], "changed": [], "removed": []}
    assert report["unreadable"] == []


def test_history_shows_who_did_what_and_rollback_goes_back(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, mine = tmp_path / "documents", tmp_path / "index"
    shutil.copytree(index, mine, ignore=shutil.ignore_patterns("log.sqlite"))
    shutil.copytree(DOCUMENTS, documents)
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(mine))
    monkeypatch.setenv("RAPPORTEUR_DOCUMENTS", str(documents))
    (documents / "UNMOT_backgrounder.txt").unlink()
    assert run("index").exit_code == 0
    assert "documents removed: 1" in " ".join(run("history").output.split())
    assert len(json.loads(run("sources", "--json").stdout)["documents"]) == 2
    gone_back = run("rollback", "--json")
    assert gone_back.exit_code == 0
    assert json.loads(gone_back.stdout)["index"]["documents"] == 3
    assert len(json.loads(run("sources", "--json").stdout)["documents"]) == 3
    told = json.loads(run("history", "--json").stdout)
    assert [(each["action"], each["outcome"]) for each in told["entries"]] == [
        ("rollback", "done"),
        ("refresh", "done"),
    ]
    assert all(each["who"] and each["where"].startswith("terminal on ") for each in told["entries"])
    assert [each["in_use"] for each in told["generations"]] == [False, True]
    refused = run("rollback", "20200101T000000.000000")
    assert (refused.exit_code, "is not kept; these are" in refused.stderr) == (2, True)


def test_a_damaged_index_is_put_aside_aloud_and_the_one_before_answers(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    documents, mine = tmp_path / "documents", tmp_path / "index"
    shutil.copytree(index, mine)
    shutil.copytree(DOCUMENTS, documents)
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(mine))
    monkeypatch.setenv("RAPPORTEUR_DOCUMENTS", str(documents))
    (documents / "UNMOT_backgrounder.txt").unlink()
    assert run("index").exit_code == 0
    with (mine / (mine / "CURRENT").read_text().strip() / "corpus.sqlite").open("ab") as file:
        file.write(b"x")
    assert "rapporteur rollback" in run("doctor").output
    found = run("lookup", "1138 OP 5")
    assert found.exit_code == 0
    assert "was put aside" in found.stderr


def test_where_nothing_was_done_history_says_so(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(tmp_path / "none"))
    found = run("history")
    assert (found.exit_code, "Nothing was ever done" in found.output) == (1, True)
    assert run("rollback").exit_code == 3


def test_an_index_tells_how_to_ask_it(index: Path) -> None:
    assert run("index").stdout.splitlines()[-1] == "Ask it: rapporteur ask QUESTION"


def test_the_doctor_finds_a_sound_installation_fine(index: Path) -> None:
    found = run("doctor", "--json")
    assert found.exit_code == 0
    assert json.loads(found.stdout)["ok"] is True


def test_the_doctor_looks_at_the_documents_that_servers_keep_of_their_own(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORTEUR_STATE", str(tmp_path))
    assert "server" not in run("doctor").stdout
    for guild in ("1001", "1002"):
        shutil.copytree(index, tmp_path / "servers" / guild / "index", ignore=shutil.ignore_patterns("models"))
    assert "2 servers with documents of their own" in fold(run("doctor").stdout)
    own = tmp_path / "servers" / "1002" / "index"
    with (own / (own / "CURRENT").read_text().strip() / "corpus.sqlite").open("ab") as file:
        file.write(b"x")
    found = run("doctor")
    assert "Of server 1002" in fold(found.stdout)
    assert "Of server 1001" not in fold(found.stdout)
    assert "/index refresh" in found.stdout


def test_the_doctor_says_what_to_do_without_an_index(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORTEUR_INDEX", str(tmp_path / "none"))
    found = run("doctor")
    assert found.exit_code == 3
    assert "To do: Run: rapporteur index" in found.stdout


def test_the_doctor_sees_that_a_document_has_changed(
    index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RAPPORTEUR_DOCUMENTS", str(tmp_path))
    (tmp_path / "a.txt").write_text("Something else.")
    found = run("doctor")
    assert found.exit_code == 0
    assert "freshness: stale" in found.stdout


def test_the_doctor_reports_an_unusable_setting(index: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("RAPPORTEUR_DOCUMENTS", "")
    found = run("doctor", "--json")
    assert found.exit_code == 2
    assert "RAPPORTEUR_DOCUMENTS" in json.loads(found.stdout)["findings"][0]["detail"]


# Measuring: over a few of the questions, as each takes its time.


def written(folder: Path, *questions: dict[str, object]) -> str:
    """Write a file of questions and return its name."""
    (folder / "questions.jsonl").write_text("".join(json.dumps(each) + "\n" for each in questions))
    return str(folder / "questions.jsonl")


def known(answerable: int, unanswerable: int) -> list[dict[str, object]]:
    """Return some of the questions of the set."""
    every = [json.loads(line) for line in (ROOT / "tests" / "data" / "questions.jsonl").read_text().splitlines()]
    yes, no = ([each for each in every if each["answerable"] is wanted] for wanted in (True, False))
    return [*yes[:answerable], *no[:unanswerable]]


MOVED = {"id": "a", "question": "who?", "answerable": True, "document": ["gone.txt"], "answers": ["x"]}


def test_an_evaluation_gives_its_figures_and_its_curves(index: Path, tmp_path: Path) -> None:
    pytest.importorskip("matplotlib")
    found = run("evaluate", "--json", written(tmp_path, *known(3, 2)), "--plot", str(tmp_path / "curves.png"))
    measured = json.loads(found.stdout)
    assert found.exit_code == 0
    assert measured["candidate_recall"] == 1
    assert sum(each["count"] for each in measured["reliability"]["answerable"]) == 5
    assert measured["risk_coverage"][-1]["coverage"] == 1
    assert measured["calibration"] is None
    assert (tmp_path / "curves.png").read_bytes().startswith(b"\x89PNG")


def test_a_picture_that_cannot_be_drawn_is_said_before_anything_is_asked(index: Path, tmp_path: Path) -> None:
    found = run("evaluate", written(tmp_path, *known(3, 2)), "--plot", str(tmp_path / "none" / "curves.png"))
    assert (found.exit_code, found.stdout) == (2, "")
    assert "is no folder" in found.stderr
    assert "Asking" not in found.stderr


def test_questions_about_documents_that_are_not_here_are_counted_and_named(index: Path, tmp_path: Path) -> None:
    found = run("evaluate", "--json", written(tmp_path, MOVED, *known(1, 1)))
    assert found.exit_code == 0
    assert json.loads(found.stdout)["absent"] == 1
    assert "1 of the 2 answerable questions are about documents that are not in the index: gone.txt." in found.stderr


def test_a_calibration_is_kept_used_shown_and_taken_back(index: Path, tmp_path: Path) -> None:
    questions = written(tmp_path, *known(12, 12))
    fitted = run("calibrate", "--json", questions, "--answered", "1")
    assert fitted.exit_code == 0
    calibration = json.loads(fitted.stdout)["calibration"]
    assert calibration == json.loads((index / "calibration.json").read_text())
    try:
        measured = json.loads(run("evaluate", "--json", questions).stdout)
        assert measured["calibration"] == calibration
        assert measured["false_refusal_rate"] == calibration["after"]["false_refusal_rate"] == 0
        assert json.loads(run("ask", "--json", "1138 OP 5").stdout)["index"]["calibrated"] is True
        findings = {each["part"]: each for each in json.loads(run("doctor", "--json").stdout)["findings"]}
        assert "12 answerable and 12 unanswerable questions" in findings["calibration"]["detail"]
    finally:
        assert run("calibrate", "--reset").stdout.startswith("The calibration is removed")
    assert not (index / "calibration.json").exists()
    assert json.loads(run("ask", "--json", "1138 OP 5").stdout)["index"]["calibrated"] is False


@pytest.mark.parametrize(
    ("arguments", "questions", "reason"),
    [
        ((), known(5, 5), "these are 5 and 5"),
        ((), known(20, 0), "these are 20 and 0"),
        ((), [*known(12, 12), MOVED], "gone.txt"),
        ((), [{"id": "a", "question": "who?"}], 'line 1: needs "answerable"'),
        (("--reset",), known(12, 12), "--reset fits nothing"),
        (("--split", "odd"), known(12, 12), "these are 6 and 6"),
    ],
    ids=["few", "one kind", "moved", "no field", "both", "half"],
)
def test_questions_that_no_threshold_can_be_fitted_to_leave_the_old_one(
    index: Path, tmp_path: Path, arguments: tuple[str, ...], questions: list[dict[str, object]], reason: str
) -> None:
    (index / "calibration.json").write_text("{}")
    found = run("calibrate", *arguments, written(tmp_path, *questions))
    assert (found.exit_code, found.stdout) == (2, "")
    assert reason in found.stderr
    assert (index / "calibration.json").read_text() == "{}"
    (index / "calibration.json").unlink()


def test_calibrating_without_questions_says_what_to_give(index: Path) -> None:
    found = run("calibrate")
    assert (found.exit_code, found.stdout) == (2, "")
    assert "--reset" in found.stderr


def test_a_calibration_that_cannot_be_used_is_reported(index: Path) -> None:
    (index / "calibration.json").write_text("{}")
    found = run("doctor", "--json")
    (index / "calibration.json").unlink()
    findings = {each["part"]: each for each in json.loads(found.stdout)["findings"]}
    assert findings["calibration"]["state"] == "stale"
    assert found.exit_code == 0
