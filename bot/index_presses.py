"""What a button of the commands about an index carries: `a1:<step>:<server>:<rest>`. No word of a person is in it.

Whoever presses is asked for their rights again, so nothing in it is trusted.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass
from enum import StrEnum
from typing import Self

from corpus.document import Source

VERSION = "a1"
TEMPLATE = re.compile(rf"{VERSION}:(?P<step>[a-z]):(?P<guild>\d{{1,20}}):(?P<rest>[\w.~-]{{0,60}})", re.ASCII)
"""Of every button of this version."""
OLDER = re.compile(rf"(?!{VERSION}:)a\d+:.*")
"""Of every button of another version."""


class Step(StrEnum):
    """What a button does."""

    ADD = "a"
    """Puts the files that wait into the folder; `rest` is their ticket."""
    CANCEL = "c"
    """Lets them wait no more; without a ticket, only takes a question back."""
    REMOVE = "r"
    """Takes a document out; `rest` is its `mark`."""
    ROLLBACK = "b"
    """Goes back to the index of the name in `rest`."""
    REFRESH = "f"
    STOP = "s"
    """Stops the refresh that began at the milliseconds in `rest`."""
    HISTORY = "h"
    """Turns the history to the page in `rest`."""


@dataclass(frozen=True, slots=True)
class Deed:
    """What a button says when it is pressed.

    Attributes:
        step: What is wanted.
        guild: Whose documents it is about; None where all servers share them.
        rest: What else is needed.
    """

    step: Step
    guild: int | None
    rest: str = ""

    @property
    def custom_id(self) -> str:
        """Return it written down: at most 86 characters."""
        return f"{VERSION}:{self.step}:{self.guild or 0}:{self.rest}"

    @classmethod
    def parsed(cls, match: re.Match[str]) -> Self:
        """Return what a match of `TEMPLATE` says; raises ValueError where nobody could have written it."""
        return cls(Step(match["step"]), int(match["guild"]) or None, match["rest"])


def mark(source: Source) -> str:
    """Return what stands for a document as it is now: of its id and its content."""
    return hashlib.sha256(f"{source.id}\0{source.sha256}".encode()).hexdigest()[:32]
