"""The abbreviations a text introduces: "United Nations Mission of Observers in Tajikistan (UNMOT)"."""

from __future__ import annotations

import re
from dataclasses import dataclass

# Two to ten characters in brackets with at least two capitals: "(UNMOT)", "(the CNR)", "(the “IPCC”)".
_SHORT = re.compile(r"\((?:the )?[\"“]?(?P<short>(?=\S{2,12}[)\s\"”])(?:[A-Za-z]*[A-Z]){2}[A-Za-z0-9-]*)[\"”]?\)")
_CLAUSE = re.compile(r"[.;:()\[\]]")


@dataclass(frozen=True, slots=True)
class Abbreviation:
    """A short form and the words it stands for, as the text prints them."""

    short: str
    long: str


def abbreviations_in(text: str) -> tuple[Abbreviation, ...]:
    """Return the abbreviations that `text` introduces in brackets after their long form."""
    found = []
    for match in _SHORT.finditer(text):
        before = _CLAUSE.split(text[: match.start()])[-1]
        long = _long_form(match["short"], before.rstrip())
        if long:
            found.append(Abbreviation(match["short"], long))
    return tuple(found)


def _long_form(short: str, before: str) -> str | None:
    """Return the shortest end of `before` whose letters spell `short`, its first letter beginning a word.

    Source: Schwartz and Hearst, A Simple Algorithm for Identifying Abbreviation Definitions in Biomedical Text (2003).
    """
    letters = [char.lower() for char in short if char.isalnum()]
    position = len(before)
    for index in range(len(letters) - 1, -1, -1):
        position -= 1
        while position >= 0 and not (
            before[position].lower() == letters[index] and (index > 0 or _begins_word(before, position))
        ):
            position -= 1
        if position < 0:
            return None
    long = before[position:]
    # The paper's bound: at most min(|short| + 5, 2 |short|) words.
    return long if 1 < len(long.split()) <= min(len(letters) + 5, 2 * len(letters)) else None


def _begins_word(text: str, position: int) -> bool:
    return position == 0 or not text[position - 1].isalnum()
