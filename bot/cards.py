"""What Discord is to show, whatever form a server chose for it: cards made of answers, passages and lists. Pure.

All text in a card is Discord's Markdown; what a document or a person wrote is escaped here, and words of a document
stand in it only as quotations that were read again and compared.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import Enum

from bot.citations import Copyable
from bot.excerpts import parts, window
from bot.markdown import code_block, escaped, heading, link, marked_quoted, quoted, shortened
from bot.presses import Action, Pointer, Press
from bot.server_settings import Style
from bot.strings import KINDS, Language, Said, count, day, listing, numeral, say
from bot.syncing import SyncedCommands
from corpus.citation import Citation, cite
from corpus.document import Passage, Source, Span
from corpus.passages import sentences_of
from retrieval.answering import Answer, Quotation
from retrieval.library import NOT_HELD
from retrieval.store import Generation

ROOM = {Style.CARDS: 3_700, Style.EMBEDS: 3_700, Style.TEXT: 1_850}
"""Characters of a page. Discord takes 4,000, 4,096 and 2,000; the rest is for what is put around the passages."""
NO_COMMANDS = SyncedCommands({}, sent=False)
"""Before the bot has logged in; commands are then named and cannot be clicked."""
_AROUND = 700
"""Of these, what a head and notes may take."""
_QUOTE = 1_100
"""Characters of one quotation beside others: a longer one is shown in part."""
_STEM = 300
_HEAD = 200
_SNIPPET = 180
_PER_PAGE = 3
DOCUMENTS_PER_PAGE = 10


class Tone(Enum):
    """What kind of thing a card says; it is always said in words as well."""

    ANSWER = "answer"
    NOT_FOUND = "not found"
    NOTE = "note"


class Look(Enum):
    """How a button looks."""

    PLAIN = "plain"
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
class Card:
    """One message.

    Attributes:
        tone: What kind of thing it says.
        head: Its heading, and how a reference was understood; without an empty line, so that it can be found again.
        entries: Its parts.
        notes: Small lines at the end.
        rows: Buttons, row by row.
        menu: A list to choose from, below them.
    """

    tone: Tone
    head: str
    entries: tuple[Entry, ...] = ()
    notes: tuple[str, ...] = ()
    rows: tuple[tuple[Button, ...], ...] = ()
    menu: Menu | None = None


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
    """

    language: Language
    style: Style
    asker: int
    private: bool = False
    feedback: bool = False
    commands: SyncedCommands = NO_COMMANDS

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
    known = pointer.sentence is not None and pointer.sentence < len(sentences)
    return Shown(quotation, sentences[pointer.sentence or 0] if known else None, tuple(items))


def answer_card(answer: Answer, frame: Frame, generation: Generation) -> Card:
    """Return the first page of an answer, or the statement that there is none."""
    if not answer.found:
        return _not_found(answer, frame, generation)
    shown = [Shown.answering(each) for each in answer.quotations]
    return quotations_card(answer_head(answer.question, shown, answer.reading, frame), shown, frame, generation)


def answer_head(question: str, shown: Sequence[Shown], reading: str | None, frame: Frame) -> str:
    """Return what stands above quotations: the question, how many there are, how a reference was understood."""
    documents = {each.quotation.passage.source.id for each in shown}
    passages = frame.count(Said.PASSAGES, len(shown))
    lines = [heading(shortened(question, _HEAD))]
    if len(shown) > 1:
        from_documents = frame.count(Said.DOCUMENTS, len(documents))
        lines.append(_small(frame.say(Said.BEST_FIRST, passages=passages, documents=from_documents)))
    if reading:
        lines.append(_small(frame.say(Said.READ_AS, reading=escaped(shortened(reading, _HEAD)))))
    return "\n".join(lines)


def quotations_card(
    head: str,
    shown: Sequence[Shown],
    frame: Frame,
    generation: Generation,
    page: int = 0,
    notes: Sequence[str] = (),
) -> Card:
    """Return one page of quotations.

    Args:
        head: What stands above them, on every page.
        shown: All that are quoted, best first.
        frame: For whom and where.
        generation: The index that answered.
        page: From 0; one that does not exist is the last.
        notes: Sentences to be put below, before the usual ones.
    """
    pages = _pages(shown, frame.style)
    page = min(page, len(pages) - 1)
    press = Press(Action.PAGE, frame.asker, page, tuple(each.pointer for each in shown))
    first = sum(map(len, pages[:page]))
    entries = tuple(
        _entry(each, first + place if len(shown) > 1 else None, frame, press)
        for place, each in enumerate(pages[page], start=1)
    )
    below = [*map(escaped, notes), *_differences([each.quotation for each in shown], frame)]
    below += [frame.say(Said.VERBATIM), _index_of(generation, frame)]
    rows = (_pager(press, len(pages), frame), _actions(press, pages[page], frame))
    return Card(Tone.ANSWER, head, entries, tuple(map(_small, below)), tuple(filter(None, rows)))


def _pages(shown: Sequence[Shown], style: Style) -> list[list[Shown]]:
    """Return which quotations stand together on a page: the same ones whatever the language."""
    pages: list[list[Shown]] = []
    room = 0
    for each in shown:
        size = len(_words(each, style)[0]) + _AROUND // 3
        if not pages or size > room or len(pages[-1]) == _PER_PAGE:
            pages.append([])
            room = ROOM[style] - _AROUND
        pages[-1].append(each)
        room -= size
    return pages


def _entry(shown: Shown, number: int | None, frame: Frame, press: Press) -> Entry:
    citation = shown.quotation.citation
    words, earlier, later = _words(shown, frame.style)
    lines = [_cited(citation, number), words]
    lines += [_small(f"… {frame.say(Said.BEGINS_EARLIER)}")] if earlier else []
    lines += [_small(f"{frame.say(Said.GOES_ON)} …")] if later else []
    lines.append(_small(_provenance(citation, frame)))
    in_part = earlier or later
    more = press.doing(Action.READ if in_part else Action.CONTEXT, shown.pointer)
    label = frame.say(Said.WHOLE if in_part else Said.CONTEXT)
    if number is not None and frame.style is not Style.CARDS:
        label = f"{label} {number}"  # these buttons stand below, away from their passage
    return Entry("\n".join(lines), Button(label, more.custom_id))


def _words(shown: Shown, style: Style) -> tuple[str, bool, bool]:
    """Return the quote block of a passage, and whether it begins and goes on beyond what is shown."""
    room = min(_QUOTE, ROOM[style] - _AROUND - 200)
    text = shown.quotation.text
    start, end = window(text, shown.marked or (0, 1), room, lambda part: len(escaped(part)))
    lines = [_marked(text, (start, end), shown.marked)]
    stem = shown.quotation.passage.stem
    if stem and not shown.items:
        lines.insert(0, _stem(stem))
    whole = end == len(text)
    for each in shown.items:
        line = quoted(each.text)
        if not whole or sum(map(len, lines)) + len(line) > room:
            whole = False
            break
        lines.append(line)
    return "\n".join(lines), start > 0, not whole


def _marked(text: str, shown: Span, marked: Span | None) -> str:
    """Return a part of a text as a quote block, with the part of the marked sentence that is in it in bold."""
    start, end = shown
    if marked is None:
        return quoted(text[start:end])
    begin, stop = max(marked[0], start), min(marked[1], end)
    if (begin, stop) == shown:
        return quoted(text[start:end])
    return marked_quoted(text[start:end], (begin - start, stop - start))


def _stem(stem: str) -> str:
    """Return the words above a lettered item, or the end of them."""
    if len(stem) <= _STEM:
        return quoted(stem)
    cut = stem.find(" ", len(stem) - _STEM) + 1
    return f"> […]\n{quoted(stem[cut:])}"


def _cited(citation: Citation, number: int | None = None) -> str:
    name = shortened(str(citation), _HEAD)
    cited = link(name, citation.url) if citation.url else escaped(name)
    return f"**{f'{number}. ' if number else ''}{cited}**"


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


def _index_of(generation: Generation, frame: Frame) -> str:
    documents = frame.count(Said.DOCUMENTS, generation.documents)
    return frame.say(Said.INDEX_OF, day=timestamp(generation), documents=documents)


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


def _actions(press: Press, page: Sequence[Shown], frame: Frame) -> tuple[Button, ...]:
    """Return the buttons about a whole message."""
    on_page = [each.pointer for each in page]
    buttons = [Button(frame.say(Said.COPY), press.doing(Action.CITE, *on_page).custom_id)]
    if frame.private:
        share = Press(Action.SHARE, press.asker, press.page, press.passages)
        buttons.append(Button(frame.say(Said.SHARE), share.custom_id))
    elif frame.feedback:
        buttons.append(Button(frame.say(Said.HELPFUL), press.doing(Action.HELPFUL, *on_page[:1]).custom_id))
        buttons.append(Button(frame.say(Said.NOT_HELPFUL), press.doing(Action.UNHELPFUL, *on_page[:1]).custom_id))
    buttons.append(_remove(press, frame))
    return tuple(buttons)


def _remove(press: Press, frame: Frame) -> Button:
    return Button(frame.say(Said.REMOVE), Press(Action.REMOVE, press.asker).custom_id, look=Look.DANGER)


def _not_found(answer: Answer, frame: Frame, generation: Generation) -> Card:
    """Return the statement that the documents do not say, with nothing quoted; what came closest is behind a button."""
    documents, passages = (
        frame.count(Said.DOCUMENTS, generation.documents),
        frame.count(Said.PASSAGES, generation.passages),
    )
    lines = [quoted(shortened(answer.question, _HEAD))]
    if answer.problem and not answer.nearest:
        lines.append(escaped(answer.problem))
    else:
        lines.append(frame.say(Said.SEARCHED, documents=documents, passages=passages))
        lines += [escaped(answer.problem)] if answer.problem and answer.problem != NOT_HELD else []
    lines.append(frame.say(Said.TRY, lookup=frame.command("lookup"), sources=frame.command("sources")))
    if _is_of_another_script(answer.question):
        lines.append(frame.say(Said.OTHER_SCRIPT))
    buttons = [Button(frame.say(Said.LIST_DOCUMENTS), Press(Action.SOURCES, frame.asker).custom_id)]
    if answer.nearest:
        nearest = tuple(Shown.answering(each).pointer for each in answer.nearest)
        press = Press(Action.NEAREST, frame.asker, 0, nearest)
        buttons.insert(0, Button(frame.say(Said.SHOW_NEAREST), press.custom_id))
    buttons.append(_remove(Press(Action.REMOVE, frame.asker), frame))
    return Card(Tone.NOT_FOUND, f"### {frame.say(Said.NOT_FOUND)}", (Entry("\n".join(lines)),), (), (tuple(buttons),))


def nearest_card(nearest: Sequence[Quotation], frame: Frame) -> Card:
    """Return what came closest, marked as no answer: citations and first words, with a menu to read them."""
    lines = tuple(Entry(_line(each)) for each in nearest)
    head = f"### {frame.say(Said.NEAREST)}"
    return Card(Tone.NOT_FOUND, head, lines, (), (), _menu([each.passage for each in nearest], frame))


def context_card(quotation: Quotation, before: Quotation | None, after: Quotation | None, frame: Frame) -> Card:
    """Return a passage between the one before and the one after it."""
    room = ROOM[frame.style] // 4
    entries = []
    for each in (before, quotation, after):
        if each is None:
            continue
        text = each.text
        ends = (len(text) - 1, len(text)) if each is before else (0, 1)  # what stands next to the one quoted
        start, end = window(text, ends, room, lambda part: len(escaped(part)))
        locator = escaped(shortened(each.passage.locator, _HEAD))
        name = f"**{frame.say(Said.QUOTED_HERE, locator=locator)}**" if each is quotation else locator
        shown = quoted(text[start:end])
        entries.append(
            Entry("\n".join([name, *(["> […]"] if start else []), shown, *(["> […]"] if end < len(text) else [])]))
        )
    head = f"### {frame.say(Said.AROUND, citation=escaped(shortened(str(quotation.citation), _HEAD)))}"
    press = Press(Action.READ, frame.asker, 0, (Pointer(quotation.passage.id, None, with_items=True),))
    rows = ((Button(frame.say(Said.WHOLE), press.custom_id), *_source_link(quotation.citation, frame)),)
    return Card(Tone.NOTE, head, tuple(entries), (_small(_provenance(quotation.citation, frame)),), rows)


def reading_card(
    paragraph: Sequence[Quotation],
    before: Passage | None,
    after: Passage | None,
    total: int,
    frame: Frame,
    page: int = 0,
) -> Card:
    """Return a paragraph with what hangs under it, part after part, and the ways to the next ones.

    Args:
        paragraph: It and its items, in order.
        before: The paragraph before it, if there is one.
        after: The one after it.
        total: How many passages its document has.
        frame: For whom and where.
        page: Which part, from 0; one that does not exist is the last.
    """
    first = paragraph[0]
    pages = _packed([part for each in paragraph for part in _quoted_parts(each, frame.style)], frame.style)
    page = min(page, len(pages) - 1)
    stem = [_stem(first.passage.stem)] if first.passage.stem else []
    press = Press(Action.READ_ON, frame.asker, page, (Pointer(first.passage.id, None, with_items=True),))
    of_whole = _small(
        f"{_provenance(first.citation, frame)} · "
        + frame.say(Said.WITHIN, n=numeral(frame.language, first.passage.ordinal + 1), passages=total)
    )
    ways = [
        Button(_way(passage, sign), press.doing(Action.READ_ON, Pointer(passage.id, None, with_items=True)).custom_id)
        for passage, sign in ((before, "◂ {}"), (after, "{} ▸"))
        if passage
    ]
    rows = (
        _pager(press, len(pages), frame),
        tuple(ways),
        (
            Button(frame.say(Said.COPY), press.doing(Action.CITE).custom_id),
            *_source_link(first.citation, frame),
            _remove(press, frame),
        ),
    )
    head = heading(shortened(str(first.citation), _HEAD))
    text = "\n".join([*stem, *pages[page]])
    return Card(Tone.ANSWER, head, (Entry(text),), (of_whole,), tuple(filter(None, rows)))


def _way(passage: Passage, sign: str) -> str:
    return sign.format(shortened(passage.locator, 60))


def _quoted_parts(quotation: Quotation, style: Style) -> list[str]:
    """Return a passage as quote blocks, none of them too long for a page."""
    text, room = quotation.text, ROOM[style] - _AROUND - _STEM
    return [quoted(text[start:end]) for start, end in parts(text, room, lambda part: len(escaped(part)))]


def _packed(blocks: Sequence[str], style: Style) -> list[list[str]]:
    pages: list[list[str]] = [[]]
    room = ROOM[style] - _AROUND
    for block in blocks:
        if pages[-1] and sum(map(len, pages[-1])) + len(pages[-1]) + len(block) > room:
            pages.append([])
        pages[-1].append(block)
    return pages


def _source_link(citation: Citation, frame: Frame) -> tuple[Button, ...]:
    usable = citation.url and citation.url.startswith(("https://", "http://")) and len(citation.url) <= 512
    return (Button(frame.say(Said.OPEN_SOURCE), url=citation.url),) if usable else ()


def search_card(words: str, exact: Sequence[Quotation], similar: Sequence[Quotation], frame: Frame) -> Card:
    """Return what a search found, as lines with a menu to read them: first what has all of the words."""
    entries = [Entry(_line(each)) for each in exact]
    if similar:
        entries.append(Entry(f"**{frame.say(Said.SIMILAR)}**"))
        entries += [Entry(_line(each)) for each in similar]
    head = f"### {frame.say(Said.WITH_WORDS, words=escaped(shortened(words, 100)))}"
    if not entries:
        return Card(Tone.NOT_FOUND, head, (Entry(frame.say(Said.NO_PASSAGE)),))
    return _listed(head, entries, [each.passage for each in (*exact, *similar)], frame)


def supporting_card(quotations: Sequence[Quotation], frame: Frame) -> Card:
    """Return passages near a message."""
    head = f"### {frame.say(Said.SUPPORTING)}"
    if not quotations:
        return Card(Tone.NOT_FOUND, head, (Entry(frame.say(Said.NO_PASSAGE)),))
    return _listed(head, [Entry(_line(each)) for each in quotations], [each.passage for each in quotations], frame)


def _listed(head: str, entries: Sequence[Entry], passages: Sequence[Passage], frame: Frame) -> Card:
    fitting: list[Entry] = []
    room = ROOM[frame.style] - 300
    for each in entries:
        room -= len(each.text) + 2
        if room < 0:
            break
        fitting.append(each)
    text = "\n".join(each.text for each in fitting)
    return Card(Tone.NOTE, head, (Entry(text),), (), (), _menu(passages, frame))


def _line(quotation: Quotation) -> str:
    """Return a citation and the words of a passage from the sentence that fits best on."""
    text = quotation.text[quotation.marked_span[0] :]
    before = "… " if quotation.marked_span[0] else ""
    return f"{_cited(quotation.citation)}\n> {before}{escaped(shortened(text, _SNIPPET))}"


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
    if words and not found:
        return Card(Tone.NOT_FOUND, f"### {frame.say(Said.NO_DOCUMENT, words=escaped(shortened(words, 60)))}")
    said = Said.HOLDINGS_WITH if words else Said.HOLDINGS
    number = numeral(frame.language, found)
    head = f"### {frame.say(said, n=number, words=escaped(shortened(words, 60)))}"
    lines = "\n".join(_held(source, held, frame) for source, held, _ in sources)
    press = Press(Action.MORE_SOURCES, frame.asker, page, (), words)
    choices = tuple(
        Choice(shortened(source.name, 100), str(first), shortened(source.title, 100))
        for source, _, first in sources
        if first
    )
    menu = Menu(Press(Action.OPEN, frame.asker).custom_id, frame.say(Said.LOOK_INSIDE), choices) if choices else None
    built = frame.say(Said.BUILT, day=timestamp(generation), model=escaped(generation.model))
    rows = tuple(filter(None, (_pager(press, -(-found // DOCUMENTS_PER_PAGE), frame),)))
    return Card(Tone.NOTE, head, (Entry(lines),), (_small(built),), rows, menu)


def _held(source: Source, passages: int, frame: Frame) -> str:
    about = [escaped(shortened(source.title, 100))] if source.title != source.name else []
    about += [day(frame.language, source.date)] if source.date else []
    about += [frame.count(Said.PASSAGES, passages), frame.say(KINDS[source.kind])]
    return f"**{escaped(shortened(source.name, 100))}** · {' · '.join(about)}"


def citation_card(citations: Sequence[Copyable], frame: Frame) -> Card:
    """Return citations to copy: plain, in Markdown and in BibTeX, each form in one block."""
    forms = (
        (frame.say(Said.PLAIN), "\n".join(each.plain for each in citations)),
        ("Markdown", "\n".join(each.markdown for each in citations)),
        ("BibTeX", "\n".join(each.bibtex for each in citations)),
    )
    entries = tuple(Entry(f"{name}\n{code_block(text)}") for name, text in forms)
    return Card(Tone.NOTE, f"### {frame.say(Said.CITATION)}", entries)


def note_card(sentence: str, tone: Tone = Tone.NOTE) -> Card:
    """Return a card of one sentence, in Markdown."""
    return Card(tone, sentence)


def _small(sentence: str) -> str:
    return f"-# {sentence}"


def _is_of_another_script(text: str) -> bool:
    letters = [character for character in text if character.isalpha()]
    return bool(letters) and sum(character > "\u024f" for character in letters) > len(letters) / 2
