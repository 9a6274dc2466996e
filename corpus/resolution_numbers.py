"""Which numbers of a question are a resolution's, and which are years, dates, troops and money."""

from __future__ import annotations

import re

from corpus.aims import wrong_year
from corpus.catalogue import Catalogue
from corpus.naming import Named
from corpus.tokens import tokens_of

_MONTH = (
    r"(?:jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?"
    r"|nov(?:ember)?|dec(?:ember)?)\b\.?"
)
_YEAR = r"(?:'?[0-9]{2}|(?:19|20)[0-9]{2})\b"
_NO_NAME = re.compile(
    rf"""
    \b[0-9]{{1,2}}(?:st|nd|rd|th)?\ (?:of\ )?{_MONTH}(?:,?\ {_YEAR})?                # 15 May 1998
  | \b{_MONTH}\ [0-9]{{1,2}}(?:st|nd|rd|th)?(?:,\ ?[0-9]{{4}}\b|(?![0-9]))           # May 15, 1998
  | \b{_MONTH},?\ {_YEAR}                                                          # May 1998
  | \b[0-9]{{1,4}}[-/][0-9]{{1,2}}[-/][0-9]{{1,4}}\b                               # 15/5/98
  | \b[0-9]{{1,2}}:[0-9]{{2}}\b | \b[0-9]{{3,4}}\ ?(?:hours|hrs|gmt|utc)\b         # 10:30, 0800 hours
  | [$€£¥]\ ?[0-9][0-9.,]* | \b[0-9][0-9.,]*\ ?(?:%|percent\b|per\ cent\b|[$€£¥])  # money, shares
    """,
    re.VERBOSE,
)
# A paragraph right after a number, "340 op3", "2140 21(c)", or right before it, "para 1(b) of 378", "which op of 1973".
_PARAGRAPH_AFTER = re.compile(
    r"""
    \s?[,:;-]?\s? (?:
        (?:ops?|pps?|paras?|pars?|paragraphs?|clause|operative|preambular|[¶§]) [\s.]?
            (?:para(?:graph)?s?[\s.]{0,2})? [0-9(]
      | (?:the\ )?(?:preamb(?:le|ular)|annex|operative\ para)
      | (?:[0-9]{1,2}(?:st|nd|rd|th)|first|second|third|fourth|fifth|last)\ (?:operative|preamb|para)
      | [0-9]{1,3}(?:\s?\([a-z]{1,4}\)|[a-z]\b) )
    """,
    re.VERBOSE,
)
_PARAGRAPH_BEFORE = re.compile(
    r"""
    (?: \b(?:ops?|pps?|paras?|pars?|paragraphs?|clause|preamble|preambular|annex(?:es)?|text|wording)(?![a-z]) | [¶§] )
    [\s.]{0,2}
    (?: [0-9] | \([a-z0-9]{1,4}\) | [a-z]\b | [-,&\s.] | and\b | to\b )*
    \b(?:of|in|from|under)\ (?:the\ )?$
    """,
    re.VERBOSE,
)
_OTHER_NUMBERS = re.compile(
    r"\b(?:articles?|arts?\.?|sections?|chapter|rules?|regulations?|part|phase|title|protocol|page|volume|war|no\.?)\ $"
)
_OF_RESOLUTIONS = re.compile(
    r"\b(?:mandates?|resolutions?|res|unsc|scr|sg|secretary-general|preamble|preambular|paragraphs?|paras?|ops?)\b"
)
_BEFORE_A_RESOLUTION = frozenset(
    "of in under per on did does wrote drafted adopted passed vetoed sponsored violates violated implement implements "
    "recalls cites quote summarise summarize explain extends amends compare whats what's".split()
)
_BEFORE_ITS_NUMBER = re.compile(
    r"\b(?:acc(?:ording)?\.?\ to|compared\ (?:to|with)|(?:what|tell\ me|says?|know)\ about|difference\ between)\ $"
)
# "a force of 300": what is counted before "of".
_AMOUNTS = frozenset(
    "force total size number strength maximum minimum ceiling sum group team contingent unit average "
    "crowd convoy amount cost toll majority population height length distance area speed temperature age "
    "range score list".split()
)
_COUNTED = frozenset(
    "people ppl police personnel men women staff military civilian armed million billion thousand hundred "
    "more other extra additional new strong odd ad bc bce ce am pm km kg m ft mm year month day hour seat "
    "vote child children of or per".split()
)
_NOT_PLURAL = frozenset("says does was is has asks wants means decides covers versus vs this whats wheres whos".split())


def without_dates_and_money(text: str) -> str:
    """Return a folded text with a stroke for each date, time of day, sum and share."""
    return _NO_NAME.sub(" | ", text)


def is_resolution(named: Named, text: str, catalogue: Catalogue, after_another: bool) -> bool:
    """Tell whether a number in a question is a resolution's; in doubt it is not.

    Args:
        named: The number.
        text: The question, folded, without dates and money.
        catalogue: Of the documents.
        after_another: Whether it goes on with a list, "968 and 1138", in which the number before was one.
    """
    if named.explicit:
        return named.by_symbol or not text[named.start].isdecimal() or _is_plausible(named, catalogue)
    before, after = text[max(0, named.start - 80) : named.start], text[named.end : named.end + 80]
    if _OTHER_NUMBERS.search(before):
        return False
    of_paragraph = _PARAGRAPH_BEFORE.search(before) is not None and re.match(r"\w|'", after) is None
    if of_paragraph or _PARAGRAPH_AFTER.match(after):
        return named.number in catalogue.by_number or (len(named.number) >= 3 and not _is_year(named.number))
    if re.match(r"\w|'|-\w", after) or len(named.number) < 3 or named.number not in catalogue.by_number:
        return False
    if _is_year(named.number) or _counts_something(after):
        return False
    if len(named.number) == 4 and int(named.number) < 1900 and re.search(r"\b(?:in|of)\ (?:the\ )?$", before):
        return _OF_RESOLUTIONS.search(text) is not None  # "in 1763" is a year of history, if nothing says otherwise
    return after_another or _is_introduced(before)


def _is_plausible(named: Named, catalogue: Catalogue) -> bool:
    """Tell whether "40 (1994)" is a resolution: of at least three digits, or here and of that year."""
    sources = catalogue.by_number.get(named.number, ())
    return len(named.number) >= 3 or (bool(sources) and wrong_year(named, sources) is None)


def _is_year(number: str) -> bool:
    return 1900 <= int(number) <= 2035


def _is_introduced(before: str) -> bool:
    """Tell whether what stands before a number lets it be a resolution's: nothing, or a word like "in" or "does"."""
    words = [token.text for token in tokens_of(before)]
    if not words or _BEFORE_ITS_NUMBER.search(before):
        return True
    if words[-1] == "of" and len(words) > 1 and words[-2] in _AMOUNTS:
        return False
    return words[-1] in _BEFORE_A_RESOLUTION


def _counts_something(after: str) -> bool:
    """Tell whether a number counts what follows: "40 observers", "300 russian soldiers"."""
    for token in tokens_of(after)[:2]:
        if not token.is_word:
            return False
        plural = (
            token.text.endswith("s") and "'" not in token.text and len(token.text) > 3 and token.text not in _NOT_PLURAL
        )
        if plural or token.text in _COUNTED:
            return True
    return False
