"""The version of the reading of documents, apart from the readers: an index is opened without loading them."""

from __future__ import annotations

PARSER_VERSION = 2
"""Raised whenever a text may be read otherwise than before; an index made with another version is refused."""
