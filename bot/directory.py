"""What autocompletion offers, from memory: documents by symbol and title, paragraphs by number and first words."""

from __future__ import annotations

import copy
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bot.markdown import shortened
from corpus.document import Passage, Source
from retrieval.collection import Collection

MOST = 25
"""Choices that Discord shows."""
_LONGEST = 100
_OPENING = 80


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line to choose: what is shown, at most 100 characters, and what is sent."""

    name: str
    value: str


class _Paragraph(NamedTuple):
    """One line of a document: the id of a passage, its locator and its first words."""

    id: str
    locator: str
    opening: str


class Directory:
    """The documents of one library and the beginnings of their paragraphs.

    A paragraph costs some 100 bytes: a document's are one string, a line for each, which is cut when it is asked for.
    """

    def __init__(self, sources: Sequence[Source], counts: dict[str, int], lines: dict[str, str]) -> None:
        self._sources = tuple(sources)
        self._counts = counts
        self._by_value = {_value(source): source for source in sources}
        self._searched = [_folded(f"{source.name} {source.title} {source.id}") for source in sources]
        self._lines = lines

    @classmethod
    def of(cls, library: Collection) -> Directory:
        """Read every document once: some seconds for thousands."""
        sources = library.sources()
        lines = {source.id: "\n".join(map(_line, library.passages(source.id))) for source in sources}
        return cls(sources, library.passage_counts(), lines)

    def before(self, other: Directory) -> Directory:
        """Return the directory of the documents of both, these first; it shares what it can."""
        both = copy.copy(self)
        both._sources = self._sources + other._sources
        both._searched = self._searched + other._searched
        both._counts = other._counts | self._counts
        both._by_value = other._by_value | self._by_value
        both._lines = other._lines | self._lines
        return both

    def source(self, document: str) -> Source | None:
        """Return the document that a chosen suggestion stands for; None where something else was typed."""
        return self._by_value.get(document)

    def documents(self, typed: str) -> tuple[Suggestion, ...]:
        """Return the documents whose symbol, title or file name has every word that was typed."""
        found = self.matching(typed)[:MOST]
        return tuple(Suggestion(_named(source), _value(source)) for source in found)

    def matching(self, typed: str) -> list[Source]:
        """Return those documents all, best first: where a word begins with what was typed before where it is within."""
        words = _folded(typed).split()
        if not words:
            return list(self._sources)
        ranked = [
            (_rank(words, searched), place)
            for place, searched in enumerate(self._searched)
            if all(word in searched for word in words)
        ]
        return [self._sources[place] for _, place in sorted(ranked)]

    def count(self, source: Source) -> int:
        """Return how many passages a document has."""
        return self._counts[source.id]

    def first(self, source: Source) -> str | None:
        """Return the id of the first passage of a document."""
        return next((paragraph.id for paragraph in self._paragraphs(source.id)), None)

    def paragraphs(self, document: str, typed: str) -> tuple[Suggestion, ...]:
        """Return the paragraphs of a document whose number begins with what was typed, or whose words have it."""
        wanted = _wanted(typed)
        ranked = [
            (rank, place, paragraph)
            for place, paragraph in enumerate(self._paragraphs(document))
            if (rank := _fits(wanted, paragraph.locator, paragraph.opening)) is not None
        ]
        return tuple(
            Suggestion(shortened(f"{paragraph.locator} — {paragraph.opening}", _LONGEST), f"{_MARK}{paragraph.id}")
            for _, _, paragraph in sorted(ranked)[:MOST]
        )

    def beginning(self, document: str, typed: str) -> list[int]:
        """Return the places of the paragraphs of a document that begin with these words, but for their number."""
        wanted = _folded(typed)
        openings = (_folded(paragraph.opening) for paragraph in self._paragraphs(document))
        return [
            place
            for place, opening in enumerate(openings)
            if wanted and (opening.startswith(wanted) or _LABEL.sub("", opening).startswith(wanted))
        ]

    def _paragraphs(self, document: str) -> Iterator[_Paragraph]:
        for line in self._lines.get(document, "").split("\n"):
            if line:
                yield _Paragraph(*line.split("\t"))


_MARK = "#"
_TERM = re.compile(r"^(?:preambular |operative |unnumbered )?para ")
_TERMS = (
    (re.compile(r"^(?:preambular paragraph|pp|preamble) ?(?=\d)"), "preambular para "),
    (re.compile(r"^(?:operative )?(?:paragraphs?|paras|op) ?(?=\d)"), "para "),
)
_LABEL = re.compile(r"^(?:\d+|\w) ")
"""The number or letter that a paragraph begins with."""


def chosen_passage(value: str) -> str | None:
    """Return the id of the passage that a chosen suggestion stands for; None where something else was typed."""
    passage = value.removeprefix(_MARK)
    chosen = value.startswith(_MARK) and len(passage) == 16 and set(passage) <= set("0123456789abcdef")
    return passage if chosen else None


def _line(passage: Passage) -> str:
    opening = passage.text[: _OPENING + 1]
    return "\t".join((passage.id, " ".join(passage.locator.split()), shortened(opening, _OPENING)))


def _named(source: Source) -> str:
    about = [source.name] if source.title == source.name else [source.name, source.title]
    return shortened(" — ".join(about), _LONGEST)


def _value(source: Source) -> str:
    """Return what stands for a document: its id, the end of it where it is too long."""
    return source.id[-_LONGEST:]


def _rank(words: Sequence[str], searched: str) -> int:
    """Return how well words fit: 0 where all of them begin a word, a number as a whole one."""
    padded = f" {searched} "
    whole = all(f" {word} " in padded for word in words)
    return 0 if whole else 1 if all(f" {word}" in padded for word in words) else 2


def _wanted(typed: str) -> str:
    """Return what was typed for a paragraph as locators are written: "para 6 d" for "OP6(d)", "6 d" for "6(d)"."""
    wanted = _folded(typed)
    for pattern, term in _TERMS:
        wanted = pattern.sub(term, wanted)
    return wanted


def _fits(wanted: str, locator: str, opening: str) -> int | None:
    """Return how well a paragraph fits, 0 best; None where it does not.

    By its number alone a paragraph fits whatever it is called, an operative one before a preambular one; "OP 6" is no
    preambular one.
    """
    name = _folded(locator)
    compact, number = name.replace(" ", ""), _TERM.sub("", name).replace(" ", "")
    bare = wanted.replace(" ", "")
    if not wanted or bare == compact:
        return 0
    if bare == number:
        return 1 if name.startswith("preambular ") else 0
    if number.startswith(bare) or compact.startswith(bare):
        return 2
    return 3 if all(word in f"{name} {_folded(opening)}" for word in wanted.split()) else None


def _folded(text: str) -> str:
    """Return words in lower case without accents, marks of punctuation as blanks: "s res 1138 1997"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
