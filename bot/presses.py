"""What a button carries in its `custom_id`: all that is needed to answer a press, after a restart as well as before.

A `custom_id` is at most 100 characters: `r1:<action>:<page>:<asker>:<passages>`, the asker in base 36, a passage as the
11 characters of its hash in base64url and one character for what is shown of it. No question is in it.
"""

from __future__ import annotations

import base64
import re
import string
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Self

from bot.server_settings import MOST_PASSAGES

VERSION = "r1"
TEMPLATE = re.compile(rf"{VERSION}:(?P<action>[a-z]):(?P<page>\d{{1,6}}):(?P<asker>[0-9a-z]+):(?P<rest>[\w.*-]*)")
"""Of every button of this version."""
OLDER = re.compile(rf"(?!{VERSION}:)r\d+:.*")
"""Of every button of another version. No `custom_id` matches both: discord.py runs whatever matches."""

_DIGITS = string.digits + string.ascii_lowercase
_SENTENCES = string.digits + string.ascii_letters
_NO_SENTENCE, _WITH_ITEMS = ".", "*"
_HASH = 11
_MARKED = _HASH + 1
_LONGEST_FILTER = 45
"""Bytes of a filter that fit, in base64."""


class Action(StrEnum):
    """What a button does."""

    PAGE = "p"
    """Turns an answer to a page."""
    NEAREST = "n"
    """Shows what came closest, which is no answer."""
    CONTEXT = "c"
    """Shows a passage between those before and after it."""
    READ = "l"
    """Opens a paragraph with what hangs under it."""
    READ_ON = "m"
    """Turns what is read to the `page`-th part of a paragraph."""
    OPEN = "o"
    """A menu: reads the passage that is chosen."""
    CITE = "q"
    """Gives citations to copy."""
    SHARE = "s"
    REMOVE = "x"
    HELPFUL = "y"
    UNHELPFUL = "u"
    SOURCES = "d"
    """Opens the list of documents."""
    MORE_SOURCES = "e"
    """Turns that list to a page."""
    GAPS = "g"
    """Turns the list of unanswered questions to a page."""


TURNING = frozenset({Action.PAGE, Action.READ_ON, Action.MORE_SOURCES})
"""What changes its own message, where the asker presses it; whatever else is shown comes as a message of its own."""
_WITH_WORDS = frozenset({Action.SOURCES, Action.MORE_SOURCES})
_OF_PASSAGES = frozenset(
    {Action.PAGE, Action.NEAREST, Action.CONTEXT, Action.READ, Action.READ_ON, Action.CITE, Action.SHARE}
)


@dataclass(frozen=True, slots=True)
class Pointer:
    """A passage, and what is shown of it.

    Attributes:
        passage: `Passage.id`, 16 hexadecimal digits.
        sentence: Which of its sentences is marked, from 0; None where none is, or it is too far down to be written.
        with_items: Whether what hangs under it is shown with it.
    """

    passage: str
    sentence: int | None = None
    with_items: bool = False

    def __str__(self) -> str:
        shown = _WITH_ITEMS if self.with_items else _NO_SENTENCE
        if not self.with_items and self.sentence is not None and self.sentence < len(_SENTENCES):
            shown = _SENTENCES[self.sentence]
        return base64.urlsafe_b64encode(bytes.fromhex(self.passage)).decode().rstrip("=") + shown

    @classmethod
    def parsed(cls, text: str) -> Self:
        """Return what `str()` made; raises ValueError where it is something else."""
        if len(text) != _MARKED:
            raise ValueError(text)
        passage = base64.urlsafe_b64decode(text[:_HASH] + "=").hex()
        shown = text[_HASH]
        found = cls(passage, _SENTENCES.index(shown) if shown in _SENTENCES else None, shown == _WITH_ITEMS)
        if str(found) != text:
            raise ValueError(text)
        return found


@dataclass(frozen=True, slots=True)
class Press:
    """What a button says when it is pressed.

    Attributes:
        action: What is wanted.
        asker: The id of the person the message was made for.
        page: From 0.
        passages: At most `MOST_PASSAGES`.
        words: A filter of documents.
    """

    action: Action
    asker: int
    page: int = 0
    passages: tuple[Pointer, ...] = ()
    words: str = ""

    def at(self, page: int) -> Press:
        """Return this for another page."""
        return replace(self, page=page)

    def doing(self, action: Action, *passages: Pointer) -> Press:
        """Return the press of another button of the same message, about these passages or the same ones."""
        return replace(self, action=action, passages=passages or self.passages, page=0)

    @property
    def custom_id(self) -> str:
        """Return it written down: at most 100 characters."""
        if self.action in _WITH_WORDS:
            rest = base64.urlsafe_b64encode(_cut(self.words)).decode().rstrip("=")
        else:
            rest = "".join(map(str, self.passages[:MOST_PASSAGES]))
        return f"{VERSION}:{self.action}:{self.page}:{_base36(self.asker)}:{rest}"

    @classmethod
    def parsed(cls, match: re.Match[str]) -> Press:
        """Return what a match of `TEMPLATE` says; raises ValueError where nobody could have written it."""
        action, rest = Action(match["action"]), match["rest"]
        asker, page = int(match["asker"], 36), int(match["page"])
        if action in _WITH_WORDS:
            words = base64.urlsafe_b64decode(rest + "=" * (-len(rest) % 4)).decode()
            found = cls(action, asker, page, (), words)
        else:
            passages = tuple(Pointer.parsed(rest[at : at + _MARKED]) for at in range(0, len(rest), _MARKED))
            found = cls(action, asker, page, passages)
        if found.custom_id != match[0] or (action in _OF_PASSAGES and not found.passages):
            raise ValueError(match[0])
        return found


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, digit = divmod(number, 36)
        digits = _DIGITS[digit] + digits
    return digits or "0"


def _cut(words: str) -> bytes:
    """Return the beginning of some words that fits, in UTF-8."""
    return words.encode(errors="ignore")[:_LONGEST_FILTER].decode(errors="ignore").encode()
