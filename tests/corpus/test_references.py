"""What questions refer to, and the numbers in them that are no references."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.catalogue import Catalogue
from corpus.document import Document, Kind, Passage, Source
from corpus.folder import read_folder
from corpus.passages import passages_of
from corpus.references import Mention, references_in

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents"
MEASURED = Path(__file__).parents[2].parent / "shared" / "data"
RESOLUTION, ARTICLE, BACKGROUNDER = (
    "S/RES/1138 (1997)",
    "United Nations Security Council Resolution 968",
    "UNMOT backgrounder",
)


@dataclass(frozen=True)
class Documents:
    """A shelf of documents that were read."""

    documents: tuple[Document, ...]

    def sources(self) -> Sequence[Source]:
        return tuple(document.source for document in self.documents)

    def passages(self, document_id: str) -> tuple[Passage, ...]:
        return next(passages_of(each) for each in self.documents if each.source.id == document_id)


def resolutions(numbers: Sequence[int]) -> Documents:
    """Return a shelf of resolutions without text: enough where only documents are named."""
    sources = (
        Source(f"S_RES_{number}.txt", f"Resolution {number}", Kind.OFFICIAL, f"S/RES/{number} (2000)", date(2000, 1, 1))
        for number in numbers
    )
    return Documents(tuple(Document(source, "") for source in sources))


SHELF = Documents(read_folder(SHIPPED).documents)
CATALOGUE = Catalogue.of(SHELF.sources())
MANY = resolutions(range(1, 2_826))
MANY_CATALOGUE = Catalogue.of(MANY.sources())


def mention(question: str) -> Mention:
    """Return what a question refers to among the shipped documents."""
    found = references_in(question, SHELF, CATALOGUE)
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("question", "reading"),
    [
        ("what does para 6(d) of 1138 say", f"{RESOLUTION}, para. 6 (d)"),
        ("wat did 1138 OP9 want from states", f"{RESOLUTION}, para. 9"),
        ("whats in para 6a of 1138", f"{RESOLUTION}, para. 6 (a)"),
        ("1138 6(d)?", f"{RESOLUTION}, para. 6 (d)"),
        ("OP12 of 1138, what does the SG owe the council", f"{RESOLUTION}, para. 12"),
        ("what do 1138 OP6(a)-(c) and OP 7 say", f"{RESOLUTION}, para. 6 (a) to (c) and para. 7"),
        ("8th preambular para of S/RES/1138, what did the parties request", f"{RESOLUTION}, preambular para. 8"),
        ("in resolution 1138, para 4 and 5, what is decided", f"{RESOLUTION}, para. 4 and para. 5"),
        ("what does the Acts section of the 968 article say", f"{ARTICLE}, Acts"),
        (
            "what does paragraph 12 of the backgrounder say",
            f"{BACKGROUNDER}, Agreement on Temporary Ceasefire, para. 4",
        ),
        ("OP9, who is it for", f"{RESOLUTION}, para. 9"),
        ("does para. 6 (d) of the resolution mention CNR", f"{RESOLUTION}, para. 6 (d)"),
    ],
)
def test_paragraphs_named_in_a_question_are_found(question: str, reading: str) -> None:
    found = mention(question)
    assert (found.reading, found.problem, bool(found.passages)) == (reading, None, True)


@pytest.mark.parametrize(
    ("question", "sources"),
    [
        ("in resolution 1138, what is the mandate", [RESOLUTION]),
        ("S/RES/1138 (1997) mandate end", [RESOLUTION]),
        ("wat was the vote on 1138", [RESOLUTION]),
        ("what did resolutions 968 and 1138 say", [ARTICLE, RESOLUTION]),
        ("vote on 968, how did it go", [ARTICLE]),
        ("what does the backgrounder say about elections", [BACKGROUNDER]),
        ("according to the 968 article how many observers", [ARTICLE]),
    ],
)
def test_a_document_named_without_a_paragraph_is_given_alone(question: str, sources: list[str]) -> None:
    found = mention(question)
    assert ([source.name for source in found.sources], found.passages, found.problem) == (sources, (), None)


@pytest.mark.parametrize(
    ("question", "sentence"),
    [
        ("what does 1138 OP14 say", f"{RESOLUTION} has operative paragraphs 1 to 13; there is no paragraph 14."),
        ("para 6(i) of res 1138 pls", f"{RESOLUTION}, para. 6 has sub-paragraphs (a) to (h); there is no (i)."),
        ("whats para 2b say", f"{RESOLUTION}, para. 2 has no sub-paragraphs."),
        ("1138 (1998) mandate", f"S/RES/1138 is of 1997, not of 1998: {RESOLUTION}."),
    ],
)
def test_a_paragraph_or_year_that_does_not_exist_is_a_problem(question: str, sentence: str) -> None:
    assert mention(question).problem == sentence


@pytest.mark.parametrize("question", ["op 3 of res 797, mozambique op runs till", "quote para 2 of res 1206"])
def test_a_paragraph_of_a_resolution_that_is_not_here_is_a_problem(question: str) -> None:
    found = mention(question)
    assert found.missing
    assert found.problem is not None


def test_the_text_of_a_resolution_is_not_taken_from_an_article_about_it() -> None:
    found = mention("968 OP3 word for word")
    assert found.problem is not None
    assert found.problem.startswith("The text of resolution 968 is not among the documents")


@pytest.mark.parametrize(
    ("question", "missing"),
    [
        ("what did resolution 1167 decide", "S/RES/1167"),
        ("res 1206 ran unmot to what date", "S/RES/1206"),
        ("S/RES/1274 (1999)?", "S/RES/1274 (1999)"),
        ("what is S/1997/859", "S/1997/859"),
    ],
)
def test_a_document_that_is_not_here_may_still_be_spoken_of(question: str, missing: str) -> None:
    assert mention(question) == Mention(missing=(missing,))


def test_the_document_quoted_last_is_meant_where_none_is_named() -> None:
    article = next(source for source in SHELF.sources() if source.name == ARTICLE)
    found = references_in("and paragraph 2?", SHELF, CATALOGUE, context=article)
    assert found is not None
    assert found.reading == f"{ARTICLE}, Background, para. 1"


@pytest.mark.parametrize(
    "question",
    [
        "what happened in 1994",
        "when did 1,200 troops leave on 15 May 1998",
        "40 observers or 600000 displaced?",
        "how many of the 500 peacekeepers left by May 1998",
        "was it $300 or 400 euros",
        "how many died in 1701",
        "the war of 1973, who won",
        "a force of 300, is that enough",
        "300 russian soldiers where",
        "at 0800 hours or 10:30 on 7 jan 1992",
        "9/11 attacks",
        "name of the MH17 captain",
        "para 3 of the General Agreement",
        "article 5 para 3 of the statute",
        "UAE Cabinet Resolution 20 of 2019",
        "In what part of the 19th century were steam turbines introduced?",
        "which op was it",
        "which article of the charter",
        "",
    ],
)
def test_years_dates_and_quantities_name_nothing(question: str) -> None:
    assert references_in(question, SHELF, CATALOGUE) is None
    assert references_in(question, MANY, MANY_CATALOGUE) is None


@pytest.mark.parametrize(
    ("question", "number"),
    [
        ("690: transition period in w sahara kicks off when", 690),
        ("2098 where's the intervention brigades HQ", 2098),
        ("1509 how many staff officers can UNMIL have", 1509),
        ("who abstained on res 143 (congo 1960)", 143),
        ("SCR 418: SG's first report on the arms ban due?", 418),
        ("number of rohingya in bangladesh camps according to 2669", 2669),
        ("who actually wrote 242, which british diplomat", 242),
        ("libya no fly zone which op of 1973", 1973),
        ("how many abstentions on res 1973", 1973),
    ],
)
def test_a_bare_number_is_a_resolution_where_the_words_around_say_so(question: str, number: int) -> None:
    found = references_in(question, MANY, MANY_CATALOGUE)
    assert found is not None
    assert [source.symbol for source in found.sources] == [f"S/RES/{number} (2000)"]


def test_a_paragraph_without_a_document_among_many_asks_which() -> None:
    found = references_in("what does OP9 say", MANY, MANY_CATALOGUE)
    assert found is not None
    assert found.problem is not None
    assert found.problem.startswith("Which document is meant?")


PIECES = st.lists(
    st.sampled_from(
        "1138 968 2999 OP PP6 para . , - ( ) (d) 6d of in and to annex preamble § ¶ ¤ | section Acts the article "
        "backgrounder S/RES/ S/1997/ UNSCR resolution (1997) 15 May 1998 $ % 1,200 what".split()
    ),
    max_size=12,
).map(" ".join)


@settings(max_examples=300)
@given(st.text(max_size=80) | PIECES)
def test_no_question_whatever_breaks_the_search_for_references(question: str) -> None:
    found = references_in(question, SHELF, CATALOGUE)
    assert found is None or found.sources or found.missing or found.problem


@pytest.mark.skipif(not MEASURED.exists(), reason="the questions for measuring are not here")
def test_questions_about_other_subjects_name_no_resolution() -> None:
    lines = (MEASURED / "qa" / "squad" / "questions.jsonl").read_text("utf-8").splitlines()
    questions = [json.loads(line)["question"] for line in lines[::15]]
    assert [each for each in questions if references_in(each, MANY, MANY_CATALOGUE)] == []


@pytest.mark.skipif(not MEASURED.exists(), reason="the questions for measuring are not here")
def test_the_resolutions_named_in_questions_as_people_type_them_are_recognized() -> None:
    lines = (MEASURED / "un_questions.jsonl").read_text("utf-8").splitlines()
    unrecognized = []
    for question in map(json.loads, lines):
        found = references_in(question["question"], MANY, MANY_CATALOGUE)
        if (found is not None) != question["names_resolution"]:
            unrecognized.append(question["question"])
    assert unrecognized == []
