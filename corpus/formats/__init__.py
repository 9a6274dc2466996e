"""The formats a document may be written in, told by its content: one module each, with `recognizes` and `parse`.

A new format is one new file and one line in `FORMATS`.
"""

from __future__ import annotations

from typing import Protocol

from corpus.document import Document
from corpus.formats import markdown, plain, resolution, wikitext


class Format(Protocol):
    """What a module of a format provides."""

    def recognizes(self, text: str, name: str) -> bool:
        """Tell by its content whether a text is in this format."""

    def parse(self, text: str, name: str, sha256: str) -> Document:
        """Read a text that this format recognizes."""


FORMATS: tuple[Format, ...] = (resolution, wikitext, markdown, plain)
"""In the order they are asked; the last recognizes every text."""


def read(text: str, name: str, sha256: str) -> Document:
    """Read a text by the first format that recognizes it.

    Args:
        text: The file's text, unchanged.
        name: The path below the folder of documents, with "/": the document's id.
        sha256: Of the file's bytes, in hexadecimal.
    """
    return next(each for each in FORMATS if each.recognizes(text, name)).parse(text, name, sha256)
