"""What can be answered from: the shared documents, and beside them those of the server where it is asked.

All that belongs together is one value: the library, and what is read from memory of the same generation. So what is
offered while somebody types is what can be answered.
"""

from __future__ import annotations

import asyncio
import logging
import threading
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from bot.directory import Directory
from bot.server_indexes import OWN, NotApart, ServerIndexes
from retrieval.admin_log import Actor
from retrieval.collection import Collection
from retrieval.combined import Combined
from retrieval.current import CurrentLibrary
from retrieval.generations import current, put_damaged_aside
from retrieval.library import Library
from retrieval.store import Generation, IndexDamaged

MOST_OPEN = 32
"""Servers whose own documents are kept open: of the others they are opened when somebody asks there."""
LOOKED_EVERY_SECONDS = 1.0
THIS_BOT = Actor("opening it", "this bot")
"""Who puts a damaged index aside, as its log names them."""

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Holding:
    """Documents that are answered from, in one place.

    Attributes:
        library: Answers; only while it is lent.
        directory: Its documents and the beginnings of their paragraphs.
        generation: What the index was made of.
    """

    library: Collection
    directory: Directory
    generation: Generation

    @classmethod
    def of(cls, library: Library) -> Holding:
        """Return what a library holds, ready to be asked: some seconds for thousands of documents."""
        library.search("ready", limit=1)
        return cls(library, Directory.of(library), library.generation)


class Holdings:
    """The shared documents, and those of each server; any thread may use it."""

    def __init__(self, shared: Library, servers: ServerIndexes, most_open: int = MOST_OPEN) -> None:
        """Begin; the index of a server is opened when somebody asks there.

        Args:
            shared: What everybody is answered from; closed after a switch, else by whoever opened it.
            servers: Where servers keep documents of their own.
            most_open: Servers whose index is open at once.

        Raises:
            NotApart: A shared document could be taken for a server's own, or the other way round.
        """
        self._servers = servers
        self._most_open = most_open
        # Not a method of the first library, which would be held by it.
        self._opened = partial(Library.open, embedder=shared.embedder, reranker=shared.reranker)
        self._shared = CurrentLibrary(shared.index, self._opened, self._made, _tell_of_shared, shared)
        self._own: OrderedDict[int, _Own] = OrderedDict()
        self._compared: set[Path] = set()  # generations of servers
        self._choosing = threading.Lock()

    @property
    def shared(self) -> Holding:
        """What everybody is answered from, for what needs no library."""
        assert self._shared.made is not None
        return self._shared.made

    @contextmanager
    def of(self, server: int | None) -> Iterator[Holding]:
        """Lend what is answered from in a server, or outside any: as it is on the disk now, for a server's own part.

        It may open an index: not for an event loop.
        """
        with ExitStack() as lent:
            shared = lent.enter_context(self._shared.lent())
            assert shared is not None
            own = self._opened_for(server) if server is not None else None
            if own is None:
                yield shared
                return
            beside = lent.enter_context(own.current.lent())
            try:
                yield own.beside(shared, beside) if beside else shared
            finally:
                if self._own.get(own.server) is not own:  # too many were asked at once to keep it
                    own.current.let_go()

    async def seen(self, server: int | None) -> Holding:
        """Return what is answered from in a server, for what needs no library."""
        return self.shared if server is None else await asyncio.to_thread(self._seen, server)

    def look(self) -> bool:
        """Follow the switches there were, and tell whether the shared documents are others now."""
        switched = self._shared.look()
        with self._choosing:
            opened = list(self._own.values())
        for own in opened:
            if self._servers.of(own.server).is_built:
                own.current.look()
            else:
                own.current.let_go()
            if switched:
                own.forget_shared()
        return switched

    def close(self) -> None:
        """Close what was opened here."""
        with self._choosing:
            opened = list(self._own.values())
            self._own.clear()
        for own in opened:
            own.current.close()
        self._shared.close()

    def _seen(self, server: int) -> Holding:
        with self.of(server) as holding:
            return holding

    def _made(self, library: Library) -> Holding:
        self._servers.require_apart(library.generation.folder)
        if any(source.id.startswith(f"{OWN}/") for source in library.sources()):
            raise NotApart(f'A folder named "{OWN}" is for what servers add: give it another name, and index it again.')
        return Holding.of(library)

    def _opened_whole(self, index: Path, tell: Callable[[str], None]) -> Library:
        """Open a server's own index, after its checksums were compared once; the one before, aloud, if it is damaged.

        Raises:
            IndexUnusable: None is whole.
            IndexNotWritten: It is damaged and cannot be put aside.
        """
        try:
            used = current(index)  # a server that was closed for another one is opened again and again
            library = self._opened(index, check=used not in self._compared)
        except IndexDamaged:
            for sentence in put_damaged_aside(index, THIS_BOT):
                tell(f"{sentence} It was put aside, and the one before is used.")
            return self._opened(index)
        self._compared.add(used)
        return library

    def _opened_for(self, server: int) -> _Own | None:
        """Return a server's own documents as they are now; None where it has none."""
        place = self._servers.of(server)
        if not place.is_built:
            with self._choosing:
                gone = self._own.pop(server, None)
            if gone:
                gone.current.let_go()
            return None
        closing = None
        tell = partial(_tell_of_server, server)
        with self._choosing:
            own = self._own.pop(server, None) or _Own(
                server, CurrentLibrary(place.index, partial(self._opened_whole, tell=tell), Holding.of, tell)
            )
            self._own[server] = own  # the last that was used
            if len(self._own) > self._most_open:
                _, closing = self._own.popitem(last=False)
        if closing:
            closing.current.let_go()
        own.current.look()
        return own


class _Own:
    """One server's own documents, and what they are together with the shared ones."""

    def __init__(self, server: int, current: CurrentLibrary[Holding]) -> None:
        self.server = server
        self.current = current
        self._together: tuple[Holding, Holding, Holding] | None = None

    def beside(self, shared: Holding, own: Holding) -> Holding:
        """Return both as one, made once for each pair of generations."""
        together = self._together
        if together is None or together[0] is not shared or together[1] is not own:
            assert isinstance(shared.library, Library)
            assert isinstance(own.library, Library)
            library = Combined(shared.library, own.library)
            together = (shared, own, Holding(library, own.directory.before(shared.directory), library.generation))
            self._together = together
        return together[2]

    def forget_shared(self) -> None:
        """Let go of the shared documents as they were."""
        self._together = None


async def followed(holdings: Holdings, switched: Callable[[Generation], None]) -> None:
    """Notice each switch within a second and follow it, for ever; `switched` is told of that of shared documents."""
    while True:
        await asyncio.sleep(LOOKED_EVERY_SECONDS)
        try:
            if await asyncio.to_thread(holdings.look):
                switched(holdings.shared.generation)
        except Exception:
            _log.exception("looking for a new index failed")


def _tell_of_shared(reason: str) -> None:
    _log.error("the new index is not used, answers come from the one before: %s", reason)


def _tell_of_server(server: int, reason: str) -> None:
    _log.warning("the own documents of server %s are not used as they are now: %s", server, reason)
