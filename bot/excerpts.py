"""Which part of a long passage is shown: whole sentences around the one that answers, or part after part. Pure.

What is cut is always a range of the passage's own words, so that it stays word for word.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from corpus.document import Span
from corpus.passages import sentences_of

Measure = Callable[[str], int]
"""How long a text is where it is shown: escaping makes it longer."""


def window(text: str, marked: Span, limit: int, measure: Measure = len) -> Span:
    """Return the range of whole sentences around `marked` that fits into `limit`: all of the text, if it does.

    It grows by the sentence before and the one after, in turn. A marked sentence that alone is too long is cut at white
    space.
    """
    if measure(text) <= limit:
        return 0, len(text)
    sentences = sentences_of(text)
    inside = [place for place, (start, end) in enumerate(sentences) if start < marked[1] and end > marked[0]]
    first, last = (inside[0], inside[-1]) if inside else (0, 0)
    start, end = sentences[first][0], sentences[last][1]
    if measure(text[start:end]) > limit:
        return start, _cut(text, start, end, limit, measure)
    grown = True
    while grown:
        grown = False
        if last + 1 < len(sentences) and measure(text[start : sentences[last + 1][1]]) <= limit:
            last, end, grown = last + 1, sentences[last + 1][1], True
        if first > 0 and measure(text[sentences[first - 1][0] : end]) <= limit:
            first, start, grown = first - 1, sentences[first - 1][0], True
    return start, end


def parts(text: str, limit: int, measure: Measure = len) -> tuple[Span, ...]:
    """Return ranges that together are the text, but for white space between them, each as long as `limit` allows."""
    return tuple(_parts(text, limit, measure))


def _parts(text: str, limit: int, measure: Measure) -> Iterator[Span]:
    start: int | None = None
    end = 0
    for sentence in sentences_of(text):
        if start is not None and measure(text[start : sentence[1]]) > limit:
            yield start, end
            start = None
        start = sentence[0] if start is None else start
        end = sentence[1]
        while measure(text[start:end]) > limit:
            cut = _cut(text, start, end, limit, measure)
            yield start, cut
            start = cut + (len(text[cut:end]) - len(text[cut:end].lstrip()))
    if start is not None:
        yield start, end


def _cut(text: str, start: int, end: int, limit: int, measure: Measure) -> int:
    """Return where a text that is too long is to be cut: behind its last word that fits, or in a word without end.

    A blank is taken for the end of a word where that leaves half of what fits: what stands before it may be invisible.
    """
    low, high = start + 1, min(end, start + limit)
    while low < high:  # the measure of a beginning grows with its length
        middle = (low + high + 1) // 2
        low, high = (middle, high) if measure(text[start:middle]) <= limit else (low, middle - 1)
    blank = text.rfind(" ", start + 1, low + 1)
    return blank if blank - start >= (low - start) // 2 and low < end else low
