"""What a question tells about the document it wants, beside its words: its time, its place in a series, its subject.

"UNFICYP june 91 renewal": of the resolutions on one force in Cyprus, all alike, the one of that month. A date in a
question may also be one in the text, so it is evidence, and no condition.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from enum import Enum

import numpy as np
from numpy.typing import NDArray

from retrieval.lexical import terms_of, terms_of_word, words_of
from retrieval.names import ShortForms

Floats = NDArray[np.float32]


class Order(Enum):
    """The place of a document in a series that is asked for."""

    FIRST = "first"
    LAST = "last"


@dataclass(frozen=True, slots=True)
class Period:
    """The days a question names, as ordinals of the proleptic Gregorian calendar.

    Attributes:
        first: The first of them.
        last: The last of them.
        weight: What it counts: less where it is when something ends or is due, which is not when a document is of.
    """

    first: int
    last: int
    weight: float = 1.0

    def nearness(self, days: NDArray[np.int32]) -> Floats:
        """Return how near each day is, `(days,)`: `weight` within the period, falling by e in the width of its edge.

        A month is asked for by those who know it, a year less so: the edge is `_NEAR_MONTH` or `_NEAR_YEAR` wide.
        """
        exact = self.last - self.first < _MONTH
        away = np.maximum(np.maximum(self.first - days, days - self.last), 0)
        near = np.exp(-away / (_NEAR_MONTH if exact else _NEAR_YEAR))
        return np.asarray(self.weight * np.where(away > 0, (0.8 if exact else 1.0) * near, near), dtype=np.float32)


@dataclass(frozen=True, slots=True)
class Clues:
    """What a question tells about the document it wants.

    Attributes:
        periods: The times it names.
        order: Whether the first or the last of a series is asked for.
        subject: The terms of what it is about: those of its words, "south sudan" for two that stand side by side, and
            the short form for a long one.
    """

    periods: tuple[Period, ...]
    order: Order | None
    subject: tuple[str, ...]


_MONTH, _NEAR_MONTH, _NEAR_YEAR = 40, 120, 365
_DUE = 0.3
_OPEN = 365 * 80

_MONTHS = ("january february march april may june july august september october november december").split()
_MONTH_NAME = "|".join(_MONTHS)
_YEAR = r"(?:19[4-9]|20[0-3])\d"
_DATES = re.compile(
    rf"""
    (?<![\w/])(?:
      (?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?\ (?:of\ )?)?(?P<month>{_MONTH_NAME}),?\ (?:of\ )?(?P<year>{_YEAR})
    | (?P<american>{_MONTH_NAME})\ (?P<american_day>\d{{1,2}})(?:st|nd|rd|th)?,?\ (?P<american_year>{_YEAR})
    | (?P<first_year>{_YEAR})\ (?P<later_month>{_MONTH_NAME})
    | (?P<decade>(?:19|20)?[0-9]0)['’]?s
    | (?P<from_year>{_YEAR})\s?[-–]\s?(?P<to_year>(?:19|20)?\d\d)
    | (?P<only_year>{_YEAR})
    )(?![\w/])
    """,
    re.VERBOSE | re.IGNORECASE,
)
"""[15] May 1998; May 15, 1998; 1998 May; the 1990s, the 90s; 1990-95; 1998."""
_BEFORE_A_DATE = re.compile(
    r"(?:(?P<due>until|till|by|ending|ends|expir\w+|up to)|(?P<after>after|since|following)|(?P<before>before|prior to)"
    r"|(?P<between>between|from))\s(?:\w+\s){0,2}$",
    re.IGNORECASE,
)

_FIRST = re.compile(
    r"""\b(?:first|1st|original(?:ly)?|initial(?:ly)?|earliest|at\ the\ start|established?|establishing|set(?:ting)?\ up
    |create[ds]?|creation|found(?:ed|ing)|launch(?:ed)?|start(?:ed|s)?|beg[ia]n|kick(?:s|ed)?\ off|born|authori[sz]ed)\b
    (?!\ (?:reports?|half|paragraph|meeting|phase|time\ line))""",
    re.IGNORECASE | re.VERBOSE,
)
_LAST = re.compile(
    r"""\b(?:latest|most\ recent(?:ly)?|newest|current(?:ly)?|still|now|today|final
    |last(?!\ (?:days?|weeks?|months?|years?|date|deadline|minute|long)\b))\b""",
    re.IGNORECASE | re.VERBOSE,
)
# Words that frame a question, tell its time or the place in a series: no document is about them.
_FRAMING = frozenset(
    term
    for word in (
        "first 1st original originally initial initially earliest latest recent most newest last current currently "
        "still now today final when until till end ends ended ending start starts started begin began begun place "
        "long many much set up establish established create creation created renew renewal renewed extend extends "
        "extended extension mandate resolution allowed date name full meaning mean year years month months text "
        "exactly time ago way give list go let stop happen want ask asked paragraph operative preambular annex monday"
    ).split()
    + _MONTHS
    for term in terms_of(word)
)
# What people call what the documents call otherwise, where neither an abbreviation nor a name tells it.
_ALSO_CALLED = (
    (r"9[/ -]?11", "11 September 2001"),
    (r"ivory coast", "Côte d'Ivoire"),
    (r"burma", "Myanmar"),
    (r"east timor", "Timor-Leste"),
    (r"swaziland", "Eswatini"),
    (r"kampuchea", "Cambodia"),
    (r"zimbabwe", "Southern Rhodesia"),
    (r"isis", "ISIL"),
    (r"north korea", "Democratic People's Republic of Korea"),
    (r"south korea", "Republic of Korea"),
    (r"brits?|british|uk", "United Kingdom"),
    (r"americans?|usa", "United States"),
    (r"russians?", "Russian Federation"),
)
_OTHER_NAMES = tuple((re.compile(rf"(?<!\w)(?:{name})(?!\w)", re.IGNORECASE), other) for name, other in _ALSO_CALLED)
_DIRECTIONS = {"n": ("north",), "s": ("south",), "e": ("east", "eastern"), "w": ("west", "western")}


def clues_of(question: str, short_forms: ShortForms) -> Clues:
    """Return what a question tells, in which years are written out: see `retrieval.shorthand`."""
    for name, other in _OTHER_NAMES:
        question = name.sub(other, question)
    return Clues(tuple(_periods(question)), _order(question), tuple(_subject(question, short_forms)))


def _order(question: str) -> Order | None:
    if _FIRST.search(question):
        return Order.FIRST
    return Order.LAST if _LAST.search(question) else None


def _periods(question: str) -> Iterator[Period]:
    matches = iter(_DATES.finditer(question))
    for match in matches:
        first, last = _range(match)
        said = _BEFORE_A_DATE.search(question[max(0, match.start() - 30) : match.start()])
        kind = said.lastgroup if said else None
        end = next(matches, None) if kind == "between" else None
        yield _bounded(first, _range(end)[1] if end else last, kind)


def _bounded(first: int, last: int, kind: str | None) -> Period:
    """Return the period that "after", "before" or "until" make of a date.

    "After 9/11" means soon after: only whole years are open to one side.
    """
    whole_years = last - first > _MONTH
    if kind == "after" and whole_years:
        return Period(first, first + _OPEN)
    if kind == "before" and whole_years:
        return Period(first - _OPEN, first)
    return Period(first, last, _DUE if kind == "due" else 1.0)


def _range(match: re.Match[str]) -> tuple[int, int]:
    """Return the first and the last day of a date, as ordinals."""
    found = match.groupdict()
    if found["decade"]:
        year = _year(found["decade"])
        return _years(year, year + 9)
    if found["from_year"]:
        year = int(found["from_year"])
        return _years(year, max(year, _year(found["to_year"], of=year)))
    year = next(int(found[each]) for each in ("year", "american_year", "first_year", "only_year") if found[each])
    name = found["month"] or found["american"] or found["later_month"]
    if not name:
        return _years(year, year)
    month = _MONTHS.index(name.lower()) + 1
    first = date(year, month, 1).toordinal()
    last = date(year + month // 12, month % 12 + 1, 1).toordinal() - 1
    day = first - 1 + int(found["day"] or found["american_day"] or 0)
    return (day, day) if first <= day <= last else (first, last)


def _year(digits: str, of: int = 1940) -> int:
    """Return a year of which two digits may be left out: the next from the one it is said beside."""
    return int(digits) if len(digits) == 4 else of + (int(digits) - of) % 100


def _years(first: int, last: int) -> tuple[int, int]:
    return date(first, 1, 1).toordinal(), date(last, 12, 31).toordinal()


def _subject(question: str, short_forms: ShortForms) -> dict[str, None]:
    """Return the terms of what a question is about, each once, in their order."""
    words, terms = words_of(_DATES.sub(" ", question)), dict[str, None]()
    covered = set[int]()
    for start, end, short in short_forms.in_words(words):
        covered.update(range(start, end))
        terms.update(dict.fromkeys(terms_of(short)))
    for place, word in enumerate(words):
        if place not in covered:
            terms.update(dict.fromkeys(term for term in terms_of_word(word) if term not in _FRAMING))
        for pair in _pairs(words[place : place + 2]):
            terms[pair] = None
    return terms


def _pairs(words: list[str]) -> Iterator[str]:
    """Yield two words as the term of a name: "s sudan" is "south sudan", or it is southern."""
    if len(words) < 2:
        return
    for first in _DIRECTIONS.get(words[0], words[:1]):
        yield from pair_term(first, words[1])


def pair_term(first: str, second: str) -> list[str]:
    """Return the term of two words that stand side by side in a name; none where one of them carries no topic.

    Both are words as `retrieval.lexical.words_of` gives them.
    """
    one, other = terms_of_word(first), terms_of_word(second)
    return [f"{one[0]} {other[0]}"] if one and other else []
