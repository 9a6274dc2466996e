"""What people type, made fit to be asked."""

from __future__ import annotations

import pytest

from bot.questions import askable, decoded, questions_in, wellformed


@pytest.mark.parametrize("question", ["", "  ", "?!", "…", "🤷", "\x00"])
def test_without_a_word_there_is_no_question(question: str) -> None:
    assert not askable(question)


@pytest.mark.parametrize("question", ["1138", "кто", "什么", "a"])
def test_a_word_of_any_script_is_a_question(question: str) -> None:
    assert askable(question)


def test_bytes_that_are_no_text_become_a_mark() -> None:
    assert decoded(b"\xef\xbb\xbfmand\xffate\r\n") == "mand\ufffdate"
    assert wellformed("mand\udcffate") == "mand\ufffdate"


def test_empty_lines_are_no_questions() -> None:
    assert list(questions_in([b"\n", b" one \n", b"\t\n", b"two"])) == ["one", "two"]
