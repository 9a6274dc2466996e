"""Pinpoint: the part of a reference that names paragraphs, "OP 6 (a)-(c) and 7", as a person types it.

A path is the marks from the numbered paragraph down: "6 (d)", "6d" and "6.d" are `("6", "d")`, "1.2.3.(4)" is
`("1", "2", "3", "4")`, an item without a mark is `"item 2"`. Whether "(i)" is a letter or a Roman number is left open:
it is the mark "i", and what stands under the paragraph decides.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

_ROMAN = re.compile(r"(?=[ivxlc])(?:xc|xl|l?x{0,3})(?:ix|iv|v?i{0,3})|c")

Path = tuple[str, ...]
LAST = "last"
"""The mark of "the last operative paragraph"."""


class Term(StrEnum):
    """Which paragraphs are counted."""

    PREAMBULAR = "preambular"
    OPERATIVE = "operative"
    UNNUMBERED = "unnumbered"
    PARAGRAPH = "paragraph"


@dataclass(frozen=True, slots=True)
class Element:
    """One paragraph, or a range of them.

    Attributes:
        first: The paragraph, or the first of the range.
        continues: Whether `first` hangs on the element before it, as "(c)" in "6 (a), (c)".
        last: The last of the range; None for a single paragraph.
        last_continues: Whether `last` hangs on `first`, as "(c)" in "6 (a)-(c)".
    """

    first: Path
    continues: bool = False
    last: Path | None = None
    last_continues: bool = False


@dataclass(frozen=True, slots=True)
class Pinpoint:
    """Paragraphs as they were asked for.

    Attributes:
        term: How they are called; None where only numbers stand.
        division: "annex", "annex 1", "part a, annex 1"; None for the body.
        elements: Which ones; empty for all of them.
    """

    term: Term | None = None
    division: str | None = None
    elements: tuple[Element, ...] = ()

    @property
    def is_partial(self) -> bool:
        """Whether it begins below a paragraph that is still to be named: "sub-paragraph (d)"."""
        return bool(self.elements) and self.elements[0].continues


def is_mark(text: str) -> bool:
    """Tell whether a word can be a printed mark: a letter, a doubled letter, a Roman number below a hundred."""
    return len(text) == 1 or (len(text) == 2 and text[0] == text[1]) or _ROMAN.fullmatch(text) is not None


def marks_in(number: str) -> Path:
    """Return the marks of a printed number: "6." is ("6",), "1.2.3.(4)" is ("1", "2", "3", "4")."""
    return tuple(mark.lstrip("0") or "0" for mark in re.findall(r"[^\W_]+", number.casefold()))
