"""What every system compared is given, and how its answers are judged."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath

from corpus.document import Document, Kind, Passage, Role, Source
from corpus.folder import files_of
from retrieval.evaluation import is_right
from retrieval.metrics import Rank
from retrieval.questions import Question, QuestionsUnreadable, read_questions

PLACES = 5
"""How many passages every system is asked for."""

Ranking = Sequence[tuple[str, str]]
"""The documents and words of passages, best first."""

_BLANK_LINE = re.compile(r"\n[ \t]*\n")


@dataclass(frozen=True, slots=True)
class Material:
    """A folder of documents, cut into paragraphs, and questions about it.

    Attributes:
        folder: Where the documents are.
        documents: How many there are.
        paragraphs: Document and words of each, without headings.
        questions: Those the documents answer.
        left_out: How many questions are not asked: without an answer, about other documents, or past the number wanted.
    """

    folder: Path
    documents: int
    paragraphs: tuple[tuple[str, str], ...]
    questions: tuple[Question, ...]
    left_out: int

    def write_paragraphs(self, file: Path) -> None:
        """Write the paragraphs as the systems read them."""
        _write_lines(file, ({"document": document, "text": text} for document, text in self.paragraphs))

    def write_questions(self, file: Path) -> None:
        """Write the questions as `rapporteur evaluate` reads them."""
        _write_lines(file, map(asdict, self.questions))


def _write_lines(file: Path, objects: Iterable[dict[str, object]]) -> None:
    file.write_text("".join(f"{json.dumps(each)}\n" for each in objects), encoding="utf-8")


def read_material(folder: Path, questions: Path, most: int | None) -> Material:
    """Read documents and questions; of more questions than `most`, that many at even distances.

    Raises:
        FolderError: The folder cannot be used.
        QuestionsUnreadable: The file of questions cannot be read, or none of them can be answered by the documents.
    """
    ids = [file.id for file in files_of(folder).files]
    names = {PurePosixPath(each).name for each in ids}
    every = read_questions(questions)
    about = [each for each in every if each.answerable and names & {PurePosixPath(name).name for name in each.document}]
    if not about:
        raise QuestionsUnreadable(questions, None, f"has no question that a document in {folder} answers.")
    asked = evenly(about, most)
    paragraphs = tuple((each, words) for each in ids for words in paragraphs_of((folder / each).read_text("utf-8-sig")))
    return Material(folder, len(ids), paragraphs, asked, len(every) - len(asked))


def paragraphs_of(text: str) -> list[str]:
    """Return what stands between blank lines, but for headings in Markdown: they answer nothing."""
    paragraphs = (each.strip() for each in _BLANK_LINE.split(text))
    return [each for each in paragraphs if each and not all(line.startswith("#") for line in each.splitlines())]


def evenly(questions: Sequence[Question], most: int | None) -> tuple[Question, ...]:
    """Return at most so many, at even distances."""
    if most is None or len(questions) <= most:
        return tuple(questions)
    return tuple(questions[number * len(questions) // most] for number in range(most))


def rank_of(question: Question, ranking: Ranking) -> Rank:
    """Return the place of the first right passage, judged as `rapporteur evaluate` judges."""
    passages = (_as_passage(*each) for each in ranking)
    return next((place for place, each in enumerate(passages, start=1) if is_right(question, each)), None)


def _as_passage(document: str, words: str) -> Passage:
    whole = Document(Source(document, document, Kind.OTHER), words)
    return Passage(whole, 0, ((0, len(words)),), Role.PROSE, "paragraph")
