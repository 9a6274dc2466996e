"""The paragraphs of a plain text, and what each is: a heading, a numbered paragraph, a table, a title, a menu."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace

from corpus.formats.lines import Line, marks_of, paragraphs_of
from corpus.formats.numbering import Number, are_numbered, number_of, numbers_in

TABLE_MARKS = ("/Table Start", "/Table End")
_LONGEST_HEADING = 120
_LONGEST_WRAPPED_LINE = 120
_SECTION_NAMES = frozenset(
    {
        "abstract",
        "background",
        "contents",
        "foreword",
        "history",
        "introduction",
        "overview",
        "preamble",
        "preface",
        "summary",
    }
)


@dataclass(frozen=True, slots=True)
class Unit:
    """A paragraph or a table of the text, and the number that is printed before it."""

    lines: tuple[Line, ...]
    is_table: bool = False
    number: Number | None = None

    @property
    def line(self) -> str | None:
        """Its only line; None if it has more, or is a table."""
        return self.lines[0].text if len(self.lines) == 1 and not self.is_table else None


def leading_menu(lines: Sequence[Line]) -> frozenset[int]:
    """Return the lines at the top that are a menu or a list of contents: they only repeat headings that come later.

    One line alone must carry a number to be taken for the rest of a menu: without one it may be the title.
    """
    filled = [index for index, line in enumerate(lines) if line.text]
    later = {lines[index].text: index for index in filled}
    repeated: list[int] = []
    for index in filled:
        text = lines[index].text
        number = number_of(text)
        bare = text[len(number.printed) :].strip() if number else text
        if max(later.get(bare, -1), later.get(text, -1)) <= index or not may_be_heading(bare):
            break
        repeated.append(index)
    numbered = any(number_of(lines[index].text) for index in repeated)
    return frozenset(repeated if numbered or len(repeated) > 1 else ())


def tables_in(lines: Sequence[Line]) -> tuple[range, ...]:
    """Return the indices of the rows between each "/Table Start" and its "/Table End"."""
    tables: list[range] = []
    start: int | None = None
    for index, line in enumerate(lines):
        if line.text == TABLE_MARKS[0]:
            start = index + 1
        elif line.text == TABLE_MARKS[1] and start is not None:
            tables.append(range(start, index))
            start = None
    return tuple(tables)


def divide(lines: Sequence[Line], left_out: AbstractSet[int], tables: Sequence[range]) -> tuple[Unit, ...]:
    """Divide the lines into paragraphs and tables, and find the numbers of the paragraphs."""
    units = _regions(lines, left_out, tables)
    numbers = _numbers(units)
    if are_numbered([number for unit, number in zip(units, numbers, strict=True) if not unit.is_table]):
        units = [part for unit in units for part in _divide_numbered(unit)]
        numbers = _numbers(units)
    else:
        units = [part for unit in units for part in _divide_unwrapped(unit)]
        numbers = [None] * len(units)
    return tuple(replace(unit, number=number) for unit, number in zip(units, numbers, strict=True))


def _regions(lines: Sequence[Line], left_out: AbstractSet[int], tables: Sequence[range]) -> list[Unit]:
    units: list[Unit] = []
    after = 0
    for table in (*tables, range(len(lines), len(lines))):
        between = [replace(lines[i], text="") if i in left_out else lines[i] for i in range(after, table.start)]
        units += [Unit(paragraph) for paragraph in paragraphs_of(between)]
        rows = tuple(lines[index] for index in table if lines[index].text)
        units += [Unit(rows, is_table=True)] if rows else []
        after = table.stop
    return units


def _numbers(units: Sequence[Unit]) -> list[Number | None]:
    return list(numbers_in(["" if unit.is_table else unit.lines[0].text for unit in units]))


def _divide_numbered(unit: Unit) -> list[Unit]:
    """Divide a paragraph where the next number of its sequence begins a line: no blank lines between paragraphs."""
    number = number_of(unit.lines[0].text)
    if unit.is_table or number is None:
        return [unit]
    starts = [0]
    for index, line in enumerate(unit.lines[1:], start=1):
        following = number_of(line.text)
        if following is not None and following.follows(number):
            starts.append(index)
            number = following
    return [Unit(unit.lines[start:stop]) for start, stop in zip(starts, [*starts[1:], None], strict=True)]


def _divide_unwrapped(unit: Unit) -> list[Unit]:
    """Divide a paragraph at its line ends if its lines are too long to be wrapped: there each is a paragraph."""
    if unit.is_table or all(line.end - line.start <= _LONGEST_WRAPPED_LINE for line in unit.lines):
        return [unit]
    return [Unit((line,)) for line in unit.lines]


def title_of(units: Sequence[Unit]) -> int | None:
    """Return 0 if the first line of the text is its title, None if it has none."""
    first = units[0].line if units else None
    if first is None or not may_be_heading(first) or len(units) < 2:
        return None
    return None if units[0].number or marks_of(units[0].lines[0]) or first.casefold() in _SECTION_NAMES else 0


def may_be_heading(line: str) -> bool:
    """Tell whether a line has the form of a heading: short, no sentence, begins with a capital or figure."""
    if not line or len(line) > _LONGEST_HEADING or line[-1] in ".;:,!" or "\t" in line or "://" in line:
        return False
    return line.lstrip("\"'“‘«¿¡")[:1].isupper() or (line[0].isdigit() and any(letter.isupper() for letter in line))


def headings_in(units: Sequence[Unit]) -> list[bool]:
    """Return for each unit whether it is a heading: it has the form of one and leads to text.

    Up to three headings may follow one another; a longer run of short lines is a list of names.
    """
    found = [False] * len(units)
    chain = 0
    for index in range(len(units) - 2, -1, -1):
        if units[index].number is not None:
            found[index] = _is_numbered_heading(units, index)
        else:
            found[index] = _is_bare_heading(units[index]) and _leads_to_text(units[index + 1], found[index + 1])
        chain = chain + 1 if found[index] else 0
        found[index] = found[index] and chain <= 3
    return found


def _is_bare_heading(unit: Unit) -> bool:
    if unit.line is None or not may_be_heading(unit.line):
        return False
    return all(mark.style[0] not in "(-*•‣▪·–—" and mark.style[-1] == "." for mark in marks_of(unit.lines[0]))


def _leads_to_text(following: Unit, is_heading: bool) -> bool:
    if following.lines[0].text[0].islower():  # the rest of a sentence that a page break cut off
        return False
    return is_heading or following.is_table or following.number is not None or not _is_bare_heading(following)


def _is_numbered_heading(units: Sequence[Unit], index: int) -> bool:
    """Tell whether a number and a title stand above paragraphs with numbers of their own, or above text without."""
    number, line, following = units[index].number, units[index].line, units[index + 1]
    if number is None or line is None:
        return False
    words = line[len(number.printed) :].strip()
    if not words or not may_be_heading(words) or re.match(r"\[", words):
        return False
    if following.number is None:
        return not following.is_table and not _is_bare_heading(following)
    return number.contains(following.number)
