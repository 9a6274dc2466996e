"""Fits the coefficients of the confidence: `python -m retrieval.fitting INDEX QUESTIONS [INDEX QUESTIONS …]`.

Several collections are fitted together, each with an intercept of its own, so that the coefficients say what tells an
answer from none in any of them, not which collection a question belongs to. What is told apart: questions with an
answer from those said to have none, from the same with the right passages passed over (near topic), and from questions
about the other collections (off topic). The intercept lets the first collection answer nine in ten of its answerable
questions. Fitted to the questions in odd places; what is printed of them is measured on those in even places. No
collection may hold the documents of another.
"""

from __future__ import annotations

import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import astuple, dataclass, fields
from enum import StrEnum
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from corpus.document import Passage
from retrieval.calibration import ANSWERED
from retrieval.confidence import COEFFICIENTS, Signals
from retrieval.embedder_choice import embedder_for_asking
from retrieval.evaluation import is_right
from retrieval.generations import current
from retrieval.judging import file_name
from retrieval.library import Library
from retrieval.metrics import auroc
from retrieval.questions import Question, read_questions, spread
from retrieval.store import read_manifest

Floats = NDArray[np.float64]

RIDGE = 1.0
"""Weight of the squared coefficients, which keeps them small where the questions are few."""
MOST = 400
"""Questions of each collection that are asked, and as many of the others."""


class Against(StrEnum):
    """What a question is that the best passage does not answer."""

    NONE = ""
    """It is answered."""
    UNANSWERABLE = "unanswerable"
    NEAR = "near topic"
    """It is answerable, and the passages that answer it are passed over."""
    OFF = "off topic"
    """It is about another collection."""


@dataclass(frozen=True, slots=True, eq=False)
class Samples:
    """The signals of questions to one collection.

    Attributes:
        signals: `(n, signals)`.
        against: Of each, why the best passage does not answer it.
    """

    signals: Floats
    against: tuple[Against, ...]

    @property
    def answerable(self) -> Floats:
        """1 for those that are answered, `(n,)`."""
        return np.array([float(each is Against.NONE) for each in self.against])

    @property
    def weights(self) -> Floats:
        """How much each counts, 1 on average: answered and not together the same, and so each reason why not."""
        counts = Counter(self.against)
        reasons = max(1, len(counts) - 1)
        shares = [(1.0 if each is Against.NONE else 1 / reasons) / counts[each] for each in self.against]
        return np.array(shares) * len(shares) / sum(shares)

    def auroc(self, coefficients: Floats, against: Against) -> float | None:
        """Return how well confidence tells the answered questions from the others of one sort."""
        confidences = self.signals @ coefficients
        return auroc(
            *(
                [confidences[place] for place, each in enumerate(self.against) if each is which]
                for which in (Against.NONE, against)
            )
        )


def samples(library: Library, questions: Sequence[Question], others: Sequence[Question] = ()) -> Samples:
    """Return the signals of the questions that need a search; `others` are about other collections."""
    found = [*_signals(library, questions), *((library.signals(each.question), Against.OFF) for each in others)]
    rows = [(astuple(signals), against) for signals, against in found if signals]
    return Samples(np.array([row for row, _ in rows]), tuple(against for _, against in rows))


def _signals(library: Library, questions: Sequence[Question]) -> Iterator[tuple[Signals | None, Against]]:
    for question in questions:
        yield library.signals(question.question), Against.NONE if question.answerable else Against.UNANSWERABLE
        right = right_passages(library, question)
        if right:
            yield library.signals(question.question, without=right), Against.NEAR


def right_passages(library: Library, question: Question) -> list[Passage]:
    """Return every passage of a collection that answers a question."""
    wanted = [source.id for source in library.sources() if file_name(source.id) in question.file_names]
    return [passage for document in wanted for passage in library.passages(document) if is_right(question, passage)]


def fitted(collections: Sequence[Samples]) -> Floats:
    """Return a coefficient for each signal: ridge logistic regression, each collection counting the same.

    Source: iteratively reweighted least squares, Hastie, Tibshirani and Friedman, The Elements of Statistical Learning
    (2009), section 4.4.1.
    """
    signals = np.concatenate([each.signals for each in collections])
    answerable = np.concatenate([each.answerable for each in collections])
    which = np.repeat(np.arange(len(collections)), [len(each.against) for each in collections])
    design = np.hstack([signals, which[:, None] == np.arange(len(collections))])
    shares = len(signals) / len(collections) / np.bincount(which)
    weights = shares[which] * np.concatenate([each.weights for each in collections])
    ridge = np.diag(np.r_[np.full(signals.shape[1], RIDGE), np.full(len(collections), 1e-6)])
    coefficients = np.zeros(design.shape[1])
    for _ in range(100):
        probability = 1 / (1 + np.exp(-design @ coefficients))
        gradient = design.T @ (weights * (probability - answerable)) + ridge @ coefficients
        curvature = (design * (weights * probability * (1 - probability))[:, None]).T @ design + ridge
        coefficients -= np.linalg.solve(curvature, gradient)
    return np.asarray(coefficients[: signals.shape[1]])


def intercept(coefficients: Floats, samples: Samples) -> float:
    """Return the intercept at which `ANSWERED` of the answerable questions reach a confidence of one half."""
    answerable = samples.signals[samples.answerable == 1]
    return -float(np.quantile(answerable @ coefficients, 1 - ANSWERED))


def main(arguments: Sequence[str]) -> None:
    """Print the coefficients fitted to the questions in odd places, and what they tell apart in even places."""
    pairs = [
        (Path(index), read_questions(Path(file))) for index, file in zip(arguments[::2], arguments[1::2], strict=True)
    ]
    odd, even = ([_collected(pairs, place, start) for place in range(len(pairs))] for start in (0, 1))
    coefficients = fitted(odd)
    lines = [f"INTERCEPT = {intercept(coefficients, odd[0]):.2f}"]
    lines += [f"{each.name}={value:.2f}," for each, value in zip(fields(Signals), coefficients, strict=True)]
    for name, collection in zip(arguments[1::2], even, strict=True):
        lines += _areas(name, collection, coefficients)
    sys.stdout.write("\n".join(lines) + "\n")


def _areas(name: str, collection: Samples, coefficients: Floats) -> Iterator[str]:
    """Yield how well each sort of question is told apart, with the new coefficients and with those in force."""
    for against in (Against.UNANSWERABLE, Against.NEAR, Against.OFF):
        new, now = (collection.auroc(each, against) for each in (coefficients, np.array(astuple(COEFFICIENTS))))
        if new is not None:
            yield f"{name}, {against.value}: AUROC {new:.3f}, now {now:.3f}"


def _collected(pairs: Sequence[tuple[Path, Sequence[Question]]], place: int, start: int) -> Samples:
    """Return the samples of one collection, of its questions from place `start` on, every second."""
    index, questions = pairs[place]
    others = [each for at, (_, file) in enumerate(pairs) if at != place for each in file if each.answerable]
    sys.stderr.write(f"{index}\n")
    with Library.open(index, embedder_for_asking(None, index, read_manifest(current(index)).model)) as library:
        return samples(library, spread(questions[start::2], MOST), spread(others[start::2], MOST))


if __name__ == "__main__":
    main(sys.argv[1:])
