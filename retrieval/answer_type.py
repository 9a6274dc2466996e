"""The kind of thing a question asks for, and whether a text holds one that the question does not already have.

A question that asks "how many" is not answered by a sentence without a number, however well its words fit: what the
field calls the expected answer type. A number, date or name that the question itself gives is no answer to it.

Source: the taxonomy follows Li and Roth, Learning Question Classifiers (2002), cut down to the kinds that a surface
pattern can tell in a text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import lru_cache


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
# Patterns that are held against whole passages ask once whether a word begins, and then which: asked of each kind of
# word anew, a passage took three times as long.
_DAY, _YEAR = rf"(?:\d{{1,2}}(?:st|nd|rd|th)? )?{_MONTH}(?: \d{{4}}\b)?", r"(?:1[5-9]|20)\d\ds?\b"
_DATE = rf"\b(?:{_DAY}|{_YEAR})"
# Wider than a date that is surely no quantity: "in 1300" may be a year and may be a number.
_WHEN = (
    rf"\b(?:{_DAY}|{_YEAR}"
    r"|1[0-4]\d\d\b|(?:in|since|until|by|about|around|circa|AD|before|after) \d{3,4}\b"
    r"|\d+ (?:BCE?|AD|CE)\b|\w+(?:st|nd|rd|th)[ -]centur(?:y|ies)\b|\d\ds\b|(?:early|mid|late)[ -]\w+ies\b"
    r"|(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)days?\b|(?:spring|summer|autumn|fall|winter) of\b)"
)
_NUMBER_WORD = (
    r"(?:one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|thirteen|fourteen|fifteen|sixteen|seventeen"
    r"|eighteen|nineteen|twenty|thirty|forty|fifty|sixty|seventy|eighty|ninety|hundred|thousand|million|billion"
    r"|dozen|half|third|both|none)"
)

_OFFICES = (
    "person|man|woman|guy|envoy|representative|leader|chief|head|commander|general|president|minister|ambassador|judge"
)

_PLACES = r"(?:countr(?:y|ies)|states?(?!\ that)|cit(?:y|ies)|towns?|villages?|places?|regions?|rivers?|islands?)"
_IS = r"(?:is|was|were|are|be|'s|’s)"

_DEFINED = re.compile(
    r"""
    \bstands?\ (?:for|4)\b | \bmean(?:ing)?\b | \bdefin(?:e|es|ition)\b | \bfull\ (?:name|form|title)\b
    | (?<!\bby\ what\ )(?<!\bby\ which\ )(?<!\bthe\ )(?<!\ball\ )(?<!\bother\ )(?<!necessary\ )(?<!military\ )\bmeans\b
    | \bshort\ for\b | \babbreviat | \bacronym | \bspell(?:ed)?\ (?:it\ )?out\b | \blong\ (?:name|form)\b""",
    re.IGNORECASE | re.VERBOSE,
)

# How the clause begins that asks. The order decides where several fit: the more specific first.
_CLAUSES = (
    (AnswerType.DURATION, r"""
        how\ (?:long|often)\b | how\ (?:many|much)\ (?:more\ )?(?:time|minutes|hours|days|weeks|months|years)\b"""),
    (AnswerType.MONEY, r"""
        how\ much\ (?:.*\b)?(?:costs?|pay|paid|spen[dt]|fund|funding|worth|price|money|budget|earn|dollars?)\b
        | (?:what|which)\ (?:\w+\ ){0,4}(?:costs?|budget|price|salary|fee)\b"""),
    (AnswerType.NUMBER, rf"""
        how\ (?:many|much|big|large|tall|high|far|old|fast|deep|wide|heavy)\b
        | (?:what|which)\ (?:\w+\ )?(?:number|percentage|percent|proportion|share|size|age)\b
        | what\ {_IS}\ (?:\w+\ ){{0,3}}(?:number|strength|total|size|population|percentage|count|age)\b"""),
    (AnswerType.VOTE, rf"(?:what|how)\ (?:{_IS}|did)\ (?:\w+\ ){{0,2}}(?:votes?|voting|veto)\b"),
    (AnswerType.DATE, rf"""
        when\b | (?:what|which)\ (?:\w+\ )?(?:date|day|month|year|century|decade|time)s?\b | how\ soon\b
        | what\ {_IS}\ (?:\w+\ ){{0,3}}(?:date|deadline)\b"""),
    (AnswerType.PERSON, rf"""
        who\ (?:is|was)\ (?:the|his|her|their|its|that|this|a)\b | (?:what|which)\ (?:{_OFFICES}|diplomat)\b
        | what\ {_IS}\ (?:his|her)\ name\b
        | what\ {_IS}\ (?:the\ )?name\ of\ (?:the\ )?(?:\w+\ ){{0,2}}(?:{_OFFICES})\b"""),
    (AnswerType.PLACE, rf"""
        where\b | (?:what|which)\ (?:\w+\ )?{_PLACES}\b | what\ {_IS}\ (?:\w+\ ){{0,2}}capital\b"""),
    (AnswerType.NAME, rf"who(?:m|se)?\b | (?:what|which)\ organi[sz]ations?\b | what\ {_IS}\ (?:the\ )?names?\b"),
)  # fmt: skip

# What stands anywhere in a question without such a clause: "vote on 968", "did anyone abstain", "strength in 1997".
_FRAGMENTS = (
    (AnswerType.VOTE, r"""
        \bvot(?:e|es|ed)\b | \bveto | \babstain\w*\b(?!\ from) | \babstention | \bunanimous | \bin\ favou?r\b"""),
    (AnswerType.MONEY, r"\bcosts?\b | \bbudget | \bmoney\b | \bdollars?\b | \bprice\b | [$€£] | \bsalary\b | \bpaid\b"),
    (AnswerType.DURATION, r"\bduration\b"),
    (AnswerType.DATE, r"""
        ^(?:the\ )?(?:day|year)\b | \bdates?\b | \bdeadline\b | \bexpir | \bmonth\b | \buntil\s*\?"""),
    (AnswerType.NUMBER, r"""
        \b(?:head\ ?)?count\b | \bpercentage?\b | \bsize\ of\b | \bstrength\b | \btotal\b | \bnumber\b"""),
    (AnswerType.PERSON, rf"\bname[sd]?\b .* \b(?:{_OFFICES})s?\b"),
    (AnswerType.PLACE, rf"\bcapital\b | ^(?:the\ )?{_PLACES}\b"),
    (AnswerType.NAME, r"\bname[sd]?\b"),
)  # fmt: skip

Patterns = tuple[tuple[AnswerType, re.Pattern[str]], ...]


def _compiled(patterns: Sequence[tuple[AnswerType, str]]) -> Patterns:
    return tuple((kind, re.compile(pattern, re.IGNORECASE | re.VERBOSE)) for kind, pattern in patterns)


_CLAUSE_PATTERNS, _FRAGMENT_PATTERNS = _compiled(_CLAUSES), _compiled(_FRAGMENTS)
_ASKING = re.compile(r"\b(?:who(?:m|se)?|what|which|when|where|why|how)\b", re.IGNORECASE)
# A clause before the one that asks: "When rich countries trade with poor ones, whose wages rise?"
_LEADING = re.compile(
    r"^\W*(?:when|where|if|while|after|before|as|since|given|besides|because)\b[^,?]*,(?=.*\b(?:wh|how\b))",
    re.IGNORECASE,
)
_YES_OR_NO = re.compile(
    r"^\W*(?:did|does|do|is|are|was|were|has|have|had|can|could|will|would|should|must)\b(?! you\b)", re.IGNORECASE
)

# What looks like a number and counts nothing: dates, symbols, resolutions, articles, a paragraph's own number.
_NO_QUANTITY = re.compile(
    rf"\b(?:{_DAY}|{_YEAR}|[A-Z]+/[\w/().]+|resolutions? \d+(?: \(\d{{4}}\))?"
    r"|(?:paragraphs?|articles?|chapter) [\dIVXLC]+)"
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
    AnswerType.DATE: re.compile(_WHEN),
    AnswerType.DURATION: re.compile(
        (
            rf"\b(?:(?:\d+|{_NUMBER_WORD}|a|several|few|many)[\s-]+(?:further |additional |more )?"
            r"(?:second|minute|hour|day|week|month|year|decade|century|centurie)s?\b"
            rf"|(?:until|since) (?:(?:\d{{1,2}} )?{_MONTH}|\d{{4}})|(?:bi)?monthly\b|(?:bi)?weekly\b|annual\w*"
            rf"|daily\b|(?:every|each) \w+|from {_DAY}|{_YEAR} to\b)"
        ).lower()
    ),
    AnswerType.NUMBER: re.compile(rf"\d[\d,.]*|\b{_NUMBER_WORD}\b"),
    AnswerType.MONEY: re.compile(r"[$€£]\s?\d[\d,.]*|\d[\d,.]*\s(?:\w+\s)?(?:dollars?|euros?)|\busd?\s?\d"),
    AnswerType.VOTE: re.compile(
        r"\b(?:votes?\b|veto\w*|abst\w+|unanim\w+|in favou?r\b|for:|against:|without (?:a )?vote\b)"
    ),
    AnswerType.NAME: re.compile(_NAME),
    AnswerType.PLACE: re.compile(
        rf"(?:\b(?:in|at|to|from|near|along|into|of|and|between|the)|,) {_NAME}|\b(?:in|of) the \w+ (?:part|region)\b"
    ),
    AnswerType.PERSON: re.compile(_NAME),
}


_NAMES = (AnswerType.NAME, AnswerType.PERSON, AnswerType.PLACE)
# Sought in lower case: a pattern that folds case itself tries its words one by one.
_IN_ANY_CASE = (AnswerType.DURATION, AnswerType.NUMBER, AnswerType.MONEY, AnswerType.VOTE)


# "from 15 May to 15 November 1999", "between may and november 1999"
_PERIOD = re.compile(
    rf"\b(?:from|between)\s+(?:\d{{1,2}}\s+)?(?P<first>{_MONTH})(?:\s+(?P<first_year>\d{{4}}))?\s+(?:to|and|until|till|-)\s+"
    rf"(?:\d{{1,2}}\s+)?(?P<last>{_MONTH})\s+(?P<last_year>\d{{4}})",
    re.IGNORECASE,
)


# "who abstained", "how many voted for it": whoever is asked for, the vote tells.
_VOTED = re.compile(
    r"""\b(?:abstain\w*(?!\ from)\b|abstentions?|vetoe?[ds]?
    |vot(?:e|es|ed|ing)\ (?:for|against|on|was|in\ favou?r))\b""",
    re.IGNORECASE | re.VERBOSE,
)
_REFRAINING = re.compile(r"^\W*from\ (?:what|which)\b.*\babstain", re.IGNORECASE | re.DOTALL)


def asked_for(question: str) -> AnswerType:
    """Return the kind of thing a question asks for.

    The first word that asks decides, not one in a clause further on: "what happened when …" asks for no date.
    """
    if _DEFINED.search(question):
        return AnswerType.DEFINITION
    if _VOTED.search(question) and not _REFRAINING.search(question):
        return AnswerType.VOTE
    text = _LEADING.sub("", question)
    asking = _ASKING.search(text)
    if asking is None:
        return _kind(_FRAGMENT_PATTERNS, text)
    before, clause = text[: asking.start()], text[asking.start() :]
    if _YES_OR_NO.match(text):
        return _kind(_FRAGMENT_PATTERNS, before)
    kind = next((kind for kind, pattern in _CLAUSE_PATTERNS if pattern.match(clause)), AnswerType.OTHER)
    return _kind(_FRAGMENT_PATTERNS, before) if kind is AnswerType.OTHER else kind


def _kind(patterns: Patterns, text: str) -> AnswerType:
    return next((kind for kind, pattern in patterns if pattern.search(text)), AnswerType.OTHER)


def can_tell(kind: AnswerType) -> bool:
    """Tell whether a text shows whether it holds a thing of this kind."""
    return kind in _HELD


def holds(text: str, kind: AnswerType, question: str) -> bool:
    """Tell whether `text` holds a thing of this kind that `question` does not give; True where no pattern can tell."""
    if kind not in _HELD:
        return True
    given = _words(question)
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
    if kind in _IN_ANY_CASE:
        text = text.lower()
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


@lru_cache(maxsize=1_000)  # of a question again for each passage
def _words(text: str) -> frozenset[str]:
    return frozenset(re.findall(r"\w+", text.lower()))
