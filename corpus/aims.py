"""The document that a reference means: "S/RES/1138 (1997)", "1138", "968 article", "UNMOT backgrounder, …"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass

from corpus.catalogue import Catalogue, year_of
from corpus.document import Source
from corpus.naming import Named, longest_run, resolutions_in, symbols_of_others_in
from corpus.pinpoint_grammar import pinpoints_in
from corpus.tokens import FILLERS, Token, compact, tokens_of

_CUT = re.compile(r"[,:§¶]")
_NOT_BEFORE_A_NUMBER = frozenset(
    "op ops pp pps para paras par paragraph paragraphs annex part item row table no ( . ¶ § - and or , & to".split()
)


@dataclass(frozen=True, slots=True)
class Aim:
    """The document a reference names, as far as it names one.

    Attributes:
        sources: The documents it may mean.
        rest: The text without the name.
        number: The number of the resolution, where a number names it.
        problem: A sentence where what it names is not here; else None.
    """

    sources: tuple[Source, ...] = ()
    rest: str = ""
    number: str | None = None
    problem: str | None = None


def aim_of(text: str, catalogue: Catalogue) -> Aim | None:
    """Return the document that a folded reference names by name, number, symbol or words; None where it names none."""
    return (
        _by_name(text, catalogue)
        or _by_number(text, catalogue)
        or _by_other_symbol(text, catalogue)
        or _by_words(text, catalogue)
    )


def misspelt_aim_of(text: str, catalogue: Catalogue) -> Aim | None:
    """Return the document that a folded reference names by misspelt words of its name."""
    corrected = " ".join(_respelt(token, catalogue) for token in tokens_of(text))
    return _by_words(corrected, catalogue) if corrected != text else None


def default_aim(text: str, catalogue: Catalogue) -> Aim | None:
    """Return the only document that can be meant where paragraphs and nothing else are named."""
    sources = catalogue.sources if len(catalogue.sources) == 1 else catalogue.resolutions
    return Aim(sources, text) if len(sources) == 1 and pinpoints_in(tokens_of(text), running_text=False) else None


def _by_name(text: str, catalogue: Catalogue) -> Aim | None:
    """Return the document whose whole name stands before a comma, a colon or a section sign."""
    for cut in reversed(list(_CUT.finditer(text))):
        sources = catalogue.by_name.get(compact(text[: cut.start()]), ())
        if sources:
            return Aim(sources, text[cut.start() :])
    return None


def _by_number(text: str, catalogue: Catalogue) -> Aim | None:
    """Return the resolution a text names by its number, or a sentence that it is not here or is of another year."""
    named = _number_meant(text, catalogue)
    if named is None:
        return None
    rest = f"{text[: named.start]} | {text[named.end :]}"
    sources = catalogue.by_number.get(named.number, ())
    run = longest_run(tokens_of(text), catalogue)
    if run is not None:
        if run.start <= named.start < run.end and not named.explicit:
            return Aim(run.sources, f"{text[: run.start]} | {text[run.end :]}")
        if not sources and not named.explicit:
            return None
        sources = tuple(source for source in sources if source in run.sources) or sources
    if not sources:
        return Aim(rest=rest, number=named.number, problem=catalogue.not_held(named.number))
    return Aim(sources, rest, named.number, wrong_year(named, sources))


def wrong_year(named: Named, sources: Sequence[Source]) -> str | None:
    """Return a sentence where a year was given and none of the documents is of it; else None."""
    years = {source: year_of(source) for source in sources}
    if named.year is None or not all(years.values()) or named.year in years.values():
        return None
    return f"S/RES/{named.number} is of {years[sources[0]]}, not of {named.year}: {sources[0].name}."


def _number_meant(text: str, catalogue: Catalogue) -> Named | None:
    """Return the number that names a resolution: one that says so, one after "of", the first, any that is here."""
    numbers = resolutions_in(text)
    explicit = [named for named in numbers if named.explicit]
    if explicit:
        return explicit[0]
    free = [named for named in numbers if _stands_free(text, named)]
    after_of = [named for named in free if re.search(r"\b(?:of|in|from)\ (?:the\ )?$", text[: named.start])]
    first = [named for named in free if not text[: named.start].strip(" [(\"'")]
    here = [named for named in free if named.number in catalogue.by_number]
    return next(iter((*reversed(after_of), *first, *here)), None)


def _stands_free(text: str, named: Named) -> bool:
    """Tell whether a number can name a document: not "6" in "6 (d)", "6d" and "para 6"."""
    before = tokens_of(text[: named.start])
    if before and (before[-1].text in _NOT_BEFORE_A_NUMBER or before[-1].is_number):
        return False
    after = text[named.end :]
    if re.match(r"[a-z]|\.\(|(?:st|nd|rd|th)\b", after):
        return False
    return int(named.number) > 200 or re.match(r"\s?\([a-z]{1,4}\)", after) is None


def _by_other_symbol(text: str, catalogue: Catalogue) -> Aim | None:
    for symbol, start, end in symbols_of_others_in(text):
        sources = catalogue.by_name.get(compact(symbol), ())
        rest = f"{text[:start]} | {text[end:]}"
        if sources:
            return Aim(sources, rest)
        return Aim(rest=rest, problem=f"{symbol.upper()} is not among the documents; {catalogue.holdings()}.")
    return None


def _by_words(text: str, catalogue: Catalogue) -> Aim | None:
    run = longest_run(tokens_of(text), catalogue)
    return None if run is None else Aim(run.sources, f"{text[: run.start]} | {text[run.end :]}")


def _respelt(token: Token, catalogue: Catalogue) -> str:
    known = not token.is_word or token.text in catalogue.by_word or token.text in FILLERS
    return token.text if known else catalogue.corrected(token.text) or token.text
