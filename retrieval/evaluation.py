"""Questions with known passages → how often the right one is quoted, cited and marked, and how well it abstains.

The ranking is judged whether or not it was shown as an answer: the quotations when something was found, what came
nearest when not. So the order of passages and the decision to answer are measured apart.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal, Protocol

from retrieval import metrics
from retrieval.answering import Answer, Quotation
from retrieval.judging import holds_answer, locators_agree, paragraphs_agree, same_document, shares_words
from retrieval.questions import Question, QuestionsUnreadable, read_questions

__all__ = ["Evaluation", "Figure", "Judgement", "Question", "QuestionsUnreadable", "evaluate", "read_questions"]

_LOCATORS_WITHIN = 3  # what a person is shown by default; a locator further down is not read


class Answering(Protocol):
    """What can be evaluated: a library, or anything else that answers like one."""

    def answer(self, question: str, limit: int = 3) -> Answer:
        """Answer with up to `limit` quotations, or with up to as many that came nearest."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one question.

    Attributes:
        question: As it was read.
        found: Whether it was answered.
        confidence: Of the answer, 0 to 1.
        rank: Place of the first right passage, from 1; None where there is none.
        locator_right: Whether that passage is cited as wanted; None without a right passage or a gold locator.
        paragraph_right: The same, sub-paragraphs left aside.
        marked_right: Whether the sentence marked in the first passage answers; None where the first is not right or the
            question has no answers in words.
        first: Citation of what came first; None where nothing did.
        first_marked: The sentence marked in it.
        milliseconds: How long the answer took.
    """

    question: Question
    found: bool
    confidence: float
    rank: int | None
    locator_right: bool | None
    paragraph_right: bool | None
    marked_right: bool | None
    first: str | None
    first_marked: str | None
    milliseconds: float

    @property
    def miss(self) -> str | None:
        """What went wrong, in a few words; None when nothing did."""
        if not self.question.answerable:
            return "answered, and the documents do not say" if self.found else None
        place = "right passage not among those ranked" if self.rank is None else f"right passage in place {self.rank}"
        problems = [*([] if self.found else ["declined"]), *([] if self.rank == 1 else [place])]
        return ", ".join(problems) or None

    def to_json(self) -> dict[str, object]:
        """Return the judgement as JSON has it."""
        return {
            "id": self.question.id,
            "question": self.question.question,
            "answerable": self.question.answerable,
            "found": self.found,
            "confidence": self.confidence,
            "rank": self.rank,
            "locator_right": self.locator_right,
            "paragraph_right": self.paragraph_right,
            "marked_right": self.marked_right,
            "first": self.first,
            "first_marked": self.first_marked,
            "wanted": self.question.wanted,
            "miss": self.miss,
            "milliseconds": self.milliseconds,
        }


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
    unit: Literal["%", "", "ms"]
    note: str

    @property
    def text(self) -> str:
        """The value as it is shown; a dash where there is none."""
        if self.value is None:
            return "–"
        return {"%": f"{100 * self.value:.1f} %", "": f"{self.value:.3f}", "ms": f"{self.value:.1f} ms"}[self.unit]


@dataclass(frozen=True, slots=True)
class Evaluation:
    """The judgements of a set of questions, in its order, and the figures made of them.

    Attributes:
        judgements: One for each question.
        limit: How many passages each ranking had at most.
    """

    judgements: tuple[Judgement, ...]
    limit: int

    @property
    def answerable(self) -> tuple[Judgement, ...]:
        """Those the documents answer."""
        return tuple(each for each in self.judgements if each.question.answerable)

    @property
    def unanswerable(self) -> tuple[Judgement, ...]:
        """Those the documents do not answer."""
        return tuple(each for each in self.judgements if not each.question.answerable)

    @property
    def figures(self) -> tuple[Figure, ...]:
        """Every figure, in the order in which they are shown."""
        return (*_ranking(self), *_citing(self.answerable), *_abstaining(self), *_times(self.judgements))

    def misses(self) -> tuple[Judgement, ...]:
        """Return the judgements with something to look into."""
        return tuple(each for each in self.judgements if each.miss)

    def rows(self) -> list[tuple[str, str, str]]:
        """Return name, value and note of every figure, for a table."""
        return [(figure.name, figure.text, figure.note) for figure in self.figures]

    def to_json(self) -> dict[str, object]:
        """Return the figures and, under "records", the judgements as JSON has them; shares from 0 to 1."""
        return {
            "questions": len(self.judgements),
            "answerable": len(self.answerable),
            "unanswerable": len(self.unanswerable),
            **{figure.key: figure.value for figure in self.figures},
            "records": [each.to_json() for each in self.judgements],
        }


def evaluate(
    library: Answering,
    questions: Sequence[Question],
    *,
    limit: int = 5,
    progress: Callable[[int, int], None] | None = None,
) -> Evaluation:
    """Ask every question, in order, and judge what comes back.

    Args:
        library: What answers.
        questions: With what is known about their answers.
        limit: Passages asked for; hit@k is given for k up to it.
        progress: Called after each question with the number asked so far and the number of all.
    """
    judgements = []
    for done, question in enumerate(questions, start=1):
        judgements.append(judge(question, library.answer(question.question, limit=limit), limit))
        if progress is not None:
            progress(done, len(questions))
    return Evaluation(tuple(judgements), limit)


def judge(question: Question, answer: Answer, limit: int) -> Judgement:
    """Hold an answer against what is known about its question."""
    ranking = (*answer.quotations, *answer.nearest)[:limit]
    rank = next((place for place, each in enumerate(ranking, start=1) if is_hit(question, each)), None)
    locator = ranking[rank - 1].passage.locator if rank and question.locator else None
    return Judgement(
        question=question,
        found=answer.found,
        confidence=answer.confidence,
        rank=rank,
        locator_right=None if locator is None else locators_agree(locator, question.locator),
        paragraph_right=None if locator is None else paragraphs_agree(locator, question.locator),
        marked_right=shares_words(ranking[0].marked, question.answers) if rank == 1 and question.answers else None,
        first=str(ranking[0].citation) if ranking else None,
        first_marked=ranking[0].marked if ranking else None,
        milliseconds=1000 * answer.seconds,
    )


def is_hit(question: Question, quotation: Quotation) -> bool:
    """Tell whether a quotation answers: right document, and an answer or the words of a gold passage in it."""
    if not question.answerable or not same_document(
        quotation.passage.source.id, (*question.document, *question.accept_also)
    ):
        return False
    text = quotation.text
    return holds_answer(text, question.answers) or shares_words(text, question.passages)


def _counted(key: str, name: str, outcomes: Sequence[bool], of: str) -> Figure:
    return Figure(key, name, metrics.share(outcomes), "%", f"{sum(outcomes)} of {len(outcomes)} {of}")


def _known(outcomes: Iterable[bool | None]) -> list[bool]:
    return [each for each in outcomes if each is not None]


def _ranking(evaluation: Evaluation) -> Iterator[Figure]:
    ranks = [each.rank for each in evaluation.answerable]
    for k in (1, 3, 5):
        if k <= evaluation.limit:
            note = f"right passage among the first {k}, of {len(ranks)} answerable" if k > 1 else "right passage first"
            yield Figure(f"hit@{k}", f"hit@{k}", metrics.hit_rate(ranks, k), "%", note)
    yield Figure("mrr", "MRR", metrics.mean_reciprocal_rank(ranks), "", "mean of 1 / place of the first right passage")


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


def _abstaining(evaluation: Evaluation) -> Iterator[Figure]:
    answerable, unanswerable = evaluation.answerable, evaluation.unanswerable
    area = metrics.auroc([each.confidence for each in answerable], [each.confidence for each in unanswerable])
    yield Figure("auroc", "AUROC of confidence", area, "", f"{len(answerable)} answerable, {len(unanswerable)} not")
    off_topic = [each.found for each in unanswerable if each.question.off_topic]
    on_topic = [each.found for each in unanswerable if not each.question.off_topic]
    yield _counted("false_answer_rate", "false answers", [*on_topic, *off_topic], "unanswerable")
    yield _counted("false_answer_rate_on_topic", "  on topic", on_topic, "unanswerable, on topic or not said")
    yield _counted("false_answer_rate_off_topic", "  off topic", off_topic, "unanswerable, said to be off topic")
    yield _counted("false_refusal_rate", "false refusals", [not each.found for each in answerable], "answerable")
    right = [each.rank == 1 for each in evaluation.judgements if each.found]
    yield _counted("precision_when_answered", "right when answered", right, "answered, the first passage right")


def _times(judgements: Sequence[Judgement]) -> Iterator[Figure]:
    times = [each.milliseconds for each in judgements]
    yield Figure("milliseconds_median", "time, median", metrics.percentile(times, 50), "ms", "per question")
    yield Figure("milliseconds_p95", "time, p95", metrics.percentile(times, 95), "ms", "per question")
