"""How files are read, for a person."""

from __future__ import annotations

from rich.text import Text
from samples import DOCUMENTS, file, shown, terminal

from bot.reports import show_check
from bot.terminal import WIDTH
from corpus.passages import passages_of


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
