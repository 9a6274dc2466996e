"""Fits the coefficients of the confidence: `python -m retrieval.calibration INDEX QUESTIONS [INDEX QUESTIONS …]`.

Several collections are fitted together, each with an intercept of its own, so that the coefficients say what tells an
answer from none in any of them, not which collection a question belongs to. The intercept that is printed lets the
first collection answer nine in ten of its answerable questions.
"""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import astuple, fields
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from retrieval.confidence import Signals
from retrieval.embedding import SentenceTransformerEmbedder
from retrieval.library import Library
from retrieval.questions import Question, read_questions

Floats = NDArray[np.float64]

RIDGE = 1.0
"""Weight of the squared coefficients, which keeps them small where the questions are few."""
ANSWERED = 0.9
"""Share of the answerable questions that the threshold lets through."""


def samples(library: Library, questions: Sequence[Question]) -> tuple[Floats, Floats]:
    """Return the signals `(n, signals)` of the questions that need a search, and whether each is answerable `(n,)`."""
    found = [(library.signals(question.question), question.answerable) for question in questions]
    rows = [(astuple(signals), answerable) for signals, answerable in found if signals]
    return np.array([row for row, _ in rows]), np.array([float(answerable) for _, answerable in rows])


def fitted(collections: Sequence[tuple[Floats, Floats]]) -> Floats:
    """Return a coefficient for each signal: ridge logistic regression, each collection counting the same.

    Source: iteratively reweighted least squares, Hastie, Tibshirani and Friedman, The Elements of Statistical Learning
    (2009), section 4.4.1.
    """
    signals = np.concatenate([rows for rows, _ in collections])
    answerable = np.concatenate([labels for _, labels in collections])
    which = np.repeat(np.arange(len(collections)), [len(labels) for _, labels in collections])
    design = np.hstack([signals, which[:, None] == np.arange(len(collections))])
    weights = (len(signals) / len(collections) / np.bincount(which))[which]
    ridge = np.diag(np.r_[np.full(signals.shape[1], RIDGE), np.full(len(collections), 1e-6)])
    coefficients = np.zeros(design.shape[1])
    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ coefficients))
        gradient = design.T @ (weights * (probability - answerable)) + ridge @ coefficients
        curvature = (design * (weights * probability * (1 - probability))[:, None]).T @ design + ridge
        coefficients -= np.linalg.solve(curvature, gradient)
    return np.asarray(coefficients[: signals.shape[1]])


def intercept(coefficients: Floats, signals: Floats, answerable: Floats) -> float:
    """Return the intercept at which `ANSWERED` of the answerable questions reach a confidence of one half."""
    return -float(np.quantile(signals[answerable == 1] @ coefficients, 1 - ANSWERED))


def main(arguments: Sequence[str]) -> None:
    """Print the coefficients fitted to the collections named, ready to be put into `retrieval.confidence`."""
    embedder = SentenceTransformerEmbedder()
    collections = []
    for index, questions in zip(arguments[::2], arguments[1::2], strict=True):
        with Library.open(Path(index), embedder) as library:
            collections.append(samples(library, read_questions(Path(questions))))
    coefficients = fitted(collections)
    lines = [f"INTERCEPT = {intercept(coefficients, *collections[0]):.2f}"]
    lines += [f"{each.name}={value:.2f}," for each, value in zip(fields(Signals), coefficients, strict=True)]
    sys.stdout.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main(sys.argv[1:])
