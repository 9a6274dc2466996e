"""A conversation in the terminal: each line a question, with the paragraph quoted last in mind."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

from rich.console import Console
from rich.text import Text

from bot.answers import show_answer, show_nearest
from bot.questions import ASK_SOMETHING, askable, decoded
from bot.terminal import clean, show

if TYPE_CHECKING:
    from retrieval.answering import Answer, Quotation

PROMPT = "> "
HELP = (
    "Type a question and press Enter. A follow-up such as “and paragraph 7?” is about the document quoted last.",
    "/nearest  what came closest to the last question, when nothing answered it",
    "/help     these lines",
    "/quit     leave (or Ctrl-D)",
)


class Answering(Protocol):
    """What can hold a conversation."""

    def answer(self, question: str, limit: int = 3, context: str | None = None) -> Answer:
        """Answer a question; `context` is the citation quoted last."""
        ...


@dataclass(frozen=True, slots=True)
class _Turn:
    """What the next line may refer to."""

    context: str | None = None
    nearest: tuple[Quotation, ...] = ()


def converse(library: Answering, lines: Iterable[str], console: Console, limit: int) -> None:
    """Answer line after line until there are no more or one of them is "/quit"."""
    turn = _Turn()
    for line in lines:
        said = line.strip()
        if said in ("/quit", "/exit"):
            return
        if said.startswith("/"):
            _command(said, turn, console)
        elif askable(said):
            turn = _ask(library, said, turn, console, limit)
        elif said:
            show(console, ASK_SOMETHING)


def _ask(library: Answering, question: str, turn: _Turn, console: Console, limit: int) -> _Turn:
    answer = library.answer(question, limit=limit, context=turn.context)
    show(console)
    show_answer(console, answer, nearest=False, hint="/nearest shows what came closest.")
    show(console)
    context = str(answer.quotations[0].citation) if answer.found else turn.context
    return _Turn(context, answer.nearest)


def _command(said: str, turn: _Turn, console: Console) -> None:
    match said:
        case "/help":
            for line in HELP:
                show(console, line)
        case "/nearest" if turn.nearest:
            show_nearest(console, turn.nearest)
        case "/nearest":
            show(console, "There is nothing to show: the last question was answered, or there was none.")
        case _:
            show(console, clean(f"There is no {said}. /help lists what there is."))


def typed_lines(console: Console) -> Iterator[str]:
    """Yield what a person types, with a prompt and a line editor on a terminal."""
    if not (console.is_terminal and sys.stdin.isatty()):
        yield from map(decoded, sys.stdin.buffer)
        return
    with suppress(ImportError):
        import readline  # noqa: F401  input() edits lines and remembers them once it is imported
    show(console, Text("Ask the documents. /help lists what else can be typed; Ctrl-D leaves.", "dim"))
    while True:
        try:
            yield input(PROMPT)
        except EOFError:
            show(console)
            return
