"""Measures the plain way to search by meaning: sentence-transformers on torch, a flat FAISS index, whole paragraphs.

    python tests/benchmarks/reference.py DOCUMENTS QUESTIONS.jsonl [--questions N] [--json]

Run it in the environment Rapporteur is installed in. Nothing is downloaded: the model is the packaged one.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from lineup import reference
from material import read_material
from processes import Failed
from running import measure

from corpus.errors import RapporteurError


def arguments_for(description: str) -> argparse.ArgumentParser:
    """Return a parser of what every comparison is told."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("documents", type=Path, help="folder of documents")
    parser.add_argument("questions", type=Path, help="one question a line, as JSON")
    parser.add_argument("--questions", dest="most", type=_positive, metavar="N", help="ask N, at even distances")
    parser.add_argument("--limit", type=float, default=7200, metavar="SECONDS", help="end a process after so long")
    parser.add_argument("--json", action="store_true", help="print JSON")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise ValueError
    return number


_positive.__name__ = "number of questions"  # what argparse calls it when it is none


def main() -> str | None:
    """Measure and print; return what went wrong, if anything."""
    arguments = arguments_for("Measure sentence-transformers with a flat FAISS index over paragraphs.").parse_args()
    try:
        material = read_material(arguments.documents, arguments.questions, arguments.most)
        with tempfile.TemporaryDirectory() as folder:
            material.write_paragraphs(paragraphs := Path(folder, "paragraphs.jsonl"))
            figures = measure(reference(paragraphs, Path(folder)), material, arguments.limit).figures
    except (RapporteurError, Failed) as error:
        return str(error)
    lines = [json.dumps(figures)] if arguments.json else [f"{name:24} {value}" for name, value in figures.items()]
    sys.stdout.writelines(f"{line}\n" for line in lines)
    return None


if __name__ == "__main__":
    sys.exit(main())
