"""References as people type them → passages, and back."""

import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.citation import cite, resolve
from corpus.document import Document, Kind, Passage, Source
from corpus.folder import read_folder
from corpus.formats import read
from corpus.passages import passages_of

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents"
MEASURED = Path(__file__).parents[2].parent / "shared" / "data"

ANNEXED = """S/RES/9001 (2020)
1 May 2020

RESOLUTION 9001 (2020)

Adopted by the Security Council at its 9001st meeting, on 1 May 2020

The Security Council,

Recalling its previous resolutions,

1. Decides that States shall:

(a) Report to the Council;

(b) Cooperate with the Committee by:

(i) Sending letters;

(ii) Answering questions;

(c) Inform the public;

2. Decides to remain actively seized of the matter.

Annex

1. The Committee shall meet twice a year.

2. The Committee shall report once a year.
"""


@dataclass(frozen=True)
class Documents:
    """A shelf of documents that were read."""

    documents: tuple[Document, ...]

    def sources(self) -> Sequence[Source]:
        return tuple(document.source for document in self.documents)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return next(passages_of(each) for each in self.documents if each.source.id == document_id)


SHELF = Documents(read_folder(SHIPPED).documents)
CATALOGUE = Catalogue.of(SHELF.sources())
EVERY_PASSAGE = [passage for source in SHELF.sources() for passage in SHELF.passages(source.id)]
ONE_WITH_ANNEX = Documents((read(ANNEXED, "S_RES_9001_2020.txt", ""),))
RESOLUTION, ARTICLE, BACKGROUNDER = (
    "S/RES/1138 (1997)",
    "United Nations Security Council Resolution 968",
    "UNMOT backgrounder",
)


def named(reference: str, shelf: Documents = SHELF) -> list[str]:
    """Return the locators of what a reference names."""
    return [passage.locator for passage in resolve(reference, shelf).passages]


def problem(reference: str, shelf: Documents = SHELF) -> str:
    """Return the sentence about a reference that names nothing."""
    reading = resolve(reference, shelf)
    assert reading.problem is not None
    return reading.problem


@pytest.mark.parametrize("passage", EVERY_PASSAGE, ids=lambda passage: str(cite(passage)))
def test_the_citation_of_every_passage_leads_back_to_it(passage: Passage) -> None:
    assert resolve(str(cite(passage)), SHELF, CATALOGUE).passages[0] == passage


@pytest.mark.parametrize("passage", EVERY_PASSAGE, ids=lambda passage: str(cite(passage)))
def test_what_a_citation_names_besides_its_passage_hangs_under_it(passage: Passage) -> None:
    others = resolve(str(cite(passage)), SHELF, CATALOGUE).passages[1:]
    assert all(other.locator.startswith((f"{passage.locator} ", f"{passage.locator},")) for other in others)


@pytest.mark.parametrize("passage", EVERY_PASSAGE, ids=lambda passage: str(cite(passage)))
def test_a_reading_names_what_it_was_read_from(passage: Passage) -> None:
    reading = resolve(str(cite(passage)), SHELF, CATALOGUE)
    assert reading.reading is not None
    assert resolve(reading.reading, SHELF, CATALOGUE).passages == reading.passages


SPACES, DASHES = st.sampled_from([" ", "\u00a0", "  ", "\u2009", "\t"]), st.sampled_from("-‐‑–—−")
CASES = st.sampled_from([str.upper, str.lower, str])
WIDE = str.maketrans({"(": "（", ")": "）", "/": "／", ",": "，"})


@given(passage=st.sampled_from(EVERY_PASSAGE), space=SPACES, dash=DASHES, case=CASES, wide=st.booleans())
def test_a_citation_means_the_same_with_other_spaces_dashes_and_capitals(
    passage: Passage, space: str, dash: str, case: Callable[[str], str], wide: bool
) -> None:
    citation = str(cite(passage))
    variant = case(citation.translate(WIDE) if wide else citation).replace("-", dash).replace(" ", space)
    assert resolve(variant, SHELF, CATALOGUE).passages == resolve(citation, SHELF, CATALOGUE).passages


@pytest.mark.parametrize(
    "reference",
    [
        "S/RES/1138 (1997), para. 6 (d)",
        "S/RES/1138 (1997) 6(d)",
        "S/RES/1138(1997) 6 (d)",
        "S/RES/1138 para 6d",
        "s/res/1138 PARA 6D",
        "1138 OP 6(d)",
        "1138 op6d",
        "1138 6.d",
        "1138 6 d",
        "6(d) of 1138",
        "OP 6 (d) of resolution 1138",
        "[[1138 6(d)]]",
        "[[1138:6d]]",
        "UNSCR 1138, paragraph 6(d)",
        "res. 1138/1997 ¶ 6(d)",
        "SCR 1138 op. para. 6 (d)",
        "Security Council resolution 1138 (1997) of 14 November 1997, operative paragraph 6, subparagraph (d)",
        "sub-paragraph (d) of paragraph 6 of resolution 1138 (1997)",
        "https://undocs.org/S/RES/1138(1997) para 6(d)",
        "S_RES_1138_1997.txt 6(d)",
        "S／RES／1138\u3000（1997）， para． 6 （d）",
        "S/RES/1138\u00a0(1997) – para.\u00a06\u00a0(d)",
        "para 06 (d) of 1138",
        "OP 6(d)",
        "6(d)",
    ],
)
def test_one_sub_paragraph_has_many_spellings(reference: str) -> None:
    reading = resolve(reference, SHELF)
    assert (reading.reading, reading.problem) == (f"{RESOLUTION}, para. 6 (d)", None)


ITEMS = [f"para. 6 ({letter})" for letter in "abcdefgh"]


@pytest.mark.parametrize(
    ("reference", "locators"),
    [
        ("1138 OP6", ["para. 6", *ITEMS]),
        ("1138 OP6(a)-(c)", ITEMS[:3]),
        ("1138 6(a)–6(c)", ITEMS[:3]),
        ("1138 6a-c", ITEMS[:3]),
        ("1138 para 6 (a) to (c), (e) & (g)", [*ITEMS[:3], ITEMS[4], ITEMS[6]]),
        ("1138 6(a), (c) and 7", [ITEMS[0], ITEMS[2], "para. 7"]),
        ("1138 6(g)-7", [*ITEMS[6:], "para. 7"]),
        ("1138 paras 3-5", ["para. 3", "para. 4", "para. 5"]),
        ("1138 paragraphs 2, 4 and 9 through 11", ["para. 2", "para. 4", "para. 9", "para. 10", "para. 11"]),
        ("UNSCR 1138 PP3", ["preambular para. 3"]),
        ("1138 pp 3", ["preambular para. 3"]),
        ("resolution 1138 preambular para 8", ["preambular para. 8"]),
        ("8th preambular paragraph of 1138", ["preambular para. 8"]),
        ("eighth preambular para of 1138", ["preambular para. 8"]),
        ("1138 last operative paragraph", ["para. 13"]),
        ("res 1138 preamble", [f"preambular para. {number}" for number in range(1, 9)]),
        ("1138 pp1-2 and op 2", ["preambular para. 1", "preambular para. 2", "para. 2"]),
        ("968 Acts 2(b)", ["Acts, para. 2 (b)"]),
        ("[[968 §Acts, para. 2]]", [f"Acts, para. 2 ({letter})" for letter in "abcde"]),
        ("968 Resolution Acts 1", ["Acts, para. 1"]),
        ("968 infobox date", ["Infobox, Date"]),
        ("backgrounder Civil War para 2", ["Civil War, para. 2"]),
        ("backgrounder civil war 2-3", ["Civil War, para. 2", "Civil War, para. 3"]),
        ("backgrounder ¶12", ["Agreement on Temporary Ceasefire, para. 4"]),
        ("unmot backgrounder further progress 1", ["Further Progress Reported, para. 1"]),
        ("Civil War para 2", ["Civil War, para. 2"]),
        ("backgrouder Civil War para 2", ["Civil War, para. 2"]),
        ("1138 6(d); 968 Acts 1", ["para. 6 (d)", "Acts, para. 1"]),
    ],
)
def test_ranges_lists_and_sections_are_read(reference: str, locators: list[str]) -> None:
    assert named(reference) == locators


@pytest.mark.parametrize(
    ("reference", "source"),
    [
        ("S/RES/1138 (1997)", RESOLUTION),
        ("S/RES/1138(1997)", RESOLUTION),
        ("1138", RESOLUTION),
        ("SCR 1138", RESOLUTION),
        ("res. 1138/1997", RESOLUTION),
        ("resolution 1138 of 1997", RESOLUTION),
        ("968", ARTICLE),
        ("968 article", ARTICLE),
        ("Resolution_968_article.txt", ARTICLE),
        ("backgrounder", BACKGROUNDER),
        ("the UNMOT backgrounder", BACKGROUNDER),
    ],
)
def test_a_document_alone_stands_for_all_its_passages(reference: str, source: str) -> None:
    reading = resolve(reference, SHELF)
    assert reading.reading == source
    assert reading.passages == SHELF.passages(reading.sources[0].id)


@pytest.mark.parametrize(
    ("reference", "locators"),
    [
        ("9001 1(b)(ii)", ["para. 1 (b) (ii)"]),
        ("9001 1(b)(i)-(ii) and (c)", ["para. 1 (b) (i)", "para. 1 (b) (ii)", "para. 1 (c)"]),
        ("9001 1(c)", ["para. 1 (c)"]),
        ("annex para 2 of 9001", ["annex 1, para. 2"]),
        ("paragraph 2 of the annex to 9001", ["annex 1, para. 2"]),
        ("9001 annex 1, 2", ["annex 1, para. 2"]),
        ("9001 annex", ["annex 1, para. 1", "annex 1, para. 2"]),
        ("9001 para 2", ["para. 2"]),
    ],
)
def test_letters_roman_numbers_and_annexes_are_told_apart(reference: str, locators: list[str]) -> None:
    assert named(reference, ONE_WITH_ANNEX) == locators


@pytest.mark.parametrize(
    ("reference", "sentence"),
    [
        ("1138 OP 14", f"{RESOLUTION} has operative paragraphs 1 to 13; there is no paragraph 14."),
        ("1138 6(k)", f"{RESOLUTION}, para. 6 has sub-paragraphs (a) to (h); there is no (k)."),
        ("1138 5(a)", f"{RESOLUTION}, para. 5 has no sub-paragraphs."),
        ("1138 PP9", f"{RESOLUTION} has 8 preambular paragraphs; there is no preambular paragraph 9."),
        ("1138 annex 1", f"{RESOLUTION} has no annex 1."),
        ("1138 (1998)", f"S/RES/1138 is of 1997, not of 1998: {RESOLUTION}."),
        (
            "968 §Foo",
            f"{ARTICLE} has no section “foo”; its sections are Background, Resolution, Observations and Acts.",
        ),
        (
            "resolution 2999",
            f"No document here is resolution 2999; the 3 documents are {ARTICLE}, {RESOLUTION} and {BACKGROUNDER}.",
        ),
        (
            "S/1997/859",
            f"S/1997/859 is not among the documents; the 3 documents are {ARTICLE}, {RESOLUTION} and {BACKGROUNDER}.",
        ),
    ],
)
def test_what_does_not_exist_gets_a_sentence_that_says_what_does(reference: str, sentence: str) -> None:
    assert problem(reference) == sentence


@pytest.mark.parametrize("reference", ["S/RES/968 OP 2", "968 PP1", "resolution 968 para 3"])
def test_an_article_about_a_resolution_is_never_quoted_as_its_text(reference: str) -> None:
    sentence = problem(reference)
    assert sentence.startswith("The text of resolution 968 is not among the documents, only an article about it")
    assert "Background, Observations and Acts" in sentence


def test_a_range_past_the_end_names_what_exists_and_says_where_it_ends() -> None:
    reading = resolve("1138 paras 12-20", SHELF)
    assert [passage.locator for passage in reading.passages] == ["para. 12", "para. 13"]
    assert reading.problem == f"{RESOLUTION} has operative paragraphs 1 to 13; there is no paragraph 20."


@pytest.mark.parametrize("reference", ["", "  ", "???", "[[]]", "hello world", "x" * 1_000])
def test_what_is_no_reference_is_answered_with_examples_that_work(reference: str) -> None:
    examples = problem(reference).split("These work: ")[1].rstrip(".").split("; ")
    assert len(examples) == 3
    assert all(resolve(example, SHELF).passages for example in examples)


def test_a_name_that_several_documents_have_lists_them() -> None:
    sources = [Source(f"{name}.txt", title, Kind.OTHER) for name, title in [("a", "Mali report"), ("b", "Chad report")]]
    shelf = Documents(tuple(Document(source, "") for source in sources))
    assert problem("report para 2", shelf) == "That names 2 documents: Mali report and Chad report. Name one of them."


def test_a_resolution_is_meant_before_an_article_about_it() -> None:
    text = ANNEXED.replace("9001", "968").replace("2020", "1994")
    shelf = Documents((*SHELF.documents, read(text, "S_RES_968_1994.txt", "")))
    assert resolve("968 OP 2", shelf).reading == "S/RES/968 (1994), para. 2"


def test_an_empty_shelf_says_that_it_is_empty() -> None:
    assert problem("1138 OP 6", Documents(())) == "No document here is resolution 1138; there are no documents yet."


PIECES = st.lists(
    st.sampled_from(
        "1138 968 2999 OP op PP6 para paras . , ; : - – ( ) (d) (iv) 6d a of and to annex preamble infobox date last "
        "8th § ¶ [[ ]] Acts Civil War backgrounder S/RES/ UNSCR resolution (1997) /1997 item table row ¤ | _".split()
    ),
    max_size=9,
).map(" ".join)


@settings(max_examples=300)
@given(st.text(max_size=60) | PIECES)
def test_no_text_whatever_breaks_the_reading_of_references(reference: str) -> None:
    reading = resolve(reference, SHELF, CATALOGUE)
    assert reading.passages or reading.problem or reading.sources


@pytest.mark.skipif(not (MEASURED / "un").exists(), reason="the resolutions for measuring are not here")
def test_the_citation_of_every_passage_of_many_resolutions_leads_back_to_it() -> None:
    names = [json.loads(line)["file"] for line in (MEASURED / "un_index.jsonl").read_text("utf-8").splitlines()]
    paths = [MEASURED / "un" / name for name in random.Random(1).sample(names, 60)]
    documents = tuple(read(path.read_text("utf-8"), path.name, "") for path in sorted(paths) if path.exists())
    shelf = Documents(documents)
    catalogue = Catalogue.of(shelf.sources())
    passages = [passage for document in documents for passage in passages_of(document)][::4]
    assert [each for each in passages if resolve(str(cite(each)), shelf, catalogue).passages[:1] != (each,)] == []
