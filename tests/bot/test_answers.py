"""What a person sees of an answer, on a terminal and in a file."""

from __future__ import annotations

import pytest
from rich.console import Console
from rich.text import Text
from samples import PASSAGES, by_locator, file, found, quoted, refused, shown, terminal

from bot.answers import provenance, show_answer, show_quotations, show_wording
from bot.terminal import WIDTH
from corpus.citation import cite
from corpus.document import Block, Document, Kind, Passage, Role, Source
from corpus.passages import passages_of
from corpus.wording import compare
from retrieval.answering import Quotation


def of_one_paragraph(text: str) -> Passage:
    source = Source("hostile.txt", "Hostile \x1b[31m[bold]title[/bold]", Kind.OTHER)
    return passages_of(Document(source, text, (Block(((0, len(text)),), Role.PROSE),)))[0]


@pytest.mark.parametrize("console", [file(), terminal()], ids=["file", "terminal"])
def test_words_of_documents_are_never_markup(console: Console) -> None:
    show_quotations(console, [quoted(of_one_paragraph("See [bold]this[/bold] :smile: [link=x]and that[/link]."))])
    assert "[bold]this[/bold] :smile: [link=x]and that[/link]" in shown(console)


def test_escape_sequences_of_documents_do_not_reach_a_terminal() -> None:
    console = terminal()
    show_quotations(console, [quoted(of_one_paragraph("a\x1b[2Jb\x9b31mc\x07d\u202ee"))])
    assert "\x1b[2J" not in shown(console)
    assert not set(shown(console)) & {"\x9b", "\x07", "\u202e"}


def test_a_paragraph_is_one_line_in_a_file() -> None:
    console = file()
    show_quotations(console, [quoted(by_locator("para. 8"))])
    assert by_locator("para. 8").text in shown(console)
    assert "\x1b" not in shown(console)


def test_no_line_is_wider_than_a_terminal() -> None:
    console = terminal()
    show_quotations(console, [quoted(passage) for passage in PASSAGES])
    plain = Text.from_ansi(shown(console)).plain
    assert max(map(len, plain.splitlines())) <= WIDTH


def test_the_words_on_a_terminal_are_those_of_the_document() -> None:
    console = terminal()
    passage = by_locator("para. 2")
    show_quotations(console, [quoted(passage)])
    assert passage.text in " ".join(Text.from_ansi(shown(console)).plain.split())


def test_the_sentence_that_answers_is_bold_on_a_terminal() -> None:
    console = terminal()
    show_quotations(console, [quoted(by_locator("para. 5"), "extend the mandate")])
    assert "\x1b[1mextend the mandate\x1b[0m" in shown(console)


def test_no_color_leaves_no_escape_sequence() -> None:
    console = terminal(no_color=True)
    show_answer(console, found(quoted(by_locator("para. 6 (d)"))), nearest=False, hint="")
    assert "\x1b" not in shown(console)


def test_an_answer_names_paragraph_kind_date_and_stem() -> None:
    console = file()
    show_answer(console, found(quoted(by_locator("para. 6 (d)"))), nearest=False, hint="")
    lines = [line.strip() for line in shown(console).splitlines()]
    assert lines[0] == "S/RES/1138 (1997), para. 6 (d)"
    assert lines[1].startswith("6. Decides that the mandate of UNMOT shall be as follows:")
    assert lines[1].endswith("to …")
    assert lines[2] == by_locator("para. 6 (d)").text
    assert lines[3].startswith("official text · 14 November 1997")
    assert lines[-1] == "Quoted word for word. Confidence 0.91."


def test_how_a_reference_was_understood_is_said() -> None:
    console = file()
    show_answer(
        console, found(quoted(by_locator("para. 5")), reading="S/RES/1138 (1997), para. 5"), nearest=False, hint=""
    )
    assert shown(console).startswith("Reading: S/RES/1138 (1997), para. 5\n")


def test_a_refusal_quotes_nothing() -> None:
    console = file()
    show_answer(console, refused(quoted(by_locator("para. 5"))), nearest=False, hint="--nearest names it.")
    assert shown(console) == "The documents do not hold an answer to this.\n--nearest names it.\n"


def test_a_refusal_says_what_it_knows() -> None:
    console = file()
    show_answer(console, refused(problem="There is no 6 (k)."), nearest=False, hint="hint")
    assert shown(console) == "There is no 6 (k).\n"


def test_what_came_nearest_is_marked_as_no_answer() -> None:
    console = file()
    show_answer(console, refused(quoted(by_locator("para. 8"))), nearest=True, hint="hint")
    text = shown(console)
    assert "Nearest passages (not an answer)\n  S/RES/1138 (1997), para. 8: 8. Welcomes the intention" in text
    assert text.endswith("…\n")


def test_a_quotation_that_is_not_verified_says_so() -> None:
    console = file()
    show_quotations(console, [Quotation(by_locator("para. 5"), (0, 5), 1.0, verified=False)])
    assert "could not be found again" in shown(console)


@pytest.mark.parametrize(
    ("document", "kind"),
    [("S_RES", "official text"), ("UNMOT", "UN background"), ("Resolution_968", "encyclopedia")],
)
def test_kinds_are_said_in_words(document: str, kind: str) -> None:
    passage = next(each for each in PASSAGES if each.source.id.startswith(document))
    assert provenance(cite(passage)).startswith(kind)


def test_differing_words_are_shown_beside_one_another() -> None:
    console = file()
    show_wording(console, compare("Decides to extend the mandate of UNMOT until 15 May 1999", PASSAGES))
    text = shown(console)
    assert "You typed:     Decides to extend the mandate of UNMOT until 15 May 1999\n" in text
    assert "The document:  Decides to extend the mandate of UNMOT until 15 May 1998\n" in text
    assert "“1999” is “1998” in the document" in text


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ("Decides to extend the mandate of UNMOT", "Exact: these words stand in S/RES/1138 (1997), para. 5."),
        ("Decides  to extend the mandate", "The same words, apart from white space"),
        ("The moon is made of green cheese", "Not found"),
    ],
)
def test_a_wording_is_judged_in_words(typed: str, words: str) -> None:
    console = file()
    show_wording(console, compare(typed, PASSAGES))
    assert shown(console).startswith(words)
