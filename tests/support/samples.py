"""What tests of the bot share: consoles that remember, passages of the included documents, answers made of them."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console

import corpus
from bot.terminal import WIDTH
from corpus.document import Passage
from corpus.folder import read_folder
from corpus.passages import passages_of
from retrieval.answering import Answer, Quotation

DOCUMENTS = read_folder(Path(corpus.__file__).parent / "documents").documents
PASSAGES = tuple(passage for document in DOCUMENTS for passage in passages_of(document))


def file() -> Console:
    return Console(file=io.StringIO(), highlight=False, markup=False, emoji=False)


def terminal(*, no_color: bool = False) -> Console:
    return Console(
        file=io.StringIO(), force_terminal=True, width=WIDTH, highlight=False, markup=False, emoji=False,
        no_color=no_color, color_system="standard", _environ={},
    )  # fmt: skip


def shown(console: Console) -> str:
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def by_locator(locator: str) -> Passage:
    return next(each for each in PASSAGES if each.locator == locator and each.source.symbol)


def quoted(passage: Passage, marked: str = "") -> Quotation:
    start = passage.text.index(marked)
    return Quotation(passage, (start, start + len(marked)), 0.9, verified=True)


def found(*quotations: Quotation, reading: str | None = None) -> Answer:
    return Answer("?", quotations, 0.91, (), reading, None, 0.01)


def refused(*nearest: Quotation, problem: str | None = None) -> Answer:
    return Answer("?", (), 0.2, nearest, None, problem, 0.01)
