"""What is known of every document beside its text, in columns: its day, the terms in it, the documents it cites.

    documents/ day, length                 an entry a document: the ordinal of its day, 0 where it has none; its terms
    terms/     key, name, postings         an entry a term, by key: how often it is part of a name, in 255 parts;
                                           `postings` has one more: where they begin
    postings/  document, count             in which documents a term occurs, and how often, 255 at most
    citations/ first, document             which documents a document cites; `first` has one more: where they begin

Beside its words a document has as terms the names of two words that stand side by side ("south sudan"), and the short
form of what it calls by its long one, whoever introduces it: the resolution that established UNFICYP never says so.
"""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from corpus.catalogue import Catalogue, year_of
from corpus.document import Source
from retrieval.clues import pair_term
from retrieval.columns import Ints, expanded, open_array, term_key, write_array
from retrieval.lexical import terms_of, terms_of_word
from retrieval.names import Name, ShortForms, names_in

_CITED = re.compile(r"(?<![\w/])(\d{1,4})\s?\(((?:19|20)\d\d)\)")
_MOST = 255


class DocumentFacts:
    """The facts of one generation."""

    def __init__(self, folder: Path) -> None:
        """Open them, memory-mapped."""
        self.days: NDArray[np.int32] = open_array(folder, "documents.day")
        self.lengths: NDArray[np.int32] = open_array(folder, "documents.length")
        self._key = open_array(folder, "terms.key")
        self._name = open_array(folder, "terms.name")
        self._postings = open_array(folder, "terms.postings")
        self._document = open_array(folder, "postings.document")
        self._count = open_array(folder, "postings.count")
        self._first_cited = open_array(folder, "citations.first")
        self._cited = open_array(folder, "citations.document")
        self.by_day = np.argsort(self.days, kind="stable")
        """The documents, the oldest first."""

    def __len__(self) -> int:
        return len(self.days)

    def rows(self, terms: Sequence[str]) -> Ints:
        """Return the rows of those of some terms that occur, each once."""
        rows, occur = self.rows_of_each(terms)
        return np.unique(rows[occur])

    def rows_of_each(self, terms: Sequence[str]) -> tuple[Ints, NDArray[np.bool_]]:
        """Return the row of each of some terms, and whether it occurs at all: else its row is any."""
        keys = np.array([term_key(term) for term in terms], dtype=np.uint32)
        if not len(self._key):
            return np.zeros(len(terms), dtype=np.int64), np.zeros(len(terms), dtype=np.bool_)
        rows = np.minimum(np.searchsorted(self._key, keys), len(self._key) - 1)
        return rows, self._key[rows] == keys

    def documents_with(self, row: int) -> NDArray[np.int32]:
        """Return the documents that have a term, ascending."""
        return self._document[self._postings[row] : self._postings[row + 1]]

    def frequencies(self, rows: Ints) -> Ints:
        """Return in how many documents some terms occur."""
        return np.asarray(self._postings[rows + 1] - self._postings[rows], dtype=np.int64)

    def name_shares(self, rows: Ints) -> NDArray[np.float64]:
        """Return how often some terms are part of a name, of all their occurrences."""
        return np.asarray(self._name[rows] / _MOST)

    def postings(self, rows: Ints) -> tuple[Ints, Ints, NDArray[np.int64]]:
        """Return the documents of some terms, how often each has it, and the index of the term among them."""
        places, owner = expanded(self._postings[rows], self._postings[rows + 1])
        return self._document[places].astype(np.int64), self._count[places].astype(np.int64), owner

    def cited_by(self, documents: Ints) -> tuple[Ints, Ints]:
        """Return the documents that some documents cite, and for each the index of the one that does."""
        places, owner = expanded(self._first_cited[documents], self._first_cited[documents + 1])
        return self._cited[places].astype(np.int64), owner


class DocumentFactsBuilder:
    """Gathers the facts document by document, and writes them."""

    def __init__(self) -> None:
        self._sources: list[Source] = []
        self._lengths = array("i")
        self._keys, self._documents, self._counts = array("I"), array("i"), array("H")
        self._capitals = Counter[int]()
        self._names: dict[tuple[str, ...], Counter[int]] = {}
        self._cited: list[set[tuple[str, str]]] = []

    def add(self, source: Source, passages: Iterable[tuple[str, str]]) -> None:
        """Add the next document: of each of its passages the words, and their terms joined by spaces."""
        terms, capitals, cited = Counter[str](), Counter[str](), set[tuple[str, str]]()
        for text, its_terms in passages:
            terms.update(its_terms.split())
            cited.update(_CITED.findall(text))
            for name in names_in(text):
                capitals.update(_named_terms(name))
                if len(name.words) > 1:
                    self._names.setdefault(name.words, Counter())[len(self._sources)] += 1
        self._lengths.append(terms.total())
        terms.update({term: count for term, count in capitals.items() if " " in term})
        self._capitals.update({term_key(term): count for term, count in capitals.items()})
        self._add_postings(len(self._sources), {term_key(term): count for term, count in terms.items()})
        self._sources.append(source)
        self._cited.append(cited)

    def _add_postings(self, document: int, counts: Mapping[int, int]) -> None:
        self._keys.extend(counts)
        self._documents.extend([document] * len(counts))
        self._counts.extend(min(count, 0xFFFF) for count in counts.values())

    def write(self, folder: Path, short_forms: ShortForms) -> None:
        """Write the columns; `short_forms` are those that any of the documents introduces."""
        self._add_short_forms(short_forms)
        keys, documents, counts = self._merged_postings()
        terms, begins = np.unique(keys, return_index=True)
        occurrences = np.add.reduceat(counts, begins) if len(terms) else counts
        capitals = np.array([self._capitals[key] for key in terms.tolist()], dtype=np.int64)
        cited = self._citations()
        columns: dict[str, NDArray[Any]] = {
            "documents.day": np.array([_ordinal(source) for source in self._sources], dtype=np.int32),
            "documents.length": np.array(self._lengths, dtype=np.int32),
            "terms.key": terms,
            "terms.name": np.minimum(_MOST, _MOST * capitals // occurrences).astype(np.uint8),
            "terms.postings": np.append(begins, len(keys)).astype(np.int64),
            "postings.document": documents,
            "postings.count": np.minimum(counts, _MOST).astype(np.uint8),
            "citations.first": np.cumsum([0, *map(len, cited)], dtype=np.int64),
            "citations.document": np.array([each for some in cited for each in some], dtype=np.int32),
        }
        folder.mkdir()
        for name, values in columns.items():
            write_array(folder / f"{name}.npy", values)

    def _add_short_forms(self, short_forms: ShortForms) -> None:
        """Give each document the short forms of the names it has."""
        found: dict[int, Counter[int]] = {}
        for words, documents in self._names.items():
            for _, _, short in short_forms.in_words(words):
                for term in terms_of(short):
                    for document, times in documents.items():
                        found.setdefault(document, Counter())[term_key(term)] += times
        for document, counts in found.items():
            self._add_postings(document, counts)
            self._capitals.update(counts)

    def _merged_postings(self) -> tuple[NDArray[np.uint32], NDArray[np.int32], NDArray[np.int64]]:
        """Return key, document and count of every posting in order, none twice."""
        both = (np.array(self._keys, dtype=np.uint64) << 32) | np.array(self._documents, dtype=np.uint64)
        merged, place = np.unique(both, return_inverse=True)
        counts = np.bincount(place, weights=np.array(self._counts, dtype=np.float64), minlength=len(merged))
        return (merged >> 32).astype(np.uint32), (merged & 0xFFFFFFFF).astype(np.int32), counts.astype(np.int64)

    def _citations(self) -> list[list[int]]:
        """Return the other documents that each document cites: by number and year, as resolutions are."""
        catalogue = Catalogue.of(self._sources)
        number_of = {source.id: number for number, source in enumerate(self._sources)}
        held = {
            (number, year_of(source)): number_of[source.id]
            for number, sources in catalogue.by_number.items()
            for source in sources
            if catalogue.is_resolution(source)
        }
        cited = [{held[each] for each in some if each in held} for some in self._cited]
        return [sorted(some - {document}) for document, some in enumerate(cited)]


def _named_terms(name: Name) -> Iterator[str]:
    """Yield the terms of the words of a name that are capitalised, and of any two of them side by side."""
    for word, capital in zip(name.words, name.capitals, strict=True):
        if capital:
            yield from terms_of_word(word)
    for first, second in name.pairs():
        yield from pair_term(first, second)


def _ordinal(source: Source) -> int:
    return source.date.toordinal() if source.date else 0
