"""How long a library takes over a question, and with what: measured in this process, one question after the other."""

from __future__ import annotations

import random
import re
import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain, zip_longest
from operator import attrgetter
from typing import Any, Literal

from corpus.document import Document
from corpus.passages import sentences_of
from retrieval.embedding import Embedder
from retrieval.library import Library
from retrieval.questions import Question
from retrieval.rows import Texts, document_row

_LONGEST = 12
"""Words of a sentence that are asked: people's questions have 5 to 15."""
_SHORTEST = 4
_SEED = 20
_NUMBERING = re.compile(r"^\s*(?:\(?\w{1,4}[.)]\s+)+")  # "6. (d) ": nobody types it


MeasuredIn = Literal["s", "ms", "bytes", "/s", "%"]


@dataclass(frozen=True, slots=True)
class Measurement:
    """One measured number.

    Attributes:
        key: Its name in JSON.
        name: Its name for people.
        value: In `unit`, a share as a number from 0 to 1; None where the machine does not tell.
        unit: Of the value.
        note: What was measured.
        reference: The same of the reference, if it was measured.
    """

    key: str
    name: str
    value: float | None
    unit: MeasuredIn
    note: str
    reference: float | None = None

    @property
    def ratio(self) -> float | None:
        """How many times better than the reference it is: faster, or smaller."""
        if not self.reference or not self.value:
            return None
        return self.value / self.reference if self.unit == "/s" else self.reference / self.value


def questions_from(library: Library, number: int) -> tuple[Question, ...]:
    """Return questions made of the documents themselves: the beginnings of sentences of passages drawn at random.

    The same index gives the same ones. They are for measuring time, not answers: nobody asks like this.
    """
    draw = random.Random(_SEED)
    sources = draw.sample(library.sources(), min(number, len(library.sources())))
    drawn = [_drawn(library, source.id, draw) for source in sources]
    asked: dict[str, Question] = {}
    for document, sentence in chain.from_iterable(zip_longest(*drawn, fillvalue=("", ""))):  # one of each in turn
        words = _NUMBERING.sub("", sentence).split()[:_LONGEST]
        text = " ".join(words)
        if len(words) >= _SHORTEST and len(asked) < number:
            asked.setdefault(text, Question(str(len(asked) + 1), text, True, (sentence,), (document,)))
    return tuple(asked.values())


def _drawn(library: Library, document: str, draw: random.Random) -> list[tuple[str, str]]:
    """Return the sentences of a document in any order, each with the document's id."""
    texts = [passage.text for passage in library.passages(document)]
    sentences = [(document, text[start:end]) for text in texts for start, end in sentences_of(text)]
    draw.shuffle(sentences)
    return sentences


def milliseconds(library: Library, questions: Sequence[str]) -> tuple[float, ...]:
    """Return how long each answer took, all in."""
    return tuple(_milliseconds(library, question) for question in questions)


def _milliseconds(library: Library, question: str) -> float:
    began = time.perf_counter()
    library.answer(question)
    return 1000 * (time.perf_counter() - began)


def texts_per_second(embedder: Embedder, texts: Sequence[str]) -> float:
    """Return how many texts the embedder alone takes in a second, all given to it at once."""
    began = time.perf_counter()
    for _ in embedder.embed(texts):
        pass
    return len(texts) / (time.perf_counter() - began)


def texts_of(documents: Iterable[Document]) -> tuple[str, ...]:
    """Return the texts that are embedded for documents, each once, as `retrieval.indexing` does."""
    texts = Texts()
    for document in documents:
        document_row(document, texts)
    return tuple(text for part in texts.parts for text in part.values())


_PHASES: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("reading the question", "", ("_mentioned", "_query")),
    ("embedding", "", ("_embedded",)),
    ("which document is meant", "_retriever", ("_about",)),
    ("candidates", "_retriever", ("candidates",)),
    ("weighing", "_retriever", ("retrieve",)),
    ("late interaction", "_store.sentence_tokens", ("nearest", "weights")),
    ("late interaction", "_store.setting_tokens", ("nearest",)),
    ("reading words", "_retriever", ("_read",)),
    ("quoting", "", ("quoted",)),
)
"""Phase, the part of a library that does it, and the methods; what one of them calls is not counted twice."""
_REST = "the rest"


def profile(library: Library, questions: Sequence[str]) -> Mapping[str, float]:
    """Return the milliseconds of each phase of an answer, on average over the questions.

    The methods of this one library are timed from now on; it should not be used for anything else.
    """
    clock = _Clock()
    for phase, part, methods in _PHASES:
        owner = attrgetter(part)(library) if part else library
        for method in methods:
            setattr(owner, method, clock.timing(phase, getattr(owner, method)))
    for question in questions:
        with clock.in_phase(_REST):
            library.answer(question)
    return {phase: 1000 * seconds / max(1, len(questions)) for phase, seconds in clock.seconds.items()}


class _Clock:
    """Adds up the time spent in each phase; a phase within another one stops that one's time."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = dict.fromkeys([phase for phase, _, _ in _PHASES] + [_REST], 0.0)
        self._open: list[str] = []
        self._since = 0.0

    def timing(self, phase: str, method: Callable[..., Any]) -> Callable[..., Any]:
        """Return the method, timed."""

        def timed(*arguments: Any, **options: Any) -> Any:
            with self.in_phase(phase):
                return method(*arguments, **options)

        return timed

    @contextmanager
    def in_phase(self, phase: str) -> Iterator[None]:
        """Count the time until the end to `phase`."""
        self._count()
        self._open.append(phase)
        try:
            yield
        finally:
            self._count()
            self._open.pop()

    def _count(self) -> None:
        now = time.perf_counter()
        if self._open:
            self.seconds[self._open[-1]] += now - self._since
        self._since = now
