"""The section of a document that a reference names: a heading, the infobox, the note of adoption."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from rapidfuzz.distance import DamerauLevenshtein

from corpus.catalogue import is_generic
from corpus.document import Passage, Role, Source
from corpus.pinpoint_grammar import pinpoints_in
from corpus.tokens import FILLERS, compact, folded, listed, tokens_of, words_of

_ADOPTION = re.compile(r"\b(?:note of )?adoption(?: note)?\b|\bvote line\b")
_PART = re.compile(r"(?:annex|appendix|enclosure|attachment)(?: \w{1,4})?$")  # named in a pinpoint
_INFOBOX = re.compile(r"\binfo ?box\b")


@dataclass(frozen=True, slots=True)
class Scope:
    """Where in a document a reference points.

    Attributes:
        passages: The document's, or those of the section.
        name: How it is called, "UNMOT backgrounder, Civil War".
        rest: What is left of the reference.
        is_section: Whether it is less than the document.
        problem: A sentence where a section is named that does not exist; else None.
    """

    passages: tuple[Passage, ...]
    name: str
    rest: str
    is_section: bool = False
    problem: str | None = None


def headings_in(text: str, passages: Sequence[Passage]) -> tuple[str, ...]:
    """Return the folded headings that stand whole in a folded text: longer before shorter, none within another."""
    headings = {(folded(heading), passage.role) for passage in passages for heading in passage.headings}
    sections = {heading for heading, role in headings if heading and not (role is Role.ANNEX and _PART.match(heading))}
    found: list[str] = []
    for heading in sorted(sections, key=lambda each: (-len(each), each)):
        if heading in text and _whole_words(heading).search(text):
            text = _whole_words(heading).sub(" | ", text)
            found.append(heading)
    return tuple(found)


def scope_of(rest: str, source: Source, passages: Sequence[Passage]) -> Scope:
    """Return where in a document the rest of a reference points.

    Args:
        rest: The folded reference without the name of the document.
        source: The document.
        passages: Those of the document.
    """
    whole = Scope(tuple(passages), source.name, rest)
    if _INFOBOX.search(rest) and any(passage.role is Role.INFOBOX for passage in passages):
        return _infobox(whole, source)
    adoption = tuple(passage for passage in passages if passage.role is Role.ADOPTION)
    if adoption and _ADOPTION.search(rest):
        return Scope(adoption, f"{source.name}, {listed([each.locator for each in adoption])}", "", True)
    headings = headings_in(rest, passages)
    if headings:
        for heading in headings:
            rest = _whole_words(heading).sub(" | ", rest)
        return _section(headings, rest, whole)
    unread = _unread(rest, source)
    return _by_some_words(unread, whole) if unread else whole


def section_named_in(text: str, source: Source, passages: Sequence[Passage]) -> Scope | None:
    """Return the section that a question calls one: "the Acts section", "section Background", "§ Acts"."""
    for heading in headings_in(text, passages):
        called = rf"(?:\bsection\ |§\ ?)['\"]?{re.escape(heading)}(?!\w)|(?<!\w){re.escape(heading)}['\"]?\ section\b"
        if re.search(called, text):
            return _section((heading,), "", Scope(tuple(passages), source.name, ""))
    return None


def _whole_words(heading: str) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w){re.escape(heading)}(?!\w)")


def _section(headings: Sequence[str], rest: str, whole: Scope) -> Scope:
    """Return the section under all of `headings`, or under the longest where they do not stand above one another."""
    within = _under(headings, whole.passages)
    if not within:
        headings = headings[:1]
        within = _under(headings, whole.passages)
    printed = dict.fromkeys(each for each in within[0].headings if folded(each) in headings)
    return Scope(within, f"{whole.name}, {', '.join(printed)}", rest, True)


def _under(headings: Sequence[str], passages: Sequence[Passage]) -> tuple[Passage, ...]:
    return tuple(each for each in passages if set(headings) <= {folded(heading) for heading in each.headings})


def _infobox(whole: Scope, source: Source) -> Scope:
    fields = tuple(passage for passage in whole.passages if passage.role is Role.INFOBOX)
    words = "".join(_unread(_INFOBOX.sub(" ", whole.rest), source))
    if not words:
        return Scope(fields, f"{whole.name}, Infobox", "", True)
    named = [field for field in fields if compact(field.label or "") == words]
    found = named or [field for field in fields if compact(field.label or "").startswith(words)]
    if found:
        return Scope(tuple(found), f"{whole.name}, {listed([each.locator for each in found])}", "", True)
    labels = listed([field.label for field in fields if field.label], most=20)
    return Scope(
        (), whole.name, "", True, f"The infobox of {whole.name} has the fields {labels}; there is no “{words}”."
    )


def _unread(rest: str, source: Source) -> tuple[str, ...]:
    """Return the words of a reference that are neither pinpoints nor the document's name nor fillers."""
    tokens = tokens_of(rest)
    read = {index for each in pinpoints_in(tokens, running_text=False) for index in range(each.start, each.end)}
    known = {*words_of(source.title), *words_of(source.id.replace("_", " "))} | FILLERS
    return tuple(
        token.text
        for index, token in enumerate(tokens)
        if index not in read and token.is_word and token.text not in known and not is_generic(token.text)
    )


def _by_some_words(words: Sequence[str], whole: Scope) -> Scope:
    """Return the one section whose heading has all of `words`, spelt about so."""
    headings = {folded(heading): heading for passage in whole.passages for heading in passage.headings}
    found = [each for each in headings if all(_is_in(word, words_of(each)) for word in words)]
    if len(found) == 1:
        rest = " ".join(" | " if token.text in words else token.text for token in tokens_of(whole.rest))
        return _section(found, rest, whole)
    typed = " ".join(words)
    if found:
        several = listed([headings[each] for each in found], most=8)
        return Scope((), whole.name, "", True, f"“{typed}” may be several sections of {whole.name}: {several}.")
    return Scope((), whole.name, "", True, _no_such_section(typed, tuple(headings.values()), whole))


def _no_such_section(typed: str, headings: Sequence[str], whole: Scope) -> str:
    if headings:
        return f"{whole.name} has no section “{typed}”; its sections are {listed(headings)}."
    example = next((each.locator for each in whole.passages if each.role is not Role.ADOPTION), None)
    cited = f"; it is cited by paragraph, as in “{example}”" if example else ""
    return f"{whole.name} has no section “{typed}”{cited}."


def _is_in(word: str, words: Sequence[str]) -> bool:
    return any(_is_about(word, other) for other in words)


def _is_about(word: str, other: str) -> bool:
    if word == other or (len(word) >= 4 and other.startswith(word)):
        return True
    slips = 0 if len(word) < 5 else 1 if len(word) < 8 else 2
    return slips > 0 and DamerauLevenshtein.distance(word, other, score_cutoff=slips) <= slips
