"""What Discord shows of words from documents and people: those words."""

from __future__ import annotations

import re
import unicodedata
from pathlib import Path

import pytest
from discord_renderer import Kind, Node, Rendered, render
from hypothesis import given, settings
from hypothesis import strategies as st
from samples import PASSAGES

from bot.markdown import bold, code_block, escaped, heading, link, marked_quoted, quoted, shortened, showable, unescaped
from corpus.folder import read_file
from corpus.passages import passages_of

UN = Path(__file__).parents[3] / "shared" / "data" / "un"
SAMPLE = 60
"""How many documents of the United Nations are read, where they are at hand."""

# What Discord takes for something else than words, and what it takes each for.
SPECIAL: dict[str, Kind] = {
    "57. Decides": "list",
    "57) Decides": "list",
    "  3. Decides": "list",
    "0. Zero": "list",
    "\n12. Decides": "list",
    "- dash": "list",
    "* star": "list",
    "+ plus": "list",
    "\u200b- dash": "list",
    "\u00a0* star": "list",
    "# large": "heading",
    "### small ###": "heading",
    " ## after a blank": "heading",
    "\ufeff# after a byte order mark": "heading",
    "-# fine print": "subtext",
    "> quotation": "quote",
    "  > quotation": "quote",
    ">>> all the rest": "quote",
    "*italic*": "italic",
    "_italic_": "italic",
    "**bold**": "bold",
    "***both***": "bold",
    "__under__": "underline",
    "~~struck~~": "strike",
    "||hidden||": "spoiler",
    "`code`": "code",
    "``two``": "code",
    "```\nblock\n```": "code block",
    "[words](https://example.org/a(b))": "link",
    "[words](<https://example.org>)": "link",
    "https://undocs.org/S/RES/968(1994)": "link",
    "(see https://Example.org/a_b_c)": "link",
    "http://example.org/*a*,": "link",
    "<https://example.org/_a_>": "link",
    "<someone@example.org>": "link",
    "<+1 212 963 1234>": "link",
    "<tel:+12129631234>": "link",
    "<@80351110224678912>": "mention",
    "<@!1>": "mention",
    "<@&165511591545143296>": "role",
    "<#103735883630395392>": "channel",
    "</ask me:816437322781949972>": "command",
    "<id:customize>": "navigation",
    "<t:0:R>": "time",
    "<t:-1>": "time",
    "<:mmLol:216154654256398347>": "emoji",
    "<a:b1nzy:392938283556143104>": "emoji",
    ":smile:": "emoji",
    ":a:b:c:": "emoji",
    ":wave::skin-tone-2:": "emoji",
    "12:30:45": "emoji",
    "@everyone": "everyone",
    "@Everyone": "everyone",
    "@here": "everyone",
    "@silent": "silent",
}
# What is nothing special by itself, but may be so beside something else, or cannot be sent or seen.
PIECES = [
    *SPECIAL,
    *(
        "\\",
        "\\\\",
        "\\*",
        "*",
        "**",
        "_",
        "__",
        "~~",
        "||",
        "|",
        "`",
        "```",
        "#",
        "-",
        ">",
        "<",
        "[",
        "](",
        ")",
        ":",
        "::",
        "@",
    ),
    *(
        "](https://x.org)",
        "://",
        "57",
        ".",
        ". ",
        "1.",
        "word",
        "a",
        "1997",
        "é",
        "¶",
        "¯\\_(ツ)_/¯",
        "👩\u200d🚀",
        "🇺🇳",
    ),
    *(" ", "  ", "\t", "\n", "\n\n", "\r\n", "\r", "\u2028", "\x85", "\x00", "\x1b[31m", "\ud800", "\udfff"),
    *("\u202e", "\u2066", "\u2069", "\u200f", "\u200b", "\u200d", "\ufeff", "\u0301", "\ufe0f"),
]
texts = st.lists(st.sampled_from(PIECES) | st.text(max_size=8), max_size=12).map("".join) | st.text()


@st.composite
def texts_with_a_span(draw: st.DrawFn) -> tuple[str, tuple[int, int]]:
    text = draw(texts)
    start, end = sorted((draw(st.integers(0, len(text))), draw(st.integers(0, len(text)))))
    return text, (start, end)


def visible(text: str) -> str:
    """What is to be seen of a text, by the rules the module states: told here once more, character by character."""
    seen = []
    for character in re.sub(r"\r\n|[\r\v\f\x1c-\x1e\x85\u2028\u2029]", "\n", text):
        if character in "\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff":
            continue
        hidden = unicodedata.category(character) in ("Cc", "Cs") and character not in "\t\n"
        seen.append("\ufffd" if hidden else character)
    return "".join(seen)


def is_seen(character: str) -> bool:
    invisible = unicodedata.category(character) == "Cf" or re.match(r"[\u034f\ufe00-\ufe0f]", character)
    return not character.isspace() and not invisible


def visible_line(text: str) -> str:
    line = " ".join(visible(text).split())
    return line if any(map(is_seen, line)) else ""


def assert_shown(text: str) -> None:
    rendered = render(escaped(text))
    assert rendered.text == visible(text).strip()
    assert not rendered.nodes


def assert_quoted(text: str) -> None:
    markup = quoted(text)
    rendered = render(markup)
    assert rendered.text == (visible(text).rstrip() if visible_line(text) else "")
    assert rendered.nodes == ((Node("quote", 0, len(rendered.text)),) if markup else ())
    assert not markup or all(line.startswith("> ") for line in markup.split("\n"))


def assert_marked(text: str, start: int, end: int) -> None:
    """The words of the span are bold, no others are, and the text is what it is without."""
    rendered = render(marked_quoted(text, (start, end)))
    assert rendered.text == (visible(text).rstrip() if visible_line(text) else "")
    assert rendered.kinds <= {"quote", "bold"}
    marked = range(len(visible(text[:start])), len(visible(text[:end])))
    nodes = [range(node.start, node.end) for node in rendered.nodes if node.kind == "bold"]
    for offset, character in enumerate(rendered.text):
        if is_seen(character):
            assert sum(offset in node for node in nodes) == (offset in marked)


# That the tests are not blind


@pytest.mark.parametrize(("text", "kind"), SPECIAL.items())
def test_what_is_not_escaped_is_shown_as_something_else(text: str, kind: Kind) -> None:
    assert kind in render(text).kinds


@pytest.mark.parametrize(
    ("markup", "shown"),
    [
        ("57. Decides\n60. Requests", "50. Decides\n51. Requests"),
        ("- one\n* two", "• one\n• two"),
        ("> > twice", "> twice"),
        ("### What of C\\#", "What of C\\"),
        ("[a\\_b](<https://example.org>)", "a\\_b"),
        ("[https://a.org](<https://b.org>)", "[https://a.org](<https://b.org>)"),
        ("https://Example.org/%28a%29", "https://example.org/(a)"),
        ("\\a \\  \\*", "\\a \\  *"),
    ],
)
def test_the_renderer_knows_what_discord_changes(markup: str, shown: str) -> None:
    assert render(markup).text == shown


# That what is shown is the text


@settings(max_examples=300)
@given(texts)
def test_a_text_is_shown_as_it_is(text: str) -> None:
    assert_shown(text)


@settings(max_examples=300)
@given(texts)
def test_a_text_is_quoted_as_it_is(text: str) -> None:
    assert_quoted(text)


@settings(max_examples=300)
@given(texts_with_a_span())
def test_a_quotation_with_words_in_bold_is_the_same_quotation(given: tuple[str, tuple[int, int]]) -> None:
    text, (start, end) = given
    assert_marked(text, start, end)


@given(texts)
def test_a_text_within_other_markup_is_shown_as_it_is(text: str) -> None:
    line = visible_line(text)
    for markup, kind in ((bold(text), "bold"), (heading(text), "heading"), (f"-# {escaped(line)}", "subtext")):
        if line:
            rendered = render(markup)
            assert rendered.text == line
            assert kind in rendered.kinds
            assert rendered.kinds <= {kind, "bold"}


def test_every_passage_of_the_included_documents_is_shown_as_it_is() -> None:
    for passage in PASSAGES:
        for text in (passage.text, passage.source.name, passage.locator, *passage.headings):
            assert_shown(text)
        assert_quoted(passage.text)
        assert_marked(passage.text, len(passage.text) // 3, len(passage.text) // 2)


@pytest.mark.skipif(not UN.is_dir(), reason="the resolutions are not at hand")
def test_passages_of_resolutions_are_shown_as_they_are() -> None:
    paths = sorted(UN.iterdir())
    for path in paths[:: len(paths) // SAMPLE + 1]:
        for passage in passages_of(read_file(UN, path.name)):
            assert_shown(passage.text)
            assert_quoted(passage.text)


@pytest.mark.parametrize("text", SPECIAL)
def test_nothing_special_is_left_special(text: str) -> None:
    assert_shown(text)
    assert_quoted(text)
    assert_shown(f"word {text} word")
    for start in range(len(text)):
        assert_marked(text, start, len(text))
        assert_marked(text, 0, start)


# What that means


def test_an_operative_paragraph_keeps_its_number() -> None:
    assert escaped("57. Decides to remain seized") == r"57\. Decides to remain seized"
    assert quoted("(a) First;\n58. Requests") == "> (a) First;\n> 58\\. Requests"


def test_a_number_within_a_line_is_left_as_it_is() -> None:
    assert escaped("of 3.5 per cent. 12. May 1997") == "of 3.5 per cent. 12. May 1997"
    assert escaped("3.5 per cent") == "3.5 per cent"


def test_a_time_stays_in_its_brackets() -> None:
    assert render(escaped("<t:0:R>")) == Rendered("<t:0:R>", ())


def test_nobody_is_called_by_a_document() -> None:
    assert escaped("@everyone and <@1>") == r"\@everyone and \<@1>"


def test_an_address_in_a_text_is_shown_to_its_last_bracket() -> None:
    text = "(see https://undocs.org/S/RES/968(1994))"
    assert escaped(text) == r"(see https\://undocs.org/S/RES/968(1994))"
    assert render(escaped(text)).text == text


def test_ordinary_words_are_left_as_they_are() -> None:
    text = "“Decides”, at 12:30 p.m. – under resolution 968 (1994) – to extend the mandate: see para. 6 (d) of it;"
    assert escaped(text) == text


def test_a_document_cannot_turn_a_line_round() -> None:
    assert showable("\u202eabc\u2066\u2069 \u05d0\u200f.") == "abc \u05d0\u200f."


def test_controls_and_halves_of_characters_can_be_seen() -> None:
    assert showable("a\x00b\x1bc\ud83d") == "a\ufffdb\ufffdc\ufffd"


def test_every_line_end_begins_a_line_of_a_quotation() -> None:
    assert quoted("a\r\n1. b\r- c\u2028# d\n\ne\n") == "> a\n> 1\\. b\n> \\- c\n> \\# d\n> \n> e"


def test_nothing_is_not_quoted() -> None:
    assert quoted(" \n ") == ""


def test_words_are_marked_without_the_blanks_round_them() -> None:
    assert marked_quoted("to extend the mandate", (2, 14)) == "> to **extend the** mandate"


def test_marked_words_are_marked_line_by_line() -> None:
    assert marked_quoted("one\ntwo three", (0, 7)) == "> **one**\n> **two** three"


def test_marked_words_between_asterisks_keep_them() -> None:
    assert marked_quoted("*a*b*", (1, 4)) == r"> \***a\*b**\*"


@pytest.mark.parametrize("span", [(3, 3), (3, 4), (30, 40), (5, 2)])
def test_no_words_are_marked_where_the_span_has_none(span: tuple[int, int]) -> None:
    assert marked_quoted("one two", span) == "> one two"


def test_a_heading_may_end_in_a_number_sign() -> None:
    assert heading("What of C#?") == "### What of C#?"
    assert render(heading("What of C#")).text == "What of C#"


@pytest.mark.parametrize("nothing", ["", " ", "\n", "\u200b"])
def test_nothing_makes_no_markup(nothing: str) -> None:
    assert (bold(nothing), heading(nothing), code_block(nothing), link(nothing, "https://example.org")) == ("",) * 4


# Links


def test_words_lead_to_an_address() -> None:
    markup = link("S/RES/1138 (1997), para. 6 (d)", "https://undocs.org/S/RES/1138(1997)")
    assert markup == "[S/RES/1138 (1997), para. 6 (d)](<https://undocs.org/S/RES/1138(1997)>)"
    assert render(markup).kinds == {"link"}


@pytest.mark.parametrize(
    "url",
    [
        "ftp://example.org",
        "javascript:alert(1)",
        "https://example.org/a b",
        "https://example.org/a>b",
        "https://example.org/<b",
        "https://example.org/a\\b",
        "https://example.org/a\n",
        "https://example.org/a\u200bb",
        "https://example.org/(a",
        "https://example.org/a)(",
        "https://exa%6dple.org/",
        "https://someone@example.org/",
        "https://localhost/",
        "https://",
        "",
        "https://example.org/" + "a" * 500,
    ],
)
def test_an_address_that_is_not_certain_is_left_out(url: str) -> None:
    assert link("words", url) == "words"


@pytest.mark.parametrize(
    "label", ["https://example.org", "www.example.org", "a_b.txt", "a]b", "[a]", "1. One", "http∶⁄⁄a.org"]
)
def test_words_that_are_not_certain_lead_nowhere(label: str) -> None:
    assert link(label, "https://example.org") == escaped(label)


@given(texts, st.sampled_from(["https://example.org", "https://example.org/a(b)?c=*d*&e=_f_", "https://x.org/ )"]))
def test_the_words_of_a_link_are_shown_as_they_are(label: str, url: str) -> None:
    rendered = render(link(label, url))
    assert rendered.text == visible_line(label)
    assert rendered.kinds <= {"link"}


@given(texts)
def test_what_stands_in_a_heading_is_read_back_as_it_was(text: str) -> None:
    line = visible_line(text)
    assert unescaped(heading(text)) == line
    assert unescaped(escaped(line)) == line


# Code


@given(texts)
def test_a_block_to_copy_holds_the_text(text: str) -> None:
    rendered = render(code_block(text))
    assert rendered.text.strip("\n") == visible(text).strip("\n") or "```" in text or not visible_line(text)
    assert rendered.kinds <= {"code block"}


def test_a_text_cannot_break_out_of_a_block() -> None:
    assert render(code_block("a\n```\n@everyone")) == Rendered("a\n```\n@everyone", ())


def test_a_citation_can_be_copied() -> None:
    assert code_block("S/RES/1138 (1997), para. 5") == "```\nS/RES/1138 (1997), para. 5\n```"


# Shortening


@given(texts, st.integers(0, 40))
def test_what_is_shortened_fits(text: str, limit: int) -> None:
    short = shortened(text, limit)
    line = visible_line(text)
    assert len(short) <= limit
    assert short == line or (len(line) > limit and line.startswith(short.removesuffix("…")))


@pytest.mark.parametrize(
    ("text", "limit", "short"),
    [
        ("What is\nthe mandate?", 20, "What is the mandate?"),
        ("When does the mandate end?", 20, "When does the…"),
        ("What is this, then?", 14, "What is this…"),
        ("Donaudampfschifffahrt", 10, "Donaudamp…"),
        ("e\u0301e\u0301e\u0301", 4, "e\u0301…"),
        ("ab👩‍🚀👩‍🚀", 5, "ab…"),
        ("🇺🇳🇫🇷🇨🇳", 4, "🇺🇳…"),
        ("👍🏽👍🏽", 2, "…"),
        ("word", 1, "…"),
        ("word", 0, ""),
    ],
)
def test_nothing_is_cut_in_two(text: str, limit: int, short: str) -> None:
    assert shortened(text, limit) == short
