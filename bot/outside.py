"""What is measured from outside, in processes of their own: starting, serving, indexing, and the reference."""

from __future__ import annotations

import json
import sys
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

import bot
from bot.config import settings
from bot.exits import UsageError
from bot.processes import PROGRAM, Conversation, ProcessFailed, converse, run
from bot.terminal import Report
from retrieval.benchmarking import Measurement
from retrieval.metrics import percentile
from retrieval.questions import Question

STARTS = 5
"""Processes that are started to see how long a first answer takes."""
_ANSWERED = (0, 1)  # exit statuses: an answer, and none
_SERVING = (*PROGRAM, "ask", "--json", "--passages", "5", "-")
_SCRIPTS = Path(bot.__file__).parents[1] / "tests" / "benchmarks"

Reference = Mapping[str, float | None]
"""What tests/benchmarks/reference.py prints, by its names, and `texts_per_second`; empty where it was not measured."""


def starting(asked: Sequence[str], reference: Reference, report: Report) -> Iterator[Measurement]:
    """Yield what one question costs somebody who starts the program for it."""
    ran = []
    for number in range(STARTS):
        report("starting", number, STARTS)
        ran.append(run((*PROGRAM, "ask", "--", asked[number % len(asked)]), accepted=_ANSWERED))
    report("starting", STARTS, STARTS)
    took = [each.seconds for each in ran]
    note = f"median of {STARTS}, {min(took):.2f} to {max(took):.2f} s"
    yield Measurement(
        "ask_seconds", "one `ask` as a process", percentile(took, 50), "s", note, reference.get("start_seconds")
    )
    busy = percentile([each.processor_seconds for each in ran], 50)
    yield Measurement("ask_processor_seconds", "processor time of it", busy, "s", "other programs hardly lengthen it")
    peaks = [each.peak for each in ran if each.peak is not None]
    yield Measurement("ask_peak_bytes", "memory of it, at most", max(peaks, default=None), "bytes", "resident")


def serving(asked: Sequence[str], reference: Reference) -> Iterator[Measurement]:
    """Yield what a program needs that answers one question after the other."""
    served = converse(_SERVING, asked)
    for percent in (50, 95, 99):
        yield Measurement(
            f"line_milliseconds_p{percent}", f"a line of `ask -`, p{percent}", percentile(served.milliseconds, percent),
            "ms", "question written to answer read, five passages as JSON", reference.get(f"milliseconds_p{percent}"),
        )  # fmt: skip
    yield Measurement(
        "serving_bytes", "memory while serving", served.memory.resident, "bytes", _after(served),
        reference.get("resident_bytes"),
    )  # fmt: skip
    note = "the rest is files mapped into memory, which the system takes back at need"
    yield Measurement("serving_own_bytes", "of that its own", served.memory.own, "bytes", note)


def _after(served: Conversation) -> str:
    note = f"resident after {len(served.milliseconds) + 1} questions"
    if served.libraries is None:
        return note
    return f"{note}, {'with' if any(each.startswith('libtorch') for each in served.libraries) else 'without'} torch"


def indexing(documents: Path, index: Path, reference: Reference) -> Iterator[Measurement]:
    """Yield what it costs to index a folder from nothing, in `index`, and to do so again when nothing has changed."""
    environment = {**settings(), "RAPPORTEUR_DOCUMENTS": str(documents), "RAPPORTEUR_INDEX": str(index)}
    first = run((*PROGRAM, "index", "--json"), environment)
    made: dict[str, Any] = json.loads(first.output)
    note = f"as a process; {made['vectors']['embedded']:,} texts embedded"
    yield Measurement("index_seconds", "indexing", first.seconds, "s", note, reference.get("index_seconds"))
    yield Measurement(
        "refresh_seconds", "of that reading and embedding", made["seconds"], "s", "without starting the program"
    )
    yield Measurement(
        "index_peak_bytes", "memory of it, at most", first.peak, "bytes", "resident", reference.get("index_peak_bytes")
    )
    again = run((*PROGRAM, "index", "--json"), environment)
    note = "as a process; nothing has changed"
    yield Measurement("unchanged_seconds", "indexing again", again.seconds, "s", note)


def refuse_without_reference(scripts: Path = _SCRIPTS) -> None:
    """Raise UsageError where the scripts of the reference are not there."""
    if not (scripts / "reference.py").is_file():
        raise UsageError("The reference does not come with the program: run --reference in a clone of the repository.")


def measured_reference(documents: Path, questions: Sequence[Question]) -> Reference:
    """Return what the reference needs for the same documents and questions.

    Raises:
        ProcessFailed: It could not be measured.
    """
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder, "questions.jsonl")
        file.write_text("".join(f"{json.dumps(asdict(each))}\n" for each in questions), encoding="utf-8")
        figures = _printed("reference.py", str(documents), str(file))
        rates = _printed("batches.py", str(file), "--reference")
    return {**figures, "texts_per_second": max(each["per_second"] for each in rates)}


def _printed(script: str, *arguments: str) -> Any:
    """Return the JSON that a script prints."""
    ran = run((sys.executable, str(_SCRIPTS / script), *arguments, "--json"), _environment())
    try:
        return json.loads(ran.output)
    except ValueError as error:
        raise ProcessFailed(f"{script} printed no JSON: {ran.output[:200]!r}") from error


def _environment() -> dict[str, str]:
    """Return the environment for the reference: it finds this very program, and has its own number of threads."""
    kept = {name: value for name, value in settings().items() if not name.endswith("_NUM_THREADS")}
    return kept | {"PYTHONPATH": str(Path(bot.__file__).parents[1])}
