"""What a single line of a resolution is: heading, adoption, footnote, page furniture, or the words of a paragraph."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace

from corpus.formats.resolution_marks import Mark, Style, read_mark

_PARAGRAPH = re.compile(r"\S(?:.*?\S)??(?=\s*\n\s*\n|\s*\Z)", re.DOTALL)
_MARKUP = re.compile(r"(?:\#+|=+)\s+")
_MARKUP_END = re.compile(r"\s+=+$")
_QUOTES = "“”\"‘’'«»"


@dataclass(frozen=True, slots=True)
class Line:
    """What stands between two blank lines; nearly always one line of the file.

    Attributes:
        start: Offset of its first character.
        end: Offset after its last.
        text: The words between.
        marked_up: It was printed behind "####", which is left out.
    """

    start: int
    end: int
    text: str
    marked_up: bool = False

    @property
    def words(self) -> str:
        """The text without a quotation mark before it."""
        return self.text.lstrip(_QUOTES + " ") or self.text

    @property
    def mark(self) -> Mark | None:
        """The mark it begins with."""
        return read_mark(self.text)

    def cut(self, offset: int) -> tuple[Line, Line]:
        """Return the line up to `offset`, counted in its text, and the rest, without the white space between."""
        before, after = self.text[:offset].rstrip(), self.text[offset:].lstrip()
        return (
            Line(self.start, self.start + len(before), before, self.marked_up),
            Line(self.end - len(after), self.end, after, self.marked_up),
        )


def printed_spans(text: str) -> Iterator[tuple[int, int]]:
    """Yield the ranges of what blank lines separate in `text`."""
    return (match.span() for match in _PARAGRAPH.finditer(text))


def lines_of(text: str) -> Iterator[Line]:
    """Yield what blank lines separate in `text`."""
    for match in _PARAGRAPH.finditer(text):
        start, words = match.start(), match.group()
        markup = _MARKUP.match(words)
        if markup:
            start, words = start + markup.end(), words[markup.end() :]
            words = _MARKUP_END.sub("", words)
        yield Line(start, start + len(words), words, bool(markup))


# -- furniture ---------------------------------------------------------------------------------------------------------

_PAGE_FURNITURE = re.compile(
    r"""
      \W* /\.\.\. .*                                              # the page goes on
    | \d{1,4}                                                     # a page number, a footnote figure on its own
    | \d{2}-\d{4,6} \b .*                                         # job number of the printers: "94-12513 (E)"
    | \W* S/RES/\d+ \s* \(\d{4}\) \*? (?: \s+ (?i:page) \s+ \d+ )?
    | (?i:page) \s+ \d+ (?: \s+ of \s+ \d+ )?
    | (?: \[ (?: \d{1,2} | \*{1,3} ) \] | \d{1,3} /s? ) \s .*     # footnotes: "[1] A/74/976", "1/ S/1994/262."
    | \* \s* (?= [A-Z] ) .*                                       # "* Reissued for technical reasons."
    | \d{1,3} [ .,]? \s?                                          # footnotes of the old volumes: "8 Ibid., document"
      (?: See \b | [I\[fJTi1l]bid\b | Official\ Records | S/\d | A/\d | Documents? | United\ Nations,
        | (?:One|Two|Three|Four|Five)\ members? | (?i:adopted\ without) | General\ Assembly\ resolution
        | Resolutions?\ adopted ) .*
    | (?: Now, \s+ )? [Tt]herefore ,?
    | \W+
    """,
    re.VERBOSE | re.DOTALL,
)


def is_furniture(text: str) -> bool:
    """Tell whether the line belongs to the page, not to the resolution: rules, page numbers, footnotes."""
    return _PAGE_FURNITURE.fullmatch(text) is not None


def is_rule(text: str) -> bool:
    """Tell whether the line is a rule drawn across the page."""
    return re.fullmatch(r"[-–—_]{3,}", text) is not None


# -- head --------------------------------------------------------------------------------------------------------------

_HEAD = re.compile(
    r"""
      (?: (?i:united\ nations) | S | (?i:security\ council) | Distr\.? .* | GENERAL | (?i:original) : .* ) $
    | (?: [*] \s )? S/RES/ \d+ .* $
    | (?i:resolution) \s+ [\d-]+ \b (?: \s* [(]? [\d-]{4,9} [)]? )?       # "Resolution 242 (1967) of 22 November 1967"
        (?: \s+ (?: (?i:[oe]f) \s+ )? \S{1,3} \s+ [A-Z]\S{2,10} \s+ \S{1,3}\d{3} (?= \s | $ ) )?
    | \d+ \s? \( \d{4} \) \.? \s+ Resolution                            # "1 (1946). Resolution of 25 January 1946"
        \s+ of \s+ \S{1,3} \s+ [A-Z]\S{2,10} \s+ \d{4}
    | [\[(] \s? [S\d]/? [\w/.,\ ]+ [\])}]+                                # "[S/4216]"
    | (?: of \s+ )? \d{1,2} \s+ [A-Z][a-z]+ (?: \s+ \d{4} )? $            # a date
    | [A-Z][A-Z ,'’-]{8,} $                                               # the agenda item
    """,
    re.VERBOSE | re.DOTALL,
)
# The enacting words, with or without the first paragraph behind them; "The Security Council has ..." is a paragraph.
_ENACTING = re.compile(r"The Security Council(?: of the United Nations)?(?:\s*[,.:](?=\s|$)|(?=\s+[A-Z])|\s*$)")
_ADOPTION_HEAD = re.compile(r"Adopted by the Security\b.{0,90}?(?:\b\d{4}\b(?:\s+\d{4}\b)?|meeting,?$)", re.DOTALL)
_ADOPTION_DATE = re.compile(r"[oO]n \d{1,2} \w+ \d{4}")
_ADOPTION_FOOT = re.compile(
    r"(?:(?<=[.;:,\d] )|^)Ad[oa]pted\s+(?:unanimously|at\b|by\s+\d|by consensus|without|in parts|on)(?!.{0,40}Security)"
    r"(?=.{0,60}(?:me?et|vote|\d(?:st|nd|rd|th))|[\w ]{0,20}at the$)[^;]*$",
    re.DOTALL,
)
_VOTE = re.compile(
    r"adopted without|adopted unanimously|was adopted in|declared the draft|not participate|\bvot(?:e|ed|ing)\b"
    r"|\babsent\b",
    re.IGNORECASE,
)
_NOTE_START = re.compile(r"(?<=[.)]) (?=\d{1,3} [A-Z\[])")


def head_length(text: str) -> int:
    """Return how many characters at the beginning of a line belong to the head of the document."""
    match = _HEAD.match(text)
    return match.end() if match else 0


def enacting_length(text: str) -> int:
    """Return how many characters at the beginning of a line are the enacting words "The Security Council,"."""
    match = _ENACTING.match(text)
    return match.end() if match else 0


def adoption_length(text: str, continues: bool) -> int:
    """Return how many characters at the beginning of a line tell when the resolution was adopted.

    Args:
        text: The line.
        continues: The line before told the meeting only.
    """
    match = _ADOPTION_HEAD.match(text) or (_ADOPTION_DATE.match(text) if continues else None)
    return match.end() if match else 0


def adoption_foot(text: str) -> int | None:
    """Return where the note of adoption begins that ends the line, "Adopted unanimously at the 1382nd meeting."."""
    match = _ADOPTION_FOOT.search(text)
    return match.start() if match else None


def completes_adoption(before: str, text: str) -> bool:
    """Tell whether `text` is the rest of a note of adoption cut in two: "Adopted at the", "2407th meeting"."""
    return "meeting" not in before and re.match(r"\d{1,4}\w{0,4}\b", text) is not None and len(text) < 40


def tells_the_vote(text: str) -> bool:
    """Tell whether a note below the text is about the vote: "One member (China) did not participate in the voting."."""
    return _VOTE.search(text) is not None


def notes_in(line: Line) -> Iterator[Line]:
    """Yield the footnotes of a line that holds several."""
    match = _NOTE_START.search(line.text)
    if match:
        note, line = line.cut(match.start())
        yield note
        yield from notes_in(line)
    else:
        yield line


# -- paragraphs --------------------------------------------------------------------------------------------------------

_ADVERBS = (
    r"(?:(?:[A-Z][a-z]+ly|Also|Further|Furthermore|Again|Once (?:again|more)|Moreover|Accordingly|Therefore|Hereby"
    r"|In (?:this|that) (?:regard|context|connection|respect)|To this end),? (?:(?:also|further|and|[a-z]+ly) )*)*"
)
_VERBS = """accepts acknowledges adopts advises affirms agrees aligns appeals applauds appoints appreciates approves
asks authori[sz]es believes calls censures commends concurs condemns confirms congratulates considers
convenes decides declares defers demands denounces deplores designates determines directs dissolves draws
elects emphasi[sz]es empowers encourages endorses establishes exhorts expects expresses extends finds
forwards grants hails holds imposes insists instructs intends invites keeps lays lifts looks makes notes
notifies offers opposes orders pays places pledges postpones proclaims prolongs proposes re-?affirms
re-?emphasi[sz]es recalls recogni[sz]es recommends recommits reconfirms records refers refuses regards
regrets reiterates rejects reminds renews repeats requests requires reserves resolves salutes selects sends
shares signals stresses submits supports takes terminates thanks transfers transmits trusts underlines
underscores undertakes urges vests views voices warns welcomes wishes""".split()
_OPERATIVE = re.compile(
    rf"{_ADVERBS}(?:[Tt]he Security Council )?(?i:{'|'.join(_VERBS)})\b(?!')"
    r"|(?!Whereas|States|Members)[A-Z][a-z-]+s (?:the|that|to|its|all|an?|upon|once|also|further)\b"  # rarer verbs
    r"|That (?:the|an?|each|every|all)\b|It is resolved\b"
)
_PREAMBULAR = re.compile(
    rf"{_ADVERBS}(?:(?i:[a-z-]+ing|concerned|convinced|determined|disturbed|alarmed|shocked|dismayed|appalled|encouraged"
    r"|guided|committed|resolved|gratified|distressed|outraged|inspired)\b"
    r"|Mindful|Conscious|Aware|Cognizant|Grateful|Whereas|With (?:regard|a view))",
)
# Words that begin a paragraph of the preamble or an operative one: capital letters after a comma betray that two
# paragraphs were run together.
_RUN_TOGETHER = re.compile(
    r"(?<=[,;.])\s?(?:\d{1,3}\s)?(?=(?:(?:Deeply|Gravely|Also|Further|Strongly|Fully) )?"
    r"(?:Recalling|Reaffirming|Noting|Having|Taking (?:note|into)|Expressing|Welcoming|Considering|Convinced|Determined"
    r"|Mindful|Conscious|Concerned|Bearing in|Acting|Emphasizing|Stressing|Deploring|Reiterating|Recognizing|Commending"
    r"|Determining|Affirming|Recommends|Decides|Requests|Calls upon|Takes note|Establishes|Approves|Endorses|Condemns"
    r"|Extends|Expresses|Appoints)(?: |:))"
)
_INLINE_NUMBER = re.compile(r"(?<=[;.,:] )(\d{1,3}) ?[.,] (?=[A-Z])")
_BARE_NUMBER = re.compile(r"(\d{1,3}) (?=[A-Z])")
_FOOTNOTE_FIGURES = re.compile(r"(?<=[\w,.;:)”\"])\s*(?:\[\d{1,2}\]|\s\d{1,3}/?)$")
_DIVISION = re.compile(r"(?:[A-I]|[IVX]{1,5}|Part \w{1,3}(?: ?[:.–—-] ?.{1,80})?)")
_ANNEX = re.compile(r"[“\"]?(?:ANNEX|Annex)(?:ES|es)?\b(?! to the )")
_CLOSING = re.compile(r"\b(?:seized|seised)\b.{0,40}\b(?:matter|question|item|situation|issue)\b", re.DOTALL)


def begins_operative(text: str) -> bool:
    """Tell whether the words begin an operative paragraph: "Further decides ..."."""
    return _OPERATIVE.match(text) is not None


def begins_preambular(text: str) -> bool:
    """Tell whether the words begin a preambular paragraph: "Deeply concerned ...", "Recalling ..."."""
    return _PREAMBULAR.match(text) is not None


def number_within(text: str, number: int) -> int | None:
    """Return where paragraph `number` begins within the line of the paragraph before it, None if it does not."""
    for match in _INLINE_NUMBER.finditer(text):
        if int(match[1]) == number and begins_operative(text[match.end() :]):
            return match.start()
    return None


def bare_number(text: str, number: int) -> Mark | None:
    """Return the mark of paragraph `number` if it is printed without its full stop."""
    match = _BARE_NUMBER.match(text)
    if match and int(match[1]) == number and begins_operative(text[match.end() :]):
        return Mark(match[1], ((Style.NUMBER, number),), match.end())
    return None


def closes(text: str) -> bool:
    """Tell whether a paragraph is the usual last one: "Decides to remain seized of the matter."."""
    return _CLOSING.search(text) is not None


def ending(text: str) -> str:
    """Return the punctuation mark that a paragraph ends with, "" if it ends without one.

    Footnote figures, quotation marks and brackets behind it do not count.
    """
    bare = _FOOTNOTE_FIGURES.sub("", text[-20:]).rstrip(_QUOTES + ")] ")
    return bare[-1] if bare and bare[-1] in ".;:,?!" else ""


def division(text: str) -> str | None:
    """Return the part that a line is the heading of, "A", "II", "1", or None."""
    if _DIVISION.fullmatch(text) is None:
        return None
    return text.removeprefix("Part ").split(":")[0].split(" ")[0].rstrip(".")


def begins_annex(line: Line) -> bool:
    """Tell whether a line is the heading of an annex."""
    return _ANNEX.match(line.text) is not None and is_heading(replace(line, text=line.text.rstrip(":")))


def is_heading(line: Line) -> bool:
    """Tell whether a line can be a heading: short, in capitals at the beginning, and without an end."""
    text = line.text
    if len(text) > (300 if line.marked_up else 130) or (ending(text) and not line.marked_up):
        return False
    goes_on = ending(text) == "," or text.endswith((" and", " or"))
    return not goes_on and not text[0].islower() and not begins_operative(text)


def run_together(line: Line) -> Iterator[Line]:
    """Yield the paragraphs that a scanner ran together into one line, told by a capital letter after a comma."""
    match = _RUN_TOGETHER.search(line.text)
    if match:
        first, line = line.cut(match.end())
        yield first
        yield from run_together(line)
    else:
        yield line
