"""A message's payload → a picture of it, as SVG: what the README shows is what the bot sent.

    python -m tests.loopback.picture docs/answer-card.svg "When does UNMOT's mandate end?"

Asks the included documents, and draws the Components V2 of the answer. Widths are those of DejaVu Sans, which is wider
than the fonts of most readers, so that nothing runs out of its box.
"""

from __future__ import annotations

import asyncio
import re
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape, quoteattr

import matplotlib.font_manager
from PIL import ImageFont

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))

from discord_renderer import Node, render

Json = dict[str, Any]

WIDTH, PADDING, GAP = 620, 16, 8
_TEXT, _SMALL, _LINK, _BOX, _PAGE, _LINE = "#dbdee1", "#949ba4", "#00a8fc", "#2b2d31", "#313338", "#3f4147"
_BUTTONS = {1: "#5865f2", 2: "#4e5058", 3: "#248046", 4: "#da373c", 5: "#4e5058"}
_TIME = re.compile(r"<t:(\d+):D>")
_FONTS = "'gg sans','Noto Sans','Helvetica Neue',Helvetica,Arial,sans-serif"


@dataclass
class Picture:
    """What is drawn so far, from the top."""

    y: float = 0
    parts: list[str] = field(default_factory=list)

    def text(self, x: float, pieces: list[tuple[str, str, bool]], size: float) -> None:
        spans = "".join(
            f'<tspan fill="{colour}"{" font-weight=" + quoteattr("700") if bold else ""}>{escape(words)}</tspan>'
            for words, colour, bold in pieces
        )
        self.parts.append(f'<text x="{x:g}" y="{self.y:g}" font-size="{size:g}" xml:space="preserve">{spans}</text>')

    def box(self, x: float, y: float, width: float, height: float, colour: str, radius: float = 3) -> None:
        self.parts.append(
            f'<rect x="{x:g}" y="{y:g}" width="{width:g}" height="{height:g}" rx="{radius:g}" fill="{colour}"/>'
        )


def drawn(message: Json) -> str:
    """Return the picture of a message of Components V2, its words as its description."""
    picture = Picture(y=PADDING)
    for component in message["components"]:
        _component(picture, component, PADDING + 12, WIDTH - 2 * PADDING - 24)
    accent = message["components"][0].get("accent_color") or 0x4E5058
    height = picture.y + PADDING
    words = escape("\n".join(render(_TIME.sub(_in_words, text)).text for text in _texts(message["components"])))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH}" height="{height:g}" viewBox="0 0 {WIDTH} {height:g}" '
        f'font-family="{_FONTS}" role="img" aria-labelledby="words"><title id="words">{words}</title>'
        f'<rect width="{WIDTH}" height="{height:g}" fill="{_PAGE}"/>'
        f'<rect x="{PADDING / 2:g}" y="{PADDING / 2:g}" width="{WIDTH - PADDING}" height="{height - PADDING:g}" rx="8" '
        f'fill="{_BOX}"/><rect x="{PADDING / 2:g}" y="{PADDING / 2:g}" width="4" height="{height - PADDING:g}" '
        f'rx="2" fill="#{accent:06x}"/>' + "\n".join(picture.parts) + "</svg>\n"
    )


def _texts(components: list[Json]) -> Iterator[str]:
    for component in components:
        if component["type"] == 10:
            yield component["content"]
        yield from _texts(component.get("components", []))


def _component(picture: Picture, component: Json, x: float, width: float) -> None:
    match component["type"]:
        case 17:
            for each in component["components"]:
                _component(picture, each, x, width)
        case 9:
            top = picture.y
            button = _button_width(component["accessory"])
            for each in component["components"]:
                _component(picture, each, x, width - button - 12)
            below, picture.y = picture.y, top
            _button(picture, component["accessory"], x + width - button)
            picture.y = max(below, top + 32) + GAP
        case 10:
            _markup(picture, component["content"], x, width)
        case 14:
            picture.y += GAP
            picture.box(x, picture.y, width, 1, _LINE, 0)
            picture.y += GAP + 1
        case 1:
            picture.y += GAP
            at = x
            for each in component["components"]:
                if at + _button_width(each) > x + width:
                    at, picture.y = x, picture.y + 40
                _button(picture, each, at)
                at += _button_width(each) + 8
            picture.y += 32


def _markup(picture: Picture, markup: str, x: float, width: float) -> None:
    rendered = render(_TIME.sub(_in_words, markup))
    start = 0
    for line in rendered.text.split("\n"):
        nodes = [node for node in rendered.nodes if node.start < start + len(line) and node.end > start]
        kinds = {node.kind for node in nodes if node.start <= start}
        size = 20.0 if "heading" in kinds else 13.0 if "subtext" in kinds else 15.0
        colour = _SMALL if "subtext" in kinds else _TEXT
        inset = 14.0 if "quote" in kinds else 0.0
        for words in _wrapped(_pieces(line, start, nodes, colour, "heading" in kinds), size, width - inset):
            if inset:
                picture.box(x, picture.y + 3, 4, size * 1.45, "#4e5058", 2)
            picture.y += size * 1.3
            picture.text(x + inset, words, size)
            picture.y += size * 0.15
        start += len(line) + 1


def _in_words(time: re.Match[str]) -> str:
    day = datetime.fromtimestamp(int(time[1]), UTC)
    return f"{day.day} {day:%B %Y}"


def _pieces(line: str, start: int, nodes: list[Node], colour: str, heading: bool) -> list[tuple[str, str, bool]]:
    """Return the words of a line with the colour of each, and whether it is bold."""
    pieces = []
    for place, character in enumerate(line, start):
        inside = {node.kind for node in nodes if node.start <= place < node.end}
        shown = _LINK if "link" in inside else colour
        bold = heading or "bold" in inside
        if pieces and pieces[-1][1:] == (shown, bold):
            pieces[-1] = (pieces[-1][0] + character, shown, bold)
        else:
            pieces.append((character, shown, bold))
    return pieces


def _wrapped(pieces: list[tuple[str, str, bool]], size: float, width: float) -> Iterator[list[tuple[str, str, bool]]]:
    line: list[tuple[str, str, bool]] = []
    used = 0.0
    for words, colour, bold in pieces:
        for word in words.replace(" ", " \0").split("\0"):
            length = _length(word.rstrip(), size, bold)
            if line and used + length > width:
                yield line
                line, used = [], 0.0
            line.append((word, colour, bold))
            used += _length(word, size, bold)
    yield line


def _length(words: str, size: float, bold: bool) -> float:
    return float(_font("bold" if bold else "normal", round(size)).getlength(words))


_loaded: dict[tuple[str, int], ImageFont.FreeTypeFont] = {}


def _font(weight: str, size: int) -> ImageFont.FreeTypeFont:
    if (weight, size) not in _loaded:
        found = matplotlib.font_manager.findfont(
            matplotlib.font_manager.FontProperties(family="DejaVu Sans", weight=weight)
        )
        _loaded[weight, size] = ImageFont.truetype(found, size)
    return _loaded[weight, size]


def _button_width(button: Json) -> float:
    return _length(button["label"], 14, False) + 32 + (18 if button["style"] == 5 else 0)


def _button(picture: Picture, button: Json, x: float) -> None:
    picture.box(x, picture.y, _button_width(button), 32, _BUTTONS[button["style"]], 6)
    top, picture.y = picture.y, picture.y + 21
    label = button["label"] + (" ↗" if button["style"] == 5 else "")
    picture.text(x + 16, [(label, _SMALL if button.get("disabled") else "#ffffff", False)], 14)
    picture.y = top


async def _answer(question: str) -> Json:
    """Return the components that the bot sends in answer to a question."""
    from bot.cards import Frame, answer_card
    from bot.config import configure
    from bot.opening import opened_library
    from bot.rendering import rendered
    from bot.server_settings import Style
    from bot.strings import Language

    with opened_library(configure({})) as library:
        card = answer_card(library.answer(question, 2), Frame(Language.ENGLISH, Style.CARDS, 1), library.generation)
    view = rendered(card, Style.CARDS).view
    assert view is not None
    return {"components": view.to_components()}


def main() -> None:
    """Draw the answer to a question."""
    file, question = sys.argv[1:]
    Path(file).write_text(drawn(asyncio.run(_answer(question))), encoding="utf-8")


if __name__ == "__main__":
    main()
