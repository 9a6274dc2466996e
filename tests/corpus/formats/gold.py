"""Compares the operative paragraphs that `corpus.formats.resolution` finds with a split made from the publisher's XML.

    python tests/corpus/formats/gold.py ../shared/data      (the project installed, or its root in PYTHONPATH)

A document is right when every paragraph of the split that prints a mark of its own is found under its locator with its
words, and every operative paragraph found stands in the split. Rows without a mark (headings, continuations of the
paragraph before) are not compared. Three faults of the split are allowed for:

- paragraphs that it lacks or has in the preamble, where those without a number are: nothing can be said of them;
- a row whose mark is not the one its locator ends in, "43(vi)" before "(vii) To assist ...": only its words have to be
  found;
- lists that the XML does not nest, "2(a)", "2(b)", "2(i)", "2(ii)", "2(c)": a sibling that does not continue the list
  of the first one counts as nested below the sibling before it, here "2(b)(i)".
"""

from __future__ import annotations

import json
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Passage, Role, fold
from corpus.formats import resolution
from corpus.formats.resolution_marks import read_mark
from corpus.passages import passages_of

_ROW = re.compile(r"operative paragraph (?P<number>\w+)(?P<marks>(?:\([^)]*\))*)$")
_MARK = re.compile(r"\(?(\d{1,3}|[a-z]{1,2}|[ivx]{1,6}|[A-Z]|[IVX]{1,5})[.)]+\s*|([–—−•◦-])\s+")
_BULLETS = "–—−•◦-"
_LENGTH = 60


@dataclass(frozen=True, slots=True)
class Row:
    """A paragraph: its locator as one string, "6(d)(ii)" or "6(d)/2" for a bullet, None if unsure; and its words."""

    locator: str | None
    words: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is missing and what is too many in one document."""

    symbol: str
    missing: tuple[Row, ...]
    extra: tuple[Row, ...]

    @property
    def errors(self) -> int:
        """How many paragraphs are wrong."""
        return len(self.missing) + len(self.extra)


def compare_all(data: Path) -> list[Comparison]:
    """Return the comparison of each document of the split below `data`."""
    rows: dict[str, list[tuple[str, str]]] = defaultdict(list)
    with (data / "un_paragraphs.jsonl").open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            rows[row["symbol"]].append((row["locator"], row["text"]))
    return [_compare(data, symbol, gold) for symbol, gold in sorted(rows.items())]


def _compare(data: Path, symbol: str, gold: list[tuple[str, str]]) -> Comparison:
    number, year = re.findall(r"\d+", symbol)
    path = data / "un" / f"S_RES_{number}_{year}.txt"
    document = resolution.parse(path.read_text(encoding="utf-8"), path.name, "")
    found = [row for each in passages_of(document) if each.role is Role.OPERATIVE and (row := _found(each)).words]
    missing, extra = _difference(_expected(gold), found)
    return Comparison(symbol, missing, tuple(row for row in extra if _is_wrong(row, gold)))


def _is_wrong(row: Row, gold: list[tuple[str, str]]) -> bool:
    """Tell whether a paragraph that is not expected stands in the split: as a row with another mark, or within one."""
    unmarked = [locator for locator, text in gold if row.words in fold(text).casefold() and not _leading_marks(text)]
    return not unmarked and any(row.words in fold(text).casefold() for _, text in gold)


def _expected(gold: list[tuple[str, str]]) -> list[Row]:
    nesting = _Nesting()
    rows = []
    for locator, text in gold:
        match = _ROW.match(locator)
        printed = [number or bullet for number, bullet in _leading_marks(text)]
        if match is None or not printed:
            continue
        marks = re.findall(r"\(([^)]*)\)", match["marks"])
        last = marks[-1] if marks else match["number"]
        consistent = last in _BULLETS or (last in printed[: len(marks) + 1] if marks else text.startswith(last))
        rows.append(Row(nesting.nested(match["number"], marks) if consistent else None, _words(text)))
    unnumbered = [(re.findall(r"\d+", locator)[0], text) for locator, text in gold if "operative" in locator]
    return rows or [Row(number, _words(text)) for number, text in unnumbered]


class _Nesting:
    """Counts bullets, and nests the lists that the split leaves flat."""

    def __init__(self) -> None:
        self._lists: dict[str, tuple[str, int]] = {}  # parent → style and place of the last item of its first list
        self._items: Counter[str] = Counter()
        self._nested: dict[str, str] = {}  # locator of the split → locator when nested

    def nested(self, number: str, marks: list[str]) -> str:
        """Return the locator of a paragraph."""
        if not marks:
            self._lists, self._nested = {}, {number: number}
            return number
        above = "".join((number, *(f"({mark})" for mark in marks[:-1])))
        parent, mark = self._nested.get(above, above), marks[-1]
        continued = self._continued(parent, mark)
        if continued is None:
            parent = self._nested[f"{above} last"]
        else:
            self._lists[parent] = continued
        if mark in _BULLETS:
            self._items[parent] += 1
            locator = f"{parent}/{self._items[parent]}"
        else:
            locator = f"{parent}({mark})"
            self._lists.pop(locator, None)
            self._items.pop(locator, None)
        if continued is not None:
            self._nested[f"{above} last"] = locator
        self._nested[f"{above}({mark})"] = locator
        return locator

    def _continued(self, parent: str, mark: str) -> tuple[str, int] | None:
        """Return the style and place of a mark in the first list below `parent`, None if it is of another list."""
        readings = {"–": 0} if mark in _BULLETS else dict(read_mark(f"({mark}) ").readings)  # type: ignore[union-attr]
        if parent not in self._lists:
            return next(iter([each for each in readings.items() if each[1] < 2] or readings.items()))
        style, place = self._lists[parent]
        return (style, readings[style]) if readings.get(style) in (0, place + 1) else None


def _found(passage: Passage) -> Row:
    locator = re.sub(r" \[\d+\]$", "", passage.locator)
    locator = re.sub(r", item (\d+)", r"/\1", locator[locator.rindex("para. ") + 6 :])
    return Row(locator.replace(" ", ""), _words(passage.text))


def _leading_marks(text: str) -> list[tuple[str, str]]:
    marks = []
    while match := _MARK.match(text):
        marks.append((match[1], match[2]))
        text = text[match.end() :]
    return marks


def _words(text: str) -> str:
    while match := _MARK.match(text):
        text = text[match.end() :]
    return fold(text).casefold()[:_LENGTH]


def _difference(expected: list[Row], found: list[Row]) -> tuple[tuple[Row, ...], tuple[Row, ...]]:
    """Return what is expected and not found, and what is found and not expected; each row is used once."""
    left = list(found)
    missing = []
    for row in sorted(expected, key=lambda each: each.locator is None):
        match = next((other for other in left if _same(row, other)), None)
        if match is None:
            missing.append(row)
        else:
            left.remove(match)
    return tuple(missing), tuple(left)


def _same(row: Row, other: Row) -> bool:
    shorter, longer = sorted((row.words, other.words), key=len)
    return row.locator in (None, other.locator) and bool(shorter) and longer.startswith(shorter)


def report(comparisons: list[Comparison], shown: int = 10) -> Iterator[str]:
    """Yield lines: how many documents are right, and the worst ones."""
    right = sum(not each.errors for each in comparisons)
    yield f"{right} of {len(comparisons)} documents right: {right / len(comparisons):.1%}"
    for each in sorted(comparisons, key=lambda each: -each.errors)[:shown]:
        if each.errors:
            yield f"{each.symbol}: {len(each.missing)} missing, {len(each.extra)} too many"
            yield from (f"    missing  {row.locator!s:12} {row.words}" for row in each.missing[:4])
            yield from (f"    too many {row.locator!s:12} {row.words}" for row in each.extra[:4])


if __name__ == "__main__":
    sys.stdout.writelines(f"{line}\n" for line in report(compare_all(Path(sys.argv[1]))))
