"""Reads the pinpoints of a text: "OP 6 (a)-(c) and 7", "8th preambular paragraph", "(d) of para 6", "annex 1, para. 3".

pinpoint  = [division [","]] (ordinal term | term elements | elements) {"of" pinpoint | "," "sub-paragraph" elements}
elements  = element {("," | "and" | "&") element}
element   = path [("-" | "to") path]
path      = (number | mark) {mark | "item" number | "row" number}
mark      = "(" letter or Roman number ")", or the letter glued to the number
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from corpus.pinpoints import LAST, Element, Path, Pinpoint, Term, is_mark, marks_in
from corpus.tokens import Token

_PREAMBULAR = frozenset({"pp", "pps", "preambular", "preambulatory", "perambular", "preamble", "preambule"})
_OPERATIVE = frozenset({"op", "ops", "operative", "operatives"})
_PARAGRAPH = frozenset("para paras par pars parag paragraph paragraphs pargraph paragaph parapraph ¶ § clause".split())
_RULE = frozenset({"rule", "rules"})
_SUBPARAGRAPH = frozenset({"subpara", "subparas", "subparagraph", "subparagraphs", "subpar", "letter", "letters"})
_DIVISION = {"annex": "annex", "annexes": "annex", "annexe": "annex", "appendix": "appendix", "enclosure": "enclosure",
             "attachment": "attachment", "part": "part"}  # fmt: skip
_ORDINALS = dict(
    zip(
        "first second third fourth fifth sixth seventh eighth ninth tenth eleventh twelfth thirteenth fourteenth "
        "fifteenth sixteenth seventeenth eighteenth nineteenth twentieth".split(),
        map(str, range(1, 21)),
        strict=True,
    )
) | {"last": LAST, "final": LAST}
_AND = frozenset({",", "and", "&", "+", "or"})
_TO = frozenset({"-", "to", "through", "thru"})
# What may follow a number that goes on with a list in running text: "ops 3 and 4 of 797", not "OP 3 and 40 observers".
_AFTER_LIST = frozenset(
    "of in and or to through from say pls please plz what whats who when where how why which is are do does".split()
)


@dataclass(frozen=True, slots=True)
class Placed:
    """A pinpoint and the tokens it was read from: from `start`, before `end`."""

    pinpoint: Pinpoint
    start: int
    end: int


def pinpoints_in(tokens: Sequence[Token], *, running_text: bool) -> tuple[Placed, ...]:
    """Return the pinpoints among tokens, in order.

    Args:
        tokens: Of a folded text from which the names of documents are taken out.
        running_text: Whether the text is a sentence, where numbers count only after a term ("para 6", "OP 6"), or a
            reference, where every number that is left names a paragraph.
    """
    found: list[Placed] = []
    at = 0
    while at < len(tokens):
        reader = _Reader(tokens, at, running_text)
        pinpoint = reader.read()
        if pinpoint is None:
            at += 1
        else:
            found.append(Placed(pinpoint, at, reader.at))
            at = reader.at
    return tuple(found)


class _Reader:
    """Reads one pinpoint; each method returns what it read and moves on, or leaves the place as it was."""

    def __init__(self, tokens: Sequence[Token], at: int, running_text: bool) -> None:
        self._tokens = tokens
        self._running_text = running_text
        self.at = at

    def read(self) -> Pinpoint | None:
        """Read a pinpoint with what hangs on it: "(d) of paragraph 6 of annex 1"."""
        found = self._single()
        while found is not None:
            joined = self._join(found)
            if joined is None:
                break
            found = joined
        return None if found is not None and found.is_partial and self._running_text else found

    def _peek(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self._tokens[index].text if index < len(self._tokens) else ""

    def _is_word(self, ahead: int = 0) -> bool:
        index = self.at + ahead
        return index < len(self._tokens) and self._tokens[index].is_word

    def _is_number(self, ahead: int = 0) -> bool:
        index = self.at + ahead
        return index < len(self._tokens) and self._tokens[index].is_number

    def _is_glued(self, ahead: int = 0) -> bool:
        index = self.at + ahead
        return index < len(self._tokens) and self._tokens[index].glued

    def _skip(self, *texts: str) -> bool:
        if self._peek() not in texts:
            return False
        self.at += 1
        return True

    def _single(self) -> Pinpoint | None:
        return self._in_division() or self._ordinal() or self._with_term() or self._partial() or self._bare()

    def _in_division(self, within: bool = False) -> Pinpoint | None:
        """Read "annex 1, para. 3", "annex", "part A, annex 1"; within: whether in such a part already."""
        start = self.at
        name = _DIVISION.get(self._peek())
        if name is None:
            return None
        self.at += 1
        numbered = self._is_number() or (self._is_word() and is_mark(self._peek()) and self._peek() != "s")
        if numbered:
            name = f"{name} {self._peek()}"
            self.at += 1
        elif name == "part" or (self._running_text and self._peek() == "to"):
            self.at = start
            return None
        if name.startswith("part ") and self._running_text:
            self.at = start
            return None
        after = self.at
        self._skip(",", ":")
        inner = (
            (None if within else self._in_division(within=True)) or self._ordinal() or self._with_term() or self._bare()
        )
        if inner is None:
            self.at = after
            return Pinpoint(division=name)
        return replace(inner, division=f"{name}, {inner.division}" if inner.division else name)

    def _ordinal(self) -> Pinpoint | None:
        """Read "8th preambular paragraph", "last operative para"."""
        start = self.at
        number = _ORDINALS.get(self._peek())
        if number is not None:
            self.at += 1
        elif self._is_number() and self._peek(1) in {"st", "nd", "rd", "th"} and self._is_glued(1):
            number = self._peek()
            self.at += 2
        term = self._term() if number is not None else None
        if number is None or term is None:
            self.at = start
            return None
        return Pinpoint(term, elements=(Element(marks_in(number)),))

    def _with_term(self) -> Pinpoint | None:
        """Read "OP 6 (a)-(c)", "paras 3, 5 and 7", "preamble"."""
        start = self.at
        term = self._term()
        if term is None:
            return None
        named_whole = self._tokens[start].text.startswith(("preamb", "operat", "peramb"))
        self._skip("#")
        if self._skip("no", "nos", "number", "numbers"):
            self._skip(".")
        elements = self._elements()
        if not elements and not (named_whole and (term is Term.PREAMBULAR or not self._running_text)):
            self.at = start
            return None
        return Pinpoint(term, elements=elements)

    def _term(self) -> Term | None:
        text = self._peek()
        terms = {Term.PREAMBULAR: _PREAMBULAR, Term.OPERATIVE: _OPERATIVE, Term.UNNUMBERED: {"unnumbered"}}
        for term, words in terms.items():
            if text in words:
                self.at += 1
                self._skip(".")
                if self._skip(*_PARAGRAPH):
                    self._skip(".")
                return term
        if not self._skip(*_PARAGRAPH) and not self._rule():
            return None
        self._skip(".", text)  # "¶¶"
        return Term.PARAGRAPH

    def _rule(self) -> bool:
        """Read "rule" before a number; in running text only before one that a paragraph prints, "rule 1.2.4"."""
        is_number = self._is_number(1) and ("." in self._peek(1) or not self._running_text)
        return is_number and self._skip(*_RULE)

    def _partial(self) -> Pinpoint | None:
        """Read "sub-paragraph (d)", which needs the paragraph it belongs to."""
        start = self.at
        if not self._skip(*_SUBPARAGRAPH):
            if not self._skip("sub"):
                return None
            self._skip("-")
            if not self._skip(*_PARAGRAPH):
                self.at = start
                return None
        self._skip(".")
        elements = self._elements(letters=True)
        if not elements or not elements[0].continues:
            self.at = start
            return None
        return Pinpoint(elements=elements)

    def _bare(self) -> Pinpoint | None:
        """Read "6 (d)" where no term is needed, and "(d)" where "of para 6" follows."""
        if self._running_text and self._peek() != "(":
            return None
        elements = self._elements()
        return Pinpoint(elements=elements) if elements else None

    def _join(self, found: Pinpoint) -> Pinpoint | None:
        """Read what belongs to the pinpoint just read: "…, sub-paragraph (d)" or "… of para 6", "… of the annex"."""
        start = self.at
        self._skip(",")
        part = self._partial()
        if part is not None and len(found.elements) == 1 and found.elements[0].last is None:
            return _combined(part, found)
        self.at = start
        if self._skip("of", "in", "to", "under"):
            self._skip("the")
            whole = self._single()
            joined = _combined(found, whole) if whole is not None else None
            if joined is not None:
                return joined
        self.at = start
        return None

    def _elements(self, letters: bool = False) -> tuple[Element, ...]:
        """Read a list of paths and ranges, empty if none stands here. Letters: whether "a" alone is a mark."""
        elements: list[Element] = []
        while True:
            start = self.at
            if elements and not self._separator():
                break
            element = self._element(letters or bool(elements and elements[-1].continues and not self._running_text))
            if element is None or (elements and not self._goes_on(element)):
                self.at = start
                break
            elements.append(element)
        return tuple(elements)

    def _separator(self) -> bool:
        start = self.at
        while self._skip(*_AND):
            pass
        return self.at > start

    def _goes_on(self, element: Element) -> bool:
        if not self._running_text or element.continues:
            return True
        return not self._is_word() or self._peek() in _AFTER_LIST

    def _element(self, letters: bool) -> Element | None:
        first = self._path(letters)
        if first is None:
            return None
        start = self.at
        if self._skip(*_TO):
            self._term()  # "paras 3 to para. 5"
            last = self._path(letters=letters or first[1] or (not self._running_text and len(first[0]) > 1))
            if last is not None:
                return Element(*first, *last)
        self.at = start
        return Element(*first)

    def _path(self, letters: bool) -> tuple[Path, bool] | None:
        """Return a path and whether it begins below a number, as "(c)" does."""
        number = self._is_number() and not (self._is_glued(1) and self._peek(1) in {"st", "nd", "rd", "th"})
        if self._peek() == "table" and self._is_number(1) and not self._running_text:
            marks, number = [f"table {self._peek(1)}"], True
            self.at += 2
        elif number:
            marks = list(marks_in(self._peek()))
            self.at += 1
            if self._peek() == "." and self._is_glued(1) and (self._peek(1) == "(" or self._is_letter(1)):
                self.at += 1
            letter = self._glued_letter() or (None if self._running_text else self._lettered())
            marks.extend([letter] if letter else [])
        else:
            mark = self._bracketed() or (self._lettered() if letters else None)
            if mark is None:
                return None
            marks = [mark]
        while (mark := self._bracketed() or self._item()) is not None:
            marks.append(mark)
        return tuple(marks), not number

    def _is_letter(self, ahead: int = 0) -> bool:
        return self._is_word(ahead) and is_mark(self._peek(ahead))

    def _glued_letter(self) -> str | None:
        if not self._is_letter() or not self._is_glued():
            return None
        self.at += 1
        return self._peek(-1)

    def _lettered(self) -> str | None:
        """Read a letter that is a mark, "6 d", and no word, "6 a day"."""
        if not self._is_letter() or (self._is_word(1) and self._peek(1) not in {"of", "and", "to", "or", "in"}):
            return None
        self.at += 1
        return self._peek(-1)

    def _bracketed(self) -> str | None:
        if self._peek() != "(" or self._peek(2) != ")":
            return None
        mark = self._peek(1)
        if not (self._is_letter(1) or (self._is_number(1) and len(mark) <= 3)):
            return None
        self.at += 3
        return mark

    def _item(self) -> str | None:
        """Read ", item 3", the third item of a list without marks, and ", row 3" of a table."""
        start = self.at
        self._skip(",")
        kind = "row" if self._peek() == "row" else "item"
        if self._skip("item", "bullet", "indent", "row") and self._is_number():
            self.at += 1
            return f"{kind} {self._peek(-1)}"
        self.at = start
        return None


def _combined(part: Pinpoint, whole: Pinpoint) -> Pinpoint | None:
    """Return `part` of `whole` as one pinpoint, or None where the two do not go together."""
    if part.is_partial and len(whole.elements) == 1 and whole.elements[0].last is None and not whole.is_partial:
        above = whole.elements[0].first
        elements = tuple(
            replace(each, first=above + each.first, continues=False) if each.continues else each
            for each in part.elements
        )
        return replace(whole, elements=elements)
    if part.elements and not whole.elements and part.division is None:
        term = part.term if whole.term is None else whole.term
        return Pinpoint(term, whole.division, part.elements)
    return None
