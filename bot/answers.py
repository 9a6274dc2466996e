"""Answers, quotations and checked wordings as a person reads them on a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.console import Console
from rich.text import Text

from bot.terminal import clean, counted, show
from corpus.citation import Citation, Reading
from corpus.document import Kind, in_words
from corpus.wording import Status, Wording

if TYPE_CHECKING:  # what this imports takes a second
    from retrieval.answering import Answer, Quotation

KINDS = {
    Kind.OFFICIAL: "official text",
    Kind.BACKGROUND: "UN background",
    Kind.ENCYCLOPEDIA: "encyclopedia",
    Kind.OTHER: "other document",
}

NOT_FOUND = "The documents do not hold an answer to this."
FIRST_WORDS = 100
"""How many characters of a passage stand for it where it is only named."""

_INDENT = 4


def show_answer(console: Console, answer: Answer, *, nearest: bool, hint: str) -> None:
    """Print an answer, or the statement that there is none.

    Args:
        console: Where.
        answer: What was found.
        nearest: Whether to name what came closest when nothing was found.
        hint: How a person sees what came closest, in words.
    """
    if answer.reading:
        show(console, Text(f"Reading: {clean(answer.reading)}", "dim"))
        show(console)
    if not answer.found:
        _show_refusal(console, answer, nearest=nearest, hint=hint)
        return
    show_quotations(console, answer.quotations)
    show(console)
    show(console, Text(f"Quoted word for word. Confidence {answer.confidence:.2f}.", "dim"))


def _show_refusal(console: Console, answer: Answer, *, nearest: bool, hint: str) -> None:
    show(console, clean(answer.problem or NOT_FOUND))
    if nearest and answer.nearest:
        show(console)
        show_nearest(console, answer.nearest)
    elif answer.nearest:
        show(console, Text(hint, "dim"))


def show_nearest(console: Console, nearest: Sequence[Quotation]) -> None:
    """Print what came closest, each by its citation and its first words."""
    show(console, Text("Nearest passages (not an answer)", "bold"))
    for each in nearest:
        show(console, f"{clean(str(each.citation))}: {clean(opening(each.text))}", indent=2)


def opening(text: str) -> str:
    """Return the first words of a text."""
    if len(text) <= FIRST_WORDS:
        return text
    return f"{text[:FIRST_WORDS].rsplit(maxsplit=1)[0]} …"


def show_quotations(console: Console, quotations: Sequence[Quotation], *, emphasis: bool = True) -> None:
    """Print quotations, each in its paragraph with its citation; `emphasis` sets the sentence that answers in bold."""
    for number, each in enumerate(quotations):
        if number:
            show(console)
        show(console, Text(clean(str(each.citation)), "bold cyan" if emphasis else "cyan"))
        if each.passage.stem:
            show(console, Text(f"{clean(each.passage.stem)} …", "dim"), _INDENT)
        text = Text(clean(each.text))
        if emphasis:
            text.stylize("bold", *each.marked_span)
        show(console, text, _INDENT)
        show(console, Text(provenance(each.citation), "dim"), _INDENT)
        if not each.verified:
            show(console, Text("These words could not be found again in the stored document.", "bold red"), _INDENT)


def provenance(citation: Citation) -> str:
    """Return what kind of source a citation names, of which date, and where its page is."""
    parts = (KINDS[citation.kind], in_words(citation.date) if citation.date else None, citation.url)
    return clean(" · ".join(part for part in parts if part))


def show_lookup(console: Console, reading: Reading, quotations: Sequence[Quotation]) -> None:
    """Print the paragraphs a reference names, or what does exist."""
    if quotations:
        show_quotations(console, quotations, emphasis=False)
    else:
        show(console, clean(reading.problem or "This names no paragraph of the documents."))


_STANDING = {
    Status.EXACT: "Exact: these words stand in {citation}.",
    Status.FOLDED: "The same words, apart from white space, dashes or quotation marks, stand in {citation}:",
    Status.DIFFERING: "Differing: {citation} has other words.",
    Status.NOT_FOUND: "Not found: no passage holds this wording or one close to it.",
}


def show_wording(console: Console, wording: Wording) -> None:
    """Print how a text stands in the documents, with the document's own words."""
    show(console, clean(_STANDING[wording.status].format(citation=wording.citation)))
    if wording.status is Status.DIFFERING:
        _show_differences(console, wording)
    elif wording.found:
        show(console, clean(wording.words), _INDENT)
    if wording.citation:
        show(console, Text(provenance(wording.citation), "dim"), _INDENT)
    if wording.elsewhere:
        places = counted(len(wording.elsewhere), "other place")
        show(console, Text(f"So it stands in {places}: {_places(wording)}", "dim"), _INDENT)


def _places(wording: Wording) -> str:
    names = [f"{place.source.name}, {place.locator}" for place in wording.elsewhere]
    return clean("; ".join(names[:5]) + ("; …" if len(names) > 5 else ""))


def _show_differences(console: Console, wording: Wording) -> None:
    typed, printed = Text("You typed:     "), Text("The document:  ")
    for each in wording.comparison:
        typed.append(f"{clean(each.typed)} " if each.typed else "", None if each.same else "bold red")
        printed.append(f"{clean(each.printed)} " if each.printed else "", None if each.same else "bold green")
    show(console, typed, _INDENT)
    show(console, printed, _INDENT)
    for each in wording.differences:
        show(console, f"- {_difference(clean(each.typed), clean(each.printed))}", _INDENT)


def _difference(typed: str, printed: str) -> str:
    if not typed:
        return f"left out: “{printed}”"
    if not printed:
        return f"not in the document: “{typed}”"
    return f"“{typed}” is “{printed}” in the document"
