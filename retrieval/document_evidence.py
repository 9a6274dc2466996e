"""Evidence about documents: how well each fits what a question tells of the one it wants, beside its words.

A paragraph that is repeated in ten resolutions is found by none of its words: that it is the one of June 1991, the
first of its series, or one that all others cite, is known of its document.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.clues import Clues, Order
from retrieval.columns import Ints
from retrieval.document_facts import DocumentFacts
from retrieval.lexical import K1, B

Floats = NDArray[np.float64]

PLAIN = 0.3
"""What a word counts that is never part of a name, against a name, in what a document is about."""
IN_SERIES = 0.6
"""Share of the question's subject that a document of its series has at least."""
CITING = 60
"""Documents whose citations count: those nearest to the subject."""
ENOUGH = 10.0
"""Documents on the subject, each counted as far as it is about it, from which a series or being cited tells all it can:
of three documents one is always the first and one the most cited."""
TELLING = 0.1
"""Share of the documents up to which a name tells what a document is about: what is in most of them tells nothing."""
NAME = 0.5
"""Share of its occurrences from which a word is a name."""
DATE, CITED, ORDER = 0.9, 0.2, 0.7
"""What each counts against the subject in the choice of documents whose passages are weighed. Of 36 questions by topic
on 2,441 documents, the right document is first (among the first three) for 44 (61) % by the subject alone and for 67
(86) % like this; of 30 that were not looked at, for 63 (70) and 73 (83) %."""


@dataclass(frozen=True, slots=True, eq=False)
class DocumentEvidence:
    """What speaks for each document, `(documents,)` each, from 0 to 1.

    Attributes:
        subject: How much it is about what the question is about: BM25 over all documents, names before other words.
        date: How near its day is to the times the question names.
        cited: How much those that are about it cite it.
        order: How near it comes to being the first, or the last, of those that are about it; 0 where neither is asked.
    """

    subject: Floats
    date: Floats
    cited: Floats
    order: Floats

    def best(self, limit: int) -> list[int]:
        """Return the documents that fit best, of those that fit at all."""
        fit = self.subject + DATE * self.date + CITED * self.cited + ORDER * self.order
        return [int(each) for each in _largest(fit, limit) if fit[each] > 0]


def evidence_of(clues: Clues, facts: DocumentFacts) -> DocumentEvidence:
    """Return what speaks for each document."""
    subject, share = _subject(clues.subject, facts)
    dates = [period.nearness(facts.days) for period in clues.periods]
    nothing = np.zeros(len(facts))
    return DocumentEvidence(
        subject=subject,
        date=np.max(dates, axis=0) if dates else nothing,
        cited=_cited(subject, facts),
        order=_order(subject * share, clues.order, facts) if clues.order else nothing,
    )


def names_held(terms: Sequence[str], facts: DocumentFacts, documents: Ints) -> NDArray[np.bool_]:
    """Tell of some terms whether they are names that some documents have, `(terms, documents)`.

    A passage need not repeat the name of what its document is about.
    """
    held = np.zeros((len(terms), len(documents)), dtype=np.bool_)
    if TELLING * len(facts) < 1:  # among so few documents no name is rare
        return held
    rows, occur = facts.rows_of_each(terms)
    places, rows = np.flatnonzero(occur), rows[occur]
    telling = (facts.frequencies(rows) <= TELLING * len(facts)) & (facts.name_shares(rows) >= NAME)
    for place, row in zip(places[telling].tolist(), rows[telling].tolist(), strict=True):
        having = facts.documents_with(row)
        held[place] = having[np.minimum(np.searchsorted(having, documents), len(having) - 1)] == documents
    return held


def _subject(terms: Sequence[str], facts: DocumentFacts) -> tuple[Floats, Floats]:
    """Return how much each document is about some terms, and how far beyond `IN_SERIES` it has them all."""
    rows = facts.rows(terms)
    frequencies = facts.frequencies(rows)
    rarity = np.log(1 + (len(facts) - frequencies + 0.5) / (frequencies + 0.5))
    weights = rarity * (PLAIN + (1 - PLAIN) * facts.name_shares(rows))
    documents, counts, owner = facts.postings(rows)
    norm = K1 * (1 - B + B * facts.lengths[documents] / max(1.0, facts.lengths.mean()))
    scores = np.bincount(documents, weights[owner] * counts * (K1 + 1) / (counts + norm), minlength=len(facts))
    shares = _of_best(np.bincount(documents, weights[owner], minlength=len(facts)))
    return _of_best(scores), np.maximum(shares - IN_SERIES, 0) / (1 - IN_SERIES)


def _cited(subject: Floats, facts: DocumentFacts) -> Floats:
    citing = _largest(subject, CITING)
    documents, owner = facts.cited_by(citing)
    return _of_best(np.bincount(documents, subject[citing][owner] ** 2, minlength=len(facts)), ENOUGH)


def _order(member: Floats, order: Order, facts: DocumentFacts) -> Floats:
    """Return the place of each document in a series: 1 for the one asked for, half for the next, a third after it.

    Args:
        member: How much each document belongs to the series.
        order: Which end of it is asked for.
        facts: Of the documents; those without a day are in no series.
    """
    member = np.where(facts.days > 0, member, 0.0)
    counted = np.cumsum(member[facts.by_day])
    before = np.empty(len(facts))
    before[facts.by_day] = counted - member[facts.by_day] if order is Order.FIRST else counted[-1:] - counted
    return _of_best(member / (1 + before)) * min(1.0, float(counted[-1]) / ENOUGH)


def _largest(values: Floats, limit: int) -> Ints:
    """Return the places of the largest values, the largest first."""
    some = np.argpartition(-values, limit)[:limit] if limit < len(values) else np.arange(len(values))
    return np.asarray(some[np.argsort(-values[some], kind="stable")])


def _of_best(values: NDArray[Any], least: float = 0.0) -> Floats:
    """Return values as shares of the largest, or of `least` where that is more; all 0 where there is none."""
    return np.asarray(values / (max(least, values.max(initial=0.0)) or 1.0), dtype=np.float64)
