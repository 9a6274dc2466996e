"""Words: how a text is taken apart into terms, and BM25 over them.

The same analysis serves documents and questions. tantivy holds the terms and finds candidates; `bm25` scores passages
and single sentences alike, with the index's own document frequencies, so that ranking does not depend on the engine.
"""

from __future__ import annotations

import math
import os
import re
import tempfile
import unicodedata
from collections.abc import Iterable, Mapping
from contextlib import suppress
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import Stemmer
import tantivy
from numpy.typing import NDArray

from retrieval.columns import write_array

# Words, and numbers with their thousands separators as one term ("3,482" is 3482).
_TOKEN = re.compile(r"\d{1,3}(?:,\d{3})+(?!\d)|[^\W_]+(?:['’][^\W_]+)*")
_POSSESSIVE = re.compile(r"['’]s?$")

# Words that frame a question or carry no topic. Without them BM25 puts the right passage first for .7 points more of
# SQuAD-style questions than with the usual stop list.
STOP_WORDS = frozenset(
    """
    a about am an and any are as at be been being but by can could did do does doing for from get gets got had has
    have having he her him his how i if in into is it its just many me much my no not of on or our shall she should
    so some such tell than that the their them then there these they this those to too us was we were what whats
    when where which who whom whose why will with would you your please exactly actually say says said
    """.split()
)


# Written both ways in one and the same document, so that neither may count as rare.
_SAME = {"un": ["united", "nations"]}


@cache
def _stemmer() -> Stemmer.Stemmer:
    return Stemmer.Stemmer("english")


def words_of(text: str) -> list[str]:
    """Return the words of `text`: lower case, accents folded, possessives dropped, thousands without commas."""
    plain = text.lower() if text.isascii() else _without_accents(text.lower())
    return [token if token.isalnum() else _bare(token) for token in _TOKEN.findall(plain)]


def _without_accents(text: str) -> str:
    folded = unicodedata.normalize("NFKD", text)
    accents = [char for char in set(folded) if unicodedata.combining(char)]
    return folded.translate(dict.fromkeys(map(ord, accents))) if accents else folded


def _bare(token: str) -> str:
    return _POSSESSIVE.sub("", token).replace(",", "")


def terms_of(text: str) -> list[str]:
    """Return the terms of `text`: the stems of its words, stop words left out.

    Source: the Snowball English stemmer (Porter 2).
    """
    return [term for word in words_of(text) for term in terms_of_word(word)]


@lru_cache(maxsize=100_000)
def terms_of_word(word: str) -> tuple[str, ...]:
    """Return the terms of a word that `words_of` gave: one, two for a name written both ways, none for a stop word."""
    if not word or word in STOP_WORDS:
        return ()
    return tuple(_stemmer().stemWords(_SAME.get(word, [word])))


K1, B = 1.2, 0.75


def bm25(
    frequencies: NDArray[np.int64],
    lengths: NDArray[np.int64],
    weights: NDArray[np.float64],
    average_length: float,
    least: NDArray[np.floating[Any]] | float = 0.0,
) -> NDArray[np.float64]:
    """Return the BM25 scores of texts, `(texts,)`.

    Args:
        frequencies: How often each term of the query occurs in each text, `(terms, texts)`.
        lengths: How many terms each text has, `(texts,)`.
        weights: Of each term of the query, times its inverse document frequency, `(terms,)`.
        average_length: Of all texts of the collection.
        least: What each term counts at least in each text, `(terms, texts)`; once in a text of average length counts 1.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), with the usual
    k1 = 1.2, b = 0.75.
    """
    norm = K1 * (1 - B + B * lengths / (average_length or 1.0))  # 0 where all texts are stop words
    saturated = frequencies * (K1 + 1) / np.maximum(frequencies + norm, 1e-9)
    return np.asarray(weights @ np.maximum(saturated, least))


def inverse_document_frequency(frequency: int, passages: int) -> float:
    """Return ln(1 + (N - n + 0.5) / (n + 0.5)).

    Source: the form Lucene and tantivy use, never negative.
    """
    return math.log(1 + (passages - frequency + 0.5) / (frequency + 0.5))


_LOCK = ".tantivy-meta.lock"


_PASSAGES = "passages.npy"


class WordIndex:
    """Terms → passages, in a tantivy index on disk.

    Fields: the terms of the `text`, those of its `context` (title, headings, stem), and the `words` before stemming,
    against which misspellings are repaired.
    """

    def __init__(self, index: tantivy.Index, passages: NDArray[np.int32]) -> None:
        self._index = index
        index.register_tokenizer("terms", _by_white_space())
        index.config_reader("manual")  # a generation never changes: no thread need watch it
        self._searcher = index.searcher()
        self._passages = passages

    @staticmethod
    def build(folder: Path, rows: Iterable[tuple[str, str, str]]) -> None:
        """Write terms of text, terms of context and words of each passage, joined by spaces, by passage id from 0."""
        builder = WordIndexBuilder(folder)
        for row in rows:
            builder.add(*row)
        builder.finish()

    @classmethod
    def open(cls, folder: Path) -> WordIndex:
        """Return the index in `folder`, on a read-only disk too."""
        passages = np.load(folder / _PASSAGES)
        if os.access(folder / _LOCK, os.W_OK):
            return cls(tantivy.Index.open(str(folder)), passages)
        # tantivy locks the folder it opens, so it is given one where it may, with links to the files. Once they are
        # open the links can go; it watches that folder for a moment, and may just be locking it again.
        with tempfile.TemporaryDirectory(prefix="rapporteur-", ignore_cleanup_errors=True) as links:
            for file in folder.iterdir():
                if file.name != _LOCK:
                    (Path(links) / file.name).symlink_to(file.absolute())
            return cls(tantivy.Index.open(links), passages)

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def search(self, terms: Mapping[str, float], limit: int) -> list[int]:
        """Return the ids of the best passages for weighted terms, best first."""
        schema = self._index.schema
        clauses = [
            (tantivy.Occur.Should, tantivy.Query.boost_query(tantivy.Query.term_query(schema, field, term), weight))
            for term, weight in terms.items()
            for field in ("text", "context")
        ]
        if not clauses:
            return []
        hits = self._searcher.search(tantivy.Query.boolean_query(clauses), limit, count=False).hits
        return [int(self._passages[address.segment_ord, address.doc]) for _, address in hits]

    def frequency(self, term: str) -> int:
        """Return in how many passages' text or context a term occurs (at least: the larger of the two)."""
        return max(self._searcher.doc_freq(field, term) for field in ("text", "context"))

    def words_beginning_with(self, prefix: str) -> list[str]:
        """Return the words of the passages that begin with `prefix`, the frequent ones first."""
        return [word for word, _ in self._searcher.terms_with_prefix("words", prefix)]


class WordIndexBuilder:
    """Writes the words of one passage after the other."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self._index = tantivy.Index(_schema(), path=str(folder))
        self._index.register_tokenizer("terms", _by_white_space())
        # One thread, so that the same documents give the same index.
        self._writer = self._index.writer(heap_size=64_000_000, num_threads=1)
        self._passages = 0

    def add(self, text: str, context: str, words: str) -> None:
        """Add the next passage: terms of its text, terms of its context and its words, joined by spaces."""
        self._writer.add_document(tantivy.Document(passage=self._passages, text=text, context=context, words=words))
        self._passages += 1

    def finish(self) -> None:
        """Write what is left, and which passage is where: a question then reads no stored value."""
        self._writer.commit()
        self._writer.wait_merging_threads()
        self._index.reload()
        searcher = self._index.searcher()
        hits = searcher.search(tantivy.Query.all_query(), self._passages).hits
        addresses = [address for _, address in hits]
        segments = 1 + max(address.segment_ord for address in addresses)
        passages = np.zeros((segments, 1 + max(address.doc for address in addresses)), dtype=np.int32)
        for address in addresses:
            passages[address.segment_ord, address.doc] = searcher.doc(address)["passage"][0]
        write_array(self._folder / _PASSAGES, passages)

    def close(self) -> None:
        """Wait for its threads: whatever was not finished is lost, and nothing more is written to the folder."""
        with suppress(RuntimeError, ValueError):  # it was finished, or the disk refuses what is left
            self._writer.wait_merging_threads()


def _by_white_space() -> tantivy.TextAnalyzer:
    return tantivy.TextAnalyzerBuilder(tantivy.Tokenizer.whitespace()).build()


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_unsigned_field("passage", stored=True)
    for field in ("text", "context", "words"):
        builder.add_text_field(field, tokenizer_name="terms", index_option="freq")
    return builder.build()
