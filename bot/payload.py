"""Values → the JSON that scripts rely on. Pure; a key is added when there is reason to, never taken away or renamed."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING, TextIO

from corpus.document import Document, Passage, Role, Source

if TYPE_CHECKING:  # what these import takes a second, and `--help` needs none of it
    from bot.benchmark import Benchmark
    from bot.doctor import Finding
    from corpus.alignment import Stretch
    from corpus.citation import Reading
    from corpus.folder import Unreadable
    from corpus.wording import Wording
    from retrieval.admin_log import Entry
    from retrieval.answering import Answer, Quotation
    from retrieval.indexing import RefreshReport
    from retrieval.store import Generation

Payload = dict[str, object]


def quotation(quoted: Quotation) -> Payload:
    """Return a PASSAGE: words of a document with their citation."""
    passage = quoted.passage
    return {
        "text": quoted.text,
        "marked": quoted.marked,
        **_described(passage.source),
        "citation": str(quoted.citation),
        "locator": passage.locator,
        "headings": list(passage.headings),
        "stem": passage.stem,
        "score": quoted.score,
        "id": passage.id,
        "spans": [list(span) for span in passage.spans],
        "verified": quoted.verified,
    }


def _described(source: Source) -> Payload:
    return {
        "document": source.id,
        "title": source.title,
        "kind": source.kind.value,
        "symbol": source.symbol,
        "date": source.date.isoformat() if source.date else None,
        "url": source.url,
    }


def index(generation: Generation) -> Payload:
    """Return which index answered."""
    return {"generation": generation.name, "documents": generation.documents, "passages": generation.passages}


def answer(answered: Answer, generation: Generation, *, calibrated: bool = False) -> Payload:
    """Return an answer. `problem` says why nothing was found; `calibrated`, whether the confidence is fitted to it."""
    return {
        "question": answered.question,
        "found": answered.found,
        "confidence": answered.confidence,
        "reading": answered.reading,
        "problem": answered.problem,
        "quotations": [quotation(each) for each in answered.quotations],
        "nearest": [quotation(each) for each in answered.nearest],
        "index": {**index(generation), "calibrated": calibrated},
        "seconds": answered.seconds,
    }


def passages(quotations: Iterable[Quotation]) -> Payload:
    """Return what a search found."""
    return {"passages": [quotation(each) for each in quotations]}


def lookup(reading: Reading, quotations: Iterable[Quotation]) -> Payload:
    """Return the paragraphs a reference names; `problem` only where it names none."""
    problem = {} if reading.passages else {"problem": reading.problem}
    return {"reading": reading.reading, **passages(quotations), **problem}


def sources(counted: Iterable[tuple[Source, int]], generation: Generation) -> Payload:
    """Return the documents of an index, each with the number of its passages."""
    documents = [
        {**_described(source), "language": source.language, "sha256": source.sha256, "passages": count}
        for source, count in counted
    ]
    return {"documents": documents, "index": index(generation)}


def wording(checked: Wording, quotations: Sequence[Quotation]) -> Payload:
    """Return how a text stands in the documents; `words` are the document's own."""
    return {
        "text": checked.text,
        "status": checked.status.value,
        "found": checked.found,
        "words": checked.words or None,
        "citation": str(checked.citation) if checked.citation else None,
        "passages": [quotation(each) for each in quotations],
        "differences": [_stretch(each) for each in checked.differences],
        "comparison": [_stretch(each) | {"same": each.same} for each in checked.comparison],
        "elsewhere": [{"document": each.source.id, "locator": each.locator} for each in checked.elsewhere],
    }


def _stretch(stretch: Stretch) -> Payload:
    return {"typed": stretch.typed, "document": stretch.printed}


def refreshed(report: RefreshReport, place: str) -> Payload:
    """Return what a refresh changed."""
    return {
        "documents": {
            "added": list(report.documents_added),
            "changed": list(report.documents_changed),
            "removed": list(report.documents_removed),
        },
        "passages": {
            "added": report.passages_added,
            "removed": report.passages_removed,
            "kept": report.passages_kept,
        },
        "vectors": {"embedded": report.embedded, "reused": report.reused},
        "unreadable": unreadable(report.unreadable),
        "changed": report.changed_anything,
        "folder": report.generation.folder,
        "place": place,
        "index": index(report.generation),
        "seconds": report.seconds,
    }


def history(entries: Iterable[Entry], kept: Iterable[Generation], used: str | None) -> Payload:
    """Return what was done to an index, newest first, and the generations that can be gone back to."""
    return {
        "entries": [
            {
                "at": each.at.isoformat(),
                "who": each.actor.who,
                "where": each.actor.where,
                "action": each.action.value,
                "outcome": each.outcome.value,
                "generation": each.generation,
                "detail": dict(each.detail),
            }
            for each in entries
        ],
        "generations": [
            index(each) | {"created": each.created.isoformat(), "model": each.model, "in_use": each.name == used}
            for each in kept
        ],
    }


def unreadable(files: Iterable[Unreadable]) -> list[Payload]:
    """Return the files that could not be read, each with its reason."""
    return [{"document": file.id, "reason": file.reason} for file in files]


def check(documents: Iterable[tuple[Document, Sequence[Passage]]], failed: Iterable[Unreadable]) -> Payload:
    """Return how each file of a folder is read."""
    return {
        "documents": [checked(document, found) for document, found in documents],
        "unreadable": unreadable(failed),
    }


def checked(document: Document, found: Sequence[Passage]) -> Payload:
    """Return how one file is read."""
    return {
        **_described(document.source),
        "preambular": paragraphs(document, Role.PREAMBLE),
        "operative": paragraphs(document, Role.OPERATIVE),
        "passages": [{"locator": passage.locator, "text": passage.text} for passage in found],
        "warnings": list(document.warnings),
        "furniture": [document.slice((span,)) for span in document.furniture],
    }


def findings(found: Sequence[Finding]) -> Payload:
    """Return what a diagnosis found."""
    return {
        "ok": all(each.works for each in found),
        "findings": [
            {"part": each.part, "state": each.state.value, "detail": each.detail, "next": each.next_step}
            for each in found
        ],
    }


def benchmark(measured: Benchmark) -> Payload:
    """Return what was measured: seconds, milliseconds, bytes, numbers a second, and shares from 0 to 1."""
    return {
        "index": index(measured.generation),
        "questions": measured.questions,
        "load": measured.load,
        "measurements": {
            each.key: {"value": each.value, "unit": each.unit, "reference": each.reference, "ratio": each.ratio}
            for each in measured.measurements
        },
        "phases": dict(measured.phases),
        "vectors": [asdict(each) for each in measured.vectors],
        "originals": measured.originals,
    }


def paragraphs(document: Document, role: Role) -> int:
    """Return how many paragraphs of a role a document has: sub-paragraphs are part of theirs."""
    return sum(block.role is role and block.parent is None for block in document.blocks)


# json.dumps leaves these as they are; on a terminal they move the cursor, or turn the writing round.
_UNPRINTABLE = re.compile("[\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff]")


def line(payload: Payload, file: TextIO) -> str:
    """Return a payload as one line of JSON that `file` can encode and that is harmless on a terminal."""
    encoding = (getattr(file, "encoding", None) or "utf-8").lower().replace("-", "").replace("_", "")
    text = json.dumps(payload, ensure_ascii=not encoding.startswith("utf"))
    return _UNPRINTABLE.sub(lambda match: f"\\u{ord(match.group()):04x}", text)
