"""How files are read, for a person."""

from __future__ import annotations

import io
from pathlib import Path

from rich.console import Console
from rich.text import Text

import corpus
from bot.reports import show_check
from bot.terminal import WIDTH
from corpus.folder import read_folder
from corpus.passages import passages_of

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
