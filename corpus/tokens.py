"""Text as references are read in it: folded, and cut into words, numbers and marks."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

_DASHES = dict.fromkeys(map(ord, "‐‑‒–—―−⁃﹘﹣－⸺⸻〜"), "-")
_SLASHES = dict.fromkeys(map(ord, "⁄∕⧸"), "/")
_QUOTES = {ord("’"): "'", ord("‘"): "'", ord("“"): '"', ord("”"): '"', ord("«"): '"', ord("»"): '"'}
_VARIANTS = _DASHES | _SLASHES | _QUOTES

_TOKEN = re.compile(
    r"""
    (?P<quantity>[0-9]{1,3}(?:,[0-9]{3})+(?![0-9]))   # 1,200: never a paragraph, never a resolution
  | (?P<number>[0-9]+(?:\.[0-9]+)*)                   # 6, 18.8.2
  | (?P<word>[^\W\d_]+(?:'[^\W\d_]+)?)
  | [^\s]
    """,
    re.VERBOSE,
)
FILLERS = frozenset(
    "the of in from for to and or a an at on by with as is was does do did say says said read show me "
    "give get quote see please pls plz what whats what's text un unsc sc united nations security council "
    "resolution res document doc file article section sections sect sec under about it s".split()
)
"""Words around a reference that name nothing."""


@dataclass(frozen=True, slots=True)
class Token:
    """A word, a number or one mark.

    Attributes:
        text: As it stands in the folded text.
        start: Where it begins in the folded text.
        kind: "word", "number", "quantity" or "mark".
        glued: Whether it follows the token before it without a space.
    """

    text: str
    start: int
    kind: str
    glued: bool

    @property
    def end(self) -> int:
        """Where it ends in the folded text."""
        return self.start + len(self.text)

    @property
    def is_word(self) -> bool:
        """Whether it is letters."""
        return self.kind == "word"

    @property
    def is_number(self) -> bool:
        """Whether it is digits, perhaps with points between them."""
        return self.kind == "number"


def folded(text: str) -> str:
    """Return `text` in compatibility form and lower case, with one kind of dash, slash, quotation mark and space."""
    if text.isascii():
        return " ".join(text.casefold().split())
    plain = unicodedata.normalize("NFKC", text).translate(_VARIANTS)
    visible = "".join(character for character in plain if unicodedata.category(character) != "Cf")
    return " ".join(unicodedata.normalize("NFKC", visible.casefold()).split())


def compact(text: str) -> str:
    """Return folded `text` without any space: how two spellings of one citation are compared."""
    return folded(text).replace(" ", "")


def tokens_of(text: str) -> tuple[Token, ...]:
    """Return the tokens of a folded text."""
    found: list[Token] = []
    end = -1
    for match in _TOKEN.finditer(text):
        found.append(Token(match.group(), match.start(), match.lastgroup or "mark", match.start() == end))
        end = match.end()
    return tuple(found)


def words_of(text: str) -> tuple[str, ...]:
    """Return the words and numbers of any text, folded; an underscore parts words."""
    return tuple(token.text for token in tokens_of(folded(text)) if token.is_word or token.is_number)


def listed(items: Sequence[str], most: int = 12) -> str:
    """Return items as a sentence lists them, "A, B and C"; beyond `most`, how many more there are."""
    shown = list(items[:most])
    if len(items) > most:
        shown.append(f"{len(items) - most:,} more")
    return shown[0] if len(shown) == 1 else f"{', '.join(shown[:-1])} and {shown[-1]}" if shown else ""
