"""The figures by which rankings and abstention are judged; each one pure function with its formula and source.

A rank is the place of the first right passage, from 1, or None where it is not among those shown. A figure over no
cases is None, not 0: it was not measured.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

Rank = int | None

BINS = 10
"""Of a reliability curve, each a tenth wide: the usual number (Guo et al., 2017, take 15 of thousands)."""


def share(outcomes: Sequence[bool]) -> float | None:
    """Return the proportion of outcomes that are true."""
    return sum(outcomes) / len(outcomes) if outcomes else None


def hit_rate(ranks: Sequence[Rank], k: int) -> float | None:
    """Return hit@k: the share of questions with a right passage among the first k.

    Source: "success at n", Craswell (2009), Encyclopedia of Database Systems.
    """
    return share([rank is not None and rank <= k for rank in ranks])


def mean_reciprocal_rank(ranks: Sequence[Rank]) -> float | None:
    """Return MRR: the mean of 1 / rank, a missing right passage counting 0.

    Source: Voorhees (1999), "The TREC-8 Question Answering Track Report".
    """
    return sum(1 / rank for rank in ranks if rank is not None) / len(ranks) if ranks else None


def auroc(positive: Sequence[float], negative: Sequence[float]) -> float | None:
    """Return the area under the ROC curve: the chance that a positive scores above a negative, a tie counting half.

        AUROC = U / (m * n),    U = #{(p, q): p > q} + 1/2 #{(p, q): p = q}

    Source: U is the statistic of Mann and Whitney (1947); that it is the area: Hanley and McNeil (1982), Radiology 143.
    """
    if not positive or not negative:
        return None
    ordered = np.sort(np.asarray(negative, dtype=np.float64))
    scores = np.asarray(positive, dtype=np.float64)
    # Negatives strictly below a positive, and those below or level: their mean counts a tie half.
    below = np.searchsorted(ordered, scores, side="left")
    not_above = np.searchsorted(ordered, scores, side="right")
    return float((below.sum() + not_above.sum()) / 2 / (len(positive) * len(negative)))


def percentile(values: Sequence[float], percent: float) -> float | None:
    """Return the value below which `percent` of the values lie, in their unit.

    Source: linear interpolation between order statistics, type 7 of Hyndman and Fan (1996), NumPy's default.
    """
    return float(np.percentile(np.asarray(values, dtype=np.float64), percent)) if values else None


@dataclass(frozen=True, slots=True)
class Bin:
    """The questions whose confidence lies between two bounds.

    Attributes:
        low, high: The bounds; the upper one belongs to the last bin alone.
        confidence: Their mean confidence.
        right: The share of them whose outcome is true.
        count: How many they are, at least one.
    """

    low: float
    high: float
    confidence: float
    right: float
    count: int


def reliability(confidences: Sequence[float], outcomes: Sequence[bool], bins: int = BINS) -> tuple[Bin, ...]:
    """Return the reliability curve: bins of equal width over 0 to 1, in order, without the empty ones.

    Where a confidence is a probability, the share of true outcomes in a bin is its mean confidence.

    Source: Guo, Pleiss, Sun and Weinberger (2017), "On Calibration of Modern Neural Networks", section 2.
    """
    held: list[list[tuple[float, bool]]] = [[] for _ in range(bins)]
    for confidence, outcome in zip(confidences, outcomes, strict=True):
        held[min(int(confidence * bins), bins - 1)].append((confidence, outcome))
    return tuple(
        Bin(
            low=place / bins,
            high=(place + 1) / bins,
            confidence=sum(confidence for confidence, _ in inside) / len(inside),
            right=sum(outcome for _, outcome in inside) / len(inside),
            count=len(inside),
        )
        for place, inside in enumerate(held)
        if inside
    )


def expected_calibration_error(bins: Sequence[Bin]) -> float | None:
    """Return ECE: how far confidence and outcome lie apart in a bin, on average over the questions.

        ECE = sum over bins of count / n * |right - confidence|

    Source: Guo et al. (2017), equation 3; of Naeini, Cooper and Hauskrecht (2015).
    """
    count = sum(each.count for each in bins)
    return sum(each.count * abs(each.right - each.confidence) for each in bins) / count if count else None


@dataclass(frozen=True, slots=True)
class Operating:
    """What becomes of a set of questions at one threshold.

    Attributes:
        threshold: The least confidence that is answered.
        coverage: The share of all questions that are answered.
        risk: The share of those answered that are answered wrongly.
    """

    threshold: float
    coverage: float
    risk: float


def risk_coverage(confidences: Sequence[float], right: Sequence[bool]) -> tuple[Operating, ...]:
    """Return the risk-coverage curve: a point for each confidence there is as the threshold, the highest first.

    `right` tells whether a question would be answered rightly; one without an answer never is.

    Source: El-Yaniv and Wiener (2010), "On the Foundations of Noise-free Selective Classification", JMLR 11.
    """
    ranked = sorted(zip(confidences, right, strict=True), reverse=True)
    points = []
    wrong = 0
    for place, (confidence, correct) in enumerate(ranked, start=1):
        wrong += not correct
        if place == len(ranked) or ranked[place][0] < confidence:  # equal confidences are answered together
            points.append(Operating(confidence, place / len(ranked), wrong / place))
    return tuple(points)


def wilson_interval(count: int, of: int) -> tuple[float, float] | None:
    """Return the 95 % interval of a share of which `count` of `of` were seen.

    Source: Wilson (1927), "Probable Inference, the Law of Succession, and Statistical Inference", JASA 22.
    """
    if not of:
        return None
    z, seen = 1.959964, count / of
    middle = (seen + z**2 / (2 * of)) / (1 + z**2 / of)
    half = z / (1 + z**2 / of) * math.sqrt(seen * (1 - seen) / of + z**2 / (4 * of**2))
    return max(0.0, middle - half), min(1.0, middle + half)
