"""What tests of cards share: documents made by hand, cards as discord.py sends them, and what a reader sees of them."""

from __future__ import annotations

import asyncio
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from discord.http import handle_message_parameters
from discord_renderer import render

from bot.cards import Card, Frame
from bot.rendering import rendered
from bot.server_settings import Style
from bot.strings import Language
from corpus.document import Block, Document, Kind, Passage, Role, Source, Span
from corpus.passages import sentences_of
from retrieval.answering import Answer, Quotation
from retrieval.store import Generation

Json = dict[str, Any]

ASKER = 2**63 - 1
GENERATION = Generation(
    "1", datetime(2026, 8, 6, 12, tzinfo=UTC), "all-MiniLM-L6-v2 (53aa51172d14, int8)", 384, 1, 1, 2441, 98765, 1, 1, 1,
    "", {},
)  # fmt: skip
FRAMES = tuple(Frame(language, style, ASKER) for language in Language for style in Style)


def frame(style: Style = Style.CARDS, language: Language = Language.ENGLISH, **more: Any) -> Frame:
    return Frame(language, style, ASKER, **more)


def written(
    *texts: str,
    title: str = "Title",
    symbol: str | None = None,
    kind: Kind = Kind.OFFICIAL,
    day: date | None = None,
    url: str | None = None,
    stem: str = "",
    locator: str = "para.",
    name: str = "a.txt",
) -> tuple[Passage, ...]:
    """Return a document with these paragraphs, as passages; a stem stands above each of them."""
    whole = "\n\n".join((stem, *texts))
    spans, at = [], 0
    for text in (stem, *texts):
        spans.append((at, at + len(text)))
        at += len(text) + 2
    blocks = tuple(Block((span,), Role.OPERATIVE) for span in spans[1:])
    document = Document(Source(name, title, kind, symbol, day, url=url), whole, blocks)
    above = (spans[0],) if stem else ()
    return tuple(
        Passage(document, place, block.spans, Role.OPERATIVE, f"{locator} {place + 1}", (), str(place + 1), above)
        for place, block in enumerate(blocks)
    )


def quotation(passage: Passage, marked: Span | None = None) -> Quotation:
    return Quotation(passage, marked or (*sentences_of(passage.text), (0, len(passage.text)))[0], 0.9, verified=True)


def answer(*quotations: Quotation, question: str = "What?", reading: str | None = None) -> Answer:
    return Answer(question, quotations, 0.9, (), reading, None, 0.01)


def refusal(*nearest: Quotation, question: str = "What?", problem: str | None = None) -> Answer:
    return Answer(question, (), 0.2, nearest, None, problem, 0.01)


def payloads(cards: Iterable[tuple[Card, Style]]) -> list[Json]:
    """Return what discord.py sends for these cards."""

    async def made() -> list[Json]:
        found = []
        for card, style in cards:
            with handle_message_parameters(**rendered(card, style).to_send) as parameters:
                found.append(dict(parameters.payload or {}))
        return found

    return asyncio.run(made())


def payload(card: Card, style: Style = Style.CARDS) -> Json:
    return payloads([(card, style)])[0]


def walked(components: Iterable[Json]) -> Iterator[Json]:
    for each in components:
        yield each
        yield from walked(each.get("components") or ())
        if each.get("accessory"):
            yield each["accessory"]


def texts_of(message: Json) -> list[str]:
    """Return the markup of a message, each text that is read by itself."""
    found = [message.get("content") or "", *(each.get("description") or "" for each in message.get("embeds") or ())]
    found += [each["content"] for each in walked(message.get("components") or ()) if each["type"] == 10]
    return [text for text in found if text]


def seen(card: Card, style: Style = Style.CARDS) -> str:
    """Return the words a reader sees of a card."""
    return "\n".join(render(text).text for text in texts_of(payload(card, style)))


@dataclass(frozen=True)
class QuoteBlock:
    """A quote block as it is seen: its lines, and the ranges that are bold in each."""

    lines: tuple[str, ...]
    bold: tuple[tuple[Span, ...], ...]


def quote_blocks(texts: Sequence[str]) -> list[QuoteBlock]:
    """Return the quotations of a message as they are seen."""
    found = []
    for markup in texts:
        shown = render(markup)
        bolds = [(node.start, node.end) for node in shown.nodes if node.kind == "bold"]
        for node in shown.nodes:
            if node.kind == "quote":
                found.append(_block(shown.text, node.start, node.end, bolds))
    return found


def _block(text: str, start: int, end: int, bolds: list[Span]) -> QuoteBlock:
    lines, marks, at = text[start:end].split("\n"), [], start
    for line in lines:
        stop = at + len(line)
        marks.append(tuple((one - at, other - at) for one, other in bolds if at <= one and other <= stop))
        at = stop + 1
    return QuoteBlock(tuple(lines), tuple(marks))
