"""A file of questions with known answers → `Question`s: one JSON object a line."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from corpus.document import fold
from corpus.errors import RapporteurError


class QuestionsUnreadable(RapporteurError):
    """A file of questions cannot be used.

    Attributes:
        path: The file.
        line: From 1; None where it is the whole file.
        reason: What is wrong and what to do, without file and line.
    """

    def __init__(self, path: Path, line: int | None, reason: str) -> None:
        super().__init__(f"{path}{'' if line is None else f', line {line}'}: {reason}")
        self.path = path
        self.line = line
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Question:
    """A question and what is known about its answer.

    Attributes:
        id: Names it in reports.
        question: As a person asks it.
        answerable: Whether the documents answer it.
        answers: Words that occur in a right passage, white space aside; any of them will do.
        document: File names of the documents in which they stand.
        accept_also: File names of further documents that count.
        passages: Right passages, word for word; any of them will do.
        locator: How a right passage is cited within its document; any of them will do.
        kind: What sort of question it is, as its writer sorts them.
        unanswerable_type: Why the documents do not answer it: "on-topic", "off-topic" and others.
    """

    id: str
    question: str
    answerable: bool
    answers: tuple[str, ...] = ()
    document: tuple[str, ...] = ()
    accept_also: tuple[str, ...] = ()
    passages: tuple[str, ...] = ()
    locator: tuple[str, ...] = ()
    kind: str | None = None
    unanswerable_type: str | None = None

    @property
    def file_names(self) -> frozenset[str]:
        """Of every document that counts, without its folder."""
        return frozenset(PurePosixPath(each).name for each in (*self.document, *self.accept_also))

    @property
    def off_topic(self) -> bool:
        """Whether its writer says that it is about something else than the documents."""
        return "off-topic" in (self.unanswerable_type, self.kind)

    @property
    def wanted(self) -> str:
        """What a right answer is, for people: documents, locators and words."""
        if not self.answerable:
            return "no answer"
        document, locator = (" or ".join(names) for names in (self.document, self.locator))
        words = " or ".join(f"“{fold(each)}”" for each in self.answers or self.passages)
        return f"{document}, {locator}: {words}" if locator else f"{document}: {words}"


def read_questions(path: Path) -> tuple[Question, ...]:
    """Read a file of questions; blank lines are skipped.

    Raises:
        QuestionsUnreadable: The file cannot be opened, is not UTF-8 or holds no question; or a line is no JSON object
            or lacks what a question needs.
    """
    questions = []
    # Split at line feeds alone: JSON strings may hold the other separators that `splitlines` knows.
    for number, line in enumerate(_decoded(path).split("\n"), start=1):
        if line.strip():
            try:
                questions.append(_question(line))
            except _Malformed as problem:
                raise QuestionsUnreadable(path, number, str(problem)) from None
    if not questions:
        raise QuestionsUnreadable(path, None, f"holds no question. {_EXAMPLE}")
    return tuple(questions)


def spread(questions: Sequence[Question], most: int | None) -> Sequence[Question]:
    """Return at most `most` questions, evenly spread over all."""
    if most is None or len(questions) <= most:
        return questions
    return [questions[place * len(questions) // most] for place in range(most)]


_EXAMPLE = (
    'Each line is one JSON object, for example {"id": "q1", "question": "…", "answerable": true, '
    '"document": ["file.txt"], "answers": ["words that stand there"]}.'
)


class _Malformed(ValueError):
    """A line is not a question; the message says what to do."""


def _decoded(path: Path) -> str:
    try:
        data = path.read_bytes()
    except OSError as error:
        reason = f"cannot be read ({error.strerror}). Give the path of a file of questions, one JSON object a line."
        raise QuestionsUnreadable(path, None, reason) from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise QuestionsUnreadable(path, line, "is not UTF-8. Save the file as UTF-8 and try again.") from error


def _question(line: str) -> Question:
    record = _object(line)
    question = Question(
        id=_required_text(record, "id"),
        question=_required_text(record, "question"),
        answerable=_answerable(record),
        answers=_strings(record, "answers"),
        document=_strings(record, "document"),
        accept_also=_strings(record, "accept_also"),
        passages=_strings(record, "passages"),
        locator=(*_strings(record, "locator"), *_strings(record, "also_locator")),
        kind=_optional_text(record, "kind"),
        unanswerable_type=_optional_text(record, "unanswerable_type"),
    )
    if question.answerable and not question.document:
        raise _Malformed('an answerable question needs "document": the names of the files that answer it.')
    if question.answerable and not (question.answers or question.passages):
        raise _Malformed('an answerable question needs "answers" or "passages": words that stand in its document.')
    return question


def _object(line: str) -> dict[str, object]:
    try:
        record = json.loads(line)
    except json.JSONDecodeError as error:
        raise _Malformed(f"is not JSON ({error.msg}, column {error.colno}). {_EXAMPLE}") from error
    except (ValueError, RecursionError) as error:  # a number with thousands of digits, a list in a list in a list…
        raise _Malformed(f"is not JSON that can be read. {_EXAMPLE}") from error
    if not isinstance(record, dict):
        raise _Malformed(f"is JSON, but no object in braces. {_EXAMPLE}")
    return record


def _answerable(record: dict[str, object]) -> bool:
    value = record.get("answerable")
    if not isinstance(value, bool):
        raise _Malformed('needs "answerable": true or false.')
    return value


def _required_text(record: dict[str, object], name: str) -> str:
    value = _optional_text(record, name)
    if not value or not value.strip():
        raise _Malformed(f'needs "{name}": a string that is not empty.')
    return value


def _optional_text(record: dict[str, object], name: str) -> str | None:
    value = record.get(name)
    if value is not None and not isinstance(value, str):
        raise _Malformed(f'"{name}" must be a string.')
    return value


def _strings(record: dict[str, object], name: str) -> tuple[str, ...]:
    """Return a string, a list of strings or null as a tuple, without empty ones: those stand in every text."""
    value = record.get(name)
    values: list[object] = value if isinstance(value, list) else [] if value is None else [value]
    strings = [each for each in values if isinstance(each, str)]
    if len(strings) < len(values):
        raise _Malformed(f'"{name}" must be a string or a list of strings.')
    return tuple(each for each in strings if each.strip())
