"""What people type, made fit to be asked."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

ASK_SOMETHING = "Ask a question in words, for example: rapporteur ask When does the mandate of UNMOT end?"


def askable(question: str) -> bool:
    """Tell whether there is a letter or a digit in it, of whatever script."""
    return any(character.isalnum() for character in question)


def decoded(line: bytes) -> str:
    """Return a line without its end; bytes that are not UTF-8 become U+FFFD."""
    return line.decode("utf-8", errors="replace").removeprefix("\ufeff").strip()


def wellformed(text: str) -> str:
    """Return an argument of the command line with bytes that were not UTF-8 as U+FFFD, like `decoded`."""
    return text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")


def questions_in(lines: Iterable[bytes]) -> Iterator[str]:
    """Yield the lines that are not empty."""
    for line in lines:
        if question := decoded(line):
            yield question
