"""Documents that can be asked: how a question is led to its answer, whether they lie in one index or in several."""

from __future__ import annotations

import re
import time
from abc import ABC, abstractmethod
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.catalogue import Catalogue
from corpus.citation import Reading, resolve
from corpus.document import Passage, Source
from corpus.references import Mention, references_in
from corpus.wording import Wording
from retrieval.answering import Answer, Quotation
from retrieval.lexical import words_of
from retrieval.store import Generation

NOT_HELD = "The documents here do not answer this."
"""The problem of an answer that was searched for and not found."""
LONGEST = 2_000
"""Characters of a question that are read: more than the model's window and any message holds."""
_EXACT = 0.99
"""Confidence in a paragraph that was asked for by its reference."""
_PARAGRAPH = re.compile(r"\bpara(?:graph)?s?\.?\s*(?P<number>\d+)", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Found:
    """What was searched for and found.

    Attributes:
        quotations: Best first; where they do not answer, what came nearest.
        confidence: 0 to 1.
        problem: Why they do not answer; None where they do.
    """

    quotations: tuple[Quotation, ...]
    confidence: float
    problem: str | None


class Collection(ABC):
    """Some documents; whoever makes one gives it the catalogue of them."""

    _catalogue: Catalogue

    @property
    @abstractmethod
    def generation(self) -> Generation:
        """What the index was made of."""

    @abstractmethod
    def sources(self) -> Sequence[Source]:
        """Return every document without its text."""

    @abstractmethod
    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in its order."""

    @abstractmethod
    def passage_counts(self) -> dict[str, int]:
        """Return how many passages each document has, by its id."""

    @abstractmethod
    def verify(self, text: str) -> Wording:
        """Tell whether a wording stands in the documents; one may run on into the next paragraph."""

    @abstractmethod
    def quote(self, passages: Sequence[Passage]) -> tuple[Quotation, ...]:
        """Return passages as quotations, their first sentence marked, read again and compared."""

    @abstractmethod
    def alike(self, texts: Sequence[str]) -> list[list[str]]:
        """Return texts, each once, in groups of those that mean the same; in each group the most typical first."""

    @abstractmethod
    def passages_with(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that have these content hashes (`Passage.id`), by them; those that are gone are left out.

        Of passages that are the same to the letter, in one document, the first.
        """

    @abstractmethod
    def search(self, words: str, limit: int = 10, within: str | None = None) -> tuple[Quotation, ...]:
        """Return the passages that contain or mean these words, best first, without a judgement.

        `within` is the id of the one document that is searched; None is all.
        """

    def find(self, reference: str) -> Reading:
        """Return the passages a reference names, or a sentence that says what exists."""
        return resolve(reference, self, self._catalogue)

    def answer(self, question: str, limit: int = 3, context: str | None = None, within: str | None = None) -> Answer:
        """Answer a question with at most `limit` quotations, or say that the documents hold no answer.

        Args:
            question: As it was asked.
            limit: How many quotations at most.
            context: The citation quoted last: a paragraph named without its document is one of that document.
            within: The id of the one document that may be quoted; None is all.
        """
        started = time.perf_counter()
        self._prepare()
        asked = question[:LONGEST]
        if not words_of(asked):
            return _declined(question, started, problem="There is no question in that: ask in words.")
        mention = self._mentioned_within(asked, within) if within else self._mentioned(asked, context)
        if mention and mention.problem:
            return _declined(question, started, problem=mention.problem)
        if mention and mention.passages:
            quotations = self._named(asked, mention.passages, limit)
            return Answer(question, quotations, _EXACT, (), mention.reading, None, _since(started))
        if mention and self._unheard_of(mention):
            return _declined(question, started, problem=self._not_here(mention.missing[0]))
        found = self._found(asked, mention, limit, within)
        answers, nearest = (found.quotations, ()) if found.problem is None else ((), found.quotations)
        reading = mention.reading if mention else None
        return Answer(question, answers, found.confidence, nearest, reading, found.problem, _since(started))

    @abstractmethod
    def _prepare(self) -> None:
        """Load what a question may need, though not every one does: what is broken is told before any answer."""

    @abstractmethod
    def _named(self, question: str, passages: Sequence[Passage], limit: int) -> tuple[Quotation, ...]:
        """Return paragraphs a question names: the first of them first, then those that fit the question best."""

    @abstractmethod
    def _found(self, question: str, mention: Mention | None, limit: int, within: str | None) -> Found:
        """Search for a question that names no paragraph."""

    @abstractmethod
    def _is_spoken_of(self, symbol: str) -> bool:
        """Tell whether all numbers of a symbol occur; the year of "S/RES/4711 (1997)" names no document."""

    def _unheard_of(self, mention: Mention) -> bool:
        """Tell whether a question is only about documents that are not here and that none here speaks of."""
        return bool(mention.missing) and not mention.sources and not any(map(self._is_spoken_of, mention.missing))

    def _not_here(self, symbol: str) -> str:
        number = symbol.removeprefix("S/RES/").partition(" (")[0]
        if number.isdecimal():
            return self._catalogue.not_held(number)
        return f"{symbol} is not among the documents; {self._catalogue.holdings()}."

    def _mentioned(self, question: str, context: str | None) -> Mention | None:
        """Return what a question refers to; what it leaves out is meant as in the citation quoted last."""
        quoted = self.find(context).passages[:1] if context else ()
        if not quoted:
            return references_in(question, self, self._catalogue)
        mention = references_in(question, self, self._catalogue, quoted[0].source)
        number = _PARAGRAPH.search(question)
        if mention and mention.sources == (quoted[0].source,) and number and quoted[0].headings:
            # "and paragraph 7?" after a paragraph of a section counts within that section, as its citation does.
            section = self.find(f"{quoted[0].source.name}, {quoted[0].headings[-1]}, para. {number['number']}")
            return Mention(section.passages, section.sources, (), section.reading, section.problem)
        return mention

    def _mentioned_within(self, question: str, document: str) -> Mention | None:
        """Return what a question about one document refers to in it; what it says of others is left to the search."""
        source = self._source(document)
        mention = references_in(question, self, self._catalogue, source)
        return mention if mention and mention.sources == (source,) else None

    def _source(self, document: str) -> Source:
        """Return a document by its id; raises KeyError where there is none."""
        for source in self.sources():
            if source.id == document:
                return source
        raise KeyError(document)


def _declined(question: str, started: float, problem: str) -> Answer:
    return Answer(question, (), 0.0, (), None, problem, _since(started))


def _since(started: float) -> float:
    return time.perf_counter() - started
