"""What people ask for → cards. Knows the documents and not Discord: every way to ask ends here.

A question is worked on in a thread of `Asking`; nothing of it is kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence

from bot.asking import Asking
from bot.cards import (
    DOCUMENTS_PER_PAGE,
    Card,
    Frame,
    Shown,
    answer_card,
    citation_card,
    context_card,
    missing_card,
    nearest_card,
    pointed,
    quotations_card,
    reading_card,
    reference_head,
    search_card,
    sources_card,
    supporting_card,
)
from bot.citations import copyable
from bot.directory import chosen_passage
from bot.holdings import Holding, Holdings
from bot.presses import Action, Pointer, Press
from bot.server_settings import MOST_PASSAGES
from bot.strings import Said
from corpus.citation import Reading, cite, joined, resolve, with_items
from corpus.document import Passage, Source
from corpus.errors import RapporteurError
from corpus.locators import place_of
from retrieval.answering import Quotation
from retrieval.collection import Collection
from retrieval.lexical import terms_of

REFERENCES = 5
"""References in double brackets that are looked up in one message."""
FOUND = 10
"""Passages that a search shows."""
SUPPORTING = 5
_RANKED = 40
"""Passages among which a search looks for those that have all of the words."""

_NUMBER = re.compile(r"\d")
_INCOMPLETE = re.compile(r"[\w:,–—-]\s*$")
"""A passage that ends without the end of a sentence."""
_REFERENCE = re.compile(r"\[\[([^\[\]]{1,200})\]\]")


class Gone(RapporteurError):
    """A passage that a button is about is no longer in the documents."""


def references_in(text: str) -> list[str]:
    """Return what stands in double brackets, "[[1138 6(d)]]", each once."""
    return list(dict.fromkeys(match.group(1).strip() for match in _REFERENCE.finditer(text)))


class Desk:
    """Answers from the shared documents, and in a server from its own beside them."""

    def __init__(
        self, asking: Asking[Holding], holdings: Holdings, searched: Callable[[float], None] = lambda seconds: None
    ) -> None:
        """Begin; what is held stays open when nobody asks any more.

        Args:
            asking: Works on questions, lending what is held.
            holdings: What is held.
            searched: Told how many seconds each answer took.
        """
        self._asking = asking
        self._holdings = holdings
        self._searched = searched

    async def seen(self, server: int | None) -> Holding:
        """Return what is answered from in a server, or outside any, for what needs no library."""
        return await self._holdings.seen(server)

    async def _run(self, work: Callable[[Holding], Card], frame: Frame) -> Card:
        began = time.perf_counter()
        card = await self._asking.run(work, frame.server)
        self._searched(time.perf_counter() - began)
        return card

    async def answer(
        self, question: str, frame: Frame, passages: int, context: Pointer | None = None, within: str | None = None
    ) -> Card:
        """Answer a question, or say that the documents do not.

        Args:
            question: As it was asked; what stands in double brackets is looked up instead.
            frame: For whom and where.
            passages: How many are quoted at most.
            context: The passage quoted last: "and paragraph 7?" is of its document.
            within: The id of the only document that may be quoted.
        """
        references = references_in(question)
        if references:
            return await self.references(references, frame)

        def work(holding: Holding) -> Card:
            library = holding.library
            quoted_last = library.passages_with([context.passage]).get(context.passage) if context else None
            last = str(cite(quoted_last)) if quoted_last else None
            answer = library.answer(question, passages, last, within)
            return answer_card(answer, frame, holding.generation, _completed(library, answer.quotations))

        return await self._run(work, frame)

    async def references(self, references: Sequence[str], frame: Frame) -> Card:
        """Show the paragraphs that some references name, at most `REFERENCES`."""

        notes = [frame.say(Said.ONLY_FIVE)] if len(references) > REFERENCES else []

        def work(holding: Holding) -> Card:
            readings = [holding.library.find(each) for each in references[:REFERENCES]]
            return _named(holding, readings, frame, notes)

        return await self._run(work, frame)

    async def look_up(self, document: str, paragraph: str, frame: Frame) -> Card:
        """Show a paragraph of a document, or the document from its beginning.

        Args:
            document: The id of a suggestion, or whatever was typed.
            paragraph: A suggestion, whatever was typed, or "".
            frame: For whom and where.
        """
        passage = chosen_passage(paragraph)
        if passage:
            return await self.read(Pointer(passage, None, with_items=True), frame)

        def work(holding: Holding) -> Card:
            reading = _document(holding, document)
            if paragraph and reading.sources:
                reading = _paragraph(holding, reading.sources[0], paragraph)
            return _named(holding, [reading], frame)

        return await self._run(work, frame)

    async def search(self, words: str, frame: Frame, within: str | None = None) -> Card:
        """Show the passages that contain or mean some words."""

        def work(holding: Holding) -> Card:
            found = holding.library.search(words, _RANKED, within)
            wanted = set(terms_of(words))
            has_all = [bool(wanted) and wanted <= set(terms_of(each.text)) for each in found]
            exact = [each for each, has in zip(found, has_all, strict=True) if has][:FOUND]
            similar = [each for each, has in zip(found, has_all, strict=True) if not has]
            return search_card(words, exact, similar[: FOUND - len(exact)], frame)

        return await self._run(work, frame)

    async def is_reference(self, text: str, frame: Frame) -> bool:
        """Tell whether a text is no question but the name of a document or paragraph that is here."""
        return await self._asking.run(lambda holding: bool(holding.library.find(text).passages), frame.server)

    async def alike(self, questions: Sequence[str]) -> list[list[str]]:
        """Return questions in groups, as `Library.alike` does."""
        return await self._asking.run(lambda holding: holding.library.alike(questions))

    async def supporting(self, text: str, frame: Frame) -> Card:
        """Show the passages nearest to a message, without a judgement."""
        return await self._run(lambda holding: supporting_card(holding.library.search(text, SUPPORTING), frame), frame)

    async def sources(self, words: str, frame: Frame, page: int = 0) -> Card:
        """List the documents, or those whose names have some words."""
        holding = await self.seen(frame.server)
        directory = holding.directory
        found = directory.matching(words)
        page = max(0, min(page, (len(found) - 1) // DOCUMENTS_PER_PAGE))
        listed = []
        for source in found[page * DOCUMENTS_PER_PAGE : (page + 1) * DOCUMENTS_PER_PAGE]:
            first = directory.first(source)
            pointer = Pointer(first, None, with_items=True) if first else None
            listed.append((source, directory.count(source), pointer))
        return sources_card(listed, len(found), words, frame, holding.generation, page)

    async def read(self, pointer: Pointer, frame: Frame, page: int = 0) -> Card:
        """Show a paragraph with what hangs under it; raises Gone."""

        def work(holding: Holding) -> Card:
            return _read(holding.library, _passage(holding.library, pointer), frame, page)

        return await self._run(work, frame)

    async def pressed(self, press: Press, frame: Frame, head: str) -> Card:
        """Return what a button asks for, of those that show something.

        Args:
            press: The button.
            frame: For whom and where.
            head: What stands above the passages of its message.

        Raises:
            Gone: A passage is no longer in the documents.
        """
        if press.action in (Action.SOURCES, Action.MORE_SOURCES):
            return await self.sources(press.words, frame, press.page)
        return await self._run(lambda holding: _pressed(holding, press, frame, head), frame)


def _pressed(holding: Holding, press: Press, frame: Frame, head: str) -> Card:
    library = holding.library
    match press.action:
        case Action.PAGE | Action.SHARE:
            shown = _all_shown(library, press.passages)
            return quotations_card(head, shown, frame, holding.generation, press.page)
        case Action.NEAREST:
            return nearest_card([each.quotation for each in _all_shown(library, press.passages)], frame)
        case Action.CONTEXT:
            return _around(library, press.passages[0], frame)
        case Action.CITE:
            return citation_card(
                [copyable(each.quotation.passage) for each in _all_shown(library, press.passages)], frame
            )
        case _:
            return _read(library, _passage(library, press.passages[0]), frame, press.page)


def _document(holding: Holding, document: str) -> Reading:
    """Return the document that was chosen or typed; without `sources` where it is none, or one of several."""
    chosen = holding.directory.source(document)
    if chosen is None:
        reading = holding.library.find(document)
        if len(reading.sources) == 1:
            return reading
        named = holding.directory.matching(document)
        if len(named) != 1:
            return Reading(problem=reading.problem)
        chosen = named[0]
    return Reading(holding.library.passages(chosen.id), chosen.name, None, (chosen,))


def _paragraph(holding: Holding, source: Source, paragraph: str) -> Reading:
    """Return a paragraph of a document by its number or its first words."""
    alone = _Alone(holding.library, source)
    # "1138" and "OP 6" are read together; the name of a document may have a comma of its own.
    readings = [resolve(f"{source.name}{between}{paragraph}", alone) for between in (", ", " ")]
    reading = next((each for each in readings if each.passages), readings[0])
    begins = [] if reading.passages or _NUMBER.search(paragraph) else holding.directory.beginning(source.id, paragraph)
    if begins:
        passage = holding.library.passages(source.id)[begins[0]]
        return Reading((passage,), str(cite(passage)), None, (source,))
    return reading


class _Alone:
    """A shelf with one document: no reference can mean another."""

    def __init__(self, library: Collection, source: Source) -> None:
        self._library = library
        self._source = source

    def sources(self) -> Sequence[Source]:
        return (self._source,)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return self._library.passages(document_id)


def _named(holding: Holding, readings: Sequence[Reading], frame: Frame, notes: Sequence[str] = ()) -> Card:
    """Return what references name: one paragraph to read, several as quotations, or what does exist."""
    library = holding.library
    reading = readings[0] if len(readings) == 1 else joined(readings)
    if not reading.passages:
        return missing_card(reading.problem or "", frame)
    notes = [*([reading.problem] if reading.problem else []), *notes]
    tops = [_tops(library, each.passages) for each in readings]
    first = reading.passages[0]
    is_whole = len(readings) == 1 and len(reading.passages) == len(library.passages(first.source.id))
    if is_whole or sum(map(len, tops)) == 1:
        return _read(library, first, frame, notes=notes)
    each_has = MOST_PASSAGES // len(readings)
    chosen = {passage.id: passage for passages in tops for passage in passages[:each_has]}
    named = sum(map(len, tops))
    if named > len(chosen):
        notes.append(frame.say(Said.SHOWN_HERE, shown=len(chosen), passages=frame.count(Said.PASSAGES, named)))
    shown = [_with_its_items(library, passage) for passage in chosen.values()]
    head = reference_head(reading.reading or str(cite(first)), shown, notes, frame)
    return quotations_card(head, shown, frame, holding.generation)


def _tops(library: Collection, passages: Sequence[Passage]) -> list[Passage]:
    """Return passages without those that hang under another of them."""
    tops: list[Passage] = []
    hanging: set[str] = set()
    for passage in passages:
        if passage.id not in hanging:
            tops.append(passage)
            hanging.update(each.id for each in with_items(passage, library.passages(passage.source.id)))
    return tops


def _completed(library: Collection, quotations: Sequence[Quotation]) -> list[Shown]:
    """Return quotations as they are shown: words that their items complete with these, which are then not repeated.

    "Decides that the mandate shall be as follows:" says nothing without (a) to (h).
    """
    shown: list[Shown] = []
    with_another: set[str] = set()
    for each in quotations:
        if each.passage.id in with_another:
            continue
        whole = _with_its_items(library, each.passage) if _INCOMPLETE.search(each.text) else None
        shown.append(whole if whole and whole.items else Shown.answering(each))
        with_another.update(item.passage.id for item in shown[-1].items)
    return shown


def _with_its_items(library: Collection, passage: Passage) -> Shown:
    quotation, *items = library.quote(with_items(passage, library.passages(passage.source.id)))
    return Shown(quotation, None, tuple(items))


def _passage(library: Collection, pointer: Pointer) -> Passage:
    """Return the passage of a button; raises Gone."""
    found = library.passages_with([pointer.passage])
    if pointer.passage not in found:
        raise Gone("That passage is no longer in the documents.")
    return found[pointer.passage]


def _all_shown(library: Collection, pointers: Sequence[Pointer]) -> list[Shown]:
    """Return the quotations of a message that are still there; raises Gone where none is."""
    found = library.passages_with([each.passage for each in pointers])
    shown = []
    for pointer in pointers:
        passage = found.get(pointer.passage)
        if passage is None:
            continue
        if pointer.with_items:
            shown.append(_with_its_items(library, passage))
        else:
            shown.append(pointed(pointer, library.quote([passage])[0]))
    if not shown:
        raise Gone("Those passages are no longer in the documents.")
    return shown


def _around(library: Collection, pointer: Pointer, frame: Frame) -> Card:
    passage = _passage(library, pointer)
    everything = library.passages(passage.source.id)
    near = everything[max(passage.ordinal - 1, 0) : passage.ordinal + 2]
    quotations = {each.passage.ordinal: each for each in library.quote(near)}
    shown = pointed(pointer, quotations[passage.ordinal])
    return context_card(shown, quotations.get(passage.ordinal - 1), quotations.get(passage.ordinal + 1), frame)


def _read(library: Collection, passage: Passage, frame: Frame, page: int = 0, notes: Sequence[str] = ()) -> Card:
    everything = library.passages(passage.source.id)
    paragraph = with_items(passage, everything)
    after = passage.ordinal + len(paragraph)
    return reading_card(
        library.quote(paragraph),
        _before(passage, everything),
        everything[after] if after < len(everything) else None,
        len(everything),
        frame,
        page,
        notes,
    )


def _before(passage: Passage, everything: Sequence[Passage]) -> Passage | None:
    """Return the passage before this one that hangs no deeper than it."""
    depth = len(place_of(passage).path)
    for other in reversed(everything[: passage.ordinal]):
        if len(place_of(other).path) <= depth:
            return other
    return None
