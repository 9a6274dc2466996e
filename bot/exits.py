"""How a command ends: an exit status, and a sentence for whatever went wrong."""

from __future__ import annotations

import functools
import os
import sys
import traceback
from collections.abc import Callable
from enum import IntEnum

import typer

from bot.terminal import clean, messages, show
from corpus.errors import RapporteurError


class Status(IntEnum):
    """How a command ended."""

    DONE = 0
    """Done, or answered."""
    NOTHING_FOUND = 1
    USAGE = 2
    """What was typed, or a setting."""
    NO_INDEX = 3
    """The index is missing, made by other settings, or could not be written."""
    FAULT = 70
    """Of the program: EX_SOFTWARE of sysexits.h."""
    PERMANENT = 78
    """Of `run`: a setting that a restart does not cure, EX_CONFIG of sysexits.h."""
    INTERRUPTED = 130
    """128 + SIGINT."""
    READER_GONE = 141
    """128 + SIGPIPE: `rapporteur search … | head`."""


class UsageError(RapporteurError):
    """What was typed cannot be carried out."""


Command = Callable[..., Status]


def reporting(command: Command) -> Callable[..., None]:
    """Wrap a command so that whatever it raises becomes a sentence on standard error and an exit status."""

    @functools.wraps(command)
    def run(*arguments: object, **options: object) -> None:
        try:
            status = command(*arguments, **options)
            sys.stdout.flush()
        except RapporteurError as error:
            tell(str(error))
            status = _status_of(error)
        except KeyboardInterrupt:
            status = Status.INTERRUPTED
        except BrokenPipeError:
            # Python flushes standard output once more when it ends, and would complain.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            status = Status.READER_GONE
        except Exception:
            traceback.print_exc()
            tell("This is a fault of rapporteur, not of what you typed. Please report it with the lines above.")
            status = Status.FAULT
        raise typer.Exit(status)

    return run


def tell(sentence: str) -> None:
    """Write a message to standard error."""
    show(messages(), clean(sentence))


def _status_of(error: RapporteurError) -> Status:
    from retrieval.generations import IndexNotWritten  # a second of imports, spared where nothing goes wrong
    from retrieval.store import IndexUnusable

    return Status.NO_INDEX if isinstance(error, IndexUnusable | IndexNotWritten) else Status.USAGE
