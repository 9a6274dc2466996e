"""How files are read, and what a calibration changed, for a person."""

from __future__ import annotations

from datetime import UTC, datetime

from rich.text import Text
from samples import DOCUMENTS, file, shown, terminal

from bot.reports import show_calibration, show_check
from bot.terminal import WIDTH
from corpus.passages import passages_of
from retrieval.threshold import Calibration


def test_how_files_are_read_is_a_block_for_each_in_a_file() -> None:
    console = file()
    assert show_check(console, [(document, passages_of(document)) for document in DOCUMENTS]) == 3
    assert "S_RES_1138_1997.txt\n  Resolution 1138 (1997)\n" in shown(console)
    assert "  8 preambular, 13 operative, " in shown(console)


def test_how_files_are_read_is_a_table_on_a_terminal() -> None:
    console = terminal()
    show_check(console, [(document, passages_of(document)) for document in DOCUMENTS])
    plain = Text.from_ansi(shown(console)).plain
    assert plain.startswith("Document")
    assert max(map(len, plain.splitlines())) <= WIDTH


def test_a_calibration_is_shown_before_and_after_with_what_to_expect_elsewhere() -> None:
    figures = {"precision_when_answered": 0.75, "auroc": 0.889, "ece": 0.17}
    calibration = Calibration(
        shift=0.25, answered=0.9, questions="q.jsonl", answerable=60, unanswerable=20, made=datetime.now(UTC),
        model="m", index_version=1, confidence=(), before=figures | {"false_refusal_rate": 0.2, "false_answer_rate": 0},
        after=figures | {"false_refusal_rate": 0.1, "false_answer_rate": 0.5},
    )  # fmt: skip
    console = file()
    show_calibration(console, calibration, "/index/calibration.json")
    lines = shown(console).splitlines()
    assert lines[0] == "false refusals\t20.0 %\t10.0 %\t60 answerable questions"
    assert lines[1] == "false answers\t0.0 %\t50.0 %\t20 unanswerable questions"
    # 1 / (1 + e^0.25) is 0.44; the interval is Wilson's for 54 of 60.
    assert "What was a confidence of 0.44 is now 0.50" in lines[-2]
    assert "expect 80% to 95% to be answered" in lines[-2]
    assert lines[-1] == "Kept in /index/calibration.json. To go back: rapporteur calibrate --reset"
