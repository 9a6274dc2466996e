"""Quotation and Answer: what to quote, which sentence to mark, or that the documents do not say."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from corpus.citation import Citation, cite
from corpus.document import Passage, Span
from retrieval.columns import Keys, is_number
from retrieval.retriever import Hit

RELATED = 0.7
"""Share of the best score below which a passage is not quoted beside it. Of the odd questions, the right passage among
the first three never had less than 0.77."""
ALIKE = 0.9
"""Share of terms in common from which two passages are near-duplicates: yearly renewals repeat whole paragraphs."""


@dataclass(frozen=True, slots=True)
class Quotation:
    """Words of a document with their citation.

    Attributes:
        passage: What is quoted.
        marked_span: The sentence that answers, as a range of `text`.
        score: Higher is better, always.
        verified: Whether the words were read again from the stored document and are equal.
    """

    passage: Passage
    marked_span: Span
    score: float
    verified: bool

    @property
    def text(self) -> str:
        """The passage, sliced from its document."""
        return self.passage.text

    @property
    def marked(self) -> str:
        """The sentence that answers, word for word."""
        start, end = self.marked_span
        return self.text[start:end]

    @property
    def citation(self) -> Citation:
        """How the passage is named."""
        return cite(self.passage)


@dataclass(frozen=True, slots=True)
class Answer:
    """Quotations, or the statement that none was found.

    Attributes:
        question: As it was asked.
        quotations: What answers, best first; empty when the documents do not say.
        confidence: 0 to 1, comparable between questions.
        nearest: What came closest when nothing was found: not an answer.
        reading: How a reference in the question was understood, or None.
        problem: A sentence for the person: why there is no answer, or what does exist; None when found.
        seconds: How long it took.
    """

    question: str
    quotations: tuple[Quotation, ...]
    confidence: float
    nearest: tuple[Quotation, ...]
    reading: str | None
    problem: str | None
    seconds: float

    @property
    def found(self) -> bool:
        """Whether the documents answer."""
        return bool(self.quotations)


def quotable(hits: Sequence[Hit], limit: int) -> list[Hit]:
    """Return the first `limit` hits that come near the best and do not repeat a better one."""
    near = (hit for hit in hits if hit.score >= RELATED * hits[0].score)
    return distinct(near, limit)


def distinct(hits: Iterable[Hit], limit: int) -> list[Hit]:
    """Return the first `limit` hits that do not repeat a better one."""
    chosen: list[Hit] = []
    for hit in hits:
        if len(chosen) == limit:
            break
        if not any(_alike(hit, better) for better in chosen):
            chosen.append(hit)
    return chosen


def _alike(one: Hit, other: Hit) -> bool:
    """Tell whether two passages have nearly the same terms, by their Jaccard similarity, and all the same numbers.

    Two renewals of a mandate may differ in nothing but the date; the number a paragraph begins with tells nothing.
    """
    mine, theirs = _own_terms(one), _own_terms(other)
    if not np.array_equal(mine[is_number(mine)], theirs[is_number(theirs)]):
        return False
    shared = len(np.intersect1d(mine, theirs, assume_unique=True))
    return shared >= ALIKE * (len(mine) + len(theirs) - shared)


def _own_terms(hit: Hit) -> Keys:
    """Return the terms of a passage, each once, without the number it begins with."""
    terms = hit.terms
    return np.unique(terms[1:] if len(terms) and is_number(terms[:1])[0] else terms)
