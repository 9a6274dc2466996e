"""Questions with known passages → how often the right one is quoted, cited and marked, and how well it abstains.

The ranking is judged whether or not it was shown as an answer: the quotations when something was found, what came
nearest when not. So the order of passages and the decision to answer are measured apart.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Protocol

from corpus.document import Passage, Source
from retrieval import metrics
from retrieval.answering import Answer
from retrieval.confidence import THRESHOLD
from retrieval.figures import Figure, figures_of
from retrieval.judging import file_name, holds_answer, locators_agree, paragraphs_agree, shares_words
from retrieval.questions import Question, QuestionsUnreadable, read_questions

__all__ = ["Evaluation", "Figure", "Judgement", "Question", "QuestionsUnreadable", "evaluate", "read_questions"]


_MOST_NAMES = 10


class Answering(Protocol):
    """What can be evaluated: a library, or anything else that answers like one."""

    def answer(self, question: str, limit: int = 3) -> Answer:
        """Answer with up to `limit` quotations, or with up to as many that came nearest."""
        ...

    def candidates(self, question: str) -> Sequence[Passage]:
        """Return the passages that are weighed for a question, in no order."""
        ...

    def sources(self) -> Sequence[Source]:
        """Return every document there is."""
        ...


@dataclass(frozen=True, slots=True)
class Judgement:
    """What became of one question.

    Attributes:
        question: As it was read.
        found: Whether it was answered.
        confidence: Of the answer, 0 to 1.
        rank: Place of the first right passage, from 1; None where there is none.
        candidate: Whether a right passage was weighed at all, shown or not; None where nothing is right or it was not
            asked.
        locator_right: Whether that passage is cited as wanted; None without a right passage or a gold locator.
        paragraph_right: The same, sub-paragraphs left aside.
        marked_right: Whether the sentence marked in the first passage answers; None where the first is not right or the
            question has no answers in words.
        first: Citation of what came first; None where nothing did.
        first_marked: The sentence marked in it.
        milliseconds: How long the answer took.
        held: Whether a document that answers is in the index; True of a question that no document answers.
    """

    question: Question
    found: bool
    confidence: float
    rank: int | None
    candidate: bool | None
    locator_right: bool | None
    paragraph_right: bool | None
    marked_right: bool | None
    first: str | None
    first_marked: str | None
    milliseconds: float
    held: bool = True

    @property
    def right(self) -> bool:
        """Whether what came first answers the question, shown or not."""
        return self.rank == 1

    @property
    def miss(self) -> str | None:
        """What went wrong, in a few words; None when nothing did."""
        if not self.question.answerable:
            return "answered, and the documents do not say" if self.found else None
        if not self.held:
            return "its document is not in the index"
        lost = "right passage not among the candidates" if self.candidate is False else "right passage not shown"
        place = lost if self.rank is None else f"right passage in place {self.rank}"
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
            "candidate": self.candidate,
            "held": self.held,
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
        return figures_of(self.judgements, self.limit)

    @property
    def confidences(self) -> list[float]:
        """The confidence in each answer."""
        return [each.confidence for each in self.judgements]

    @property
    def reliable_answerable(self) -> tuple[metrics.Bin, ...]:
        """The reliability curve against whether the documents answer."""
        return metrics.reliability(self.confidences, [each.question.answerable for each in self.judgements])

    @property
    def reliable_right(self) -> tuple[metrics.Bin, ...]:
        """The reliability curve against whether what came first answers."""
        return metrics.reliability(self.confidences, [each.right for each in self.judgements])

    @property
    def risk_coverage(self) -> tuple[metrics.Operating, ...]:
        """The share of wrong answers against the share of answers, at every threshold."""
        return metrics.risk_coverage(self.confidences, [each.right for each in self.judgements])

    @property
    def threshold(self) -> float:
        """The confidence from which a question is answered."""
        return THRESHOLD

    @property
    def operating(self) -> metrics.Operating | None:
        """Where on that curve the threshold in force lies; None where it lets nothing through."""
        return next((each for each in reversed(self.risk_coverage) if each.threshold >= self.threshold), None)

    @property
    def absent(self) -> tuple[Judgement, ...]:
        """Those that a document answers which is not in the index: no ranking can find it."""
        return tuple(each for each in self.judgements if not each.held)

    @property
    def absence(self) -> str | None:
        """A sentence about those, with the documents they want; None where there are none."""
        if not self.absent:
            return None
        names = dict.fromkeys(name for each in self.absent for name in each.question.document)
        more = f" and {len(names) - _MOST_NAMES} more" if len(names) > _MOST_NAMES else ""
        return (
            f"{len(self.absent)} of the {len(self.answerable)} answerable questions are about documents that are not "
            f"in the index: {', '.join(list(names)[:_MOST_NAMES])}{more}."
        )

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
            "absent": len(self.absent),
            **{figure.key: figure.value for figure in self.figures},
            "threshold": self.threshold,
            "operating": asdict(self.operating) if self.operating else None,
            "reliability": {
                "answerable": [asdict(each) for each in self.reliable_answerable],
                "right": [asdict(each) for each in self.reliable_right],
            },
            "risk_coverage": [asdict(each) for each in self.risk_coverage],
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
    held = {file_name(source.id) for source in library.sources()}
    judgements = []
    for done, question in enumerate(questions, start=1):
        judgement = judge(question, library.answer(question.question, limit=limit), limit)
        if question.answerable and judgement.rank is None:  # what was ranked was a candidate
            weighed = any(is_right(question, each) for each in library.candidates(question.question))
            judgement = replace(judgement, candidate=weighed, held=not held.isdisjoint(question.file_names))
        judgements.append(judgement)
        if progress is not None:
            progress(done, len(questions))
    return Evaluation(tuple(judgements), limit)


def judge(question: Question, answer: Answer, limit: int) -> Judgement:
    """Hold an answer against what is known about its question."""
    ranking = (*answer.quotations, *answer.nearest)[:limit]
    rank = next((place for place, each in enumerate(ranking, start=1) if is_right(question, each.passage)), None)
    locator = ranking[rank - 1].passage.locator if rank and question.locator else None
    return Judgement(
        question=question,
        found=answer.found,
        confidence=answer.confidence,
        rank=rank,
        candidate=True if rank else None,
        locator_right=None if locator is None else locators_agree(locator, question.locator),
        paragraph_right=None if locator is None else paragraphs_agree(locator, question.locator),
        marked_right=shares_words(ranking[0].marked, question.answers) if rank == 1 and question.answers else None,
        first=str(ranking[0].citation) if ranking else None,
        first_marked=ranking[0].marked if ranking else None,
        milliseconds=1000 * answer.seconds,
    )


def is_right(question: Question, passage: Passage) -> bool:
    """Tell whether a passage answers: right document, and an answer or the words of a gold passage in it."""
    if not question.answerable or file_name(passage.source.id) not in question.file_names:
        return False
    text = passage.text
    return holds_answer(text, question.answers) or shares_words(text, question.passages)
