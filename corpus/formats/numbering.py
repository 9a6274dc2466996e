"""The numbers that legal and official texts print before their paragraphs: "1.2.3.(4)", "PART 5.13A.5.1", "A.7.".

One line cannot tell whether "5. General Agreement" is a heading, a paragraph or the remains of a menu, nor whether
"1990 was a year" begins with a number at all; the pattern of the document can. `numbers_in` looks at all its
paragraphs together, and `are_numbered` tells whether it numbers its paragraphs at all.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

_DIVISION = r"(?=[A-Z])(?i:part|chapter|section|schedule|annex|appendix|app|article|rule|regulation|clause|title|book)"

_NUMBER = re.compile(
    rf"""
    (?: {_DIVISION} (?: \.?[ ]? (?=\d) | [ ] (?=[IVXLA-Z]{{1,6}}[.:\s]) | \. ) )?    # "PART 1", "APP7", "ANNEX."
    (?: \d{{1,4}} [A-Z]{{0,2}}                                # the first figure: 12, 5A,
      | [A-Z]{{1,2}} \d{{1,3}}                                #   A7,
      | [IVXL]{{1,6}} (?=[.):\s]) | [A-Z] (?=[.):\s])         #   IV, B,
      | {_DIVISION} [ ] [A-Z\d]{{1,4}} :?                     #   Appendix A:
    )
    (?: [.)]* [ ]? \( [A-Za-z\d]{{1,5}} \)                    # then "(4)", "(ii)",
      | [ ]? [.)]+
        (?: \d{{1,4}} [A-Z]{{0,2}} \b                         #   ".3", ".13A",
          | [A-Z]{{1,2}} \d{{1,3}} \b                         #   ".A7",
          | [A-Za-z] (?= [.)\s] )                             #   ".c",
          | {_DIVISION} [ ] \d{{1,3}} \b                      #   ".Part 2",
          | [A-Z] [^.\n\t]{{1,110}} (?<! [\d\s] ) (?= \. [(\d] )   #   ".Guidance on CDD" before ".3",
          | [A-Z] \w+ (?= \. (?! \s) )                          #   ".Undertakings" before ".Guidance"
          | (?: Guidance | Introduction | Notes? | General ) (?: \d{{1,3}} \b | (?= [.\s] ) )
        )
    )*
    [.):]*
    (?= \s | $ )
    """,
    re.VERBOSE,
)
_LONGEST_NUMBER = 200
_TOKEN = re.compile(r"\d+[A-Z]*|[A-Za-z]+")


@dataclass(frozen=True, slots=True)
class Number:
    """A printed number: as it stands, and as a path: "1.2.(3)" is ("1", "2", "3")."""

    printed: str
    path: tuple[str, ...]

    @property
    def label(self) -> str:
        """As cited: without the full stop or the single bracket after it."""
        bare = self.printed.rstrip(".: ")
        return bare.rstrip(").") if bare.endswith(")") and "(" not in bare else bare

    @property
    def style(self) -> str:
        """What numbers of the same rank share: "9.9.", "9)", "A.", "I."."""
        return re.sub(r"\d+", "9", re.sub(r"\b(?:[IVXL]+|[A-Z])\b", "A", self.printed))

    @property
    def place(self) -> int | None:
        """Its last figure, if that is a number or a single letter."""
        last = self.path[-1]
        if last.isdigit():
            return int(last)
        return ord(last) - 64 if len(last) == 1 and last.isupper() else None

    @property
    def bare(self) -> Number:
        """The number without the word before it: of "Section 1.2" what "1.2" is."""
        named = len(self.path) > 1 and re.fullmatch(_DIVISION, self.path[0])
        return replace(self, path=self.path[1:]) if named else self

    def contains(self, other: Number) -> bool:
        """Tell whether `other` is a number below this one: "1.2" contains "1.2.3"."""
        return len(other.path) > len(self.path) and other.path[: len(self.path)] == self.path

    def follows(self, before: Number) -> bool:
        """Tell whether this number is the next one printed after `before`: its first child, or a next sibling."""
        if self.path == (*before.path, "1"):
            return True
        place = len(self.path) - 1
        if place >= len(before.path) or self.path[:place] != before.path[:place]:
            return False
        last, following = before.path[place], self.path[place]
        same_style = len(self.path) != len(before.path) or self.style == before.style
        return same_style and last.isdigit() and following.isdigit() and int(following) == int(last) + 1


def number_of(line: str) -> Number | None:
    """Return what looks like a printed number at the beginning of `line`, judged by this line alone."""
    match = _NUMBER.match(line[:_LONGEST_NUMBER])
    path = tuple(_TOKEN.findall(match.group())) if match else ()
    return Number(match.group(), path) if match and path else None


def numbers_in(lines: Sequence[str]) -> tuple[Number | None, ...]:
    """Return the printed number of each paragraph, None where there is none in the pattern of the document.

    Args:
        lines: The first line of each paragraph of a document.
    """
    candidates = [number_of(line) for line in lines]
    found = [number for number in candidates if number is not None]
    often = Counter(number.style for number in found)
    parents = {number.path[:length] for number in found for length in range(1, len(number.path))}
    ascending = _ascending_styles(found)

    def fits(number: Number) -> bool:
        if number.path in parents or len(number.path) >= 3:
            return True
        if len(number.path) == 2:
            return often[number.style] >= 2
        punctuated = not number.printed[-1].isalnum()
        return punctuated and often[number.style] >= 3 and number.style in ascending

    return tuple(number if number is not None and fits(number) else None for number in candidates)


def are_numbered(numbers: Sequence[Number | None]) -> bool:
    """Tell whether a document numbers its paragraphs: at least three, and at least half of them.

    Args:
        numbers: Of each paragraph the number it prints, or None.
    """
    numbered = sum(number is not None for number in numbers)
    return numbered >= 3 and 2 * numbered >= len(numbers)


def _ascending_styles(numbers: Sequence[Number]) -> set[str]:
    """Return the styles whose numbers mostly count on by one or begin again at one."""
    places: dict[str, list[int]] = {}
    for number in numbers:
        if number.place is not None:
            places.setdefault(number.style, []).append(number.place)
    return {style for style, counted in places.items() if 2 * _steps(counted) >= len(counted)}


def _steps(places: Sequence[int]) -> int:
    before = [0, *places]
    return sum(place in (1, last + 1) for last, place in zip(before, places, strict=False))
