"""Compares Rapporteur with the libraries people would use instead: same model, same documents, same questions, one run.

    python tests/benchmarks/peers.py DOCUMENTS QUESTIONS.jsonl [--questions N] [--only NAME] [--env FOLDER] [--json]

The libraries are installed once, into an environment of their own (some two gigabytes). What is measured, and what the
comparison is worth, stands in docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

import environment
import platformdirs
from lineup import PEERS, evaluation, peer_system, rapporteur, reference
from material import Material, read_material
from processes import Failed, output_of
from reference import arguments_for
from running import Measured, System, measure

from corpus.errors import RapporteurError

_OWN = ("Rapporteur", "reference")

_SHARE, _MILLION = 100, 1e-6
_COLUMNS = (
    # heading, name of the figure, factor, places
    ("hit@1", "hit@1", _SHARE, 1),
    ("hit@5", "hit@5", _SHARE, 1),
    ("MRR@5", "mrr@5", 1, 3),
    ("ms p50", "milliseconds_p50", 1, 1),
    ("ms p95", "milliseconds_p95", 1, 1),
    ("processor ms", "processor_milliseconds", 1, 1),
    ("first answer s", "start_seconds", 1, 1),
    ("processor s", "start_processor_seconds", 1, 1),
    ("memory MB", "resident_bytes", _MILLION, 0),
    ("index s", "index_seconds", 1, 1),
    ("processor s", "index_processor_seconds", 1, 1),
    ("memory MB", "index_peak_bytes", _MILLION, 0),
)


def _arguments() -> argparse.Namespace:
    names = (*_OWN, *(peer.name for peer in PEERS))
    parser = arguments_for("Compare Rapporteur with other libraries over the same documents and questions.")
    parser.add_argument("--only", action="append", choices=names, metavar="NAME", help=f"one of: {', '.join(names)}")
    cache = platformdirs.user_cache_path("rapporteur", appauthor=False) / "peers"
    parser.add_argument("--env", type=Path, default=cache, metavar="FOLDER", help=f"environment (default {cache})")
    return parser.parse_args()


def main() -> str | None:
    """Measure every system and print the table; return what went wrong, if anything."""
    arguments = _arguments()
    wanted = set(arguments.only or (*_OWN, *(peer.name for peer in PEERS)))
    try:
        material = read_material(arguments.documents, arguments.questions, arguments.most)
        python = environment.made(arguments.env.resolve()) if wanted - set(_OWN) else None
        with tempfile.TemporaryDirectory() as folder:
            material.write_paragraphs(paragraphs := Path(folder, "paragraphs.jsonl"))
            systems = [each for each in _systems(material, python, paragraphs, Path(folder)) if each.name in wanted]
            outcomes = [(system, _outcome(system, material, arguments.limit)) for system in systems]
            checked = _checked(systems[0], material, Path(folder), arguments.limit) if "Rapporteur" in wanted else {}
    except (RapporteurError, Failed) as error:
        return str(error)
    facts = {each.name: each.retrieval for each in systems} | checked | _facts(material, python)
    sys.stdout.write(_as_json(outcomes, facts) if arguments.json else _as_markdown(outcomes, facts))
    return None


def _systems(material: Material, python: Path | None, paragraphs: Path, work: Path) -> Iterator[System]:
    yield rapporteur(material.folder, work)
    yield reference(paragraphs, work)
    if python:
        yield from (peer_system(peer, python, paragraphs, work) for peer in PEERS)


def _outcome(system: System, material: Material, limit: float) -> Measured | Failed:
    """Return the figures of a system, or why there are none: one that fails stops no other."""
    sys.stderr.write(f"{system.name} …\n")
    try:
        return measure(system, material, limit)
    except Failed as failure:
        sys.stderr.write(f"{failure.said}\n{system.name}: {failure}\n")
        return failure


def _checked(system: System, material: Material, work: Path, limit: float) -> dict[str, str]:
    """Return what `rapporteur evaluate` makes of the same index and questions: the hits above must be the same."""
    material.write_questions(questions := work / "questions.jsonl")
    try:
        found = json.loads(output_of(evaluation(questions), system.environment, limit))
        figures = ", ".join(f"{name} {found[name]:.4f}" for name in ("hit@1", "hit@5", "mrr"))
    except Failed as failure:
        figures = f"failed: {failure}"
    return {"rapporteur evaluate, the same questions": figures}


def _facts(material: Material, python: Path | None) -> dict[str, str]:
    """Return what the figures depend on."""
    return {
        "documents": f"{material.documents}, cut into {len(material.paragraphs)} paragraphs for all but Rapporteur",
        "questions": f"{len(material.questions)} asked, {material.left_out} of the file left out",
        "machine": f"{_processor()}, {os.cpu_count()} cores",
        "threads": f"OMP_NUM_THREADS {os.environ.get('OMP_NUM_THREADS', 'not set')}",
        "load": " ".join(f"{each:.1f}" for each in os.getloadavg()) + " (1, 5 and 15 minutes, at the end)",
        "python": f"{platform.python_version()}, {platform.system()} {platform.release()}",
        "Rapporteur's environment": _listed(environment.own_versions()),
        "the peers' environment": _listed(environment.versions_in(python)) if python else "not used",
    }


def _processor() -> str:
    try:
        lines = Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return platform.processor() or platform.machine()
    return next((line.partition(": ")[2] for line in lines if line.startswith("model name")), platform.machine())


def _listed(versions: dict[str, str]) -> str:
    return ", ".join(f"{name} {version}" for name, version in sorted(versions.items()))


Outcomes = Sequence[tuple[System, Measured | Failed]]


def _as_markdown(outcomes: Outcomes, facts: dict[str, str]) -> str:
    headings = ("system", *(heading for heading, *_ in _COLUMNS))
    rows = [headings, ("---", *("--:",) * len(_COLUMNS)), *((system.name, *_cells(each)) for system, each in outcomes)]
    table = "".join(f"| {' | '.join(row)} |\n" for row in rows)
    return table + "\n" + "".join(f"- {name}: {fact}\n" for name, fact in facts.items())


def _cells(outcome: Measured | Failed) -> Iterator[str]:
    if isinstance(outcome, Failed):
        yield f"failed: {outcome}".replace("|", "\\|")
        yield from ("–",) * (len(_COLUMNS) - 1)
        return
    figures = outcome.figures
    for _, name, factor, places in _COLUMNS:
        value = figures[name]
        yield "–" if value is None else f"{value * factor:.{places}f}"


def _as_json(outcomes: Outcomes, facts: dict[str, str]) -> str:
    systems = [
        {"system": system.name} | ({"failed": str(each)} if isinstance(each, Failed) else each.figures)
        for system, each in outcomes
    ]
    return json.dumps({"systems": systems, "facts": facts}, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
