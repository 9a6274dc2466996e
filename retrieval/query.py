"""A question as it was typed → what is searched: words written out, misspellings repaired, abbreviations widened."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from rapidfuzz import process
from rapidfuzz.distance import OSA

from retrieval.answer_type import AnswerType, asked_for
from retrieval.lexical import STOP_WORDS, WordIndex, terms_of, words_of
from retrieval.shorthand import expand

WIDENED = 0.4
"""Weight of a term that the question does not have, but an abbreviation in it stands for."""


@dataclass(frozen=True, slots=True)
class Query:
    """What is searched for a question.

    Attributes:
        text: To embed.
        terms: To look for, each with its weight: 1 where the question has it.
        kind: Of the thing asked for.
        defined: Short forms in the question whose meaning the documents give, where a meaning is asked for.
    """

    text: str
    terms: Mapping[str, float]
    kind: AnswerType
    defined: frozenset[str]

    @property
    def length(self) -> int:
        """How many terms the question has itself."""
        return sum(weight == 1.0 for weight in self.terms.values())


@dataclass(frozen=True, slots=True)
class Abbreviations:
    """The abbreviations the documents introduce.

    Attributes:
        long_of: The long forms of each short form, all in lower case.
        introduced_in: The passages that introduce each short form.
        by_first_word: Words and short form of each long form, by the first of its words.
    """

    long_of: Mapping[str, frozenset[str]]
    introduced_in: Mapping[str, frozenset[int]]
    by_first_word: Mapping[str, Sequence[tuple[list[str], str]]]

    @classmethod
    def learned(cls, rows: Sequence[tuple[int, str, str]]) -> Abbreviations:
        """Gather passage id, short and long form of every introduction."""
        long_of: dict[str, set[str]] = {}
        introduced_in: dict[str, set[int]] = {}
        for passage, short, long in rows:
            long_of.setdefault(short.lower(), set()).add(long.lower())
            introduced_in.setdefault(short.lower(), set()).add(passage)
        by_first_word: dict[str, list[tuple[list[str], str]]] = {}
        for short, longs in long_of.items():
            for words in filter(None, map(words_of, longs)):
                by_first_word.setdefault(words[0], []).append((words, short))
        return cls(
            {short: frozenset(longs) for short, longs in long_of.items()},
            {short: frozenset(passages) for short, passages in introduced_in.items()},
            by_first_word,
        )

    def widened(self, text: str) -> set[str]:
        """Return the terms that abbreviations and long forms in `text` stand for."""
        short_forms = _possible_short_forms(text) & self.long_of.keys()
        terms = {term for short in short_forms for long in self.long_of[short] for term in terms_of(long)}
        words = words_of(text)
        for place, word in enumerate(words):
            for long, short in self.by_first_word.get(word, ()):
                if words[place : place + len(long)] == long and short not in short_forms:
                    terms.update(terms_of(short))
        return terms


@dataclass(frozen=True, slots=True)
class Steps:
    """What is done to a question before it is searched; each may be left out, to see what it is worth."""

    shorthand: bool = True
    spelling: bool = True
    abbreviations: bool = True


STEPS = Steps()


def query_of(
    question: str,
    words: WordIndex,
    abbreviations: Abbreviations,
    is_word: Callable[[str], bool],
    steps: Steps = STEPS,
) -> Query:
    """Return what is searched for a question; `is_word` knows the words that are not misspelt."""
    text = expand(question) if steps.shorthand else question
    if steps.spelling:
        text = repaired(text, words, is_word)
    terms = dict.fromkeys(terms_of(text), 1.0)
    for term in abbreviations.widened(text) if steps.abbreviations else ():
        terms.setdefault(term, WIDENED)
    short = _possible_short_forms(text) & abbreviations.long_of.keys()
    # "JEOM, what is that": nothing but a short form is asked about.
    only_short = bool(short) and len(set(terms_of(text))) == len(short)
    kind = AnswerType.DEFINITION if only_short else asked_for(text)
    return Query(text, terms, kind, short if kind is AnswerType.DEFINITION else frozenset())


def _possible_short_forms(text: str) -> frozenset[str]:
    """Return the words of `text` that may be abbreviations: "who" and "us" are not, "WHO" and "US" are."""
    typed = frozenset(re.findall(r"\w+", text))
    return frozenset(word for word in words_of(text) if word not in STOP_WORDS or word.upper() in typed)


def repaired(text: str, words: WordIndex, is_word: Callable[[str], bool]) -> str:
    """Return `text` with misspelt words replaced by the nearest word of the index.

    A word is misspelt when the documents do not have it and no dictionary does. The first letter is trusted: it is
    rarely mistyped, and trusting it keeps the search small.
    """
    result = []
    for token in text.split():
        word = token.strip("\"'“”‘’()[]?!.,;:…").lower()
        result.append(_nearest(word, words) or token if _misspelt(word, words, is_word) else token)
    return " ".join(result)


def _misspelt(word: str, words: WordIndex, is_word: Callable[[str], bool]) -> bool:
    return (
        len(word) >= 4
        and word.isalpha()
        and word not in STOP_WORDS
        and not is_word(word)
        and all(words.frequency(term) == 0 for term in terms_of(word))
    )


def _nearest(word: str, words: WordIndex) -> str | None:
    """Return the word at most one edit in four letters away, transpositions counted once; of several, the frequent.

    A misspelt plural is as near as its singular: "donnors" is one letter from "donor".
    """
    allowed = max(1, len(word) // 4)
    near = words.words_beginning_with(word[0])
    for form in dict.fromkeys((word, word.removesuffix("s"))):
        match = process.extractOne(form, near, scorer=OSA.distance, score_cutoff=allowed)
        if match:
            return str(match[0])
    return None
