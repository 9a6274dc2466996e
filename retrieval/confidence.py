"""How sure an answer is: a logistic model over what speaks for the best hit, comparable between questions.

It tells answers from neighbours of an answer better than any single score, because a question whose topic is in the
documents and whose fact is not has high similarity all the same; what it lacks is one word, one number, or anything of
the kind asked for. `python -m retrieval.calibration INDEX QUESTIONS…` fits the coefficients again.
"""

from __future__ import annotations

import math
from dataclasses import astuple, dataclass

from retrieval.answer_type import AnswerType
from retrieval.query import Query
from retrieval.retriever import Hit

THRESHOLD = 0.5
"""At this confidence and above a question is answered."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the model weighs; each about 0 to 1.

    Attributes:
        tokens: Late interaction with the best hit.
        sentence_vector: Cosine of the question with its nearest sentence.
        kind_missing: 1 if the marked sentence holds nothing of the kind asked for.
        undefined: 1 if a meaning is asked for and the best hit introduces no abbreviation of the question.
    """

    tokens: float
    sentence_vector: float
    kind_missing: float
    undefined: float


INTERCEPT = -2.46
COEFFICIENTS = Signals(tokens=1.99, sentence_vector=3.85, kind_missing=-1.99, undefined=-0.87)
"""Fitted to the odd questions of tests/data/questions.jsonl (counted twice), 320 SQuAD questions over five articles,
and 120 over 191 Security Council resolutions; the intercept lets nine in ten of the first through. Word coverage, the
margin between the first two hits, and numbers or names missing from the best were tried and did not help."""


def signals_of(query: Query, best: Hit) -> Signals:
    """Return the signals of the best hit for a query."""
    evidence = best.evidence
    return Signals(
        tokens=evidence.tokens,
        sentence_vector=evidence.sentence_vector,
        kind_missing=float(not evidence.kind_in_sentence),
        undefined=float(query.kind is AnswerType.DEFINITION and not evidence.introduces),
    )


def confidence_of(signals: Signals) -> float:
    """Return the probability that the best hit answers, 0 to 1."""
    weighted = (weight * value for weight, value in zip(astuple(COEFFICIENTS), astuple(signals), strict=True))
    return 1 / (1 + math.exp(-INTERCEPT - sum(weighted)))
