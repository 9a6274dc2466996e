"""Markdown: structure from markdown-it's line numbers, words from the unchanged text.

- A list item is a block; a bullet is left out of it, a printed number "3." belongs to it, as in other formats.
- A paragraph that begins with a number of its own, "1.2.4", has it as its label where the document numbers its
  paragraphs. What follows up to the next number or heading belongs to it, as in plain text; lists and tables hang
  below it.
- A table gives a block for each row, under the row that names the columns: a row is what one quotes of a table, and
  its columns are what one needs to read it.
- Front matter, comments, rules, link definitions and lines made of nothing but links are furniture.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from itertools import islice, pairwise

from markdown_it import MarkdownIt
from markdown_it.token import Token

from corpus.document import Block, Document, Kind, Role, Source, Span, fold
from corpus.formats.lines import Line, add_items, divide_lists, lines_of, marks_of
from corpus.formats.number_sequence import Candidate, counting_on
from corpus.formats.numbering import Number, are_numbered, number_of, numbers_in
from corpus.formats.plain import title_from

_HEADING = re.compile(r"#{1,6}[ \t]+\S")
_FENCE = re.compile(r"(?:```|~~~)[\w+-]*\s*$")
_TABLE_RULE = re.compile(r"\|?\s*:?-{2,}:?\s*(?:\|\s*:?-{2,}:?\s*)+\|?")
_INLINE_MARK = re.compile(r"\[[^\[\]\n]{1,300}\]\([^()\s]{1,500}\)|\*\*\S[^*\n]{0,300}\*\*|(?<!`)`[^`\n]{1,300}`(?!`)")
_FIELD = re.compile(r"(?P<key>[A-Za-z][\w-]*):(?:\s+(?P<value>\S.*))?$")
_ADDRESS_KEYS = ("url", "source", "canonical_url", "permalink")
_BETWEEN_LINKS = re.compile(r"[\s|·•–—/,»>«<:*-]*")
_PRINTED_NUMBER = re.compile(r"\d{1,9}[.)]\s+$")
_EMPHASIS = re.compile(r"^(\*{1,3}|_{1,3})(?=\S)(.+?)(?<=\S)\1")


def recognizes(text: str, name: str) -> bool:
    """Tell whether `text` shows the marks of Markdown; a stray "-", "#" or "*" is none.

    A heading at the top or two of them, a table, fenced code, front matter, or two inline marks (link, bold, code).
    """
    lines = lines_of(text)
    filled = [line.text for line in lines if line.text]
    headings = [index for index, line in enumerate(filled) if _HEADING.match(line)]
    return bool(
        _front_matter(lines)
        or len(headings) > 1
        or (headings and headings[0] == 0 and len(filled) > 1)
        or sum(_FENCE.match(line) is not None for line in filled) > 1
        or any(_TABLE_RULE.fullmatch(line) and "|" in above for above, line in pairwise(filled))
        or sum(1 for _ in islice(_INLINE_MARK.finditer(text), 2)) > 1
    )


def parse(text: str, name: str, sha256: str) -> Document:
    """Read a Markdown text into a document.

    Args:
        text: The file's text, unchanged.
        name: The path below the folder of documents.
        sha256: Of the file's bytes.
    """
    lines = lines_of(text)
    matter = _front_matter(lines)
    tokens = _tokens(text, matter)
    reader = _Reader(text, lines, _printed_numbers(tokens))
    reader.read(tokens)
    fields = {match["key"].lower(): match["value"].strip("\"'") for match in _fields(matter) if match["value"]}
    source = Source(
        id=name,
        title=fields.get("title") or reader.title or title_from(name),
        kind=Kind.OTHER,
        date=_date(fields.get("date", "")),
        url=next((fields[key] for key in _ADDRESS_KEYS if fields.get(key, "").startswith("http")), None),
        sha256=sha256,
    )
    return Document(source, text, tuple(reader.blocks), reader.furniture())


def _front_matter(lines: Sequence[Line]) -> Sequence[Line]:
    """Return the lines of "key: value" between "---" and "---" at the top, those marks included."""
    if not lines or lines[0].text != "---":
        return ()
    end = next((index for index, line in enumerate(lines[1:], start=1) if line.text in ("---", "...")), 0)
    first = lines[1].text if end > 1 else ""
    return lines[: end + 1] if _FIELD.match(first) else ()


def _fields(matter: Sequence[Line]) -> Iterator[re.Match[str]]:
    return (match for line in matter if (match := _FIELD.match(line.text)))


def _date(printed: str) -> date | None:
    try:
        return date.fromisoformat(printed[:10])
    except ValueError:
        return None


def _tokens(text: str, matter: Sequence[Line]) -> list[Token]:
    """Return markdown-it's tokens; its line numbers are ours, the front matter standing there as empty lines."""
    end = matter[-1].end if matter else int(text.startswith("\ufeff"))
    body = re.sub(r"[^\r\n]+", "", text[:end]) + text[end:]
    return MarkdownIt("commonmark").enable("table").parse(body)


@dataclass(frozen=True, slots=True)
class _Opening:
    """The words at the beginning of a heading or a paragraph, the line they stand on, the headings before them."""

    words: str
    line: int
    section: int
    is_heading: bool = False

    def candidate(self, number: Number) -> Candidate:
        """Return what is to be judged of the number they begin with."""
        after = self.words[len(number.printed) :]
        return Candidate.of(number, after, self.section, is_heading=self.is_heading)


def _printed_numbers(tokens: Sequence[Token]) -> dict[int, str]:
    """Return the label of each paragraph with a printed number of its own, by the index of its first line."""
    openings = list(_openings(tokens))
    numbers = numbers_in([opening.words for opening in openings])
    printed = [
        (opening, number)
        for opening, number in zip(openings, numbers, strict=True)
        if number is not None and (len(number.path) > 1 or number.path[0].isdigit())  # not the words "A" and "I"
    ]
    counted = counting_on([opening.candidate(number) for opening, number in printed])
    found = {printed[index][0].line: printed[index][1] for index in counted}
    paragraphs = [found.get(opening.line) for opening in openings if not opening.is_heading]
    return {line: number.label for line, number in found.items()} if are_numbered(paragraphs) else {}


def _openings(tokens: Sequence[Token]) -> Iterator[_Opening]:
    """Return the headings and paragraphs outside lists and quotations, and the lines in these that count on."""
    section = 0
    for opened, token in pairwise(tokens):
        if token.type != "inline" or opened.level > 0 or token.map is None:
            continue
        if opened.type == "heading_open":
            section += 1
            yield _Opening(_words(token), token.map[0], section, is_heading=True)
        elif opened.type == "paragraph_open" and not _only_links(token, in_list=False):
            yield from _openings_in(token.content.split("\n"), token.map[0], section)


def _openings_in(lines: Sequence[str], first: int, section: int) -> Iterator[_Opening]:
    """Return the beginning of a paragraph, unless it is a lettered item, and of each line whose number is the next."""
    before: Number | None = None
    for index, line in enumerate(lines):
        if index > 0 and before is None:
            return
        words = " ".join((_EMPHASIS.sub(r"\2", line.strip()), *lines[index + 1 : index + 2]))
        number = number_of(words)
        is_next = number is not None and before is not None and number.follows(before)
        if is_next or (index == 0 and not marks_of(Line(0, len(line), line.strip()))):
            yield _Opening(words, first + index, section)
            before = number


@dataclass(slots=True)
class _Item:
    """A list item while it is read: what it hangs under, the number printed before it, its block once it has one."""

    parent: int | None
    label: str | None
    block: int | None = None


class _Reader:
    """Makes the blocks of one Markdown text out of its tokens."""

    def __init__(self, text: str, lines: Sequence[Line], numbers: Mapping[int, str]) -> None:
        self._text = text
        self._lines = lines
        self._labels = {lines[index].start: label for index, label in numbers.items()}
        self._covered: set[int] = set()  # the lines that are content or headings
        self._headings: list[tuple[int, str]] = []
        self._paragraphs: list[tuple[Line, ...]] = []  # read, but not yet divided at lettered lists
        self._open: int | None = None  # the numbered paragraph that what follows belongs to
        self._stem: int | None = None  # the paragraph ending in a colon that a list completes
        self._items: list[_Item] = []
        self._quotes = 0  # how many block quotations are open
        self._level = 1  # of the heading that is being read
        self._header: int | None = None  # the first row of the table that is being read
        self.blocks: list[Block] = []
        self.title: str | None = None

    def read(self, tokens: Sequence[Token]) -> None:
        """Read all tokens."""
        opened = ""
        for token in tokens:
            if token.type == "inline":
                self._read_inline(token, opened)
            else:
                self._read(token)
            opened = token.type
        self._divide_paragraphs()

    def furniture(self) -> tuple[Span, ...]:
        """Return the lines that are neither content nor headings."""
        left = (line for index, line in enumerate(self._lines) if line.text and index not in self._covered)
        return tuple((line.start, line.end) for line in left)

    def _read(self, token: Token) -> None:
        match token.type:
            case "bullet_list_open" | "ordered_list_open":
                self._divide_paragraphs()
                self._items.append(_Item(self._parent_of_list(), None))
            case "list_item_open":
                self._items.append(_Item(self._items[-1].parent, token.info or None))
            case "bullet_list_close" | "ordered_list_close" | "list_item_close":
                self._items.pop()
            case "blockquote_open":
                self._quotes += 1
            case "blockquote_close":
                self._quotes -= 1
            case "table_open":
                self._divide_paragraphs()
                self._header = None
            case "heading_open":
                self._level = int(token.tag[1:])
            case "tr_open":
                self._add_row(token)
            case "fence" | "code_block":
                self._add_code(token)
            case "html_block":
                self._add_html(token)

    def _read_inline(self, token: Token, opened: str) -> None:
        if opened == "heading_open" and not self._items and not self._quotes:
            self._add_heading(token)
        elif opened in ("heading_open", "paragraph_open") and not _only_links(token, in_list=bool(self._items)):
            self._add_paragraph(token)

    def _parent_of_list(self) -> int | None:
        item = next((item for item in reversed(self._items) if item.block is not None), None)
        return item.block if item else self._stem_of_list()

    def _stem_of_list(self) -> int | None:
        return self._stem if self._stem is not None else self._open

    def _path(self) -> tuple[str, ...]:
        return tuple(words for _, words in self._headings)

    def _lines_of(self, token: Token) -> range:
        start, stop = token.map or [0, 0]
        covered = range(start, min(stop, len(self._lines)))
        self._covered.update(covered)
        return covered

    def _add_heading(self, token: Token) -> None:
        self._divide_paragraphs()
        self._open = self._stem = None
        words = fold(_words(token)) or fold(token.content)
        level = self._level
        self._lines_of(token)
        if level == 1 and self.title is None:
            self.title, self._headings = words, []
            return
        while self._headings and self._headings[-1][0] >= level:
            self._headings.pop()
        if words:
            self._headings.append((level, words))

    def _add_paragraph(self, token: Token) -> None:
        printed = [self._without_marks(index, words) for index, words in self._printed(token)]
        lines = tuple(line for line in printed if line.text)
        if not lines:
            return
        if self._items:
            self._add_to_item(lines)
        elif self._quotes:
            self._divide_paragraphs()
            self._add(_spans(lines))
        else:
            starts = [index for index, line in enumerate(lines) if index == 0 or line.start in self._labels]
            self._paragraphs += [lines[start:stop] for start, stop in pairwise([*starts, len(lines)])]

    def _printed(self, token: Token) -> Iterator[tuple[int, str]]:
        return zip(self._lines_of(token), token.content.split("\n"), strict=False)

    def _without_marks(self, index: int, words: str) -> Line:
        """Return a line without the marks of the list or quotation it stands in."""
        line, words = self._lines[index], words.strip()
        at = line.text.rfind(words)
        return replace(line, start=line.start + at, end=line.start + at + len(words), text=words) if at > 0 else line

    def _add_to_item(self, lines: Sequence[Line]) -> None:
        item = self._items[-1]
        if item.block is None:
            item.block = len(self.blocks)
            spans = _spans(lines) if self._quotes else ((lines[0].start, lines[-1].end),)
            if item.label:
                spans = ((self._start_of_number(lines[0].start), spans[0][1]), *spans[1:])
            self.blocks.append(Block(spans, Role.LIST, self._path(), item.label, item.parent))
        else:
            self._extend(item.block, _spans(lines))

    def _extend(self, index: int, spans: tuple[Span, ...]) -> None:
        """Add words to a block, or, below what already hangs under it, as a block of their own."""
        block = self.blocks[index]
        if index == len(self.blocks) - 1:
            self.blocks[index] = replace(block, spans=(*block.spans, *spans))
        else:
            self.blocks.append(Block(spans, Role.PROSE, self._path(), None, index))

    def _start_of_number(self, start: int) -> int:
        before = _PRINTED_NUMBER.search(self._text, max(0, start - 20), start)
        return before.start() if before else start

    def _add_row(self, token: Token) -> None:
        line = next((self._lines[index] for index in self._lines_of(token) if self._lines[index].text), None)
        if line is None:  # a row of nothing but a byte order mark
            return
        bare = line.text.strip("| \t") or line.text
        start = line.start + line.text.index(bare)
        above = self._header if self._header is not None else self._parent_of_list()
        self.blocks.append(Block(((start, start + len(bare)),), Role.TABLE, self._path(), None, above))
        if self._header is None:
            self._header = len(self.blocks) - 1

    def _add_code(self, token: Token) -> None:
        self._divide_paragraphs()
        covered = self._lines_of(token)
        if token.type == "fence":
            self._covered.difference_update({covered[0], covered[-1]} if len(covered) > 1 else covered)
        inside = [self._lines[index] for index in covered if index in self._covered and self._lines[index].text]
        if inside and self._items:
            self._add_to_item(inside)
        elif inside:
            self._add(_spans(inside) if self._quotes else (_span(inside),))

    def _add_html(self, token: Token) -> None:
        """Add the words between the tags of a block of HTML; a comment has none."""
        self._divide_paragraphs()
        if re.sub(r"<!--.*?(?:-->|\Z)|<[^>]*>", "", token.content, flags=re.DOTALL).strip():
            inside = [self._lines[index] for index in self._lines_of(token) if self._lines[index].text]
            self._add(_spans(inside) if self._quotes else (_span(inside),))

    def _add(self, spans: tuple[Span, ...]) -> None:
        """Add a paragraph: one with a number, the rest of the numbered one that is open, or one that has none."""
        label = self._labels.get(spans[0][0])
        if label is None and self._open is not None:
            self._extend(self._open, spans)
        else:
            self._open = len(self.blocks) if label is not None else None
            self.blocks.append(Block(spans, Role.PROSE, self._path(), label))
        self._stem = len(self.blocks) - 1 if self._text[: spans[-1][1]].endswith(":") else None

    def _divide_paragraphs(self) -> None:
        """Add the paragraphs read last; lettered items in them, no list to Markdown, become blocks of their own."""
        above: list[int] = []
        for paragraph in divide_lists(self._paragraphs):
            if paragraph.before:
                self._add((_span(paragraph.before),))
            if not paragraph.continues:
                above = []
            add_items(self.blocks, paragraph.items, self._path(), self._stem_of_list(), above)
        self._paragraphs = []


def _span(lines: Sequence[Line]) -> Span:
    return lines[0].start, lines[-1].end


def _spans(lines: Sequence[Line]) -> tuple[Span, ...]:
    return tuple((line.start, line.end) for line in lines)


def _words(token: Token) -> str:
    """Return the words of a line without emphasis and link targets."""
    return "".join(
        " " if child.type in ("softbreak", "hardbreak") else child.content
        for child in token.children or ()
        if child.type in ("text", "code_inline", "softbreak", "hardbreak", "text_special")
    )


def _only_links(token: Token, in_list: bool) -> bool:
    """Tell whether a line only leads elsewhere: several links, one to a place on the page, or images.

    A list item that is one link elsewhere is content: where to find something.
    """
    depth = 0
    beside: list[str] = []
    targets: list[str] = []
    images = 0
    for child in token.children or ():
        images += child.type == "image"
        if child.type == "link_open":
            targets.append(str(child.attrGet("href") or ""))
        depth += child.nesting if child.type.startswith("link_") else 0
        if depth == 0 and child.type in ("text", "code_inline", "text_special"):
            beside.append(child.content)
    if not _BETWEEN_LINKS.fullmatch("".join(beside)) or not (targets or images):
        return False
    return len(targets) != 1 or targets[0].startswith("#") if not in_list else all(t.startswith("#") for t in targets)
