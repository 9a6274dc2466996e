"""What is weighed of every passage and sentence, in columns: NumPy arrays on disk, memory-mapped.

A question has hundreds of candidates, each with several sentences. As rows of a database they would take longer to
read than to weigh; as columns they are taken out of an array all at once, and no more of a file is read than they need.

    passages/  document, role, setting, sentences      one entry a passage; `sentences` has one more: where they begin
    sentences/ span, text, terms                       one entry a sentence; `terms` has one more: where they begin
    terms/     key                                     the terms of all sentences, one after the other
    texts/     sentences, sentence                     the sentences that have the same words share one row of vectors
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Iterable, Sequence
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.document import Role, Span

Ints = NDArray[np.int64]
Places = NDArray[np.intp]
Keys = NDArray[np.uint32]

_ROLES = tuple(Role)
_NUMBER = 1 << 31


@lru_cache(maxsize=100_000)
def term_key(term: str) -> int:
    """Return the number that stands for a term: its CRC-32, with the highest bit telling whether it is a number.

    Two terms of a collection of 50,000 words share a key with a probability of one in two; that one of them is asked
    for is a thousand times less likely, and then it counts as the other in the scores of words alone.
    """
    return zlib.crc32(term.encode()) & (_NUMBER - 1) | (_NUMBER if term.isdecimal() else 0)


def is_number(keys: Keys) -> NDArray[np.bool_]:
    """Tell of each term whether it is a number."""
    return np.asarray(keys >= _NUMBER)


def expanded(starts: Ints, ends: Ints) -> tuple[Ints, Ints]:
    """Return all numbers of some ranges, one range after the other, and for each the index of its range."""
    lengths = ends - starts
    owner = np.repeat(np.arange(len(starts)), lengths)
    before = np.cumsum(lengths) - lengths
    return np.arange(len(owner)) + (starts - before)[owner], owner


def distinct(values: Ints) -> tuple[Ints, Places]:
    """Return some numbers each once, ascending, and for each of `values` its place among them.

    As `np.unique` does, in half the time for the few hundred numbers of one question.
    """
    order = values.argsort(kind="stable")
    ascending = values[order]
    is_new = np.ones(len(values), dtype=np.bool_)
    np.not_equal(ascending[1:], ascending[:-1], out=is_new[1:])
    places = np.empty(len(values), dtype=np.intp)
    places[order] = is_new.cumsum() - 1
    return ascending[is_new], places


class Columns:
    """The columns of one generation."""

    def __init__(self, folder: Path) -> None:
        """Open them, memory-mapped."""
        self._document = open_array(folder, "passages.document")
        self._role = open_array(folder, "passages.role")
        self._setting = open_array(folder, "passages.setting")
        self._sentences = open_array(folder, "passages.sentences")
        self._span = open_array(folder, "sentences.span")
        self._text = open_array(folder, "sentences.text")
        self._terms = open_array(folder, "sentences.terms")
        self._key = open_array(folder, "terms.key")
        self._text_sentences = open_array(folder, "texts.sentences")
        self._text_sentence = open_array(folder, "texts.sentence")

    def __len__(self) -> int:
        return len(self._document)

    def documents(self, passages: Ints) -> Ints:
        """Return the number of the document of each passage."""
        return np.asarray(self._document[passages], dtype=np.int64)

    def passages_of(self, document: int, limit: int) -> range:
        """Return the first passages of a document, at most `limit`."""
        # Of the column's own type, or all of it would be converted first.
        ends = np.array([document, document + 1], dtype=self._document.dtype)
        first, last = np.searchsorted(self._document, ends).tolist()
        return range(first, min(last, first + limit))

    def settings(self, passages: Ints) -> Ints:
        """Return the row of the setting of each passage."""
        return np.asarray(self._setting[passages], dtype=np.int64)

    def have_role(self, passages: Ints, role: Role) -> NDArray[np.bool_]:
        """Tell of each passage whether it has a role."""
        return np.asarray(self._role[passages] == _ROLES.index(role))

    def sentences(self, passages: Ints) -> tuple[Ints, Ints]:
        """Return the sentences of some passages, and for each the index of its passage among them."""
        return expanded(self._sentences[passages].astype(np.int64), self._sentences[passages + 1].astype(np.int64))

    def texts(self, sentences: Ints) -> Ints:
        """Return the row of vectors of each sentence."""
        return np.asarray(self._text[sentences], dtype=np.int64)

    def spans(self, sentences: Ints) -> NDArray[np.int32]:
        """Return the ranges of some sentences in the words of their passages, `(sentences, 2)`."""
        return np.asarray(self._span[sentences])

    def first_span(self, passage: int) -> Span:
        """Return the range of the first sentence of a passage in its words."""
        start, end = self._span[self._sentences[passage]].tolist()
        return start, end

    def terms(self, sentences: Ints) -> tuple[Keys, Ints]:
        """Return the terms of some sentences, and for each the index of its sentence among them."""
        places, owner = expanded(self._terms[sentences], self._terms[sentences + 1])
        return np.asarray(self._key[places]), owner

    def terms_of_passages(self, passages: Ints) -> list[Keys]:
        """Return the terms of each passage, in their order; they are not read before they are looked at."""
        starts, ends = self._terms[self._sentences[passages]], self._terms[self._sentences[passages + 1]]
        return [self._key[start:end] for start, end in zip(starts.tolist(), ends.tolist(), strict=True)]

    def passages_of_texts(self, texts: Sequence[int] | Ints) -> Ints:
        """Return the passages with a sentence that has one of these rows of vectors, each once."""
        rows = np.asarray(texts, dtype=np.int64)
        places, _ = expanded(self._text_sentences[rows], self._text_sentences[rows + 1])
        found = np.searchsorted(self._sentences, self._text_sentence[places], side="right") - 1
        return np.unique(found)


class ColumnsBuilder:
    """Gathers the columns passage by passage, and writes them."""

    def __init__(self) -> None:
        self._document, self._setting, self._sentences = array("i"), array("i"), array("i", [0])
        self._role = array("B")
        self._span, self._text = array("i"), array("i")
        self._terms, self._key = array("q", [0]), array("I")

    def add(
        self, document: int, role: str, setting: int, sentences: Iterable[tuple[int, int, int, Sequence[str]]]
    ) -> None:
        """Add a passage: its document, role and setting, and of each sentence start, end, row of vectors and terms."""
        self._document.append(document)
        self._role.append(_ROLES.index(Role(role)))
        self._setting.append(setting)
        for start, end, text, terms in sentences:
            self._span.extend((start, end))
            self._text.append(text)
            self._key.extend(map(term_key, terms))
            self._terms.append(len(self._key))
        self._sentences.append(len(self._text))

    @property
    def passages(self) -> int:
        """How many passages were added."""
        return len(self._document)

    @property
    def sentences(self) -> int:
        """How many sentences were added."""
        return len(self._text)

    @property
    def terms(self) -> int:
        """How many terms were added, repetitions counted."""
        return len(self._key)

    def write(self, folder: Path) -> None:
        """Write the columns."""
        folder.mkdir()
        text = np.array(self._text, dtype=np.int32)
        texts = int(text.max(initial=-1)) + 1
        columns: dict[str, NDArray[Any]] = {
            "passages.document": np.array(self._document, dtype=np.int32),
            "passages.role": np.array(self._role, dtype=np.uint8),
            "passages.setting": np.array(self._setting, dtype=np.int32),
            "passages.sentences": np.array(self._sentences, dtype=np.int32),
            "sentences.span": np.array(self._span, dtype=np.int32).reshape(-1, 2),
            "sentences.text": text,
            "sentences.terms": np.array(self._terms, dtype=np.int64),
            "terms.key": np.array(self._key, dtype=np.uint32),
            "texts.sentences": np.concatenate([[0], np.cumsum(np.bincount(text, minlength=texts))]).astype(np.int64),
            "texts.sentence": np.argsort(text, kind="stable").astype(np.int32),
        }
        for name, values in columns.items():
            write_array(folder / f"{name}.npy", values)


def open_array(folder: Path, name: str) -> NDArray[Any]:
    """Return an array that `write_array` wrote as "name.npy" in `folder`, memory-mapped."""
    # A plain view of the mapped file: taking a part of NumPy's own kind of mapped array costs ten times as much.
    return np.asarray(np.load(folder / f"{name}.npy", mmap_mode="r"))


def write_array(file: Path, values: NDArray[Any]) -> None:
    """Write an array in NumPy's format.

    Not `open_memmap`: on a full disk the kernel would end the process. Nor `np.save`: it would not say what is wrong.
    """
    with file.open("wb") as stream:
        np.lib.format.write_array_header_1_0(stream, np.lib.format.header_data_from_array_1_0(values))
        stream.write(np.ascontiguousarray(values).data)
