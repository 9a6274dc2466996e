"""Files on disk → documents, and the files that could not be read, each with its reason.

What belongs to a folder of documents: every file in it and its subfolders that is text in UTF-8 (`SUFFIXES`), but for

- hidden files and folders, whose names begin with a full stop;
- notes about the folder: files named SOURCES, README, LICENSE, LICENCE, COPYING, NOTICE or CHANGELOG, with any ending.

Everything else is reported, never dropped without a word. To refresh an index, `files_of` tells the hash of each file,
and `read_file` reads those whose hash is new.
"""

from __future__ import annotations

import hashlib
import os
import re
import stat
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from corpus.document import Document
from corpus.errors import FolderError, UnreadableFile
from corpus.formats import read as read_text

SUFFIXES = (".txt", ".text", ".md", ".markdown", ".wiki", "")
LARGEST_FILE_BYTES = 20_000_000
_NOTES = ("sources", "readme", "license", "licence", "copying", "notice", "changelog")


@dataclass(frozen=True, slots=True)
class File:
    """A file that may be a document: its path below the folder, with "/", and the hash of its bytes."""

    id: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Unreadable:
    """A file that is no document, and why: a clause that can stand after its name and a colon."""

    id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Listing:
    """What a folder holds.

    Attributes:
        files: Sorted by id; no two with the same content.
        unreadable: Sorted by id.
        notes: Ids of the files about the folder itself, which are not documents.
    """

    files: tuple[File, ...]
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Reading:
    """A folder, read: its documents and the files that are none, both sorted by id."""

    documents: tuple[Document, ...]
    unreadable: tuple[Unreadable, ...] = ()
    notes: tuple[str, ...] = ()


def read_folder(folder: Path, read: Callable[[int, int], None] | None = None) -> Reading:
    """Read all documents of a folder; `read` is told how many files of how many are done.

    Raises:
        FolderError: The folder cannot be used, or holds no file that could be a document.
    """
    listing = files_of(folder)
    documents: list[Document] = []
    unreadable = list(listing.unreadable)
    for done, file in enumerate(listing.files, 1):
        try:
            documents.append(read_file(folder, file.id))
        except UnreadableFile as error:
            unreadable.append(Unreadable(file.id, str(error)))
        if read:
            read(done, len(listing.files))
    return Reading(tuple(documents), tuple(sorted(unreadable, key=lambda each: each.id)), listing.notes)


def files_of(folder: Path) -> Listing:
    """Return the files of a folder with their hashes, without reading them as documents.

    Raises:
        FolderError: The folder cannot be used, or holds no file that could be a document.
    """
    _require_folder(folder)
    notes: list[str] = []
    unreadable: list[Unreadable] = []
    first_with: dict[str, str] = {}
    for name, reason in sorted(_entries(folder)):
        try:
            if reason:
                raise UnreadableFile(reason)
            if is_note(name):
                notes.append(name)
                continue
            sha256 = hashlib.sha256(_bytes_of(folder, name)).hexdigest()
            if sha256 in first_with:
                raise UnreadableFile(f"has the same content as {first_with[sha256]}, which is read instead")
            first_with[sha256] = name
        except UnreadableFile as error:
            unreadable.append(Unreadable(name, str(error)))
    if not first_with and not unreadable:
        raise FolderError(f"The folder {folder} holds no documents. Put text files into it ({_suffixes()}).")
    files = tuple(File(name, sha256) for sha256, name in first_with.items())
    return Listing(files, tuple(unreadable), tuple(notes))


def read_file(folder: Path, path: Path | str) -> Document:
    """Read one file as a document; its hash is that of the bytes that were read.

    Args:
        folder: The folder of documents.
        path: Below that folder, or absolute within it.

    Raises:
        UnreadableFile: Why it cannot be read, without its name.
    """
    below = folder / path
    if not (below.is_relative_to(folder) and below.resolve().is_relative_to(folder.resolve())):
        raise UnreadableFile("lies outside the folder of documents")
    name = below.relative_to(folder).as_posix()
    content = _bytes_of(folder, name)
    return read_text(_decoded(content), name, hashlib.sha256(content).hexdigest())


def _require_folder(folder: Path) -> None:
    """Raise a `FolderError` that says what to do unless `folder` is one that can be listed."""
    try:
        if not folder.exists():
            raise FolderError(f"The folder {folder} does not exist. Create it, or name the folder of your documents.")
        if not folder.is_dir():
            raise FolderError(f"{folder} is a file, not a folder. Name the folder that holds it.")
        with os.scandir(folder):
            pass
    except OSError as error:
        raise FolderError(f"The folder {folder} cannot be opened ({error.strerror}). Check its permissions.") from error


def _entries(folder: Path, below: str = "") -> Iterator[tuple[str, str]]:
    """Yield the id of each entry that is not hidden, with the reason why it cannot be read: empty for what can be."""
    try:
        with os.scandir(folder / below) as entries:
            found = sorted(entries, key=lambda entry: entry.name)
    except OSError as error:
        yield below, f"cannot be opened ({error.strerror}); check its permissions"
        return
    for entry in found:
        path = f"{below}/{entry.name}" if below else entry.name
        if entry.name.startswith("."):
            continue
        if entry.is_dir(follow_symlinks=False):
            yield from _entries(folder, path)
        else:
            reason = _reason_against(entry, folder)
            yield _printable(path), reason if _printable(path) == path else "has a name that is not UTF-8; rename it"


def _reason_against(entry: os.DirEntry[str], folder: Path) -> str:
    """Return why a file is not read, as far as its name and its place on disk tell."""
    if entry.is_symlink():
        return _reason_against_link(Path(entry.path), folder)
    if not entry.is_file():
        return "is no regular file"
    return _reason_against_name(entry.name)


def _reason_against_link(link: Path, folder: Path) -> str:
    try:
        target = link.resolve(strict=True)
    except (OSError, RuntimeError):  # up to Python 3.12 a loop is a RuntimeError
        return "is a link that leads nowhere"
    if not target.is_relative_to(folder.resolve()):
        return "is a link that leaves the folder; copy the file into the folder instead"
    if target.is_dir():
        return "is a link to a folder; links to folders are not followed"
    return _reason_against_name(link.name)


def _reason_against_name(name: str) -> str:
    return "" if Path(name).suffix.lower() in SUFFIXES else f"is not a text format this version reads ({_suffixes()})"


def _suffixes() -> str:
    return f"{', '.join(suffix for suffix in SUFFIXES if suffix)}, or no ending"


def _printable(name: str) -> str:
    """Return a file's name with the bytes that are not UTF-8 written out."""
    return os.fsencode(name).decode(errors="backslashreplace")


def is_note(name: str) -> bool:
    """Tell by its name whether a file is about the folder itself."""
    return re.split(r"[.\-_ ]", name.rpartition("/")[2].lower())[0] in _NOTES


def _bytes_of(folder: Path, name: str) -> bytes:
    """Return the bytes of a file that did not change while it was read."""
    for _ in range(2):
        content = _read_if_unchanged(folder / name)
        if content is not None:
            return content
    raise UnreadableFile("changed while it was read; try again when nothing writes to it any more")


def _read_if_unchanged(path: Path) -> bytes | None:
    """Return the bytes of a file, or None if it changed meanwhile."""
    try:
        if not stat.S_ISREG(path.stat().st_mode):  # asked before opening: a pipe would keep us waiting
            raise UnreadableFile("is no regular file")
        with path.open("rb") as file:
            before = os.fstat(file.fileno())
            if before.st_size > LARGEST_FILE_BYTES:
                raise UnreadableFile(_too_large(before.st_size))
            content = file.read(LARGEST_FILE_BYTES + 1)
        after = path.stat()
    except OSError as error:
        raise UnreadableFile(f"cannot be opened ({error.strerror}); check that it is there and may be read") from error
    same = (before.st_size, before.st_mtime_ns, before.st_ino) == (after.st_size, after.st_mtime_ns, after.st_ino)
    return content if same and len(content) == before.st_size else None


def _too_large(size_bytes: int) -> str:
    megabytes, most = size_bytes / 1_000_000, LARGEST_FILE_BYTES // 1_000_000
    return f"is too large ({megabytes:.0f} MB; at most {most} MB); divide it into several files"


def _decoded(content: bytes) -> str:
    """Return the text of a file, nothing changed: line ends and a byte order mark stay."""
    if not content.strip(b"\xef\xbb\xbf \t\r\n\f\v"):
        raise UnreadableFile("is empty")
    if content[:2] in (b"\xff\xfe", b"\xfe\xff"):
        raise UnreadableFile("is text in UTF-16, not UTF-8; save it as UTF-8")
    if b"\0" in content:
        raise UnreadableFile("is not text: it holds NUL bytes; export it as text in UTF-8")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        byte = content[error.start]
        raise UnreadableFile(f"is not UTF-8 (byte 0x{byte:02X} in line {line}); save it as UTF-8") from error
