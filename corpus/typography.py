"""Texts that differ in typography alone, made equal; each folded character knows where it came from."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from corpus.document import Span

_INVISIBLE = "\u00ad\u200b-\u200d\u2060\ufeff"  # soft hyphen, zero-width spaces and joiners
_DASH = "\\-\u2010-\u2015\u2212\ufe58\ufe63\uff0d"
_FOLDED = re.compile(
    rf"""
      (?P<dash>    [\s{_INVISIBLE}]* [{_DASH}] [\s{_INVISIBLE}{_DASH}]* )  # "a – b", "a -- b", "peace-" at a line's end
    | (?P<space>   [{_INVISIBLE}]* \s [\s{_INVISIBLE}]* )
    | (?P<nothing> [{_INVISIBLE}]+ )
    | (?P<double>  ["\u201c-\u201f\u00ab\u00bb\u2033] )
    | (?P<single>  ['`\u00b4\u2018-\u201b\u2032] )
    | (?P<ligature>[\ufb00-\ufb06] )
    | (?P<letter>  [^\x00-\x7f] )                                          # é may be one character or two
    """,
    re.VERBOSE,
)
_PLAIN = {"dash": "-", "space": " ", "nothing": "", "double": '"', "single": "'"}


def folded_text(raw: str) -> str:
    """Return a text with white space, dashes and quotation marks written in one way. Capitals stay.

    White space beside a dash goes: "peace-" and "keeping" on two lines are "peace-keeping".
    """
    return _FOLDED.sub(_plain, raw)


@dataclass(frozen=True, slots=True)
class Folded:
    """A text folded, and the offset in the raw text that each of its characters came from."""

    text: str
    origins: tuple[int, ...]

    def raw_span(self, start: int, end: int) -> Span:
        """Return the range of the raw text that became `text[start:end]`, which is not empty."""
        return self.origins[start], self.origins[end - 1] + 1


def folded(raw: str) -> Folded:
    """Return `folded_text(raw)` with its offsets: slower, for where something was found."""
    pieces: list[str] = []
    origins: list[int] = []
    position = 0
    for match in _FOLDED.finditer(raw):
        plain = _plain(match)
        pieces += raw[position : match.start()], plain
        origins.extend(range(position, match.start()))
        origins.extend([match.start()] * len(plain))
        position = match.end()
    pieces.append(raw[position:])
    origins.extend(range(position, len(raw)))
    return Folded("".join(pieces), tuple(origins))


def in_word(character: str) -> bool:
    """Tell whether a folded character is part of a word."""
    return character.isalnum() or bool(unicodedata.combining(character))


def _plain(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    if kind in _PLAIN:
        return _PLAIN[kind]
    return unicodedata.normalize("NFKD" if kind == "ligature" else "NFD", match.group())
