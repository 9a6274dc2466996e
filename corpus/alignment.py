"""Two texts side by side, word by word: where one comes closest in the other, and which words differ."""

from __future__ import annotations

import re
from dataclasses import dataclass
from difflib import SequenceMatcher

from corpus.document import Span, fold
from corpus.typography import folded

SKIPPED_WORD_COST = 0.2
"""What a printed word skipped without "…" takes from the words that agree on either side of it."""

ELLIPSIS = re.compile(r"\[\s*(?:…|\.{3})\s*\] | \(\s*(?:…|\.{3})\s*\) | … | \.{3,}", re.VERBOSE)
TOKEN = re.compile(
    rf"""
      (?P<ellipsis> {ELLIPSIS.pattern} )
    | (?P<word>     [\w\u0300-\u036f]+ (?: ['-] [\w\u0300-\u036f]+ )* )  # folded: accents are characters of their own
    | (?P<mark>     [^\w\s] )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Stretch:
    """Words that agree or differ. `typed` is empty where words were left out, `printed` where some were added."""

    typed: str
    printed: str
    same: bool


@dataclass(frozen=True, slots=True)
class Tokens:
    """The folded words and marks of a text, with their kinds and their ranges of the raw text."""

    raw: str
    words: tuple[str, ...]
    kinds: tuple[str, ...]
    spans: tuple[Span, ...]

    def slice(self, start: int, end: int) -> str:
        """Return tokens as they stand in the raw text, white space folded."""
        return fold(self.raw[self.spans[start][0] : self.spans[end - 1][1]]) if start < end else ""

    def count(self, start: int = 0, end: int | None = None) -> int:
        """Return how many of these tokens are words."""
        return self.kinds[start:end].count("word")


def tokens_of(raw: str) -> Tokens:
    """Return the words and marks of a text."""
    text = folded(raw)
    found = list(TOKEN.finditer(text.text))
    return Tokens(
        raw,
        tuple(match.group() for match in found),
        tuple(match.lastgroup or "" for match in found),
        tuple(text.raw_span(*match.span()) for match in found),
    )


@dataclass(frozen=True, slots=True)
class Alignment:
    """Where a text comes closest in another.

    Attributes:
        shared: How many of its words stand there in order.
        start: The first token of the other text that it faces.
        end: The token after the last.
    """

    shared: int
    start: int
    end: int


_Block = tuple[int, int, int]
"""Where tokens agree: index in the text typed, index in the text printed, how many."""


def align(typed: Tokens, printed: Tokens) -> Alignment:
    """Return where the text typed comes closest in the text printed."""
    matcher = SequenceMatcher(None, typed.words, printed.words, autojunk=False)
    core = _densest([(block.a, block.b, block.size) for block in matcher.get_matching_blocks() if block.size], typed)
    if not core:
        return Alignment(0, 0, 0)
    (first_a, first_b, _), (last_a, last_b, last_size) = core[0], core[-1]
    lead = min(first_a, first_b)  # words typed before the first that agrees face as many printed ones
    tail = min(len(typed.words) - last_a - last_size, len(printed.words) - last_b - last_size)
    shared = sum(typed.count(a, a + size) for a, _, size in core)
    return Alignment(shared, first_b - lead, last_b + last_size + tail)


def _densest(blocks: list[_Block], typed: Tokens) -> tuple[_Block, ...]:
    """Return the neighbouring blocks that agree most, less the cost of the printed words skipped between them."""
    best: tuple[_Block, ...] = ()
    current: tuple[_Block, ...] = ()
    best_gain = gain = 0.0
    for block in blocks:
        joined = gain - _gap_cost(current[-1], block, typed) if current else 0.0
        current = (*current, block) if joined > 0 else (block,)
        gain = max(joined, 0.0) + block[2]
        if gain > best_gain:
            best, best_gain = current, gain
    return best


def _gap_cost(before: _Block, after: _Block, typed: Tokens) -> float:
    typed_end, printed_end = before[0] + before[2], before[1] + before[2]
    if "ellipsis" in typed.kinds[typed_end : after[0]]:
        return 0.0
    return SKIPPED_WORD_COST * max(0, (after[1] - printed_end) - (after[0] - typed_end))


def stretches(typed: Tokens, printed: Tokens, place: Alignment) -> tuple[tuple[Stretch, ...], Span]:
    """Return the texts side by side, and the range of printed tokens that takes in."""
    window = printed.words[place.start : place.end]
    codes = SequenceMatcher(None, typed.words, window, autojunk=False).get_opcodes()
    if codes[0][0] == "insert":  # printed words before and after the text typed are no difference
        codes = codes[1:]
    if codes[-1][0] == "insert":
        codes = codes[:-1]
    base = place.start
    found = tuple(
        _stretch(typed, (a, b), printed, (base + c, base + d), same=code == "equal") for code, a, b, c, d in codes
    )
    return found, (base + codes[0][3], base + codes[-1][4])


def _stretch(typed: Tokens, mine: Span, printed: Tokens, theirs: Span, *, same: bool) -> Stretch:
    if set(typed.kinds[slice(*mine)]) == {"ellipsis"}:
        return Stretch("…", "…", same=True)
    return Stretch(typed.slice(*mine), printed.slice(*theirs), same)
