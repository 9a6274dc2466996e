"""What each part of the ranking is worth: every one left out in turn, over several sets of questions.

    python -m retrieval.ablation INDEX QUESTIONS [INDEX QUESTIONS …] --out docs/ablation.md

Nothing is fitted again when a part is left out, so a part whose place others could take looks better than it is.
"""

from __future__ import annotations

import argparse
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, replace
from pathlib import Path

from retrieval.embedder_choice import embedder_for_asking
from retrieval.embedding import Embedder
from retrieval.evaluation import Evaluation, evaluate
from retrieval.generations import open_current
from retrieval.library import Library
from retrieval.query import STEPS, Steps
from retrieval.questions import Question, read_questions, spread
from retrieval.retriever import WEIGHTS, Weights
from retrieval.store import Generation, Store

LIMIT = 5
FIGURES = ("hit@1", "hit@5", "mrr", "candidate_recall")


@dataclass(frozen=True, slots=True)
class Variant:
    """The ranking with some part left out."""

    name: str
    weights: Weights = WEIGHTS
    steps: Steps = STEPS


WHOLE = Variant("nothing")


def variants() -> Iterator[Variant]:
    """Yield the ranking without each of its parts, those last that belong together."""
    for field in fields(Weights):
        yield Variant(field.name.replace("_", " "), replace(WEIGHTS, **{field.name: 0.0}))
    for step in fields(Steps):
        yield Variant(step.name, steps=replace(STEPS, **{step.name: False}))
    yield Variant("both word scores", replace(WEIGHTS, passage_words=0.0, sentence_words=0.0, in_long=0.0))
    yield Variant("both kinds of late interaction", replace(WEIGHTS, tokens=0.0, together=0.0))


@dataclass(frozen=True, slots=True)
class Measured:
    """One set of questions, asked of one index by every variant.

    Attributes:
        name: Of the set.
        generation: Of the index.
        whole: With nothing left out.
        without: By the name of the part left out.
    """

    name: str
    generation: Generation
    whole: Evaluation
    without: Mapping[str, Evaluation]


def measured(name: str, store: Store, embedder: Embedder, questions: Sequence[Question]) -> Measured:
    """Ask every variant every question that has an answer."""
    answerable = [question for question in questions if question.answerable]

    def asked(variant: Variant) -> Evaluation:
        sys.stderr.write(f"{name}: without {variant.name}\n")
        library = Library(store, embedder, weights=variant.weights, steps=variant.steps)
        return evaluate(library, answerable, limit=LIMIT)

    return Measured(name, store.generation, asked(WHOLE), {each.name: asked(each) for each in variants()})


def report(sets: Sequence[Measured], command: str) -> str:
    """Return the page: what was measured, what every part changes in every set, and the figures of each."""
    return "\n".join(
        [*_heading(command), *_sizes(sets), *_changes(sets), *(line for each in sets for line in _set(each))]
    )


def _heading(command: str) -> list[str]:
    return [
        "# What each part of the ranking is worth",
        "",
        "Each part is left out in turn and nothing is fitted again. Made by",
        "",
        "```sh",
        command,
        "```",
        "",
    ]


def _sizes(sets: Sequence[Measured]) -> list[str]:
    rows = [
        f"| {each.name} | {each.generation.documents:,} | {each.generation.passages:,} | "
        f"{each.generation.sentences:,} | {len(each.whole.judgements):,} |"
        for each in sets
    ]
    head = "| set | documents | passages | sentences | questions with an answer |"
    return [head, "|---|---|---|---|---|", *rows, ""]


def _changes(sets: Sequence[Measured]) -> list[str]:
    """Return the table that decides: what is lost in the first place without each part."""
    head = [
        "## Right passage first: points gained or lost without a part",
        "",
        "In brackets, how many questions are right only without it, and only with it.",
        "",
        f"| without | {' | '.join(each.name for each in sets)} |",
        f"|---|{'---|' * len(sets)}",
    ]
    rows = [f"| {name} | {' | '.join(_change(each, name) for each in sets)} |" for name in sets[0].without]
    return [*head, *rows, ""]


def _change(measured: Measured, name: str) -> str:
    pairs = list(zip(measured.whole.judgements, measured.without[name].judgements, strict=True))
    won = sum(after.right and not before.right for before, after in pairs)
    lost = sum(before.right and not after.right for before, after in pairs)
    return f"{100 * (won - lost) / len(pairs):+.1f} (+{won} −{lost})".replace("-", "−") if pairs else "–"


def _set(measured: Measured) -> list[str]:
    every = {WHOLE.name: measured.whole, **measured.without}
    rows = [f"| {name} | {' | '.join(_figures(evaluation))} |" for name, evaluation in every.items()]
    head = "| without | hit@1 | hit@5 | MRR | candidate recall |"
    return [f"## {measured.name}", "", head, "|---|---|---|---|---|", *rows, ""]


def _figures(evaluation: Evaluation) -> list[str]:
    shown = {figure.key: figure.text for figure in evaluation.figures}
    return [shown[key] for key in FIGURES]


def main(arguments: Sequence[str]) -> None:
    """Measure what the arguments name, and write the page."""
    parser = argparse.ArgumentParser("python -m retrieval.ablation", description=__doc__.partition("\n")[0])
    parser.add_argument("sets", nargs="+", type=Path, metavar="INDEX QUESTIONS", help="folders of indexes and files")
    parser.add_argument("--out", type=Path, required=True, help="the page that is written, in Markdown")
    parser.add_argument("--at-most", type=int, metavar="N", help="so many questions of each set, evenly spread")
    parser.add_argument("--model", help="that the indexes were made with, where it is not the packaged one")
    given = parser.parse_args(arguments)
    if len(given.sets) % 2:
        parser.error("each index needs its file of questions: INDEX QUESTIONS INDEX QUESTIONS …")
    found = [_measured(index, file, given) for index, file in zip(given.sets[::2], given.sets[1::2], strict=True)]
    given.out.write_text(report(found, f"python -m retrieval.ablation {shlex.join(arguments)}"), encoding="utf-8")


def _measured(index: Path, file: Path, given: argparse.Namespace) -> Measured:
    store = open_current(index)
    embedder = embedder_for_asking(given.model, index, store.generation.model)
    name = "/".join(file.with_suffix("").parts[-2:])
    try:
        return measured(name, store, embedder, spread(read_questions(file), given.at_most))
    finally:
        store.close()


if __name__ == "__main__":
    main(sys.argv[1:])
