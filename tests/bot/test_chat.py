"""A conversation in the terminal."""

from __future__ import annotations

import pytest
from samples import by_locator, file, found, quoted, refused, shown

from bot.chat import converse
from retrieval.answering import Answer


class Reciter:
    """Answers everything with paragraph 5, and keeps the contexts it was given."""

    def __init__(self) -> None:
        self.contexts: list[str | None] = []

    def answer(self, question: str, limit: int = 3, context: str | None = None) -> Answer:
        self.contexts.append(context)
        return refused(quoted(by_locator("para. 8"))) if "zebra" in question else found(quoted(by_locator("para. 5")))


def test_a_follow_up_knows_what_was_quoted_last() -> None:
    library = Reciter()
    converse(library, ["What about the mandate?", "", "zebra", "and paragraph 7?"], file(), 3)
    cited = "S/RES/1138 (1997), para. 5"
    assert library.contexts == [None, cited, cited]


def test_a_conversation_ends_when_it_is_told_to() -> None:
    library = Reciter()
    converse(library, ["/quit", "one more"], file(), 3)
    assert library.contexts == []


def test_what_came_nearest_is_shown_when_asked_for() -> None:
    console = file()
    converse(Reciter(), ["zebra", "/nearest"], console, 3)
    assert "Nearest passages (not an answer)" in shown(console)


@pytest.mark.parametrize("line", ["/help", "/nearest", "/nonsense", "?"])
def test_whatever_is_typed_gets_a_reply(line: str) -> None:
    console = file()
    converse(Reciter(), [line], console, 3)
    assert shown(console)
