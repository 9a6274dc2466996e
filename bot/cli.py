"""The command line. Results go to standard output, messages and progress to standard error.

A command is a function that returns its exit status, and a place in `COMMANDS`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from bot import payload
from bot.config import ConfigurationError, configure, configure_discord, health_address, servers_folder, settings
from bot.exits import Command, Status, UsageError, reporting, tell
from bot.opening import at_this_terminal, how_to_ask, opened_library, read_documents, refreshed
from bot.questions import ASK_SOMETHING, askable, questions_in, wellformed
from bot.terminal import clean, messages, progress, results, show, write_line
from corpus.errors import RapporteurError

if TYPE_CHECKING:  # numpy, FAISS and tantivy take a second: the commands that need them import them
    from retrieval.answering import Answer
    from retrieval.library import Library
    from retrieval.questions import Question


AsJson = Annotated[bool, typer.Option("--json", help="Print JSON for scripts.")]


def index(
    folder: Annotated[Path | None, typer.Argument(help="Folder of documents.", show_default=False)] = None,
    as_json: AsJson = False,
) -> Status:
    """Build or refresh the index of a folder of documents.

    \b
    Example:
      rapporteur index ~/resolutions
    """
    from bot.reports import show_refresh

    config = configure(settings(), folder)
    report = refreshed(config)
    if as_json:
        _print_json(payload.refreshed(report, str(config.index)))
    else:
        show_refresh(results(), report, str(config.index), how_to_ask(config))
    return Status.DONE


def ask(
    question: Annotated[list[str], typer.Argument(help="The question, or - for one per line.", show_default=False)],
    passages: Annotated[int, typer.Option(min=1, max=10, help="Quote at most this many passages.")] = 3,
    nearest: Annotated[bool, typer.Option("--nearest", help="When nothing answers, name what came closest.")] = False,
    as_json: AsJson = False,
) -> Status:
    """Answer a question by quoting the documents.

    \b
    Examples:
      rapporteur ask When does the mandate of UNMOT end?
      rapporteur ask --json - < questions.txt
    """
    if question == ["-"]:
        return _ask_each(questions_in(sys.stdin.buffer), passages, nearest=nearest, as_json=as_json)
    asked = _askable(question)
    with opened_library(configure(settings())) as library:
        answer = library.answer(asked, limit=passages)
        _print_answer(answer, library, nearest=nearest, as_json=as_json)
    return Status.DONE if answer.found else Status.NOTHING_FOUND


def chat(
    passages: Annotated[int, typer.Option(min=1, max=10, help="Quote at most this many passages.")] = 3,
) -> Status:
    """Ask one question after another, with follow-ups.

    \b
    Example:
      rapporteur chat
    """
    from bot.chat import converse, typed_lines

    with opened_library(configure(settings())) as library:
        console = results()
        converse(library, typed_lines(console), console, passages)
    return Status.DONE


def search(
    words: Annotated[list[str], typer.Argument(help="What to look for.", show_default=False)],
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=100, help="At most this many passages.")] = 10,
    as_json: AsJson = False,
) -> Status:
    """List the passages that contain or mean some words, best first.

    \b
    Example:
      rapporteur search -n 5 ceasefire violations
    """
    from bot.answers import show_quotations

    sought = _askable(words)
    with opened_library(configure(settings())) as library:
        found = library.search(sought, limit=number)
    if as_json:
        _print_json(payload.passages(found))
    elif found:
        show_quotations(results(), found)
    else:
        show(results(), "No passage contains or means these words.")
    return Status.DONE if found else Status.NOTHING_FOUND


def lookup(
    reference: Annotated[list[str], typer.Argument(help="Document and paragraph.", show_default=False)],
    as_json: AsJson = False,
) -> Status:
    """Show the paragraphs that a reference names.

    \b
    Examples:
      rapporteur lookup "S/RES/1138 (1997) 6(d)"
      rapporteur lookup 1138 PP3
      rapporteur lookup "[[968 §Acts]]"
    """
    from bot.answers import show_lookup

    sought = _askable(reference)
    with opened_library(configure(settings())) as library:
        reading = library.find(sought)
        quotations = library.quote(reading.passages)
    if as_json:
        _print_json(payload.lookup(reading, quotations))
    else:
        show_lookup(results(), reading, quotations)
    return Status.DONE if quotations else Status.NOTHING_FOUND


def sources(as_json: AsJson = False) -> Status:
    """List the documents in the index.

    \b
    Example:
      rapporteur sources
    """
    from bot.reports import show_sources

    with opened_library(configure(settings())) as library:
        held = library.passage_counts()
        counts = [(source, held[source.id]) for source in library.sources()]
        generation = library.generation
    if as_json:
        _print_json(payload.sources(counts, generation))
    else:
        show_sources(results(), counts, generation)
    return Status.DONE


def check(
    folder: Annotated[Path | None, typer.Argument(help="Folder of documents.", show_default=False)] = None,
    as_json: AsJson = False,
) -> Status:
    """Show how each file of a folder is read, without indexing it.

    \b
    Example:
      rapporteur check ~/resolutions
    """
    from bot.reports import show_check, show_unreadable
    from corpus.passages import passages_of

    reading = read_documents(configure(settings(), folder).documents)
    documents = ((document, passages_of(document)) for document in reading.documents)
    if as_json:
        _print_json(payload.check(documents, reading.unreadable))
    else:
        show_check(results(), documents)
        show_unreadable(results(), reading.unreadable)
    return Status.DONE if reading.documents else Status.NOTHING_FOUND


def verify(
    text: Annotated[list[str], typer.Argument(help="The wording, or - for standard input.", show_default=False)],
    as_json: AsJson = False,
) -> Status:
    """Tell whether a wording stands in the documents.

    \b
    Example:
      rapporteur verify "Decides to extend the mandate of UNMOT until 15 May 1998"
    """
    from bot.answers import show_wording

    typed = sys.stdin.buffer.read().decode("utf-8", "replace") if text == ["-"] else wellformed(" ".join(text))
    if not askable(typed):
        raise UsageError("There are no words to look for: give the wording in quotation marks.")
    with opened_library(configure(settings())) as library:
        wording = library.verify(typed)
        quotations = library.quote(wording.passages)
    if as_json:
        _print_json(payload.wording(wording, quotations))
    else:
        show_wording(results(), wording)
    return Status.DONE if wording.found else Status.NOTHING_FOUND


class Split(StrEnum):
    """Which questions of a file are asked."""

    ALL = "all"
    ODD = "odd"
    EVEN = "even"


QuestionsFile = Annotated[Path, typer.Argument(help="One question a line, as JSON.", show_default=False)]
SplitOption = Annotated[Split, typer.Option(help="Ask only the questions in odd or even places.")]


def history(
    number: Annotated[int, typer.Option("--number", "-n", min=1, max=1000, help="At most this many entries.")] = 20,
    as_json: AsJson = False,
) -> Status:
    """Show what was done to the index, by whom and when, and the generations that are kept.

    \b
    Examples:
      rapporteur history
      rapporteur history --json -n 1000 > history.json
    """
    from bot.reports import show_history
    from retrieval.admin_log import AdminLog
    from retrieval.generations import kept_generations, name_in_use

    place = configure(settings()).index
    entries, kept, used = AdminLog(place).entries(number), kept_generations(place), name_in_use(place)
    if as_json:
        _print_json(payload.history(entries, kept, used))
    else:
        show_history(results(), entries, kept, used, str(place))
    return Status.DONE if entries or kept else Status.NOTHING_FOUND


def rollback(
    generation: Annotated[
        str | None, typer.Argument(help="The generation; by default the one before.", show_default=False)
    ] = None,
    as_json: AsJson = False,
) -> Status:
    """Answer from an earlier generation of the index, until the next refresh.

    \b
    Examples:
      rapporteur rollback
      rapporteur rollback 20261127T150448.395663
    """
    from bot.reports import show_rollback
    from retrieval.generations import roll_back

    place = configure(settings()).index
    used = roll_back(place, generation, at_this_terminal())
    if as_json:
        _print_json({"index": payload.index(used), "folder": used.folder, "place": str(place)})
    else:
        show_rollback(results(), used)
    return Status.DONE


def evaluate(
    questions: QuestionsFile,
    split: SplitOption = Split.ALL,
    misses: Annotated[bool, typer.Option("--misses", help="List what went wrong.")] = False,
    plot: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Draw the reliability and risk-coverage curves: .png, .pdf or .svg."),
    ] = None,
    as_json: AsJson = False,
) -> Status:
    """Measure how well questions with known answers are answered.

    \b
    Examples:
      rapporteur evaluate questions.jsonl --split odd
      rapporteur evaluate questions.jsonl --plot curves.png
    """
    from bot.plots import draw, refuse_unless_drawable
    from bot.reports import show_evaluation
    from retrieval.evaluation import evaluate as judge

    asked = _read(questions, split)
    if plot:
        refuse_unless_drawable(plot)
    with opened_library(configure(settings())) as library:
        with progress(messages()) as report:
            evaluation = judge(library, asked, progress=lambda done, total: report("asking", done, total))
        calibration = library.calibration
    if evaluation.absence:
        tell(f"{evaluation.absence} They count as misses: index these documents, or leave the questions out.")
    if plot:
        draw(evaluation, plot)
    if as_json:
        _print_json({**evaluation.to_json(), "calibration": calibration.to_json() if calibration else None})
    else:
        show_evaluation(results(), evaluation, misses=misses)
    return Status.DONE


def calibrate(
    questions: Annotated[
        Path | None, typer.Argument(help="One question a line, as JSON, answerable or not.", show_default=False)
    ] = None,
    answered: Annotated[
        float, typer.Option(min=0.01, max=1, help="Share of the answerable questions that is to be answered.")
    ] = 0.9,
    split: SplitOption = Split.ALL,
    reset: Annotated[bool, typer.Option("--reset", help="Go back to the threshold of the program.")] = False,
    as_json: AsJson = False,
) -> Status:
    """Fit the threshold from which a question is answered to questions of your own.

    \b
    Examples:
      rapporteur calibrate questions.jsonl
      rapporteur calibrate --reset
    """
    config = configure(settings())
    if reset or questions is None:
        return _reset(config.index, questions, reset=reset, as_json=as_json)
    from bot.reports import show_calibration
    from retrieval.calibration import calibrate as fit
    from retrieval.calibration import refuse_too_few
    from retrieval.threshold import keep_calibration

    asked = _read(questions, split)
    refuse_too_few(asked)
    with opened_library(config) as library, progress(messages()) as report:
        calibration = fit(library, asked, answered, name=questions.name, progress=report)
    file = keep_calibration(config.index, calibration)
    if as_json:
        _print_json({"calibration": calibration.to_json(), "place": str(file)})
    else:
        show_calibration(results(), calibration, str(file))
    return Status.DONE


def _reset(index: Path, questions: Path | None, *, reset: bool, as_json: bool) -> Status:
    from retrieval.threshold import forget_calibration

    if not reset:
        raise UsageError("Name a file of questions to fit the threshold to, or say --reset to go back to the default.")
    if questions:
        raise UsageError("--reset fits nothing: leave the file of questions out, or --reset.")
    removed = forget_calibration(index)
    if as_json:
        _print_json({"calibration": None, "removed": removed})
    elif removed:
        show(results(), "The calibration is removed: the threshold is that of the program again.")
    else:
        show(results(), "There was no calibration: the threshold is that of the program.")
    return Status.DONE


def benchmark(
    questions: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Ask these, one a line as JSON; else made of the documents.")
    ] = None,
    indexing: Annotated[bool, typer.Option("--indexing", help="Index the documents again, aside.")] = False,
    reference: Annotated[
        bool, typer.Option("--reference", help="Measure sentence-transformers with a flat FAISS index as well.")
    ] = False,
    vectors: Annotated[
        int | None, typer.Option(min=1000, metavar="N", help="Search up to N vectors, made of the index's own.")
    ] = None,
    as_json: AsJson = False,
) -> Status:
    """Measure how fast the index answers, in what memory, and where the time goes.

    \b
    Examples:
      rapporteur benchmark
      rapporteur benchmark --indexing --reference --questions questions.jsonl
      rapporteur benchmark --vectors 1000000
    """
    from bot.benchmark import Wanted
    from bot.benchmark import benchmark as measure
    from bot.reports import show_benchmark
    from retrieval.questions import read_questions

    asked = read_questions(questions) if questions else ()
    with progress(messages()) as report:
        measured = measure(configure(settings()), Wanted(asked, indexing, reference, vectors), report)
    if as_json:
        _print_json(payload.benchmark(measured))
    else:
        show_benchmark(results(), measured)
    return Status.DONE


def doctor(as_json: AsJson = False) -> Status:
    """Say what is configured, what is missing, and what to do next.

    \b
    Example:
      rapporteur doctor
    """
    from bot.doctor import Finding, State, diagnose
    from bot.reports import show_findings

    try:
        values = settings()
        findings = tuple(diagnose(configure(values), servers_folder(values)))
    except ConfigurationError as error:
        findings = (Finding("settings", State.WRONG, str(error)),)
    if as_json:
        _print_json(payload.findings(findings))
    else:
        show_findings(results(), findings)
    states = {finding.state for finding in findings}
    if State.WRONG in states:
        return Status.USAGE
    return Status.NO_INDEX if State.NO_INDEX in states else Status.DONE


def run() -> Status:
    """Answer on Discord, until it is stopped.

    \b
    Example:
      DISCORD_TOKEN_FILE=token.txt rapporteur run
    """
    from bot.running import prepared, serve

    try:
        values = settings()
        discord = prepared(configure_discord(values), sys.stderr)
        documents = configure(values)
        with opened_library(documents, check=True) as library:
            return serve(library, discord, documents)
    except RapporteurError as error:
        tell(str(error))
        return Status.PERMANENT


def health() -> Status:
    """Tell whether the bot that runs on this machine is alive.

    \b
    Example:
      rapporteur health
    """
    import asyncio

    from bot.health import is_healthy, parse_address  # nothing of Discord: it is asked every minute

    address = health_address(settings())
    if address is None:
        raise UsageError("RAPPORTEUR_HEALTH is empty, so there are no health pages to ask.")
    living = asyncio.run(is_healthy(parse_address(address, "RAPPORTEUR_HEALTH")))
    show(results(), "It is alive." if living else f"Nothing that is alive answers at {address}.")
    return Status.DONE if living else Status.NOTHING_FOUND


COMMANDS: tuple[Command, ...] = (
    index, ask, chat, search, lookup, sources, check, verify, history, rollback, evaluate, calibrate, benchmark, doctor,
    run, health,
)  # fmt: skip


def _read(file: Path, split: Split) -> tuple[Question, ...]:
    """Return the questions of a file that are to be asked; raises UsageError where there are none."""
    from retrieval.questions import read_questions

    every = read_questions(file)
    asked = {Split.ALL: every, Split.ODD: every[0::2], Split.EVEN: every[1::2]}[split]
    if not asked:
        raise UsageError(f"{file} has no question in {split.value} places: leave --split out.")
    return asked


def _askable(words: list[str]) -> str:
    """Return the words as one question; raises UsageError when there is nothing in it."""
    question = wellformed(" ".join(words)).strip()
    if not askable(question):
        raise UsageError(ASK_SOMETHING)
    return question


def _ask_each(questions: Iterable[str], limit: int, *, nearest: bool, as_json: bool) -> Status:
    asked = found = 0
    with opened_library(configure(settings())) as library:
        for question in questions:
            answer = library.answer(question, limit=limit) if askable(question) else _no_question(question)
            if not as_json:
                if asked:
                    show(results())
                show(results(), clean(f"# {question}"))
            _print_answer(answer, library, nearest=nearest, as_json=as_json)
            asked, found = asked + 1, found + answer.found
    if not asked:
        raise UsageError("There was no question on standard input: write one per line.")
    return Status.DONE if found else Status.NOTHING_FOUND


def _no_question(line: str) -> Answer:
    from retrieval.answering import Answer

    return Answer(line, (), 0.0, (), None, "This is no question: there is no word in it.", 0.0)


def _print_answer(answer: Answer, library: Library, *, nearest: bool, as_json: bool) -> None:
    from bot.answers import show_answer

    if as_json:
        _print_json(payload.answer(answer, library.generation, calibrated=library.calibration is not None))
    else:
        show_answer(results(), answer, nearest=nearest, hint="--nearest names what came closest.")
        sys.stdout.flush()


def _print_json(value: payload.Payload) -> None:
    write_line(payload.line(value, sys.stdout))


def application() -> typer.Typer:
    """Return the commands, ready to be run."""
    commands = typer.Typer(
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
        rich_markup_mode=None,
        epilog="Settings, from the environment or .env (see the README): RAPPORTEUR_DOCUMENTS, RAPPORTEUR_INDEX, "
        "RAPPORTEUR_MODEL, RAPPORTEUR_RERANKER; for the bot DISCORD_TOKEN or DISCORD_TOKEN_FILE, RAPPORTEUR_STATE, "
        "RAPPORTEUR_HEALTH, RAPPORTEUR_LOGS, RAPPORTEUR_API_BASE.",
        context_settings={"help_option_names": ["-h", "--help"]},
    )
    commands.callback()(_options)
    for command in COMMANDS:
        commands.command()(reporting(command))
    return commands


def _print_version(wanted: bool) -> None:
    if wanted:
        from bot.doctor import program_version

        write_line(f"rapporteur {program_version()}")
        raise typer.Exit


def _options(
    version: Annotated[
        bool, typer.Option("--version", callback=_print_version, is_eager=True, help="Print the version and leave.")
    ] = False,
) -> None:
    """Answer questions by quoting documents word for word, and say so when they hold no answer."""


def main() -> None:
    """Run the command line, and end the process with its exit status."""
    for stream in (sys.stdout, sys.stderr):
        stream.reconfigure(errors="backslashreplace")  # type: ignore[union-attr]  # a console that knows no dashes
    application()(prog_name="rapporteur")
