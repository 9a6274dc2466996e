"""The folder of an index: what a refresh that fails, is killed or meets another one leaves behind."""

from __future__ import annotations

import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from retrieval.generations import KEPT, IndexNotWritten, current, open_current
from retrieval.store import IndexDamaged, IndexMissing

ROOT = Path(__file__).parents[2]
SHIPPED = ROOT / "corpus" / "documents"

PRELUDE = """
import os, shutil, signal, sys
from pathlib import Path
from conftest import BagOfWordsEmbedder
from retrieval.generations import IndexNotWritten, current, open_current
from retrieval.indexing import refresh

def die():
    os.kill(os.getpid(), signal.SIGKILL)

def nothing(phase, done, total):
    pass
"""


def script(text: str, *arguments: str | Path, before: tuple[str, ...] = ()) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*before, *command(text, *arguments)], env=environment(), capture_output=True, text=True, timeout=100
    )


def command(text: str, *arguments: str | Path) -> list[str]:
    return [sys.executable, "-c", PRELUDE + text, *map(str, arguments)]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{Path(__file__).parent}", "OMP_NUM_THREADS": "1"}


def names(index: Path) -> list[str]:
    return sorted(
        each.name for each in index.iterdir() if each.name not in ("CURRENT", "LOCK", "REFRESHING", "log.sqlite")
    )


def test_where_nothing_was_built_there_is_no_index(tmp_path: Path) -> None:
    with pytest.raises(IndexMissing, match="rapporteur index"):
        current(tmp_path)


@pytest.mark.parametrize(
    "content",
    [
        b"", b"\n", b".", b"..", b"../index", b"/", b"/etc", b"LOCK", b"x" * 300, b"a\0b", b"\xff\xfe",
        b".building-20260101T000000.000000", b"20260101T000000.000000",
    ],
    ids=repr,
)  # fmt: skip
def test_a_pointer_that_names_no_generation_is_damage_and_the_next_refresh_repairs_it(
    index: Path, documents: Path, build: Any, content: bytes
) -> None:
    (index / "CURRENT").write_bytes(content)
    with pytest.raises(IndexDamaged, match="rapporteur index"):
        open_current(index)
    assert build(documents, index).changed_anything
    open_current(index).close()


def test_a_pointer_never_leads_out_of_the_folder(index: Path, tmp_path: Path, contents: Any) -> None:
    shutil.copytree(current(index), tmp_path / "20260101T000000.000000")
    (index / "CURRENT").write_text("../20260101T000000.000000")
    with pytest.raises(IndexDamaged):
        open_current(index)


def test_a_refresh_changes_no_byte_of_the_generation_before(
    index: Path, documents: Path, build: Any, contents: Any
) -> None:
    old = current(index)
    before = contents(old)
    (documents / "new.txt").write_text("Quolls.")
    build(documents, index)
    assert current(index) != old
    assert contents(old) == before


def test_reading_changes_no_byte_of_an_index(index: Path, embedder: Any, contents: Any) -> None:
    from retrieval.library import Library

    before = contents(index)
    with Library.open(index, embedder) as library:
        library.answer("When does the mandate of UNMOT end?")
    assert contents(index) == before


def test_an_open_generation_answers_while_the_next_is_built_and_the_oldest_dropped(
    index: Path, documents: Path, build: Any
) -> None:
    with closing(open_current(index)) as store:
        words = [store.stored_words(passage) for passage in store.passages("S_RES_1138_1997.txt")]
        for number in range(KEPT + 1):
            (documents / "new.txt").write_text(f"Quolls {number}.")
            build(documents, index)
        assert not store.folder.exists()
        assert [store.stored_words(passage) for passage in store.passages("S_RES_1138_1997.txt")] == words
        assert store.words.search({"mandat": 1.0}, 3)


def test_the_last_generations_are_kept(index: Path, documents: Path, build: Any) -> None:
    built = [current(index).name]
    for number in range(KEPT + 2):
        (documents / "new.txt").write_text(f"Quolls {number}.")
        built.append(build(documents, index).generation.name)
    assert names(index) == built[-KEPT:]
    assert current(index).name == built[-1]


def test_what_else_lies_in_the_folder_is_left_alone(index: Path, documents: Path, build: Any) -> None:
    (index / "mine").mkdir()
    (index / "mine" / "manifest.json").write_text("{}")
    for number in range(KEPT + 1):
        (documents / "new.txt").write_text(f"Quolls {number}.")
        build(documents, index)
    assert (index / "mine" / "manifest.json").exists()


def test_a_generation_follows_those_before_even_when_the_clock_was_set_back(
    index: Path, documents: Path, build: Any
) -> None:
    late = "99991231T235959.999999"
    current(index).rename(index / late)
    (index / "CURRENT").write_text(late)
    (documents / "new.txt").write_text("Quolls.")
    assert build(documents, index).generation.name > late
    assert current(index).name > late


REPLACED_MEANWHILE = """
documents, index = map(Path, sys.argv[1:])
old = current(index)

def watch(event, arguments):
    if event == "open" and str(arguments[0]) == str(old / "manifest.json") and old.exists():
        (documents / "new.txt").write_text("Quolls.")
        refresh(documents, copy := index.with_name("copy"), BagOfWordsEmbedder(), nothing)
        new = current(copy)
        new.rename(index / new.name)
        (copy / "CURRENT").replace(index / "CURRENT")
        shutil.rmtree(old)

sys.addaudithook(watch)
print(len(open_current(index).sources))
"""


def test_a_generation_that_is_dropped_while_it_is_being_opened_gives_way_to_the_one_in_use(
    index: Path, documents: Path
) -> None:
    found = script(REPLACED_MEANWHILE, documents, index)
    assert found.stdout == "4\n", found.stderr


def test_in_a_copy_that_was_taken_in_the_moment_of_the_switch_the_generation_in_use_stays(
    index: Path, documents: Path, build: Any
) -> None:
    used, kept = current(index), names(index)
    shutil.copy(index / "CURRENT", used / "CURRENT")  # it was copied before it was moved, and after
    assert not build(documents, index).changed_anything
    assert current(index) == used
    (documents / "new.txt").write_text("Quolls.")
    build(documents, index)
    assert names(index) == [*kept, current(index).name]


# --- killed


KILLED_AT = [
    "embedding 1", "reading 1", "writing 1", "passages.npy 1", "texts.sentence.npy 1",
    "sentences.faiss 1", "offsets.npy 2", "manifest.json 1", "writing 2", "checking 1", "checking 2", "CURRENT 1",
    "rename 1", "rename 2",
]  # fmt: skip
"""What happens, and for which time: a step of the progress, a text embedded, a file opened to be written, a rename."""
KILLED = """
documents, index, into, *moments = sys.argv[1:]
for moment in moments:
    copy = shutil.copytree(index, Path(into) / moment)
    if not (child := os.fork()):  # before any thread is started
        awaited, times = moment.split()
        seen = 0

        def count(what):
            global seen
            seen += what == awaited
            if what == awaited and seen == int(times):
                die()

        def watch(event, arguments):
            if event == "os.rename":
                count("rename")
            elif event == "open" and "w" in str(arguments[1]) and ".building" in str(arguments[0]):
                count(Path(arguments[0]).name)

        class Counting(BagOfWordsEmbedder):
            def _embedding(self, text):
                count("embedding")
                return super()._embedding(text)

        sys.addaudithook(watch)
        refresh(Path(documents), copy, Counting(), lambda phase, done, total: count(phase))
        os._exit(0)
    print(moment, os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), sep=": ")
"""


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory, build: Any) -> Path:
    """A copy of one index for each moment at which a refresh of it was killed, and the documents."""
    folder = tmp_path_factory.mktemp("killed")
    documents = Path(shutil.copytree(SHIPPED, folder / "documents"))
    build(documents, folder / "index")
    (documents / "new.txt").write_text("Quolls are fed on Thursdays.")
    found = script(KILLED, documents, folder / "index", folder, *KILLED_AT)
    assert found.stdout.splitlines() == [f"{moment}: -9" for moment in KILLED_AT], found.stderr
    return folder


@pytest.mark.parametrize("moment", KILLED_AT)
def test_a_refresh_that_was_killed_leaves_the_generation_before_in_use(
    killed: Path, moment: str, contents: Any
) -> None:
    untouched, name = contents(killed / "index"), current(killed / "index").name
    left = contents(killed / moment)
    assert current(killed / moment).name == name
    assert {path: left[path] for path in untouched} == untouched
    with closing(open_current(killed / moment)) as store:
        assert len(store.sources) == 3


@pytest.mark.parametrize("moment", KILLED_AT)
def test_the_refresh_after_one_that_was_killed_works_and_cleans_up(
    killed: Path, moment: str, tmp_path: Path, build: Any
) -> None:
    index = Path(shutil.copytree(killed / moment, tmp_path / "index"))
    report = build(killed / "documents", index)
    assert report.documents_added == ("new.txt",)
    assert names(index) == [current(killed / "index").name, report.generation.name]


def test_what_a_killed_refresh_left_is_removed_even_when_nothing_has_changed(
    killed: Path, tmp_path: Path, build: Any
) -> None:
    index = Path(shutil.copytree(killed / "rename 1", tmp_path / "index"))
    assert len(names(index)) == 2
    (killed / "documents" / "new.txt").rename(tmp_path / "new.txt")
    try:
        assert not build(killed / "documents", index).changed_anything
    finally:
        (tmp_path / "new.txt").rename(killed / "documents" / "new.txt")
    assert names(index) == [current(index).name]


# --- two at once


HOLDING = """
class Waiting(BagOfWordsEmbedder):
    def embed(self, texts):
        print("holding", flush=True)
        sys.stdin.read()
        return super().embed(texts)

refresh(Path(sys.argv[1]), Path(sys.argv[2]), Waiting(), nothing)
"""


@contextmanager
def another_refresh(documents: Path, index: Path) -> Iterator[subprocess.Popen[str]]:
    (documents / "new.txt").write_text("Quolls.")
    with subprocess.Popen(
        command(HOLDING, documents, index), env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "holding\n"
        try:
            yield process
        finally:
            process.kill()


def test_a_second_refresh_at_the_same_time_is_refused(index: Path, documents: Path, build: Any, contents: Any) -> None:
    with another_refresh(documents, index):
        before = contents(index)
        with pytest.raises(IndexNotWritten, match=r"Another refresh of .* is running"):
            build(documents, index)
        assert contents(index) == before


def test_the_index_answers_while_it_is_refreshed(index: Path, documents: Path, embedder: Any) -> None:
    from retrieval.library import Library

    with another_refresh(documents, index), Library.open(index, embedder) as library:
        assert library.search("mandate of UNMOT")


def test_a_lock_is_not_kept_by_a_process_that_died(index: Path, documents: Path, build: Any) -> None:
    with another_refresh(documents, index) as process:
        process.kill()
        process.wait()
        assert build(documents, index).documents_added == ("new.txt",)


# --- no room


@contextmanager
def no_file_longer_than(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


@pytest.mark.parametrize(
    "longest",
    [
        "corpus.sqlite", "sentences.faiss", "columns/terms.key.npy", "sentence_tokens/vectors.bin",
        "setting_tokens/ids.bin", "words/passages.npy", "words/meta.json",
    ],
)  # fmt: skip
def test_a_disk_that_refuses_leaves_the_index_as_it_was(
    index: Path, documents: Path, build: Any, contents: Any, longest: str
) -> None:
    (documents / "new.txt").write_text("Quolls.")
    size = (current(index) / longest).stat().st_size
    before, kept = contents(index), names(index)
    with no_file_longer_than(size - 1), pytest.raises(IndexNotWritten, match="The one in use stays as it was"):
        build(documents, index)
    assert (contents(index), names(index)) == (before, kept)


def test_where_there_was_no_index_a_disk_that_refuses_leaves_none(
    tmp_path: Path, documents: Path, build: Any, contents: Any
) -> None:
    with no_file_longer_than(1_000), pytest.raises(IndexNotWritten):
        build(documents, tmp_path / "index")
    assert contents(tmp_path / "index") == {}


OWN_MOUNTS = ("unshare", "--map-root-user", "--mount")
needs_mounts = pytest.mark.skipif(
    not shutil.which("unshare") or subprocess.run([*OWN_MOUNTS, "true"], capture_output=True).returncode != 0,
    reason="needs a name space of mounts",
)

FULL = """
documents, disk = Path(sys.argv[1]), sys.argv[2]
mount = lambda options: os.system(f"mount -t tmpfs -o {options} tmpfs {disk}")
mount("size=64m")
index = Path(disk) / "index"
refresh(documents, index, BagOfWordsEmbedder(), nothing)
used = sum(file.stat().st_blocks * 512 for file in index.rglob("*"))
files = sorted(index.rglob("*"))
(documents / "new.txt").write_text("Quolls.")
written = 0
for room in range(4096, used, 4096 * 8):
    mount(f"remount,size={used + room}")
    try:
        refresh(documents, index, BagOfWordsEmbedder(), nothing)
        written += 1
    except IndexNotWritten as error:
        assert "stays as it was" in str(error), error
        assert sorted(index.rglob("*")) == files, set(index.rglob("*")) ^ set(files)
        open_current(index).close()
    if written:
        break
print("sound")
"""


@needs_mounts
def test_wherever_a_full_disk_stops_a_refresh_the_index_stays_as_it_was(documents: Path, tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    found = script(FULL, documents, tmp_path / "disk", before=OWN_MOUNTS)
    assert (found.stdout, found.returncode) == ("sound\n", 0), found.stderr


READ_ONLY = """
documents, index = map(Path, sys.argv[1:])
assert not os.system(f"mount --bind {index} {index} && mount -o remount,ro,bind {index}")
store = open_current(index)
print(len(store.words.search({"mandat": 1.0}, 3)), flush=True)
try:
    refresh(documents, index, BagOfWordsEmbedder(), nothing)
except IndexNotWritten as error:
    print(error)
"""


@needs_mounts
def test_an_index_on_a_read_only_disk_can_be_read_and_a_refresh_says_why_not(index: Path, documents: Path) -> None:
    found = script(READ_ONLY, documents, index, before=OWN_MOUNTS)
    assert found.stdout == f"3\nThe index folder {index} cannot be written (Read-only file system).\n", found.stderr


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may write everywhere")
def test_an_index_folder_without_permission_to_write_is_said(tmp_path: Path, documents: Path, build: Any) -> None:
    (tmp_path / "parent").mkdir(mode=0o555)
    with pytest.raises(IndexNotWritten, match="Permission denied"):
        build(documents, tmp_path / "parent" / "index")
