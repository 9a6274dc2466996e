"""`rapporteur benchmark`: how fast an index answers, in what memory, and where the time goes."""

from __future__ import annotations

import asyncio
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import numpy as np

from bot import outside
from bot.asking import Asking
from bot.config import Config
from bot.exits import UsageError
from bot.opening import existing_library
from bot.outside import Reference
from bot.processes import memory_of
from bot.terminal import Report
from corpus.folder import read_folder
from retrieval.benchmarking import Measurement, milliseconds, profile, questions_from, texts_of, texts_per_second
from retrieval.embedder_choice import MODELS, embedder_for_asking
from retrieval.embedding import Embedder
from retrieval.generations import current, open_current
from retrieval.library import Library
from retrieval.metrics import percentile
from retrieval.questions import Question
from retrieval.store import Generation, read_manifest
from retrieval.vector_benchmark import Searched, searches

QUESTIONS = 200
"""Questions that are asked where no file of them is given."""
TOGETHER = 32
_OPENINGS = 3
_WARMING = 20  # questions after which everything is loaded
_TICK_SECONDS = 0.001


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is to be measured.

    Attributes:
        questions: Those that are asked; made of the documents where there are none.
        indexing: Whether to index the documents again, which is long.
        reference: Whether to measure the reference as well.
        vectors: How many vectors to search.
    """

    questions: Sequence[Question] = ()
    indexing: bool = False
    reference: bool = False
    vectors: int | None = None


@dataclass(frozen=True, slots=True)
class Benchmark:
    """What was measured of one index.

    Attributes:
        generation: The index.
        measurements: In the order in which they are shown.
        phases: Milliseconds of each part of an answer, on average.
        questions: How many were asked.
        vectors: How many vectors are searched, if that was asked for.
        originals: How many vectors of sentences those were made of.
        load: How many programs wanted a core before; None where the machine does not tell.
    """

    generation: Generation
    measurements: tuple[Measurement, ...]
    phases: Mapping[str, float]
    questions: int
    vectors: tuple[Searched, ...] = ()
    originals: int = 0
    load: float | None = None


def benchmark(config: Config, wanted: Wanted, report: Report) -> Benchmark:
    """Measure the configured index.

    Raises:
        IndexUnusable: There is none that can be used.
        UsageError: What is wanted cannot be measured here.
        ProcessFailed: A process that was to be measured failed.
    """
    load = os.getloadavg()[0] if hasattr(os, "getloadavg") else None
    with existing_library(config) as library:
        generation = library.generation
        documents = Path(generation.folder)
        _refuse_what_is_missing(wanted, documents)
        questions = wanted.questions or questions_from(library, QUESTIONS)
    if not questions:
        raise UsageError("The documents hold no sentence to ask with: name a file of questions with --questions.")
    asked = tuple(each.question for each in questions)
    reference = outside.measured_reference(documents, questions) if wanted.reference else {}
    measurements = (
        *outside.starting(asked, reference, report),
        *outside.serving(asked, reference),
        *_answering(config, asked, reference),
        *_on_disk(config.index),
        *(_indexing(config, documents, reference) if wanted.indexing else ()),
    )
    with existing_library(config) as library:
        milliseconds(library, asked[:_WARMING])
        phases = profile(library, asked)
    vectors, originals = _searches(config, asked, wanted.vectors, report) if wanted.vectors else ((), 0)
    return Benchmark(generation, measurements, phases, len(asked), vectors, originals, load)


def _refuse_what_is_missing(wanted: Wanted, documents: Path) -> None:
    """Raise UsageError before minutes are spent."""
    if wanted.reference:
        outside.refuse_without_reference()
    if (wanted.reference or wanted.indexing) and not documents.is_dir():
        raise UsageError(
            f"The documents of this index were in {documents}, which is no folder any more: leave --reference and "
            "--indexing out, or index the documents where they are now."
        )


def _answering(config: Config, asked: Sequence[str], reference: Reference) -> Iterator[Measurement]:
    """Yield how this process answers, one question at a time and many at once."""
    openings = [_opening_seconds(config, asked[0]) for _ in range(_OPENINGS)]
    note = "index and model, to the first answer; the program itself is loaded"
    yield Measurement("opening_seconds", "opening", percentile(openings, 50), "s", note)
    with existing_library(config) as library:
        milliseconds(library, asked[:_WARMING])
        busy = time.process_time()
        took = milliseconds(library, asked)
        busy = time.process_time() - busy
        for percent in (50, 95, 99):
            note = f"of {len(took)} questions, all in"
            value = percentile(took, percent)
            yield Measurement(f"answer_milliseconds_p{percent}", f"one answer, p{percent}", value, "ms", note)
        mean, note = 1000 * busy / len(took), "the mean; other programs hardly lengthen it"
        yield Measurement("answer_processor_milliseconds", "processor time of one", mean, "ms", note)
        yield from _at_once(library, _embedder(config), asked, reference)


def _opening_seconds(config: Config, question: str) -> float:
    began = time.perf_counter()
    with existing_library(config) as library:
        library.answer(question)
        return time.perf_counter() - began


def _at_once(library: Library, embedder: Embedder, asked: Sequence[str], reference: Reference) -> Iterator[Measurement]:
    """Yield how many questions are answered in a second, against those that are only embedded."""
    per_second, holds = asyncio.run(_asked_together(library, asked))
    alone = max(texts_per_second(embedder, asked) for _ in range(2))
    yield Measurement("answers_per_second", "answers a second", per_second, "/s", f"with {TOGETHER} asking at once")
    note = "the same questions, one by one on each core"
    theirs = reference.get("texts_per_second")
    yield Measurement("texts_per_second", "the model alone", alone, "/s", note, theirs)
    yield Measurement("share_of_model", "share of the model", per_second / alone, "%", "answers of texts a second")
    note = "the event loop, later than it was to wake up"
    yield Measurement("held_milliseconds_p99", "held, p99", percentile(holds, 99), "ms", note)
    yield Measurement("held_milliseconds_most", "held, longest", max(holds), "ms", note)


async def _asked_together(library: Library, asked: Sequence[str]) -> tuple[float, Sequence[float]]:
    """Return how many questions are answered in a second, and by how many milliseconds the event loop was held."""
    left, holds = iter(asked), list[float]()

    async def ask() -> None:
        for question in left:
            await asking.run(partial(Library.answer, question=question))

    async def tick() -> None:
        while True:
            began = time.perf_counter()
            await asyncio.sleep(_TICK_SECONDS)
            holds.append(1000 * (time.perf_counter() - began - _TICK_SECONDS))

    async with Asking(lambda server: nullcontext(library)) as asking:
        ticking = asyncio.create_task(tick())
        began = time.perf_counter()
        await asyncio.gather(*(ask() for _ in range(TOGETHER)))
        seconds = time.perf_counter() - began
        await asyncio.sleep(2 * _TICK_SECONDS)  # what held the loop last is told when it wakes up
        ticking.cancel()
    return len(asked) / seconds, holds


def _embedder(config: Config) -> Embedder:
    return embedder_for_asking(config.model, config.index, read_manifest(current(config.index)).model)


_PARTS = (
    ("tokens", ("sentence_tokens", "setting_tokens")),
    ("vectors", ("sentences.faiss",)),
    ("words", ("words",)),
    ("documents", ("corpus.sqlite", "columns")),
)


def _on_disk(index: Path) -> Iterator[Measurement]:
    """Yield what the generation in use and its model take on disk."""
    folder = current(index)
    sizes = {name: sum(_size(folder / part) for part in parts) for name, parts in _PARTS}
    note = ", ".join(f"{name} {size / 1e6:,.1f} MB" for name, size in sizes.items())
    yield Measurement("index_bytes", "index on disk", _size(folder), "bytes", note)
    yield Measurement("model_bytes", "exported model on disk", _size(index / MODELS), "bytes", "all that are beside it")


def _size(path: Path) -> int:
    """Return the bytes of a file, or of all files below a folder."""
    files = [path] if path.is_file() else [file for file in path.rglob("*") if file.is_file()]
    return sum(file.stat().st_size for file in files)


def _indexing(config: Config, documents: Path, reference: Reference) -> Iterator[Measurement]:
    """Yield what indexing costs, against embedding the same texts and nothing else."""
    with tempfile.TemporaryDirectory() as folder:
        index = Path(folder, "index")
        if (config.index / MODELS).is_dir():  # exporting the model is not indexing
            shutil.copytree(config.index / MODELS, index / MODELS)
        measured = tuple(outside.indexing(documents, index, reference))
    yield from measured
    texts = texts_of(read_folder(documents, lambda done, total: None).documents)
    alone = len(texts) / texts_per_second(_embedder(config), texts)
    yield Measurement("embedding_seconds", "the model alone", alone, "s", f"{len(texts):,} texts, nothing else done")
    (refresh,) = (each.value for each in measured if each.key == "refresh_seconds")
    share = alone / refresh if refresh else None
    yield Measurement("indexing_share", "share of the model", share, "%", "embedding of the reading and embedding")


def _searches(config: Config, asked: Sequence[str], number: int, report: Report) -> tuple[tuple[Searched, ...], int]:
    """Return how so many vectors like those of the index are searched, and of how many they were made."""
    store = open_current(config.index)
    try:
        originals = store.sentence_vectors.vectors(range(len(store.sentence_vectors)))
    finally:
        store.close()
    questions = np.stack([each.vector for each in _embedder(config).embed(asked[:QUESTIONS])])
    with tempfile.TemporaryDirectory() as folder:
        found = []
        for each in searches(originals, questions, number, Path(folder), lambda: memory_of(os.getpid()).resident):
            found.append(each)
            report("searching", each.vectors, number)
    return tuple(found), len(originals)
