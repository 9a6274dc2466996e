"""What autocompletion offers, from memory: documents by symbol and title, paragraphs by number and first words."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from bot.markdown import shortened
from corpus.document import Passage, Source
from retrieval.library import Library

MOST = 25
"""Choices that Discord shows."""
_LONGEST = 100
_OPENING = 80


@dataclass(frozen=True, slots=True)
class Suggestion:
    """One line to choose: what is shown, at most 100 characters, and what is sent."""

    name: str
    value: str


class Directory:
    """The documents of one library and the beginnings of their paragraphs.

    A paragraph costs some 100 bytes: a document's are one string, a line for each, which is cut when it is asked for.
    """

    def __init__(self, sources: Sequence[Source], counts: dict[str, int], lines: dict[str, str]) -> None:
        self._sources = tuple(sources)
        self._counts = counts
        self._by_id = {source.id: source for source in sources}
        self._searched = [_folded(f"{source.name} {source.title} {source.id}") for source in sources]
        self._lines = lines

    @classmethod
    def of(cls, library: Library) -> Directory:
        """Read every document once: some seconds for thousands."""
        sources = library.sources()
        lines = {source.id: "\n".join(map(_line, library.passages(source.id))) for source in sources}
        return cls(sources, library.passage_counts(), lines)

    def source(self, document: str) -> Source | None:
        """Return a document by its id."""
        return self._by_id.get(document)

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
        return next((passage for passage, _, _ in self._paragraphs(source.id)), None)

    def paragraphs(self, document: str, typed: str) -> tuple[Suggestion, ...]:
        """Return the paragraphs of a document whose number begins with what was typed, or whose words have it."""
        wanted = _folded(typed)
        ranked = sorted(_ranked(self._paragraphs(document), wanted), key=lambda each: each[0])
        return tuple(
            Suggestion(shortened(f"{locator} — {opening}", _LONGEST), f"{_MARK}{passage}")
            for _, (passage, locator, opening) in ranked[:MOST]
        )

    def _paragraphs(self, document: str) -> Iterator[tuple[str, str, str]]:
        for line in self._lines.get(document, "").split("\n"):
            if line:
                passage, locator, opening = line.split("\t")
                yield passage, locator, opening


_MARK = "#"


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
    """Return what stands for a document: its id, or its name where that is too long."""
    return source.id if len(source.id) <= _LONGEST else source.name[:_LONGEST]


def _rank(words: Sequence[str], searched: str) -> int:
    """Return how well words fit: 0 where all of them begin a word, a number as a whole one."""
    padded = f" {searched} "
    whole = all(f" {word} " in padded for word in words)
    return 0 if whole else 1 if all(f" {word}" in padded for word in words) else 2


def _ranked(
    paragraphs: Iterable[tuple[str, str, str]], wanted: str
) -> Iterator[tuple[tuple[int, int], tuple[str, str, str]]]:
    for place, paragraph in enumerate(paragraphs):
        _, locator, opening = paragraph
        name = _folded(locator)
        number = name.removeprefix("para ").removeprefix("preambular para ").replace(" ", "")
        bare = wanted.removeprefix("op ").removeprefix("pp ").replace(" ", "")
        if not wanted or number == bare:
            yield (0, place), paragraph
        elif number.startswith(bare) or name.startswith(wanted):
            yield (1, place), paragraph
        elif all(word in f"{name} {_folded(opening)}" for word in wanted.split()):
            yield (2, place), paragraph


def _folded(text: str) -> str:
    """Return words in lower case without accents, marks of punctuation as blanks: "s res 1138 1997"."""
    plain = unicodedata.normalize("NFKD", text).casefold()
    kept = "".join(c if c.isalnum() else " " for c in plain if not unicodedata.combining(c))
    return " ".join(kept.split())
