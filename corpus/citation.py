"""passage → Citation, and what a person types → passages; its inverse."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import takewhile
from typing import Protocol

from corpus.aims import Aim, aim_of, default_aim, misspelt_aim_of
from corpus.catalogue import Catalogue
from corpus.document import Kind, Passage, Source
from corpus.locating import locate
from corpus.locators import place_of
from corpus.pinpoint_grammar import pinpoints_in
from corpus.pinpoints import Pinpoint
from corpus.sections import Scope, headings_in, scope_of
from corpus.tokens import compact, folded, listed, tokens_of


@dataclass(frozen=True, slots=True)
class Citation:
    """How a passage is named: `str()` is the house form, "S/RES/1138 (1997), para. 6 (d)"."""

    source: str
    locator: str
    date: date | None
    kind: Kind
    url: str | None

    def __str__(self) -> str:
        return f"{self.source}, {self.locator}"


class Shelf(Protocol):
    """Where references are looked up: the documents at hand."""

    def sources(self) -> Sequence[Source]:
        """Return every document without its text, in order of id."""
        ...

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        """Return the passages of one document, in its order."""
        ...


@dataclass(frozen=True, slots=True)
class Reading:
    """How a reference was understood.

    Attributes:
        passages: What it names, in order; empty where it names nothing that exists.
        reading: The reference in house form, "S/RES/1138 (1997), para. 6 (d)"; None where it was not understood.
        problem: A sentence that says what does exist, where the reference or a part of it names nothing; else None.
        sources: The documents it names, where it names any.
    """

    passages: tuple[Passage, ...] = ()
    reading: str | None = None
    problem: str | None = None
    sources: tuple[Source, ...] = ()


def cite(passage: Passage) -> Citation:
    """Return the citation of a passage."""
    source = passage.source
    return Citation(source.name, passage.locator, source.date, source.kind, source.url)


# A reference longer than this is no reference; the limit keeps the work bounded.
_LONGEST = 400
_DATE = re.compile(
    r"""
    (?:\bof\ )?\b[0-9]{1,2}\ (?:january|february|march|april|may|june|july|august|september|october|november|december)
    (?:\ [0-9]{4})?\b
    """,
    re.VERBOSE,
)
_WEB = re.compile(r"https?://(?:[\w-]+\.)+\w+/(?:en/)?|\b(?:www\.)?undocs\.org/(?:en/)?")


def resolve(reference: str, shelf: Shelf, catalogue: Catalogue | None = None) -> Reading:
    """Return what a reference names: the inverse of `cite`, and tolerant.

    A numbered paragraph stands for itself and what hangs under it: "1138 OP 6" is paragraph 6 and its (a) to (h), in
    order, and so is its own citation. So for every passage `resolve(str(cite(passage)), shelf).passages[0] == passage`,
    and the others, where there are any, hang under it.

    Args:
        reference: As it was typed: "S/RES/1138 (1997), para. 6 (d)", "1138 OP6(a)-(c)", "[[968 §Acts]]".
        shelf: The documents.
        catalogue: Of the documents of the shelf, where it is at hand; else it is made.
    """
    catalogue = catalogue or Catalogue.of(shelf.sources())
    if len(reference) > _LONGEST:
        return Reading(problem=f"That is too long for a reference. {_examples(shelf)}")
    exact = _as_cited(reference, shelf, catalogue)
    if exact is not None:
        return exact
    text = _cleaned(reference)
    if not any(token.is_word or token.is_number for token in tokens_of(text)):
        return Reading(problem=f"There is no reference in that. {_examples(shelf)}")
    parts = [part for part in text.split(";") if part.strip()]
    readings = [_read(part, shelf, catalogue) for part in parts]
    return readings[0] if len(readings) == 1 else joined(readings)


def joined(readings: Sequence[Reading]) -> Reading:
    """Return several readings as one."""
    passages = dict.fromkeys(passage for each in readings for passage in each.passages)
    sources = dict.fromkeys(source for each in readings for source in each.sources)
    understood = [each.reading for each in readings if each.reading]
    problems = dict.fromkeys(each.problem for each in readings if each.problem)
    return Reading(tuple(passages), "; ".join(understood) or None, " ".join(problems) or None, tuple(sources))


def _as_cited(reference: str, shelf: Shelf, catalogue: Catalogue) -> Reading | None:
    """Return the reading of a citation in house form, of a name alone; None where it is neither."""
    whole = compact(reference)
    found = [
        (source, passage)
        for cut in re.finditer(",", whole)
        for source in catalogue.by_name.get(whole[: cut.start()], ())
        for passage in _cited(shelf.passages(source.id), whole[cut.end() :], reference)
    ]
    sources = catalogue.by_name.get(whole, ()) or tuple(dict.fromkeys(source for source, _ in found))
    if found and len(sources) == 1:
        everything = shelf.passages(sources[0].id)
        passages = dict.fromkeys(each for _, passage in found for each in with_items(passage, everything))
        return Reading(tuple(passages), str(cite(found[0][1])), None, sources)
    if not sources:
        return None
    return _whole(sources[0], shelf) if len(sources) == 1 else Reading(problem=ambiguous(sources), sources=sources)


def _cited(passages: Sequence[Passage], locator: str, reference: str) -> Sequence[Passage]:
    """Return the passages with this compacted locator; of several, the one that is cited letter for letter."""
    found = [passage for passage in passages if compact(passage.locator) == locator]
    return [passage for passage in found if " ".join(reference.split()).endswith(passage.locator)][-1:] or found


def with_items(passage: Passage, passages: Sequence[Passage]) -> tuple[Passage, ...]:
    """Return a passage and those that hang under it, which follow it.

    Args:
        passage: The one above.
        passages: All of its document, in their order.
    """
    top = place_of(passage)
    if not top.path:
        return (passage,)

    def hangs(other: Passage) -> bool:
        place = place_of(other)
        deeper = len(place.path) > len(top.path) and place.path[: len(top.path)] == top.path
        return deeper and place.division == top.division

    return (passage, *takewhile(hangs, passages[passages.index(passage) + 1 :]))


def _whole(source: Source, shelf: Shelf) -> Reading:
    return Reading(tuple(shelf.passages(source.id)), source.name, None, (source,))


def _cleaned(reference: str) -> str:
    text = _WEB.sub(" ", folded(reference))
    return _DATE.sub(" ", text).strip(" []\"'?!.;:")


def _read(text: str, shelf: Shelf, catalogue: Catalogue) -> Reading:
    aim = aim_of(text, catalogue) or _aim_at_section(text, shelf, catalogue)
    aim = aim or misspelt_aim_of(text, catalogue) or default_aim(text, catalogue)
    if aim is None:
        return Reading(problem=_no_document(text, shelf, catalogue))
    if aim.problem is not None:
        return Reading(problem=aim.problem, sources=aim.sources)
    if len(aim.sources) > 1:
        return Reading(problem=ambiguous(aim.sources), sources=aim.sources)
    return _in_document(aim, aim.sources[0], shelf, catalogue)


def _aim_at_section(text: str, shelf: Shelf, catalogue: Catalogue) -> Aim | None:
    """Return the documents that have a section of this name; looked for only among few."""
    few = catalogue.sources if len(catalogue.sources) <= 25 else ()
    sources = tuple(source for source in few if headings_in(text, shelf.passages(source.id)))
    return Aim(sources, text) if sources else None


def _in_document(aim: Aim, source: Source, shelf: Shelf, catalogue: Catalogue) -> Reading:
    scope = scope_of(aim.rest, source, shelf.passages(source.id))
    if scope.problem is not None:
        return Reading(problem=scope.problem, sources=(source,))
    placed = pinpoints_in(tokens_of(scope.rest), running_text=False)
    if not placed:
        return Reading(scope.passages, scope.name, None, (source,))
    if aim.number is not None and not scope.is_section and not catalogue.is_resolution(source):
        return Reading(problem=not_the_text(aim.number, source, scope.passages), sources=(source,))
    return in_scope([each.pinpoint for each in placed], scope, source)


def in_scope(pinpoints: Sequence[Pinpoint], scope: Scope, source: Source) -> Reading:
    """Return what pinpoints name in a document or a section of one."""
    located = [locate(pinpoint, scope.passages, scope.name) for pinpoint in pinpoints]
    passages = dict.fromkeys(passage for each in located for passage in each.passages)
    read = listed([each.reading for each in located if each.reading], most=len(located))
    problem = next((each.problem for each in located if each.problem), None)
    return Reading(tuple(passages), f"{source.name}, {read}" if read else None, problem, (source,))


def not_the_text(number: str, source: Source, passages: Sequence[Passage]) -> str:
    """Return the sentence that a document is about a resolution and not its text."""
    sections = listed(tuple(dict.fromkeys(passage.headings[-1] for passage in passages if passage.headings)))
    cited = f", whose paragraphs are cited by section: {sections}" if sections else ""
    kind = "an article" if source.kind is Kind.ENCYCLOPEDIA else "a text"
    return f"The text of resolution {number} is not among the documents, only {kind} about it, {source.name}{cited}."


def ambiguous(sources: Sequence[Source]) -> str:
    """Return the sentence that a name means several documents."""
    names = [source.name if _is_unique(source, sources) else source.id for source in sources]
    return f"That names {len(sources):,} documents: {listed(names, most=6)}. Name one of them."


def _is_unique(source: Source, sources: Sequence[Source]) -> bool:
    return sum(other.name == source.name for other in sources) == 1


def _no_document(text: str, shelf: Shelf, catalogue: Catalogue) -> str:
    if not catalogue.sources:
        return "There are no documents here yet."
    if pinpoints_in(tokens_of(text), running_text=False):
        return which_document(shelf)
    return f"That names none of the documents: {catalogue.holdings()}. {_examples(shelf)}"


def which_document(shelf: Shelf) -> str:
    """Return the sentence for paragraphs of a document that is not named."""
    return f"Which document is meant? {_examples(shelf)}"


def _examples(shelf: Shelf) -> str:
    """Return a sentence with three references that work, made from the documents themselves."""
    found: list[str] = []
    by_kind = {source.kind: source for source in reversed(shelf.sources())}
    for source in sorted(by_kind.values(), key=lambda each: list(Kind).index(each.kind)):
        deepest = max(shelf.passages(source.id), key=lambda passage: len(place_of(passage).path), default=None)
        found.extend([str(cite(deepest))] if deepest else [])
    found.extend(source.name for source in shelf.sources()[:3])
    examples = tuple(dict.fromkeys(found))[:3]
    return f"These work: {'; '.join(examples)}." if examples else "There are no documents here yet."
