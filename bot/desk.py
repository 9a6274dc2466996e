"""What people ask for → cards. Knows the documents and not Discord: every way to ask ends here.

A question is worked on in a thread of `Asking`; nothing of it is kept.
"""

from __future__ import annotations

import re
import time
from collections.abc import Callable, Sequence
from dataclasses import replace

from bot.asking import Asking
from bot.cards import (
    DOCUMENTS_PER_PAGE,
    Card,
    Entry,
    Frame,
    Shown,
    Tone,
    answer_card,
    answer_head,
    citation_card,
    context_card,
    nearest_card,
    pointed,
    quotations_card,
    reading_card,
    search_card,
    sources_card,
    supporting_card,
)
from bot.citations import copyable
from bot.directory import Directory, chosen_passage
from bot.markdown import escaped
from bot.presses import Action, Pointer, Press
from bot.server_settings import MOST_PASSAGES
from bot.strings import Said
from corpus.citation import cite, with_items
from corpus.document import Passage
from corpus.errors import RapporteurError
from corpus.locators import place_of
from retrieval.lexical import terms_of
from retrieval.library import Library
from retrieval.store import Generation

REFERENCES = 5
"""References in double brackets that are looked up in one message."""
FOUND = 10
"""Passages that a search shows."""
SUPPORTING = 5

_REFERENCE = re.compile(r"\[\[([^\[\]]{1,200})\]\]")


class Gone(RapporteurError):
    """A passage that a button is about is no longer in the documents."""


def references_in(text: str) -> list[str]:
    """Return what stands in double brackets, "[[1138 6(d)]]", each once."""
    return list(dict.fromkeys(match.group(1).strip() for match in _REFERENCE.finditer(text)))


class Desk:
    """Answers from one library."""

    def __init__(
        self,
        asking: Asking,
        generation: Generation,
        directory: Directory,
        searched: Callable[[float], None] = lambda seconds: None,
    ) -> None:
        """Begin; the library behind `asking` stays open when nobody asks any more.

        Args:
            asking: Works on questions.
            generation: The index it answers from.
            directory: Its documents and the beginnings of their paragraphs.
            searched: Told how many seconds each answer took.
        """
        self._asking = asking
        self.generation = generation
        self.directory = directory
        self._searched = searched

    async def _run(self, work: Callable[[Library], Card]) -> Card:
        began = time.perf_counter()
        card = await self._asking.run(work)
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

        def work(library: Library) -> Card:
            quoted_last = library.passages_with([context.passage]).get(context.passage) if context else None
            last = str(cite(quoted_last)) if quoted_last else None
            return answer_card(library.answer(question, passages, last, within), frame, self.generation)

        return await self._run(work)

    async def references(self, references: Sequence[str], frame: Frame) -> Card:
        """Show the paragraphs that some references name, at most `REFERENCES`."""

        def work(library: Library) -> Card:
            if len(references) == 1:
                return _looked_up(library, references[0], frame, self.generation)
            shown, problems, names = [], [], []
            for reference in references[:REFERENCES]:
                reading = library.find(reference)
                if reading.passages:
                    shown.append(_with_its_items(library, reading.passages[0]))
                    names.append(reading.reading or reference)
                if reading.problem:
                    problems.append(reading.problem)
            if not shown:
                return _nothing(" ".join(dict.fromkeys(problems)), frame)
            notes = list(dict.fromkeys(problems))
            notes += [frame.say(Said.ONLY_FIVE)] if len(references) > REFERENCES else []
            head = answer_head("; ".join(names), shown, None, frame)
            return quotations_card(head, shown, frame, self.generation, notes=notes)

        return await self._run(work)

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
        source = self.directory.source(document)
        name = source.name if source else document
        reference = f"{name}, {paragraph}" if paragraph else name

        def work(library: Library) -> Card:
            card = _looked_up(library, reference, frame, self.generation)
            if card.tone is Tone.NOT_FOUND and paragraph:
                # "1138" and "OP 6" are read together; the name of a document may have a comma of its own.
                other = _looked_up(library, f"{name} {paragraph}", frame, self.generation)
                return other if other.tone is not Tone.NOT_FOUND else card
            return card

        return await self._run(work)

    async def search(self, words: str, frame: Frame, within: str | None = None) -> Card:
        """Show the passages that contain or mean some words."""

        def work(library: Library) -> Card:
            found = library.search(words, FOUND, within)
            wanted = set(terms_of(words))
            exact = [each for each in found if wanted and wanted <= set(terms_of(each.passage.search_text))]
            return search_card(words, exact, [each for each in found if each not in exact], frame)

        return await self._run(work)

    async def supporting(self, text: str, frame: Frame) -> Card:
        """Show the passages nearest to a message, without a judgement."""
        return await self._run(lambda library: supporting_card(library.search(text, SUPPORTING), frame))

    def sources(self, words: str, frame: Frame, page: int = 0) -> Card:
        """List the documents, or those whose names have some words."""
        found = self.directory.matching(words)
        page = max(0, min(page, (len(found) - 1) // DOCUMENTS_PER_PAGE))
        listed = []
        for source in found[page * DOCUMENTS_PER_PAGE : (page + 1) * DOCUMENTS_PER_PAGE]:
            first = self.directory.first(source)
            pointer = Pointer(first, None, with_items=True) if first else None
            listed.append((source, self.directory.count(source), pointer))
        return sources_card(listed, len(found), words, frame, self.generation, page)

    async def read(self, pointer: Pointer, frame: Frame, page: int = 0) -> Card:
        """Show a paragraph with what hangs under it; raises Gone."""
        return await self._run(lambda library: _read(library, _passage(library, pointer), frame, page))

    async def pressed(self, press: Press, frame: Frame, head: str) -> Card:
        """Return what a button asks for, of those that show something.

        Args:
            press: The button.
            frame: For whom and where.
            head: What stands above the passages of its message.

        Raises:
            Gone: A passage is no longer in the documents.
        """
        match press.action:
            case Action.SOURCES | Action.MORE_SOURCES:
                return self.sources(press.words, frame, press.page)
            case Action.PAGE | Action.SHARE:
                return await self._run(
                    lambda library: quotations_card(
                        head, _all_shown(library, press.passages), frame, self.generation, press.page
                    )
                )
            case Action.NEAREST:
                return await self._run(
                    lambda library: nearest_card(
                        [each.quotation for each in _all_shown(library, press.passages)], frame
                    )
                )
            case Action.CONTEXT:
                return await self._run(lambda library: _around(library, press.passages[0], frame))
            case Action.CITE:
                return await self._run(
                    lambda library: citation_card([copyable(_passage(library, each)) for each in press.passages], frame)
                )
            case _:
                return await self.read(press.passages[0], frame, press.page)


def _looked_up(library: Library, reference: str, frame: Frame, generation: Generation) -> Card:
    """Return what a reference names: one paragraph to read, several as quotations, or what does exist."""
    reading = library.find(reference)
    if not reading.passages:
        return _nothing(reading.problem or "", frame)
    first = reading.passages[0]
    everything = library.passages(first.source.id)
    if len(reading.passages) == len(everything) or set(reading.passages) <= set(with_items(first, everything)):
        return _read(library, first, frame)
    tops: list[Passage] = []
    hanging: set[Passage] = set()
    for passage in reading.passages:
        if passage not in hanging:
            tops.append(passage)
            hanging.update(with_items(passage, library.passages(passage.source.id)))
    shown = [_with_its_items(library, passage) for passage in tops[:MOST_PASSAGES]]
    notes = [reading.problem] if reading.problem else []
    head = answer_head(reading.reading or reference, shown, None, frame)
    return quotations_card(head, shown, frame, generation, notes=notes)


def _nothing(problem: str, frame: Frame) -> Card:
    """Return the statement that a reference names nothing that exists."""
    lines = [escaped(problem)] if problem else []
    lines.append(frame.say(Said.TRY, lookup=frame.command("lookup"), sources=frame.command("sources")))
    return Card(Tone.NOT_FOUND, f"### {frame.say(Said.NO_SUCH_REFERENCE)}", (Entry("\n".join(lines)),))


def _with_its_items(library: Library, passage: Passage) -> Shown:
    quotation, *items = library.quote(with_items(passage, library.passages(passage.source.id)))
    return Shown(quotation, None, tuple(items))


def _passage(library: Library, pointer: Pointer) -> Passage:
    """Return the passage of a button; raises Gone."""
    found = library.passages_with([pointer.passage])
    if pointer.passage not in found:
        raise Gone("That passage is no longer in the documents.")
    return found[pointer.passage]


def _all_shown(library: Library, pointers: Sequence[Pointer]) -> list[Shown]:
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


def _around(library: Library, pointer: Pointer, frame: Frame) -> Card:
    passage = _passage(library, pointer)
    everything = library.passages(passage.source.id)
    near = everything[max(passage.ordinal - 1, 0) : passage.ordinal + 2]
    quotations = {each.passage.ordinal: each for each in library.quote(near)}
    quotation = quotations[passage.ordinal]
    marked = pointed(pointer, quotation).marked
    quotation = replace(quotation, marked_span=marked or quotation.marked_span)
    return context_card(quotation, quotations.get(passage.ordinal - 1), quotations.get(passage.ordinal + 1), frame)


def _read(library: Library, passage: Passage, frame: Frame, page: int = 0) -> Card:
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
    )


def _before(passage: Passage, everything: Sequence[Passage]) -> Passage | None:
    """Return the passage before this one that hangs no deeper than it."""
    depth = len(place_of(passage).path)
    for other in reversed(everything[: passage.ordinal]):
        if len(place_of(other).path) <= depth:
            return other
    return None
