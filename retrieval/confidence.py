"""How sure an answer is: a logistic model over what speaks for the best hit, comparable between questions.

It tells answers from neighbours of an answer better than any single score, because a question whose topic is in the
documents and whose fact is not has high similarity all the same; what it lacks is one word, one number, or anything of
the kind asked for, and it is not far ahead of its neighbours. `python -m retrieval.fitting` fits the coefficients.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from retrieval.answer_type import AnswerType
from retrieval.query import Query
from retrieval.retriever import Hit

THRESHOLD = 0.5
"""At this confidence and above a question is answered."""


LEAD_AT_MOST = 0.4
"""A lead beyond this says no more: a passage may be far ahead because it introduces the abbreviation asked for."""
_BEHIND = slice(1, 20)  # the hits that the best is held against
# Of names nothing: a sentence without one is as frequent among right answers as among others.
_QUANTITIES = frozenset({AnswerType.NUMBER, AnswerType.MONEY, AnswerType.VOTE, AnswerType.PERSON})
_SETTINGS = frozenset({AnswerType.DATE, AnswerType.DURATION, AnswerType.PLACE})


@dataclass(frozen=True, slots=True)
class Signals:
    """What the model weighs; each about 0 to 1.

    Attributes:
        tokens: Late interaction with the best hit.
        lead: How far the score of the best hit is above the mean of those behind it.
        quantity_missing: 1 if a number, a sum of money, a vote or a person is asked for and the marked sentence holds
            none.
        setting_missing: The same of a date, a duration or a place, which sentences name in more ways than patterns see.
        undefined: 1 if a meaning is asked for and the best hit introduces no abbreviation of the question.
    """

    tokens: float
    lead: float
    quantity_missing: float
    setting_missing: float
    undefined: float


INTERCEPT = -5.31
COEFFICIENTS = Signals(tokens=9.52, lead=4.81, quantity_missing=-1.95, setting_missing=-0.64, undefined=-0.38)
"""Fitted with `python -m retrieval.fitting` to the questions in odd places of tests/data/questions.jsonl, qa/squad,
qa/clapnq and qa/obliqa, 400 of each at most. On those in even places, near topic (right passages passed over) AUROC is
0.74, 0.88, 0.95 and 0.69, off topic 0.992, 0.998, 0.985 and 0.988. The cosine of the nearest sentence in place of the
lead gave 0.70, 0.84, 0.95 and 0.67 near topic; word coverage, the rarest missing word, missing numbers, the least
matched token and the margin between the first two hits were tried beside these and did not help. Since `together` is
part of the ranking, anew they come out the same within 0.3 and within 0.001 of AUROC."""


def signals_of(query: Query, hits: Sequence[Hit]) -> Signals:
    """Return the signals of the hits for a query, at least one, best first."""
    best, behind = hits[0], [hit.score for hit in hits[_BEHIND]]
    missing = not best.evidence.kind_in_sentence
    return Signals(
        tokens=best.evidence.tokens,
        lead=min(LEAD_AT_MOST, best.score - sum(behind) / len(behind)) if behind else 0.0,
        quantity_missing=float(missing and query.kind in _QUANTITIES),
        setting_missing=float(missing and query.kind in _SETTINGS),
        undefined=float(query.kind is AnswerType.DEFINITION and not best.evidence.introduces),
    )


def confidence_of(signals: Signals, shift: float = 0.0) -> float:
    """Return the probability that the best hit answers, 0 to 1; `shift` is added to its log-odds."""
    weighted = (getattr(COEFFICIENTS, name) * getattr(signals, name) for name in Signals.__slots__)
    return 1 / (1 + math.exp(-INTERCEPT - shift - sum(weighted)))
