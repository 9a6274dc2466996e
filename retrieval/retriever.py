"""Query → hits: candidates from words and vectors, weighed together.

Candidates are the union of what the vectors of passages, the vectors of sentences and the words find. Every candidate
is then weighed alike, whichever list it came from, so that a ranking does not depend on the engines below.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from corpus.document import Role, Span
from retrieval.answer_type import AnswerType, can_tell, holds, period_in
from retrieval.clues import clues_of
from retrieval.columns import Ints, Keys, distinct, expanded, term_key
from retrieval.document_evidence import DocumentEvidence, evidence_of, names_held
from retrieval.embedding import Embedding, Vectors
from retrieval.lexical import bm25, inverse_document_frequency, terms_of
from retrieval.names import ShortForms
from retrieval.query import Abbreviations, Query
from retrieval.store import Store

_WORD = re.compile(r"[^\W_]+(?:['’][^\W_]+)*")

Floats = NDArray[np.float64]
Columnar = Mapping[str, NDArray[Any]]
"""The parts of `Evidence`, each for all candidates: `(candidates,)`."""

POOL = 100
"""Candidates taken from each list: at 50 the quality is already full, at 10 hit@5 loses 1.6 points."""
RERANKED = 50
"""Candidates whose token vectors are read: the best by everything else. With 100 the quality is the same; with 30 hit@1
of the odd and even questions loses 1.7 points."""
DOCUMENTS = 3
"""Documents all whose passages are candidates, as far as `POOL` goes: those that fit best what is asked about them."""
COMPLETED = 0.8
"""What a name of the question counts in a passage that does not have it and whose document does, against once in it."""
MATCHED = 4
"""Sentences of a candidate that are matched token by token: those nearest to the question."""
SHORT, LONG = 8, 16
"""Terms of a question: up to the one, the words of a passage count what they count; from the other, `in_long` more. Who
asks at length does so in the words of the document, who asks in haste in words of their own."""
READ = 20
"""Hits whose words are read, to see whether they hold the kind of thing asked for."""


@dataclass(frozen=True, slots=True)
class Weights:
    """How much each kind of evidence counts in the score of a passage."""

    tokens: float = 0.7
    together: float = 0.3
    sentence_vector: float = 0.075
    passage_words: float = 0.05
    sentence_words: float = 0.025
    introduces: float = 0.5
    named: float = 0.4
    kind: float = 0.1
    operative: float = 0.04
    vote: float = 0.3
    date: float = 0.5
    cited: float = 0.06
    order: float = 0.4
    setting: float = 0.8
    """What a token counts that is matched in the name, heading or date of a passage, against one in the sentence."""
    names: float = 0.8
    """What the token of a name counts that the passage's document has, against one matched in the sentence."""
    in_long: float = 0.125
    """What the words of a passage count more in a long question."""


WEIGHTS = Weights()
"""Chosen on the odd questions of tests/data/questions.jsonl, while 300 SQuAD questions and 80 on 191 resolutions were
watched for losses. Right passage first of the odd (even) questions: 65.0 (66.7) % by vectors and words alone, 81.7
(75.0) without the setting, 83.3 (76.7) like this; among the first three 88.3 (83.3) % without kind and role, 90.0
(85.0) like this.

`together` and `in_long` came later, chosen on half of the documents of qa/squad, qa/clapnq, qa/obliqa and
tests/data/rulebooks and half of tests/data/resolutions.jsonl beside the odd questions; the last step, `in_long` from
0.1 to 0.125, on all questions of qa/obliqa (among five 84.0 and 84.3 with a `together` that was less for more
sentences). Right passage first over all, without and with: ObliQA 65.9 and 67.3 % (among five 82.9 and 84.1), rulebooks
70.0 and 71.5, CLAP NQ 96.0 and 96.3; odd questions 85.0 and 83.3, even ones 75.0 and 76.7."""


class Evidence(NamedTuple):
    """What speaks for a passage.

    A named tuple, for every question makes fifty: as a frozen dataclass one takes 3.8 μs to make, as a tuple 0.5.

    Attributes:
        tokens: Late interaction with its best sentence, -1 to 1.
        together: The same with all its sentences that were matched, each token with the nearest of any of them.
        sentence_vector: Cosine of the question with its nearest sentence.
        passage_words, sentence_words: BM25 of the passage, and of its best sentence.
        introduces: Whether it introduces an abbreviation whose meaning is asked for.
        named: Whether its document is named in the question.
        operative: Whether it is an operative paragraph: what decides answers before what recalls.
        vote: Whether it is the note of how its document was adopted, and a vote is asked for.
        date, cited, order: What is known of its document: see `retrieval.document_evidence.DocumentEvidence`.
        kind_in_sentence, kind_in_passage: Whether the marked sentence, and any of it, holds the kind of thing asked
            for. True of hits too far down to be read.
        names_period: Whether it names both ends of the period the question is about, if it is about one.
    """

    tokens: float
    together: float
    sentence_vector: float
    passage_words: float
    sentence_words: float
    introduces: bool
    named: bool
    operative: bool
    vote: bool
    date: float
    cited: float
    order: float
    kind_in_sentence: bool = True
    kind_in_passage: bool = True
    names_period: bool = True


_COLUMNS = (
    "sentence_vector", "passage_words", "sentence_words", "introduces", "named", "operative", "vote", "date", "cited",
    "order",
)  # fmt: skip
"""The parts of `Evidence` that are computed for all candidates, in its order."""


@dataclass(frozen=True, slots=True, eq=False)
class Hit:
    """A passage found, the sentence in it that comes closest, and why.

    Attributes:
        passage: Its id.
        marked: The sentence, as a range of the words of the passage.
        terms: Of the passage, in their order, `(terms,)` uint32: see `retrieval.columns.term_key`.
        score: Higher is better, always.
        evidence: What the score is made of.
    """

    passage: int
    marked: Span
    terms: Keys
    score: float
    evidence: Evidence


class Retriever:
    """Finds and ranks the passages of one generation."""

    def __init__(self, store: Store, abbreviations: Abbreviations, weights: Weights = WEIGHTS) -> None:
        self._store = store
        self._abbreviations = abbreviations
        self._short_forms = ShortForms.of(abbreviations.long_of)
        self._weights = weights

    def retrieve(
        self,
        query: Query,
        embedding: Embedding,
        limit: int,
        named: Sequence[int] = (),
        only_named: bool = False,
        without: AbstractSet[int] = frozenset(),
    ) -> list[Hit]:
        """Return the best hits, best first.

        Args:
            query: What is searched.
            embedding: Of its text.
            limit: How many hits at most.
            named: Passages of the documents that the question names: candidates all, and before others.
            only_named: Whether nothing else may be found.
            without: Passages that are passed over, to see what is found where they are not there.
        """
        store = self._store
        about = self._about(query)
        ids = set(named) if only_named else self.candidates(query, embedding.vector, about) | set(named)
        ids -= without
        if not ids:
            return []
        candidates = _Candidates(store, np.array(sorted(ids)), query, embedding)
        evidence = candidates.evidence(about, self._introducing(query), set(named))
        hits = candidates.best(evidence, self._weights, max(limit, READ))
        return _ranked([*self._read(query, hits[:READ]), *hits[READ:]])[:limit]

    def candidates(self, query: Query, vector: Vectors, about: DocumentEvidence | None = None) -> set[int]:
        """Return the passages that are weighed: the best of every list, and those that introduce what is asked for.

        Args:
            query: What is searched.
            vector: Of its text.
            about: What speaks for each document, where that is known already.
        """
        store = self._store
        about = about or self._about(query)
        ids = set(store.columns.passages_of_texts(store.sentence_vectors.search(vector, POOL)).tolist())
        ids.update(store.words.search(query.terms, POOL))
        for document in about.best(DOCUMENTS):
            ids.update(store.columns.passages_of(document, POOL))
        return ids | self._introducing(query)

    def _read(self, query: Query, hits: list[Hit]) -> list[Hit]:
        """Return hits with what only their words can tell: whether they hold the kind of thing asked for."""
        period = period_in(query.text) or ()
        if not can_tell(query.kind) and not period:
            return hits
        texts = self._store.words_by_id([hit.passage for hit in hits])
        return [_with_words(hit, text, query, period, self._weights) for hit, text in zip(hits, texts, strict=True)]

    def _about(self, query: Query) -> DocumentEvidence:
        return evidence_of(clues_of(query.text, self._short_forms), self._store.facts)

    def _introducing(self, query: Query) -> set[int]:
        return {passage for short in query.defined for passage in self._abbreviations.introduced_in[short]}


def _ranked(hits: Iterable[Hit]) -> list[Hit]:
    return sorted(hits, key=lambda hit: (-hit.score, hit.passage))


def _with_words(hit: Hit, text: str, query: Query, period: Sequence[str], weights: Weights) -> Hit:
    """Return a hit with what its words tell: of the kind of thing asked for, and of both ends of a period."""
    start, end = hit.marked
    in_passage = holds(text, query.kind, query.text)
    evidence = hit.evidence._replace(
        kind_in_sentence=in_passage and holds(text[start:end], query.kind, query.text),
        kind_in_passage=in_passage,
        names_period=all(end in text for end in period),
    )
    return replace(hit, evidence=evidence, score=hit.score + weights.kind * in_passage)


class _Candidates:
    """The passages that are weighed for one query, all alike, in columns."""

    def __init__(self, store: Store, passages: Ints, query: Query, embedding: Embedding) -> None:
        self._store = store
        self._passages = passages
        self._documents = store.columns.documents(passages)
        self._query = query
        self._embedding = embedding
        self._sentences, owner = store.columns.sentences(passages)
        self._first = np.searchsorted(owner, np.arange(len(passages)))  # the first sentence of each passage
        self._texts = store.columns.texts(self._sentences)
        rows, places = distinct(self._texts)
        self._cosines: Vectors = (store.sentence_vectors.vectors(rows) @ embedding.vector)[places]

    def evidence(self, about: DocumentEvidence, introducing: set[int], named: set[int]) -> Columnar:
        """Return what speaks for each passage, but for late interaction."""
        passages, store = self._passages, self._store
        in_passage, in_sentence = self._word_scores()
        return {
            "sentence_vector": np.maximum.reduceat(self._cosines, self._first),
            "passage_words": in_passage,
            "sentence_words": in_sentence,
            "introduces": _among(passages, introducing),
            "named": _among(passages, named),
            "operative": store.columns.have_role(passages, Role.OPERATIVE),
            "vote": store.columns.have_role(passages, Role.ADOPTION) & (self._query.kind is AnswerType.VOTE),
            "date": self._dates(about),
            "cited": about.cited[self._documents],
            "order": about.order[self._documents],
        }

    def _dates(self, about: DocumentEvidence) -> Floats:
        """Return how near the day of each passage's document is; one without a day is as near as the others are."""
        near, known = about.date[self._documents], self._store.facts.days[self._documents] > 0
        return np.where(known, near, near[known].mean() if known.any() else 0.0)

    def _word_scores(self) -> tuple[Floats, Floats]:
        """Return the BM25 of each passage, and of its best sentence."""
        generation = self._store.generation
        keys, owner = self._store.columns.terms(self._sentences)
        sentences = len(self._sentences)
        lengths = np.bincount(owner, minlength=sentences)
        terms = self._query.terms
        frequencies = np.zeros((len(terms), sentences), dtype=np.int64)
        for counts, term in zip(frequencies, terms, strict=True):
            counts[:] = np.bincount(owner[np.flatnonzero(keys == term_key(term))], minlength=sentences)
        words, passages = self._store.words, generation.passages
        weights = np.array([
            weight * inverse_document_frequency(words.frequency(term), passages) for term, weight in terms.items()
        ])  # fmt: skip
        of_sentences = bm25(frequencies, lengths, weights, generation.sentence_terms)
        of_passages = bm25(
            np.add.reduceat(frequencies, self._first, axis=1),
            np.add.reduceat(lengths, self._first),
            weights,
            generation.passage_terms,
            COMPLETED * self._names,
        )
        return of_passages, np.maximum.reduceat(of_sentences, self._first)

    def best(self, evidence: Columnar, weights: Weights, limit: int) -> list[Hit]:
        """Return the best `limit` hits: those best by all other evidence are put in order with late interaction."""
        fused = _fused(evidence, weights, self._query.length)
        first = np.argsort(-fused, kind="stable")[:RERANKED]
        sentences, owner = expanded(self._first[first], np.append(self._first, len(self._sentences))[first + 1])
        nearest = _largest_of_each(self._cosines[sentences], owner, MATCHED)
        sentences, owner = sentences[nearest], owner[nearest]
        begins = np.searchsorted(owner, np.arange(len(first)))
        matched, together = self._matched(sentences, first[owner], begins, weights)
        marks = matched + 0.2 * self._cosines[sentences]
        tokens = np.maximum.reduceat(matched, begins)
        scores = fused[first] + weights.tokens * tokens + weights.together * together
        order = np.lexsort((self._passages[first], -scores))[:limit]
        marked = np.lexsort((-marks, owner))[begins[order]]  # the first of each owner, by mark
        columns, passages = self._store.columns, self._passages[first[order]]
        others = zip(*(evidence[name][first[order]].tolist() for name in _COLUMNS), strict=True)
        return [
            Hit(passage, (start, end), terms, score, Evidence(*matching, *each))
            for passage, (start, end), terms, score, matching, each in zip(
                passages.tolist(),
                columns.spans(self._sentences[sentences[marked]]).tolist(),
                columns.terms_of_passages(passages),
                scores[order].tolist(),
                zip(tokens[order].tolist(), together[order].tolist(), strict=True),
                others,
                strict=True,
            )
        ]

    def _matched(self, sentences: Ints, owner: Ints, begins: Ints, weights: Weights) -> tuple[Vectors, Vectors]:
        """Return the late interaction with some sentences, and with those of each passage together.

        Args:
            sentences: Of one passage after the other.
            owner: The place of the passage of each.
            begins: Where those of each passage begin.
            weights: What a match counts beside one in the sentence.
        """
        store, question = self._store, self._embedding
        texts, place = distinct(self._texts[sentences])
        settings, setting_place = distinct(store.columns.settings(self._passages[owner]))
        in_sentence = store.sentence_tokens.nearest(question, texts)[:, place]
        in_setting = store.setting_tokens.nearest(question, settings)[:, setting_place]
        nearest = np.maximum(in_sentence, weights.setting * in_setting)
        if weights.names and len(question.token_starts):
            nearest = np.maximum(nearest, weights.names * self._names_asked(owner))
        counts = store.sentence_tokens.weights(question)
        return np.asarray(counts @ nearest), np.asarray(counts @ np.maximum.reduceat(nearest, begins, axis=1))

    @cached_property
    def _names(self) -> NDArray[np.bool_]:
        """Of each term of the query, whether it is a name that the document of each passage has."""
        return names_held(list(self._query.terms), self._store.facts, self._documents)

    def _names_asked(self, passages: Ints) -> NDArray[np.bool_]:
        """Tell of each token of the question whether the documents of some passages have the name it is of.

        `(tokens, passages)`; `passages` are places among the candidates.
        """
        starts = self._embedding.token_starts
        held = np.zeros((len(starts), len(passages)), dtype=np.bool_)
        names = {term: having for term, having in zip(self._query.terms, self._names, strict=True) if having.any()}
        for match in _WORD.finditer(self._query.text) if names else ():
            for term in terms_of(match.group()):
                if term in names:
                    held[(starts >= match.start()) & (starts < match.end())] |= names[term][passages]
        return held


def _among(passages: Ints, some: AbstractSet[int]) -> NDArray[np.bool_]:
    """Tell of each passage whether it is among some, most often none."""
    return np.isin(passages, list(some)) if some else np.zeros(len(passages), dtype=np.bool_)


def _largest_of_each(values: Vectors, owner: Ints, limit: int) -> Ints:
    """Return the places of the `limit` largest values of each owner, in order of place; `owner` ascends."""
    by_value = np.lexsort((-values, owner))
    place = np.arange(len(owner)) - np.searchsorted(owner, owner)  # among those of the same owner
    return np.sort(by_value[place < limit])


def _fused(evidence: Columnar, weights: Weights, length: int) -> Floats:
    """Return the score of each candidate but for its tokens: a convex sum of cosines and BM25 as a share of the best.

    `length` is that of the question, in terms.

    Source: Bruch, Gai and Ingber, An Analysis of Fusion Functions for Hybrid Retrieval (2023): convex fusion beats
    reciprocal rank fusion, and the normalisation hardly matters.
    """
    best = {name: float(evidence[name].max()) or 1.0 for name in ("passage_words", "sentence_words")}
    total: Floats = sum(getattr(weights, name) * values / best.get(name, 1.0) for name, values in evidence.items())
    long = min(1.0, max(0.0, (length - SHORT) / (LONG - SHORT)))
    return total + weights.in_long * long * evidence["passage_words"] / best["passage_words"]
