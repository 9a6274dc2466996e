"""The facade: one generation of the index and its embedder. The terminal and Discord are two doors to it."""

from __future__ import annotations

import copy
import re
import time
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType

from corpus.catalogue import Catalogue
from corpus.citation import Reading, resolve
from corpus.document import Passage, Source, Span
from corpus.references import Mention, references_in
from corpus.wording import Wording, compare
from retrieval.answer_type import period_in
from retrieval.answering import Answer, Quotation, quotable
from retrieval.confidence import THRESHOLD, Signals, confidence_of, signals_of
from retrieval.embedding import Embedder, Embedding
from retrieval.generations import open_current
from retrieval.lexical import terms_of, words_of
from retrieval.query import STEPS, Abbreviations, Query, Steps, query_of
from retrieval.reranking import CANDIDATES, Reranker, reordered
from retrieval.retriever import READ, WEIGHTS, Hit, Retriever, Weights
from retrieval.store import Generation, IndexDamaged, IndexMismatch, Store, made_with_another
from retrieval.threshold import Calibration, CalibrationError, kept_calibration

_PARAGRAPH = re.compile(r"\bpara(?:graph)?s?\.?\s*(?P<number>\d+)", re.IGNORECASE)
NOT_HELD = "The documents here do not answer this."
"""The problem of an answer that was searched for and not found."""
_EXACT = 0.99
"""Confidence in a paragraph that was asked for by its reference."""
_RANKED = 50
"""Hits that are looked at for quotations, near-duplicates among them."""
_COMPARED = 50
"""Passages that a wording is compared with, each with its neighbours."""
_LONGEST = 2_000
"""Characters of a question that are read: more than the model's window and any message holds."""


class Library:
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
        """Let go of the index."""
        self._store.close()

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

    def find(self, reference: str) -> Reading:
        """Return the passages a reference names, or a sentence that says what exists."""
        return resolve(reference, self, self._catalogue)

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
        return self._quotations(self._reranked(query, hits)[:limit])

    def answer(self, question: str, limit: int = 3, context: str | None = None, within: str | None = None) -> Answer:
        """Answer a question with at most `limit` quotations, or say that the documents hold no answer.

        Args:
            question: As it was asked.
            limit: How many quotations at most.
            context: The citation quoted last: a paragraph named without its document is one of that document.
            within: The id of the one document that may be quoted; None is all.
        """
        started = time.perf_counter()
        if self._reranker:
            self._reranker.load()  # now, though some questions need none: one that is broken is told before any answer
        asked = question[:_LONGEST]
        if not words_of(asked):
            return self._declined(question, started, problem="There is no question in that: ask in words.")
        mention = self._mentioned_within(asked, within) if within else self._mentioned(asked, context)
        if mention and mention.problem:
            return self._declined(question, started, problem=mention.problem)
        if mention and mention.passages:
            quotations = self._named(asked, mention, limit)
            return Answer(question, quotations, _EXACT, (), mention.reading, None, _since(started))
        if mention and self._unheard_of(mention):
            return self._declined(question, started, problem=self._not_here(mention.missing[0]))
        query, hits = self._search(asked, mention, within=within)
        if not hits:
            return self._declined(question, started, problem=NOT_HELD)
        shift = self._calibration.shift if self._calibration else 0.0
        confidence = confidence_of(signals_of(query, hits), shift)
        period = period_in(query.text)
        if period and not any(hit.evidence.names_period for hit in hits[:READ]):
            # What came before a gap and what came after it do not fill it.
            problem = f"No passage here names both {period[0]} and {period[1]}."
            nearest = self._quotations(quotable(hits, limit))
            return Answer(question, (), THRESHOLD * confidence, nearest, None, problem, _since(started))
        quotations = self._quotations(quotable(hits, limit))
        reading = mention.reading if mention else None
        if confidence < THRESHOLD:
            return Answer(question, (), confidence, quotations, reading, NOT_HELD, _since(started))
        return Answer(question, quotations, confidence, (), reading, None, _since(started))

    def candidates(self, question: str) -> tuple[Passage, ...]:
        """Return the passages that are weighed for a question, in no order.

        A right passage that is not among them is lost to any ranking.
        """
        asked = question[:_LONGEST]
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

    def _unheard_of(self, mention: Mention) -> bool:
        """Tell whether a question is only about documents that are not here and that none here speaks of."""
        return bool(mention.missing) and not mention.sources and not any(map(self._is_spoken_of, mention.missing))

    def _is_spoken_of(self, symbol: str) -> bool:
        """Tell whether all numbers of a symbol occur; the year of "S/RES/4711 (1997)" names no document."""
        numbers = [term for term in terms_of(symbol.partition(" (")[0]) if term.isdecimal()]
        return all(map(self._store.words.frequency, numbers))

    def _not_here(self, symbol: str) -> str:
        number = symbol.removeprefix("S/RES/").partition(" (")[0]
        if number.isdecimal():
            return self._catalogue.not_held(number)
        return f"{symbol} is not among the documents; {self._catalogue.holdings()}."

    def _mentioned(self, question: str, context: str | None) -> Mention | None:
        """Return what a question refers to; what it leaves out is meant as in the citation quoted last."""
        quoted = self.find(context).passages[:1] if context else ()
        if not quoted:
            return references_in(question, self, self._catalogue)
        mention = references_in(question, self, self._catalogue, quoted[0].source)
        number = _PARAGRAPH.search(question)
        if mention and mention.sources == (quoted[0].source,) and number and quoted[0].headings:
            # "and paragraph 7?" after a paragraph of a section counts within that section, as its citation does.
            section = self.find(f"{quoted[0].source.name}, {quoted[0].headings[-1]}, para. {number['number']}")
            return Mention(section.passages, section.sources, (), section.reading, section.problem)
        return mention

    def _mentioned_within(self, question: str, document: str) -> Mention | None:
        """Return what a question about one document refers to in it; what it says of others is left to the search."""
        source = self._source(document)
        mention = references_in(question, self, self._catalogue, source)
        return mention if mention and mention.sources == (source,) else None

    def _source(self, document: str) -> Source:
        """Return a document by its id; raises KeyError where there is none."""
        for source in self._store.sources:
            if source.id == document:
                return source
        raise KeyError(document)

    def _declined(self, question: str, started: float, problem: str) -> Answer:
        return Answer(question, (), 0.0, (), None, problem, _since(started))

    def _query(self, text: str) -> Query:
        return query_of(text, self._store.words, self._abbreviations, self._embedder.knows, self._steps)

    def _embedded(self, query: Query) -> Embedding:
        embedding = next(self._embedder.embed([query.text]))
        if len(embedding.vector) != self.generation.dimension:  # asked here: to tell it, a model may have to be loaded
            raise IndexMismatch("The model now has another dimension than the index: run `rapporteur index` once.")
        return embedding

    def _named(self, question: str, mention: Mention, limit: int) -> tuple[Quotation, ...]:
        """Return the paragraphs a question names: the first of them first, then those that fit the question best."""
        query = self._query(question)
        named = self._store.ids_of(mention.passages)
        embedding = self._embedded(query)
        # Asked for alone: among the paragraphs of a long annex it may be too far down to be ranked.
        first = self._retriever.retrieve(query, embedding, 1, named[:1], only_named=True)
        best = self._retriever.retrieve(query, embedding, limit, named, only_named=True)
        return self._quotations([*first, *(hit for hit in best if hit.passage != named[0])][:limit])

    def _quotations(self, hits: Sequence[Hit]) -> tuple[Quotation, ...]:
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


def _since(started: float) -> float:
    return time.perf_counter() - started
