"""Sentences that say what does exist where a reference names a paragraph that does not."""

from __future__ import annotations

from collections.abc import Sequence

from corpus.document import Role
from corpus.locators import Place, above, is_counted_by_section, paragraphs_of, sections_of
from corpus.pinpoints import Pinpoint, Term
from corpus.tokens import folded, listed


def of_kind(pinpoint: Pinpoint, places: Sequence[Place], name: str) -> str:
    """Return the sentence that a document has no paragraphs of the kind asked for: no annex, no preamble."""
    if pinpoint.division is not None:
        parts = [
            part
            for part in dict.fromkeys(place.part for place in places)
            if folded(part).startswith(pinpoint.division.split()[0])
        ]
        rest = f"; it has {listed(parts)}" if parts else ""
        return f"{name} has no {pinpoint.division}{rest}."
    if pinpoint.term is Term.PREAMBULAR:
        return f"{name} has no preambular paragraphs."
    sections = tuple(division for division in sections_of(places) if division)
    if pinpoint.term is Term.OPERATIVE and sections:
        return f"{name} has no operative paragraphs; its paragraphs are cited by section: {listed(sections)}."
    return f"{name} has no {'operative' if pinpoint.term is Term.OPERATIVE else 'numbered'} paragraphs."


def of_mark(mark: str, depth: int, below: Sequence[Place], name: str) -> str:
    """Return the sentence that a paragraph has no sub-paragraph `mark`.

    Args:
        mark: The mark asked for.
        depth: How many marks the paragraph has.
        below: The paragraph and what hangs under it.
        name: How the document is called.
    """
    marks = tuple(dict.fromkeys(place.path[depth] for place in below if len(place.path) > depth))
    locator = below[0].passage.locator
    where = f"{name}, {(above(locator) if len(below[0].path) > depth else None) or locator}"
    if len(below[0].path) > depth and above(locator) is None:  # "1.2" of "1.2.1" is no paragraph itself
        return f"{name} has no paragraph {'.'.join((*below[0].path[:depth], mark))}; it has {_listed_below(below)}."
    if not marks:
        return f"{where} has no sub-paragraphs."
    kind = "" if " " in marks[0] else "sub-paragraphs " if len(marks) > 1 else "sub-paragraph "
    return f"{where} has {kind}{_span_of(marks)}; there is no {_shown(mark)}."


def _listed_below(below: Sequence[Place]) -> str:
    locators = [place.passage.locator for place in below if above(place.passage.locator) is None]
    return listed(locators, most=5)


def of_number(number: str, pool: Sequence[Place], name: str) -> str:
    """Return the sentence that a document, or an annex, has no paragraph of this number among those of `pool`."""
    marks = paragraphs_of(pool)
    count = len(marks)
    role = pool[0].passage.role
    if role is Role.PREAMBLE:
        return f"{name} has {count} preambular paragraph{'s' * (count > 1)}; there is no preambular paragraph {number}."
    if is_counted_by_section(pool):
        sections = listed([section for section in sections_of(pool) if section])
        return f"{name} has {count} paragraphs in the sections {sections}; there is no paragraph {number}."
    kind = f"{'operative ' * (role is Role.OPERATIVE)}paragraph{'s' * (count > 1)}"
    which = f"{_numbers(tuple(dict.fromkeys(mark for _, mark in marks)))}{' only' * (count == 1)}"
    return f"{name} has {kind} {which}; there is no paragraph {number}."


def _shown(mark: str) -> str:
    return mark if " " in mark else f"({mark})"


def _span_of(marks: Sequence[str]) -> str:
    shown = [_shown(mark) for mark in marks]
    return f"{shown[0]} to {shown[-1]}" if len(shown) > 2 else listed(shown)


def _numbers(marks: Sequence[str]) -> str:
    """Return numbers in runs: "1 to 5, 7 and 9 to 12"."""
    runs: list[list[str]] = []
    for mark in marks:
        if runs and _is_next(runs[-1][-1], mark):
            runs[-1].append(mark)
        else:
            runs.append([mark])
    return listed([run[0] if len(run) == 1 else f"{run[0]} to {run[-1]}" for run in runs], most=8)


def _is_next(before: str, mark: str) -> bool:
    numbers = all(each.isdecimal() and len(each) <= 5 for each in (before, mark))
    return numbers and int(mark) == int(before) + 1
