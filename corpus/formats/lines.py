"""Lines, paragraphs and list marks with their offsets: what the readers of plain text and of wikitext share.

Nothing here changes a text: a line knows where it stands, so that blocks can be made of ranges.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from corpus.document import Block, Role, Span

_LINE = re.compile(r"[^\r\n]*(?:\r\n|\r|\n|\Z)")


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text, without the white space around it.

    Attributes:
        start: Offset of its first visible character.
        end: Offset after its last visible character.
        text: What stands between; empty in a blank line.
        indent: Columns of white space before it, a tab counting as four.
    """

    start: int
    end: int
    text: str
    indent: int = 0


Paragraph = tuple[Line, ...]
"""Lines between two blank lines, never empty."""


def lines_of(text: str) -> tuple[Line, ...]:
    """Return the lines of `text`; LF, CRLF and CR end a line."""
    return tuple(_line(match.group(), match.start()) for match in _LINE.finditer(text) if match.group())


def _line(raw: str, offset: int) -> Line:
    visible = raw.strip("\ufeff" + " \t\r\n\f\v\u00a0")
    before = raw[: raw.index(visible)] if visible else ""
    start = offset + len(before)
    return Line(start, start + len(visible), visible, len(before.expandtabs(4)))


def paragraphs_of(lines: Iterable[Line]) -> tuple[Paragraph, ...]:
    """Return the runs of lines that blank lines separate."""
    paragraphs: list[Paragraph] = []
    run: list[Line] = []
    for line in (*lines, Line(0, 0, "")):
        if line.text:
            run.append(line)
        elif run:
            paragraphs.append(tuple(run))
            run = []
    return tuple(paragraphs)


def span_of(lines: Sequence[Line]) -> Span:
    """Return the range from the first of `lines` to the end of the last."""
    return lines[0].start, lines[-1].end


# The mark a list item begins with: a bullet, or a number, letter or roman figure with its punctuation.
_MARK = re.compile(
    r"""
    (?: (?P<bullet> [-*•‣▪·–—] )
      | (?P<open> \( )? (?P<figure> \d{1,3} | [ivxl]{1,6} | [IVXL]{1,6} | [a-zA-Z]{1,2} )
        (?P<close> \) | (?(open) (?!) | \. ) )
    )
    (?: \s+ (?=\S) )
    """,
    re.VERBOSE,
)
_ROMAN = {"i": 1, "v": 5, "x": 10, "l": 50}


@dataclass(frozen=True, slots=True)
class Mark:
    """What a list item begins with.

    Attributes:
        style: The kind of figure and its punctuation, "(a)", "1.", "(i)", or the bullet: items of one list share it.
        value: Its place in the list, from 1; 0 for bullets.
        label: As cited: printed, but a number without its punctuation; None for bullets.
        length: How many characters of the line it takes, with the space after it.
    """

    style: str
    value: int
    label: str | None
    length: int


def marks_of(line: Line) -> tuple[Mark, ...]:
    """Return the readings of the mark that `line` begins with: none, one, or two for "(i)": a letter or a figure."""
    match = _MARK.match(line.text)
    if match is None:
        return ()
    if bullet := match["bullet"]:
        return (Mark(bullet, 0, None, match.end()),)
    figure, printed = match["figure"], match.group().strip()
    label = figure if figure.isdigit() else printed
    frame = (match["open"] or "") + "{}" + match["close"]
    return tuple(Mark(frame.format(kind), value, label, match.end()) for kind, value in _values(figure))


def _values(figure: str) -> list[tuple[str, int]]:
    if figure.isdigit():
        return [("1", int(figure))]
    upper, small = figure.isupper(), figure.lower()
    found = []
    if set(small) <= set(_ROMAN):
        found.append(("I" if upper else "i", roman_value(small)))
    if len(set(small)) == 1:  # after "(z)" comes "(aa)"
        found.append(("A" if upper else "a", ord(small[0]) - 96 + 26 * (len(small) - 1)))
    return found


def roman_value(figure: str) -> int:
    """Return the value of a roman figure made of i, v, x and l."""
    digits = [_ROMAN[letter] for letter in figure.lower()]
    return sum(-digit if digit < max(digits[place:]) else digit for place, digit in enumerate(digits))


@dataclass(frozen=True, slots=True)
class Item:
    """One item of a list: its lines, its mark and its depth, 0 outermost."""

    lines: tuple[Line, ...]
    mark: Mark
    depth: int

    @property
    def span(self) -> Span:
        """Its range: a bullet is left out, a printed number or letter is part of the words."""
        start, end = span_of(self.lines)
        return (start if self.mark.label else start + self.mark.length), end


@dataclass(frozen=True, slots=True)
class ListParagraph:
    """One paragraph divided at its list marks.

    Attributes:
        before: The lines before the first item: the whole paragraph if it holds no list.
        items: The items that begin in it.
        continues: The list goes on from the paragraph before: a list with blank lines between its items.
    """

    before: tuple[Line, ...]
    items: tuple[Item, ...]
    continues: bool = False


def divide_lists(paragraphs: Sequence[Paragraph]) -> tuple[ListParagraph, ...]:
    """Divide each paragraph at the marks of the lists in it.

    A mark counts when its sequence goes on: "1." needs a "2.", "(c)" a "(b)" before it, in the same paragraph or in
    those next to it that begin with a mark too; so a wrapped line that happens to begin with "1994. " stays prose.
    """
    divided: list[ListParagraph] = []
    for run in _runs(paragraphs):
        accepted = _accepted(run)
        open_styles: list[tuple[str, int]] = []
        for paragraph in run:
            continues = bool(open_styles) and paragraph[0].start in accepted
            if not continues:
                open_styles = []
            divided.append(_divide(paragraph, accepted, open_styles, continues))
    return tuple(divided)


def _runs(paragraphs: Sequence[Paragraph]) -> list[list[Paragraph]]:
    """Return the paragraphs grouped: each group's second and later ones begin with a mark."""
    runs: list[list[Paragraph]] = []
    for paragraph in paragraphs:
        if runs and marks_of(paragraph[0]):
            runs[-1].append(paragraph)
        else:
            runs.append([paragraph])
    return runs


def _divide(
    paragraph: Paragraph, accepted: dict[int, Mark], open_styles: list[tuple[str, int]], continues: bool
) -> ListParagraph:
    starts = [index for index, line in enumerate(paragraph) if line.start in accepted]
    items: list[Item] = []
    for start, stop in zip(starts, [*starts[1:], len(paragraph)], strict=False):
        line = paragraph[start]
        depth = _depth(open_styles, accepted[line.start], line.indent)
        items.append(Item(paragraph[start:stop], accepted[line.start], depth))
    return ListParagraph(paragraph[: starts[0]] if starts else paragraph, tuple(items), continues)


def _accepted(run: Sequence[Paragraph]) -> dict[int, Mark]:
    """Return the marks that belong to a sequence, by the offset of their line."""
    marked = [(line, marks) for paragraph in run for line in paragraph if (marks := marks_of(line))]
    last_second = {mark.style: line.start for line, marks in marked for mark in marks if mark.value == 2}
    bullets = _bullets(run)
    last: dict[str, int] = {}
    accepted: dict[int, Mark] = {}
    for line, marks in marked:
        for mark in marks:
            goes_on = last.get(mark.style) == mark.value - 1 and mark.label
            begins = mark.value == 1 and last_second.get(mark.style, -1) > line.start
            if goes_on or begins or line.start in bullets:
                accepted[line.start] = mark
                last[mark.style] = mark.value
                break
    return accepted


def _bullets(run: Sequence[Paragraph]) -> set[int]:
    """Return the offsets of the lines that begin with a bullet.

    A dash within a paragraph of prose counts only below a colon or below another bullet.
    """
    found: set[int] = set()
    for paragraph in run:
        above = ":"
        listed = False
        for line in paragraph:
            marks = marks_of(line)
            if marks and not marks[0].label and (listed or above.endswith(":")):
                found.add(line.start)
                listed = True
            above = line.text
    return found


def _depth(open_styles: list[tuple[str, int]], mark: Mark, indent: int) -> int:
    """Return the depth of an item and leave in `open_styles` the items it stands in, itself last."""
    while open_styles and indent < open_styles[-1][1]:
        open_styles.pop()
    styles = [style for style, _ in open_styles]
    same = [depth for depth, (style, column) in enumerate(open_styles) if style == mark.style and indent - column < 2]
    if same:
        del open_styles[same[-1] :]
    elif not mark.label and styles and not _is_number(styles[-1]) and indent <= open_styles[-1][1]:
        open_styles.pop()
    open_styles.append((mark.style, indent))
    return len(open_styles) - 1


def _is_number(style: str) -> bool:
    return any(letter.isalnum() for letter in style)


def add_items(
    blocks: list[Block], items: Sequence[Item], headings: tuple[str, ...], stem: int | None, above: list[int]
) -> None:
    """Append a block for each item: hung under the item it is nested in, the outermost under `stem`.

    Args:
        blocks: The blocks so far.
        items: In the order of the text.
        headings: What the list stands under.
        stem: Index of the paragraph above the list that it completes, or None.
        above: Indices of the items that are open, outermost first: empty where a list begins, and left as the next part
            of the same list needs it.
    """
    for item in items:
        del above[item.depth :]
        parent = above[-1] if above else stem
        above.append(len(blocks))
        blocks.append(Block((item.span,), Role.LIST, headings, item.mark.label, parent))
