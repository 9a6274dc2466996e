"""Refreshes that are killed, or whose writes fail, at a moment that is told; and what is left of the index each time.

A process of a single thread that has everything imported forks for each refresh, so that an interruption costs a tenth
of a second; another one, which lives on, looks at what is left. A `Workbench` starts them.

The documents have editions, and each paragraph of an edition a word of its own: a generation or an answer that is made
of two editions shows.
"""

from __future__ import annotations

import ctypes
import json
import os
import re
import resource
import select
import signal
import statistics
import subprocess
import sys
import tempfile
import time
import traceback
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import asdict, dataclass
from itertools import zip_longest
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from retrieval.store import Store

ROOT = Path(__file__).parents[2]
SHIM = Path(__file__).with_name("failing_writes.c")

LIMIT_SECONDS = 60
"""A refresh that takes longer than this hangs."""


@dataclass(frozen=True, slots=True)
class Interruption:
    """What is done to a refresh.

    Attributes:
        after: Killed when this part of the time that a refresh takes has passed.
        at: The number of the change below the folder of the index that does not happen, from 1.
        error: What it fails with; 0 is killed instead.
        once: Whether that change alone fails, or all that follow as well.
        longest: Bytes beyond which no file can be written.
        first: Whether there is no index before.
    """

    after: float | None = None
    at: int = 0
    error: int = 0
    once: bool = False
    longest: int | None = None
    first: bool = False


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a refresh that was interrupted, and of the one after it.

    Attributes:
        ended: "done", "refused" (with a sentence) or "killed"; whatever else is wrong.
        said: The sentence, or what it wrote on standard error.
        noise: What it wrote on standard error, though it ended as it should.
        answers: Which generation answers then: "old" (none, where there was none) or "new".
        left: Names in the folder of the index that are no generation.
        wrong: What is not as it should be; None where all is well.
    """

    ended: str
    said: str
    noise: str
    answers: str
    left: tuple[str, ...]
    wrong: str | None


@dataclass(frozen=True, slots=True)
class Change:
    """One call with which a refresh changes what is below the folder of an index.

    Attributes:
        kind: "write" and the like; "file" is none, but a file of the new generation as it is in the end.
        size: Bytes that were written, or are in the file.
        path: Below the folder of the index, as it was then.
    """

    kind: str
    size: int
    path: str


class Workbench:
    """Two indexes, and for each a process that interrupts refreshes of it."""

    def __init__(self, folder: Path, shim: Path | None) -> None:
        """Start both.

        Args:
            folder: An empty one.
            shim: The library that lets writes fail; without it refreshes are only killed, or files kept short.
        """
        path = os.pathsep.join(map(str, (ROOT, ROOT / "tests" / "retrieval", ROOT / "tests" / "support")))
        one_thread = {"OMP_NUM_THREADS": "1", "OPENBLAS_NUM_THREADS": "1"}
        self._processes = [
            subprocess.Popen(
                [sys.executable, __file__, str(folder / str(number)), *([str(shim)] if shim else [])],
                env={**os.environ, "PYTHONPATH": path, **one_thread},
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            )
            for number in range(2)
        ]  # fmt: skip

    def __enter__(self) -> Workbench:
        return self

    def __exit__(self, *_: object) -> None:
        for process in self._processes:
            process.kill()
            process.communicate()

    def outcomes(self, interruptions: Sequence[Interruption]) -> list[Outcome]:
        """Interrupt one refresh after the other."""
        with ThreadPoolExecutor(2) as threads:
            parts = [interruptions[0::2], interruptions[1::2]]
            first, second = threads.map(self._outcomes, self._processes, parts)
        both = zip_longest(first, second)
        return [found for pair in both for found in pair if found]

    def _outcomes(self, process: subprocess.Popen[str], interruptions: Sequence[Interruption]) -> list[Outcome]:
        told = [_told(process, asdict(each)) for each in interruptions]
        return [Outcome(**{**each, "left": tuple(each["left"])}) for each in told]

    def changes(self) -> list[Change]:
        """Return what one refresh does to the files of an index, and the files it makes."""
        return [Change(*each) for each in _told(self._processes[0], None)]


def _told(process: subprocess.Popen[str], asked: object) -> Any:
    assert process.stdin
    assert process.stdout
    process.stdin.write(json.dumps(asked) + "\n")
    process.stdin.flush()
    line = process.stdout.readline()
    assert line, "the process that interrupts refreshes has ended: it says on standard error why"
    return json.loads(line)


def compiled(folder: Path) -> Path:
    """Compile the shim into a folder; raises CalledProcessError or OSError where that cannot be done."""
    library = folder / "failing_writes.so"
    subprocess.run(["cc", "-O1", "-shared", "-fPIC", "-o", library, SHIM], check=True, capture_output=True)
    return library


def in_memory() -> Path | None:
    """Return a folder in memory, if there is one: a kill leaves there what it leaves on a disk, and much sooner."""
    memory = Path("/dev/shm")
    return memory if os.access(memory, os.W_OK) else None


# --- the documents


def word_of(edition: int) -> str:
    """Return the word that only the documents of an edition have."""
    return "q" + f"{edition:04}".translate(str.maketrans("0123456789", "abcdefghij")) + "x"


def edition_of(number: int) -> dict[str, str]:
    """Return the documents of an edition, by their names; one of them is the same in all."""
    word = word_of(number)
    texts = {
        f"house{house}.txt": f"The {word} keeper of house {house} feeds the quolls at noon.\n\n"
        f"Visitors of the {word} house {house} may come on Thursdays. The {word} door of house {house} is green.\n\n"
        f"Wombats dig {word} burrows behind house {house}.\n"
        for house in range(3)
    }
    texts["rules.txt"] = "Nobody enters at night.\n\nLanterns are put out before dawn.\n"
    if number % 2:
        texts["odd.txt"] = f"Every {word} second edition speaks of lanterns and of quolls.\n"
    return texts


QUESTIONS = ("Who feeds the quolls at noon?", "When may visitors come to house 1?", "Where do wombats dig burrows?")
_WORD = re.compile(r"\bq[a-j]{4}x\b")


def written(documents: Path, number: int) -> None:
    """Make an edition what a folder holds."""
    texts = edition_of(number)
    documents.mkdir(parents=True, exist_ok=True)
    for file in documents.iterdir():
        if file.name not in texts:
            file.unlink()
    for name, text in texts.items():
        (documents / name).write_text(text, encoding="utf-8")


def words_in(texts: Sequence[str]) -> set[str]:
    """Return the words of editions in some texts."""
    return set(_WORD.findall(" ".join(texts)))


# --- in the process that forks


def main() -> None:
    """Do what each line of standard input says, and answer with a line."""
    bench = _Bench(*map(Path, sys.argv[1:]))
    for line in sys.stdin:
        asked = json.loads(line)
        told: Any = asdict(bench.outcome(Interruption(**asked))) if asked else bench.changes()
        sys.stdout.write(json.dumps(told) + "\n")
        sys.stdout.flush()


class _Bench:
    """An index of which one edition after the other is made, each time in a process of its own."""

    def __init__(self, folder: Path, shim: Path | None = None) -> None:
        self._documents, self._index, self._aside = folder / "documents", folder / "index", folder / "firsts"
        self._shim = ctypes.CDLL(shim) if shim else None  # its filter is put in place in a child alone
        self._edition = 0
        _warm(self._documents)
        self._witness = _Witness()
        seconds = []
        for _ in range(6):  # as many generations as are kept, and one: each refresh drops one then
            self._next()
            begun = time.monotonic()
            self._finished(lambda: _refreshed(self._documents, self._index))
            seconds.append(time.monotonic() - begun)
        self._seconds = statistics.median(seconds)
        self._held = self._edition

    def _next(self) -> None:
        self._edition += 1
        written(self._documents, self._edition)

    def _finished(self, work: Callable[[], Any]) -> Any:
        status, told, wrote = _Child(work).ended()
        if status != 0 or wrote:
            raise AssertionError(f"ended with {status}: {wrote}")
        return told

    def changes(self) -> list[tuple[str, int, str]]:
        """Return what a refresh changes, watched and not disturbed, and the files it makes."""
        self._next()
        self._held = self._edition
        with tempfile.TemporaryFile() as trace:
            self._finished(lambda: self._watched(Interruption(), self._index, trace.fileno()))
            trace.seek(0)
            lines = [line.split(" ", 2) for line in trace.read().decode().splitlines()]
        found = [(kind, int(size), str(Path(path).relative_to(self._index))) for kind, size, path in lines]
        made = _generations(self._index)[-1]
        files = ((file.stat().st_size, file.relative_to(made)) for file in made.rglob("*") if file.is_file())
        return [*found, *(("file", size, f".building-{made.name}/{path}") for size, path in files)]

    def outcome(self, interruption: Interruption) -> Outcome:
        """Interrupt a refresh, and look at what is left of the index, now and after the next."""
        index, old = self._index, self._held
        self._next()
        if interruption.first:
            self._aside.mkdir(exist_ok=True)
            index, old = self._aside / str(self._edition), None
        else:
            self._held = self._edition
        begun = time.monotonic()
        child = _Child(lambda: self._watched(interruption, index, -1))
        if interruption.after is not None:
            child.kill(after=interruption.after * self._seconds)
        status, said, noise = child.ended()
        ended = {-signal.SIGKILL: "killed", 0: "refused" if said else "done"}.get(status, f"status {status}")
        seconds = time.monotonic() - begun
        found = self._witness.examined(self._documents, index, old, self._edition)
        if not interruption.first and found["answers"] == "old":
            self._seconds = found["seconds"]  # of the one after: other work on the machine comes and goes
        elif ended == "done":
            self._seconds = seconds
        wrong, answers = found["wrong"], found["answers"]
        if ended not in ("done", "refused", "killed") or "Traceback" in noise or "panicked" in noise:
            wrong = f"it ended with {status}: {noise}"
        elif wrong is None and (ended, answers) in (("done", "old"), ("refused", "new")):
            wrong = f"it was {ended}, and the {answers} generation answers: {said}"
        return Outcome(ended, said or "", noise, answers, tuple(found["left"]), wrong)

    def _watched(self, interruption: Interruption, index: Path, trace: int) -> str | None:
        if interruption.longest is not None:
            hard = resource.getrlimit(resource.RLIMIT_FSIZE)[1]
            resource.setrlimit(resource.RLIMIT_FSIZE, (interruption.longest, hard))
        if self._shim and (interruption.at or trace >= 0):
            place, kind = os.fsencode(index), interruption
            refused = self._shim.fail_writes(place, ctypes.c_long(kind.at), kind.error, kind.once, trace)
            if refused:
                raise OSError(-refused, os.strerror(-refused))
        return _refreshed(self._documents, index)


def _warm(documents: Path) -> None:
    """Import all there is, and read documents once: what is compiled or kept is there before the first fork."""
    import mmap  # noqa: F401

    import numpy.random  # noqa: F401
    from conftest import BagOfWordsEmbedder

    import retrieval.indexing
    import retrieval.library  # noqa: F401
    from corpus.folder import read_folder
    from retrieval.rows import Texts, document_row

    written(documents, 0)
    for document in read_folder(documents).documents:
        document_row(document, Texts())
    list(BagOfWordsEmbedder().embed(QUESTIONS))


def _refreshed(documents: Path, index: Path) -> str | None:
    """Refresh an index; return the sentence with which that was refused."""
    from conftest import BagOfWordsEmbedder

    from retrieval.generations import IndexNotWritten
    from retrieval.indexing import refresh

    try:
        refresh(documents, index, BagOfWordsEmbedder(), lambda phase, done, total: None)
    except IndexNotWritten as error:
        return str(error)
    return None


def _examined(documents: Path, index: Path, old: int | None, new: int) -> dict[str, Any]:
    """Return which edition answers, whole, and what is wrong now or after another refresh."""
    from retrieval.generations import KEPT, open_current
    from retrieval.store import Store

    answers, wrong, left, seconds = "?", None, list[str](), 0.0
    try:
        left = _no_generations(index)
        answers = "new" if _whole(index, old, new) == new else "old"
        begun = time.monotonic()
        refused = _refreshed(documents, index)
        seconds = time.monotonic() - begun
        assert refused is None, f"the refresh after it is refused: {refused}"
        with closing(open_current(index, check=True)) as store:
            assert _texts(store) == edition_of(new)
        assert not _no_generations(index), f"the refresh after it leaves {_no_generations(index)}"
        assert len(_generations(index)) <= KEPT, f"{len(_generations(index))} generations are kept"
        Store.open(_generations(index)[0], check=True).close()  # in turn, all of them
    except Exception:
        wrong = traceback.format_exc()
    return {"answers": answers, "left": left, "seconds": seconds, "wrong": wrong}


def _generations(index: Path) -> list[Path]:
    return sorted(folder for folder in index.iterdir() if folder.is_dir() and not folder.name.startswith("."))


def _no_generations(index: Path) -> list[str]:
    if not index.exists():
        return []
    known = {"CURRENT", "LOCK", "log.sqlite", *(folder.name for folder in _generations(index))}
    return sorted(each.name for each in index.iterdir() if each.name not in known)


def _texts(store: Store) -> dict[str, str]:
    return {source.id: store.document(source.id).text for source in store.sources}


def _whole(index: Path, old: int | None, new: int) -> int | None:
    """Return which of two editions answers, after all of the index was found to be that one; None is no index."""
    from conftest import BagOfWordsEmbedder

    from retrieval.generations import open_current
    from retrieval.lexical import terms_of
    from retrieval.library import Library
    from retrieval.store import IndexMissing

    try:
        store = open_current(index, check=True)
    except IndexMissing:
        assert old is None, "there is no index any more"
        return None
    with Library(store, BagOfWordsEmbedder()) as library:
        texts = _texts(store)
        edition = next((each for each in (old, new) if each is not None and texts == edition_of(each)), None)
        assert edition is not None, f"the documents are those of no edition ({old}, {new}): {texts}"
        word, other = word_of(edition), word_of(edition + 1 if edition == old or old is None else old)
        held = store.words.search({terms_of(word)[0]: 1.0}, 100)
        assert len(held) == sum(word in passage.text for each in texts for passage in store.passages(each))
        assert not store.words.search({terms_of(other)[0]: 1.0}, 1), "words of the other edition are found"
        for question in QUESTIONS:
            answer = library.answer(question)
            quoted = [each.text for each in (*answer.quotations, *answer.nearest)]
            assert words_in(quoted) == {word}, f"{question} is answered with {quoted}"
    return edition


class _Witness:
    """A process that lives on, as a bot does, and looks at what is left each time: it may have threads of its own."""

    def __init__(self) -> None:
        asked, ask = os.pipe()
        answer, answered = os.pipe()
        if not os.fork():
            os.close(ask)
            os.close(answer)
            with os.fdopen(asked) as questions, os.fdopen(answered, "w") as answers:
                for line in questions:
                    documents, index, old, new = json.loads(line)
                    answers.write(json.dumps(_examined(Path(documents), Path(index), old, new)) + "\n")
                    answers.flush()
            os._exit(0)
        os.close(asked)
        os.close(answered)
        self._ask, self._answer = os.fdopen(ask, "w"), os.fdopen(answer)

    def examined(self, documents: Path, index: Path, old: int | None, new: int) -> dict[str, Any]:
        """Return what `_examined` finds there."""
        self._ask.write(json.dumps([str(documents), str(index), old, new]) + "\n")
        self._ask.flush()
        return json.loads(self._answer.readline())


class _Child:
    """A fork of this process that does some work, and tells what that returned."""

    def __init__(self, work: Callable[[], Any]) -> None:
        assert len([*Path("/proc/self/task").iterdir()]) == 1, "only a process of one thread may fork"
        self._answer, told = os.pipe()
        self._errors = tempfile.TemporaryFile()  # noqa: SIM115
        self.process = os.fork()
        if not self.process:
            os.close(self._answer)
            self._run(work, told)
        os.close(told)

    def _run(self, work: Callable[[], Any], told: int) -> None:
        status = 70
        try:
            os.dup2(self._errors.fileno(), 2)
            signal.alarm(LIMIT_SECONDS)
            answer = json.dumps(work())
            os.write(told, answer.encode())
            status = 0
        except BaseException:
            traceback.print_exc()
        finally:
            sys.stderr.flush()
            os._exit(status)

    def kill(self, after: float) -> None:
        """Kill it when some seconds have passed, unless it has ended."""
        with os.fdopen(os.pidfd_open(self.process)) as ended:
            select.select([ended], [], [], after)
        os.kill(self.process, signal.SIGKILL)  # it is not waited for yet, so that its number is nobody else's

    def ended(self) -> tuple[int, Any, str]:
        """Return its exit status, what its work returned, and what it wrote on standard error."""
        with os.fdopen(self._answer, "rb") as answer:
            answered = answer.read()
        status = os.waitstatus_to_exitcode(os.waitpid(self.process, 0)[1])
        with self._errors as errors:
            errors.seek(0)
            wrote = errors.read().decode(errors="replace")
        return status, json.loads(answered) if status == 0 else None, wrote


if __name__ == "__main__":
    main()
