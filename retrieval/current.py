"""The library of the generation in use, whichever that is: a switch is followed, and no question notices it.

What belongs to a generation is made before the switch and changes with it, as one value. A question keeps the one it
began with; the generation before is closed when nobody uses it any more.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Generic, TypeVar

from corpus.errors import RapporteurError
from retrieval.generations import current
from retrieval.library import Library
from retrieval.store import Generation
from retrieval.threshold import FILE as CALIBRATION
from retrieval.threshold import Calibration, CalibrationError, kept_calibration

Made = TypeVar("Made")

_Looks = tuple[tuple[int, int, int] | None, ...]


class CurrentLibrary(Generic[Made]):
    """What is made of the library of the generation in use; any thread may use it."""

    def __init__(
        self,
        index: Path,
        opened: Callable[[Path], Library],
        make: Callable[[Library], Made],
        tell: Callable[[str], None],
        library: Library | None = None,
    ) -> None:
        """Begin with a library that is open already, or with none until the first look.

        Args:
            index: The folder of the index.
            opened: Opens the generation in use of an index.
            make: Makes of a library what is lent; what it raises speaks against the generation.
            tell: Is told once why a generation cannot be used; the one before then stays.
            library: Of that index; it is closed after a switch, and by whoever opened it in any case.
        """
        self._index = index
        self._opened = opened
        self._make = make
        self._tell = tell
        self._looking, self._counting = threading.Lock(), threading.Lock()
        self._seen: _Looks | None = None
        self._lent = _Lent(library, make(library)) if library is not None else None
        self._not_ours = library

    @property
    def made(self) -> Made | None:
        """What is lent now, for what needs no index that is open; None where there is nothing."""
        lent = self._lent
        return lent.made if lent else None

    @contextmanager
    def lent(self) -> Iterator[Made | None]:
        """Give what is made of the current generation, which stays open meanwhile; None where there is nothing."""
        with self._counting:
            lent = self._lent
            if lent:
                lent.users += 1
        if lent is None:
            yield None
            return
        try:
            yield lent.made
        finally:
            with self._counting:
                lent.users -= 1
                unused = lent.retired and not lent.users
            if unused:
                lent.library.close()

    def look(self) -> bool:
        """Follow a switch if there was one, and tell whether what is lent is now another.

        It costs two looks at files where nothing changed, and seconds where thousands of documents are opened.
        """
        if _looks(self._index) == self._seen:
            return False
        with self._looking:
            looks = _looks(self._index)
            if looks == self._seen:
                return False
            self._seen = looks  # before it is opened: what changes meanwhile is seen by the next look
            try:
                if self._lent and _is_current(self._lent.generation, self._lent.calibration, self._index):
                    return False
                after = self._opened_and_made()
            except RapporteurError as error:
                self._tell(str(error))
                return False
            except Exception as error:  # whatever a damaged file leads to
                self._tell(f"The new index cannot be used ({type(error).__name__}).")
                return False
            self._replace(after)
            return True

    def let_go(self) -> None:
        """Lend nothing any more, until a look finds another generation."""
        with self._looking:
            self._seen = None
            self._replace(None)

    def close(self) -> None:
        """Close what was opened here, when nobody uses it any more."""
        with self._looking:
            lent = self._lent
            if lent and lent.library is not self._not_ours:
                self._replace(None)

    def _opened_and_made(self) -> _Lent[Made]:
        library = self._opened(self._index)
        try:
            return _Lent(library, self._make(library))
        except BaseException:
            library.close()
            raise

    def _replace(self, after: _Lent[Made] | None) -> None:
        with self._counting:
            before, self._lent = self._lent, after
            if before is None:
                return
            before.retired = True
            unused = not before.users
        self._not_ours = None
        if unused:
            before.library.close()


class _Lent(Generic[Made]):
    """A library with what was made of it, and how many use it."""

    def __init__(self, library: Library, made: Made) -> None:
        self.library = library
        self.made = made
        self.generation = library.generation
        self.calibration = library.calibration
        self.users = 0
        self.retired = False


def _is_current(generation: Generation, calibration: Calibration | None, index: Path) -> bool:
    """Tell whether a generation, as it was opened, is the one in use; raises IndexUnusable."""
    if current(index).name != generation.name:
        return False
    try:
        return kept_calibration(index, generation) == calibration
    except CalibrationError:
        return calibration is None


def _looks(index: Path) -> _Looks:
    return tuple(_looks_of(index / name) for name in ("CURRENT", CALIBRATION))


def _looks_of(file: Path) -> tuple[int, int, int] | None:
    try:
        found = file.stat()
    except OSError:
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size
