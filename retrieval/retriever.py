"""Query → hits: candidates from words and vectors, weighed together.

Candidates are the union of what the vectors of passages, the vectors of sentences and the words find. Every candidate
is then weighed alike, whichever list it came from, so that a ranking does not depend on the engines below.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from corpus.document import Role
from retrieval.answer_type import holds, period_in
from retrieval.embedding import Embedding, Vectors
from retrieval.lexical import bm25, inverse_document_frequency
from retrieval.query import Abbreviations, Query
from retrieval.store import Candidate, Sentence, Store

POOL = 100
"""Candidates taken from each list: at 50 the quality is already full, at 10 hit@5 loses 1.6 points."""
RERANKED = 100
"""Candidates whose token vectors are read: the best by everything else."""
READ = 20
"""Hits whose words are read, to see whether they hold the kind of thing asked for."""
SETTING_DISCOUNT = 0.8
"""What a match in the name, heading or date of a passage counts, against one in the sentence itself."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts in the score of a passage."""

    tokens: float = 1.0
    passage_vector: float = 0.075
    sentence_vector: float = 0.075
    passage_words: float = 0.05
    sentence_words: float = 0.025
    introduces: float = 0.5
    named: float = 0.2
    kind: float = 0.05
    operative: float = 0.04


WEIGHTS = Weights()
"""Chosen on the odd questions of tests/data/questions.jsonl, while 300 SQuAD questions and 80 on 191 resolutions were
watched for losses. Right passage first of the odd (even) questions: 65.0 (66.7) % by vectors and words alone, 81.7
(75.0) without the setting, 83.3 (76.7) like this; among the first three 88.3 (83.3) % without kind and role, 90.0
(85.0) like this."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """What speaks for a passage.

    Attributes:
        tokens: Late interaction with its best sentence, -1 to 1.
        passage_vector, sentence_vector: Cosine of the question with the passage, and with its nearest sentence.
        passage_words, sentence_words: BM25 of the passage, and of its best sentence.
        introduces: Whether it introduces an abbreviation whose meaning is asked for.
        named: Whether its document is named in the question.
        operative: Whether it is an operative paragraph: what decides answers before what recalls.
        kind_in_sentence, kind_in_passage: Whether the marked sentence, and any of it, holds the kind of thing asked
            for. True of hits too far down to be read.
        names_period: Whether it names both ends of the period the question is about, if it is about one.
    """

    tokens: float
    passage_vector: float
    sentence_vector: float
    passage_words: float
    sentence_words: float
    introduces: bool
    named: bool
    operative: bool
    kind_in_sentence: bool = True
    kind_in_passage: bool = True
    names_period: bool = True


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
        hits = _ranked(weighed.hits(candidates))
        return _ranked([*self._read(query, hits[:READ]), *hits[READ:]])[:limit]

    def _candidates(self, query: Query, vector: Vectors) -> set[int]:
        ids = set(self._store.passage_vectors.search(vector, POOL))
        ids.update(self._store.passages_of_sentences(self._store.sentence_vectors.search(vector, POOL)))
        ids.update(self._store.words.search(query.terms, POOL))
        return ids | self._introducing(query)

    def _read(self, query: Query, hits: Sequence[Hit]) -> list[Hit]:
        """Return hits with what only their words can tell: whether they hold the kind of thing asked for."""
        texts = [passage.text for passage in self._store.passages_by_id([hit.candidate.id for hit in hits])]
        return [_with_kind(hit, text, query) for hit, text in zip(hits, texts, strict=True)]

    def _introducing(self, query: Query) -> set[int]:
        return {passage for short in query.defined for passage in self._abbreviations.introduced_in[short]}

    def idf(self, query: Query) -> dict[str, float]:
        """Return the inverse document frequency of each term of a query."""
        passages = self._store.generation.passages
        return {term: inverse_document_frequency(self._store.words.frequency(term), passages) for term in query.terms}


def _ranked(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.candidate.id))


def _with_kind(hit: Hit, text: str, query: Query) -> Hit:
    start, end = hit.sentence.span
    in_passage = holds(text, query.kind, query.text)
    in_sentence = holds(text[start:end], query.kind, query.text)
    evidence = replace(
        hit.evidence,
        kind_in_sentence=in_sentence,
        kind_in_passage=in_passage,
        names_period=all(end in text for end in period_in(query.text) or ()),
    )
    return replace(hit, evidence=evidence, score=hit.score + WEIGHTS.kind * in_passage)


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
        owner = [index for index, each in enumerate(candidates) for _ in each.sentences]
        in_sentence = self._store.sentence_tokens.nearest(self._embedding, sentences)
        in_setting = self._store.setting_tokens.nearest(self._embedding, [each.setting for each in candidates])
        nearest = np.maximum(in_sentence, SETTING_DISCOUNT * in_setting[:, owner])
        scores = self._store.sentence_tokens.weights(self._embedding) @ nearest
        return dict(zip(sentences, scores.tolist(), strict=True))

    def _evidence(self, candidate: Candidate, cosine: float, cosines: Mapping[int, float]) -> Evidence:
        generation = self._store.generation
        return Evidence(
            tokens=0.0,
            passage_vector=cosine,
            sentence_vector=max(cosines[each.id] for each in candidate.sentences),
            passage_words=self._bm25(candidate.terms, generation.passage_terms),
            sentence_words=max(self._bm25(each.terms, generation.sentence_terms) for each in candidate.sentences),
            introduces=candidate.id in self._introducing,
            named=candidate.id in self._named,
            operative=candidate.role is Role.OPERATIVE,
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
        )
        return Hit(candidate, marked, score + WEIGHTS.tokens * tokens, whole)

    def _bm25(self, terms: Sequence[str], average: float) -> float:
        return bm25(self._query.terms, terms, self._idf, average)


def _fused(evidence: Sequence[Evidence]) -> list[float]:
    """Return the score of each candidate but for its tokens: a convex sum of cosines and BM25 as a share of the best.

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
        + WEIGHTS.operative * each.operative
        for each in evidence
    ]
