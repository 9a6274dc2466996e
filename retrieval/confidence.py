"""How sure an answer is: a logistic model over what speaks for the best hit, comparable between questions.

It tells answers from neighbours of an answer better than any single score, because a question whose topic is in the
documents and whose fact is not has high similarity all the same; what it lacks is one word, one number, or anything of
the kind asked for. `python -m retrieval.calibration INDEX QUESTIONS…` fits the coefficients again.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass

from retrieval.answer_type import holds
from retrieval.query import Query
from retrieval.retriever import Hit

THRESHOLD = 0.5
"""At this confidence and above a question is answered."""


@dataclass(frozen=True, slots=True)
class Signals:
    """What the model weighs; each about 0 to 1.

    Attributes:
        tokens: Late interaction with the best hit.
        sentence_vector, passage_vector: Cosine of the question with its nearest sentence and with the whole of it.
        coverage, sentence_coverage: Share of the question's words, by weight, that the best hit or its context has, and
            that the marked sentence or the context has.
        rarest_missing: Weight of the rarest word of the question that the best hit lacks, as a share of the rarest
            possible.
        number_missing: 1 if the question gives a number that neither the best hit nor its context has.
        margin: How far the best hit is ahead of the second.
        kind_missing: 1 if the marked sentence holds nothing of the kind asked for.
        kind_missing_in_passage: 1 if nothing in the whole best hit is of that kind.
        introduces: 1 if the best hit introduces the abbreviation asked for.
    """

    tokens: float
    sentence_vector: float
    passage_vector: float
    coverage: float
    sentence_coverage: float
    rarest_missing: float
    number_missing: float
    margin: float
    kind_missing: float
    kind_missing_in_passage: float
    introduces: float


INTERCEPT = -5.0
COEFFICIENTS = Signals(4.0, 2.0, 2.0, 1.0, 0.5, -1.0, -1.0, 3.0, -1.0, -1.0, 2.0)


def signals_of(query: Query, hits: Sequence[Hit], text: str, idf: Mapping[str, float], passages: int) -> Signals:
    """Return the signals of the best of `hits`, whose words are `text`."""
    best = hits[0]
    second = hits[1].score if len(hits) > 1 else 0.0
    held = {*best.candidate.terms, *best.candidate.context_terms}
    missing = [term for term, weight in query.terms.items() if weight == 1.0 and term not in held]
    start, end = best.sentence.span
    return Signals(
        tokens=best.evidence.tokens,
        sentence_vector=best.evidence.sentence_vector,
        passage_vector=best.evidence.passage_vector,
        coverage=best.evidence.coverage,
        sentence_coverage=best.evidence.sentence_coverage,
        rarest_missing=max((idf[term] for term in missing), default=0.0) / math.log(2 * passages + 2),
        number_missing=float(any(re.fullmatch(r"\d+", term) for term in missing)),
        margin=best.score - second,
        kind_missing=float(not holds(text[start:end], query.kind, query.text)),
        kind_missing_in_passage=float(not holds(text, query.kind, query.text)),
        introduces=float(best.evidence.introduces),
    )


def confidence_of(signals: Signals) -> float:
    """Return the probability that the best hit answers, 0 to 1."""
    weighted = (weight * value for weight, value in zip(astuple(COEFFICIENTS), astuple(signals), strict=True))
    return 1 / (1 + math.exp(-INTERCEPT - sum(weighted)))
