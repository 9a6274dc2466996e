"""Unanswered questions as what the documents lack: groups of questions, and a file of them for a spreadsheet. Pure."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from bot.unanswered import Kept, Why

_COLUMNS = ("question", "group", "times asked in group", "day", "why")
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")
"""What a spreadsheet takes for the beginning of a formula. Source: OWASP, CSV Injection."""


@dataclass(frozen=True, slots=True)
class Gap:
    """One question, in however many wordings.

    Attributes:
        wordings: Each once, the most typical first.
        kept: Each time it was asked, the oldest first.
    """

    wordings: tuple[str, ...]
    kept: tuple[Kept, ...]

    @property
    def times(self) -> int:
        """How often it was asked."""
        return len(self.kept)

    @property
    def not_helpful(self) -> int:
        """How often somebody found its answer not helpful."""
        return sum(each.why is Why.NOT_HELPFUL for each in self.kept)


def gaps_of(kept: Iterable[Kept], groups: Iterable[Sequence[str]]) -> list[Gap]:
    """Return what is kept as gaps, the one asked most often first, and of those as often the latest.

    Args:
        kept: Questions, the oldest first.
        groups: The wordings of each gap, the most typical first.
    """
    wordings = list(map(tuple, groups))
    gap_of = {wording: number for number, each in enumerate(wordings) for wording in each}
    asked: list[list[Kept]] = [[] for _ in wordings]
    for each in kept:
        asked[gap_of[each.question]].append(each)
    gaps = [Gap(each, tuple(times)) for each, times in zip(wordings, asked, strict=True)]
    return sorted(gaps, key=lambda gap: (gap.times, gap.kept[-1].day), reverse=True)


def csv_of(gaps: Iterable[Gap]) -> str:
    """Return gaps as a table: a line for each time a question was asked, after the mark by which Excel knows UTF-8.

    No cell is a formula, wherever a spreadsheet takes cells to end: whatever begins like one is preceded by an
    apostrophe, and the question comes first, in quotation marks, so that a semicolon in it ends nothing.
    """
    text = io.StringIO(newline="")
    text.write("\ufeff")
    writer = csv.writer(text, quoting=csv.QUOTE_ALL)
    writer.writerow(_COLUMNS)
    for number, gap in enumerate(gaps, start=1):
        for each in gap.kept:
            writer.writerow((_as_text(each.question), number, gap.times, each.day.isoformat(), each.why))
    return text.getvalue()


def _as_text(words: str) -> str:
    return f"'{words}" if words.startswith(_FORMULA) else words
