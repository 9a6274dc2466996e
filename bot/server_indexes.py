"""The documents that servers keep of their own, and the index of each: seen by that server and nobody else.

servers/<guild id>/documents/this server/   the files; their ids begin with "this server/", as no shared one's does
servers/<guild id>/index/                   generations, as of the shared index; the model is kept with that one

refresh(own.documents, own.index, embedder_for_indexing(model, shared_index, notice), progress)
"""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from pathlib import Path

from corpus.errors import RapporteurError

OWN = "this server"
"""The folder above the documents of a server, and so the beginning of their ids."""

_GUILD = re.compile(r"[1-9]\d{0,19}")
_REMOVED = ".removed-"


class NotApart(RapporteurError):
    """The documents of servers would lie among those that everybody sees."""


@dataclass(frozen=True, slots=True)
class ServerIndex:
    """Where one server's own documents and their index are; nothing of it may be there yet.

    Attributes:
        guild: The id of the server.
        documents: The folder to be indexed.
        index: The folder of the index.
    """

    guild: int
    documents: Path
    index: Path

    @property
    def files(self) -> Path:
        """Where the server's files are put: within `documents`, so that their ids begin with `OWN`."""
        return self.documents / OWN

    @property
    def is_built(self) -> bool:
        """Whether there is an index that answers."""
        return (self.index / "CURRENT").is_file()

    def make(self) -> None:
        """Make the folder of the files, for the eyes of this program's user alone."""
        self.documents.parent.parent.mkdir(parents=True, exist_ok=True)
        self.documents.parent.mkdir(mode=0o700, exist_ok=True)
        self.files.mkdir(parents=True, exist_ok=True)

    def retire(self) -> None:
        """Let no generation answer: of a folder without documents none can be built. All are kept, to go back to."""
        (self.index / "CURRENT").unlink(missing_ok=True)


class ServerIndexes:
    """The own documents of all servers, in one folder."""

    def __init__(self, folder: Path) -> None:
        """Begin; the folder need not be there.

        Args:
            folder: Has a folder for each server that keeps documents: `DiscordConfig.servers`.
        """
        self.folder = folder

    def of(self, guild: int) -> ServerIndex:
        """Return where a server's own documents and index are, or would be."""
        place = self.folder / str(guild)
        return ServerIndex(guild, place / "documents", place / "index")

    def guilds(self) -> frozenset[int]:
        """Return the ids of the servers that have a folder."""
        try:
            names = [each.name for each in self.folder.iterdir()]
        except (FileNotFoundError, NotADirectoryError):
            return frozenset()
        return frozenset(int(name) for name in names if _GUILD.fullmatch(name))

    def remove(self, guild: int) -> None:
        """Delete a server's own documents and all generations of its index, at once and for good.

        Raises:
            OSError: The disk refuses; what is left is deleted by the next removal of any server.
        """
        for left_over in self.folder.glob(f"{_REMOVED}*"):
            shutil.rmtree(left_over, ignore_errors=True)
        place = self.folder / str(guild)
        aside = self.folder / f"{_REMOVED}{guild}"
        try:
            place.rename(aside)  # gone at one stroke: nobody finds half of it
        except FileNotFoundError:
            return
        shutil.rmtree(aside)

    def require_apart(self, folder: str) -> None:
        """Refuse shared documents that were read where those of servers lie.

        Args:
            folder: Where the shared documents were read: `Generation.folder`.

        Raises:
            NotApart: The documents of servers lie below it.
        """
        if self.folder.resolve().is_relative_to(Path(folder)):
            raise NotApart(
                f"The servers' own documents are kept in {self.folder}, within the folder of the shared documents, "
                "where everybody would see them: set RAPPORTEUR_STATE to a folder elsewhere."
            )
