"""Blocks → citable passages, and the sentences of a passage.

A block is what a format found; a passage adds how it is cited (its locator) and the words above it that it needs (its
stem). The locators of one document are unique, so that a citation leads back to exactly one passage.

How a paragraph is counted:

- printed numbers are kept as printed: "para. 6 (d)", "para. 18.8.2"; what stands between such a paragraph and the next
  belongs to it: "para. 18.8.2, item 1", and below its lists "para. 18.8.2, continued";
- preambular paragraphs count from 1 after the enacting words, as the Security Council cites them;
- operative paragraphs without a printed number count from 1: "operative para. 2";
- in prose a paragraph is what blank lines separate, counted from 1 in its section: "Background, para. 1"; a list is
  one paragraph, its items cited by the printed letter or by their place: "Acts, para. 2 (b)", "Acts, para. 2, item 3",
  an item within an item by both: "Acts, para. 2, item 3 (a)";
- tables count by themselves, "Prices, table 1", or with the numbered paragraph they belong to, "para. 3.5, table", and
  their rows from 1 below the first, which names the columns: "Prices, table 1, row 2".
"""

from __future__ import annotations

import re
from collections import Counter

from corpus.document import Block, Document, Passage, Role, Span

_BLANK_LINE = re.compile(r"(?>\r\n?|\n)[^\S\r\n]*(?>\r\n?|\n)")  # atomic: one CRLF is one line end, not two


def passages_of(document: Document) -> tuple[Passage, ...]:
    """Return the passages of a document, one for each block, in its order."""
    locators = _locators(document)
    return tuple(
        Passage(
            document=document,
            ordinal=ordinal,
            spans=block.spans,
            role=block.role,
            locator=locators[ordinal],
            headings=block.headings,
            label=_full_label(document.blocks, block),
            stem_spans=_stem_spans(document.blocks, block),
        )
        for ordinal, block in enumerate(document.blocks)
    )


def _ancestors(blocks: tuple[Block, ...], block: Block) -> list[Block]:
    """Return the blocks above `block`, outermost first."""
    found: list[Block] = []
    while block.parent is not None:
        block = blocks[block.parent]
        found.insert(0, block)
    return found


def _stem_spans(blocks: tuple[Block, ...], block: Block) -> tuple[Span, ...]:
    return tuple(span for above in _ancestors(blocks, block) for span in above.spans)


def _full_label(blocks: tuple[Block, ...], block: Block) -> str | None:
    marks = [each.label for each in (*_ancestors(blocks, block), block) if each.label]
    return " ".join(marks) if block.label else None


def _locators(document: Document) -> list[str]:
    """Return a locator for each block, made unique within the document."""
    numbering = _Numbering(document)
    plain = [numbering.locator(index) for index in range(len(document.blocks))]
    return _unique(plain, document.blocks)


class _Numbering:
    """Counts the paragraphs of one document, in order of its blocks."""

    def __init__(self, document: Document) -> None:
        self._document = document
        self._locators: list[str] = []
        self._counts: Counter[object] = Counter()
        self._prose: Block | None = None  # the last block of prose or of a list outside a numbered paragraph
        self._labelled_parts = {block.part for block in document.blocks if block.label and block.role is Role.ANNEX}

    def locator(self, index: int) -> str:
        """Return the locator of the block at `index`; called once for each block, in order."""
        block = self._document.blocks[index]
        locator = self._locate(block)
        self._locators.append(locator)
        return locator

    def _locate(self, block: Block) -> str:
        match block.role:
            case Role.ADOPTION:
                return self._counted("note of adoption")
            case Role.INFOBOX:
                return f"Infobox, {block.label}" if block.label else self._counted("Infobox, item")
            case Role.PREAMBLE | Role.OPERATIVE | Role.ANNEX:
                return self._numbered(block)
            case Role.TABLE:
                return self._table(block)
            case Role.PROSE | Role.LIST:
                return self._prose_paragraph(block)

    def _counted(self, name: str) -> str:
        self._counts[name] += 1
        return name if self._counts[name] == 1 else f"{name} {self._counts[name]}"

    def _numbered(self, block: Block) -> str:
        if block.parent is not None:
            return self._below(self._locators[block.parent], block)
        part = f"{block.part}, " if block.part else ""
        if block.role is Role.PREAMBLE:
            term = "preambular para."
        elif block.label:
            return f"{part}para. {block.label}"
        elif block.role is Role.OPERATIVE:
            term = "operative para."
        else:
            term = "unnumbered para." if block.part in self._labelled_parts else "para."
        self._counts[part, term] += 1
        return f"{part}{term} {self._counts[part, term]}"

    def _below(self, parent: str, block: Block, term: str = "item") -> str:
        if block.label:
            return f"{parent}, {term} {block.label}" if block.label.isdigit() else f"{parent} {block.label}"
        self._counts["below", parent, term] += 1
        return f"{parent}, {term} {self._counts['below', parent, term]}"

    def _prose_paragraph(self, block: Block) -> str:
        if block.label and block.role is Role.PROSE:
            return f"para. {block.label}" if block.parent is None else f"{self._locators[block.parent]} {block.label}"
        if block.parent is not None and self._has_locator_of_its_own(block.parent):
            above = self._locators[block.parent]
            return self._below(above, block) if block.role is Role.LIST else f"{above}, continued"
        counter = ("section", block.headings)
        if not self._continues(block):
            self._counts[counter] += 1
        self._prose = block
        paragraph = f"{_section(block)}para. {self._counts[counter]}"
        return self._below(paragraph, block) if block.role is Role.LIST else paragraph

    def _has_locator_of_its_own(self, index: int) -> bool:
        """Tell whether what hangs under a block is cited below it: not so a list, which counts as its own paragraph."""
        above = self._document.blocks[index]
        return above.role is not Role.PROSE or above.label is not None or above.parent is not None

    def _continues(self, block: Block) -> bool:
        """Tell whether an item stands in the paragraph counted last: no blank line between them, or the same list."""
        last = self._prose
        if last is None or block.role is not Role.LIST or last.headings != block.headings:
            return False
        if last.role is Role.LIST and last.parent == block.parent:
            return True
        return _BLANK_LINE.search(self._document.text, last.spans[-1][1], block.spans[0][0]) is None

    def _table(self, block: Block) -> str:
        above = None if block.parent is None else self._document.blocks[block.parent]
        if above is None or block.parent is None or (above.role is Role.PROSE and not above.label):
            self._prose = None
            counter = ("table", block.headings)
            self._counts[counter] += 1
            return f"{_section(block)}table {self._counts[counter]}"
        if above.role is Role.TABLE:
            return self._below(self._locators[block.parent], block, "row")
        return f"{self._locators[block.parent]}, table"


def _section(block: Block) -> str:
    return f"{block.headings[-1]}, " if block.headings else ""


def _unique(locators: list[str], blocks: tuple[Block, ...]) -> list[str]:
    """Return the locators with the heading above put before those that occur twice, and a number after what is left."""
    often = Counter(locators)
    longer = [
        _with_outer_heading(locator, block) if often[locator] > 1 else locator
        for locator, block in zip(locators, blocks, strict=True)
    ]
    taken = set(longer)
    seen: Counter[str] = Counter()
    result = []
    for locator in longer:
        seen[locator] += 1
        unique, number = locator, seen[locator]
        while number > 1 and unique in taken:
            unique, number = f"{locator} [{number}]", number + 1
        taken.add(unique)
        result.append(unique)
    return result


def _with_outer_heading(locator: str, block: Block) -> str:
    path = [heading for heading in block.headings if not locator.startswith(f"{heading}, ")]
    return f"{path[-1]}, {locator}" if path else locator


# A full stop ends a sentence when white space and something that can begin one follow, and the word before it is no
# abbreviation, no initial and no paragraph number.
_SENTENCE_END = re.compile(r"(?<=[.!?])[\"'”’)\]]*\s+(?=[\"'“‘(\[]*[A-Z0-9])")
_NO_END = re.compile(
    r"(?:\b(?:Mr|Mrs|Ms|Dr|St|Gen|Col|Lt|Sgt|Prof|Rev|Hon|Messrs|No|Nos|para|paras|art|arts|vol|vols|pp?|cf|viz|vs"
    r"|ed|eds|chap|sect|fig|Add|Corr|Rev|Inc|Ltd|Co|Jr|Sr|approx|ca|etc|i\.e|e\.g|al|ibid|U\.S|U\.N)|\b[A-Z]|^\W*\d{1,3})\.$",
    re.IGNORECASE,
)


def sentences_of(text: str) -> tuple[Span, ...]:
    """Return the ranges of the sentences in `text`: ascending, together covering all but the white space between."""
    spans: list[Span] = []
    start = 0
    for end in _SENTENCE_END.finditer(text):
        stop = end.start() + len(end.group()) - len(end.group().lstrip("\"'”’)]"))
        if not _NO_END.search(text[start : end.start()]):
            spans.append((start, stop))
            start = end.end()
    if text[start:].strip():
        spans.append((start, len(text)))
    return tuple(spans)
