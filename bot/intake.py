"""A file that somebody gives → a document to be, or a sentence why not.

What it is said to be counts nothing, and its name only as far as it can be kept. How a text is read is for `corpus`
alone: what is let through here may still turn out to be unreadable there.
"""

from __future__ import annotations

import hashlib
import os
import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath

from bot.managed import Quota
from bot.strings import Said
from corpus.errors import FolderError
from corpus.folder import LARGEST_FILE_BYTES, SUFFIXES, files_of, is_note
from retrieval.generations import flush

MOST_FILES = 10
"""Files given at once: as many as Discord takes."""

_LONGEST_NAME = 80
"""Characters of a file's name, without its ending; with it, it fits whole into what autocompletion sends."""
_LONGEST_BYTES = 200
_UNREADABLE = re.compile(r"[^\w .,()+&’'-]+")
_GAPS = re.compile(r"[\s_]*[\s_]{2,}|\s+")
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)  # as Windows knows them

_PDF_WITHIN = 1_024
"""Bytes within which the mark of a PDF may stand. Source: Adobe, PDF Reference 1.7, implementation note 13."""
_ARCHIVES = (b"PK\x03\x04", b"PK\x05\x06", b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!", b"BZh", b"\xfd7zXZ\x00")
_OTHERS = (b"\x89PNG", b"\xff\xd8\xff", b"GIF8", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", b"{\\rtf", b"\x7fELF", b"MZ\x90")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a file is not taken: a row of the table of sentences, and what it is filled in with, not escaped."""

    said: Said
    values: Mapping[str, str | int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Given:
    """A file that is fit to be read.

    Attributes:
        name: What it will be called in the folder.
        content: Its bytes.
        sha256: Of these, in hexadecimal.
        replaces: The name of the file whose place it takes; None where it has a new one.
    """

    name: str
    content: bytes = field(repr=False)
    sha256: str
    replaces: str | None = None


@dataclass(frozen=True, slots=True)
class Held:
    """What a folder of documents holds.

    Attributes:
        by_content: The path of each file by the hash of its bytes.
        by_name: The path of each file by how it is compared.
        sizes: Bytes of each file by its path.
    """

    by_content: Mapping[str, str]
    by_name: Mapping[str, str]
    sizes: Mapping[str, int]

    @classmethod
    def in_folder(cls, folder: Path) -> Held:
        """Read what a folder holds: every file, for its hash. One that cannot be used holds nothing."""
        try:
            listing = files_of(folder)
        except FolderError:
            return cls({}, {}, {})
        ids = [*(file.id for file in listing.files), *(file.id for file in listing.unreadable), *listing.notes]
        sizes = {each: _size(folder / each) for each in ids}
        return cls({file.sha256: file.id for file in listing.files}, {_compared(each): each for each in ids}, sizes)


def _size(file: Path) -> int:
    try:
        return file.stat().st_size
    except OSError:
        return 0


def refused_by_size(size: int) -> Refusal | None:
    """Return why a file of a size is not even fetched, if it is not."""
    if size > LARGEST_FILE_BYTES:
        return Refusal(Said.TOO_LARGE, {"size": _megabytes(size), "most": _megabytes(LARGEST_FILE_BYTES)})
    return None


def refused_by_content(content: bytes) -> Refusal | None:
    """Return why some bytes are certainly no text, if they are none."""
    if b"%PDF-" in content[:_PDF_WITHIN]:
        return Refusal(Said.IS_PDF)
    if content.startswith(_ARCHIVES):
        return Refusal(Said.IS_ARCHIVE)
    if content.startswith(_OTHERS):
        return Refusal(Said.IS_NO_TEXT)
    return None


def examined(given_name: str, content: bytes, held: Held, quota: Quota | None = None) -> Given | Refusal:
    """Return a file as it can be put into a folder, or why it cannot; some milliseconds for each megabyte.

    Args:
        given_name: What somebody calls it.
        content: Its bytes.
        held: What the folder holds.
        quota: How much it may hold; None is as much as there is room for.
    """
    refusal = refused_by_size(len(content)) or refused_by_content(content)
    if refusal:
        return refusal
    name, sha256 = safe_name(given_name), hashlib.sha256(content).hexdigest()
    if sha256 in held.by_content:
        return Refusal(Said.HELD_ALREADY, {"document": held.by_content[sha256]})
    found = Given(name, content, sha256, held.by_name.get(_compared(name)))
    return _refused_by_quota(found, held, quota) or found


def _refused_by_quota(given: Given, held: Held, quota: Quota | None) -> Refusal | None:
    """Return why a folder has no room for one more file, if it has none."""
    if quota is None:
        return None
    sizes = {id_: size for id_, size in held.sizes.items() if id_ != given.replaces}
    if len(sizes) >= quota.documents:
        return Refusal(Said.TOO_MANY_DOCUMENTS, {"most": quota.documents})
    if sum(sizes.values()) + len(given.content) > quota.size:
        return Refusal(Said.TOO_MUCH_TEXT, {"most": _megabytes(quota.size)})
    return None


def with_one_more(held: Held, given: Given) -> Held:
    """Return what a folder holds once a file was put into it."""
    by_content = {sha256: id_ for sha256, id_ in held.by_content.items() if id_ != given.replaces}
    sizes = {id_: size for id_, size in held.sizes.items() if id_ != given.replaces}
    return Held(
        by_content | {given.sha256: given.name},
        {**held.by_name, _compared(given.name): given.name},
        sizes | {given.name: len(given.content)},
    )


def safe_name(given: str) -> str:
    """Return the name a file is kept under: one part of a path, visible, with an ending that is read.

    What is readable of it stays; a path, marks that turn the writing round and characters that no disk or screen takes
    alike do not.
    """
    text = unicodedata.normalize("NFKC", given.encode(errors="ignore").decode())
    text = "".join(" " if c in "\t\n\r" else c for c in text if c in "\t\n\r" or unicodedata.category(c)[0] != "C")
    text = re.split(r"[/\\]", text.rstrip("/\\ "))[-1]
    text = _GAPS.sub(" ", _UNREADABLE.sub("_", text)).strip(" .-_")
    path = PurePosixPath(text)
    ending = path.suffix.lower() if path.suffix.lower() in SUFFIXES else ".txt"
    stem = path.stem if path.suffix.lower() in SUFFIXES else text
    name = f"{_cut(stem) or 'document'}{ending if text else '.txt'}"
    return f"document {name}" if _RESERVED.fullmatch(name) or is_note(name) else name


def _cut(stem: str) -> str:
    cut = stem[:_LONGEST_NAME].encode()[:_LONGEST_BYTES].decode(errors="ignore")
    return cut.strip(" .-_")


def _compared(name: str) -> str:
    """Return a name as it is compared: some disks do not tell capitals apart, nor how an accent is written."""
    return unicodedata.normalize("NFC", name).casefold()


def _megabytes(size: int) -> str:
    return f"{size / 1_000_000:.0f}" if size >= 10_000_000 else f"{size / 1_000_000:.1f}"


def put(folder: Path, given: Given) -> None:
    """Put a file into a folder, whole or not at all.

    Raises:
        FileExistsError: There is one of that name, which it was not said to replace.
        OSError: The disk refused.
    """
    folder.mkdir(parents=True, exist_ok=True)
    place = folder / (given.replaces or given.name)
    aside = folder / f".given-{given.sha256[:16]}-{os.getpid()}"
    try:
        with aside.open("xb") as file:
            file.write(given.content)
            file.flush()
            os.fsync(file.fileno())
        if given.replaces:
            aside.replace(place)
        else:
            with place.open("xb"):  # a name is taken once, by whoever comes first
                aside.replace(place)
    finally:
        aside.unlink(missing_ok=True)
    flush(folder)
