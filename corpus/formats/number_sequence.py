"""Which of the numbers that paragraphs begin with count on, and which are decimals, dates and versions.

"1.5 million people" begins as a paragraph numbered 1.5 does. Three things tell them apart, and none of them alone:

- a number goes on from one before it, "1.2.4" from "1.2.3", begins to count at 1, or stands under the heading it
  belongs to: of all ways to go on, the longest is taken, so a decimal between two numbers stays out of it;
- after a number a sentence begins; after a decimal one goes on: "million people";
- where paragraphs are numbered, most of them are (`corpus.formats.numbering.are_numbered`).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import dropwhile, takewhile, zip_longest
from string import ascii_uppercase

from corpus.formats.numbering import Number

_REACH = 32  # how many candidates back the number may stand that another goes on from: keeps long texts linear
_WIDEST_GAP = 9  # where paragraphs were deleted: beyond a wider one stands a decimal, or the year of a date
_PLACE = re.compile(r"[0-9]+[A-Z]*|[A-Z]")
_OPENING_MARKS = "\"'“”‘’„«‹([¿¡*_`…"


@dataclass(frozen=True, slots=True)
class Candidate:
    """What looks like a number, where it is printed.

    Attributes:
        number: Without the word before it: of "Section 1.2" the number 1.2.
        places: Its figures as they are ordered, 5 before 5A before 6, as far as they are: up to a small letter or word.
        begins_sentence: Whether what follows it can be the beginning of a sentence.
        section: How many headings stand before it.
        is_heading: Whether it is the number of a heading, which paragraphs may go on from.
    """

    number: Number
    places: tuple[tuple[int, str], ...]
    begins_sentence: bool
    section: int
    is_heading: bool

    @classmethod
    def of(cls, number: Number, words: str, section: int, *, is_heading: bool = False) -> Candidate:
        """Return the candidate that a number is, with the words after it."""
        places = tuple(map(_place, takewhile(_PLACE.fullmatch, number.bare.path)))
        return cls(number.bare, places, _may_begin_sentence(words.strip()[:1]), section, is_heading)

    @property
    def is_first(self) -> bool:
        """Whether something begins to be counted with it: "1", "2.1"."""
        return self.places[-1:] == ((1, ""),)


def counting_on(candidates: Sequence[Candidate]) -> frozenset[int]:
    """Return the indices of the longest sequence of numbers in which each goes on from one before it.

    Headings take part in it, but do not make it longer.
    """
    lengths: list[int | None] = []
    before: list[int | None] = []
    for index, candidate in enumerate(candidates):
        reached = [
            (length, earlier)
            for earlier in range(max(0, index - _REACH), index)
            if (length := lengths[earlier]) is not None and _goes_on(candidates[earlier], candidate)
        ]
        length, earlier = max(reached) if reached else (0, None)
        possible = earlier is not None or _may_be_first(candidate)
        lengths.append(length + (not candidate.is_heading) if possible else None)
        before.append(earlier)
    at = max(range(len(candidates)), key=lambda index: lengths[index] or 0, default=None)
    found: set[int] = set()
    while at is not None and lengths[at] is not None:
        found.add(at)
        at = before[at]
    return frozenset(index for index in found if not candidates[index].is_heading)


def _may_be_first(candidate: Candidate) -> bool:
    if candidate.is_heading:
        return True
    return candidate.begins_sentence and (candidate.is_first or len(candidate.number.path) > 2)


def _goes_on(before: Candidate, after: Candidate) -> bool:
    """Tell whether `after` may be the next number that is printed after `before`."""
    if after.is_heading:
        return True
    figures = len(after.number.path)
    is_next = after.number.follows(before.number)
    if not after.begins_sentence:  # "1.1 pay the rent;" below "1 The tenant must:", not "1.5 million" after 1.4
        is_first_item = is_next and figures == len(before.number.path) + 1
        return is_first_item or (is_next and (figures > 2 or not before.begins_sentence))
    stands_under = before.is_heading and before.number.contains(after.number)
    begins_anew = after.is_first and after.section != before.section
    return is_next or stands_under or begins_anew or _comes_later(before, after)


def _comes_later(before: Candidate, after: Candidate) -> bool:
    """Tell whether `after` stands later in the order of the figures; those between may have been deleted."""
    depth = len(after.places)
    if after.places <= before.places:
        is_lettered = depth < len(after.number.path) and after.number != before.number
        return is_lettered and after.places == before.places[:depth]
    pairs = zip_longest(before.places[:depth], after.places, fillvalue=(-1, ""))
    (above, (figure, _)), *new = dropwhile(lambda pair: pair[0] == pair[1], pairs)
    is_near = figure - above[0] <= _WIDEST_GAP or len(after.number.path) > 2
    return is_near and all(place <= _WIDEST_GAP for _, (place, _) in new)


def _place(figure: str) -> tuple[int, str]:
    digits = figure.rstrip(ascii_uppercase)
    return (int(digits), figure[len(digits) :]) if digits else (ord(figure) - ord("A") + 1, "")


def _may_begin_sentence(first: str) -> bool:
    return not first or first in _OPENING_MARKS or (first.isalpha() and not first.islower())
