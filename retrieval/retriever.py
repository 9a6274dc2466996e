"""Query → hits: candidates from words and vectors, weighed together.

Candidates are the union of what the vectors of passages, the vectors of sentences and the words find. Every candidate
is then weighed alike, whichever list it came from, so that a ranking does not depend on the engines below.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from retrieval.embedding import Embedding, Vectors
from retrieval.lexical import bm25, inverse_document_frequency
from retrieval.query import Abbreviations, Query
from retrieval.store import Candidate, Sentence, Store

POOL = 100
"""Candidates taken from each list: at 50 the quality is already full, at 10 hit@5 loses 1.6 points."""


RERANKED = 100
"""Candidates whose token vectors are read: the best by everything else."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts in the score of a passage."""

    tokens: float = 1.0
    passage_vector: float = 0.1
    sentence_vector: float = 0.1
    passage_words: float = 0.07
    sentence_words: float = 0.03
    introduces: float = 0.5
    named: float = 0.2


WEIGHTS = Weights()


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage.

    Attributes:
        tokens: Late interaction with its best sentence, -1 to 1.
        passage_vector, sentence_vector: Cosine of the question with the passage, and with its nearest sentence.
        passage_words, sentence_words: BM25 of the passage, and of its best sentence.
        coverage: Share of the question's words, by their weight, that the passage or its context has, 0 to 1.
        sentence_coverage: The same for the marked sentence.
        introduces: Whether it introduces an abbreviation whose meaning is asked for.
        named: Whether its document is named in the question.
    """

    tokens: float
    passage_vector: float
    sentence_vector: float
    passage_words: float
    sentence_words: float
    coverage: float
    sentence_coverage: float
    introduces: bool
    named: bool


@dataclass(frozen=True, slots=True)
class Hit:
    """A passage found, the sentence in it that comes closest, and why."""

    candidate: Candidate
    sentence: Sentence
    score: float
    evidence: Evidence


class Retriever:
    """Finds and ranks the passages of one generation."""

    def __init__(self, store: Store, abbreviations: Abbreviations) -> None:
        self._store = store
        self._abbreviations = abbreviations

    def retrieve(
        self, query: Query, embedding: Embedding, limit: int, named: Sequence[int] = (), only_named: bool = False
    ) -> list[Hit]:
        """Return the best hits, best first.

        Args:
            query: What is searched.
            embedding: Of its text.
            limit: How many hits at most.
            named: Passages of the documents that the question names: candidates all, and before others.
            only_named: Whether nothing else may be found.
        """
        ids = set(named) if only_named else self._candidates(query, embedding.vector) | set(named)
        candidates = self._store.candidates(sorted(ids))
        if not candidates:
            return []
        weighed = _Weighing(query, embedding, self._store, self.idf(query), self._introducing(query), set(named))
        return sorted(weighed.hits(candidates), key=lambda hit: (-hit.score, hit.candidate.id))[:limit]

    def _candidates(self, query: Query, vector: Vectors) -> set[int]:
        ids = set(self._store.passage_vectors.search(vector, POOL))
        ids.update(self._store.passages_of_sentences(self._store.sentence_vectors.search(vector, POOL)))
        ids.update(self._store.words.search(query.terms, POOL))
        return ids | self._introducing(query)

    def _introducing(self, query: Query) -> set[int]:
        return {passage for short in query.defined for passage in self._abbreviations.introduced_in[short]}

    def idf(self, query: Query) -> dict[str, float]:
        """Return the inverse document frequency of each term of a query."""
        passages = self._store.generation.passages
        return {term: inverse_document_frequency(self._store.words.frequency(term), passages) for term in query.terms}


class _Weighing:
    """Weighs candidates for one query, all alike."""

    def __init__(
        self,
        query: Query,
        embedding: Embedding,
        store: Store,
        idf: Mapping[str, float],
        introducing: set[int],
        named: set[int],
    ) -> None:
        self._query = query
        self._embedding = embedding
        self._store = store
        self._idf = idf
        self._introducing = introducing
        self._named = named
        self._asked = {term: idf[term] for term, weight in query.terms.items() if weight == 1.0}
        self._total = sum(self._asked.values()) or 1.0

    def hits(self, candidates: Sequence[Candidate]) -> list[Hit]:
        """Return a hit for each of the best candidates, in no order."""
        vector = self._embedding.vector
        by_passage = (self._store.passage_vectors.vectors(each.id for each in candidates) @ vector).tolist()
        sentences = [sentence.id for each in candidates for sentence in each.sentences]
        by_sentence = dict(
            zip(sentences, (self._store.sentence_vectors.vectors(sentences) @ vector).tolist(), strict=True)
        )
        evidence = [
            self._evidence(each, cosine, by_sentence) for each, cosine in zip(candidates, by_passage, strict=True)
        ]
        scores = _fused(evidence)
        best = sorted(range(len(candidates)), key=lambda index: -scores[index])[:RERANKED]
        matched = self._matched([candidates[index] for index in best])
        return [self._hit(candidates[index], evidence[index], scores[index], by_sentence, matched) for index in best]

    def _matched(self, candidates: Sequence[Candidate]) -> dict[int, float]:
        """Return the late interaction with every sentence of some candidates."""
        sentences = [sentence.id for each in candidates for sentence in each.sentences]
        return dict(zip(sentences, self._store.tokens.similarities(self._embedding, sentences), strict=True))

    def _evidence(self, candidate: Candidate, cosine: float, cosines: Mapping[int, float]) -> Evidence:
        generation = self._store.generation
        return Evidence(
            tokens=0.0,
            passage_vector=cosine,
            sentence_vector=max(cosines[each.id] for each in candidate.sentences),
            passage_words=self._bm25(candidate.terms, generation.passage_terms),
            sentence_words=max(self._bm25(each.terms, generation.sentence_terms) for each in candidate.sentences),
            coverage=self._share({*candidate.context_terms, *candidate.terms}),
            sentence_coverage=0.0,
            introduces=candidate.id in self._introducing,
            named=candidate.id in self._named,
        )

    def _hit(
        self,
        candidate: Candidate,
        evidence: Evidence,
        score: float,
        cosines: Mapping[int, float],
        matched: Mapping[int, float],
    ) -> Hit:
        def marks(sentence: Sentence) -> float:
            return matched[sentence.id] + 0.2 * cosines[sentence.id]

        marked = max(candidate.sentences, key=marks)
        tokens = max(matched[each.id] for each in candidate.sentences)
        whole = replace(
            evidence,
            tokens=tokens,
            sentence_coverage=self._share({*candidate.context_terms, *marked.terms}),
        )
        return Hit(candidate, marked, score + WEIGHTS.tokens * tokens, whole)

    def _share(self, terms: set[str]) -> float:
        return sum(weight for term, weight in self._asked.items() if term in terms) / self._total

    def _bm25(self, terms: Sequence[str], average: float) -> float:
        return bm25(self._query.terms, terms, self._idf, average)


def _fused(evidence: Sequence[Evidence]) -> list[float]:
    """Return the score of each candidate but for its tokens: a convex sum of cosines and of BM25 as a share of the best.

    Source: Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2023): convex fusion beats
    reciprocal rank fusion, and the normalisation hardly matters.
    """
    best_passage = max(each.passage_words for each in evidence) or 1.0
    best_sentence = max(each.sentence_words for each in evidence) or 1.0
    return [
        WEIGHTS.passage_vector * each.passage_vector
        + WEIGHTS.sentence_vector * each.sentence_vector
        + WEIGHTS.passage_words * each.passage_words / best_passage
        + WEIGHTS.sentence_words * each.sentence_words / best_sentence
        + WEIGHTS.introduces * each.introduces
        + WEIGHTS.named * each.named
        for each in evidence
    ]
