"""The facade: one generation of the index and its embedder. The terminal and Discord are two doors to it."""

from __future__ import annotations

import copy
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType

from corpus.catalogue import Catalogue
from corpus.document import Passage, Source, Span
from corpus.references import Mention, references_in
from corpus.wording import Wording, compare
from retrieval.answer_type import period_in
from retrieval.answering import Quotation, quotable
from retrieval.collection import LONGEST, NOT_HELD, Collection, Found
from retrieval.confidence import THRESHOLD, Signals, confidence_of, signals_of
from retrieval.embedding import Embedder, Embedding
from retrieval.generations import open_current
from retrieval.lexical import terms_of, words_of
from retrieval.likeness import grouped
from retrieval.query import STEPS, Abbreviations, Query, Steps, query_of
from retrieval.reranking import CANDIDATES, Reranker, reordered
from retrieval.retriever import READ, WEIGHTS, Hit, Retriever, Weights
from retrieval.store import Generation, IndexDamaged, IndexMismatch, Store, made_with_another
from retrieval.threshold import Calibration, CalibrationError, kept_calibration

_RANKED = 50
"""Hits that are looked at for quotations, near-duplicates among them."""
_COMPARED = 50
"""Passages that a wording is compared with, each with its neighbours."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """What a search found for a question, before it is quoted.

    Attributes:
        hits: Best first.
        confidence: That the first of them answers, 0 to 1, comparable between questions and between indexes.
        problem: Why they do not answer; None where they do.
    """

    hits: Sequence[Hit]
    confidence: float
    problem: str | None


class Library(Collection):
    """Answers from one generation of an index."""

    def __init__(
        self,
        store: Store,
        embedder: Embedder,
        reranker: Reranker | None = None,
        weights: Weights = WEIGHTS,
        steps: Steps = STEPS,
    ) -> None:
        self._store = store
        self._embedder = embedder
        self._reranker = reranker
        self._abbreviations = Abbreviations.learned(store.abbreviations())
        self._retriever = Retriever(store, self._abbreviations, weights)
        self._steps = steps
        self._catalogue = Catalogue.of(store.sources)
        self._calibration: Calibration | None = None
        self._calibration_problem: str | None = None

    @classmethod
    def open(cls, index: Path, embedder: Embedder, *, reranker: Reranker | None = None, check: bool = False) -> Library:
        """Open the generation in use; `check` compares the checksum of every file first.

        Raises:
            IndexMissing: There is none.
            IndexMismatch: It was made by another model or version.
            IndexDamaged: It is not whole.
        """
        store = open_current(index, check=check)
        made_by = store.generation.model
        if made_by != embedder.name:
            store.close()
            raise made_with_another(made_by, embedder.name)
        library = cls(store, embedder, reranker)
        try:
            library._calibration = kept_calibration(index, store.generation)
        except CalibrationError as error:
            library._calibration_problem = str(error)
        return library

    def close(self) -> None:
        """Let go of the index; whoever still has a library that is closed holds nothing of its documents."""
        self._store.close()
        for part in ("_abbreviations", "_retriever", "_catalogue"):
            vars(self).pop(part, None)

    def __enter__(self) -> Library:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def generation(self) -> Generation:
        """What the index was made of."""
        return self._store.generation

    @property
    def index(self) -> Path:
        """The folder of the index."""
        return self._store.folder.parent

    @property
    def embedder(self) -> Embedder:
        """What embeds its questions."""
        return self._embedder

    @property
    def reranker(self) -> Reranker | None:
        """What puts its best hits in order, if anything does."""
        return self._reranker

    @property
    def calibration(self) -> Calibration | None:
        """How the confidence is shifted, if somebody fitted it to questions of their own."""
        return self._calibration

    @property
    def calibration_problem(self) -> str | None:
        """Why the calibration that is kept beside the index is not used; None where it is, or there is none."""
        return self._calibration_problem

    def calibrated(self, calibration: Calibration | None) -> Library:
        """Return this library with another calibration; it is closed with this one."""
        other = copy.copy(self)
        other._calibration = calibration
        return other

    def sources(self) -> Sequence[Source]:
        """Return every document without its text, in order of id."""
        return self._store.sources

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in its order."""
        return self._store.passages(document_id)

    def passage_counts(self) -> dict[str, int]:
        """Return how many passages each document has, by its id."""
        return self._store.passage_counts()

    def verify(self, text: str) -> Wording:
        """Tell whether a wording stands in the documents; one may run on into the next paragraph."""
        found = self._store.words.search(dict.fromkeys(terms_of(text), 1.0), _COMPARED)
        near = {each + step for each in found for step in (-1, 0, 1)} & set(range(self.generation.passages))
        return compare(text, self._store.passages_by_id(sorted(near)))

    def quote(self, passages: Sequence[Passage]) -> tuple[Quotation, ...]:
        """Return passages as quotations, their first sentence marked, read again and compared."""
        ids = self._store.ids_of(passages)
        return tuple(
            self._quotation(passage, self._store.columns.first_span(number), 1.0)
            for passage, number in zip(passages, ids, strict=True)
        )

    def passages_with(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that have these content hashes (`Passage.id`), by them; those that are gone are left out.

        Of passages that are the same to the letter, in one document, the first.
        """
        return self._store.passages_by_content(ids)

    def search(self, words: str, limit: int = 10, within: str | None = None) -> tuple[Quotation, ...]:
        """Return the passages that contain or mean these words, best first, without a judgement.

        `within` is the id of the one document that is searched; None is all.
        """
        query = self._query(words)
        if not query.terms and not words_of(words):
            return ()
        ids = self._store.ids_in([within]) if within else []
        wanted = max(limit, CANDIDATES)
        hits = self._retriever.retrieve(query, self._embedded(query), wanted, ids, only_named=within is not None)
        return self.quoted(self._reranked(query, hits)[:limit])

    def alike(self, texts: Sequence[str]) -> list[list[str]]:
        """Return texts, each once, in groups of those that mean the same; in each group the most typical first."""
        distinct = list(dict.fromkeys(texts))
        groups = grouped(list(self._embedder.embed(distinct)))
        return [[distinct[place] for place in group] for group in groups]

    def _prepare(self) -> None:
        if self._reranker:
            self._reranker.load()

    def _found(self, question: str, mention: Mention | None, limit: int, within: str | None) -> Found:
        found = self.weighed(question, mention, within)
        return Found(self.quoted(quotable(found.hits, limit)), found.confidence, found.problem)

    def weighed(
        self, question: str, mention: Mention | None, within: str | None = None, beside: Sequence[Hit] = ()
    ) -> Weighed:
        """Search for a question, and judge what is found.

        Args:
            question: At most `LONGEST` characters.
            mention: What it refers to.
            within: The id of the one document that is searched; None is all.
            beside: What was found elsewhere, best first: to be far ahead of a few passages alone proves little.
        """
        query, hits = self._search(question, mention, within=within)
        if not hits:
            return Weighed((), 0.0, NOT_HELD)
        behind = sorted([*hits[1:], *beside], key=lambda hit: -hit.score) if beside else hits[1:]
        shift = self._calibration.shift if self._calibration else 0.0
        confidence = confidence_of(signals_of(query, [hits[0], *behind]), shift)
        period = period_in(query.text)
        if period and not any(hit.evidence.names_period for hit in hits[:READ]):
            # What came before a gap and what came after it do not fill it.
            return Weighed(hits, THRESHOLD * confidence, f"No passage here names both {period[0]} and {period[1]}.")
        return Weighed(hits, confidence, None if confidence >= THRESHOLD else NOT_HELD)

    def candidates(self, question: str) -> tuple[Passage, ...]:
        """Return the passages that are weighed for a question, in no order.

        A right passage that is not among them is lost to any ranking.
        """
        asked = question[:LONGEST]
        mention = references_in(asked, self, self._catalogue)
        if not words_of(asked) or (mention and mention.problem):
            return ()
        if mention and mention.passages:
            return mention.passages
        query = self._query(asked)
        named = self._store.ids_in([source.id for source in mention.sources]) if mention else []
        ids = self._retriever.candidates(query, self._embedded(query).vector).union(named)
        return self._store.passages_by_id(sorted(ids))

    def signals(self, question: str, without: Sequence[Passage] = ()) -> Signals | None:
        """Return what the confidence in the answer to a question is made of; None where no search is needed.

        The passages in `without` are passed over, to see how confident an answer is where the right ones are missing.
        """
        mention = references_in(question, self, self._catalogue)
        if mention and (mention.problem or mention.passages or self._unheard_of(mention)):
            return None
        query, hits = self._search(question, mention, frozenset(self._store.ids_of(without)))
        return signals_of(query, hits) if hits else None

    def _search(
        self,
        question: str,
        mention: Mention | None,
        without: frozenset[int] = frozenset(),
        within: str | None = None,
    ) -> tuple[Query, list[Hit]]:
        query = self._query(question)
        documents = [within] if within else [source.id for source in mention.sources] if mention else []
        hits = self._retriever.retrieve(
            query,
            self._embedded(query),
            _RANKED,
            self._store.ids_in(documents) if documents else [],
            only_named=within is not None,
            without=without,
        )
        return query, self._reranked(query, hits)

    def _reranked(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return hits in the order of the reranker, if there is one.

        Near-duplicates are still among them: it is told the document of each, and may know which one is meant.
        """
        if self._reranker is None:
            return hits
        best = self._store.passages_by_id([hit.passage for hit in hits[:CANDIDATES]])
        return reordered(hits, self._reranker.scores(query.text, [passage.search_text for passage in best]))

    def _is_spoken_of(self, symbol: str) -> bool:
        """Tell whether all numbers of a symbol occur; the year of "S/RES/4711 (1997)" names no document."""
        numbers = [term for term in terms_of(symbol.partition(" (")[0]) if term.isdecimal()]
        return all(map(self._store.words.frequency, numbers))

    def _query(self, text: str) -> Query:
        return query_of(text, self._store.words, self._abbreviations, self._embedder.knows, self._steps)

    def _embedded(self, query: Query) -> Embedding:
        embedding = next(self._embedder.embed([query.text]))
        if len(embedding.vector) != self.generation.dimension:  # asked here: to tell it, a model may have to be loaded
            raise IndexMismatch("The model now has another dimension than the index: run `rapporteur index` once.")
        return embedding

    def _named(self, question: str, passages: Sequence[Passage], limit: int) -> tuple[Quotation, ...]:
        query = self._query(question)
        named = self._store.ids_of(passages)
        embedding = self._embedded(query)
        # Asked for alone: among the paragraphs of a long annex it may be too far down to be ranked.
        first = self._retriever.retrieve(query, embedding, 1, named[:1], only_named=True)
        best = self._retriever.retrieve(query, embedding, limit, named, only_named=True)
        return self.quoted([*first, *(hit for hit in best if hit.passage != named[0])][:limit])

    def quoted(self, hits: Sequence[Hit]) -> tuple[Quotation, ...]:
        """Return hits as quotations, read again and compared."""
        passages = self._store.passages_by_id([hit.passage for hit in hits])
        return tuple(
            self._quotation(passage, hit.marked, hit.score) for passage, hit in zip(passages, hits, strict=True)
        )

    def _quotation(self, passage: Passage, marked: Span, score: float) -> Quotation:
        """Return a quotation after its words were read again from the disk.

        Raises:
            IndexDamaged: They are not the words that were indexed: nothing is quoted.
        """
        if self._store.stored_words(passage) != passage.text:
            raise IndexDamaged(
                f"The stored words of {passage.source.name}, {passage.locator} are not those that were indexed, so "
                "they are not quoted: run `rapporteur index` to build the index again."
            )
        return Quotation(passage, marked, score, verified=True)
