"""What an index holds, what a refresh changed, how files are read, how well questions are answered: for a person."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.answers import KINDS, opening
from bot.doctor import Finding, State
from bot.payload import paragraphs
from bot.terminal import clean, counted, show, show_table
from corpus.document import Document, Passage, Role, Source, in_words

if TYPE_CHECKING:  # what these import takes a second
    from bot.benchmark import Benchmark
    from corpus.folder import Unreadable
    from retrieval.admin_log import Entry
    from retrieval.benchmarking import MeasuredIn, Measurement
    from retrieval.evaluation import Evaluation
    from retrieval.indexing import RefreshReport
    from retrieval.store import Generation
    from retrieval.threshold import Calibration
    from retrieval.vector_benchmark import Searched

MOST_NAMES = 10
"""How many documents a report names of each sort; `--json` names all."""


def show_refresh(console: Console, report: RefreshReport, place: str, next_command: str) -> None:
    """Print what a refresh changed, where the index is, and how to ask it."""
    for what, names in (
        ("added", report.documents_added),
        ("changed", report.documents_changed),
        ("removed", report.documents_removed),
    ):
        show(console, clean(f"Documents {what}: {len(names):,}{_named(names)}"))
    show(
        console,
        f"Passages added: {report.passages_added:,}, removed: {report.passages_removed:,}, "
        f"unchanged: {report.passages_kept:,}",
    )
    show(console, f"Vectors computed: {report.embedded:,}, taken over: {report.reused:,}")
    show_unreadable(console, report.unreadable)
    generation = report.generation
    what = "New index" if report.changed_anything else "Nothing changed; the index stays"
    holds = f"{counted(generation.documents, 'document')}, {counted(generation.passages, 'passage')}"
    show(console, clean(f"{what}: {holds}, {report.seconds:.1f} s, in {place}"))
    show(console, clean(f"Ask it: {next_command}"))


def _named(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f" ({', '.join(names[:MOST_NAMES])}{', …' if len(names) > MOST_NAMES else ''})"


def show_unreadable(console: Console, files: Sequence[Unreadable]) -> None:
    """Print the files that were not read, each with its reason."""
    if files:
        show(console, f"Files not read: {len(files):,}")
    for file in files:
        show(console, clean(f"{file.id}: {file.reason}"), indent=2)


def show_sources(console: Console, counts: Sequence[tuple[Source, int]], generation: Generation) -> None:
    """Print the documents of an index."""
    rows = [
        (source.name, KINDS[source.kind], in_words(source.date) if source.date else "–", f"{count:,}", source.id)
        for source, count in counts
    ]
    if console.is_terminal:  # a column of its own would break the names of files in 80 columns
        rows = [(f"{name}\n{file}", kind, day, count, "") for name, kind, day, count, file in rows]
        show_table(console, ("Document and its file", "Kind", "Date", "Passages"), [row[:4] for row in rows], (3,))
    else:
        show_table(console, ("Document", "Kind", "Date", "Passages", "File"), rows, numbers=(3,))
    if console.is_terminal:
        show(console)
        holds = f"{counted(generation.documents, 'document')}, {counted(generation.passages, 'passage')}"
        show(console, Text(clean(f"Index of {in_words(generation.created.date())}: {holds}."), "dim"))


def show_check(console: Console, read: Iterable[tuple[Document, Sequence[Passage]]]) -> int:
    """Print how each file is read, and return how many there were.

    A table on a terminal with the warnings below it; elsewhere a block of lines for each, as soon as it is read.
    """
    if not console.is_terminal:
        return sum(_show_block(console, document, found) for document, found in read)
    rows, warnings = [], []
    for document, found in read:
        rows.append(_row(document, found))
        warnings += [f"{document.source.id}: {warning}" for warning in document.warnings]
    headings = ("Document", "Kind", "Preamb.", "Oper.", "Passages", "Warnings", "Furniture")
    if rows:
        show_table(console, headings, rows, numbers=(2, 3, 4, 5, 6))
    for warning in warnings:
        show(console, clean(warning))
    return len(rows)


def _row(document: Document, found: Sequence[Passage]) -> tuple[str, ...]:
    numbers = (
        paragraphs(document, Role.PREAMBLE),
        paragraphs(document, Role.OPERATIVE),
        len(found),
        len(document.warnings),
        len(document.furniture),
    )
    written = (f"{number:,}" if number else "–" for number in numbers)
    return (document.source.name, KINDS[document.source.kind], *written)


def _show_block(console: Console, document: Document, found: Sequence[Passage]) -> bool:
    source = document.source
    about = (KINDS[source.kind], source.symbol, in_words(source.date) if source.date else None)
    counts = (
        f"{paragraphs(document, Role.PREAMBLE)} preambular",
        f"{paragraphs(document, Role.OPERATIVE)} operative",
        counted(len(found), "passage"),
        counted(len(document.furniture), "furniture line"),
    )
    show(console, clean(source.id))
    show(console, clean(source.title), indent=2)
    show(console, clean(", ".join(part for part in about if part)), indent=2)
    show(console, ", ".join(counts), indent=2)
    for span in document.furniture:
        show(console, clean(f"furniture: {opening(document.slice((span,)))}"), indent=2)
    for warning in document.warnings:
        show(console, clean(f"warning: {warning}"), indent=2)
    return True


def show_history(
    console: Console, entries: Sequence[Entry], kept: Sequence[Generation], used: str | None, place: str
) -> None:
    """Print what was done to an index, newest first, and the generations that can be gone back to."""
    if not entries and not kept:
        show(console, clean(f"Nothing was ever done to an index in {place}."))
        return
    rows = [
        (f"{each.at:%Y-%m-%d %H:%M}", clean(each.actor.who), clean(each.actor.where), *_what(each)) for each in entries
    ]
    show_table(console, ("UTC", "Who", "Where", "What", "How"), rows, numbers=())
    show(console)
    generations = [
        (each.name, f"{each.documents:,}", f"{each.passages:,}", "in use" if each.name == used else "") for each in kept
    ]
    show_table(console, ("Generation", "Documents", "Passages", ""), generations, numbers=(1, 2))


def _what(entry: Entry) -> tuple[str, str]:
    """Return what was done, and how it ended: with what changed, or why not."""
    changed = [f"{name}: {value:,}" for name, value in entry.detail.items() if isinstance(value, int) and value]
    how = entry.reason or ", ".join(changed)
    return entry.action.value, clean(f"{entry.outcome.value}: {how}" if how else entry.outcome.value)


def show_rollback(console: Console, used: Generation) -> None:
    """Print which generation is in use now, and until when."""
    holds = f"{counted(used.documents, 'document')}, {counted(used.passages, 'passage')}"
    show(console, clean(f"In use now: generation {used.name}, {holds}."))
    show(console, clean(f"The next `rapporteur index` reads the documents as they then are in {used.folder}."))


def show_evaluation(console: Console, evaluation: Evaluation, *, misses: bool) -> None:
    """Print the figures, and with `misses` each question that went wrong."""
    show_table(console, ("Figure", "Value", "Of"), evaluation.rows(), numbers=(1,))
    for miss in evaluation.misses() if misses else ():
        show(console)
        show(console, clean(f"{miss.question.id}: {miss.question.question}"))
        show(console, clean(f"{miss.miss}; confidence {miss.confidence:.2f}"), indent=2)
        show(console, clean(f"first:  {miss.first or '–'}: {opening(miss.first_marked or '')}"), indent=2)
        show(console, clean(f"wanted: {miss.question.wanted}"), indent=2)


def show_calibration(console: Console, calibration: Calibration, place: str) -> None:
    """Print what a calibration changed, how far it can be trusted, and where it is."""
    from retrieval.confidence import THRESHOLD
    from retrieval.metrics import wilson_interval

    show_table(console, ("Figure", "Before", "After", "Of"), list(_compared(calibration)), numbers=(1, 2))
    show(console)
    declined = calibration.after["false_refusal_rate"] or 0.0
    low, high = wilson_interval(round((1 - declined) * calibration.answerable), calibration.answerable) or (0.0, 1.0)
    show(
        console,
        f"What was a confidence of {calibration.old_threshold:.2f} is now {THRESHOLD:.2f}, from which a question is "
        f"answered. Of other answerable questions like these, expect {low:.0%} to {high:.0%} to be answered.",
    )
    show(console, clean(f"Kept in {place}. To go back: rapporteur calibrate --reset"))


def _compared(calibration: Calibration) -> Iterator[tuple[str, str, str, str]]:
    """Yield name, value before and after, and what was counted."""
    from retrieval.figures import Unit, written

    rows: tuple[tuple[str, str, Unit, str], ...] = (
        ("false_refusal_rate", "false refusals", "%", counted(calibration.answerable, "answerable question")),
        ("false_answer_rate", "false answers", "%", counted(calibration.unanswerable, "unanswerable question")),
        ("precision_when_answered", "right when answered", "%", "answered, the first passage right"),
        ("auroc", "AUROC of confidence", "", "the order of the confidences stays"),
        ("ece", "calibration error", "", "distance of confidence from the share answerable"),
    )
    for key, name, unit, of in rows:
        yield name, written(calibration.before[key], unit), written(calibration.after[key], unit), of


def show_benchmark(console: Console, measured: Benchmark) -> None:
    """Print what was measured, beside the reference where that was measured too."""
    compared = any(each.reference for each in measured.measurements)
    rows = [
        (each.name, amount(each.value, each.unit), *(_beside(each) if compared else ()), each.note)
        for each in measured.measurements
    ]
    headings = ("Measured", "Value", *(("Reference", "Better") if compared else ()), "What")
    show_table(console, headings, rows, numbers=(1, 2, 3) if compared else (1,))
    show(console)
    total = sum(measured.phases.values())
    parts = [(phase, amount(value, "ms"), amount(value / total, "%")) for phase, value in measured.phases.items()]
    show_table(console, ("Part of an answer", "Mean", "Share"), [*parts, ("all", amount(total, "ms"), "")], (1, 2))
    if measured.vectors:
        show(console)
        show_table(console, _VECTORS, [_searched(each) for each in measured.vectors], range(8))
        show(console, f"Made of {measured.originals:,} vectors of sentences. * is how the program searches that many.")
    if measured.load is not None and measured.load >= 1:
        show(console)
        show(console, f"The machine was busy (load {measured.load:.1f} before): on a quiet one times are shorter.")


def _beside(measurement: Measurement) -> tuple[str, str]:
    if measurement.ratio is None:
        return "", ""
    return amount(measurement.reference, measurement.unit), f"{measurement.ratio:.1f} ×"


def amount(value: float | None, unit: MeasuredIn) -> str:
    """Return a measured number as it is shown; a dash where there is none."""
    if value is None:
        return "–"
    if unit == "bytes":
        return f"{value / 1e6:,.0f} MB" if value >= 1e7 else f"{value / 1e6:.1f} MB"
    written = {"s": f"{value:.2f} s", "ms": f"{value:.2f} ms", "/s": f"{value:,.0f} /s", "%": f"{100 * value:.0f} %"}
    return written[unit]


_VECTORS = ("Vectors", "Cells", "Looked at", "p50", "p99", "Recall@10", "Built", "File", "Memory")


def _searched(each: Searched) -> tuple[str, ...]:
    return (
        f"{each.vectors:,}{'*' if each.in_use else ''}",
        f"{each.cells:,}" if each.cells else "all",
        f"{each.probed}" if each.cells else "all",
        amount(each.p50, "ms"),
        amount(each.p99, "ms"),
        f"{each.recall:.3f}",
        amount(each.build_seconds, "s"),
        amount(each.file_bytes, "bytes"),
        amount(each.resident_bytes, "bytes"),
    )


def show_findings(console: Console, findings: Iterable[Finding]) -> None:
    """Print what a diagnosis found, and the next step."""
    styles = {State.FINE: "green", State.STALE: "yellow", State.WRONG: "red", State.NO_INDEX: "red"}
    for finding in findings:
        show(console, Text.assemble((f"{finding.part}: ", "bold"), (finding.state.value, styles[finding.state])))
        show(console, clean(finding.detail), indent=2)
        if finding.next_step:
            show(console, clean(f"To do: {finding.next_step}"), indent=2)
