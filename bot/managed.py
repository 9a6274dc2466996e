"""Which documents an admin means: those that all servers share, or those of one server, each with an index of its own.

A folder that comes with the program, or that may not be written, can be indexed and not changed.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from bot.config import SHIPPED_DOCUMENTS
from bot.server_indexes import OWN


@dataclass(frozen=True, slots=True)
class Quota:
    """How much a folder may hold: documents, and bytes of all together."""

    documents: int
    size: int


@dataclass(frozen=True, slots=True)
class Managed:
    """Documents that are managed together.

    Attributes:
        documents: The folder that is indexed.
        index: The folder of their index.
        guild: The id of the only server that sees them; None where all share them.
        quota: How much it may hold; None is as much as there is room for.
    """

    documents: Path
    index: Path
    guild: int | None = None
    quota: Quota | None = None

    @property
    def files(self) -> Path:
        """Where files are put: the folder that is indexed, or the one in it that tells a server's own apart."""
        return self.documents if self.guild is None else self.documents / OWN

    def id_of(self, name: str) -> str:
        """Return the id of the document in a file of `files`."""
        return (self.files / name).relative_to(self.documents).as_posix()

    @property
    def is_shared(self) -> bool:
        """Whether every server, and every person who writes to the bot, is answered from it."""
        return self.guild is None

    @property
    def may_be_changed(self) -> bool:
        """Whether files can be put into the folder and taken out of it."""
        if self.documents == SHIPPED_DOCUMENTS:
            return False
        nearest = next(each for each in (self.documents, *self.documents.parents) if each.exists())
        return nearest.is_dir() and os.access(nearest, os.W_OK | os.X_OK)
