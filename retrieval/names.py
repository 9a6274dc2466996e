"""Names in a text, by their capitals, and the short forms they are written with.

Nothing is told of a language's names but that they are capitalised: what a word is used as, the documents show.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from retrieval.lexical import words_of

_CAPITALISED = r"(?:d['’])?[A-ZÀ-ÖØ-Þ][^\W_]*(?:[-‑'’][^\W_]+)*"
_JOINED = r"(?:\s+(?:of|the|in|for|and|to|on|de|du|des))*"
_NAME = re.compile(rf"(?<![^\W_]){_CAPITALISED}(?:{_JOINED}\s+{_CAPITALISED})*")
_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")
_ENDS_SENTENCE = frozenset(".:;!?")


@dataclass(frozen=True, slots=True)
class Name:
    """Capitalised words in a row, with the small words that join them: "Assistance Mission for Rwanda".

    Attributes:
        words: As `retrieval.lexical.words_of` gives them.
        capitals: Of each word, whether it is capitalised where it need not be: not as the first of a sentence.
    """

    words: tuple[str, ...]
    capitals: tuple[bool, ...]

    def pairs(self) -> Iterator[tuple[str, str]]:
        """Yield the capitalised words that stand side by side: "South Sudan"."""
        for place in range(len(self.words) - 1):
            if self.capitals[place] and self.capitals[place + 1]:
                yield self.words[place], self.words[place + 1]


def names_in(text: str) -> Iterator[Name]:
    """Yield the names of a text, and whatever else is capitalised in it."""
    for match in _NAME.finditer(text):
        before = (
            text[: match.start()].rstrip() if match.start() < 4 else text[match.start() - 4 : match.start()].rstrip()
        )
        begins = not before or before[-1] in _ENDS_SENTENCE
        words, capitals = list[str](), list[bool]()
        for place, word in enumerate(_WORD.findall(match.group())):
            for folded in _folded(word):
                words.append(folded)
                capitals.append(not word.islower() and not (begins and place == 0))
        if words:
            yield Name(tuple(words), tuple(capitals))


@lru_cache(maxsize=20_000)
def _folded(word: str) -> tuple[str, ...]:
    return tuple(words_of(word))


@dataclass(frozen=True, slots=True)
class ShortForms:
    """Long forms and the short ones that stand for them.

    Attributes:
        by_first_word: The letters of each long form without spaces, and its short form, by its first word: the longest
            first. Without spaces "Peace-keeping" is "Peacekeeping".
    """

    by_first_word: Mapping[str, Sequence[tuple[str, str]]]

    @classmethod
    def of(cls, long_of: Mapping[str, frozenset[str]]) -> ShortForms:
        """Return those of a mapping from short forms to their long ones, all in lower case."""
        found: dict[str, list[tuple[str, str]]] = {}
        for short, longs in long_of.items():
            for words in map(words_of, longs):
                if len(words) > 1 and len(short) > 2:
                    found.setdefault(words[0], []).append(("".join(words), short))
        return cls({first: sorted(forms, key=lambda form: -len(form[0])) for first, forms in found.items()})

    def in_words(self, words: Sequence[str]) -> Iterator[tuple[int, int, str]]:
        """Yield the range of each long form among some words, and its short form; none within another."""
        place = 0
        while place < len(words):
            found = self._at(words, place)
            if found:
                yield place, *found
            place = found[0] if found else place + 1

    def _at(self, words: Sequence[str], place: int) -> tuple[int, str] | None:
        """Return where the long form ends that begins at `place`, and its short form."""
        for letters, short in self.by_first_word.get(words[place], ()):
            end, read = place, ""
            while end < len(words) and len(read) < len(letters):
                read += words[end]
                end += 1
            if read == letters:
                return end, short
        return None
