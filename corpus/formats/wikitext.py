"""Encyclopedia articles in wikitext: "= Title =", "==Section==", infobox, lists, tables.

Reads a page as it is edited, with its links, bold marks and references, and the plain rendering of one, in which the
infobox is a list of "- Key: value" below the line "Infobox". Words are kept as they stand: markup within a sentence is
part of the span. What only serves the page is furniture: "See also", references, categories, templates on a line of
their own.

The article is not what it is about: an article on a resolution has no symbol, though its infobox prints one.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import groupby, islice

from corpus.document import Block, Document, Kind, Role, Source, Span
from corpus.formats.furniture import is_rule
from corpus.formats.lines import (
    Item,
    Line,
    Mark,
    Paragraph,
    add_items,
    divide_lists,
    lines_of,
    paragraphs_of,
    span_of,
)  # fmt: skip
from corpus.formats.plain import title_from

_HEADING = re.compile(r"(?P<mark>={1,6})\s*(?P<words>[^=\s](?:.*[^=\s])?)\s*(?P=mark)")
_FIELD_ROW = re.compile(r"[-*|]\s*(?P<field>(?P<key>[^\s:=|{}\[\]][^:=|{}\[\]]{0,59}?)\s*[:=]\s*\S.*)")
_OWN_ADDRESS = re.compile(
    r"(?:source|url|permalink|retrieved from)\b\W*(?P<url>https?://[^\s\"'<>|\]]+)", re.IGNORECASE
)
_LIST_MARK = re.compile(r"(?P<mark>[*#:;]+)\s*(?=\S)")

_INFOBOX = re.compile(r"\{\{\s*infobox\b", re.IGNORECASE)
_INLINE_FIELD = re.compile(r"\|\s*(?P<field>(?P<key>[^=|{}]+?)\s*=\s*[^\s|{}][^|{}]*?)\s*(?=\||\}\})")
_LONGEST_TEMPLATE = 2_000
"""Lines after which a template or table that is still open is taken for a stray mark."""
_MOST_STRAY_MARKS = 100
"""Templates left open after which no more are looked for: the text is none that such marks structure."""

# Sections that lead elsewhere, as English Wikipedia names them (Manual of Style, "Standard appendices and footers").
_NAVIGATION = frozenset(
    {
        "bibliography",
        "citations",
        "external links",
        "footnotes",
        "further reading",
        "notes",
        "notes and references",
        "references",
        "see also",
        "sources",
        "works cited",
    }
)

# A whole line that serves the page: category, file, magic word, hatnote or another template, comment.
_SERVICE = re.compile(
    r"""
      \[\[ \s* (?: Category | File | Image | [a-z]{2,3} ) \s* : .* \]\]
    | \{\{ [^{}]* (?: \{\{ [^{}]* \}\} [^{}]* )* \}\}
    | __ [A-Z]+ __
    | <!-- .* -->
    | </? (?: references | gallery | div | br | center ) \b [^>]* >
    """,
    re.VERBOSE | re.IGNORECASE,
)


def recognizes(text: str, name: str) -> bool:
    """Tell whether `text` has headings between equals signs: a title, or two of the second level or below."""
    levels = [len(match["mark"]) for line in lines_of(text) if (match := _HEADING.fullmatch(line.text))]
    first = next((line.text for line in lines_of(text) if line.text), "")
    return len([level for level in levels if level > 1]) >= 2 or _HEADING.fullmatch(first) is not None


def parse(text: str, name: str, sha256: str) -> Document:
    """Read an article into a document.

    Args:
        text: The file's text, unchanged.
        name: The path below the folder of documents.
        sha256: Of the file's bytes.
    """
    reader = _Reader(lines_of(text))
    reader.read()
    source = Source(
        id=name,
        title=reader.title or title_from(name),
        kind=Kind.ENCYCLOPEDIA,
        url=reader.url,
        sha256=sha256,
    )
    return Document(source, text, tuple(reader.blocks), tuple(sorted(reader.furniture)))


class _Reader:
    """Makes the blocks of one article, line by line."""

    def __init__(self, lines: Sequence[Line]) -> None:
        self._lines = lines
        self._headings: list[tuple[int, str]] = []
        self._navigation: int | None = None  # the level of the navigation section that is being skipped
        self._prose: list[Line] = []
        self._stray_marks = 0  # what was opened and never closed
        self.blocks: list[Block] = []
        self.furniture: list[Span] = []
        self.title: str | None = None
        self.url: str | None = None

    def read(self) -> None:
        """Read all lines."""
        index = 0
        while index < len(self._lines):
            index += self._read_at(index)
        self._end_prose()

    def _read_at(self, index: int) -> int:
        """Read what begins at a line and return how many lines it takes."""
        line = self._lines[index]
        if heading := _HEADING.fullmatch(line.text):
            self._add_heading(line, len(heading["mark"]), heading["words"])
            return 1
        if self._navigation is not None:
            self._set_aside(line)
            return 1
        if line.text.casefold() in ("infobox", "infobox:"):
            return self._add_infobox_rows(index)
        if line.text.startswith("{{") and (taken := self._balanced(index, "{{", "}}")) > 1:
            return self._add_template(self._lines[index : index + taken])
        if line.text.startswith("{|") and (taken := self._balanced(index, "{|", "|}")) > 1:
            return self._add_table(self._lines[index : index + taken])
        if line.text.startswith("<!--") and (taken := self._balanced(index, "<!--", "-->")) > 1:
            return self._add_comment(self._lines[index : index + taken])
        if _INFOBOX.match(line.text):
            return self._add_inline_infobox(line)
        if _SERVICE.fullmatch(line.text) or is_rule(line.text) or self._is_own_address(line):
            self._end_prose()
            self._set_aside(line)
        else:
            self._prose.append(line)
        return 1

    def _balanced(self, index: int, opening: str, closing: str) -> int:
        """Return how many lines it takes until what a line opens is closed; 0 if that is nowhere near."""
        taken = _balanced(self._lines, index, opening, closing) if self._stray_marks < _MOST_STRAY_MARKS else 0
        self._stray_marks += not taken
        return taken

    def _path(self) -> tuple[str, ...]:
        return tuple(words for _, words in self._headings)

    def _set_aside(self, line: Line) -> None:
        if line.text:
            self.furniture.append((line.start, line.end))

    def _is_own_address(self, line: Line) -> bool:
        match = _OWN_ADDRESS.match(line.text)
        if match is not None:
            self.url = self.url or match["url"]
        return match is not None

    def _add_heading(self, line: Line, level: int, words: str) -> None:
        self._end_prose()
        if self._navigation is not None and level > self._navigation:
            self._set_aside(line)
            return
        self._navigation = None
        if level == 1 and self.title is None and not self.blocks:
            self.title = words
            return
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        if words.casefold() in _NAVIGATION:
            self._navigation = level
            self._set_aside(line)
        else:
            self._headings.append((level, words))

    def _add_infobox_rows(self, index: int) -> int:
        """Add the fields listed below the line "Infobox"; that line alone is no content."""
        self._end_prose()
        self._set_aside(self._lines[index])
        taken = 1
        for line in self._lines[index + 1 :]:
            field = _FIELD_ROW.fullmatch(line.text)
            if field is None:
                break
            self._add_field(line.start + field.start("field"), line.end, field["key"])
            taken += 1
        return taken

    def _add_field(self, start: int, end: int, key: str) -> None:
        self.blocks.append(Block(((start, end),), Role.INFOBOX, self._path(), key.strip()))

    def _add_inline_infobox(self, line: Line) -> int:
        self._end_prose()
        for field in _INLINE_FIELD.finditer(line.text):
            self._add_field(line.start + field.start("field"), line.start + field.end("field"), field["key"])
        return 1

    def _add_comment(self, body: Sequence[Line]) -> int:
        self._end_prose()
        for line in body:
            self._set_aside(line)
        return len(body)

    def _add_template(self, body: Sequence[Line]) -> int:
        """Add the fields of a template of several lines if it is an infobox; of any other nothing is content."""
        self._end_prose()
        fields = _template_fields(body) if _INFOBOX.match(body[0].text) else []
        inside = {line.start for field in fields for line in field}
        for line in body:
            if line.start not in inside:
                self._set_aside(line)
        for field in fields:
            row = _FIELD_ROW.match(field[0].text)
            if row is not None:
                self._add_field(field[0].start + row.start("field"), field[-1].end, row["key"])
        return len(body)

    def _add_table(self, body: Sequence[Line]) -> int:
        self._end_prose()
        rows: list[list[Line]] = [[]]
        for line in body:
            if line.text.startswith(("{|", "|}", "|-", "|+")):
                self._set_aside(line)
                rows.append([])
            elif line.text:
                rows[-1].append(line)
        parent: int | None = None
        for row in filter(None, rows):
            self.blocks.append(Block((_cells(row),), Role.TABLE, self._path(), None, parent))
            parent = len(self.blocks) - 1 if parent is None else parent
        return len(body)

    def _end_prose(self) -> None:
        """Make blocks of the paragraphs and lists gathered since the last heading."""
        pieces = [piece for paragraph in paragraphs_of(self._prose) for piece in _at_starred_lists(paragraph)]
        self._prose = []
        stem: int | None = None
        for starred, group in groupby(pieces, key=lambda piece: _LIST_MARK.match(piece[0].text) is not None):
            if starred:
                for piece in group:
                    add_items(self.blocks, _starred_items(piece), self._path(), stem, [])
            else:
                stem = self._add_paragraphs(list(group))

    def _add_paragraphs(self, paragraphs: Sequence[Paragraph]) -> int | None:
        """Add paragraphs with their lettered and dashed lists; return the last if it ends in a colon."""
        stem: int | None = None
        above: list[int] = []
        for paragraph in divide_lists(paragraphs):
            if paragraph.before:
                self.blocks.append(Block((span_of(paragraph.before),), Role.PROSE, self._path()))
                stem = len(self.blocks) - 1 if paragraph.before[-1].text.endswith(":") else None
            if not paragraph.continues:
                above = []
            add_items(self.blocks, paragraph.items, self._path(), stem, above)
        return stem


def _at_starred_lists(paragraph: Paragraph) -> list[Paragraph]:
    """Divide a paragraph where lines with the list marks of wikitext begin and end."""
    groups = groupby(paragraph, key=lambda line: _LIST_MARK.match(line.text) is not None)
    return [tuple(lines) for _, lines in groups]


def _starred_items(lines: Sequence[Line]) -> tuple[Item, ...]:
    """Return the items of a list in wikitext, as deep as their marks are long."""
    items: list[Item] = []
    for line in lines:
        match = _LIST_MARK.match(line.text)
        mark = match["mark"] if match else ""
        depth = min(max(len(mark) - 1, 0), items[-1].depth + 1 if items else 0)
        items.append(Item((line,), Mark(mark, 0, None, match.end() if match else 0), depth))
    return tuple(items)


def _balanced(lines: Sequence[Line], start: int, opening: str, closing: str) -> int:
    """Return how many lines it takes until what the one at `start` opens is closed; 0 if that is nowhere near."""
    depth = 0
    for count, line in enumerate(islice(lines, start, start + _LONGEST_TEMPLATE), start=1):
        depth += line.text.count(opening) - line.text.count(closing)
        if depth <= 0:
            return count
    return 0


def _template_fields(body: Sequence[Line]) -> list[list[Line]]:
    """Return the lines of each "| key = value" in a template that has a value; a value may go on below."""
    fields: list[list[Line]] = []
    depth = 0
    for line in body[1:-1]:
        if depth == 0 and line.text.startswith("|"):
            fields.append([line])
        elif fields and line.text:
            fields[-1].append(line)
        depth += line.text.count("{{") - line.text.count("}}")
    return [field for field in fields if _FIELD_ROW.match(field[0].text)]


def _cells(row: Sequence[Line]) -> Span:
    """Return the range of a table row without the mark of its first cell."""
    start, end = span_of(row)
    return start + len(row[0].text) - len(row[0].text.lstrip("|! ")), end
