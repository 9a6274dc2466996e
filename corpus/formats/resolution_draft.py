"""The blocks of a resolution while it is read: what was found, and the headings and lists the next stands under."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from corpus.document import Block, Role
from corpus.formats.resolution_lines import Line, ending
from corpus.formats.resolution_marks import BULLETS, Mark, Outline, Place, Style


@dataclass(slots=True)
class Draft:
    """What has been read so far.

    Attributes:
        text: The text of the file.
        role: What the blocks are that are added next.
        blocks: What was found.
        warnings: What looked wrong.
        outline: The open lists.
        last: Index of the paragraph that the next line may continue, None after a heading or where nothing can.
        part: The division that labels count in.
        section: The headings above the paragraphs.
        inner: The headings above the items of one paragraph.
        after_heading: The line before was a heading.
    """

    text: str
    role: Role = Role.PREAMBLE
    blocks: list[Block] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    outline: Outline = field(default_factory=Outline)
    last: int | None = None
    part: str | None = None
    section: tuple[str, ...] = ()
    inner: tuple[str, ...] = ()
    after_heading: bool = False

    # -- what the paragraph before is ----------------------------------------------------------------------------------

    def words(self, block: int) -> str:
        """Return the last range of a block."""
        start, end = self.blocks[block].spans[-1]
        return self.text[start:end]

    @property
    def stem(self) -> str:
        """The punctuation mark that the paragraph before ends with; "." where there is none to continue."""
        return "." if self.last is None else ending(self.words(self.last))

    @property
    def is_nested(self) -> bool:
        """The paragraph before is an item of a list."""
        return self.last is not None and self.blocks[self.last].parent is not None

    @property
    def is_labelled(self) -> bool:
        """The paragraph before has a printed mark."""
        return self.last is not None and self.blocks[self.last].label is not None

    # -- divisions -----------------------------------------------------------------------------------------------------

    def begin_division(self, part: str | None, heading: Line | None) -> None:
        """Begin a division whose labels count anew."""
        self.part, self.last = part, None
        self.section, self.inner, self.after_heading = (heading.text,) if heading else (), (), True
        self.outline.reset(None)

    def begin_section(self, heading: Line) -> None:
        """Begin a division in which the labels go on."""
        self.last, self.outline.base = None, None
        self.section, self.inner, self.after_heading = (heading.text,), (), True

    def add_heading(self, line: Line, within_list: bool) -> None:
        """Set a heading above the paragraphs that follow, or above the items of the list that it stands in."""
        if self.role is Role.ANNEX:
            self.section = (*(self.section if self.after_heading else self.section[:1]), line.text)
            self.outline.reset(None)
            self.last = None
        elif within_list:
            self.inner = (*self.inner, line.text) if self.after_heading else (line.text,)
        else:
            self.section, self.inner = (*self.section, line.text) if self.after_heading else (line.text,), ()
        self.after_heading = True

    # -- blocks --------------------------------------------------------------------------------------------------------

    def add_adoption(self, line: Line) -> None:
        """Add a note of adoption or of the vote."""
        self.blocks.append(Block(((line.start, line.end),), Role.ADOPTION))

    def add_marked(self, line: Line, mark: Mark, place: Place) -> None:
        """Add a numbered paragraph or an item; a bullet is left out, a printed mark is part of the words."""
        bullet = place.style in BULLETS
        outermost = place.style is Style.NUMBER and place.depth == 0
        parent = None if outermost else self.outline.parent_at(place.depth)
        if parent is None:
            self._warn_of_gap(mark, place)
            self.inner = ()
        words = line.cut(mark.length)[1] if bullet else line
        if words.text:
            label = None if bullet else _label(line.text[: mark.length], mark, parent)
            self.outline.enter(place, self._add(words, self.role, label, parent))

    def _warn_of_gap(self, mark: Mark, place: Place) -> None:
        if place.skipped and place.style is Style.NUMBER and self.role is Role.OPERATIVE:
            before = place.ordinal - place.skipped - 1
            found = f"jump from {before} to" if before else "begin with"
            self.warnings.append(f"operative paragraphs {found} {mark.token}")

    def add_unlabelled(self, line: Line, role: Role | None = None) -> None:
        """Add a paragraph without a mark; a list without numbers above it hangs under it."""
        self.inner = ()
        if line.text[0].islower():
            self.warnings.append(f'a paragraph begins in mid-sentence: "{line.text[:40]}"')
        block = self._add(line, role or self.role)
        if self.outline.next_number() == 1 or self.role is not Role.OPERATIVE:
            self.outline.reset(block)

    def add_flush(self, line: Line) -> None:
        """Add words that end a sentence whose list stands between: they hang where the list hangs."""
        assert self.last is not None
        item = self.last
        self.outline.stand_in(item, self._add(line, self.role, None, self.blocks[item].parent))

    def _add(self, line: Line, role: Role, label: str | None = None, parent: int | None = None) -> int:
        if parent is not None:
            role = self.blocks[parent].role  # an item is a recital where the list hangs under one
        headings = (*self.section, *self.inner)
        self.blocks.append(Block(((line.start, line.end),), role, headings, label, parent, self.part))
        self.last, self.after_heading = len(self.blocks) - 1, False
        return self.last

    def extend(self, line: Line, block: int | None = None) -> None:
        """Add the line to `block`, or to the paragraph before, as a range of its own."""
        index = self.last if block is None else block
        assert index is not None
        before = self.blocks[index]
        self.blocks[index] = replace(before, spans=(*before.spans, (line.start, line.end)))
        self.after_heading = False


def _label(printed: str, mark: Mark, parent: int | None) -> str:
    """Return the mark as it is cited: a number without its full stop, anything below it in brackets."""
    bare = mark.ordinal(Style.DECIMAL) or (parent is None and ")" not in printed)
    return mark.token if bare else f"({mark.token})"
