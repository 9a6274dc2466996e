"""Every card, in every form, is taken by Discord, and shows the words of the documents and no others."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from itertools import product

import pytest
from discord_cards import (
    FRAMES,
    GENERATION,
    Json,
    answer,
    frame,
    payload,
    payloads,
    quotation,
    quote_blocks,
    refusal,
    texts_of,
    walked,
    written,
)
from discord_renderer import render
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from samples import PASSAGES

from bot.cards import (
    DOCUMENTS_PER_PAGE,
    Button,
    Card,
    Entry,
    Frame,
    Shown,
    Tone,
    answer_card,
    citation_card,
    context_card,
    gaps_card,
    missing_card,
    nearest_card,
    note_card,
    quotations_card,
    reading_card,
    reference_head,
    search_card,
    sources_card,
    supporting_card,
)
from bot.citations import copyable
from bot.commands.help import about_card, help_card, privacy_card
from bot.gaps import Gap
from bot.markdown import quoted
from bot.presses import Pointer
from bot.rendering import rendered
from bot.server_settings import MOST_PASSAGES, Style
from bot.unanswered import Kept, Why
from corpus.citation import with_items
from corpus.document import Kind, Passage
from corpus.passages import sentences_of
from tests.loopback import limits

# --- documents of every kind


ODD = (
    "57. Decides: 1) to *extend* _this_ **until** __then__, ~~not~~ ||ever|| `code` [words](https://example.org/a(b)).",
    "@everyone <@80351110224678912> <#103735883630395392> <t:0:R> :smile: </ask:1> <id:customize> see you.",
    "# A heading > a quotation - a list -# small print.",
    "\\ \\\\ \\* `` ``` ```python print() ``` ]( ) ](https://example.org) http://example.org/_a_b_, :a:b:.",
    "😀🇹🇯🇺🇳👩‍👩‍👧‍👦" * 40,
    "x" * 5_000,
    "*" * 5_000,
    "word " * 900 + "end.",
    " ".join(f"Sentence {number} of *many* is here." for number in range(60)),
    "Short.",
    "\u200b",
)
NEIGHBOURS = written("The one before.", "The one after.", name="neighbours.txt", locator="*Heading* " * 20)
plain = st.text(st.characters(exclude_categories=("C", "Zl", "Zp")), max_size=80)  # others Discord cannot show
words = st.lists(st.sampled_from(ODD) | plain, min_size=1, max_size=3).map(" ".join)
texts = words.map(lambda text: " ".join(text.split())).filter(bool)
names = st.sampled_from(("Title", "S/RES/1138 (1997)", "**Title** of [a](https://b.c) <t:0:R> " * 10, "_" * 400))
addresses = st.sampled_from((None, "https://undocs.org/S/RES/1138(1997)", "https://example.org/" + "a" * 480, "x:\n"))
documents = st.builds(
    lambda each, **more: written(*each, **more),
    st.lists(texts, min_size=1, max_size=5),
    title=names,
    locator=st.sampled_from(("para.", "Acts, para.", "A *heading* of 57. [many] words, " * 12 + "para.")),
    url=addresses,
    stem=st.sampled_from(("", "6. Decides that the mandate shall be:", "x" * 900, "*stem* " * 200)),
    kind=st.sampled_from(Kind),
    day=st.none() | st.dates(date(1946, 1, 1), date(2026, 12, 31)),
)
frames = st.builds(
    lambda each, private, feedback: replace(each, private=private, feedback=feedback),
    st.sampled_from(FRAMES),
    st.booleans(),
    st.booleans(),
)


def marked(passage: Passage, place: int) -> Shown:
    spans = sentences_of(passage.text) or ((0, len(passage.text)),)
    return Shown.answering(quotation(passage, spans[place % len(spans)]))


def violations(card: Card, style: Style) -> list[str]:
    return [str(each) for each in limits.message(payload(card, style))]


def reading(passages: tuple[Passage, ...], within: Frame, page: int = 0, notes: tuple[str, ...] = ()) -> Card:
    quotations = [quotation(each) for each in passages]
    return reading_card(quotations, *NEIGHBOURS, 98_765, within, page, notes)


def pages_of(card: Card) -> int:
    """Return how many pages a card says it has."""
    labels = [button.label for row in card.rows for button in row if button.disabled]
    return int(labels[0].split()[-1]) if labels else 1


# --- limits


@settings(max_examples=40, deadline=None)
@given(st.lists(documents, min_size=1, max_size=MOST_PASSAGES), frames, texts, st.integers(0, 70))
def test_discord_takes_every_page_of_an_answer(
    found: list[tuple[Passage, ...]], within: Frame, question: str, place: int
) -> None:
    found = [renamed(document, number) for number, document in enumerate(found)]
    passages = [each for document in found for each in document][:MOST_PASSAGES]
    shown = [marked(each, place) for each in passages]
    with_hanging = [Shown(quotation(document[0]), None, tuple(map(quotation, document[1:]))) for document in found]
    first = answer_card(
        answer(*(each.quotation for each in shown), question=question, reading=question), within, GENERATION
    )
    head = reference_head(question, with_hanging, [question, question], within)
    for page in range(pages_of(first)):
        assert violations(quotations_card(first.head, shown, within, GENERATION, page), within.style) == []
    assert violations(quotations_card(head, with_hanging, within, GENERATION), within.style) == []


def renamed(document: tuple[Passage, ...], number: int) -> tuple[Passage, ...]:
    """Return a document as another file, so that its passages have ids of their own."""
    source = replace(document[0].source, id=f"{number}.txt")
    whole = replace(document[0].document, source=source)
    return tuple(replace(each, document=whole) for each in document)


@settings(max_examples=40, deadline=None)
@given(documents, frames, texts, st.integers(0, 70))
def test_discord_takes_every_other_card_about_passages(
    document: tuple[Passage, ...], within: Frame, text: str, place: int
) -> None:
    quotations = [marked(each, place).quotation for each in document]
    first, last = quotations[0], quotations[-1]
    read = reading(document, within, notes=(text, text))
    cards = [
        answer_card(refusal(*quotations, question=text), within, GENERATION),
        answer_card(refusal(question=text, problem=text), within, GENERATION),
        missing_card(text, within),
        nearest_card(quotations, within),
        context_card(marked(document[0], place), last, last, within),
        context_card(marked(document[0], place), None, None, within),
        search_card(text, quotations, [], within),
        search_card(text, [first], quotations[1:] * 3, within),
        search_card(text, [], [], within),
        supporting_card(quotations, within),
        citation_card([copyable(each) for each in document], within),
        read,
        reading(document, within, pages_of(read) // 2, (text, text)),
        reading(document, within, pages_of(read) - 1),
    ]
    for card in cards:
        assert violations(card, within.style) == []


@settings(max_examples=30, deadline=None)
@given(frames, st.lists(documents, max_size=DOCUMENTS_PER_PAGE), st.sampled_from(("", "word", "*" * 60, "é" * 45)))
def test_discord_takes_the_list_of_documents(within: Frame, found: list[tuple[Passage, ...]], filtered: str) -> None:
    held = [renamed(document, number)[0] for number, document in enumerate(found)]
    sources = [(each.source, 98_765, Pointer(each.id, None, with_items=True)) for each in held]
    generation = replace(GENERATION, model="/srv/models/" + "*" * 300)
    for number in (len(sources), 12_345):
        card = sources_card(sources, number, filtered, within, generation, 1)
        assert violations(card, within.style) == []


@pytest.mark.parametrize("within", FRAMES, ids=lambda each: f"{each.style}-{each.language}")
def test_discord_takes_a_page_of_unanswered_questions(within: Frame) -> None:
    times = [Kept(date(2026, 9, day), "*" * 300, Why.NOT_HELPFUL) for day in range(1, 31)]
    gaps = [Gap(("*" * 300, f"{number}"), tuple(times * 16)) for number in range(13)]
    for page in (0, 2, 99):
        card = replace(gaps_card(gaps, within, page), file=None)  # what is sent beside a file is not easily read
        assert violations(card, within.style) == []


@pytest.mark.parametrize("within", FRAMES, ids=lambda each: f"{each.style}-{each.language}")
def test_discord_takes_help_and_what_is_kept(within: Frame) -> None:
    for feedback in (True, False):
        card = privacy_card(replace(within, feedback=feedback), unanswered=not feedback)
        assert violations(card, within.style) == []
    assert violations(help_card(within, GENERATION), within.style) == []
    assert violations(about_card(within, GENERATION), within.style) == []


@pytest.mark.parametrize("style", Style)
def test_a_line_put_below_an_answer_still_fits(style: Style) -> None:
    long = [marked(each, 0) for each in written(*("Some *words* of it. " * 200,) * 5, title="*" * 300)]
    card = quotations_card(reference_head("*" * 500, long, ["*" * 999], frame(style)), long, frame(style), GENERATION)
    for line in (
        "-# Partagé par " + "\\*" * 80,
        "-# Ce n’est pas ce que vous cherchez ? Mentionnez-moi avec votre question.",
    ):
        assert violations(replace(card, notes=(line, *card.notes)), style) == []


# --- word for word


def shipped() -> Iterator[Shown]:
    """Return every passage of the shipped documents, with each of its sentences marked, and with none."""
    for passage in PASSAGES:
        for span in sentences_of(passage.text):
            yield Shown.answering(quotation(passage, span))
        yield Shown(quotation(passage))


def assert_shown(shown: Shown, lines: tuple[str, ...], bold: tuple[tuple[tuple[int, int], ...], ...]) -> None:
    """Assert that the last line of a quote block is the passage, or whole sentences of it, rightly marked."""
    text, line = shown.quotation.text, lines[-1]
    begin, stop = shown.marked or sentences_of(text)[0]
    start = next(at for at in range(len(text)) if text.startswith(line, at) and at <= begin < at + len(line))
    end = start + len(line)
    if end - start < len(text):
        assert start in [first for first, _ in sentences_of(text)]
        assert end in [last for _, last in sentences_of(text)] or (start == begin and end < stop)
    expected = (max(begin, start) - start, min(stop, end) - start)
    marks = shown.marked is not None and expected != (0, len(line))
    assert bold[-1] == ((expected,) if marks else ())
    assert not any(bold[:-1])
    above = " ".join(lines[:-1])
    stem = shown.quotation.passage.stem or ""
    assert stem.endswith(above.removeprefix("[…] "))
    assert bool(above) == bool(stem)


def test_an_answer_shows_each_shipped_passage_word_for_word_in_every_form() -> None:
    everything = list(shipped())
    cards = [
        (quotations_card("### What?", [each], frame(style), GENERATION), style)
        for style in Style
        for each in everything
    ]
    for shown, message in zip(everything * len(Style), payloads(cards), strict=True):
        (block,) = quote_blocks(texts_of(message))
        assert_shown(shown, block.lines, block.bold)


@settings(max_examples=40, deadline=None)
@given(documents, st.sampled_from(Style), st.integers(0, 70))
def test_an_answer_shows_any_passage_word_for_word(document: tuple[Passage, ...], style: Style, place: int) -> None:
    shown = marked(document[0], place)
    assume(quoted(shown.quotation.text))  # there is something to see
    message = payload(quotations_card("### What?", [shown], frame(style), GENERATION), style)
    (block,) = quote_blocks(texts_of(message))
    text = shown.quotation.text
    assert block.lines[-1] in text
    begin, stop = shown.marked or (0, len(text))
    for first, last in block.bold[-1]:
        assert block.lines[-1][first:last] in text[begin:stop]


def read_through(passages: tuple[Passage, ...], within: Frame) -> str:
    """Return what a reader sees in the quote blocks of all parts of a paragraph."""
    first = reading(passages, within)
    cards = [(reading(passages, within, page), within.style) for page in range(pages_of(first))]
    stem = passages[0].stem
    lines = []
    for message in payloads(cards):
        (block,) = quote_blocks(texts_of(message))
        assert not any(block.bold)
        above = (1 if block.lines[0] != "[…]" else 2) if stem else 0
        assert not stem or stem.endswith(block.lines[above - 1])
        lines += block.lines[above:]
    return " ".join(lines)


def test_a_paragraph_that_is_read_is_there_with_all_its_items_word_for_word() -> None:
    by_document = {each.source.id: [other for other in PASSAGES if other.source == each.source] for each in PASSAGES}
    for passage, style in product(PASSAGES, Style):
        paragraph = with_items(passage, by_document[passage.source.id])
        assert read_through(paragraph, frame(style)) == " ".join(each.text for each in paragraph)


@settings(max_examples=20, deadline=None)
@given(documents.map(lambda passages: passages[:2]), st.sampled_from(Style))
def test_the_parts_of_any_paragraph_are_the_whole_of_it(document: tuple[Passage, ...], style: Style) -> None:
    seen = "".join(read_through(document, frame(style)).split())
    expected = "".join("".join(each.text for each in document).split())
    assert seen.replace("\u200b", "").replace("[…]", "") == expected.replace("\u200b", "")


def test_a_passage_stands_word_for_word_between_its_neighbours() -> None:
    neighbours = [(one, two, three) for one, two, three in zip(PASSAGES, PASSAGES[1:], PASSAGES[2:], strict=False)]
    cases = [
        (marked(two, place), one, three, style)
        for one, two, three in neighbours
        for place in range(len(sentences_of(two.text)))
        for style in Style
    ]
    cards = [
        (context_card(shown, quotation(before), quotation(after), frame(style)), style)
        for shown, before, after, style in cases
    ]
    for (shown, before, after, _), message in zip(cases, payloads(cards), strict=True):
        blocks = quote_blocks(texts_of(message))
        words = [[line for line in block.lines if line != "[…]"] for block in blocks]
        assert [len(lines) for lines in words] == [1, 1, 1]
        assert words[0][0] in before.text
        assert before.text.endswith(words[0][0]) or blocks[0].lines[-1] == "[…]"
        assert after.text.startswith(words[2][0])
        assert words[1][0] in shown.quotation.text
        if shown.marked and words[1][0] not in shown.quotation.marked:
            bolds = [words[1][0][first:last] for spans in blocks[1].bold for first, last in spans]
            assert bolds == [shown.quotation.marked]


# --- how it is put together


def test_nothing_of_a_document_pings_anybody_or_is_read_as_a_command() -> None:
    passages = written(*ODD[:4], title="@everyone <@1> </ask:1> :smile:")
    for style in Style:
        for card in (
            answer_card(answer(*map(quotation, passages), question=ODD[1]), frame(style), GENERATION),
            search_card(ODD[1], list(map(quotation, passages)), [], frame(style)),
            missing_card(ODD[1], frame(style)),
        ):
            kinds = set().union(*(render(text).kinds for text in texts_of(payload(card, style))))
            assert kinds <= {"quote", "heading", "subtext", "bold", "time"}


def custom_ids(message: Json) -> list[str]:
    return [each["custom_id"] for each in walked(message["components"]) if each.get("custom_id")]


def test_every_form_has_the_same_buttons() -> None:
    shown = [marked(each, 0) for each in written("One.", "Two. Three.", "Four.")]
    found = [
        custom_ids(payload(quotations_card("### What?", shown, frame(style), GENERATION), style)) for style in Style
    ]
    assert sorted(found[0]) == sorted(found[1]) == sorted(found[2])
    assert len(found[0]) > len(shown)


def test_a_sentence_by_itself_is_a_plain_message() -> None:
    for style in Style:
        assert (
            payload(note_card("You can ask again in 8 seconds."), style)["content"] == "You can ask again in 8 seconds."
        )


def test_an_edit_leaves_nothing_of_the_form_before() -> None:
    async def edits() -> list[Json]:
        card = Card(Tone.NOTE, "### Head", (Entry("Text"),), (), ((Button("Go", "id"),),))
        return [rendered(each, style).to_edit for style in Style for each in (card, note_card("Sentence."))]

    card, sentence, embeds, embedless, text, bare = asyncio.run(edits())
    assert card == {"view": card["view"], "attachments": []}
    assert sentence == {"content": "Sentence.", "embeds": [], "view": None, "attachments": []}
    assert embeds["content"] == "### Head"
    assert len(embeds["embeds"]) == 1
    assert embedless == bare == sentence
    assert text["embeds"] == []


def test_views_are_not_kept_by_the_library() -> None:
    async def stopped() -> list[bool]:
        card = answer_card(answer(quotation(PASSAGES[0])), frame(), GENERATION)
        views = [rendered(card, style).view for style in Style]
        return [view is not None and view.is_finished() for view in views]

    assert asyncio.run(stopped()) == [True, True, True]


def test_the_colour_is_not_the_only_sign_of_what_a_card_is() -> None:
    found = payload(answer_card(answer(quotation(PASSAGES[0])), frame(), GENERATION))["components"][0]["accent_color"]
    none = payload(answer_card(refusal(), frame(), GENERATION))
    assert none["components"][0]["accent_color"] != found
    assert "do not answer" in texts_of(none)[0]
