"""What Discord is to show, whatever form a server chose for it: cards made of answers, passages and lists. Pure.

All text in a card is Discord's Markdown; what a document or a person wrote is escaped here, and words of a document
stand in it only as quotations that were read again and compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from enum import Enum

from bot.citations import Copyable
from bot.excerpts import parts, window
from bot.gaps import Gap, csv_of
from bot.markdown import code_block, escaped, heading, link, marked_quoted, quoted, shortened
from bot.presses import Action, Pointer, Press
from bot.server_settings import Style
from bot.strings import KINDS, Language, Said, count, day, listing, numeral, say
from bot.syncing import SyncedCommands
from bot.unanswered import KEPT
from corpus.citation import Citation, cite
from corpus.document import Passage, Source, Span
from corpus.passages import sentences_of
from retrieval.answering import Answer, Quotation
from retrieval.collection import NOT_HELD
from retrieval.store import Generation

DOCUMENTS_PER_PAGE = 10
GAPS_PER_PAGE = 6
NO_COMMANDS = SyncedCommands({}, sent=False)
"""Before the bot has logged in; commands are then named and cannot be clicked."""

_ROOM = {Style.CARDS: 3_800, Style.EMBEDS: 3_800, Style.TEXT: 1_800}
"""Characters of a message. Discord takes 4,000, 4,096 and 2,000; the rest is for a line that is put below."""
_LINE = {Style.CARDS: 200, Style.EMBEDS: 200, Style.TEXT: 120}
"""Characters of a question, a name or an address, as markup."""
_BESIDE = 180
"""Characters of the small lines beside one quotation, and of what parts it from the next."""
_QUOTE = 1_100
"""Characters of one quotation beside others: a longer one is shown in part."""
_PER_PAGE = 3
_STEM = 300
_SNIPPET = 180
_LEFT_OUT = r"> \[…]"
_LOCATOR = 60
_NAME = 60
_LEAST_TITLE = 12
_ADDRESS = re.compile(r"https?://\S{1,504}")  # of a button


class Tone(Enum):
    """What kind of thing a card says; it is always said in words as well."""

    ANSWER = "answer"
    NOT_FOUND = "not found"
    NOTE = "note"


class Look(Enum):
    """How a button looks."""

    PLAIN = "plain"
    SUCCESS = "success"
    DANGER = "danger"


@dataclass(frozen=True, slots=True)
class Button:
    """Something to press: it carries a press, or leads to a page."""

    label: str
    custom_id: str | None = None
    url: str | None = None
    look: Look = Look.PLAIN
    disabled: bool = False


@dataclass(frozen=True, slots=True)
class Choice:
    """One line of a menu."""

    label: str
    value: str
    description: str = ""


@dataclass(frozen=True, slots=True)
class Menu:
    """A list to choose one of."""

    custom_id: str
    placeholder: str
    choices: tuple[Choice, ...]


@dataclass(frozen=True, slots=True)
class Entry:
    """A part of a card, with the button that belongs to it."""

    text: str
    button: Button | None = None


@dataclass(frozen=True, slots=True)
class TextFile:
    """A list that is too long for a card, to be attached to it."""

    name: str
    text: str


@dataclass(frozen=True, slots=True)
class Card:
    """One message.

    Attributes:
        tone: What kind of thing it says.
        head: Its heading, and how a reference was understood; without an empty line, so that it can be found again.
        entries: Its parts.
        notes: Small lines at the end.
        rows: Buttons, row by row.
        menu: A list to choose from, below them.
        file: What is attached.
    """

    tone: Tone
    head: str
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    menu: Menu | None = None
    file: TextFile | None = None


@dataclass(frozen=True, slots=True)
class Frame:
    """For whom and where a card is made.

    Attributes:
        language: Of the bot's own words.
        style: The form it is sent in: how much fits depends on it.
        asker: The id of the person who asked.
        private: Whether only they see it.
        feedback: Whether Helpful and Not helpful are asked for.
        commands: Those that Discord knows, to be named so that they can be clicked.
        server: The id of the server whose own documents may be shown; None where only shared ones may.
    """

    language: Language
    style: Style
    asker: int
    private: bool = False
    feedback: bool = False
    commands: SyncedCommands = NO_COMMANDS
    server: int | None = None

    @property
    def room(self) -> int:
        """How many characters fit into a message."""
        return _ROOM[self.style]

    @property
    def line(self) -> int:
        """How many of them a question, a name or an address may take."""
        return _LINE[self.style]

    def say(self, said: Said, **values: object) -> str:
        """Return a sentence in the language of this card."""
        return say(self.language, said, **values)

    def count(self, said: Said, number: int) -> str:
        """Return a number of things in the language of this card."""
        return count(self.language, said, number)

    def command(self, name: str) -> str:
        """Return how a command is named."""
        return self.commands.mention(name)


@dataclass(frozen=True, slots=True)
class Shown:
    """A quotation on a card.

    Attributes:
        quotation: Read again and compared.
        marked: The sentence set in bold, as a range of its text; None where none is.
        items: What hangs under it and is quoted with it.
    """

    quotation: Quotation
    marked: Span | None = None
    items: tuple[Quotation, ...] = ()

    @classmethod
    def answering(cls, quotation: Quotation) -> Shown:
        """Return a quotation with the sentence that answers marked, where there is more than one."""
        whole = (0, len(quotation.text))
        return cls(quotation, None if quotation.marked_span == whole else quotation.marked_span)

    @property
    def pointer(self) -> Pointer:
        """What a button needs to find it again."""
        sentence = None
        if self.marked is not None:
            spans = sentences_of(self.quotation.text)
            sentence = spans.index(self.marked) if self.marked in spans else None
        return Pointer(self.quotation.passage.id, sentence, bool(self.items))


def pointed(pointer: Pointer, quotation: Quotation, items: Sequence[Quotation] = ()) -> Shown:
    """Return a quotation as a button has it: the inverse of `Shown.pointer`."""
    sentences = sentences_of(quotation.text)
    if pointer.sentence is None or pointer.sentence >= len(sentences):
        return Shown(quotation, None, tuple(items))
    marked = sentences[pointer.sentence]
    return Shown(replace(quotation, marked_span=marked), marked, tuple(items))


def answer_card(answer: Answer, frame: Frame, generation: Generation, shown: Sequence[Shown] = ()) -> Card:
    """Return the first page of an answer, or the statement that there is none.

    `shown` are its quotations as they are to be shown, where some are shown with what hangs under them.
    """
    if not answer.found:
        return _not_found(answer, frame, generation)
    shown = shown or [Shown.answering(each) for each in answer.quotations]
    lines = [_number_of(shown, Said.BEST_FIRST, frame)] if len(shown) > 1 else []
    if answer.reading:
        lines.append(frame.say(Said.READ_AS, reading=escaped(_brief(answer.reading, frame.line))))
    head = "\n".join([heading(_brief(answer.question, frame.line)), *map(_small, lines)])
    return quotations_card(head, shown, frame, generation)


def reference_head(name: str, shown: Sequence[Shown], notes: Sequence[str], frame: Frame) -> str:
    """Return what stands above quotations that were asked for by a reference.

    Args:
        name: The reference, as it was understood.
        shown: All that are quoted, in the order of the reference.
        notes: Sentences about what of it does not exist, or is not shown.
        frame: For whom and where.
    """
    lines = [_number_of(shown, Said.OF_DOCUMENTS, frame)] if len(shown) > 1 else []
    lines += [escaped(_brief(" ".join(notes), 3 * frame.line))] if notes else []
    return "\n".join([heading(_brief(name, frame.line)), *map(_small, lines)])


def _number_of(shown: Sequence[Shown], said: Said, frame: Frame) -> str:
    documents = {each.quotation.passage.source.id for each in shown}
    return frame.say(
        said,
        passages=frame.count(Said.PASSAGES, len(shown)),
        documents=frame.count(Said.DOCUMENTS, len(documents)),
    )


def quotations_card(head: str, shown: Sequence[Shown], frame: Frame, generation: Generation, page: int = 0) -> Card:
    """Return one page of quotations.

    Args:
        head: What stands above them, on every page.
        shown: All that are quoted, best first.
        frame: For whom and where.
        generation: The index that answered.
        page: From 0; one that does not exist is the last.
    """
    room = frame.room - len(head) - _longest_notes(shown, frame, generation)
    numbers = range(1, len(shown) + 1) if len(shown) > 1 else (None,)
    pages = _pages([_Part.of(each, number, frame, room) for each, number in zip(shown, numbers, strict=True)], room)
    page = min(page, len(pages) - 1)
    press = Press(Action.PAGE, frame.asker, page, tuple(each.pointer for each in shown))
    entries = tuple(_entry(part, frame, press) for part in pages[page])
    rows = (_pager(press, len(pages), frame), _actions(press, pages[page], frame))
    return Card(Tone.ANSWER, head, entries, _notes(shown, frame, generation), tuple(filter(None, rows)))


def _notes(shown: Sequence[Shown], frame: Frame, generation: Generation) -> tuple[str, ...]:
    documents = frame.count(Said.DOCUMENTS, generation.documents)
    of_index = frame.say(Said.INDEX_OF, day=timestamp(generation), documents=documents)
    differences = _differences([each.quotation for each in shown], frame)
    return tuple(map(_small, [*differences, frame.say(Said.VERBATIM), of_index]))


def _longest_notes(shown: Sequence[Shown], frame: Frame, generation: Generation) -> int:
    """Return how long the notes are in the longest language: whoever turns a page finds the same ones."""
    return max(
        sum(len(note) + 1 for note in _notes(shown, replace(frame, language=each), generation)) for each in Language
    )


@dataclass(frozen=True, slots=True)
class _Part:
    """A quotation as it stands on a page: its citation and words, and whether it begins and goes on beyond them."""

    shown: Shown
    number: int | None
    text: str
    earlier: bool
    later: bool

    @classmethod
    def of(cls, shown: Shown, number: int | None, frame: Frame, room: int) -> _Part:
        """Return a quotation, shortened to whole sentences where it is too long for a page of so much room."""
        cited = _cited(shown.quotation.citation, frame.line, number)
        left = room - len(cited) - _BESIDE
        words, earlier, later = _words(shown, left if number is None else min(_QUOTE, left))
        return cls(shown, number, f"{cited}\n{words}", earlier, later)


def _pages(parts: Sequence[_Part], room: int) -> list[list[_Part]]:
    pages: list[list[_Part]] = []
    left = 0
    for part in parts:
        size = len(part.text) + _BESIDE
        if not pages or size > left or len(pages[-1]) == _PER_PAGE:
            pages.append([])
            left = room
        pages[-1].append(part)
        left -= size
    return pages


def _entry(part: _Part, frame: Frame, press: Press) -> Entry:
    lines = [part.text]
    lines += [_small(f"… {frame.say(Said.BEGINS_EARLIER)}")] if part.earlier else []
    lines += [_small(f"{frame.say(Said.GOES_ON)} …")] if part.later else []
    lines.append(_small(_provenance(part.shown.quotation.citation, frame)))
    in_part = part.earlier or part.later
    more = press.doing(Action.READ if in_part else Action.CONTEXT, part.shown.pointer)
    label = frame.say(Said.WHOLE if in_part else Said.CONTEXT)
    if part.number is not None and frame.style is not Style.CARDS:
        label = f"{label} {part.number}"  # these buttons stand below, away from their passage
    return Entry("\n".join(lines), Button(label, more.custom_id))


def _words(shown: Shown, room: int) -> tuple[str, bool, bool]:
    """Return the quote block of a passage, and whether it begins and goes on beyond what is shown."""
    text, stem = shown.quotation.text, shown.quotation.passage.stem
    above = [_stem(stem, min(_STEM, room // 3))] if stem else []
    start, end = window(text, shown.marked or (0, 1), room - sum(map(len, above)) - 10, _size)
    lines = [*above, _marked(text, (start, end), shown.marked)]
    shown_whole = end == len(text)
    for each in shown.items:
        line = quoted(each.text)
        if not shown_whole or sum(map(len, lines)) + len(lines) + len(line) > room:
            shown_whole = False
            break
        lines.append(line)
    return "\n".join(lines), start > 0, not shown_whole


def _marked(text: str, shown: Span, marked: Span | None) -> str:
    """Return a part of a text as a quote block, with the part of the marked sentence that is in it in bold."""
    start, end = shown
    begin, stop = (max(marked[0], start), min(marked[1], end)) if marked else shown
    if (begin, stop) == shown:
        return quoted(text[start:end])
    return marked_quoted(text[start:end], (begin - start, stop - start))


def _stem(stem: str, limit: int) -> str:
    """Return the words above a lettered item, or the last of them."""
    if _size(stem) <= limit:
        return quoted(stem)
    start = next(start for start in range(max(len(stem) - limit, 0), len(stem)) if _size(stem[start:]) <= limit)
    blank = stem.find(" ", start)
    return f"{_LEFT_OUT}\n{quoted(stem[start if blank < 0 else blank + 1 :])}"


def _cited(citation: Citation, limit: int, number: int | None = None) -> str:
    name = _brief(str(citation), limit)
    cited = link(name, citation.url) if citation.url and len(citation.url) <= limit else escaped(name)
    before = rf"{number}\. " if number else ""
    return f"**{before}{cited}**"


def _provenance(citation: Citation, frame: Frame) -> str:
    parts = [frame.say(KINDS[citation.kind])]
    if citation.date:
        parts.append(day(frame.language, citation.date))
    return " · ".join(parts)


def _differences(quotations: Iterable[Quotation], frame: Frame) -> list[str]:
    """Return sentences that point out that the sources are of different dates, and of different kinds."""
    sources = list(dict.fromkeys(each.passage.source for each in quotations))
    dates = sorted({source.date for source in sources if source.date})
    kinds = sorted({source.kind for source in sources}, key=list(KINDS).index)
    said = []
    if len(dates) > 1:
        years = list(dict.fromkeys(str(date.year) for date in dates))
        when = years if len(years) > 1 else [day(frame.language, date) for date in dates]
        said.append(frame.say(Said.DATES_DIFFER, years=listing(frame.language, when)))
    if len(kinds) > 1:
        names = [frame.say(KINDS[kind]) for kind in kinds]
        said.append(frame.say(Said.KINDS_DIFFER, kinds=listing(frame.language, names)))
    return said


def timestamp(generation: Generation) -> str:
    """Return the day an index was made, which Discord writes in each reader's own way."""
    return f"<t:{int(generation.created.timestamp())}:D>"


def _pager(press: Press, pages: int, frame: Frame) -> tuple[Button, ...]:
    """Return the buttons that turn pages, none where there is only one; there is no way before the first page."""
    if pages < 2:
        return ()
    page = press.page
    buttons = [Button(frame.say(Said.PAGE_OF, page=page + 1, pages=pages), press.custom_id, disabled=True)]
    if page > 0:
        buttons.insert(0, Button(frame.say(Said.PREVIOUS), press.at(page - 1).custom_id))
    if page < pages - 1:
        buttons.append(Button(frame.say(Said.NEXT), press.at(page + 1).custom_id))
    return tuple(buttons)


def _actions(press: Press, page: Sequence[_Part], frame: Frame) -> tuple[Button, ...]:
    """Return the buttons about a whole message."""
    on_page = [part.shown.pointer for part in page]
    buttons = [Button(frame.say(Said.COPY), press.doing(Action.CITE, *on_page).custom_id)]
    buttons += _share(press, frame)
    if frame.feedback and not frame.private:
        buttons.append(Button(frame.say(Said.HELPFUL), press.doing(Action.HELPFUL, *on_page[:1]).custom_id))
        buttons.append(Button(frame.say(Said.NOT_HELPFUL), press.doing(Action.UNHELPFUL, *on_page[:1]).custom_id))
    buttons.append(_remove(press, frame))
    return tuple(buttons)


def _share(press: Press, frame: Frame) -> tuple[Button, ...]:
    """Return the button that makes a private answer public, none where it is."""
    share = replace(press, action=Action.SHARE)
    return (Button(frame.say(Said.SHARE), share.custom_id),) if frame.private else ()


def _remove(press: Press, frame: Frame) -> Button:
    return Button(frame.say(Said.REMOVE), Press(Action.REMOVE, press.asker).custom_id, look=Look.DANGER)


def _not_found(answer: Answer, frame: Frame, generation: Generation) -> Card:
    """Return the statement that the documents do not say, with nothing quoted; what came closest is behind a button."""
    lines = [quoted(_brief(answer.question, frame.line))]
    if answer.nearest or not answer.problem:
        documents = frame.count(Said.DOCUMENTS, generation.documents)
        passages = frame.count(Said.PASSAGES, generation.passages)
        lines.append(frame.say(Said.SEARCHED, documents=documents, passages=passages))
    if answer.problem and (answer.problem != NOT_HELD or not answer.nearest):
        lines.append(escaped(_brief(answer.problem, 3 * frame.line)))
    lines.append(_try(frame))
    if _is_of_another_script(answer.question):
        lines.append(frame.say(Said.OTHER_SCRIPT))
    nearest = tuple(Shown.answering(each).pointer for each in answer.nearest)
    press = Press(Action.NEAREST, frame.asker, 0, nearest)
    show = (Button(frame.say(Said.SHOW_NEAREST), press.custom_id),) if nearest else ()
    return _nothing(Said.NOT_FOUND, lines, show, frame)


def missing_card(problem: str, frame: Frame) -> Card:
    """Return the statement that a reference names nothing, and what does exist."""
    lines = [escaped(_brief(problem, 4 * frame.line))] if problem else []
    return _nothing(Said.NO_SUCH_REFERENCE, [*lines, _try(frame)], (), frame)


def _nothing(head: Said, lines: Sequence[str], buttons: Sequence[Button], frame: Frame) -> Card:
    documents = Button(frame.say(Said.LIST_DOCUMENTS), Press(Action.SOURCES, frame.asker).custom_id)
    row = (*buttons, documents, _remove(Press(Action.REMOVE, frame.asker), frame))
    return Card(Tone.NOT_FOUND, f"### {frame.say(head)}", (Entry("\n".join(lines)),), (), (row,))


def _try(frame: Frame) -> str:
    return frame.say(Said.TRY, lookup=frame.command("lookup"), sources=frame.command("sources"))


def nearest_card(nearest: Sequence[Quotation], frame: Frame) -> Card:
    """Return what came closest, marked as no answer: citations and first words, with a menu to read them."""
    card = _listed(f"### {frame.say(Said.NEAREST)}", [_line(each, frame) for each in nearest], nearest, frame)
    return replace(card, tone=Tone.NOT_FOUND)


def context_card(shown: Shown, before: Quotation | None, after: Quotation | None, frame: Frame) -> Card:
    """Return a quotation between the passage before and the one after it."""
    citation = shown.quotation.citation
    head = heading(frame.say(Said.AROUND, citation=_brief(str(citation), frame.line)))
    room = (frame.room - len(head) - 100) // 3 - _LOCATOR - 50  # of each, without its name and what is left out
    last = (len(before.text) - 1, len(before.text)) if before else (0, 1)  # what stands next to the one quoted
    blocks = [
        _block(escaped(_locator(before)), before.text, last, None, room) if before else None,
        _block(
            f"**{frame.say(Said.QUOTED_HERE, locator=escaped(_locator(shown.quotation)))}**",
            shown.quotation.text,
            shown.marked or (0, 1),
            shown.marked,
            room,
        ),
        _block(escaped(_locator(after)), after.text, (0, 1), None, room) if after else None,
    ]
    press = Press(Action.READ, frame.asker, 0, (Pointer(shown.quotation.passage.id, None, with_items=True),))
    rows = ((Button(frame.say(Said.READ_ON), press.custom_id), *_source_link(citation, frame)),)
    return Card(
        Tone.NOTE, head, tuple(Entry(block) for block in blocks if block), (_small(_provenance(citation, frame)),), rows
    )


def _block(name: str, text: str, wanted: Span, marked: Span | None, room: int) -> str:
    """Return a passage under its name, around what is wanted of it."""
    start, end = window(text, wanted, room, _size)
    words = _marked(text, (start, end), marked)
    return "\n".join([name, *([_LEFT_OUT] if start else []), words, *([_LEFT_OUT] if end < len(text) else [])])


def _locator(quotation: Quotation) -> str:
    return _brief(quotation.passage.locator, _LOCATOR)


def reading_card(
    paragraph: Sequence[Quotation],
    before: Passage | None,
    after: Passage | None,
    total: int,
    frame: Frame,
    page: int = 0,
    notes: Sequence[str] = (),
) -> Card:
    """Return a paragraph with what hangs under it, part after part, and the ways to the next ones.

    Args:
        paragraph: It and its items, in order.
        before: The paragraph before it, if there is one.
        after: The one after it.
        total: How many passages its document has.
        frame: For whom and where.
        page: Which part, from 0; one that does not exist is the last.
        notes: Sentences about what of a reference does not exist.
    """
    first = paragraph[0]
    stem = [_stem(first.passage.stem, _STEM)] if first.passage.stem else []
    head = reference_head(str(first.citation), (), notes, frame)
    room = frame.room - 4 * frame.line - _BESIDE - sum(map(len, stem))  # with notes or without: pages stay the same
    pages = _packed([block for each in paragraph for block in _quoted_parts(each.text, room)], room)
    page = min(page, len(pages) - 1)
    press = Press(Action.READ_ON, frame.asker, page, (Pointer(first.passage.id, None, with_items=True),))
    of_whole = _small(
        f"{_provenance(first.citation, frame)} · "
        + frame.say(Said.WITHIN, n=numeral(frame.language, first.passage.ordinal + 1), passages=total)
    )
    ways = tuple(
        Button(_way(passage, sign), press.doing(Action.READ_ON, Pointer(passage.id, None, with_items=True)).custom_id)
        for passage, sign in ((before, "◂ {}"), (after, "{} ▸"))
        if passage
    )
    about = (
        Button(frame.say(Said.COPY), press.doing(Action.CITE).custom_id),
        *_share(press.at(0), frame),
        *_source_link(first.citation, frame),
        _remove(press, frame),
    )
    rows = tuple(filter(None, (_pager(press, len(pages), frame), ways, about)))
    return Card(
        Tone.ANSWER, head, (Entry("\n".join(filter(None, [*stem, *pages[page]])) or _LEFT_OUT),), (of_whole,), rows
    )


def _way(passage: Passage, sign: str) -> str:
    return sign.format(shortened(passage.locator, 60))


def _quoted_parts(text: str, room: int) -> list[str]:
    """Return a passage as quote blocks, none of them too long for a page."""
    return [quoted(text[start:end]) for start, end in parts(text, room - 2, _size)]


def _packed(blocks: Sequence[str], room: int) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    for block in blocks:
        if pages[-1] and sum(len(each) + 1 for each in pages[-1]) + len(block) > room:
            pages.append([])
        pages[-1].append(block)
    return pages


def _source_link(citation: Citation, frame: Frame) -> tuple[Button, ...]:
    usable = citation.url and _ADDRESS.fullmatch(citation.url)
    return (Button(frame.say(Said.OPEN_SOURCE), url=citation.url),) if usable else ()


def search_card(words: str, exact: Sequence[Quotation], similar: Sequence[Quotation], frame: Frame) -> Card:
    """Return what a search found, as lines with a menu to read them: first what has all of the words."""
    said = Said.WITH_WORDS if exact else Said.WITHOUT_WORDS
    head = heading(frame.say(said, words=_brief(words, frame.line)))
    blocks = [_line(each, frame) for each in exact]
    blocks += [_line(each, frame) for each in similar]
    if similar:
        blocks[len(exact)] = f"**{frame.say(Said.SIMILAR)}**\n{blocks[len(exact)]}"
    return _listed(head, blocks, (*exact, *similar), frame)


def supporting_card(quotations: Sequence[Quotation], frame: Frame) -> Card:
    """Return passages near a message."""
    blocks = [_line(each, frame) for each in quotations]
    return _listed(f"### {frame.say(Said.SUPPORTING)}", blocks, quotations, frame)


def _listed(head: str, blocks: Sequence[str], quotations: Sequence[Quotation], frame: Frame) -> Card:
    """Return lines with a menu of their passages, or the statement that there are none."""
    if not blocks:
        return Card(Tone.NOT_FOUND, head, (Entry(frame.say(Said.NO_PASSAGE)),))
    text = "\n".join(_fitting(blocks, frame.room - len(head)))
    return Card(Tone.NOTE, head, (Entry(text),), (), (), _menu([each.passage for each in quotations], frame))


def _fitting(blocks: Sequence[str], room: int) -> list[str]:
    """Return the first of some blocks, as many as fit."""
    fitting: list[str] = []
    for each in blocks:
        room -= len(each) + 2
        if room < 0:
            break
        fitting.append(each)
    return fitting


def _line(quotation: Quotation, frame: Frame) -> str:
    """Return a citation and the words of a passage from the sentence that fits best on."""
    start = quotation.marked_span[0]
    words = _brief(quotation.text[start:], _SNIPPET)
    return f"{_cited(quotation.citation, frame.line)}\n{quoted(f'… {words}' if start else words)}"


def _menu(passages: Sequence[Passage], frame: Frame) -> Menu | None:
    unique = list(dict.fromkeys(passages))[:25]
    choices = tuple(
        Choice(
            shortened(str(cite(each)), 100),
            str(Pointer(each.id, None, with_items=True)),
            shortened(each.text, 100),
        )
        for each in unique
    )
    press = Press(Action.OPEN, frame.asker)
    return Menu(press.custom_id, frame.say(Said.OPEN_PASSAGE), choices) if choices else None


def sources_card(
    sources: Sequence[tuple[Source, int, Pointer | None]],
    found: int,
    words: str,
    frame: Frame,
    generation: Generation,
    page: int = 0,
) -> Card:
    """Return one page of the documents.

    Args:
        sources: Those of the page, each with the number of its passages and its first one.
        found: How many there are on all pages.
        words: What their names were filtered by; "" is nothing.
        frame: For whom and where.
        generation: The index.
        page: From 0.
    """
    name = _brief(words, _NAME)
    if words and not found:
        return Card(Tone.NOT_FOUND, heading(frame.say(Said.NO_DOCUMENT, words=name)), (Entry(_try(frame)),))
    said = Said.HOLDINGS_WITH if words else Said.HOLDINGS
    head = heading(frame.say(said, n=numeral(frame.language, found), words=name))
    lines = "\n".join(_held(source, held, frame) for source, held, _ in sources)
    press = Press(Action.MORE_SOURCES, frame.asker, page, (), words)
    choices = tuple(
        Choice(
            shortened(source.name, 100), str(first), "" if source.title == source.name else shortened(source.title, 100)
        )
        for source, _, first in sources
        if first
    )
    menu = Menu(Press(Action.OPEN, frame.asker).custom_id, frame.say(Said.LOOK_INSIDE), choices) if choices else None
    built = frame.say(Said.BUILT, day=timestamp(generation), model=escaped(_brief(generation.model, _NAME)))
    rows = tuple(filter(None, (_pager(press, -(-found // DOCUMENTS_PER_PAGE), frame),)))
    return Card(Tone.NOTE, head, (Entry(lines),) if lines else (), (_small(built),), rows, menu)


def _held(source: Source, passages: int, frame: Frame) -> str:
    """Return a line about a document; a long title is what is shortened."""
    about = [day(frame.language, source.date)] if source.date else []
    about += [frame.count(Said.PASSAGES, passages), frame.say(KINDS[source.kind])]
    name = f"**{escaped(_brief(source.name, _NAME))}**"
    line = " · ".join([name, *about])
    room = (frame.room - 2 * _LINE[Style.TEXT]) // DOCUMENTS_PER_PAGE - len(line)
    if source.title != source.name and room > _LEAST_TITLE:
        line = " · ".join([name, escaped(_brief(source.title, room)), *about])
    return line


def gaps_card(gaps: Sequence[Gap], frame: Frame, page: int = 0) -> Card:
    """Return one page of unanswered questions, with all of them as a file; a page that does not exist is the last."""
    pages = -(-len(gaps) // GAPS_PER_PAGE)
    page = max(0, min(page, pages - 1))
    here = gaps[page * GAPS_PER_PAGE : (page + 1) * GAPS_PER_PAGE]
    head = heading(frame.say(Said.GAPS, n=numeral(frame.language, sum(each.times for each in gaps))))
    text = "\n".join(_gap(each, frame) for each in here)
    rows = tuple(filter(None, (_pager(Press(Action.GAPS, frame.asker, page), pages, frame),)))
    note = _small(frame.say(Said.GAPS_NOTE, days=KEPT.days))
    return Card(Tone.NOTE, head, (Entry(text),), (note,), rows, file=TextFile("unanswered.csv", csv_of(gaps)))


def _gap(gap: Gap, frame: Frame) -> str:
    about = [frame.count(Said.TIMES, gap.times)]
    if len(gap.wordings) > 1:
        about.append(frame.count(Said.WORDINGS, len(gap.wordings)))
    if gap.not_helpful:
        about.append(frame.count(Said.NOT_HELPFUL_TIMES, gap.not_helpful))
    days = dict.fromkeys((gap.kept[0].day, gap.kept[-1].day))
    about.append(" – ".join(day(frame.language, each) for each in days))
    return f"**{escaped(_brief(gap.wordings[0], frame.line))}**\n{_small(' · '.join(about))}"


def citation_card(citations: Sequence[Copyable], frame: Frame) -> Card:
    """Return citations to copy: plain, in Markdown and in BibTeX, each form in one block."""
    forms = {
        frame.say(Said.PLAIN): [each.plain for each in citations],
        "Markdown": [each.markdown for each in citations],
        "BibTeX": [each.bibtex for each in citations],
    }
    texts = {name: "\n".join(_fitting(lines, frame.room // 2)) for name, lines in forms.items()}
    blocks = [f"{name}\n{code_block(text)}" for name, text in texts.items()]
    entries = tuple(map(Entry, _fitting(blocks, frame.room)))
    return Card(Tone.NOTE, f"### {frame.say(Said.CITATION)}", entries)


def note_card(sentence: str, tone: Tone = Tone.NOTE) -> Card:
    """Return a card of one sentence, in Markdown."""
    return Card(tone, sentence)


def _size(text: str) -> int:
    """Return how long a text is as markup."""
    return len(escaped(text))


def _brief(text: str, limit: int) -> str:
    """Return one line, not escaped, that takes at most `limit` characters as markup; see `shortened`."""
    brief = shortened(text, limit)
    escapes = _size(brief) - len(brief)
    return brief if len(brief) + escapes <= limit else shortened(text, max(limit - escapes, limit // 2))


def _small(sentence: str) -> str:
    return f"-# {sentence}"


def _is_of_another_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and sum(character > "\u024f" for character in letters) > len(letters) / 2
