"""The documents and paragraphs that a question refers to: "wat did 1138 OP9 want", "para 1(b) of 378 - UNEF till when".

A question is full of numbers that name nothing: years, dates, troops, money. A number is taken for a resolution's only
where the text says so ("res 143", "S/RES/797", "338 (1973)"), where a paragraph is named with it ("340 op3", "pp1 of
2774"), or where a document here carries it and the words around leave no other reading ("690: transition period …").
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.aims import wrong_year
from corpus.catalogue import Catalogue
from corpus.citation import Reading, Shelf, ambiguous, in_scope, joined, not_the_text, which_document
from corpus.document import Passage, Source
from corpus.naming import Run, longest_run, resolutions_in, symbols_of_others_in
from corpus.pinpoint_grammar import Placed, pinpoints_in
from corpus.pinpoints import Pinpoint, Term
from corpus.resolution_numbers import is_resolution, without_dates_and_money
from corpus.sections import Scope, section_named_in
from corpus.tokens import Token, compact, folded, tokens_of


@dataclass(frozen=True, slots=True)
class Mention:
    """What a question refers to.

    Attributes:
        passages: The paragraphs it names, in order; empty where it names documents only.
        sources: The documents it names that are here.
        missing: The symbols it names that are not here: "S/RES/1167". What is here may still speak of them.
        reading: What was understood, in house form; None where nothing that is here is named.
        problem: A sentence where a paragraph or a year is named that does not exist, or a paragraph of a document that
            is not here: no search can answer. None otherwise, also where a missing document is only mentioned.
    """

    passages: tuple[Passage, ...] = ()
    sources: tuple[Source, ...] = ()
    missing: tuple[str, ...] = ()
    reading: str | None = None
    problem: str | None = None


@dataclass(frozen=True, slots=True)
class _Document:
    """A document where a question names it: the range in the folded text, and what it means."""

    start: int
    end: int
    name: str
    sources: tuple[Source, ...]
    number: str | None = None
    problem: str | None = None


_LONGEST = 4_000
_DOCUMENT = "¤"  # stands for the name of a document while paragraphs are read
_FIRST_PARAGRAPH = re.compile(r"\s?[:,]?\s?(?=[0-9]{1,3}(?:\s?\([a-z]{1,4}\)|[a-z]\b))")
_AND = frozenset({",", "and", "&", "or", "vs", "versus", "with", "to"})
_NOUNS = frozenset({"backgrounder", "article", "factsheet", "handbook", "rulebook", "regulation"})


def references_in(
    text: str, shelf: Shelf, catalogue: Catalogue | None = None, context: Source | None = None
) -> Mention | None:
    """Return what a question refers to, or None where it names no document and no paragraph.

    Args:
        text: The question.
        shelf: The documents.
        catalogue: Of the documents of the shelf, where it is at hand; else it is made.
        context: The document that was quoted last, meant by "and paragraph 7?" where the question names none.
    """
    catalogue = catalogue or Catalogue.of(shelf.sources())
    plain = without_dates_and_money(folded(text[:_LONGEST]).replace(_DOCUMENT, " "))
    documents = _documents_in(plain, catalogue)
    tokens = tokens_of(_with_marks(plain, documents))
    placed = pinpoints_in(tokens, running_text=True)
    if not documents:
        return _without_document(tokens, placed, shelf, catalogue, context)
    wanted = _assigned(tokens, placed, len(documents))
    readings = [_read(document, wanted[index], plain, shelf, catalogue) for index, document in enumerate(documents)]
    reading = joined(readings)
    missing = tuple(dict.fromkeys(document.name for document in documents if not document.sources))
    return Mention(reading.passages, reading.sources, missing, reading.reading, reading.problem)


def _documents_in(text: str, catalogue: Catalogue) -> tuple[_Document, ...]:
    """Return the documents a folded text names, in order, none within another."""
    found: list[_Document] = []
    for named in resolutions_in(text):
        after_another = bool(found) and text[found[-1].end : named.start].strip() in _AND
        if is_resolution(named, text, catalogue, after_another):
            sources = catalogue.by_number.get(named.number, ())
            problem = wrong_year(named, sources) if sources else None
            found.append(_Document(named.start, named.end, named.symbol, sources, named.number, problem))
    for symbol, start, end in symbols_of_others_in(text):
        found.append(_Document(start, end, symbol.upper(), catalogue.by_name.get(compact(symbol), ())))
    run = _document_by_words(text, catalogue)
    if run is not None:
        found = [each for each in found if each.end <= run.start or each.start >= run.end]
        found.append(_Document(run.start, run.end, run.sources[0].name, run.sources))
    return tuple(sorted(found, key=lambda each: each.start))


def _document_by_words(text: str, catalogue: Catalogue) -> Run | None:
    """Return the one document named by words of its name beside what it is: "the 968 article", "the backgrounder"."""
    tokens = tokens_of(text)
    for index, token in enumerate(tokens):
        if token.text not in _NOUNS:
            continue
        following = tokens[index + 1].is_number if index + 1 < len(tokens) else False
        if following and token.text == "article":
            continue
        run = longest_run(tokens[max(0, index - 4) : index + 1 + following], catalogue)
        if run is not None and len(run.sources) == 1 and _names(run, token, text):
            return run
    return None


def _names(run: Run, noun: Token, text: str) -> bool:
    """Tell whether words beside a noun name a document: "the Warsaw article", not "the article", "its article"."""
    beside = run.end >= noun.start - 1 and run.start <= noun.end
    enough = run.words != (noun.text,) or noun.text == "backgrounder"
    return beside and enough and re.search(r"(?:\b(?:its|his|her|their|my|an?)|'s)\ $", text[: run.start]) is None


def _with_marks(text: str, documents: Sequence[_Document]) -> str:
    """Return the text with a mark for each document; "2140 21(c)" gets the term it lacks."""
    parts: list[str] = []
    at = 0
    for document in documents:
        parts += text[at : document.start], f" {_DOCUMENT} "
        at = document.end
        paragraph = _FIRST_PARAGRAPH.match(text, at)
        if paragraph is not None:
            parts.append("para ")
            at = paragraph.end()
    return "".join((*parts, text[at:]))


def _assigned(tokens: Sequence[Token], placed: Sequence[Placed], documents: int) -> tuple[tuple[Pinpoint, ...], ...]:
    """Return the pinpoints of each document: of the one that follows with "of", else the one before, else the first."""
    marks = [index for index, token in enumerate(tokens) if token.text == _DOCUMENT]
    wanted: list[list[Pinpoint]] = [[] for _ in range(documents)]
    for each in placed:
        end = each.end
        while end < len(tokens) and tokens[end].text in {"of", "in", "from", "under", "the", ",", "("}:
            end += 1
        before = [position for position, mark in enumerate(marks) if mark < each.start]
        owner = marks.index(end) if end in marks else before[-1] if before else 0
        wanted[owner].append(each.pinpoint)
    return tuple(map(tuple, wanted))


def _read(document: _Document, pinpoints: Sequence[Pinpoint], text: str, shelf: Shelf, catalogue: Catalogue) -> Reading:
    if document.problem is not None:
        return Reading(problem=document.problem, sources=document.sources)
    if not document.sources:
        problem = (
            catalogue.not_held(document.number) if document.number else f"{document.name} is not among the documents."
        )
        return Reading(problem=problem if pinpoints else None)
    source = document.sources[0]
    if len(document.sources) > 1:
        return Reading(problem=ambiguous(document.sources) if pinpoints else None, sources=document.sources)
    if not pinpoints and catalogue.is_resolution(source):
        return Reading(reading=source.name, sources=(source,))
    passages = shelf.passages(source.id)
    scope = section_named_in(text, source, passages) or Scope(passages, source.name, "")
    if not pinpoints:
        return Reading(scope.passages if scope.is_section else (), scope.name, None, (source,))
    if document.number is not None and not scope.is_section and not catalogue.is_resolution(source):
        return Reading(problem=not_the_text(document.number, source, passages), sources=(source,))
    return in_scope(pinpoints, scope, source)


def _without_document(
    tokens: Sequence[Token], placed: Sequence[Placed], shelf: Shelf, catalogue: Catalogue, context: Source | None
) -> Mention | None:
    """Return what "OP9" means in a question that names no document: the context, or the only resolution there is."""
    pinpoints = [each.pinpoint for each in placed if _stands_alone(tokens, each)]
    resolutions = catalogue.resolutions
    if not pinpoints or not (context or resolutions):
        return None
    source = context or (resolutions[0] if len(resolutions) == 1 else None)
    if source is None:
        calls_for_one = any(pinpoint.term in (Term.OPERATIVE, Term.PREAMBULAR) for pinpoint in pinpoints)
        return Mention(problem=which_document(shelf)) if calls_for_one else None
    reading = in_scope(pinpoints, Scope(shelf.passages(source.id), source.name, ""), source)
    return Mention(reading.passages, reading.sources, (), reading.reading, reading.problem)


def _stands_alone(tokens: Sequence[Token], placed: Placed) -> bool:
    """Tell whether a pinpoint names paragraphs of nothing else: not "para 3 of the Charter"."""
    if not placed.pinpoint.elements or placed.pinpoint.term is None:
        return False
    after = [token.text for token in tokens[placed.end : placed.end + 3]]
    if not after or after[0] not in {"of", "in", "from", "under"}:
        return True
    return bool({"resolution", "it", "this", "that", "text", "res"} & set(after[1:]))
