"""The paragraphs of a resolution: its lines, in order, made into blocks.

A resolution goes through stages: head, preamble, operative part, foot, annexes. What a line is depends on the stage, on
the paragraph before it and on the mark it begins with; `read_body` walks through the lines once and keeps these three.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from enum import IntEnum

from corpus.document import Block, Role, Span
from corpus.formats.resolution_draft import Draft
from corpus.formats.resolution_lines import (
    Line,
    adoption_foot,
    adoption_length,
    bare_number,
    begins_annex,
    begins_operative,
    begins_preambular,
    closes,
    completes_adoption,
    division,
    enacting_length,
    ending,
    head_length,
    is_furniture,
    is_heading,
    is_rule,
    lines_of,
    notes_in,
    number_within,
    printed_spans,
    run_together,
    tells_the_vote,
)
from corpus.formats.resolution_marks import CAPITALS, Mark, Place, Style, read_mark, repaired_mark

_LONGEST_LEAD = 80  # characters of "Rule of law:" above a list; longer ones are sentences
_HEADINGS_IN_A_ROW = 3  # more short lines than these, one after another, are a list
_LONGEST_NOTE = 300  # characters of a note about the vote
_QUOTES = '“"‘'


class Stage(IntEnum):
    """How far the reading has come."""

    HEAD = 0
    PREAMBLE = 1
    OPERATIVE = 2
    FOOT = 3
    ANNEX = 4


_ROLES = {Stage.PREAMBLE: Role.PREAMBLE, Stage.OPERATIVE: Role.OPERATIVE, Stage.ANNEX: Role.ANNEX}


@dataclass(frozen=True, slots=True)
class Body:
    """What the lines of a resolution were made into."""

    blocks: tuple[Block, ...]
    furniture: tuple[Span, ...]
    warnings: tuple[str, ...]


def read_body(text: str) -> Body:
    """Return the blocks of a resolution, the spans that are none, and what looks wrong."""
    reader = _Reader(text)
    while reader.lines:
        reader.step()
    blocks = tuple(reader.draft.blocks)
    return Body(blocks, _gaps(text, blocks), tuple(reader.draft.warnings))


def _gaps(text: str, blocks: tuple[Block, ...]) -> tuple[Span, ...]:
    """Return the ranges between the spans of the blocks, one for each paragraph, without white space around them."""
    spans = sorted(span for block in blocks for span in block.spans)
    gaps: list[Span] = []
    for (_, start), (end, _) in zip([(0, 0), *spans], [*spans, (len(text), 0)], strict=True):
        gaps.extend((start + begin, start + stop) for begin, stop in printed_spans(text[start:end]))
    return tuple(gaps)


def _numbers_restart(lines: list[Line]) -> bool:
    """Tell whether the numbers begin again in each of the parts A, B, C, or the parts have none."""
    part, firsts = 0, dict[int, int]()
    for line in lines:
        if begins_annex(line):
            break
        if division(line.text):
            part += 1
        elif part and (mark := line.mark) and (number := mark.ordinal(Style.NUMBER)):
            firsts.setdefault(part, number)
    return not firsts or 1 in list(firsts.values())[1:]


class _Reader:
    """The lines still to be read and the state of the reading."""

    def __init__(self, text: str) -> None:
        lines = list(lines_of(text))
        self.draft = Draft(text)
        self.lines = lines[::-1]  # the next one last
        self._parts_count = _numbers_restart(lines)
        self._stage = Stage.HEAD
        self._annexes = 0
        self._resolutions = 0
        self._after_rule = False
        self._closed = False  # the paragraph that usually is the last one was read
        self._all_quoted = False  # the whole annex stands in quotation marks

    def step(self) -> None:
        """Read the next line."""
        line = self.lines.pop()
        if is_rule(line.text):
            self._after_rule = self._stage >= Stage.OPERATIVE
        elif self._stage is Stage.HEAD:
            self._read_head(line)
        elif self._stage is Stage.FOOT:
            self._read_foot(line)
        elif not is_furniture(line.text):
            self._read_text(line)

    # -- the lines to come ---------------------------------------------------------------------------------------------

    def _put_back(self, *lines: Line) -> None:
        """Read `lines` next."""
        self.lines.extend(line for line in reversed(lines) if line.text)

    def _mark_below(self) -> Mark | None:
        """Return the mark of the next line."""
        return next((line.mark for line in reversed(self.lines) if not is_furniture(line.text)), None)

    def _mark_ahead(self) -> Mark | None:
        """Return the next mark that is no bullet."""
        lines = (line for line in reversed(self.lines) if not is_furniture(line.text))
        return next((mark for line in lines if (mark := line.mark) and mark.token), None)

    # -- divisions -----------------------------------------------------------------------------------------------------

    def _enter(self, stage: Stage) -> None:
        self._stage, self._closed = stage, False
        self.draft.role = _ROLES.get(stage, self.draft.role)

    def _begin_resolution(self, line: Line, length: int) -> None:
        """Begin the preamble; a second one in the same text is a resolution of its own."""
        self._resolutions += 1
        self._enter(Stage.PREAMBLE)
        self.draft.last = None
        self.draft.outline.reset(None)  # no preambular item hangs under what was decided before
        if self._resolutions > 1:
            self.draft.part = self.draft.part or f"resolution {self._resolutions}"
        self._put_back(line.cut(length)[1])

    def _begin_part(self, line: Line, name: str) -> None:
        self._closed = False
        if self._parts_count:
            self.draft.begin_division(f"part {name}", line)
        else:
            self.draft.begin_section(line)

    def _begin_annex(self, heading: Line | None) -> None:
        self._annexes += 1
        self._enter(Stage.ANNEX)
        self._all_quoted = heading is not None and heading.text[0] in _QUOTES
        self.draft.begin_division(f"annex {self._annexes}", heading)

    # -- head and foot -------------------------------------------------------------------------------------------------

    def _read_head(self, line: Line) -> None:
        blocks = self.draft.blocks
        if length := adoption_length(line.text, continues=bool(blocks)):
            adopted, rest = line.cut(length)
            if blocks and not adopted.text.startswith("Ad"):
                self.draft.extend(adopted, len(blocks) - 1)
            else:
                self.draft.add_adoption(adopted)
            self._put_back(rest)
        elif length := head_length(line.text):
            self._put_back(line.cut(length)[1])
        elif (name := division(line.text)) is not None:
            self._begin_part(line, name)
        elif not is_furniture(line.text):
            self._enter(Stage.PREAMBLE)
            self._put_back(line)

    def _read_adoption(self, line: Line, start: int) -> None:
        before, adopted = line.cut(start)
        if before.text:
            self._put_back(before, adopted)
            return
        first, *notes = notes_in(adopted)
        self.draft.add_adoption(first)
        self._enter(Stage.FOOT)
        self._put_back(*notes)

    def _read_foot(self, line: Line) -> None:
        last = len(self.draft.blocks) - 1
        if begins_annex(line):
            self._begin_annex(line)
        elif length := enacting_length(line.text):
            self._begin_resolution(line, length)
        elif completes_adoption(self.draft.words(last), line.text):
            self.draft.extend(line, last)
        else:
            for note in notes_in(line):
                if tells_the_vote(note.text) and len(note.text) < _LONGEST_NOTE:
                    self.draft.add_adoption(note)

    # -- text ----------------------------------------------------------------------------------------------------------

    def _read_text(self, line: Line) -> None:
        after_rule, self._after_rule = self._after_rule, False
        annexed = self._stage is Stage.ANNEX
        if (start := adoption_foot(line.text)) is not None and (not annexed or start == 0):
            self._read_adoption(line, start)
        elif (length := enacting_length(line.text)) and annexed:
            self._put_back(line.cut(length)[1])
        elif length:
            self._begin_resolution(line, length)
        elif begins_annex(line) and self._stage >= Stage.OPERATIVE:
            self._begin_annex(line)
        elif self._has_left_the_body(line, after_rule) or (annexed and after_rule and line.mark is None):
            self._begin_annex(None)
            self._put_back(line)
        elif not annexed and (name := division(line.text)) is not None:
            self._begin_part(line, name)
        else:
            self._read_paragraph(line)

    def _has_left_the_body(self, line: Line, after_rule: bool) -> bool:
        """Tell whether a line after the closing paragraph, or after a rule, stands in an annex without a heading."""
        if self._stage is not Stage.OPERATIVE or not (after_rule or self._closed) or line.text[0].islower():
            return False
        if division(line.text) is not None:
            return False
        mark = line.mark or (self._mark_ahead() if is_heading(line) else None)
        return mark is None or mark.ordinal(Style.NUMBER) != self.draft.outline.next_number()

    def _read_paragraph(self, line: Line) -> None:
        if self._is_quotation(line):
            self.draft.extend(line)
        elif self._is_marked_heading(line):
            self._add_heading(line)
        elif (mark := self._mark_of(line)) and (place := self._place(line, mark)):
            self._read_marked(line, mark, place)
        elif self._is_section_heading(line):
            self._add_heading(line)
        elif self._stage is Stage.PREAMBLE:
            self._read_preambular(line)
        elif self._stage is Stage.ANNEX:
            self._read_annexed(line)
        else:
            self._read_operative(line)

    def _is_quotation(self, line: Line) -> bool:
        """Tell whether the line quotes another text within the paragraph before it."""
        last = self.draft.last
        if last is None or self._all_quoted or line.text[0] not in _QUOTES + "'”":
            return False
        return self.draft.stem == ":" or self.draft.words(last)[0] in _QUOTES

    # -- marked paragraphs ---------------------------------------------------------------------------------------------

    def _mark_of(self, line: Line) -> Mark | None:
        """Return the mark of a line, as it was before it was scanned."""
        text = line.words if self._all_quoted else line.text
        mark = read_mark(text)
        if mark is not None and self._all_quoted:
            return replace(mark, length=mark.length + len(line.text) - len(text))
        if self._stage is Stage.ANNEX:
            return mark
        outline = self.draft.outline
        repaired = bare_number(text, outline.next_number()) or repaired_mark(text, mark, outline, self._mark_ahead())
        if repaired is not None and not text.lstrip("({ ").startswith(repaired.token):
            printed = text[: repaired.length].strip()
            self.draft.warnings.append(f'the mark "{printed}" was read as "{repaired.token}"')
        return repaired or mark

    def _place(self, line: Line, mark: Mark) -> Place | None:
        """Return where a mark stands; a number, or a verb of decision behind the mark, ends the preamble."""
        draft, number = self.draft, mark.ordinal(Style.NUMBER)
        enacts = number is not None or (draft.stem != ":" and begins_operative(line.text[mark.length :]))
        if self._stage is Stage.PREAMBLE and enacts:
            self._enter(Stage.OPERATIVE)
            draft.last = None
            draft.outline.reset(None)
        place = draft.outline.place(mark, self._mark_ahead(), draft.stem)
        if place is None or number is None:
            return place
        if number == draft.outline.next_number() and begins_operative(line.text[mark.length :]):
            return Place(0, Style.NUMBER, number)
        levels = draft.outline.levels
        nested = any(level.style is Style.NUMBER for level in levels) or (levels and draft.stem in (":", ""))
        return place if nested else Place(0, Style.NUMBER, number, skipped=number - 1)

    def _read_marked(self, line: Line, mark: Mark, place: Place) -> None:
        number = place.ordinal if place.depth == 0 and place.style is Style.NUMBER else None
        if number and self._stage is Stage.OPERATIVE and (cut := self._next_number_within(line, number)):
            self._put_back(*line.cut(cut))
            return
        behind = read_mark(line.text[mark.length :])
        if behind is not None and place.style is Style.NUMBER and self.draft.outline.begins(behind):
            line, item = line.cut(mark.length)  # "2. (a) Decides ..."
            self._put_back(item)
        self.draft.add_marked(line, mark, place)
        if number:
            self._note_closing(line)

    def _next_number_within(self, line: Line, number: int) -> int | None:
        """Return where the next numbered paragraph begins, if the scanner has run it together with this one."""
        ahead = self._mark_ahead()
        if ahead is not None and ahead.ordinal(Style.NUMBER) == number + 1:
            return None
        return number_within(line.text, number + 1)

    def _note_closing(self, line: Line) -> None:
        self._closed = self._stage is Stage.OPERATIVE and closes(line.text) and ending(line.text) in (".", "")

    # -- headings ------------------------------------------------------------------------------------------------------

    def _is_marked_heading(self, line: Line) -> bool:
        """Tell whether the line is a heading such as "A. ENRICHMENT", not the first of a list of such lines."""
        if self._stage < Stage.OPERATIVE or not _is_capital_heading(line) or not self.lines:
            return False
        return not _is_capital_heading(self.lines[-1])

    def _is_section_heading(self, line: Line) -> bool:
        draft, below = self.draft, self._mark_below()
        annexed, stem = self._stage is Stage.ANNEX, draft.stem
        if line.text.endswith(":") and len(line.text) <= _LONGEST_LEAD and self._stage is Stage.OPERATIVE:
            return below is not None and draft.last is not None and stem in (".", ";", ",")
        recital = line.marked_up and begins_preambular(line.text) and len(line.text) > _LONGEST_LEAD // 2
        if not is_heading(line) or recital:
            return False
        if line.marked_up or (draft.after_heading and not annexed):
            return True
        if annexed:
            return not self._is_one_of_many(line) and (draft.after_heading or stem != ":")
        if draft.last is None or stem in (".", ";", ","):
            return self._stage is not Stage.PREAMBLE or below is not None
        above_list = below is not None and below.ordinal(Style.NUMBER) is None
        single = len(draft.blocks[draft.last].spans) == 1
        return above_list or (stem == "" and single and below is not None)

    def _is_one_of_many(self, line: Line) -> bool:
        """Tell whether the line is one of many short ones: names, not headings."""
        count = 1
        for other in reversed(self.lines):
            if other.mark is not None or other.marked_up or not is_heading(other):
                break
            count += 1
        in_list = self.draft.last is not None and not self.draft.after_heading and self.draft.stem == ""
        return count > _HEADINGS_IN_A_ROW or in_list

    def _add_heading(self, line: Line) -> None:
        below = self._mark_below()
        above_items = below is not None and below.ordinal(Style.NUMBER) is None
        self.draft.add_heading(line, within_list=above_items and bool(self.draft.outline.levels))

    # -- paragraphs without a mark -------------------------------------------------------------------------------------

    def _read_preambular(self, line: Line) -> None:
        line, *others = run_together(line)
        self._put_back(*others)
        decides = begins_operative(line.words)
        begins = decides or begins_preambular(line.words)
        if self.draft.last is not None and (line.text[0].islower() or (self.draft.stem in ("", ":") and not begins)):
            self.draft.extend(line)
            return
        if decides:
            self._enter(Stage.OPERATIVE)
            self.draft.outline.reset(None)
        self._add_unlabelled(line)

    def _read_operative(self, line: Line) -> None:
        draft, stem, low = self.draft, self.draft.stem, line.text[0].islower()
        preambular = begins_preambular(line.words)
        if draft.last is None:
            self._add_unlabelled(line, Role.PREAMBLE if preambular else None)
        elif line.text.startswith("That "):
            self._add_unlabelled(line)
        elif draft.is_nested and low and stem in (",", ";", "."):
            draft.add_flush(line)
        elif low or stem in (":", ""):
            draft.extend(line)
        elif begins_operative(line.words) and not (draft.is_nested and draft.outline.next_number() > 1):
            self._add_unlabelled(line)
        elif preambular and not draft.is_nested and ending(line.text) in (",", ""):
            self._add_unlabelled(line, Role.PREAMBLE)
        else:
            draft.extend(line)

    def _read_annexed(self, line: Line) -> None:
        draft = self.draft
        belongs = draft.is_labelled and (draft.stem == ":" or line.text.startswith("Note"))
        if draft.last is not None and (belongs or line.text[0].islower()):
            draft.extend(line)
        else:
            self._add_unlabelled(line)

    def _add_unlabelled(self, line: Line, role: Role | None = None) -> None:
        self.draft.add_unlabelled(line, role)
        self._note_closing(line)


def _is_capital_heading(line: Line) -> bool:
    mark = line.mark
    return mark is not None and mark.readings[0][0] in CAPITALS and is_heading(line)
