"""The curves of an evaluation are drawn, or it is said beforehand why they cannot be."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from samples import by_locator, found, quoted, refused

from bot.exits import UsageError
from bot.plots import FORMATS, draw, refuse_unless_drawable
from retrieval.answering import Answer
from retrieval.evaluation import Evaluation, judge
from retrieval.questions import Question

PARAGRAPH = by_locator("para. 5")
MANDATE = Question("q1", "until when?", True, answers=("until 15 May 1998",), document=("S_RES_1138_1997.txt",))
UNKNOWN = Question("q2", "who commanded it?", False)


def evaluation(*asked: tuple[Question, Answer]) -> Evaluation:
    return Evaluation(tuple(judge(question, answer, limit=5) for question, answer in asked), limit=5)


MIXED = evaluation((MANDATE, found(quoted(PARAGRAPH))), (UNKNOWN, refused(quoted(PARAGRAPH))), (MANDATE, refused()))


@pytest.fixture
def matplotlib() -> None:
    pytest.importorskip("matplotlib")


@pytest.mark.parametrize(("suffix", "beginning"), [(".png", b"\x89PNG"), (".pdf", b"%PDF"), (".svg", b"<?xml")])
@pytest.mark.usefixtures("matplotlib")
def test_a_picture_is_written_in_the_form_its_name_says(tmp_path: Path, suffix: str, beginning: bytes) -> None:
    file = tmp_path / f"curves{suffix}"
    refuse_unless_drawable(file)
    draw(MIXED, file)
    assert file.read_bytes().startswith(beginning)


@pytest.mark.parametrize(
    "judged",
    [
        evaluation((MANDATE, found(quoted(PARAGRAPH)))),
        evaluation((UNKNOWN, refused())),
        evaluation((MANDATE, refused()), (UNKNOWN, refused())),
    ],
    ids=["all answered", "none answerable", "none answered"],
)
@pytest.mark.usefixtures("matplotlib")
def test_whatever_was_measured_can_be_drawn(tmp_path: Path, judged: Evaluation) -> None:
    draw(judged, tmp_path / "curves.png")
    assert (tmp_path / "curves.png").stat().st_size > 10_000


@pytest.mark.usefixtures("matplotlib")
def test_what_is_drawn_depends_on_what_was_measured(tmp_path: Path) -> None:
    draw(MIXED, tmp_path / "mixed.png")
    draw(evaluation((UNKNOWN, refused())), tmp_path / "other.png")
    assert (tmp_path / "mixed.png").read_bytes() != (tmp_path / "other.png").read_bytes()


@pytest.mark.usefixtures("matplotlib")
def test_drawing_leaves_no_state_behind(tmp_path: Path) -> None:
    draw(MIXED, tmp_path / "curves.png")
    assert "matplotlib.pyplot" not in sys.modules


def test_a_missing_matplotlib_is_said_with_how_to_install_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib", None)
    with pytest.raises(UsageError, match="pip install matplotlib"):
        refuse_unless_drawable(tmp_path / "curves.png")


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=r"nowhere is no folder, so curves\.png cannot be written there"):
        refuse_unless_drawable(tmp_path / "nowhere" / "curves.png")


def test_a_folder_in_the_place_of_the_picture_is_said(tmp_path: Path) -> None:
    (tmp_path / "curves.png").mkdir()
    with pytest.raises(UsageError, match=r"curves\.png is a folder"):
        refuse_unless_drawable(tmp_path / "curves.png")


@pytest.mark.parametrize("name", ["curves", "curves.jpeg2000", "curves.txt"])
def test_a_name_that_is_no_picture_is_said_with_those_that_are(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError, match=", ".join(FORMATS)):
        refuse_unless_drawable(tmp_path / name)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
@pytest.mark.parametrize("name", ["new.png", "old.png"])
def test_a_picture_that_may_not_be_written_is_said(tmp_path: Path, name: str) -> None:
    (tmp_path / "old.png").touch(mode=0o400)
    tmp_path.chmod(0o500)
    with pytest.raises(UsageError, match=f"{name} may not be written"):
        refuse_unless_drawable(tmp_path / name)


@pytest.mark.usefixtures("matplotlib")
def test_a_disk_that_takes_no_more_is_said(tmp_path: Path) -> None:
    full = Path("/dev/full")
    if not full.exists():
        pytest.skip("there is no full disk to write to")
    (tmp_path / "curves.png").symlink_to(full)
    with pytest.raises(UsageError, match="could not be written"):
        draw(MIXED, tmp_path / "curves.png")
