"""The figures by which rankings and abstention are judged; each one pure function with its formula and source.

A rank is the place of the first right passage, from 1, or None where it is not among those shown. A figure over no
cases is None, not 0: it was not measured.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

Rank = int | None


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
