r"""Words of documents and people → Discord's markup, such that Discord shows those words and nothing else.

Discord reads every message as markup: it renumbers paragraphs that begin with "57.", turns `<t:0:R>` into a time and
`:x:` into a picture, and shows an address otherwise than it is written. So whatever comes from a document, a person or
a file name goes through `escaped` or one of its kin here; what these return stands on lines of its own or within one.

- Every character that can begin markup is preceded by a backslash, which Discord drops before what is neither a letter,
  a digit nor white space. Where clients differ, what any of them takes for markup is escaped.
- An address is broken up as well (`https\://`): Discord would lower its case, decode it, cut its bracket off and
  fetch a preview. It is shown as it stands, and cannot be clicked; `link` makes what can be.
- What no message can hold, or no reader can see, is replaced as `showable` says. Zero-width characters and marks of
  direction stay: words of many languages need them, and they can do no more than a letter could.

White space at the ends of a message is dropped by Discord, and cannot be kept.
"""

from __future__ import annotations

import re
import unicodedata

from corpus.document import Span, fold

LONGEST_URL = 512
"""What Discord takes for the address of a button; the same here, so that either can be had for an address."""

# Cc but the tab and line ends, and halves of characters: a message cannot hold them, or nobody knows what it shows.
_CONTROLS = (*range(0x09), *range(0x0E, 0x1C), 0x1F, *range(0x7F, 0x85), *range(0x86, 0xA0), *range(0xD800, 0xE000))
_LINE_ENDS = "\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
_TURNING = (*range(0x202A, 0x202F), *range(0x2066, 0x206A))  # embeddings, overrides, isolates, and their ends
_BYTE_ORDER_MARK = 0xFEFF  # white space to JavaScript, and to nobody else
_SHOWABLE: dict[int, str] = (
    dict.fromkeys(_CONTROLS, "\ufffd")
    | dict.fromkeys(map(ord, _LINE_ENDS), "\n")
    | dict.fromkeys((*_TURNING, _BYTE_ORDER_MARK), "")
)

_INVISIBLE = r"\u00ad\u034f\u061c\u180e\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f"

_ANYWHERE = re.compile(
    r"""
    [\\*_~|`\[<]                      # emphasis, spoilers, code, links; mentions, times and all else in angle brackets
    | : (?= / | [^\s:]*: )            # addresses, and names of emoji
    | @ (?= everyone | here | silent )
    """,
    re.VERBOSE | re.IGNORECASE,
)
# Headings, small print, quotes and lists, after blanks too. 57) and + are lists to some readers of Markdown.
_AT_START = re.compile(rf"(?:[^\S\n]|[{_INVISIBLE}])*(?:[#>+-]|\d+[.)](?!\w))")
_ESCAPE = re.compile(r"\\(.)")
_LINE_START = re.compile(r"^", re.MULTILINE)
_SEEN = re.compile(rf"[^\s{_INVISIBLE}](?:[^\n]*[^\s{_INVISIBLE}])?")

# A plain host, since Discord rejects or rewrites others; then ASCII that neither ends an address nor begins an escape.
_URL = re.compile(
    r"https?://(?:[a-z0-9-]+\.)+[a-z][a-z0-9-]*(?::[0-9]{1,4})?(?:[/?#][!#-;=?-\[\]^_a-z{|}~]*)?",
    re.IGNORECASE | re.ASCII,
)
_LIKE_A_URL = re.compile(r"[^\w\s]{3}|www\.", re.IGNORECASE)  # "://" in any disguise of its three characters

_FLAG_LETTERS = range(0x1F1E6, 0x1F200)  # a flag is two of them
_JOINED = ("Mn", "Mc", "Me", "Cf")  # accents, vowel signs, keycaps; joiners and other invisible characters
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_ZERO_WIDTH_JOINER = "\u200d"


def showable(text: str) -> str:
    """Return a text as Discord can show it, not escaped: for the labels of buttons and choices, which hold no markup.

    - Any line end is `\\n`.
    - Controls and halves of characters are U+FFFD: that there was something can be seen.
    - Characters that only turn the direction of writing are left out: what remains is shown in the order in which it
      is stored, and nothing else on the line is turned round. So are byte order marks.
    """
    return text.replace("\r\n", "\n").translate(_SHOWABLE)


def escaped(text: str) -> str:
    """Return markup that Discord shows as exactly this text, but for what `showable` replaces."""
    text = showable(text)
    return _with(text, _escapes(text))


def quoted(text: str) -> str:
    """Return a block quotation of a text, every line of which begins with "> "; nothing where there is nothing to see.

    What follows must begin on a line of its own. Blank lines at the end are left out: a message cannot end in one.
    """
    return marked_quoted(text, (0, 0))


def marked_quoted(text: str, span: Span) -> str:
    """Return a block quotation with text[start:end] in bold: line by line, and not the white space at its ends."""
    # As showable text: a character of the text may have become none, or two have become one.
    start, end = (len(showable(text[:offset])) for offset in span)
    text = showable(text).rstrip()
    if not _SEEN.search(text):
        return ""
    marked = [match.span() for match in _SEEN.finditer(text, start, max(start, end))]
    marks = dict.fromkeys((offset for each in marked for offset in each), "**")
    # What bold text begins with may be read like the beginning of a line.
    escapes = _escapes(text, *(first for first, _ in marked))
    for offset, backslash in escapes.items():
        marks[offset] = marks.get(offset, "") + backslash
    return "\n".join(f"> {line}" for line in _with(text, marks).split("\n"))


def bold(text: str) -> str:
    """Return one line in bold, escaped; nothing where there is nothing to see."""
    line = _line(text)
    return f"**{escaped(line)}**" if line else ""


def heading(text: str, level: int = 3) -> str:
    """Return one line as a heading, escaped, with nothing before it; nothing where there is nothing to see.

    Args:
        text: The heading.
        level: From 1, the largest, to 3.
    """
    line = _line(text)
    if not line:
        return ""
    # Discord takes number signs at the end for part of the markup, escaped or not. A heading is bold in any case.
    return f"{'#' * level} {bold(line) if line.endswith('#') else escaped(line)}"


def unescaped(markup: str) -> str:
    """Return the text of one line that `escaped` or `heading` made."""
    words = re.sub(r"^#{1,3} ", "", markup)
    if words.startswith("**") and words.endswith("**"):
        words = words[2:-2]
    return _ESCAPE.sub(r"\1", words)


def link(label: str, url: str) -> str:
    """Return words that lead to an address, `[label](<url>)`; only the words, escaped, where that is not certain.

    It is certain for plain HTTP addresses and words without markup: Discord shows backslashes in the words of a link,
    and shows the whole as it is written where the words look like an address or the address is strange.
    """
    words = _line(label)
    plain = words and escaped(words) == words and "]" not in words and not _LIKE_A_URL.search(words)
    return f"[{words}](<{url}>)" if plain and _is_plain(url) else escaped(words)


def code_block(text: str) -> str:
    """Return a block to copy from, without line ends at its ends; the text escaped where it would end the block."""
    text = showable(text).strip("\n")
    if not _SEEN.search(text):
        return ""
    return escaped(text) if "```" in text else f"```\n{text}\n```"


def shortened(text: str, limit: int) -> str:
    """Return one line of at most `limit` characters, not escaped; where something is cut off, it ends with "…".

    It is cut between words where that leaves half of it, and never within what a reader takes for one character:
    accents stay with their letters, and flags stay whole.
    """
    line = _line(text)
    if len(line) <= limit:
        return line
    if limit < 1:
        return ""
    cut = line.rfind(" ", 0, limit)
    if cut < limit // 2:
        cut = next((offset for offset in range(limit - 1, 0, -1) if not _is_joined(line, offset)), 0)
    return f"{line[:cut].rstrip(' ,;:–—-(')}…"


def _line(text: str) -> str:
    """Return the text as one line, or nothing where there is nothing to see."""
    line = fold(showable(text))
    return line if _SEEN.search(line) else ""


def _escapes(text: str, *starts: int) -> dict[int, str]:
    """Return a backslash for every offset that needs one before it; at `starts` lines begin too."""
    lines = (match.start() for match in _LINE_START.finditer(text))
    markers = (_AT_START.match(text, start) for start in (*lines, *starts))
    offsets = {match.start() for match in _ANYWHERE.finditer(text)} | {each.end() - 1 for each in markers if each}
    return dict.fromkeys(offsets, "\\")


def _with(text: str, insertions: dict[int, str]) -> str:
    """Return the text with each insertion before the character at its offset."""
    starts = sorted({0, *insertions})
    ends = (*starts[1:], len(text))
    return "".join(insertions.get(start, "") + text[start:end] for start, end in zip(starts, ends, strict=True))


def _is_plain(url: str) -> bool:
    if len(url) > LONGEST_URL or not _URL.fullmatch(url):
        return False
    depth = 0
    for character in url:
        depth += (character == "(") - (character == ")")
        if depth < 0:
            return False
    return depth == 0


def _is_joined(text: str, offset: int) -> bool:
    """Tell whether the characters before and after an offset are one to a reader."""
    before, after = text[offset - 1], text[offset]
    if unicodedata.category(after) in _JOINED or ord(after) in _SKIN_TONES or before == _ZERO_WIDTH_JOINER:
        return True
    letters = 0
    while letters < offset and ord(text[offset - 1 - letters]) in _FLAG_LETTERS:
        letters += 1
    return letters % 2 == 1 and ord(after) in _FLAG_LETTERS
