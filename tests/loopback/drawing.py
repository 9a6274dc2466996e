"""Messages drawn as text: boxes for containers, `[ label ]` for buttons, the Markdown as a person reads it."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable
from datetime import UTC, datetime

from tests.loopback.world import Json, Message

WIDTH = 78
NARROWEST = 24

Names = Callable[[str, int], str]
"""Returns how somebody or something is called, from its kind ("@", "@&", "#") and its id."""


def by_number(kind: str, number: int) -> str:
    return f"{kind[0]}{number}"


def draw(message: Message | Json, *, width: int = WIDTH, names: Names = by_number) -> str:
    """Return a message as text.

    Args:
        message: A message, or the payload of one.
        width: Of the drawing, in columns.
        names: What mentions are replaced by.
    """
    return "\n".join(Drawing(width, names).message(message))


def draw_modal(modal: Json, *, width: int = WIDTH) -> str:
    """Return a form as text."""
    drawing = Drawing(width - 4, by_number)
    lines = [modal["title"], drawing.rule()]
    for each in modal["components"]:
        lines += drawing.component(each)
    return "\n".join(boxed(lines, width))


def columns(text: str) -> int:
    """Return how many columns a text takes in a terminal."""
    wide = sum(unicodedata.east_asian_width(each) in "WF" for each in text)
    thin = sum(unicodedata.combining(each) != 0 or unicodedata.category(each) in ("Cf", "Me") for each in text)
    return len(text) + wide - thin


def padded(text: str, width: int) -> str:
    return text + " " * (width - columns(text))


def boxed(lines: list[str], width: int) -> list[str]:
    """Return lines in a box."""
    inner = width - 4
    body = [f"│ {padded(line, inner)} │" for line in lines]
    return ["┌" + "─" * (width - 2) + "┐", *body, "└" + "─" * (width - 2) + "┘"]


def wrapped(text: str, width: int, first: str = "", rest: str | None = None) -> list[str]:
    """Return a line broken between words, or inside a word that is too long."""
    rest = first if rest is None else rest
    lines, line = [], first
    empty = True
    for word in text.split(" "):
        room = width - columns(line) - (0 if empty else 1)
        if columns(word) > room and not empty:
            lines.append(line)
            line, empty, room = rest, True, width - columns(rest)
        while columns(word) > room:
            cut = fitting(word, room)
            lines.append(line + word[:cut])
            word, line, empty, room = word[cut:], rest, True, width - columns(rest)
        line += word if empty else f" {word}"
        empty = False
    return [each.rstrip() for each in [*lines, line]]


def fitting(word: str, room: int) -> int:
    """Return how many characters of a word fit, at least one."""
    taken = 0
    for number, each in enumerate(word):
        taken += columns(each)
        if taken > room:
            return max(number, 1)
    return len(word)


class Drawing:
    """Draws into so many columns."""

    def __init__(self, width: int, names: Names) -> None:
        self._width = width
        self._names = names

    def message(self, message: Message | Json) -> list[str]:
        """Return the lines of a message."""
        payload = message if isinstance(message, dict) else vars(message)
        lines = self.markdown(payload.get("content") or "")
        for each in payload.get("embeds") or []:
            lines += self.embed(each)
        for each in payload.get("components") or []:
            lines += self.component(each)
        for file in payload.get("attachments") or []:
            lines.append(f"[file {file['filename'] if isinstance(file, dict) else file.filename}]")
        return lines

    # --- components -------------------------------------------------------------------------------------------------

    def component(self, found: Json) -> list[str]:
        """Return the lines of a component."""
        kind = found["type"]
        inner = found.get("components") or []
        if kind == 17:
            narrower = Drawing(self._width - 4, self._names)
            lines = [line for each in inner for line in narrower.component(each)]
            return boxed(["(spoiler)", *lines] if found.get("spoiler") else lines, self._width)
        if kind == 1:
            return self.row([line for each in inner for line in self.control(each)], inner)
        if kind == 9:
            return self.section(inner, found.get("accessory") or {})
        if kind == 10:
            return self.markdown(found["content"])
        if kind == 14:
            return [self.rule() if found.get("divider", True) else ""]
        if kind == 12:
            return [f"[image {each.get('description') or ''}".rstrip() + "]" for each in found["items"]]
        if kind == 13:
            return [f"[file {found.get('name') or found['file']['url']}]"]
        if kind == 18:
            asked = [found["label"], *([f"  {found['description']}"] if found.get("description") else [])]
            return asked + [f"  {line}" for line in self.field(found["component"])]
        return self.control(found)

    def rule(self) -> str:
        return "─" * self._width

    def section(self, texts: list[Json], accessory: Json) -> list[str]:
        """Return texts with a button or picture to the right of the first line."""
        (label,) = self.control(accessory) if accessory.get("type") == 2 else ["[image]"]
        room = self._width - columns(label) - 2
        if room < NARROWEST:
            return [line for each in texts for line in self.markdown(each["content"])] + [label]
        narrower = Drawing(room, self._names)
        lines = [line for each in texts for line in narrower.markdown(each["content"])] or [""]
        return [padded(lines[0], room) + f"  {label}", *lines[1:]]

    def control(self, found: Json) -> list[str]:
        """Return a button or a select."""
        if found["type"] == 2:
            emoji = (found.get("emoji") or {}).get("name") or ""
            label = f"{emoji} {found.get('label') or ''}".strip() + (" ↗" if found.get("url") else "")
            return [f"( {label} )" if found.get("disabled") else f"[ {label} ]"]
        lines = [f"[ {found.get('placeholder') or 'Choose'} ▾ ]"]
        for each in found.get("options") or []:
            about = f" — {each['description']}" if each.get("description") else ""
            lines += wrapped(f"{each['label']}{about}", self._width, "  ◦ ", "    ")
        return lines

    def row(self, labels: list[str], inner: list[Json]) -> list[str]:
        """Return buttons side by side, as many as fit."""
        if any(each["type"] != 2 for each in inner):
            return labels
        lines: list[str] = []
        for label in labels:
            if lines and columns(lines[-1]) + 2 + columns(label) <= self._width:
                lines[-1] += f"  {label}"
            else:
                lines.append(label)
        return lines

    def field(self, found: Json) -> list[str]:
        """Return a field of a form."""
        kind = found["type"]
        name = found.get("custom_id", "")
        if kind == 4:
            return [f"{name}: [{found.get('value') or found.get('placeholder') or ''}]"]
        if kind == 19:
            return [f"{name}: [ files, at most {found.get('max_values') or 1} ]"]
        return [f"{name}:", *self.control(found)]

    def embed(self, embed: Json) -> list[str]:
        """Return an embed, behind a bar."""
        narrower = Drawing(self._width - 2, self._names)
        lines: list[str] = []
        for text in ((embed.get("author") or {}).get("name"), embed.get("title")):
            lines += narrower.markdown(f"**{text}**") if text else []
        lines += narrower.markdown(embed.get("description") or "")
        for each in embed.get("fields") or []:
            lines += narrower.markdown(f"**{each['name']}**\n{each['value']}")
        footer = (embed.get("footer") or {}).get("text")
        lines += wrapped(footer, self._width - 2) if footer else []
        return [f"┃ {line}".rstrip() for line in lines]

    # --- Markdown ---------------------------------------------------------------------------------------------------

    def markdown(self, text: str) -> list[str]:
        """Return text as it is read: marks gone, quotations behind a bar."""
        lines: list[str] = []
        code = False
        for line in text.split("\n") if text else []:
            if line == "```":
                code = not code
                continue
            if code:  # as it stands
                lines += wrapped(line, self._width, "┊ ")
                continue
            mark = re.match(r"(?:> )|(?:#{1,3} )|(?:-# )|(?:[-*] )", line)
            kind = mark[0].strip() if mark else ""
            body = self.inline(line[mark.end() :] if mark else line)
            if kind == ">":
                lines += wrapped(body, self._width, "▏ ")
            elif kind in ("-", "*"):
                lines += wrapped(body, self._width, "• ", "  ")
            elif line.rstrip() == ">":
                lines.append("▏")
            else:
                lines += wrapped(body, self._width)
        return lines

    def inline(self, text: str) -> str:
        """Return a line without the marks in it."""
        # What is behind a backslash is put out of reach of the rest, and back in the end.
        text = re.sub(r"\\([^\sA-Za-z0-9])", lambda found: chr(0xF0000 + ord(found[1])), text)
        text = re.sub(r"\[([^\]]+)\]\((?:<[^>]+>|[^\s()]+(?:\([^\s()]*\)[^\s()]*)*)\)", r"\1 ↗", text)
        text = re.sub(r"<(https?://[^>]+)>", r"\1", text)
        text = re.sub(r"</([^:>]+):\d+>", r"/\1", text)
        text = re.sub(r"<(@&?|@!|#)(\d+)>", lambda found: self._names(found[1].replace("!", ""), int(found[2])), text)
        text = re.sub(r"<t:(-?\d+)(?::(\w))?>", lambda found: moment(int(found[1]), found[2]), text)
        text = re.sub(r"(\*\*|__|~~|\|\|)(.+?)\1", r"\2", text)
        text = re.sub(r"(?<![\w*])[*_](?=\S)(.+?)(?<=\S)[*_](?![\w*])", r"\1", text)
        text = re.sub(r"(`+)(.+?)\1", r"\2", text)
        return "".join(chr(ord(each) - 0xF0000) if ord(each) >= 0xF0000 else each for each in text)


def moment(seconds: int, style: str | None) -> str:
    """Return a timestamp as somebody in Greenwich reads it."""
    at = datetime.fromtimestamp(seconds, UTC)
    if style in ("d", "D"):
        return f"{at.day} {at:%B %Y}"
    if style in ("t", "T"):
        return f"{at:%H:%M}"
    if style == "R":
        ago = (datetime.now(UTC) - at).total_seconds()
        for size, unit in ((86_400, "day"), (3600, "hour"), (60, "minute")):
            if abs(ago) >= size:
                number = round(abs(ago) / size)
                words = f"{number} {unit}{'s' if number > 1 else ''}"
                return f"{words} ago" if ago > 0 else f"in {words}"
        return "just now" if ago > 0 else "in a moment"
    return f"{at.day} {at:%B %Y %H:%M}"
