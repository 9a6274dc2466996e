"""The marks before the paragraphs of a resolution, "6.", "(d)", "(ii)", "–", and the outline they make.

One mark cannot tell its level: "(i)" is the ninth letter or the first roman figure, "2." the next paragraph or the
second item of a list within it. `Outline` decides by what came before, and by the mark that follows.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import StrEnum


class Style(StrEnum):
    """The form of a mark; the items of one list share it."""

    NUMBER = "1."
    DECIMAL = "1.1."
    LETTER = "(a)"
    ROMAN = "(i)"
    CAPITAL = "(A)"
    FIGURE = "(1)"
    DOTTED_LETTER = "a."
    DOTTED_ROMAN = "i."
    DOTTED_CAPITAL = "A."
    DOTTED_CAPITAL_ROMAN = "I."
    DASH = "–"
    BULLET = "•"
    CIRCLE = "◦"


BULLETS = frozenset({Style.DASH, Style.BULLET, Style.CIRCLE})
CAPITALS = frozenset({Style.DOTTED_CAPITAL, Style.DOTTED_CAPITAL_ROMAN})

Reading = tuple[Style, int]
"""What a mark can be: its style and its place in the list, from 1 (0 for bullets)."""


@dataclass(frozen=True, slots=True)
class Mark:
    """A mark as printed at the beginning of a paragraph.

    Attributes:
        token: The figure or letters without punctuation: "6", "d", "ii"; empty for bullets.
        readings: What it can be.
        length: How many characters it takes, with the white space after it.
    """

    token: str
    readings: tuple[Reading, ...]
    length: int

    def ordinal(self, style: Style) -> int | None:
        """Return its place in a list of `style`, None if it is no mark of that style."""
        return dict(self.readings).get(style)


_MARKS = re.compile(
    r"""
      [(] \s? (?P<bracketed> [a-z]{1,2} | [ivx]{1,6} | \d{1,2} | [A-Z]{1,2} ) \s? [)}]+ \s*   # (a) (ii) (1) (c}
    | (?P<half> [a-z] | [ivx]{1,6} ) \) \s+                                                   # b)
    | (?P<decimal> \d{1,3} (?: \.\d{1,3} )+ ) \s? \.? \s+ (?= [A-Z“"] )                       # 18.8.2.
    | (?P<number> \d{1,3} ) (?: \s? \. \s* (?= [^\s\d.,] ) | [ ] [–-] [ ] (?= [A-Z] ) )       # 6.  6.Calls  1 –
    | (?P<dotted> [a-z] | [ivx]{2,6} | [A-Z] | [IVX]{2,5} ) \. \s+                            # a. ii. B. III.
    | (?P<bullet> [–—−-]\s+ | [•·\uf06f◦]\s* )
    """,
    re.VERBOSE,
)
_BULLET_STYLES = {"•": Style.BULLET, "·": Style.BULLET, "\uf06f": Style.BULLET, "◦": Style.CIRCLE}
_ROMAN = re.compile(r"x{0,3}(?:ix|iv|v?i{0,3})")
_ROMAN_VALUES = {"i": 1, "v": 5, "x": 10}


def read_mark(text: str) -> Mark | None:
    """Return the mark that `text` begins with, or None."""
    match = _MARKS.match(text)
    if match is None:
        return None
    token, kind = match[match.lastgroup or 0].strip(), match.lastgroup
    match kind:
        case "bullet":
            return Mark("", ((_BULLET_STYLES.get(token, Style.DASH), 0),), match.end())
        case "number":
            readings: tuple[Reading, ...] = ((Style.NUMBER, int(token)),)
        case "decimal":
            readings = ((Style.DECIMAL, int(token.split(".")[0])),)
        case "dotted":
            readings = _lettered(token, Style.DOTTED_CAPITAL if token.isupper() else Style.DOTTED_LETTER)
        case _ if token.isdigit():
            readings = ((Style.FIGURE, int(token)),)
        case _:
            readings = _lettered(token, Style.CAPITAL if token.isupper() else Style.LETTER)
    return Mark(token, readings, match.end()) if readings else None


_ROMAN_STYLES = {
    Style.LETTER: Style.ROMAN,
    Style.DOTTED_LETTER: Style.DOTTED_ROMAN,
    Style.DOTTED_CAPITAL: Style.DOTTED_CAPITAL_ROMAN,
}


def _lettered(token: str, letters: Style) -> tuple[Reading, ...]:
    """Return the readings of letters: the place in the alphabet ("aa" follows "z") and the value as a roman figure."""
    small = token.lower()
    readings: list[Reading] = []
    if len(set(small)) == 1 and len(small) <= 2:
        readings.append((letters, ord(small[0]) - 96 + 26 * (len(small) - 1)))
    if letters in _ROMAN_STYLES and _ROMAN.fullmatch(small):
        readings.append((_ROMAN_STYLES[letters], _roman_value(small)))
    return tuple(readings)


def _roman_value(token: str) -> int:
    values = [_ROMAN_VALUES[letter] for letter in token]
    return sum(-value if value < max(values[place:]) else value for place, value in enumerate(values))


@dataclass(frozen=True, slots=True)
class Level:
    """A list that is open: the form of its marks, the last of them, and the block of that item."""

    style: Style
    ordinal: int
    block: int


@dataclass(frozen=True, slots=True)
class Place:
    """Where a mark stands in the outline.

    Attributes:
        depth: 0 for the outermost list.
        skipped: How many marks are missing before it: 0 when it follows the one before.
        fits: It continues an open list or begins one; False if it can only be taken as out of order.
    """

    depth: int
    style: Style
    ordinal: int
    skipped: int = 0
    fits: bool = True


@dataclass(slots=True)
class Outline:
    """The open lists, outermost first, and the block they all hang under.

    Attributes:
        base: Index of the block without a mark above the outermost list, None if there is none.
    """

    base: int | None = None
    levels: list[Level] = field(default_factory=list)

    def reset(self, base: int | None) -> None:
        """Close all lists; what follows hangs under `base`."""
        self.base = base
        self.levels.clear()

    def parent_at(self, depth: int) -> int | None:
        """Return the block that an item at `depth` hangs under."""
        return self.levels[depth - 1].block if depth else self.base

    def enter(self, place: Place, block: int) -> None:
        """Record that `block` is the item at `place`; what was deeper is closed."""
        del self.levels[place.depth :]
        self.levels.append(Level(place.style, place.ordinal, block))

    def stand_in(self, item: int, block: int) -> None:
        """Let what follows the list item `item` hang under `block`; the list itself goes on."""
        for depth, level in enumerate(self.levels):
            if level.block == item:
                self.levels[depth:] = [Level(level.style, level.ordinal, block)]
                break

    def next_number(self) -> int:
        """Return the number the next numbered paragraph has if none is missing."""
        return next((level.ordinal for level in self.levels if level.style is Style.NUMBER), 0) + 1

    def continues(self, mark: Mark) -> bool:
        """Tell whether `mark` is the next one of an open list."""
        return any((level.style, level.ordinal + 1) in mark.readings for level in self.levels)

    def begins(self, mark: Mark) -> bool:
        """Tell whether `mark` can be the first of a list."""
        return any(ordinal == 1 or style in BULLETS for style, ordinal in mark.readings)

    def place(self, mark: Mark, following: Mark | None, stem: str) -> Place | None:
        """Return where `mark` stands, None if its letters are more likely words ("A. Smith").

        Args:
            mark: The mark.
            following: The next mark of the text that is no bullet; it tells "(i)", "(ii)" from "(i)", "(j)".
            stem: What the words before it end with: ":", or "" if they end without punctuation, may begin a list.
        """
        ranked = sorted(
            (self._ranked(style, ordinal, stem) for style, ordinal in mark.readings), key=lambda each: each[0]
        )
        rank, best = ranked[0]
        for _, other in ranked[1:]:
            goes_on = _follows(following, other) and not _follows(following, best)
            if best.ordinal != 1 and other.ordinal == 1 and goes_on:
                best = other
        if best.style in CAPITALS and rank > _BEGINS and best.ordinal != 1:
            return None
        return best

    def _ranked(self, style: Style, ordinal: int, stem: str) -> tuple[tuple[int, int], Place]:
        """Return how unlikely the best place of a reading is, and the place."""
        depths = [depth for depth, level in enumerate(self.levels) if level.style is style]
        if style is Style.DECIMAL:
            return (0, 0), Place(0, Style.NUMBER, ordinal)
        if style in BULLETS:
            nested = not depths or (stem == ":" and depths[-1] == len(self.levels) - 1)
            return (0, 0), Place(len(self.levels) if nested else depths[-1], style, 0)
        for depth in reversed(depths):
            if self.levels[depth].ordinal == ordinal - 1:
                return (0, -depth), Place(depth, style, ordinal)
        if ordinal == 1 and (not depths or stem in (":", "")):
            return _BEGINS, Place(len(self.levels), style, 1)
        gaps = [(ordinal - self.levels[depth].ordinal - 1, depth) for depth in depths]
        ahead = [(gap, depth) for gap, depth in gaps if gap > 0]
        if ahead:
            gap, depth = min(ahead)
            return (2, gap), Place(depth, style, ordinal, skipped=gap)
        if ordinal == 1:
            return (3, 0), Place(depths[-1], style, 1)
        if not depths:
            return (4, ordinal), Place(len(self.levels), style, ordinal, skipped=ordinal - 1, fits=False)
        return (5, 0), Place(depths[-1], style, ordinal, fits=False)


_BEGINS = (1, 0)


def _follows(following: Mark | None, place: Place) -> bool:
    return following is not None and following.ordinal(place.style) == place.ordinal + 1


# What a scanned figure or letter is read as by mistake.
_MISREAD_FIGURES = str.maketrans("SsZzIiLloOBGbgqT", "5522111100866997")
_NUMBER_LIKE = re.compile(r"(?P<token> [0-9A-Za-z]{1,3} ) \s? [.,] \s? (?= [A-Z] )", re.VERBOSE)
_BRACKET_LIKE = re.compile(r"[({] \s? (?P<token> [0-9A-Za-z]{1,4} ) \s? [)}]+ \s* (?= \S )", re.VERBOSE)
_MISREAD_LETTERS = {"6": "b", "5": "b", "8": "b", "0": "o", "9": "g", "1": "l"}


def _misread_number(text: str, expected: int) -> Mark | None:
    """Return the mark of paragraph `expected` if `text` begins with what a scanner makes of it: "S." for "5."."""
    match = _NUMBER_LIKE.match(text)
    if match and match["token"].translate(_MISREAD_FIGURES) == str(expected):
        return Mark(str(expected), ((Style.NUMBER, expected),), match.end())
    return None


def _misread_letter(text: str, outline: Outline, following: Mark | None) -> Mark | None:
    """Return the next bracketed mark if `text` begins with what a scanner makes of it: "(6)" is "(b)", "(1)" "(i)"."""
    match = _BRACKET_LIKE.match(text)
    if match is None:
        return None
    token = match["token"]
    if token in ("1", "l") and following is not None and following.ordinal(Style.ROMAN) == 2:
        return Mark("i", ((Style.ROMAN, 1),), match.end())
    for level in reversed(outline.levels):
        if level.style is Style.LETTER and level.ordinal < 26:
            letter = chr(97 + level.ordinal)
            if letter in token or _MISREAD_LETTERS.get(token) == letter:
                return Mark(letter, ((Style.LETTER, level.ordinal + 1),), match.end())
    return None


def repaired_mark(text: str, mark: Mark | None, outline: Outline, following: Mark | None) -> Mark | None:
    """Return the mark that `text` most likely began with before it was scanned, None if `mark` needs no repair.

    Args:
        text: The line.
        mark: The mark as it can be read.
        outline: The open lists; only the mark they expect next can be repaired.
        following: The next mark of the text.
    """
    if mark is not None and outline.continues(mark):
        return None
    expected = outline.next_number()
    begins = mark is not None and outline.begins(mark)
    before_next = following is not None and following.ordinal(Style.NUMBER) == expected + 1
    if mark is not None and mark.ordinal(Style.NUMBER) and before_next and not begins and outline.levels:
        return Mark(str(expected), ((Style.NUMBER, expected),), mark.length)  # "4.", "8.", "6."
    number = _misread_number(text, expected) if before_next or not begins else None
    return number or _misread_letter(text, outline, following)
