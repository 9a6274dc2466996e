"""Two processes that answer and one that refreshes, on one index, for as long as one likes.

    python -m tests.benchmarks.soak --minutes 10

The documents change all the time, every paragraph of an edition with a word of its own. Each process that answers
follows the generation in use and asks the one before once more, as a question does that was begun before the switch.
The figures are printed as JSON: what must be zero are the errors and the mixed answers, those that are made of two
editions.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
import time
from collections import Counter
from dataclasses import dataclass, field
from itertools import count
from multiprocessing import get_context
from multiprocessing.connection import Connection
from multiprocessing.synchronize import Barrier, Event
from pathlib import Path

from retrieval.current import CurrentLibrary
from retrieval.generations import open_current
from retrieval.indexing import refresh
from retrieval.library import Library
from tests.retrieval.conftest import BagOfWordsEmbedder
from tests.support.interrupted_refreshes import QUESTIONS, words_in, written

ANSWERING = 2
_ENOUGH_ERRORS = 20
_START_SECONDS = 300


@dataclass
class Figures:
    """What a process did.

    Attributes:
        counts: Answers, switches, refreshes and mixed answers.
        errors: Each with its kind.
        longest_answer, longest_refresh: In seconds, of the clock.
    """

    counts: Counter[str] = field(default_factory=Counter)
    errors: list[str] = field(default_factory=list)
    longest_answer: float = 0.0
    longest_refresh: float = 0.0


def main() -> None:
    """Answer and refresh for some minutes, and print the figures."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--switches", type=int, help="end when each that answers has seen so many, instead")
    arguments = parser.parse_args()
    seconds = 60 * arguments.minutes if arguments.switches is None else None
    with tempfile.TemporaryDirectory() as folder:
        figures = soak(Path(folder), seconds=seconds, switches=arguments.switches)
    told = {name: vars(each) for name, each in figures.items()}
    sys.stdout.write(json.dumps({"load": os.getloadavg()[0], **told}, indent=1) + "\n")


def soak(folder: Path, *, seconds: float | None = None, switches: int | None = None) -> dict[str, Figures]:
    """Answer and refresh until every process that answers has seen so many switches, or the time is over."""
    documents, index = folder / "documents", folder / "index"
    _refresh(documents, index, 1)
    context = get_context("spawn")
    stop, ready = context.Event(), context.Barrier(ANSWERING + 2, timeout=_START_SECONDS)
    ends = {}
    for number in range(ANSWERING):
        ends[f"answering {number + 1}"], tells = context.Pipe(duplex=False)
        context.Process(target=_answer, args=(index, ready, stop, switches, tells), daemon=True).start()
        tells.close()
    ends["refreshing"], tells = context.Pipe(duplex=False)
    context.Process(target=_keep_refreshing, args=(documents, index, ready, stop, tells), daemon=True).start()
    tells.close()
    ready.wait()
    begun = time.monotonic()
    for end in [*ends.values()][:ANSWERING]:
        end.poll(None if seconds is None else max(0.0, begun + seconds - time.monotonic()))
    stop.set()
    figures = {name: end.recv() for name, end in ends.items()}
    open_current(index, check=True).close()
    return figures


def _refresh(documents: Path, index: Path, edition: int) -> None:
    written(documents, edition)
    refresh(documents, index, BagOfWordsEmbedder(), lambda phase, done, total: None)


def _keep_refreshing(documents: Path, index: Path, ready: Barrier, stop: Event, tells: Connection) -> None:
    figures = Figures()
    ready.wait()
    for edition in count(2):
        if stop.is_set() or len(figures.errors) >= _ENOUGH_ERRORS:
            break
        begun = time.monotonic()
        try:
            _refresh(documents, index, edition)
            figures.counts["refreshes"] += 1
        except Exception as error:
            figures.errors.append(f"{type(error).__name__}: {error}")
        figures.longest_refresh = max(figures.longest_refresh, time.monotonic() - begun)
    tells.send(figures)


def _answer(index: Path, ready: Barrier, stop: Event, switches: int | None, tells: Connection) -> None:
    figures = Figures()
    library = CurrentLibrary(index, _opened, make=lambda library: library, tell=figures.errors.append)
    library.look()
    ready.wait()
    enough = float("inf") if switches is None else switches
    while not stop.is_set() and figures.counts["switches"] < enough and len(figures.errors) < _ENOUGH_ERRORS:
        try:
            with library.lent() as before:
                if library.look():
                    figures.counts["switches"] += 1
                    _ask(before, figures)
            with library.lent() as now:
                _ask(now, figures)
        except Exception as error:
            figures.errors.append(f"{type(error).__name__}: {error}")
    tells.send(figures)


def _opened(index: Path) -> Library:
    return Library.open(index, BagOfWordsEmbedder())


def _ask(library: Library | None, figures: Figures) -> None:
    """Ask each question; all that is quoted of one generation is to be of one edition."""
    assert library is not None  # there was an index from the beginning
    words = set[str]()
    for question in QUESTIONS:
        begun = time.monotonic()
        answer = library.answer(question)
        figures.longest_answer = max(figures.longest_answer, time.monotonic() - begun)
        words |= words_in([each.text for each in (*answer.quotations, *answer.nearest)])
        figures.counts["answers"] += 1
        figures.counts["mixed answers"] += len(words) != 1


if __name__ == "__main__":
    main()
