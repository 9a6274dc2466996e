"""Pinpoint → the passages of one document that it names, or a sentence that says which paragraphs there are."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus import absence
from corpus.document import Passage, Role
from corpus.locators import Place, house_form, is_counted_by_section, paragraphs_of, place_of, sections_of
from corpus.pinpoints import LAST, Element, Path, Pinpoint, Term
from corpus.tokens import folded, listed

_ROMAN = {
    "i": "1",
    "ii": "2",
    "iii": "3",
    "iv": "4",
    "v": "5",
    "vi": "6",
    "vii": "7",
    "viii": "8",
    "ix": "9",
    "x": "10",
}


@dataclass(frozen=True, slots=True)
class Located:
    """What a pinpoint names in one document.

    Attributes:
        passages: In order of the document, each once.
        reading: The pinpoint in house form, "para. 6 (a) to (c)"; empty where nothing was found.
        problem: A sentence about what does not exist, or None.
    """

    passages: tuple[Passage, ...] = ()
    reading: str = ""
    problem: str | None = None


def locate(pinpoint: Pinpoint, passages: Sequence[Passage], name: str) -> Located:
    """Return the passages a pinpoint names.

    A paragraph stands for itself and all that hangs under it. In a document of several sections a paragraph without a
    section is counted through the document.

    Args:
        pinpoint: What was asked for.
        passages: Where to look: those of one document or of one of its sections.
        name: How the document is called in sentences.
    """
    places = tuple(place for place in map(place_of, passages) if place.path)
    pool = _pool(pinpoint, places)
    if not pool:
        return Located(problem=absence.of_kind(pinpoint, places, name))
    if not pinpoint.elements:
        return _whole(pinpoint, pool)
    pieces: list[tuple[Place, ...]] = []
    problem: str | None = None
    previous: Path = ()
    for element in pinpoint.elements:
        element = _settled(element, previous, pool)
        piece = _between(element, pool)
        pieces.extend([piece] if piece else [])
        missing = next((path for path in (element.first, element.last) if path and not _under(path, pool)), None)
        if missing is not None and problem is None:
            problem = _no_such(missing, pinpoint, pool, name)
        previous = element.last or element.first
    found = {place.passage.ordinal: place.passage for piece in pieces for place in piece}
    return Located(tuple(found.values()), house_form(pieces), problem)


def _pool(pinpoint: Pinpoint, places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places among which a pinpoint counts."""
    if pinpoint.term is Term.UNNUMBERED:
        places = [place for place in places if not place.is_printed]
    if pinpoint.division is not None:
        return _in_division(pinpoint.division, places)
    if pinpoint.term is Term.PREAMBULAR:
        return _body([place for place in places if place.passage.role is Role.PREAMBLE])
    counted = [place for place in places if place.path and place.passage.role is not Role.PREAMBLE]
    operative = _body([place for place in counted if place.passage.role is Role.OPERATIVE])
    return operative if operative or pinpoint.term is Term.OPERATIVE else _body(counted)


def _body(places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places outside annexes and parts, or all where there are none outside."""
    return tuple(place for place in places if not place.in_part) or tuple(places)


def _in_division(asked: str, places: Sequence[Place]) -> tuple[Place, ...]:
    """Return the places in "annex 1", of whatever part, or where the annexes have no numbers in the annex."""
    want = _division_parts(asked)
    parts = {part: _division_parts(part) for part in dict.fromkeys(place.part for place in places)}
    exact = [part for part, have in parts.items() if have == want]
    found = exact or [part for part, have in parts.items() if want and all(_is_one_of(each, have) for each in want)]
    within = tuple(place for place in places if place.part in found)
    return within if within or asked != "annex" else tuple(each for each in places if each.passage.role is Role.ANNEX)


def _division_parts(division: str) -> tuple[tuple[str, ...], ...]:
    """Return the parts of "Part II, annex 3" with Arabic numbers: (("part", "2"), ("annex", "3"))."""
    parts = (part.split() for part in folded(division).split(","))
    return tuple((part[0], *(_ROMAN.get(number, number) for number in part[1:2])) for part in parts if part)


def _is_one_of(part: tuple[str, ...], parts: Sequence[tuple[str, ...]]) -> bool:
    return any(part[0] == other[0] and (part == other or len(part) == 1 or len(other) == 1) for other in parts)


def _under(path: Path, pool: Sequence[Place]) -> tuple[Place, ...]:
    """Return the paragraph with this path and what hangs under it."""
    if path[0] == LAST:
        path = (pool[-1].path[0], *path[1:])
    within = [place for place in pool if place.path[: len(path)] == path]
    if is_counted_by_section(pool):
        return _counted_through(path, pool)
    if within or len(path) < 2 or path[-1].isdecimal():
        return tuple(place for place in within if place.is_printed) or tuple(within)
    skipping = [place for place in pool if (place.path[:1], place.path[-1:]) == (path[:1], path[-1:])]
    return tuple(skipping) if len(skipping) == 1 and len(skipping[0].path) > len(path) else ()


def _counted_through(path: Path, pool: Sequence[Place]) -> tuple[Place, ...]:
    """Return the paragraph with this number when the sections are counted as one."""
    paragraphs = paragraphs_of(pool)
    number = int(path[0]) if path[0].isdecimal() and len(path[0]) <= 5 else 0
    if not 1 <= number <= len(paragraphs):
        return ()
    division, mark = paragraphs[number - 1]
    wanted = (mark, *path[1:])
    return tuple(place for place in pool if place.division == division and place.path[: len(wanted)] == wanted)


def _settled(element: Element, previous: Path, pool: Sequence[Place]) -> Element:
    """Return the element with its paths from the top."""
    first = _continued(element.first, previous, pool) if element.continues else element.first
    if element.last is None:
        return replace(element, first=first)
    last = _continued(element.last, first, pool) if element.last_continues else element.last
    return replace(element, first=first, last=last)


def _continued(path: Path, previous: Path, pool: Sequence[Place]) -> Path:
    """Return "(c)" after "6 (a)" as 6 (c): beside the deepest mark where it exists, else below, else beside."""
    beside = [previous[:depth] + path for depth in range(len(previous) - 1, 0, -1)]
    candidates = [*beside, previous + path]
    return next((each for each in candidates if _under(each, pool)), candidates[0])


def _between(element: Element, pool: Sequence[Place]) -> tuple[Place, ...]:
    first = _under(element.first, pool)
    if element.last is None:
        return first
    last = _under(element.last, pool)
    if not first or not last:
        return _existing_part(element, pool) or first or last
    ordinals = [place.passage.ordinal for place in (*first, *last)]
    return tuple(place for place in pool if min(ordinals) <= place.passage.ordinal <= max(ordinals))


def _existing_part(element: Element, pool: Sequence[Place]) -> tuple[Place, ...]:
    """Return what exists of a range of numbers that runs past the end: 10 to 20 of 13 paragraphs is 10 to 13."""
    ends = (element.first, element.last or ())
    if len(sections_of(pool)) > 1 or any(len(end) != 1 or not end[0].isdecimal() or len(end[0]) > 5 for end in ends):
        return ()
    low, high = sorted(int(end[0]) for end in ends)
    return tuple(
        place
        for place in pool
        if place.path[0].isdecimal() and len(place.path[0]) <= 5 and low <= int(place.path[0]) <= high
    )


def _whole(pinpoint: Pinpoint, pool: Sequence[Place]) -> Located:
    passages = tuple(place.passage for place in pool)
    divisions = sections_of(pool)
    reading = listed(divisions) if pinpoint.division else house_form([tuple(pool)])
    return Located(passages, reading)


def _no_such(path: Path, pinpoint: Pinpoint, pool: Sequence[Place], name: str) -> str:
    """Return the sentence that says what there is in place of `path`: beside it, below the deepest that exists."""
    above = next((path[:depth] for depth in range(len(path) - 1, 0, -1) if _under(path[:depth], pool)), ())
    if above:
        return absence.of_mark(path[len(above)], len(above), _under(above, pool), name)
    return absence.of_number(path[0], pool, name if pinpoint.division is None else f"{name}, {pinpoint.division}")
