"""Fits the threshold of one index to somebody's own questions: what `rapporteur calibrate` does."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

from retrieval.evaluation import Evaluation, evaluate
from retrieval.library import Library
from retrieval.questions import Question
from retrieval.threshold import Calibration, CalibrationError, confidence_model

ANSWERED = 0.9
"""Share of the answerable questions that the threshold lets through."""
LEAST = 11
"""Questions of each kind that a threshold is fitted to: with ten, one in ten that may be declined is a single one."""
FIGURES = ("false_refusal_rate", "false_answer_rate", "precision_when_answered", "auroc", "ece")
"""What is kept of the evaluations before and after."""


def refuse_too_few(questions: Sequence[Question]) -> None:
    """Raise CalibrationError, which says how many are needed, where there are too few of either kind."""
    answerable = sum(question.answerable for question in questions)
    unanswerable = len(questions) - answerable
    if min(answerable, unanswerable) < LEAST:
        raise CalibrationError(
            f"A threshold needs at least {LEAST} questions that the documents answer and {LEAST} that they do not; "
            f"these are {answerable} and {unanswerable}. Write more of them. The old threshold stays."
        )


def calibrate(
    library: Library,
    questions: Sequence[Question],
    answered: float = ANSWERED,
    *,
    name: str,
    progress: Callable[[str, int, int], None] = lambda phase, done, total: None,
) -> Calibration:
    """Return the calibration with which an index answers a share of its answerable questions.

    Args:
        library: What answers, with the calibration it has now, if any.
        questions: At least `LEAST` of either kind.
        answered: The share of the answerable that is to be answered, 0 to 1.
        name: Of the file of questions.
        progress: Called with "asking" and then "asking again", the number of questions asked, and of all.

    Raises:
        CalibrationError: The questions are too few, of one kind, of other documents, or no threshold does it.
    """
    refuse_too_few(questions)
    before = evaluate(library, questions, progress=lambda done, total: progress("asking", done, total))
    _refuse_absent(before)
    confidences = [each.confidence for each in before.answerable]
    threshold = threshold_for(confidences, before.confidences, answered)
    present = library.calibration.shift if library.calibration else 0.0

    calibration = Calibration(
        shift=present - math.log(threshold / (1 - threshold)),
        answered=answered,
        questions=name,
        answerable=len(before.answerable),
        unanswerable=len(before.unanswerable),
        made=datetime.now(UTC),
        model=library.generation.model,
        index_version=library.generation.index_version,
        confidence=confidence_model(),
        before=_kept(before),
        after={},
    )
    shifted = library.calibrated(calibration)
    after = evaluate(shifted, questions, progress=lambda done, total: progress("asking again", done, total))
    return replace(calibration, after=_kept(after))


def _refuse_absent(evaluation: Evaluation) -> None:
    if evaluation.absent:
        raise CalibrationError(
            f"{evaluation.absence} Index these documents or leave the questions out. The old threshold stays."
        )


def threshold_for(answerable: Sequence[float], every: Sequence[float], answered: float) -> float:
    """Return the threshold that at least a share `answered` of the confidences in answerable questions reaches.

    It lies half-way to the next lower confidence of any question, so that none is on the edge.

    Raises:
        CalibrationError: More of them are declined whatever the threshold is: their confidence is 0.
    """
    wanted = math.ceil(answered * len(answerable) - 1e-9)
    least = sorted(answerable, reverse=True)[wanted - 1]
    if least <= 0:
        reachable = sum(confidence > 0 for confidence in answerable) / len(answerable)
        raise CalibrationError(
            f"No threshold answers {answered:.0%} of these questions: only {reachable:.0%} find any passage, or name "
            "a paragraph that exists. Ask for less with --answered, or look at `rapporteur evaluate --misses`. The old "
            "threshold stays."
        )
    return (least + max((each for each in every if each < least), default=0.0)) / 2


def _kept(evaluation: Evaluation) -> dict[str, float | None]:
    return {figure.key: figure.value for figure in evaluation.figures if figure.key in FIGURES}
