"""What the program as it is delivered answers about the documents it ships, with the packaged model.

The traps are those that three real documents set: page breaks in mid-sentence, navigation that looks like a paragraph,
mandates and strengths of two forces, facts that are in no document. Figures are floors: what is measured now is noted
beside each, and none may fall far below it.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import faiss
import pytest

from bot import payload
from corpus.citation import resolve
from corpus.document import fold
from retrieval.answering import Answer, Quotation
from retrieval.embedder_choice import embedder_for_asking
from retrieval.evaluation import Evaluation, judge
from retrieval.generations import current
from retrieval.library import Library
from retrieval.onnx_export import adds_bytes_without_overflow
from retrieval.questions import Question, read_questions
from retrieval.store import read_manifest

ROOT = Path(__file__).parents[1]
SHIPPED = ROOT / "corpus" / "documents"
QUESTIONS = read_questions(Path(__file__).parent / "data" / "questions.jsonl")
LIMIT = 5

RESOLUTION, ARTICLE, BACKGROUNDER = "S_RES_1138_1997.txt", "Resolution_968_article.txt", "UNMOT_backgrounder.txt"
MANDATE = "6. Decides that the mandate of UNMOT shall be as follows: To use its best efforts to promote peace"


@pytest.fixture(scope="session")
def library(real_index: Path) -> Iterator[Library]:
    """The shipped documents, indexed once with the packaged model, asked as a process that starts now would."""
    faiss.omp_set_num_threads(1)  # on a busy machine several wait for one another
    made_with = read_manifest(current(real_index)).model
    with Library.open(real_index, embedder_for_asking(None, real_index, made_with)) as opened:
        yield opened


@pytest.fixture(scope="session")
def asked(library: Library) -> tuple[tuple[Question, Answer], ...]:
    """Every question of the set with its answer."""
    return tuple((question, library.answer(question.question, limit=LIMIT)) for question in QUESTIONS)


@pytest.fixture(scope="session")
def figures(asked: tuple[tuple[Question, Answer], ...]) -> dict[str, float]:
    """What is measured on the questions in even places, to which nothing was fitted."""
    judgements = tuple(judge(question, answer, LIMIT) for question, answer in asked[1::2])
    return {figure.key: figure.value for figure in Evaluation(judgements, LIMIT).figures if figure.value is not None}


def shown(answer: Answer) -> tuple[Quotation, ...]:
    return (*answer.quotations, *answer.nearest)


def cited(answer: Answer) -> list[str]:
    return [str(each.citation) for each in answer.quotations]


def document_of(quotation: Quotation) -> str:
    return quotation.passage.source.id


# 1. A page break in mid-sentence


@pytest.mark.parametrize("question", ["1138 PP8", "what requests of the parties did the Council take note of?"])
def test_preambular_paragraph_8_is_quoted_whole_across_the_page_break(library: Library, question: str) -> None:
    first = library.answer(question).quotations[0]
    assert str(first.citation) == "S/RES/1138 (1997), preambular para. 8"
    assert first.text.startswith("Taking note of the requests of the parties, contained in the General Agreement")
    assert "to the Secretary-General (S/1997/508), for the further assistance of the United Nations" in first.text
    assert first.text.endswith("support of the United Nations and the international community,")


@pytest.mark.parametrize("question", ["1138 6(h)", "With whom should UNMOT maintain close contacts?"])
def test_paragraph_6_h_is_quoted_whole_without_the_mark_of_the_page_break(library: Library, question: str) -> None:
    first = library.answer(question).quotations[0]
    assert str(first.citation) == "S/RES/1138 (1997), para. 6 (h)"
    assert first.text == (
        "(h) Maintain close contacts with the parties, as well as cooperative liaison with the CIS Peacekeeping "
        "Forces, the Russian border forces and the Mission of the Organization for Security and Cooperation in Europe "
        "(OSCE) in Tajikistan;"
    )


# 2. A line of navigation that looks like paragraph 5


@pytest.mark.parametrize(
    "question",
    [
        "5. General Agreement and Expansion of UNMOT",
        "what is paragraph 5 of the backgrounder",
        "General Agreement and Expansion of UNMOT",
        "para 5",
    ],
)
def test_the_line_of_navigation_is_no_paragraph(library: Library, question: str) -> None:
    for quotation in shown(library.answer(question, limit=20)):
        assert not quotation.text.startswith("5. General Agreement")
        assert (document_of(quotation), quotation.passage.label) != (BACKGROUNDER, "5")


# 3. The mandates of two forces


@pytest.mark.parametrize(
    "question",
    [
        "What were the CIS Collective Peacekeeping Forces established to do?",
        "what mandate did the Collective Peacekeeping Forces have, as decided in Moscow in 1993",
        "Which forces were to guard the infrastructure and protect humanitarian aid?",
        pytest.param(
            "What is the mandate of the CIS Collective Peacekeeping Forces?",
            marks=pytest.mark.xfail(
                reason="Paragraphs of 1138 that name both the forces and a mandate come first: the sentence that "
                "gives theirs says only “these forces”."
            ),
        ),
    ],
)
def test_the_mandate_of_the_cis_forces_is_quoted_as_theirs(library: Library, question: str) -> None:
    first = library.answer(question).quotations[0]
    assert str(first.citation) == "UNMOT backgrounder, Civil War, para. 4"
    assert "to establish the CIS Collective Peacekeeping Forces in Tajikistan. These forces had" in first.text


@pytest.mark.parametrize("question", ["What is the mandate of UNMOT?", "What is UNMOT's mandate?"])
def test_the_mandate_of_unmot_is_that_of_the_resolution(library: Library, question: str) -> None:
    answer = library.answer(question, limit=5)
    assert answer.quotations[0].text.startswith(MANDATE)
    assert "UNMOT backgrounder, Civil War, para. 4" not in cited(answer)


# 4. Strengths that differ by source and date


@pytest.mark.parametrize(
    "question", ["How many military observers did UNMOT have?", "how many people worked for UNMOT"]
)
def test_a_strength_is_given_by_more_than_one_source(library: Library, question: str) -> None:
    quoted = {(document_of(each), each.marked) for each in library.answer(question).quotations}
    assert any(document == BACKGROUNDER and "22 were military observers" in marked for document, marked in quoted)
    assert any(document == ARTICLE and "40 military observers" in marked for document, marked in quoted)


def test_the_strengths_of_1997_are_quoted_with_their_date(library: Library) -> None:
    first = library.answer("What was UNMOT's authorized strength?").quotations[0]
    assert first.marked.endswith("increased to 120 military observers from its previous authorized strength of 45.")
    assert "on 4 September 1997" in first.text


@pytest.mark.parametrize(
    "document",
    [
        BACKGROUNDER,
        pytest.param(
            ARTICLE,
            marks=pytest.mark.xfail(
                reason="The article prints its date in fields of an infobox, 16 December and 1994, and the paragraph "
                "with the strength prints none."
            ),
        ),
    ],
)
def test_a_strength_carries_a_date(library: Library, document: str) -> None:
    answer = library.answer("How many military observers did UNMOT have?")
    quotation = next(each for each in answer.quotations if document_of(each) == document)
    assert quotation.citation.date or re.search(r"\b(?:19|20)\d\d\b", quotation.text)


# 5. A gap between two extensions


@pytest.mark.parametrize(
    ("question", "marked"),
    [
        ("When does UNMOT's mandate end?", "5. Decides to extend the mandate of UNMOT until 15 May 1998;"),
        ("until when did 1206 extend the mandate", "UNMOT's mandate was again extended until 15 May 1999"),
        ("until when did 1274 extend the mandate", "By its resolution 1274 (1999) of 12 November 1999"),
    ],
)
def test_each_extension_is_quoted_with_its_date(library: Library, question: str, marked: str) -> None:
    assert library.answer(question).quotations[0].marked.startswith(marked)


def test_the_end_of_the_mandate_is_cited_from_the_paragraph_that_decides_it(library: Library) -> None:
    assert cited(library.answer("When does UNMOT's mandate end?"))[0] == "S/RES/1138 (1997), para. 5"


GAP = [
    "Who extended the mandate from 15 May to 15 November 1999?",
    "Which resolution extended UNMOT's mandate from 15 May 1999 to 15 November 1999?",
]


@pytest.mark.parametrize("question", GAP)
def test_the_extension_that_no_document_tells_is_declined(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert not answer.found
    assert answer.problem == "No passage here names both May 1999 and November 1999."


@pytest.mark.parametrize("question", GAP)
def test_the_gap_is_shown_by_what_lies_on_either_side(library: Library, question: str) -> None:
    texts = " ".join(each.text for each in shown(library.answer(question)))
    assert "until 15 May 1999 by Security Council resolution 1206 (1998)" in texts
    assert "resolution 1274 (1999) of 12 November 1999" in texts


@pytest.mark.parametrize(
    "question", ["until when did resolution 1239 (1999) extend the mandate", "what is resolution 1239"]
)
def test_the_resolution_of_the_gap_is_in_no_document(library: Library, question: str) -> None:
    answer = library.answer(question)
    assert not answer.found
    assert answer.problem
    assert answer.problem.startswith("No document here is resolution 1239;")


# 6. A vote that is in no document


@pytest.mark.parametrize(
    "question",
    [
        "What was the vote on resolution 1138?",
        "What was the result of the vote on resolution 1138 (1997)?",
        "Was resolution 1138 adopted unanimously?",
        "Was 1138 adopted without a vote?",
        "How did the members vote on S/RES/1138?",
        "Which states voted against resolution 1138?",
        "Did any country abstain on 1138?",
        "vote on 1138",
        pytest.param(
            "How many countries voted for 1138?",
            marks=pytest.mark.xfail(
                reason="A bare number after “for” is not read as a resolution, and numbers near the word “votes” of "
                "the elections fit."
            ),
        ),
    ],
)
def test_the_vote_on_1138_is_declined(library: Library, question: str) -> None:
    assert not library.answer(question).found


def test_the_vote_on_968_is_quoted(library: Library) -> None:
    first = library.answer("What was the vote on resolution 968?").quotations[0]
    assert document_of(first) == ARTICLE
    assert "adopted unanimously on 16 December 1994" in first.marked


# 7. Words and numbers as they stand


@pytest.mark.parametrize(
    "question",
    [
        "how many observers came from OCSE?",
        pytest.param(
            "how many JEOM observers were from the OSCE",
            marks=pytest.mark.xfail(
                not adds_bytes_without_overflow(),
                reason="The paragraph that introduces JEOM is as near: with weights of seven bits it comes first.",
            ),
        ),
    ],
)
def test_ocse_is_quoted_as_it_stands(library: Library, question: str) -> None:
    quotations = library.answer(question).quotations
    assert "13 observers from OCSE, and 5 electoral experts" in quotations[0].marked


def test_the_meeting_of_968_is_quoted_as_the_infobox_prints_it(library: Library) -> None:
    answer = library.answer("which meeting adopted 968")
    assert "Meeting: 3,482" in [each.text for each in answer.quotations]


@pytest.mark.parametrize("letter", "abcdefgh")
def test_an_item_of_paragraph_6_comes_with_the_words_above_it(library: Library, letter: str) -> None:
    (quotation,) = library.answer(f"1138 OP 6({letter})").quotations
    assert quotation.passage.locator == f"para. 6 ({letter})"
    assert quotation.passage.stem
    assert quotation.passage.stem.startswith(MANDATE)


def test_an_item_that_was_searched_for_comes_with_the_words_above_it_too(library: Library) -> None:
    first = library.answer("who should investigate ceasefire violations").quotations[0]
    assert str(first.citation) == "S/RES/1138 (1997), para. 6 (d)"
    assert payload.quotation(first)["stem"] == first.passage.stem != ""


def test_a_paragraph_that_is_named_is_quoted_and_nothing_else(library: Library) -> None:
    answer = library.answer("what does para 6(d) of 1138 say")
    assert cited(answer) == ["S/RES/1138 (1997), para. 6 (d)"]
    assert answer.quotations[0].text == (
        "(d) Investigate reports of ceasefire violations and report on them to the United Nations and the CNR;"
    )


# 8. Page furniture

BOILERPLATE = re.compile(
    r"""
      Main\ Page | UN\ Home\ Page | ---- | == | /\.\.\. | \#\# | Distr\. | ^GENERAL$ | ^The\ Security\ Council,$
    | Prepared\ for\ the\ Internet | Maintained\ by\ the\ Peace | \(c\)\ ?United\ Nations | ^Infobox$ | See\ also
    | History\ of\ Tajikistan | List\ of\ United\ Nations | ^5\.\ General\ Agreement
    """,
    re.VERBOSE | re.MULTILINE,
)
VARIED = """
see also
Main page
UN home page
where is the UN home page
who prepared this page for the Internet
who maintains the page of the backgrounder
Information Technology Section, Department of Public Information
what does DPI stand for
(c) United Nations 2000
copyright
/...
-----
==See also==
History of Tajikistan
list of resolutions 901 to 1000
Distr. GENERAL
what is the distribution of S/RES/1138
The Security Council,
RESOLUTION 1138 (1997)
Infobox
S/RES/1138 (1997) 14 November 1997
14 November 1997
what is this document
the last line of the backgrounder
the first line of the backgrounder
everything about Tajikistan
peace and security section
2000
Tajikistan
resolution
""".strip().splitlines()


def test_there_are_thirty_questions_after_furniture() -> None:
    assert len(set(VARIED)) == 30


@pytest.mark.parametrize("question", VARIED)
def test_furniture_is_neither_quoted_nor_nearest(library: Library, question: str) -> None:
    for quotation in shown(library.answer(question, limit=LIMIT)):
        assert not BOILERPLATE.search(quotation.text), quotation.citation


def test_furniture_is_in_no_answer_to_any_question(asked: tuple[tuple[Question, Answer], ...]) -> None:
    assert [
        question.id
        for question, answer in asked
        if any(BOILERPLATE.search(quotation.text) for quotation in shown(answer))
    ] == []


# 9. Formats are recognised by content: all three files are .txt


def test_each_document_is_read_in_its_own_format(library: Library) -> None:
    assert {source.id: source.kind.value for source in library.sources()} == {
        RESOLUTION: "official",
        ARTICLE: "encyclopedia",
        BACKGROUNDER: "background",
    }


# Whatever is asked


def test_every_quotation_is_verified_and_equals_the_file_by_its_spans(
    library: Library, asked: tuple[tuple[Question, Answer], ...]
) -> None:
    files = {source.id: (SHIPPED / source.id).read_bytes().decode() for source in library.sources()}
    for _, answer in asked:
        record: Any = payload.answer(answer, library.generation)
        for quotation in (*record["quotations"], *record["nearest"]):
            file = files[quotation["document"]]
            assert quotation["verified"] is True
            assert quotation["text"] == " ".join(fold(file[start:end]) for start, end in quotation["spans"])
            assert quotation["marked"]
            assert quotation["marked"] in quotation["text"]


def test_every_citation_leads_back_to_its_passage(library: Library, asked: tuple[tuple[Question, Answer], ...]) -> None:
    quotations = {quotation.passage.id: quotation for _, answer in asked for quotation in shown(answer)}
    for quotation in quotations.values():
        assert resolve(str(quotation.citation), library).passages[0].id == quotation.passage.id


def test_an_answer_either_quotes_or_says_why_not(asked: tuple[tuple[Question, Answer], ...]) -> None:
    for _, answer in asked:
        assert answer.found is bool(answer.quotations) is (answer.problem is None)
        assert not (answer.quotations and answer.nearest)
        assert 0 <= answer.confidence <= 1


def test_no_answer_quotes_a_passage_twice(asked: tuple[tuple[Question, Answer], ...]) -> None:
    for _, answer in asked:
        ids = [quotation.passage.id for quotation in shown(answer)]
        assert len(set(ids)) == len(ids) <= LIMIT


# Quality on the questions in even places: a floor about three points below what was measured


@pytest.mark.parametrize(
    ("figure", "floor"),
    [
        ("hit@1", 0.73),  # measured: 0.767
        ("hit@3", 0.82),  # measured: 0.850
        ("hit@5", 0.83),  # measured: 0.867
        ("mrr", 0.775),  # measured: 0.806
        ("locator_accuracy", 1.0),  # measured: 1.0
        ("located_rate", 0.82),  # measured: 0.850
        ("marked_sentence_accuracy", 0.88),  # measured: 0.913
        ("auroc", 0.675),  # measured: 0.708, and 0.690 where weights have seven bits
        ("precision_when_answered", 0.67),  # measured: 0.705
    ],
)
def test_quality_does_not_fall(figures: dict[str, float], figure: str, floor: float) -> None:
    assert figures[figure] >= floor


@pytest.mark.parametrize(
    ("figure", "ceiling"),
    [
        ("false_refusal_rate", 0.167),  # measured: 0.133, 8 of 60
        ("false_answer_rate", 0.50),  # measured: 0.45, 9 of 20
    ],
)
def test_errors_do_not_rise(figures: dict[str, float], figure: str, ceiling: float) -> None:
    assert figures[figure] <= ceiling


def test_a_follow_up_past_the_end_of_a_section_says_how_many_paragraphs_it_has(library: Library) -> None:
    answer = library.answer("and paragraph 9?", context="UNMOT backgrounder, Civil War, para. 2")
    assert not answer.quotations
    assert answer.problem == "UNMOT backgrounder, Civil War has paragraphs 1 to 4; there is no paragraph 9."


ASKED = """
import sys
from bot.cli import main

sys.argv = ["rapporteur", "ask", "--passages", "1", "When does UNMOT's mandate end?"]
try:
    main()
except SystemExit as end:
    loaded = sorted({"torch", "sentence_transformers", "transformers", "huggingface_hub"} & set(sys.modules))
    print(end.code, loaded)
"""


def test_a_process_that_answers_imports_neither_torch_nor_sentence_transformers(
    real_index: Path, tmp_path: Path
) -> None:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("RAPPORTEUR_")}
    found = subprocess.run(
        [sys.executable, "-c", ASKED], cwd=tmp_path, capture_output=True, text=True, timeout=100,
        env={**kept, "RAPPORTEUR_INDEX": str(real_index), "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert found.stdout.startswith("S/RES/1138 (1997), para. 5\n"), found.stderr
    assert found.stdout.endswith("\n0 []\n")
