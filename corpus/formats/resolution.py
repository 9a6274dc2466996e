"""Resolutions of the United Nations Security Council, as published and as scanned from the old volumes."""

from __future__ import annotations

import re
from calendar import monthrange
from datetime import date

from corpus.document import Document, Kind, Role, Source
from corpus.formats.resolution_body import Body, read_body

_MONTHS = "January February March April May June July August September October November December".split()
_HEAD_CHARACTERS = 1500  # the head of a resolution is shorter

_HEADLINE = re.compile(
    r"""
      # "Resolution 242 (1967) of 22 November 1967", "RESOLUTION 1138 (1997)"
      ^ \W* (?i:resolution) \s+ (?P<number>\d+) (?:-\d+)? \s* (?: [(] (?P<year>\d[\d-]{2,8}\d) [)] )?
        (?= \s* $ | \s+ (?: [oOe]f \s+ )? \S{1,3} \s+ [A-Z]\S+ \s+ \S{4} )
      # "1 (1946). Resolution of 25 January 1946"
    | ^ (?P<older>\d+) \s? [(] (?P<older_year>\d{4}) [)] \.? \s+ Resolution \s+ of
      # "S/RES/1812 (2008)"
    | ^ S/RES/ (?P<symbol>\d+) \s* [(] (?P<symbol_year>\d{4}) [)] \s* $
    """,
    re.VERBOSE | re.MULTILINE,
)
_ENACTED = re.compile(
    r"^The Security Council\b|^Ad[oa]pted\b.{0,60}?\b(?:Security|\d+\w*\s+meet)", re.MULTILINE | re.DOTALL
)
_NAME = re.compile(r"S[_/]RES[_/](\d+)[ _(]+(\d{4})")
_DATE = re.compile(r"\b(?P<day>\d{1,2}) \s* (?P<month>[A-Z][a-z]{2,9})\S?\s+ (?P<year>\S\d{3})\b", re.VERBOSE)


def recognizes(text: str, name: str) -> bool:
    """Tell whether `text` is a resolution of the Security Council: by its headline and its enacting or adopting words.

    Args:
        text: The text of the file.
        name: The file's name; counts only where the headline cannot be read.
    """
    head = text[:_HEAD_CHARACTERS]
    if _ENACTED.search(text) is None or head.lstrip().startswith(("=", "{")):
        return False
    return _HEADLINE.search(head) is not None or _NAME.search(name) is not None


def parse(text: str, name: str, sha256: str) -> Document:
    """Return the resolution in `text`."""
    body = read_body(text)
    number, year, doubts = _number_and_year(text, name)
    adopted = _date_of(text, year)
    symbol = f"S/RES/{number} ({year})" if number and year else None
    source = Source(
        id=name,
        title=f"Resolution {number} ({year})" if symbol else name,
        kind=Kind.OFFICIAL,
        symbol=symbol,
        date=adopted,
        url=f"https://undocs.org/S/RES/{number}({year})" if symbol else None,
        sha256=sha256,
    )
    return Document(source, text, body.blocks, body.furniture, (*doubts, *body.warnings, *_complaints(body, source)))


def _complaints(body: Body, source: Source) -> tuple[str, ...]:
    complaints = []
    if not any(block.role is Role.OPERATIVE for block in body.blocks):
        complaints.append("no operative paragraphs were found")
    if source.date is None:
        complaints.append("no date was found")
    return tuple(complaints)


def _number_and_year(text: str, name: str) -> tuple[int | None, int | None, tuple[str, ...]]:
    """Return number and year of a resolution, and what is doubtful about them.

    They are read in the headline; where that was misread by a scanner, a file named after the symbol tells.
    """
    headline, named = _HEADLINE.search(text[:_HEAD_CHARACTERS]), _NAME.search(name)
    if headline is None:
        return (int(named[1]), int(named[2]), ()) if named else (None, None, ())
    number = int(headline["number"] or headline["older"] or headline["symbol"])
    printed = headline["year"] or headline["older_year"] or headline["symbol_year"]
    year = _year(printed)
    if named is None or (number, year) == (int(named[1]), int(named[2])):
        return number, year, ()
    if number == int(named[1]) and not printed:
        return number, int(named[2]), ()
    shown = f"{number} ({printed})" if printed else str(number)
    return int(named[1]), int(named[2]), (f"the headline prints {shown}, the file's name {named[1]} ({named[2]})",)


def _year(printed: str | None) -> int | None:
    digits = (printed or "").replace("-", "")
    return int(digits) if len(digits) == 4 else None


def _date_of(text: str, year: int | None) -> date | None:
    """Return the first date in the head of the text that is of the resolution's year: it prints its own first."""
    for match in _DATE.finditer(text[:_HEAD_CHARACTERS]):
        month = next((place for place, name in enumerate(_MONTHS, 1) if name[:3] == match["month"][:3]), None)
        printed = int(match["year"]) if match["year"].isdigit() else year
        if month and printed and year in (None, printed) and 1 <= int(match["day"]) <= monthrange(printed, month)[1]:
            return date(printed, month, int(match["day"]))
    return None
