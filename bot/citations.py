"""A citation to copy: as a sentence, in Markdown, and for BibTeX. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from bot.markdown import shortened
from corpus.citation import Citation, cite
from corpus.document import Kind, Passage, Source, in_words

_BRACES = re.compile(r"[{}\\]")
_SPECIAL = re.compile(r"([&%$#_])")
_BRACKETS = re.compile(r"([\\\[\]])")

_LONGEST = 150
"""Characters of a title and of a locator; both are made of headings, which may be of any length."""
_LONGEST_ADDRESS = 300


@dataclass(frozen=True, slots=True)
class Copyable:
    """A citation in three forms."""

    plain: str
    markdown: str
    bibtex: str


def copyable(passage: Passage) -> Copyable:
    """Return the citation of a passage as a sentence, as Markdown and as a BibTeX entry."""
    cited = cite(passage)
    address = cited.url if cited.url and len(cited.url) <= _LONGEST_ADDRESS else None
    citation = replace(cited, locator=shortened(cited.locator, _LONGEST), url=address)
    title = shortened(passage.source.title, _LONGEST)
    return Copyable(
        _plain(passage.source, title, citation), _markdown(citation), _bibtex(passage.source, title, citation)
    )


def _plain(source: Source, title: str, citation: Citation) -> str:
    """Return a sentence as the Editorial Manual of the United Nations has it: body, title, symbol, paragraph, date."""
    parts = ["United Nations", "Security Council", title, source.symbol] if source.symbol else [title]
    day = f" ({in_words(citation.date)})" if citation.date else ""
    address = f", {citation.url}" if citation.url else ""
    return f"{', '.join(parts)}, {citation.locator}{day}{address}."


def _markdown(citation: Citation) -> str:
    name = _BRACKETS.sub(r"\\\1", shortened(str(citation), 2 * _LONGEST))
    return f"[{name}](<{citation.url}>)" if citation.url else name


def _bibtex(source: Source, title: str, citation: Citation) -> str:
    """Return an entry of the kind `misc`, which every style of BibTeX knows."""
    key = re.sub(r"[^a-z0-9]+", "-", shortened(str(citation), 80).lower()).strip("-") or "document"
    fields = {
        "title": f"{title}, {source.symbol}" if source.symbol else title,
        "author": "{United Nations Security Council}" if source.symbol and source.kind is Kind.OFFICIAL else None,
        "year": str(citation.date.year) if citation.date else None,
        "month": str(citation.date.month) if citation.date else None,
        "note": citation.locator,
        "url": citation.url,
    }
    lines = [f"  {name} = {{{_tex(name, value)}}}" for name, value in fields.items() if value]
    return "@misc{" + ",\n".join([key, *lines]) + "\n}"


def _tex(name: str, value: str) -> str:
    """Return a value as TeX has it; an address, and a name in braces of its own, stay as they are."""
    if name in ("url", "author"):
        return value
    return _SPECIAL.sub(r"\\\1", _BRACES.sub("", value))
