"""Is a passage the one a question wants, and is it cited as it should be?

Gold answers come from many hands: their white space differs from the document's, and so does the way they name a
paragraph ("operative paragraph 6(d)", "para. 6 (d)"). What is folded here is only what does not change the meaning.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import PurePosixPath

from corpus.document import fold


def file_name(document_id: str) -> str:
    """Return what tells a document from others, whatever folder it is in."""
    return PurePosixPath(document_id).name


def holds_answer(text: str, answers: Sequence[str]) -> bool:
    """Tell whether the text contains one of the answers word for word, white space folded."""
    folded = fold(text)
    return any(fold(answer) in folded for answer in answers)


def shares_words(text: str, wanted: Sequence[str]) -> bool:
    """Tell whether the text and one of those wanted contain each other, white space folded."""
    folded = fold(text)
    return any(each in folded or folded in each for each in map(fold, wanted)) if folded else False


def locators_agree(locator: str, wanted: Sequence[str]) -> bool:
    """Tell whether a locator names the same passage as one of those wanted."""
    return any(_names(locator, one) for each in wanted for one in _alternatives(each))


def paragraphs_agree(locator: str, wanted: Sequence[str]) -> bool:
    """Tell whether a locator lies in the same whole paragraph as one of those wanted, sub-paragraphs left aside."""
    whole = [_SUB_PARAGRAPH.sub("", one) for each in wanted for one in _alternatives(each)]
    return locators_agree(_SUB_PARAGRAPH.sub("", locator), whole)


_SUB_PARAGRAPH = re.compile(r"\s*\([a-z0-9]{1,5}\)|, item \d+", re.IGNORECASE)

# "operative paragraph 1 (446) / operative paragraph 1 (2334)": either will do; the number is the resolution's.
_BETWEEN_ALTERNATIVES = re.compile(r"\s+/\s+")
_RESOLUTION_NUMBER = re.compile(r"\s*\(\d{3,}\)$")

# What a gold locator may say of passages that it does not tell apart, and the house locators it then covers.
_WIDE = (
    (re.compile(r"preamble"), r"preambular para\. .+"),
    (re.compile(r"unnumbered operative paragraph"), r"operative para\. .+"),
    (re.compile(r"vote line\b.*"), r"note of adoption.*"),
    (re.compile(r"((?:annex|part) \w+)"), r"\1, .+"),
)

# A dotted number with what hangs on it ("18.8.2", "6", "2a"), or a word; dots, commas and brackets only separate.
_TOKEN = re.compile(r"\d\w*(?:\.\d\w*)*|\w+")
_SAYS_NOTHING = frozenset({"operative", "para", "paras", "paragraph", "paragraphs"})


def _alternatives(wanted: str) -> list[str]:
    parts = _BETWEEN_ALTERNATIVES.split(wanted)
    return [wanted] if len(parts) == 1 else [wanted, *(_RESOLUTION_NUMBER.sub("", part) for part in parts)]


def _names(locator: str, wanted: str) -> bool:
    given, asked = fold(locator).casefold(), fold(wanted).casefold()
    if _tokens(given) == _tokens(asked):
        return True
    return any(
        re.fullmatch(wide.expand(covered), given) for pattern, covered in _WIDE if (wide := pattern.fullmatch(asked))
    )


def _tokens(locator: str) -> tuple[str, ...]:
    """Return what counts in a locator: its headings, numbers and letters."""
    words = ("preamble" if word == "preambular" else word for word in _TOKEN.findall(locator))
    return tuple(word for word in words if word not in _SAYS_NOTHING)
