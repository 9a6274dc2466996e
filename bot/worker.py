"""What a bot does not do in its own process: refresh an index, and read files that may be anything.

    python -m bot.worker

The job is a line of JSON on standard input; on standard output come lines of JSON: how far it is, then the outcome.
The process gives way to whatever else the machine does, and ends on SIGTERM with nothing half done; so it does where
standard input is closed, as when the bot is killed.
"""

from __future__ import annotations

import json
import os
import signal
import sys
import threading
import traceback
from contextlib import suppress
from pathlib import Path
from types import FrameType
from typing import Any

from bot import payload
from bot.terminal import write_line
from corpus.document import Document, Role
from corpus.errors import RapporteurError, UnreadableFile
from corpus.folder import Unreadable, files_of, read_file
from corpus.passages import passages_of

Job = dict[str, Any]

_NICEST = 19
_OPENINGS = 3
_OPENING = 120
"""Characters of the first paragraphs that are told of a file: enough to see whether it was read as one would."""
_WARNINGS = 5


def main() -> int:
    """Do the job on standard input, and return the exit status."""
    signal.signal(signal.SIGTERM, _stop)
    with suppress(OSError):
        os.nice(_NICEST)
    try:
        job = json.loads(sys.stdin.readline())
        threading.Thread(target=_end_with_the_bot, daemon=True).start()
        _tell({"outcome": _refreshed(job) if job["do"] == "refresh" else _read(job)})
    except (Exception, KeyboardInterrupt) as error:
        _tell(_ended_by(error))
    return 0


def _ended_by(error: BaseException) -> Job:
    """Return what is told of whatever ended a job."""
    # Asked first: what is stopped while it is imported fails with an error of its own.
    if signal.getsignal(signal.SIGTERM) is signal.SIG_IGN or isinstance(error, KeyboardInterrupt):
        return {"stopped": True}
    if isinstance(error, RapporteurError):
        return {"problem": str(error), **_who_runs(error)}
    # Never the message of an error: it may repeat what somebody wrote.
    where = [f"{each.filename}:{each.lineno}" for each in traceback.extract_tb(error.__traceback__)]
    return {"fault": f"{type(error).__name__} at {' '.join(where[-5:])}"}


def _end_with_the_bot() -> None:
    """Wait until whoever wanted the job is no more, and end."""
    sys.stdin.read()
    os.kill(os.getpid(), signal.SIGTERM)


def _stop(number: int, frame: FrameType | None) -> None:
    """Stop what is done, once: what tidies up after it is not stopped."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    raise KeyboardInterrupt


def _tell(said: Job) -> None:
    with suppress(BrokenPipeError):  # whoever wanted to know is no more
        write_line(json.dumps(said))


def _who_runs(error: RapporteurError) -> Job:
    from retrieval.generations import RefreshRunning

    if not isinstance(error, RefreshRunning):
        return {}
    return {"running": json.loads(error.holder.to_json()) if error.holder else {}}


def _refreshed(job: Job) -> Job:
    """Bring an index up to date.

    Args:
        job: `documents` and `index`, folders; `model` as configured; `models`, the index beside which the exported
            model is kept; `who` and `where`, for the log.
    """
    from retrieval.admin_log import Actor
    from retrieval.embedder_choice import embedder_for_indexing
    from retrieval.indexing import refresh

    def progress(phase: str, done: int, total: int) -> None:
        _tell({"phase": phase, "done": done, "total": total})

    embedder = embedder_for_indexing(job["model"], Path(job["models"]), lambda said: None, apart=True)
    actor = Actor(job["who"], job["where"])
    report = refresh(Path(job["documents"]), Path(job["index"]), embedder, progress, actor)
    return payload.refreshed(report, job["index"])


def _read(job: Job) -> Job:
    """Read the files of a folder as documents, one after the other, and return those that are none.

    Args:
        job: `documents`, the folder; `index`, where its index is, which is left out.
    """
    from retrieval.indexing import listing

    folder = Path(job["documents"])
    held = listing(folder, Path(job["index"])) if job["index"] else files_of(folder)
    unreadable = list(held.unreadable)
    for done, file in enumerate(held.files, 1):
        try:
            _tell({"read": _described(read_file(folder, file.id)), "done": done, "total": len(held.files)})
        except UnreadableFile as error:
            unreadable.append(Unreadable(file.id, str(error)))
    return {"unreadable": payload.unreadable(sorted(unreadable, key=lambda each: each.id))}


def _described(document: Document) -> Job:
    """Return how a file is read, as far as a person is shown it."""
    found = passages_of(document)
    source = document.source
    return {
        "document": source.id,
        "title": source.title,
        "symbol": source.symbol,
        "kind": source.kind.value,
        "date": source.date.isoformat() if source.date else None,
        "preambular": payload.paragraphs(document, Role.PREAMBLE),
        "operative": payload.paragraphs(document, Role.OPERATIVE),
        "passages": len(found),
        "openings": [passage.text[:_OPENING] for passage in found[:_OPENINGS]],
        "warnings": list(document.warnings[:_WARNINGS]),
        "more_warnings": max(0, len(document.warnings) - _WARNINGS),
    }


if __name__ == "__main__":
    os._exit(main())  # at once: threads that still embed would be waited for
