"""Is this wording in the documents? Exactly, apart from typography, with other words, or not at all.

What is reported are always the document's own words, sliced from its text.
"""

from __future__ import annotations

from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from itertools import pairwise

from corpus.alignment import ELLIPSIS, TOKEN, Alignment, Stretch, Tokens, align, stretches, tokens_of
from corpus.citation import Citation, cite
from corpus.document import Passage, Span
from corpus.typography import Folded, folded, folded_text, in_word

LEAST_SHARE = 0.6
"""The share of the words typed that must stand in a passage, in order, for it to be the same wording changed."""

LEAST_WORDS = 2
"""How many words must agree besides: one word in common is no wording."""

LONG_WORDS = 60
"""From how many words on a text is also compared with whole documents, and not with two neighbouring passages alone."""

LONG_TRIES = 3
"""With how many of them: the comparison takes up to a second for each."""


class Status(StrEnum):
    """How a wording stands in the documents."""

    EXACT = "exact"
    FOLDED = "folded"
    """Equal once white space, dashes and quotation marks are written alike. Capitals are not folded."""
    DIFFERING = "differing"
    NOT_FOUND = "not found"


@dataclass(frozen=True, slots=True)
class Wording:
    """What became of a text when it was held against the documents.

    Attributes:
        text: As it was typed.
        status: How it stands there.
        passages: Where it stands, in order; more than one where it runs over the end of a paragraph.
        parts: Ranges of the document's text, one tuple for each part that "…" separates.
        comparison: The text beside the document's words, in order; only where they differ.
        elsewhere: The first passage of every other place that holds it in the same way.
    """

    text: str
    status: Status
    passages: tuple[Passage, ...] = ()
    parts: tuple[tuple[Span, ...], ...] = ()
    comparison: tuple[Stretch, ...] = ()
    elsewhere: tuple[Passage, ...] = field(default=(), repr=False)

    @property
    def found(self) -> bool:
        """Whether the documents hold this wording."""
        return self.status in (Status.EXACT, Status.FOLDED)

    @property
    def passage(self) -> Passage | None:
        """Where it begins."""
        return self.passages[0] if self.passages else None

    @property
    def citation(self) -> Citation | None:
        """How the passage where it begins is named."""
        return cite(self.passages[0]) if self.passages else None

    @property
    def words(self) -> str:
        """The document's own words: white space folded, parts joined by "…"."""
        if not self.passages:
            return ""
        document = self.passages[0].document
        return " … ".join(document.slice(part) for part in self.parts)

    @property
    def differences(self) -> tuple[Stretch, ...]:
        """Where the text and the document do not agree."""
        return tuple(stretch for stretch in self.comparison if not stretch.same)


def compare(text: str, candidates: Iterable[Passage]) -> Wording:
    """Hold a text against passages.

    "…", "..." and "[...]" in the text stand for words left out: within a paragraph, between neighbours, or between the
    words above a lettered item and the item. Quotation marks around the whole are not part of it, unless they are.
    """
    runs = _runs(candidates)
    found = [wording for run in runs if (wording := _find(text, run))]
    if not found:
        return _differing(text, runs) or Wording(text, Status.NOT_FOUND)
    best = next((wording for wording in found if wording.status is Status.EXACT), found[0])
    elsewhere = (wording.passages[0] for wording in found if wording is not best and wording.status is best.status)
    return Wording(text, best.status, best.passages, best.parts, elsewhere=tuple(elsewhere))


@dataclass(frozen=True, slots=True)
class _Run:
    """Neighbouring passages of one document, as one text.

    Attributes:
        raw: Their spans of the document's text, joined by line breaks.
        starts: Where each span begins in `raw`.
        spans: The spans.
        owners: The index in `passages` of the passage each span belongs to.
    """

    passages: tuple[Passage, ...]
    raw: str
    starts: tuple[int, ...]
    spans: tuple[Span, ...]
    owners: tuple[int, ...]

    def owner(self, offset: int) -> int:
        """Return the index of the passage at an offset of `raw`."""
        return self.owners[bisect_right(self.starts, offset) - 1]

    def between(self, start: int, end: int) -> tuple[Passage, ...]:
        """Return the passages that a range of `raw` touches."""
        return self.passages[self.owner(start) : self.owner(end - 1) + 1]

    def document_spans(self, start: int, end: int) -> tuple[Span, ...]:
        """Return a range of `raw` as ranges of the document's text."""
        ranges = []
        for begin, (first, last) in zip(self.starts, self.spans, strict=True):
            low, high = max(start, begin), min(end, begin + last - first)
            if low < high:
                ranges.append((first + low - begin, first + high - begin))
        return tuple(ranges)


def _run(passages: tuple[Passage, ...]) -> _Run:
    spans = [(owner, span) for owner, passage in enumerate(passages) for span in passage.spans]
    text = passages[0].document.text
    pieces = [text[start:end] for _, (start, end) in spans]
    starts = [0]
    for piece in pieces[:-1]:
        starts.append(starts[-1] + len(piece) + 1)
    owners, ranges = zip(*spans, strict=True)
    return _Run(passages, "\n".join(pieces), tuple(starts), ranges, owners)


def _runs(candidates: Iterable[Passage]) -> list[_Run]:
    """Return the candidates as runs of neighbours, in the order in which their documents first appear."""
    documents: dict[str, dict[int, Passage]] = {}
    for passage in candidates:
        if passage.spans:
            documents.setdefault(passage.source.id, {})[passage.ordinal] = passage
    return [_run(neighbours) for held in documents.values() for neighbours in _neighbours(held)]


def _neighbours(by_ordinal: dict[int, Passage]) -> Iterator[tuple[Passage, ...]]:
    ordinals = sorted(by_ordinal)
    cuts = [index for index, (here, then) in enumerate(pairwise(ordinals), 1) if then != here + 1]
    for start, end in pairwise([0, *cuts, len(ordinals)]):
        yield tuple(by_ordinal[ordinal] for ordinal in ordinals[start:end])


def _find(text: str, run: _Run) -> Wording | None:
    """Return where the text stands in the run: as a whole, or in the parts that "…" separates."""
    whole = [text.strip()]
    parts = [part.strip() for part in ELLIPSIS.split(_unquoted(text)) if part.strip()]
    for typed in [whole] if parts == whole else [whole, parts]:
        if ranges := _locate([folded_text(part).strip() for part in typed], run):
            return _standing(text, typed, ranges, run)
    return None


def _unquoted(text: str) -> str:
    stripped = text.strip()
    plain = folded_text(stripped)
    return stripped[1:-1].strip() if len(plain) > 2 and plain[0] == plain[-1] and plain[0] in "\"'" else stripped


def _standing(text: str, typed: list[str], ranges: list[Span], run: _Run) -> Wording:
    document = run.passages[0].document
    parts = tuple(run.document_spans(start, end) for start, end in ranges)
    exact = all(
        part in (run.raw[start:end], document.slice(spans))
        for part, (start, end), spans in zip(typed, ranges, parts, strict=True)
    )
    touched = {index for start, end in ranges for index in range(run.owner(start), run.owner(end - 1) + 1)}
    passages = tuple(run.passages[index] for index in sorted(touched))
    return Wording(text, Status.EXACT if exact else Status.FOLDED, passages, parts)


def _locate(parts: list[str], run: _Run) -> list[Span] | None:
    """Return the ranges of `run.raw` that hold the parts, in order and close together, or None."""
    if not parts or not all(parts):
        return None
    quick = folded_text(run.raw)
    if not all(part in quick for part in parts):
        return None
    printed = folded(run.raw)
    chains = (_chain(parts, first, printed, run) for first in _occurrences(parts[0], printed.text, 0))
    return next((ranges for ranges in chains if ranges), None)


def _chain(parts: list[str], first: int, printed: Folded, run: _Run) -> list[Span] | None:
    """Return the ranges of the parts when the first of them begins at `first`."""
    position = first + len(parts[0])
    ranges = [printed.raw_span(first, position)]
    for part in parts[1:]:
        start = next(_occurrences(part, printed.text, position), None)
        if start is None:
            return None
        position = start + len(part)
        ranges.append(printed.raw_span(start, position))
    close = all(_close(run, before[1] - 1, after[0]) for before, after in pairwise(ranges))
    return ranges if close else None


def _close(run: _Run, before: int, after: int) -> bool:
    """Tell whether "…" may stand between two offsets: one paragraph, neighbours, or a stem and its item."""
    above, below = run.owner(before), run.owner(after)
    return below - above <= 1 or set(run.passages[above].spans) <= set(run.passages[below].stem_spans)


def _occurrences(part: str, text: str, start: int) -> Iterator[int]:
    """Yield where the part stands in the text, cutting no word at either end."""
    while (start := text.find(part, start)) >= 0:
        end = start + len(part)
        cut_before = start > 0 and in_word(text[start - 1]) and in_word(part[0])
        cut_after = end < len(text) and in_word(text[end]) and in_word(part[-1])
        if not (cut_before or cut_after):
            yield start
        start += 1


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a text comes closest."""

    alignment: Alignment
    printed: Tokens
    run: _Run


def _differing(text: str, runs: list[_Run]) -> Wording | None:
    """Return the place that shares most of the words typed, in order, if it shares enough of them."""
    typed = tokens_of(_unquoted(text))
    if typed.count() < LEAST_WORDS:
        return None
    pairs = [_run(run.passages[at : at + 2]) for run in runs for at in range(len(run.passages))]
    places = [_closest(typed, pairs)]
    if typed.count() >= LONG_WORDS:
        places.append(_closest(typed, runs, LONG_TRIES))
    best = max(filter(None, places), key=lambda place: place.alignment.shared, default=None)
    return _changed(text, typed, best) if best else None


def _closest(typed: Tokens, runs: list[_Run], tries: int | None = None) -> _Place | None:
    least = max(LEAST_SHARE * typed.count(), LEAST_WORDS)
    best: _Place | None = None
    for bound, run in _promising(typed, runs, least)[:tries]:
        if best and bound <= best.alignment.shared:
            break
        printed = tokens_of(run.raw)
        alignment = align(typed, printed)
        if alignment.shared >= least and (best is None or alignment.shared > best.alignment.shared):
            best = _Place(alignment, printed, run)
    return best


def _promising(typed: Tokens, runs: list[_Run], least: float) -> list[tuple[int, _Run]]:
    """Return the runs that hold enough of the words in any order, and how many, most first."""
    wanted = Counter(word for word, kind in zip(typed.words, typed.kinds, strict=True) if kind == "word")
    bounds = []
    for run in runs:
        held = Counter(match.group() for match in TOKEN.finditer(folded_text(run.raw)))
        if (shared := (wanted & held).total()) >= least:
            bounds.append((shared, run))
    return sorted(bounds, key=lambda pair: -pair[0])


def _changed(text: str, typed: Tokens, place: _Place) -> Wording:
    comparison, (first, last) = stretches(typed, place.printed, place.alignment)
    start, end = place.printed.spans[first][0], place.printed.spans[last - 1][1]
    parts = (place.run.document_spans(start, end),)
    return Wording(text, Status.DIFFERING, place.run.between(start, end), parts, comparison)
