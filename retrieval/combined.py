"""Two libraries asked as one: the documents of one server beside those that everybody sees."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from corpus.document import Passage, Source
from corpus.references import Mention
from corpus.wording import Status, Wording
from retrieval.answering import Answer, Quotation, quotable
from retrieval.collection import NOT_HELD, Collection, Found
from retrieval.library import Library, Weighed
from retrieval.retriever import Hit
from retrieval.store import Generation


class Combined(Collection):
    """Shared documents and some of one's own; each library is searched alone, and what they find is put together.

    Confidence is comparable between them, for it is that of one model over signals that do not depend on how many
    documents there are; so are scores, but for the few hundredths that words count, each as a share of the best.
    """

    def __init__(self, shared: Library, own: Library) -> None:
        """Begin; to be used while both are open.

        Args:
            shared: Whose calibration and generation hold for both.
            own: Its documents come first where documents are listed; no id of one is that of a shared one.
        """
        own = own.calibrated(shared.calibration)
        self._own_documents = frozenset(source.id for source in own.sources())
        self._shared, self._own = shared, own
        self._libraries = (shared, own)
        self._catalogue = shared._catalogue.with_more(own._catalogue)

    @property
    def generation(self) -> Generation:
        """The shared generation, with the counts of both."""
        shared, own = self._shared.generation, self._own.generation
        return replace(
            shared,
            documents=shared.documents + own.documents,
            passages=shared.passages + own.passages,
            sentences=shared.sentences + own.sentences,
        )

    def sources(self) -> Sequence[Source]:
        """Return every document without its text, one's own first."""
        return (*self._own.sources(), *self._shared.sources())

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in its order."""
        return self._holder(document_id).passages(document_id)

    def passage_counts(self) -> dict[str, int]:
        """Return how many passages each document has, by its id."""
        return self._shared.passage_counts() | self._own.passage_counts()

    def verify(self, text: str) -> Wording:
        """Tell whether a wording stands in the documents, as that library does where it stands most nearly so."""
        wordings = [each.verify(text) for each in self._libraries]
        return min(wordings, key=lambda each: list(Status).index(each.status))

    def quote(self, passages: Sequence[Passage]) -> tuple[Quotation, ...]:
        """Return passages as quotations, their first sentence marked, read again and compared."""
        return tuple(self._holder(each.source.id).quote([each])[0] for each in passages)

    def passages_with(self, ids: Sequence[str]) -> dict[str, Passage]:
        """Return the passages that have these content hashes, as `Library.passages_with` does."""
        return self._shared.passages_with(ids) | self._own.passages_with(ids)

    def alike(self, texts: Sequence[str]) -> list[list[str]]:
        """Return texts in groups, as `Library.alike` does."""
        return self._shared.alike(texts)

    def search(self, words: str, limit: int = 10, within: str | None = None) -> tuple[Quotation, ...]:
        """Return the passages that contain or mean these words, best first, without a judgement."""
        libraries = [self._holder(within)] if within else self._libraries
        found = [quotation for each in libraries for quotation in each.search(words, limit, within)]
        return tuple(sorted(found, key=_worse)[:limit])

    def answer(self, question: str, limit: int = 3, context: str | None = None, within: str | None = None) -> Answer:
        """Answer a question as `Library.answer` does, from both."""
        if within:
            return self._holder(within).answer(question, limit, context, within)
        return super().answer(question, limit, context)

    def _holder(self, document: str) -> Library:
        return self._own if document in self._own_documents else self._shared

    def _prepare(self) -> None:
        self._shared._prepare()

    def _is_spoken_of(self, symbol: str) -> bool:
        return any(each._is_spoken_of(symbol) for each in self._libraries)

    def _named(self, question: str, passages: Sequence[Passage], limit: int) -> tuple[Quotation, ...]:
        first, *others = sorted(self._libraries, key=lambda each: each is not self._holder(passages[0].source.id))
        found = [
            each._named(question, its, limit)
            for each in (first, *others)
            if (its := [passage for passage in passages if self._holder(passage.source.id) is each])
        ]
        best, *rest = (quotation for quotations in found for quotation in quotations)
        return (best, *sorted(rest, key=_worse))[:limit]

    def _found(self, question: str, mention: Mention | None, limit: int, within: str | None) -> Found:
        shared = self._shared.weighed(question, mention)
        own = self._own.weighed(question, mention, beside=shared.hits)
        weighed = [(self._shared, shared), (self._own, own)]
        # What does not answer is not quoted beside what does; where nothing does, all of it came nearest.
        answering = [each for each in weighed if each[1].problem is None] or weighed
        best = max((found for _, found in answering), key=lambda each: each.confidence)
        problems = [found.problem for _, found in answering if found.problem]
        problem = next((each for each in problems if each != NOT_HELD), NOT_HELD) if problems else None
        return Found(_quoted(answering, best, limit), best.confidence, problem)


def _quoted(weighed: Sequence[tuple[Library, Weighed]], best: Weighed, limit: int) -> tuple[Quotation, ...]:
    """Return the hits of several libraries as quotations: the first of the most confident, then all by score."""
    of_hit = {id(hit): library for library, found in weighed for hit in found.hits}
    hits = [hit for _, found in weighed for hit in found.hits]
    first = best.hits[:1]
    ranked: list[Hit] = [*first, *(hit for hit in sorted(hits, key=_worse) if hit not in first)]
    return tuple(of_hit[id(hit)].quoted([hit])[0] for hit in quotable(ranked, limit))


def _worse(found: Hit | Quotation) -> float:
    return -found.score
