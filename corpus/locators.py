"""Locator → where it puts a passage, and back: places in house form, "para. 6 (a) to (c) and para. 7"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.document import Passage, Role
from corpus.pinpoints import Path, marks_in
from corpus.tokens import listed

# The locators that corpus.passages makes: "annex 1, para. 6 (d)", "Acts, para. 2, item 3", "Prices, table 1, row 2".
_LOCATOR = re.compile(
    r"""
    (?:(?P<division>.+),\ )?
    (?P<term>preambular\ para\.|operative\ para\.|unnumbered\ para\.|para\.|table)\ (?P<number>[^\s,]+)
    (?P<below>(?:\ (?!\[)[^\s,]+|,\ (?:item|row)\ \d+|,\ (?:table|continued))*)
    (?:\ \[\d+\])?
    """,
    re.VERBOSE | re.DOTALL,
)
_BELOW = re.compile(
    r",\ (?P<counted>item|row)\ (?P<number>\d+)|,\ (?P<named>table|continued)|\ (?P<label>[^\s,]+)", re.VERBOSE
)
_LAST_STEP = re.compile(r"(?P<above>.+?)(?:\ (?P<mark>\(\S+\))|,\ (?P<item>(?:item|row)\ \d+))", re.VERBOSE | re.DOTALL)
_PARTS = ("annex", "appendix", "enclosure", "attachment", "part")


@dataclass(frozen=True, slots=True)
class Place:
    """A passage and where its locator puts it.

    Attributes:
        passage: The passage.
        division: What stands before the number: a part, a section, or nothing.
        path: The marks from the numbered paragraph down; empty for what is not counted.
        is_printed: Whether the source prints the number; False for "operative para. 2" and "unnumbered para. 2".
    """

    passage: Passage
    division: str
    path: Path
    is_printed: bool = True

    @property
    def part(self) -> str:
        """The annex or part of the document: the division without the heading that may stand before it."""
        for heading in self.passage.headings:
            if self.division == heading or self.division.startswith(f"{heading}, "):
                return self.division[len(heading) + 2 :]
        return self.division

    @property
    def in_part(self) -> bool:
        """Whether it stands in an annex or another part that counts for itself."""
        return self.passage.role is Role.ANNEX or self.part.casefold().startswith(_PARTS)

    @property
    def is_prose(self) -> bool:
        """Whether it is counted in its section."""
        return self.passage.role in (Role.PROSE, Role.LIST, Role.TABLE)


def place_of(passage: Passage) -> Place:
    """Return where the locator of a passage puts it."""
    match = _LOCATOR.fullmatch(passage.locator)
    if match is None:
        return Place(passage, "", ())
    number = (f"table {match['number']}",) if match["term"] == "table" else marks_in(match["number"])
    is_printed = not match["term"].startswith(("operative", "unnumbered"))
    return Place(passage, match["division"] or "", number + _marks_below(match["below"]), is_printed)


def _marks_below(steps: str) -> Path:
    """Return the marks of the steps below a paragraph: " (a), item 3" is ("a", "item 3")."""
    marks: list[str] = []
    for step in _BELOW.finditer(steps):
        if step["label"]:
            marks.extend(marks_in(step["label"]))
        else:
            marks.append(step["named"] or f"{step['counted']} {step['number']}")
    return tuple(marks)


def house_form(pieces: Sequence[Sequence[Place]]) -> str:
    """Return pieces in house form: "para. 6 (a) to (c) and para. 7"."""
    parts: list[str] = []
    above = ""
    for piece in pieces:
        first, last = piece[0].passage.locator, _end_of(piece)
        step = _LAST_STEP.fullmatch(first)
        short = step is not None and step["above"] == above
        text = (step["mark"] or step["item"]) if step is not None and short else first
        parts.append(_ranged(text, first, last) if last else text)
        above = step["above"] if step is not None else ""
    return listed(parts, most=len(parts) or 1)


def _end_of(piece: Sequence[Place]) -> str | None:
    """Return the locator of the last paragraph of a range; None where everything hangs under the first."""
    first = piece[0]
    beside = [
        place for place in piece[1:] if place.path[: len(first.path)] != first.path or place.division != first.division
    ]
    if not beside:
        return None
    tops = {(place.division, place.path) for place in beside}
    ends = [place for place in beside if not any((place.division, path) in tops for path in _paths_above(place.path))]
    return ends[-1].passage.locator


def _paths_above(path: Path) -> tuple[Path, ...]:
    return tuple(path[:depth] for depth in range(1, len(path)))


def _ranged(text: str, first: str, last: str) -> str:
    start, end = _LAST_STEP.fullmatch(first), _LAST_STEP.fullmatch(last)
    if start is not None and end is not None and start["above"] == end["above"]:
        return f"{text} to {end['mark'] or end['item']}"
    head, number = first.rsplit(" ", 1)
    if last.startswith(f"{head} ") and head.endswith("para."):
        return f"{head[:-1]}s. {number} to {last[len(head) + 1 :]}"
    return f"{text} to {last}"


def above(locator: str) -> str | None:
    """Return the locator of the paragraph that "para. 6 (d)" hangs under, or None where it hangs under nothing."""
    step = _LAST_STEP.fullmatch(locator)
    return step["above"] if step is not None else None


def sections_of(places: Sequence[Place]) -> tuple[str, ...]:
    """Return the divisions in which places are counted, in order."""
    return tuple(dict.fromkeys(place.division for place in places))


def paragraphs_of(places: Sequence[Place]) -> tuple[tuple[str, str], ...]:
    """Return division and number of each paragraph, in order; a table is none."""
    return tuple(dict.fromkeys((place.division, place.path[0]) for place in places if " " not in place.path[0]))


def is_counted_by_section(places: Sequence[Place]) -> bool:
    """Tell whether paragraphs count from 1 in each of several sections: prose whose source prints no numbers."""
    counted = all(place.is_prose and not (place.passage.label and place.passage.role is Role.PROSE) for place in places)
    return counted and len(sections_of(places)) > 1
