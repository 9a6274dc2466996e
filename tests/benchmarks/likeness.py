"""Measures how well wordings of one question are put together, and what `LIKE` should be.

    python tests/benchmarks/likeness.py tests/data/alike.jsonl [QUESTIONS.jsonl …]

A line of a file is a JSON object with a `question`, and with `alike`, a name that all wordings of it share. In files of
questions with known answers, those with the same passage and the same first answer count as one; of these files, 80
such questions and 400 others are drawn. Pairs are counted: precision is how many of those put together belong
together, recall how many that belong together are, F1 their harmonic mean. Beside it the same with cosines of whole
texts. Nothing is downloaded: the model is the packaged one.
"""

from __future__ import annotations

import json
import random
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from retrieval.embedder_choice import embedder_for_indexing
from retrieval.embedding import Embedder
from retrieval.likeness import LIKE, grouped_by, likenesses

STEPS = tuple(hundredths / 100 for hundredths in range(40, 85, 5))
SEVERAL, SINGLE = 80, 400


def say(line: str) -> None:
    """Print a line."""
    sys.stdout.write(f"{line}\n")


def wordings(path: Path) -> list[list[str]]:
    """Return the questions of a file, each as its wordings."""
    found: dict[Any, list[str]] = defaultdict(list)
    for line in path.read_text(encoding="utf-8").splitlines():
        record = json.loads(line)
        of = record.get("alike") or (record["passages"][0], record["answers"][0].casefold())
        found[of].append(record["question"])
        known_by_answer = "alike" not in record
    several = [each for each in found.values() if len(each) > 1]
    single = [each for each in found.values() if len(each) == 1]
    if known_by_answer:
        draw = random.Random(1)
        several, single = draw.sample(several, SEVERAL), draw.sample(single, SINGLE)
    return several + single


def pairs(groups: Sequence[Sequence[int]], texts: int) -> NDArray[np.bool_]:
    """Return which texts are together, `(texts, texts)`, each pair once."""
    group_of = np.empty(texts, dtype=int)
    for number, members in enumerate(groups):
        group_of[list(members)] = number
    return np.triu(group_of[:, None] == group_of, 1)


def measure(name: str, questions: Sequence[Sequence[str]], embedder: Embedder) -> None:
    """Print the figures of some questions."""
    texts = [text for each in questions for text in each]
    ends = np.cumsum([len(each) for each in questions])
    right = pairs([range(end - len(each), end) for each, end in zip(questions, ends, strict=True)], len(texts))
    began = time.perf_counter()
    embeddings = list(embedder.embed(texts))
    embedded = time.perf_counter()
    tokens = likenesses(embeddings)
    grouped_by(tokens, LIKE)
    done = time.perf_counter()
    whole = np.stack([each.vector for each in embeddings])
    say(
        f"{name}: {len(questions)} questions, {len(texts)} wordings; "
        f"embedded in {embedded - began:.1f} s, grouped in {done - embedded:.1f} s"
    )
    for way, likeness in (("tokens", tokens), ("cosines", whole @ whole.T)):
        figures = []
        for like in STEPS:
            together = pairs(grouped_by(likeness, like), len(texts))
            hits = float((together & right).sum())
            precision, recall = hits / max(float(together.sum()), 1.0), hits / float(right.sum())
            f1 = 2 * precision * recall / max(precision + recall, 1e-9)
            figures.append(f"{like:.2f} {precision:.2f} {recall:.2f} {f1:.2f}")
        say(f"  {way:8} (likeness, precision, recall, F1)  " + " | ".join(figures))


def main(paths: Sequence[str]) -> None:
    """Measure each file, whole and in two halves."""
    with tempfile.TemporaryDirectory() as folder:
        embedder = embedder_for_indexing(None, Path(folder), say)
        for path in paths:
            questions = wordings(Path(path))
            measure(path, questions, embedder)
            measure("  odd half", questions[::2], embedder)
            measure("  even half", questions[1::2], embedder)


if __name__ == "__main__":
    main(sys.argv[1:])
