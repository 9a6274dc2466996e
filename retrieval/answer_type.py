"""The kind of thing a question asks for, and whether a text holds one that the question does not already have.

A question that asks "how many" is not answered by a sentence without a number, however well its words fit: what the
field calls the expected answer type. A number, date or name that the question itself gives is no answer to it.

Source: the taxonomy follows Li and Roth, Learning Question Classifiers (2002), cut down to the kinds that a surface
pattern can tell in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import StrEnum


class AnswerType(StrEnum):
    """What is asked for."""

    DEFINITION = "definition"
    VOTE = "vote"
    MONEY = "money"
    DURATION = "duration"
    DATE = "date"
    NUMBER = "number"
    PERSON = "person"
    PLACE = "place"
    NAME = "name"
    OTHER = "other"


_MONTH = r"(?:January|February|March|April|May|June|July|August|September|October|November|December)"
_DATE = rf"\b(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH}(?: \d{{4}}\b)?|\b(?:1[5-9]|20)\d\d\b"
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
    r"|dozen|half|third|both|none)"
)

_OFFICES = (
    "person|man|woman|guy|envoy|representative|leader|chief|head|commander|general|president|minister|ambassador|judge"
)

# The order decides where several fit: the more specific first.
_ASKED = (
    (AnswerType.DEFINITION, r"""
        \bstands?\ (?:for|4)\b | \bmean(?:s|ing)?\b | \bdefin(?:e|es|ition)\b | \bfull\ (?:name|form|title)\b
        | \bshort\ for\b | \babbreviat | \bacronym | \bspell(?:ed)?\ (?:it\ )?out\b | \blong\ (?:name|form)\b"""),
    (AnswerType.VOTE, r"\bvot(?:e|es|ed)\b | \bveto | \babstain | \babstention | \bunanimous | \bin\ favou?r\b"),
    (AnswerType.MONEY, r"""
        \bcosts?\b | \bbudget | \bmoney\b | \bdollars?\b | \bprice\b | [$€£] | \bsalary\b | \bpaid\b
        | \bhow\ much\b .* \b(?:pay|paid|spend|spent|fund)"""),
    (AnswerType.DURATION, r"""
        \bhow\ long\b | \bhow\ many\ (?:more\ )?(?:days|weeks|months|years)\b | \bduration\b | \bhow\ often\b"""),
    (AnswerType.DATE, r"""
        \bwhen\b | \b(?:what|which)\ (?:date|day|month|year)\b | ^(?:the\ )?(?:day|year)\b | \bdates?\b
        | \bdeadline\b | \bexpir | \bwhat\ time\b | \b(?:until|till|since|by)\ (?:what|when|which)\b | \bmonth\b
        | \bhow\ soon\b | \buntil\s*\?"""),
    (AnswerType.NUMBER, r"""
        \bhow\ many\b | \bnumber\ of\b | \bhow\ much\b | \b(?:head\ ?)?count\b | \bhow\ (?:big|large)\b
        | \bpercentage?\b | \bsize\ of\b | \bstrength\b | \btotal\b | \bnumber\b"""),
    (AnswerType.PERSON, rf"""
        \bnamed?\b .* \b(?:who|{_OFFICES})s?\b | \bwho\ (?:was|is)\ (?:the|his|her|their|its|that|this|a)\b
        | \bwhat\ (?:was|is)\ (?:his|her)\ name\b | \bname\ of\ (?:the\ )?(?:\w+\ ){{0,2}}(?:{_OFFICES})\b
        | \bwhich\ (?:{_OFFICES}|diplomat)\b"""),
    (AnswerType.PLACE, r"""
        \bwhere\b | \b(?:what|which)\ (?:\w+\ )?(?:countr(?:y|ies)|states?|cit(?:y|ies)|towns?|places?|region|river)\b
        | \bcapital\b | ^(?:the\ )?(?:countries|cities|towns|places)\b"""),
    (AnswerType.NAME, r"\bwho(?:m|se)?\b | \bname[sd]?\b | \bwhich\ organi[sz]ations?\b"),
)  # fmt: skip
_ASKED_PATTERNS = tuple((kind, re.compile(pattern, re.IGNORECASE | re.VERBOSE)) for kind, pattern in _ASKED)

# What looks like a number and counts nothing: dates, symbols, resolutions, articles, a paragraph's own number.
_NO_QUANTITY = re.compile(
    rf"{_DATE}|\b[A-Z]+/[\w/().]+|\bresolutions? \d+(?: \(\d{{4}}\))?|\b(?:paragraphs?|articles?|chapter) [\dIVXLC]+"
    r"|\(\d{4}\)|^\s*\(?[\da-z]{1,4}[.)]",
)
_NAME = r"[\"“‘(]?[A-Z][\w'’-]+(?: (?:of |the |and |de |al-)?[A-Z][\w'’-]+)*"
# Capitalised, and no name of a person: months, offices, bodies, the words around them.
_NO_PERSON = re.compile(
    rf"\b(?:{_MONTH}|The|This|These|In|On|At|It|He|She|They|By|As|For|United|Nations|Security|Council|Secretary|General"
    r"|Secretary-General|Special|Envoy|Envoys|Representative|President|Government|Governments|Agreement|Commission"
    r"|Mission|Head|Chief|State|States|Member|Republic|Federation|Committee|Assembly|Force|Forces|Minister|Office"
    r"|Peacekeeping|Organization|Commonwealth|Union|Court|Parliament|Council's|National|International|Joint|Central"
    r"|[A-Z]{2,}\w*)\b"
)
_NO_PLACE = re.compile(rf"\b(?:President|Mr\.|Ms\.|Mrs\.|Dr\.) {_NAME}|{_NO_PERSON.pattern}")

_HELD = {
    AnswerType.DATE: re.compile(_DATE),
    AnswerType.DURATION: re.compile(
        rf"\b(?:\d+|{_NUMBER_WORD}|a)[\s-]+(?:further |additional |more )?(?:minute|hour|day|week|month|year)s?\b"
        rf"|\buntil (?:\d{{1,2}} )?{_MONTH}|\b(?:bi)?monthly\b|\b(?:bi)?weekly\b|\bannual\w*|\bdaily\b|\bevery \w+"
        rf"|\bfrom {_DATE} to\b",
        re.IGNORECASE,
    ),
    AnswerType.NUMBER: re.compile(rf"\d[\d,.]*|\b{_NUMBER_WORD}\b", re.IGNORECASE),
    AnswerType.MONEY: re.compile(
        r"[$€£]\s?\d[\d,.]*|\d[\d,.]*\s(?:\w+\s)?(?:dollars?|euros?)|\bUSD?\s?\d",
        re.IGNORECASE,
    ),
    AnswerType.VOTE: re.compile(
        r"\bvotes?\b|\bveto\w*|\babst\w+|\bunanim\w+|\bin favou?r\b|\bFor:|\bAgainst:|\bwithout (?:a )?vote\b",
        re.IGNORECASE,
    ),
    AnswerType.NAME: re.compile(_NAME),
    AnswerType.PLACE: re.compile(
        rf"(?:\b(?:in|at|to|from|near|along|into|of|and|between|the)|,) {_NAME}|\b(?:in|of) the \w+ (?:part|region)\b"
    ),
    AnswerType.PERSON: re.compile(_NAME),
}


_NAMES = (AnswerType.NAME, AnswerType.PERSON, AnswerType.PLACE)


# "from 15 May to 15 November 1999", "between may and november 1999"
_PERIOD = re.compile(
    rf"\b(?:from|between)\s+(?:\d{{1,2}}\s+)?(?P<first>{_MONTH})(?:\s+(?P<first_year>\d{{4}}))?\s+(?:to|and|until|till|-)\s+"
    rf"(?:\d{{1,2}}\s+)?(?P<last>{_MONTH})\s+(?P<last_year>\d{{4}})",
    re.IGNORECASE,
)


def asked_for(question: str) -> AnswerType:
    """Return the kind of thing a question asks for."""
    return next((kind for kind, pattern in _ASKED_PATTERNS if pattern.search(question)), AnswerType.OTHER)


def holds(text: str, kind: AnswerType, question: str) -> bool:
    """Tell whether `text` holds a thing of this kind that `question` does not give; True where no pattern can tell."""
    if kind not in _HELD:
        return True
    given = frozenset(re.findall(r"\w+", question.lower()))
    return any(not _words(found) <= given for found in _found(text, kind))


def period_in(question: str) -> tuple[str, str] | None:
    """Return the two ends of the period a question is about, ("May 1999", "November 1999"), or None."""
    period = _PERIOD.search(question)
    if period is None:
        return None
    first_year = period["first_year"] or period["last_year"]
    return f"{period['first'].title()} {first_year}", f"{period['last'].title()} {period['last_year']}"


def _found(text: str, kind: AnswerType) -> Iterator[str]:
    """Yield the things of a kind in a text."""
    if kind is AnswerType.NUMBER:
        text = _NO_QUANTITY.sub(" | ", text)
    for match in _HELD[kind].finditer(text):
        found = match.group()
        if kind is AnswerType.PERSON:
            found = _NO_PERSON.sub(" ", found)
        if kind is AnswerType.PLACE:
            found = _NO_PLACE.sub(" ", found)
        if kind in _NAMES and _begins_sentence(text, match):
            continue
        if re.search(r"\w", found) and (kind not in _NAMES or re.search(r"[A-Z]|\b(?:part|region)$", found)):
            yield found


def _begins_sentence(text: str, match: re.Match[str]) -> bool:
    """Tell whether a lone capitalised word stands where any word would have a capital."""
    return " " not in match.group() and (match.start() == 0 or text[: match.start()].rstrip()[-1:] in ".)")


def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))
