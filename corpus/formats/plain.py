"""Plain text without markup: prose with bare-line headings, and texts whose paragraphs are numbered.

What a line is must be guessed, and always from its surroundings: a heading is a short line without a full stop that a
paragraph follows; a number counts as one when the pattern of the document bears it out (`corpus.formats.numbering`).

- A numbered paragraph is one block with everything up to the next number, its lettered items too: regulations are cited
  and quoted by the numbered paragraph. Its label is the printed number.
- In prose a lettered or bulleted line is a block of its own under the paragraph that ends in a colon.
- A table between "/Table Start" and "/Table End" gives a block for each row, under its first row: what is quoted of a
  table is a row.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import PurePosixPath

from corpus.document import Block, Document, Kind, Role, Source, Span
from corpus.formats.furniture import furniture_in, is_united_nations_page
from corpus.formats.lines import Line, add_items, divide_lists, lines_of, marks_of, span_of
from corpus.formats.numbering import Number
from corpus.formats.plain_units import TABLE_MARKS, Unit, divide, headings_in, leading_menu, tables_in, title_of


def recognizes(text: str, name: str) -> bool:
    """Tell that every text can be read as plain text: the last format to ask."""
    return True


def parse(text: str, name: str, sha256: str) -> Document:
    """Read a plain text into a document.

    Args:
        text: The file's text, unchanged.
        name: The path below the folder of documents.
        sha256: Of the file's bytes.
    """
    lines = lines_of(text)
    menu = leading_menu(lines)
    tables = tables_in(lines)
    table_marks = {index for index, line in enumerate(lines) if line.text in TABLE_MARKS}
    inside = {index for table in tables for index in table}
    left_out = (furniture_in(lines) - inside) | menu | table_marks
    units = divide(lines, left_out, tables)
    title = None if menu else title_of(units)
    blocks = _Reader(text, units, skip=title).blocks()
    furniture = tuple(span_of([lines[index]]) for index in sorted(left_out) if lines[index].text)
    signed = is_united_nations_page("\n".join(text[start:end] for start, end in furniture))
    source = Source(
        id=name,
        title=units[title].lines[0].text if title is not None else title_from(name),
        kind=Kind.BACKGROUND if signed else Kind.OTHER,
        sha256=sha256,
    )
    return Document(source, text, blocks, furniture)


def title_from(name: str) -> str:
    """Return a title made of a file's name: "docs/UNMOT_backgrounder.txt" gives "UNMOT backgrounder"."""
    return " ".join(PurePosixPath(name).stem.replace("_", " ").split()) or name


class _Reader:
    """Makes the blocks of one plain text, in one pass over its units."""

    def __init__(self, text: str, units: Sequence[Unit], skip: int | None) -> None:
        self._text = text
        self._units = units
        self._skip = skip
        self._blocks: list[Block] = []
        self._headings: list[tuple[str, Number | None, str]] = []  # style, number, as printed
        self._styles: list[str] = []  # in order of appearance: the first is the outermost
        self._open: int | None = None  # the numbered paragraph that what follows belongs to
        self._stem: int | None = None  # the paragraph ending in a colon that a list completes

    def blocks(self) -> tuple[Block, ...]:
        """Return the blocks of the text."""
        numbered = any(unit.number for unit in self._units)
        headings = headings_in(self._units)
        start = 0 if self._skip is None else self._skip + 1
        prose: list[Unit] = []
        for index in range(start, len(self._units)):
            unit = self._units[index]
            plain = not (unit.is_table or unit.number or headings[index])
            if plain and not (numbered and self._open is not None):
                prose.append(unit)
                continue
            self._add_prose(prose)
            prose = []
            self._add(unit, headings[index])
        self._add_prose(prose)
        return tuple(self._blocks)

    def _path(self) -> tuple[str, ...]:
        return tuple(printed for _, _, printed in self._headings)

    def _add(self, unit: Unit, is_heading: bool) -> None:
        if is_heading:
            self._add_heading(unit)
        elif unit.is_table:
            self._add_table(unit.lines)
        elif unit.number is not None:
            self._leave_headings_of_others(unit.number)
            self._open = len(self._blocks)
            self._blocks.append(Block((span_of(unit.lines),), Role.PROSE, self._path(), unit.number.label))
        else:
            self._extend_open(span_of(unit.lines))

    def _add_heading(self, unit: Unit) -> None:
        printed = unit.lines[0].text
        style = _heading_style(printed, unit.number)
        if style not in self._styles:
            self._styles.append(style)
        rank = self._styles.index(style)
        if unit.number is not None and len(unit.number.path) > 0:
            self._leave_headings_of_others(unit.number)
        while self._headings and self._outranks(rank, self._headings[-1], unit.number):
            self._headings.pop()
        self._headings.append((style, unit.number, printed))
        self._open = self._stem = None

    def _outranks(self, rank: int, heading: tuple[str, Number | None, str], number: Number | None) -> bool:
        """Tell whether a new heading of `rank` ends the section of `heading`."""
        if number is not None and heading[1] is not None:
            return not heading[1].contains(number)
        return rank <= self._styles.index(heading[0])

    def _leave_headings_of_others(self, number: Number) -> None:
        """End the numbered sections that a number does not belong to; simple numbers may run through all sections."""
        while self._headings:
            above = self._headings[-1][1]
            if above is None or above.contains(number) or len(number.path) == 1:
                return
            self._headings.pop()

    def _extend_open(self, span: Span) -> None:
        """Add words to the open numbered paragraph, or, below a table in it, as a block of their own."""
        assert self._open is not None
        block = self._blocks[self._open]
        if self._open == len(self._blocks) - 1:
            start, end = block.spans[-1]
            joined = not self._has_furniture(end, span[0])
            spans = (*block.spans[:-1], (start, span[1])) if joined else (*block.spans, span)
            self._blocks[-1] = Block(spans, block.role, block.headings, block.label)
        else:
            self._blocks.append(Block((span,), Role.PROSE, block.headings, None, self._open))

    def _has_furniture(self, start: int, end: int) -> bool:
        return bool(self._text[start:end].strip())

    def _add_prose(self, units: Sequence[Unit]) -> None:
        above: list[int] = []
        for paragraph in divide_lists([unit.lines for unit in units]):
            if paragraph.before:
                self._add_paragraph(span_of(paragraph.before))
            if not paragraph.continues:
                above = []
            add_items(self._blocks, paragraph.items, self._path(), self._stem, above)
            if not paragraph.items and not self._ends_with(":"):
                self._stem = None

    def _add_paragraph(self, span: Span) -> None:
        if self._goes_on(span):
            last = self._blocks[-1]
            self._blocks[-1] = Block((*last.spans, span), last.role, last.headings, last.label, last.parent)
        else:
            self._blocks.append(Block((span,), Role.PROSE, self._path()))
        self._stem = len(self._blocks) - 1 if self._ends_with(":") else None

    def _goes_on(self, span: Span) -> bool:
        """Tell whether a paragraph is the rest of the sentence that a page break cut off."""
        if not self._blocks or self._blocks[-1].headings != self._path() or self._blocks[-1].role is not Role.PROSE:
            return False
        end = self._blocks[-1].spans[-1][1]
        cut = self._text[end - 1].isalnum() or self._text[end - 1] in ",-"
        return cut and self._text[span[0]].islower() and self._has_furniture(end, span[0])

    def _ends_with(self, mark: str) -> bool:
        return bool(self._blocks) and self._text[: self._blocks[-1].spans[-1][1]].endswith(mark)

    def _add_table(self, lines: Sequence[Line]) -> None:
        parent = self._open if self._open is not None else self._stem
        first = len(self._blocks)
        for row in _rows(lines):
            above = first if len(self._blocks) > first else parent
            self._blocks.append(Block((span_of(row),), Role.TABLE, self._path(), None, above))


def _rows(lines: Sequence[Line]) -> list[tuple[Line, ...]]:
    """Return the rows of a table: a line with a tab begins one, unless it only begins a lettered item in a cell."""
    rows: list[list[Line]] = []
    for line in lines:
        begins = "\t" in line.text and not marks_of(line)
        if begins or not rows:
            rows.append([line])
        else:
            rows[-1].append(line)
    return [tuple(row) for row in rows]


def _heading_style(printed: str, number: Number | None) -> str:
    if number is not None:
        return number.style
    return "capitals" if printed.isupper() else "title"
