"""Runs a system in processes of its own and measures them from outside, so that all are measured alike.

A system is two command lines: one that makes an index and ends, one that reads questions from standard input, one a
line, and writes an answer as one line of JSON for each. Times are taken here, from the question written to the answer
read.
"""

from __future__ import annotations

import itertools
import json
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from material import Material, Ranking, rank_of
from processes import Cost, cost_of, ended_after, run, started

from retrieval import metrics
from retrieval.metrics import Rank

STARTS = 3
"""How many processes are started to see how long the first answer takes, before the one that answers everything."""


@dataclass(frozen=True, slots=True)
class System:
    """What is compared.

    Attributes:
        name: What it is called.
        retrieval: How it finds passages, in a few words.
        index: Command that makes the index.
        answer: Command that answers.
        environment: Of both commands, whole.
        ranking: A line of its answers → passages.
    """

    name: str
    retrieval: str
    index: Sequence[str]
    answer: Sequence[str]
    environment: Mapping[str, str]
    ranking: Callable[[Mapping[str, object]], Ranking]


@dataclass(frozen=True, slots=True)
class Conversation:
    """What one answering process did.

    Attributes:
        answers: In the order of the questions.
        seconds: From each question to its answer; the first from the start of the process.
        first: What the process had taken when it had answered once.
        all: And when it had answered everything.
    """

    answers: tuple[Ranking, ...]
    seconds: tuple[float, ...]
    first: Cost
    all: Cost


@dataclass(frozen=True, slots=True)
class Measured:
    """What became of one system.

    Attributes:
        system: What was measured.
        ranks: Of the first right passage, for each question.
        starts: Processes that answered one question, and the one that answered all.
        index_seconds: How long the process ran that made the index.
        index_cost: What it took.
    """

    system: System
    ranks: tuple[Rank, ...]
    starts: tuple[Conversation, ...]
    index_seconds: float
    index_cost: Cost

    @property
    def figures(self) -> dict[str, float | None]:
        """The figures under their names: shares from 0 to 1, seconds, milliseconds, bytes; None what is not known."""
        whole = self.starts[-1]
        milliseconds = [1000 * each for each in whole.seconds[1:]]
        starts = [each.first.processor for each in self.starts if each.first.processor is not None]
        return {
            "hit@1": metrics.hit_rate(self.ranks, 1),
            "hit@5": metrics.hit_rate(self.ranks, 5),
            "mrr@5": metrics.mean_reciprocal_rank(self.ranks),
            **{f"milliseconds_p{each}": metrics.percentile(milliseconds, each) for each in (50, 95, 99)},
            "processor_milliseconds": _each(whole),
            "start_seconds": metrics.percentile([each.seconds[0] for each in self.starts], 50),
            "start_processor_seconds": metrics.percentile(starts, 50),
            "resident_bytes": whole.all.resident,
            "peak_bytes": whole.all.peak,
            "index_seconds": self.index_seconds,
            "index_processor_seconds": self.index_cost.processor,
            "index_peak_bytes": self.index_cost.peak,
        }


def _each(conversation: Conversation) -> float | None:
    """Return the mean processor time of the questions after the first, in milliseconds."""
    before, after, more = conversation.first.processor, conversation.all.processor, len(conversation.answers) - 1
    return None if before is None or after is None or not more else 1000 * (after - before) / more


def measure(system: System, material: Material, limit: float) -> Measured:
    """Make the index, start the system a few times, and ask every question.

    Args:
        system: What is measured.
        material: What it is asked about.
        limit: Seconds after which a process is ended.

    Raises:
        Failed: A process ended before it should, or had to be.
    """
    questions = [" ".join(each.question.split()) for each in material.questions]
    index_seconds, index_cost = run(system.index, system.environment, limit)
    starts = [_converse(system, questions[:1], limit) for _ in range(STARTS)]
    whole = _converse(system, questions, limit)
    pairs = zip(material.questions, whole.answers, strict=True)
    ranks = tuple(rank_of(question, ranking) for question, ranking in pairs)
    return Measured(system, ranks, (*starts, whole), index_seconds, index_cost)


def _converse(system: System, questions: Sequence[str], limit: float) -> Conversation:
    began = time.perf_counter()
    with (
        started(system.answer, system.environment, asked=True) as (process, errors),
        ended_after(limit, process, errors),
    ):
        lines, ends = _ask(process, questions[:1])
        first = cost_of(process.pid)
        more, later = _ask(process, questions[1:])
        everything = cost_of(process.pid)
    seconds = tuple(end - begin for begin, end in itertools.pairwise((began, *ends, *later)))
    answers = tuple(system.ranking(json.loads(line)) for line in (*lines, *more))
    return Conversation(answers, seconds, first, everything)


def _ask(process: subprocess.Popen[bytes], questions: Sequence[str]) -> tuple[list[bytes], list[float]]:
    """Return a line for each question and the time when it came.

    Raises:
        OSError: The process does not read any more.
        EOFError: It ended without an answer.
    """
    assert process.stdin
    assert process.stdout
    lines, ends = [], []
    for question in questions:
        process.stdin.write(f"{question}\n".encode())
        process.stdin.flush()
        lines.append(process.stdout.readline())
        ends.append(time.perf_counter())
        if not lines[-1]:
            raise EOFError
    return lines, ends
