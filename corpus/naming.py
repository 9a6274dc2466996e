"""The names of documents in a text: numbers and symbols of resolutions, words that stand in the names of others."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.catalogue import Catalogue, is_generic
from corpus.document import Source
from corpus.tokens import Token

_RESOLUTION = re.compile(
    r"""
    (?<![\w/])
    (?: (?P<symbol> s\s?[/_]\s?res\s?[/_.]\s? )                 # S/RES/1138, S_RES_1138
      | (?P<word> (?:(?:un|sc|unsc)\s?)? (?:resolutions?|resoln?s?|reso?|res)|unscr|unscrs|scrs?|sc|unsc )
        \.?\s? (?:(?:nos?|nr|number)\b\.?|\#)?\s?               # resolution 1138, UNSCR 1138, res. no. 1138
    )?
    (?P<number>[0-9]{1,4}) (?![0-9]|[,.][0-9])
    (?: \s?[(\[]\s?(?P<year>(?:19|20)[0-9]{2})\s?[)\]]              # (1997)
      | (?:\s?[/_]\s?|\ of\ )(?P<loose>(?:19|20)[0-9]{2})(?![0-9])  # 1138/1997, 1138 of 1997
    )?
    """,
    re.VERBOSE,
)
_OF_ANOTHER_BODY = re.compile(
    r"\b(?:cabinet|assembly|ga|board|house|senate|congress|parliament|parliamentary|ministerial|ecosoc|commission)\ $"
)
_ANOTHER = re.compile(r"\s?(?:,|and|&|or|\+|,\s?and)\s?(?=[0-9]{1,4}(?![0-9]|[,.][0-9]))")
_OTHER_SYMBOL = re.compile(
    r"""
    (?<![\w/]) [as]/ (?!res/[0-9]{1,4}(?:[^/0-9]|$))             # not a resolution of the Council
    (?:[a-z]+[/.])? [0-9]+ (?:/[0-9]+)* (?:/(?:add|corr|rev)\.[0-9]+)?  # S/1997/859, S/PV.3833, A/RES/46/182
    """,
    re.VERBOSE,
)
_CONNECTORS = frozenset({"of", "the", "and", "on", "for", "in", "to", "a", "-", "_", "'", '"', ".", "s"})


@dataclass(frozen=True, slots=True)
class Named:
    """A resolution where a text names it.

    Attributes:
        number: "1138".
        year: As it was given, or None.
        by_symbol: Whether it was named "S/RES/…".
        explicit: Whether a symbol, a word or a year says that the number is a resolution's.
        start: Where the name begins in the folded text.
        end: Where it ends.
    """

    number: str
    year: str | None
    by_symbol: bool
    explicit: bool
    start: int
    end: int

    @property
    def symbol(self) -> str:
        """The symbol as far as it was given: "S/RES/1138 (1997)", "S/RES/1138"."""
        return f"S/RES/{self.number} ({self.year})" if self.year else f"S/RES/{self.number}"


@dataclass(frozen=True, slots=True)
class Run:
    """Words of a text that stand in the names of documents.

    Attributes:
        words: The words that tell documents apart.
        sources: The documents whose names have all of them.
        start: Where the first stands in the folded text.
        end: Where the last ends.
    """

    words: tuple[str, ...]
    sources: tuple[Source, ...]
    start: int
    end: int


def resolutions_in(text: str) -> tuple[Named, ...]:
    """Return every number of a folded text that may be a resolution's, and whether the text says so."""
    found: list[Named] = []
    listed_until = -1  # the end of "resolutions 968" when "and" and another number follow
    for match in _RESOLUTION.finditer(text):
        if _OF_ANOTHER_BODY.search(text, max(0, match.start() - 20), match.start()):
            continue
        year = match["year"] or (match["loose"] if match["symbol"] or match["word"] else None)
        explicit = bool(match["symbol"] or match["word"] or year) or match.start() == listed_until
        number = match["number"].lstrip("0")
        if not number or (not explicit and match.start() > 0 and text[match.start() - 1] in "-.:$€£"):
            continue
        end = match.end() if year or not match["loose"] else match.end("number")
        found.append(Named(number, year, bool(match["symbol"]), explicit, match.start(), end))
        goes_on = (match["word"] or "").endswith("s") or match.start() == listed_until
        another = _ANOTHER.match(text, end) if goes_on else None
        listed_until = another.end() if another else -1
    return tuple(found)


def symbols_of_others_in(text: str) -> tuple[tuple[str, int, int], ...]:
    """Return the symbols of a folded text that are no resolution's of the Council, "s/1997/859", with their ranges."""
    return tuple((match.group(), match.start(), match.end()) for match in _OTHER_SYMBOL.finditer(text))


def longest_run(tokens: Sequence[Token], catalogue: Catalogue) -> Run | None:
    """Return the words that best name documents: the most words that stand together in one name."""
    known = (start for start, token in enumerate(tokens) if token.text in catalogue.by_word)
    found = [found for start in known if (found := _run_from(tokens[start:], catalogue)) is not None]
    if not found:
        return None
    words, start, end = max(found, key=lambda each: (len(each[0]), -each[1]))
    return Run(words, catalogue.with_words(words), start, end)


def _run_from(tokens: Sequence[Token], catalogue: Catalogue) -> tuple[tuple[str, ...], int, int] | None:
    """Return the words of a name that begin a text, and where they start and end."""
    words: list[str] = []
    ids: frozenset[int] = frozenset()
    end = 0
    for token in tokens:
        having = catalogue.by_word.get(token.text, frozenset())
        both = having & ids if words else having
        if both and not is_generic(token.text):
            words.append(token.text)
            ids, end = both, token.end
        elif token.text not in _CONNECTORS and not (words and is_generic(token.text)):
            break
        elif not words:
            return None
    if all(word[0].isdecimal() for word in words):
        return None
    return tuple(words), tokens[0].start, end
