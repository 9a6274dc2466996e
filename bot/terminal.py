"""How text reaches a terminal or a file: wrapped at 80 columns and styled on a terminal, plain elsewhere, never unsafe.

Words of documents are never read as markup, and no control character of theirs reaches a terminal.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Protocol, TextIO

from rich.console import Console
from rich.table import Table
from rich.text import Text

if TYPE_CHECKING:
    from rich.progress import ProgressColumn

WIDTH = 80
SECONDS_BETWEEN_LINES = 5.0
"""How often a line tells how far a phase is, where there is no terminal to draw a bar on."""


class Report(Protocol):
    """Is told the phase, how much of it is done, and how much there is."""

    def __call__(self, phase: str, done: int, total: int) -> None: ...


PHASES = {
    "reading": "Reading documents",
    "embedding": "Embedding sentences",
    "writing": "Writing the index",
    "checking": "Checking the index",
    "asking": "Asking questions",
    "asking again": "Asking them again",
    "starting": "Starting the program",
    "searching": "Searching vectors",
}

_UNSAFE = (
    *range(0x20),
    *range(0x7F, 0xA0),  # DEL and C1, among them a one-character CSI
    0x061C,
    0x200E,
    0x200F,
    *range(0x2028, 0x202F),  # line separators, and marks that turn the direction of writing
    *range(0x2066, 0x206A),
    *range(0xD800, 0xE000),  # halves of characters, of bytes that are not UTF-8
)
_SAFE = dict.fromkeys(_UNSAFE, "\ufffd") | dict.fromkeys(map(ord, "\t\n\r"), " ")


def clean(text: str) -> str:
    """Return a text that is harmless on a terminal, character for character: offsets into it stay right."""
    return text.translate(_SAFE)


def results() -> Console:
    """Return where results go: standard output."""
    return _console(sys.stdout)


def messages() -> Console:
    """Return where messages and progress go: standard error."""
    return _console(sys.stderr)


def _console(file: TextIO) -> Console:
    console = Console(file=file, highlight=False, markup=False, emoji=False)
    console.width = min(console.width, WIDTH)
    return console


def write_line(line: str) -> None:
    """Write a line to standard output at once, as it is."""
    sys.stdout.write(f"{line}\n")
    sys.stdout.flush()


def show(console: Console, text: Text | str = "", indent: int = 0) -> None:
    """Print a paragraph: wrapped and styled on a terminal, on one line elsewhere."""
    margin = " " * indent
    paragraph = Text(text) if isinstance(text, str) else text
    if not console.is_terminal:
        print(f"{margin}{paragraph.plain}".rstrip(), file=console.file)
        return
    if console.no_color:
        paragraph = Text(paragraph.plain)
    for line in paragraph.wrap(console, console.width - indent) or [Text()]:
        line.rstrip()
        console.print(Text(margin) + line, soft_wrap=True)


def show_table(
    console: Console, headings: Sequence[str], rows: Sequence[Sequence[str]], numbers: Sequence[int]
) -> None:
    """Print rows: in columns on a terminal, separated by tabs elsewhere. `numbers` are the columns set right."""
    if not console.is_terminal:
        for row in rows:
            print("\t".join(clean(cell) for cell in row), file=console.file)
        return
    table = Table(box=None, pad_edge=False, header_style="" if console.no_color else "bold")
    for column, heading in enumerate(headings):
        table.add_column(heading, justify="right" if column in numbers else "left", overflow="fold")
    for row in rows:
        table.add_row(*(Text("\n".join(map(clean, cell.split("\n")))) for cell in row))
    console.print(table)


def counted(number: int, noun: str) -> str:
    """Return "1 passage", "2,438 documents"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


@contextmanager
def progress(console: Console) -> Iterator[Report]:
    """Show how far a long piece of work is: bars on a terminal, a line now and then elsewhere."""
    if not console.is_terminal:
        yield _Lines(console)
        return
    from rich.progress import Progress, TaskID

    with Progress(*_columns(), console=console, transient=True) as bars:
        tasks: dict[str, TaskID] = {}

        def report(phase: str, done: int, total: int) -> None:
            if phase not in tasks:
                tasks[phase] = bars.add_task(PHASES.get(phase, phase), total=total)
            bars.update(tasks[phase], completed=done, total=total)

        yield report


class _Lines:
    """Progress as plain lines: when a phase is done, and every few seconds until then."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._written = time.monotonic()

    def __call__(self, phase: str, done: int, total: int) -> None:
        now = time.monotonic()
        if done == total or now - self._written >= SECONDS_BETWEEN_LINES:
            show(self._console, f"{PHASES.get(phase, phase)}: {done:,} of {total:,}")
            self._written = now


def _columns() -> Sequence[ProgressColumn]:
    from rich.progress import BarColumn, MofNCompleteColumn, ProgressColumn, Task, TextColumn, TimeRemainingColumn

    class Rate(ProgressColumn):
        def render(self, task: Task) -> Text:
            return Text(f"{task.speed:,.0f}/s" if task.speed else "")

    return (
        TextColumn("{task.description}"),
        BarColumn(bar_width=20),
        MofNCompleteColumn(),
        Rate(),
        TimeRemainingColumn(compact=True),
    )
