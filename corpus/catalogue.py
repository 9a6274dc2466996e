"""Which document a name means: its symbol, its number, its title, a word of its title or of its file's name."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from rapidfuzz.distance import DamerauLevenshtein

from corpus.document import Source
from corpus.tokens import compact, listed, words_of

_RESOLUTION_SYMBOL = re.compile(r"s/res/(?P<number>\d{1,4})(?:\((?P<year>\d{4})\))?")
_RESOLUTION_FILE = re.compile(r"s_res_(?P<number>\d{1,4})_(?P<year>\d{4})", re.IGNORECASE)
_RESOLUTION_TITLE = re.compile(r"(?<![^\W_])resolution[ _](?P<number>\d{1,4})(?![^\W_])", re.IGNORECASE)
# Words in so many names that they tell no document from another.
_GENERIC = frozenset(
    "a an and at by for from in of on the to un united nations security council general assembly resolution "
    "resolutions s res text txt md html pdf document file annex part paragraph para section".split()
)


@dataclass(frozen=True, slots=True)
class Catalogue:
    """An index over the names of documents; made once for the documents at hand.

    Attributes:
        sources: The documents, in order of id.
        resolutions: Those that are themselves resolutions.
        by_number: The resolutions, by number; where the text is not at hand, what is about it.
        by_name: The documents by symbol, title, file name and path, compacted.
        by_word: Positions in `sources` by each word of title and file name.
    """

    sources: tuple[Source, ...]
    resolutions: tuple[Source, ...] = field(repr=False)
    by_number: Mapping[str, tuple[Source, ...]] = field(repr=False)
    by_name: Mapping[str, tuple[Source, ...]] = field(repr=False)
    by_word: Mapping[str, frozenset[int]] = field(repr=False)

    @classmethod
    def of(cls, sources: Iterable[Source]) -> Catalogue:
        """Return the catalogue of `sources`."""
        documents = tuple(sources)
        texts, about = _grouped(documents, _own_number), _grouped(documents, _number_in_title)
        words: defaultdict[str, set[int]] = defaultdict(set)
        for position, source in enumerate(documents):
            for word in _name_words(source):
                words[word].add(position)
        return cls(
            documents,
            resolutions=tuple(source for source in documents if _own_number(source)),
            by_number={**about, **texts},
            by_name=_by_name(documents),
            by_word={word: frozenset(positions) for word, positions in words.items()},
        )

    def with_more(self, other: Catalogue) -> Catalogue:
        """Return the catalogue of the documents of both, no two with the same id: these, and then the others.

        It is made without looking at the names of these again, and shares what it can.
        """
        after = len(self.sources)
        words = dict(self.by_word)
        for word, positions in other.by_word.items():
            words[word] = words.get(word, frozenset()) | {after + position for position in positions}
        return Catalogue(
            self.sources + other.sources,
            resolutions=self.resolutions + other.resolutions,
            by_number=_merged(self.by_number, other.by_number, lambda source, _: _own_number(source) is not None),
            by_name=_merged(self.by_name, other.by_name, lambda source, name: compact(source.name) == name),
            by_word=words,
        )

    def is_resolution(self, source: Source) -> bool:
        """Tell whether a document is itself a resolution, and no text about one."""
        return _own_number(source) is not None

    def with_words(self, words: Sequence[str]) -> tuple[Source, ...]:
        """Return the documents whose names have all of `words`, those named by nothing else before the others."""
        sets = [self.by_word.get(word, frozenset()) for word in words]
        positions = frozenset.intersection(*sets) if sets else frozenset()
        found = tuple(self.sources[position] for position in sorted(positions))
        exact = tuple(source for source in found if compact("".join(words)) in (compact(source.title), _stem(source)))
        return exact or found

    def corrected(self, word: str) -> str | None:
        """Return the one word of a name that `word` is a misspelling of: one slip, two in a long word."""
        slips = 2 if len(word) >= 8 else 1
        if len(word) < 5:
            return None
        near = {
            other: DamerauLevenshtein.distance(word, other, score_cutoff=slips)
            for other in self.by_word
            if abs(len(other) - len(word)) <= slips and not other.isdecimal()
        }
        best = min(near.values(), default=slips + 1)
        closest = [other for other, distance in near.items() if distance == best]
        return closest[0] if best <= slips and len(closest) == 1 else None

    def nearest(self, number: str, most: int = 3) -> tuple[Source, ...]:
        """Return the documents whose numbers are nearest to `number`."""
        by_distance = sorted(self.by_number, key=lambda each: (abs(int(each) - int(number)), int(each)))
        return tuple(source for each in sorted(by_distance[:most], key=int) for source in self.by_number[each][:1])

    def not_held(self, number: str) -> str:
        """Return the sentence that says that resolution `number` is not among the documents, and which are."""
        are = self.holdings()
        if len(self.sources) > 5 and self.by_number:
            near = listed([source.name for source in self.nearest(number)])
            are = f"the nearest of the {len(self.sources):,} documents are {near}"
        return f"No document here is resolution {number}; {are}."

    def holdings(self) -> str:
        """Return what the documents are, as a part of a sentence; a handful by name."""
        names = listed([source.name for source in self.sources], most=5)
        if len(self.sources) > 1:
            return f"the {len(self.sources):,} documents are {names}"
        return f"the only document is {names}" if names else "there are no documents yet"


def year_of(source: Source) -> str | None:
    """Return the year a resolution is of: by its symbol, else by its date."""
    match = _RESOLUTION_SYMBOL.match(compact(source.symbol or "")) or _RESOLUTION_FILE.match(source.id.split("/")[-1])
    if match is not None and match["year"]:
        return match["year"]
    return str(source.date.year) if source.date else None


def is_generic(word: str) -> bool:
    """Tell whether a word stands in too many names to mean a document."""
    return word in _GENERIC


def _own_number(source: Source) -> str | None:
    match = _RESOLUTION_SYMBOL.match(compact(source.symbol or ""))
    if match is None and source.symbol is None:
        match = _RESOLUTION_FILE.match(source.id.split("/")[-1])
    return match["number"] if match else None


def _number_in_title(source: Source) -> str | None:
    if _own_number(source) is not None:
        return None
    match = _RESOLUTION_TITLE.search(source.title) or _RESOLUTION_TITLE.search(source.id.split("/")[-1])
    return match["number"] if match else None


def _stem(source: Source) -> str:
    return compact(PurePosixPath(source.id).stem.replace("_", ""))


def _name_words(source: Source) -> frozenset[str]:
    return frozenset(words_of(f"{source.title} {PurePosixPath(source.id).stem.replace('_', ' ')}"))


def _grouped(sources: Sequence[Source], number_of: Callable[[Source], str | None]) -> dict[str, tuple[Source, ...]]:
    groups: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        number = number_of(source)
        if number is not None:
            groups[str(int(number))].append(source)
    return {number: tuple(group) for number, group in groups.items()}


def _merged(
    one: Mapping[str, tuple[Source, ...]],
    other: Mapping[str, tuple[Source, ...]],
    is_its_own: Callable[[Source, str], bool],
) -> dict[str, tuple[Source, ...]]:
    """Return the documents of both by key; where a key is some documents' own, none that only borrows it has it."""
    merged = dict(one)
    for key, sources in other.items():
        both = (*one.get(key, ()), *sources)
        merged[key] = tuple(source for source in both if is_its_own(source, key)) or both
    return merged


def _by_name(sources: Sequence[Source]) -> dict[str, tuple[Source, ...]]:
    """Return the documents by how they are called; a path never takes a name away from a title."""
    names: defaultdict[str, list[Source]] = defaultdict(list)
    for source in sources:
        names[compact(source.name)].append(source)
    taken = frozenset(names)
    for source in sources:
        path = PurePosixPath(source.id)
        for other in dict.fromkeys((source.title, source.id, path.name, path.stem, path.stem.replace("_", " "))):
            key = compact(other)
            if key and key not in taken and source not in names[key]:
                names[key].append(source)
    return {name: tuple(found) for name, found in names.items()}
