"""Lines that are never content: rules, menus, page numbers, the footers of web pages."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise

from corpus.formats.lines import Line

_RULE = re.compile(r"(?:[-=_*~–—·•#]\s?){3,}")
_PAGE_NUMBER = re.compile(
    r"""
      (?: - | – | \[ )? \s? \d{1,4} \s? (?: - | – | \] )?         # "- 12 -", "12"
    | (?i: page ) \s \d{1,4} (?: \s (?: of | / ) \s \d{1,4} )?    # "Page 3 of 10"
    """,
    re.VERBOSE,
)
_MENU_WORD = re.compile(
    r"""\b (?: main\ page | home | home\ ?page | back | top | next | previous | prev | contents | index | search | menu
           | site\ ?map | contact | contact\ us | help | print )\b""",
    re.VERBOSE | re.IGNORECASE,
)
_FOOTER = re.compile(
    r"""
      (?: prepared | maintained | designed | hosted ) \s (?: for | by ) \b
    | copyright \b | ©
    | \( c \) \s* (?: copyright\b .* | .{0,60} \b (?: 19 | 20 ) \d\d \.? ) $
    | all \s rights \s reserved
    | last \s (?: updated | modified | revised | reviewed ) \b
    | (?: page | site | web \s? page ) \s (?: last \s )? (?: updated | maintained ) \b
    | (?: back | return ) \s to \s (?: the \s )? (?: top | home | main | contents ) \b
    | (?: printed | retrieved | downloaded ) \s from \b
    """,
    re.VERBOSE | re.IGNORECASE,
)
_LONGEST_FOOTER = 250
_LONGEST_MENU = 200

# A page of the United Nations that is no official document: its Department of Public Information signs it.
_UNITED_NATIONS = re.compile(
    r"\(c\)\s*United Nations|©\s*United Nations|Copyright[^\n]*United Nations|Department of Public Information"
    r"|Department of Global Communications|United Nations Publications?\b",
    re.IGNORECASE,
)


def is_rule(line: str) -> bool:
    """Tell whether `line` only divides: "-----", "* * *"."""
    return _RULE.fullmatch(line) is not None


def is_menu(line: str) -> bool:
    """Tell whether `line` is a row of links: short names between bars, one of them such as "Home"."""
    names = [name.strip(" .") for name in line.split("|")]
    filled = [name for name in names if name]
    return (
        len(names) > 2
        and len(line) <= _LONGEST_MENU
        and any(_MENU_WORD.search(name) for name in filled)
        and all(len(name) <= 30 for name in filled)
    )


def is_footer(line: str) -> bool:
    """Tell whether `line` is what web pages end with; ask only about the first and last lines of a text."""
    return len(line) <= _LONGEST_FOOTER and _FOOTER.match(line) is not None


def is_united_nations_page(furniture: str) -> bool:
    """Tell whether the furniture of a page says that the United Nations published it."""
    return _UNITED_NATIONS.search(furniture) is not None


def furniture_in(lines: Sequence[Line]) -> frozenset[int]:
    """Return the indices of the lines of a plain text that are not content, however they are told."""
    everywhere = {index for index, line in enumerate(lines) if is_rule(line.text) or is_menu(line.text)}
    forwards = range(len(lines))
    at_the_ends = {*_footers(forwards, lines, everywhere), *_footers(forwards[::-1], lines, everywhere)}
    return frozenset(everywhere | at_the_ends | set(_page_numbers(lines)))


def _footers(order: Sequence[int], lines: Sequence[Line], known: set[int]) -> Iterator[int]:
    """Yield the footer lines met in `order` before the first line that is none."""
    for index in order:
        text = lines[index].text
        if text and index not in known:
            if not is_footer(text) or _is_third_item(lines, index):
                return
            yield index


def _is_third_item(lines: Sequence[Line], index: int) -> bool:
    """Tell whether "(c)" on a line is the letter after "(b)", not a copyright."""
    before = lines[max(0, index - 12) : index]
    return lines[index].text.startswith("(c)") and any(line.text.startswith("(b)") for line in before)


def _page_numbers(lines: Sequence[Line]) -> Iterator[int]:
    """Yield the lines that hold a page number, if there are several and they stand alone."""
    alone = [
        index
        for index, line in enumerate(lines)
        if _PAGE_NUMBER.fullmatch(line.text)
        and not (index and lines[index - 1].text)
        and not (index + 1 < len(lines) and lines[index + 1].text)
    ]
    numbers = [int(re.sub(r"\D", " ", lines[index].text).split()[0]) for index in alone]
    if len(alone) > 1 and all(a < b for a, b in pairwise(numbers)):
        yield from alone
