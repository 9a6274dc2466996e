r"""What a reader sees of a message: Discord's markup as its clients read it, and more eagerly where they differ.

A client tries its rules at one place after another and takes what none of them takes for text. The rules here are those
of desktop and telephone together. Where it is not known what some client does, something is taken for markup: lists may
be marked by "+" and "57)" too, number signs and quotation marks need no blank after them, invisible characters before
them are blanks, and any name between colons is an emoji.

Told apart from the text by their nodes are also things that look the same, such as an address that can be clicked.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote

Kind = Literal[
    "quote", "heading", "subtext", "list", "code block", "code", "bold", "italic", "underline", "strike", "spoiler",
    "link", "mention", "role", "channel", "command", "navigation", "time", "emoji", "sound", "everyone", "silent",
]  # fmt: skip

LONGEST_NUMBER = 50
"""Lists have been seen numbered no higher than this."""


@dataclass(frozen=True)
class Node:
    """Something that is not plain text, and the range of the rendered text it covers."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Rendered:
    text: str
    nodes: tuple[Node, ...]

    @property
    def kinds(self) -> set[Kind]:
        return {node.kind for node in self.nodes}


def render(markup: str) -> Rendered:
    renderer = _Renderer()
    renderer.read(markup.strip())
    return Rendered("".join(renderer.pieces), tuple(renderer.nodes))


_BLANKS = r"(?:[^\S\n]|[\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff])*"
_QUOTE_TO_THE_END = re.compile(rf"{_BLANKS}>>>[^\S\n]?([\s\S]*)")
_QUOTE = re.compile(rf"(?:{_BLANKS}>(?!>>)[^\n]*(?:\n|\Z))+")
_QUOTE_MARK = re.compile(rf"^{_BLANKS}>[^\S\n]?", re.MULTILINE)
_HEADING = re.compile(rf"{_BLANKS}#+\s*([^\n]*?)#*[^\S\n]*(?=\n|\Z)")
_SUBTEXT = re.compile(rf"{_BLANKS}-#+\s*([^\n]*)")
_ITEM = re.compile(rf"{_BLANKS}(?:[*+-]|(\d+)[.)])(?=\s|\Z)[^\S\n]*([^\n]*)")

_ESCAPE = re.compile(r"\\([^0-9A-Za-z\s])")
_CODE_BLOCK = re.compile(r"```(?:[a-z0-9_+\-.#]+\n)?\n*([^\n][\s\S]*?)\n*```", re.IGNORECASE)
_CODE = re.compile(r"(`+)([\s\S]*?[^`])\1(?!`)")
_URL = re.compile(r"(?:https?|steam)://[^\s<]+[^<.,:;\"'\]\s]", re.IGNORECASE)
_MASKED_LINK = re.compile(
    r"\[((?:\[[^\]]*\]|[^\[\]]|\](?=[^\[]*\]))*)\]\(\s*<?((?:\([^)]*\)|[^\s\\]|\\.)*?)>?(?:\s+['\"]([\s\S]*?)['\"])?\s*\)"
)
_ADDRESS = re.compile(r"https?://[^\s<>\\]{1,512}", re.IGNORECASE)
_REPLACED: dict[Kind, re.Pattern[str]] = {
    "link": re.compile(r"<[^: >]+:/[^ >]+>|<[^\s<>@]+@[^\s<>@]+\.[^\s<>@]+>|<(?:(?:tel|sms):)?\+?[0-9(][0-9()\-./ ]+>"),
    "mention": re.compile(r"<@!?\d+>"),
    "role": re.compile(r"<@&\d+>"),
    "channel": re.compile(r"<#\d+>"),
    "command": re.compile(r"</[^<>:\n]+:\d+>"),
    "navigation": re.compile(r"<(?:id|\d+):[^<>\s]+>"),
    "time": re.compile(r"<t:-?\d+(?::\w+)?>|<@time:[^>]*>"),
    "sound": re.compile(r"<sound:\d+(?::\d+)?>"),
    "emoji": re.compile(r"<a?:\w+:\d+>|:[^\s:]+(?:::skin-tone-\d)?:"),
    "everyone": re.compile(r"@(?:everyone|here)", re.IGNORECASE),
    "silent": re.compile(r"@silent", re.IGNORECASE),
}
_STYLES: dict[Kind, re.Pattern[str]] = {
    "bold": re.compile(r"\*\*((?:\\[\s\S]|[^\\])+?)\*\*(?!\*)"),
    "italic": re.compile(r"\*(?=\S)((?:\*\*|\\[\s\S]|[^*\\])+?)\*(?!\*)|(?<!_)_(?!_)((?:__|\\[\s\S]|[^\\_])+?)_"),
    "underline": re.compile(r"__((?:\\[\s\S]|[^\\])+?)__(?!_)"),
    "strike": re.compile(r"~~([\s\S]+?)~~"),
    "spoiler": re.compile(r"\|\|([\s\S]+?)\|\|"),
}
_MAY_BEGIN_MARKUP = re.compile(r"[\\`\[<*_~|:@\n]|(?:https?|steam)://", re.IGNORECASE)


class _Renderer:
    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.nodes: list[Node] = []
        self._length = 0
        self._number: int | None = None  # of the item above, where that is one of an ordered list
        self._in_quote = False

    def read(self, markup: str) -> None:
        """Read what begins like a line: a message, and what stands within something."""
        position, at_start = 0, True
        while position < len(markup):
            position += (at_start and self._block(markup, position)) or self._inline(markup, position)
            at_start = markup[position - 1] == "\n"

    def _write(self, text: str) -> None:
        self.pieces.append(text)
        self._length += len(text)

    def _node(self, kind: Kind, shown: str, content: str = "") -> None:
        """Write a node: characters that are shown as they are, then content that is read."""
        start = self._length
        self._write(shown)
        self.read(content)
        self.nodes.append(Node(kind, start, self._length))

    def _block(self, markup: str, position: int) -> int:
        """Read a quotation, heading or item of a list; return how many characters that is, 0 if there is none."""
        above, self._number = self._number, None
        if not self._in_quote and (match := _QUOTE_TO_THE_END.match(markup, position)):
            self._quote(match[1])
        elif not self._in_quote and (match := _QUOTE.match(markup, position)):
            content = _QUOTE_MARK.sub("", match[0])
            self._quote(content.removesuffix("\n"))
            self._write("\n" if content.endswith("\n") else "")
        elif match := _SUBTEXT.match(markup, position):
            self._node("subtext", "", match[1].strip())
        elif match := _HEADING.match(markup, position):
            self._node("heading", "", match[1].strip())
        elif match := _ITEM.match(markup, position):
            number = None
            if match[1]:
                number = min(LONGEST_NUMBER, max(1, int(match[1]))) if above is None else above + 1
            self._node("list", "• " if number is None else f"{number}. ", match[2])
            self._number = number
        return len(match[0]) if match else 0

    def _quote(self, content: str) -> None:
        self._in_quote = True
        self._node("quote", "", content)
        self._in_quote = False

    def _inline(self, markup: str, position: int) -> int:
        """Read one thing within a line, or plain text up to the next; return how many characters that is."""
        next_one = _MAY_BEGIN_MARKUP.search(markup, position)
        end = next_one.start() if next_one else len(markup)
        if end > position:
            self._write(markup[position:end])
            return end - position
        return self._literal(markup, position) or self._special(markup, position) or self._plain(markup, position)

    def _literal(self, markup: str, position: int) -> int:
        """Read an escape or code, within which nothing else is read."""
        if match := _ESCAPE.match(markup, position):
            self._write(match[1])
        elif match := _CODE_BLOCK.match(markup, position):
            self._node("code block", match[1])
        elif match := _CODE.match(markup, position):
            self._node("code", match[2])
        return len(match[0]) if match else 0

    def _special(self, markup: str, position: int) -> int:
        if match := _MASKED_LINK.match(markup, position):
            return self._masked_link(match)
        if match := _URL.match(markup, position):
            return self._address(match[0])
        for kind, pattern in _REPLACED.items():
            if match := pattern.match(markup, position):
                self._node(kind, f"({kind})")
                return len(match[0])
        for kind, pattern in _STYLES.items():
            if match := pattern.match(markup, position):
                self._node(kind, "", match[match.lastindex or 0])
                return len(match[0])
        return 0

    def _masked_link(self, match: re.Match[str]) -> int:
        """Read a link in words: as it is written if they look like an address, and with its backslashes."""
        if "://" in match[1] or not match[1].strip() or not _ADDRESS.fullmatch(match[2]):
            self._write(match[0])
        else:
            start = self._length
            self.read(match[1].replace("\\", "\\\\"))
            self.nodes.append(Node("link", start, self._length))
        return len(match[0])

    def _address(self, address: str) -> int:
        """Read an address: without its last bracket where that was not opened, and as a browser would write it."""
        if address.endswith(")") and address.count("(") < address.count(")"):
            address = address[:-1]
        scheme, _, rest = address.partition("://")
        host, slash, path = rest.partition("/")
        self._node("link", f"{scheme.lower()}://{host.lower()}/{unquote(path) if slash else ''}")
        return len(address)

    def _plain(self, markup: str, position: int) -> int:
        self._write(markup[position])
        return 1
