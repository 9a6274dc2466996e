"""How text reaches a terminal or a file."""

from __future__ import annotations

from datetime import date

from hypothesis import given
from hypothesis import strategies as st
from rich.text import Text
from samples import file, shown, terminal

from bot.terminal import clean, counted, progress, show, show_table
from corpus.document import in_words


@given(st.text())
def test_cleaning_keeps_offsets(text: str) -> None:
    assert len(clean(text)) == len(text)


@given(st.text())
def test_nothing_that_moves_the_cursor_is_left(text: str) -> None:
    assert not any(ord(each) < 0x20 or 0x7F <= ord(each) < 0xA0 or 0xD800 <= ord(each) < 0xE000 for each in clean(text))


@given(st.text(alphabet=st.characters(codec="utf-8", exclude_categories=("C", "Z")) | st.just(" ")))
def test_ordinary_words_are_left_as_they_are(text: str) -> None:
    assert clean(text) == text


def test_a_table_is_separated_by_tabs_in_a_file() -> None:
    console = file()
    show_table(console, ("A", "B"), [("x\ty", "1")], numbers=(1,))
    assert shown(console) == "x y\t1\n"


def test_progress_in_a_file_is_lines() -> None:
    console = file()
    with progress(console) as report:
        for done in range(1, 4):
            report("reading", done, 3)
        report("checking", 1, 1)
    assert shown(console) == "Reading documents: 3 of 3\nChecking the index: 1 of 1\n"


def test_progress_on_a_terminal_is_a_bar() -> None:
    console = terminal()
    with progress(console) as report:
        report("embedding", 5, 10)
    assert "5/10" in Text.from_ansi(shown(console)).plain


def test_dates_and_counts_are_in_words() -> None:
    assert in_words(date(1997, 11, 4)) == "4 November 1997"
    assert (counted(1, "passage"), counted(2438, "document")) == ("1 passage", "2,438 documents")


def test_an_empty_line_is_an_empty_line() -> None:
    for console in (file(), terminal()):
        show(console)
        assert shown(console) == "\n"
