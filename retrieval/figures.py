"""The figures of an evaluation: each a number with its name, its unit and what was counted."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from retrieval import metrics

if TYPE_CHECKING:
    from retrieval.evaluation import Judgement

Unit = Literal["%", "", "ms"]

_LOCATORS_WITHIN = 3  # what a person is shown by default; a locator further down is not read


@dataclass(frozen=True, slots=True)
class Figure:
    """One measured number.

    Attributes:
        key: Its name in JSON.
        name: Its name for people.
        value: A share or area from 0 to 1, or milliseconds; None where there was nothing to measure.
        unit: How it is written: a share in per cent, an area as it is, a time in milliseconds.
        note: What was counted.
    """

    key: str
    name: str
    value: float | None
    unit: Unit
    note: str

    @property
    def text(self) -> str:
        """The value as it is shown; a dash where there is none."""
        return written(self.value, self.unit)


def written(value: float | None, unit: Unit) -> str:
    """Return a value as it is shown; a dash where there is none."""
    if value is None:
        return "–"
    return {"%": f"{100 * value:.1f} %", "": f"{value:.3f}", "ms": f"{value:.1f} ms"}[unit]


def figures_of(judgements: Sequence[Judgement], limit: int) -> tuple[Figure, ...]:
    """Return every figure, in the order in which they are shown; `limit` is how many passages were asked for."""
    answerable = [each for each in judgements if each.question.answerable]
    return (
        *_ranking(answerable, limit),
        *_citing(answerable),
        *_abstaining(judgements),
        *_calibrated(judgements),
        *_times(judgements),
    )


def _counted(key: str, name: str, outcomes: Sequence[bool], of: str) -> Figure:
    return Figure(key, name, metrics.share(outcomes), "%", f"{sum(outcomes)} of {len(outcomes)} {of}")


def _known(outcomes: Iterable[bool | None]) -> list[bool]:
    return [each for each in outcomes if each is not None]


def _ranking(answerable: Sequence[Judgement], limit: int) -> Iterator[Figure]:
    ranks = [each.rank for each in answerable]
    for k in (1, 3, 5):
        if k <= limit:
            note = f"right passage among the first {k}, of {len(ranks)} answerable" if k > 1 else "right passage first"
            yield Figure(f"hit@{k}", f"hit@{k}", metrics.hit_rate(ranks, k), "%", note)
    yield Figure("mrr", "MRR", metrics.mean_reciprocal_rank(ranks), "", "mean of 1 / place of the first right passage")
    weighed = _known(each.candidate for each in answerable)
    if len(weighed) == len(answerable):
        yield _counted("candidate_recall", "candidate recall", weighed, "answerable, right passage weighed at all")


def _citing(answerable: Sequence[Judgement]) -> Iterator[Figure]:
    located = [each for each in answerable if each.question.locator]
    read = [each for each in located if each.rank is not None and each.rank <= _LOCATORS_WITHIN]
    yield _counted(
        "locator_accuracy",
        "locator accuracy",
        _known(each.locator_right for each in read),
        f"right passages within the first {_LOCATORS_WITHIN}",
    )
    yield _counted(
        "paragraph_accuracy",
        "right paragraph",
        _known(each.paragraph_right for each in read),
        "of the same, sub-paragraphs left aside",
    )
    yield _counted(
        "located_rate",
        "found and located",
        [each in read and each.locator_right is True for each in located],
        "answerable with a known locator",
    )
    yield _counted(
        "marked_sentence_accuracy",
        "marked sentence",
        _known(each.marked_right for each in answerable),
        "right passages in first place",
    )


def _abstaining(judgements: Sequence[Judgement]) -> Iterator[Figure]:
    answerable = [each for each in judgements if each.question.answerable]
    unanswerable = [each for each in judgements if not each.question.answerable]
    area = metrics.auroc([each.confidence for each in answerable], [each.confidence for each in unanswerable])
    yield Figure("auroc", "AUROC of confidence", area, "", f"{len(answerable)} answerable, {len(unanswerable)} not")
    off_topic = [each.found for each in unanswerable if each.question.off_topic]
    on_topic = [each.found for each in unanswerable if not each.question.off_topic]
    yield _counted("false_answer_rate", "false answers", [*on_topic, *off_topic], "unanswerable")
    yield _counted("false_answer_rate_on_topic", "  on topic", on_topic, "unanswerable, on topic or not said")
    yield _counted("false_answer_rate_off_topic", "  off topic", off_topic, "unanswerable, said to be off topic")
    yield _counted("false_refusal_rate", "false refusals", [not each.found for each in answerable], "answerable")
    right = [each.right for each in judgements if each.found]
    yield _counted("precision_when_answered", "right when answered", right, "answered, the first passage right")


def _calibrated(judgements: Sequence[Judgement]) -> Iterator[Figure]:
    confidences = [each.confidence for each in judgements]
    for key, name, what, outcomes in (
        ("ece", "calibration error", "answerable", [each.question.answerable for each in judgements]),
        ("ece_right", "  of first places", "right in first place", [each.right for each in judgements]),
    ):
        error = metrics.expected_calibration_error(metrics.reliability(confidences, outcomes))
        yield Figure(key, name, error, "", f"mean distance of confidence from the share {what}, {metrics.BINS} bins")


def _times(judgements: Sequence[Judgement]) -> Iterator[Figure]:
    times = [each.milliseconds for each in judgements]
    yield Figure("milliseconds_median", "time, median", metrics.percentile(times, 50), "ms", "per question")
    yield Figure("milliseconds_p95", "time, p95", metrics.percentile(times, 95), "ms", "per question")
