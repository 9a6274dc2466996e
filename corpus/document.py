"""Document, Block and Passage: the values everything passes around.

A file becomes a `Document`: its unchanged text and the `Block`s a format found in it. Blocks become `Passage`s, the
units that are indexed, quoted and cited. Neither has a text of its own: both are ranges (`spans`) of the document's
text, so that a quotation cannot differ from its source.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

Span = tuple[int, int]
"""A range of character offsets into a document's text, end exclusive."""


# Not of the locale: what is embedded and shown must be the same everywhere.
_MONTHS = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip


class Kind(StrEnum):
    """What a document is, in descending order of authority."""

    OFFICIAL = "official"
    BACKGROUND = "background"
    ENCYCLOPEDIA = "encyclopedia"
    OTHER = "other"


class Role(StrEnum):
    """What a block does in its document."""

    ADOPTION = "adoption"
    """The line that tells meeting, date and vote of a resolution."""
    PREAMBLE = "preamble"
    OPERATIVE = "operative"
    ANNEX = "annex"
    PROSE = "prose"
    LIST = "list"
    INFOBOX = "infobox"
    TABLE = "table"


def in_words(day: date) -> str:
    """Return a date as the documents write it: "14 November 1997"."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}"


def fold(text: str) -> str:
    """Return `text` with every run of white space as one space and none at the ends."""
    return " ".join(text.split())


@dataclass(frozen=True, slots=True)
class Block:
    """A paragraph, item or field as a format found it.

    Attributes:
        spans: Ranges of the document's text, ascending; more than one where page furniture interrupts a sentence.
        role: What the block does.
        headings: The headings it stands under, outermost first, as printed.
        label: The mark the source itself prints before it, without the marks of its parents: "6", "(d)", "(ii)",
            "1.2.3.(4)", a field's name in an infobox; None where the source prints no number (bullets and dashes too).
        parent: Index in `Document.blocks` of the block it hangs under: the numbered paragraph above a lettered item,
            the paragraph ending in a colon above a list. None at the top level.
        part: The division within which labels count, as it is cited: "annex 1", "part A". None in the body.
    """

    spans: tuple[Span, ...]
    role: Role
    headings: tuple[str, ...] = ()
    label: str | None = None
    parent: int | None = None
    part: str | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A document without its text: what is needed to list it, cite it and weigh it.

    Attributes:
        id: The path below the folder of documents, with "/".
        title: As the document prints it, or made of the file's name.
        kind: Its authority.
        symbol: The United Nations document symbol, "S/RES/1138 (1997)", if the document *is* that document.
        date: The date the document itself carries.
        language: ISO 639-1.
        url: Where the official page is.
        sha256: Of the file's bytes, in hexadecimal.
    """

    id: str
    title: str
    kind: Kind
    symbol: str | None = None
    date: date | None = None
    language: str = "en"
    url: str | None = None
    sha256: str = ""

    @property
    def name(self) -> str:
        """How a citation names the document: its symbol, or else its title."""
        return self.symbol or self.title


@dataclass(frozen=True, slots=True)
class Document:
    """One file, read.

    Attributes:
        source: What it is.
        text: The text of the file, unchanged.
        blocks: What the format found: ascending, not overlapping.
        furniture: Spans taken for page furniture, navigation, headers and footers: never content.
        warnings: Sentences about what looks wrong: numbering gaps, fragments.
    """

    source: Source
    text: str = field(repr=False)
    blocks: tuple[Block, ...] = field(default=(), repr=False)
    furniture: tuple[Span, ...] = ()
    warnings: tuple[str, ...] = ()

    def slice(self, spans: tuple[Span, ...]) -> str:
        """Return the words in `spans`: white space folded in each, joined by one space."""
        return " ".join(fold(self.text[start:end]) for start, end in spans)


@dataclass(frozen=True, slots=True)
class Passage:
    """The citable unit: a paragraph, a sub-paragraph with its stem, an infobox field.

    Attributes:
        document: Where it stands.
        ordinal: Its place among the passages of its document, from 0.
        spans: Ranges of `document.text`.
        role: What it does.
        locator: How it is cited within its document, unique there: "para. 6 (d)", "Background, para. 1".
        headings: The headings it stands under, outermost first.
        label: The printed marks from the numbered paragraph down: "6 (d) (ii)"; None where none is printed.
        stem_spans: Ranges of the paragraphs above it that it needs to be a sentence, outermost first.
    """

    document: Document
    ordinal: int
    spans: tuple[Span, ...]
    role: Role
    locator: str
    headings: tuple[str, ...] = ()
    label: str | None = None
    stem_spans: tuple[Span, ...] = ()

    @property
    def source(self) -> Source:
        """The document without its text."""
        return self.document.source

    @property
    def text(self) -> str:
        """The passage word for word: its spans of the document's text."""
        return self.document.slice(self.spans)

    @property
    def stem(self) -> str | None:
        """The words above it that it completes, or None."""
        return self.document.slice(self.stem_spans) if self.stem_spans else None

    @property
    def context(self) -> str:
        """Title, headings and stem: searched with the text, never shown as part of a quotation."""
        parts = (self.source.name, *self.headings, self.stem or "")
        return "\n".join(part for part in parts if part)

    @property
    def setting(self) -> str:
        """Where and when it stands: document, heading and date, "S/RES/1138 (1997), 14 November 1997"."""
        day = in_words(self.source.date) if self.source.date else ""
        return ", ".join(part for part in (self.source.name, *self.headings[-1:], day) if part)

    @property
    def search_text(self) -> str:
        """What is indexed: the context and the text."""
        return f"{self.context}\n{self.text}"

    @property
    def id(self) -> str:
        """A content hash: the same as long as document, locator and words are the same."""
        content = "\0".join((self.source.id, self.locator, self.text))
        return hashlib.sha256(content.encode()).hexdigest()[:16]
