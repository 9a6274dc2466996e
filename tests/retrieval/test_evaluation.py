"""Values are judged that were made by hand from a real text, so that each expected figure can be counted."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

import pytest

from corpus.document import Block, Document, Kind, Passage, Role, Source
from corpus.passages import passages_of
from retrieval.answering import Answer, Quotation
from retrieval.evaluation import Evaluation, Judgement, evaluate, judge
from retrieval.questions import Question

TEXT = """The Security Council,
Reaffirming its commitment to the sovereignty of Tajikistan,
4. Authorizes the Secretary-General to expand the size of UNMOT;
5. Decides to extend the mandate of UNMOT until 15 May 1998;
6. Decides that the mandate of UNMOT shall be as follows:
(a) Provide good offices;
7. Calls upon the parties to cooperate further. They shall ensure freedom of movement;
"""


def document(name: str = "un/S_RES_1138_1997.txt") -> Document:
    def block(line: str, role: Role, label: str | None, parent: int | None = None) -> Block:
        start = TEXT.index(line)
        return Block(((start, TEXT.index("\n", start)),), role, label=label, parent=parent)

    return Document(
        Source(name, "Resolution 1138", Kind.OFFICIAL, symbol="S/RES/1138 (1997)"),
        TEXT,
        (
            block("Reaffirming", Role.PREAMBLE, None),
            block("4. ", Role.OPERATIVE, "4"),
            block("5. ", Role.OPERATIVE, "5"),
            block("6. ", Role.OPERATIVE, "6"),
            block("(a) ", Role.OPERATIVE, "(a)", parent=3),
            block("7. ", Role.OPERATIVE, "7"),
        ),
    )


PREAMBLE, FOUR, FIVE, SIX, SIX_A, SEVEN = passages_of(document())
ELSEWHERE = passages_of(document("S_RES_9999_1999.txt"))[2]

MANDATE = Question(
    id="q1",
    question="until when does unmot stay",
    answerable=True,
    answers=("until 15 May\n1998",),
    document=("S_RES_1138_1997.txt",),
    locator=("operative paragraph 5",),
)
UNKNOWN = Question(id="q2", question="who commanded it", answerable=False, unanswerable_type="on-topic")
CUP = Question(id="q3", question="who won the cup", answerable=False, unanswerable_type="off-topic")


def quotation(passage: Passage, marked: str = "") -> Quotation:
    start = passage.text.index(marked)
    return Quotation(passage, (start, start + len(marked or passage.text)), score=1.0, verified=True)


def answered(*passages: Passage, confidence: float = 0.9, seconds: float = 0.01) -> Answer:
    quotations = tuple(map(quotation, passages))
    return Answer("", quotations, confidence, (), reading=None, problem=None, seconds=seconds)


def declined(*passages: Passage, confidence: float = 0.1, seconds: float = 0.01) -> Answer:
    nearest = tuple(map(quotation, passages))
    return Answer("", (), confidence, nearest, reading=None, problem="Nothing found.", seconds=seconds)


def judged(answer: Answer, question: Question = MANDATE) -> Judgement:
    return judge(question, answer, limit=5)


def figures(*judgements: Judgement) -> Mapping[str, float | None]:
    return {figure.key: figure.value for figure in Evaluation(judgements, limit=5).figures}


@dataclass(frozen=True)
class Oracle:
    """Answers each question with what was written down for it."""

    answers: Mapping[str, Answer]
    weighed: tuple[Passage, ...] = (PREAMBLE, FOUR, FIVE, SIX, SIX_A, SEVEN)
    held: tuple[Source, ...] = (document().source,)

    def candidates(self, question: str) -> tuple[Passage, ...]:
        return self.weighed

    def sources(self) -> tuple[Source, ...]:
        return self.held

    def answer(self, question: str, limit: int = 3) -> Answer:
        answer = self.answers[question]
        return replace(answer, quotations=answer.quotations[:limit], nearest=answer.nearest[:limit])


# One question.


def test_the_rank_is_the_place_of_the_first_right_passage() -> None:
    assert judged(answered(FOUR, SIX, FIVE, FIVE)).rank == 3


def test_the_ranking_is_judged_although_it_was_declined() -> None:
    judgement = judged(declined(FOUR, FIVE))
    assert judgement.rank == 2
    assert not judgement.found


def test_the_right_words_in_another_document_are_no_hit() -> None:
    assert judged(answered(ELSEWHERE)).rank is None


def test_a_document_that_is_also_accepted_counts() -> None:
    assert judged(answered(ELSEWHERE), replace(MANDATE, accept_also=("S_RES_9999_1999.txt",))).rank == 1


def test_the_words_of_a_gold_passage_are_a_hit_without_answers() -> None:
    paragraph = "5.  Decides to extend\nthe mandate of UNMOT until 15 May 1998;"
    assert judged(answered(FOUR, FIVE), replace(MANDATE, answers=(), passages=(paragraph,))).rank == 2


def test_nothing_is_a_hit_where_nothing_answers() -> None:
    question = replace(UNKNOWN, document=MANDATE.document, passages=(FIVE.text,))
    assert judged(answered(FIVE), question).rank is None


def test_passages_beyond_the_limit_are_not_looked_at() -> None:
    assert judge(MANDATE, answered(FOUR, FIVE), limit=1).rank is None


def test_the_locator_judged_is_that_of_the_first_right_passage() -> None:
    assert judged(answered(FOUR, FIVE)).locator_right is True
    assert judged(answered(FIVE), replace(MANDATE, locator=("para. 6",))).locator_right is False


def test_a_sub_paragraph_is_in_the_right_paragraph_though_its_locator_is_not_the_one_wanted() -> None:
    question = replace(MANDATE, answers=("good offices",), locator=("operative paragraph 6",))
    judgement = judged(answered(SIX_A), question)
    assert judgement.locator_right is False
    assert judgement.paragraph_right is True


def test_no_locator_is_judged_where_none_is_known_or_nothing_right_came() -> None:
    assert judged(answered(FIVE), replace(MANDATE, locator=())).locator_right is None
    assert judged(answered(FOUR)).locator_right is None


def test_the_marked_sentence_is_right_when_it_holds_an_answer() -> None:
    question = replace(MANDATE, answers=("freedom of movement",))
    right, wrong = "They shall ensure freedom of movement;", "7. Calls upon the parties to cooperate further."
    assert judged(replace(answered(), quotations=(quotation(SEVEN, right),)), question).marked_right is True
    assert judged(replace(answered(), quotations=(quotation(SEVEN, wrong),)), question).marked_right is False


def test_the_marked_sentence_is_judged_only_where_the_first_passage_is_right() -> None:
    assert judged(answered(FOUR, FIVE)).marked_right is None


@pytest.mark.parametrize(
    ("answer", "question", "miss"),
    [
        (answered(FIVE), MANDATE, None),
        (answered(FOUR, FIVE), MANDATE, "right passage in place 2"),
        (answered(FOUR), MANDATE, "right passage not shown"),
        (declined(FIVE), MANDATE, "declined"),
        (declined(FOUR, FIVE), MANDATE, "declined, right passage in place 2"),
        (declined(), MANDATE, "declined, right passage not shown"),
        (declined(FOUR), UNKNOWN, None),
        (answered(FOUR), UNKNOWN, "answered, and the documents do not say"),
    ],
)
def test_a_miss_says_what_went_wrong(answer: Answer, question: Question, miss: str | None) -> None:
    assert judged(answer, question).miss == miss


def test_a_judgement_tells_what_came_first() -> None:
    assert judged(answered(FOUR)).first == "S/RES/1138 (1997), para. 4"
    assert judged(answered(FOUR)).first_marked == FOUR.text
    assert judged(declined()).first is None


# Many questions.

FIRST, THIRD, ABSENT = judged(answered(FIVE)), judged(answered(FOUR, SIX, FIVE)), judged(declined(FOUR))


def test_hits_and_reciprocal_ranks_are_those_of_the_answerable_questions() -> None:
    measured = figures(FIRST, THIRD, ABSENT, judged(answered(FIVE), UNKNOWN))
    assert measured["hit@1"] == 1 / 3
    assert measured["hit@3"] == 2 / 3
    assert measured["hit@5"] == 2 / 3
    assert measured["mrr"] == pytest.approx((1 / 1 + 1 / 3 + 0) / 3)


def test_locators_count_where_the_right_passage_is_among_the_first_three() -> None:
    fourth = judged(answered(FOUR, SIX, SEVEN, FIVE))
    elsewhere = judged(answered(FIVE), replace(MANDATE, locator=("preamble",)))
    measured = figures(FIRST, THIRD, ABSENT, fourth, elsewhere)
    assert measured["locator_accuracy"] == 2 / 3
    assert measured["located_rate"] == 2 / 5


def test_false_answers_are_told_apart_by_topic() -> None:
    measured = figures(FIRST, judged(answered(FOUR), UNKNOWN), judged(declined(), UNKNOWN), judged(declined(), CUP))
    assert measured["false_answer_rate"] == 1 / 3
    assert measured["false_answer_rate_on_topic"] == 1 / 2
    assert measured["false_answer_rate_off_topic"] == 0 / 1


def test_a_false_refusal_is_an_answerable_question_declined() -> None:
    assert figures(FIRST, THIRD, judged(declined(FIVE)), judged(declined(), CUP))["false_refusal_rate"] == 1 / 3


def test_what_was_answered_is_right_when_the_first_passage_is() -> None:
    measured = figures(FIRST, THIRD, judged(declined(FIVE)), judged(answered(FOUR), UNKNOWN))
    assert measured["precision_when_answered"] == 1 / 3


def test_confidence_tells_answerable_from_unanswerable() -> None:
    measured = figures(
        judged(answered(FIVE, confidence=0.8)),
        judged(declined(FIVE, confidence=0.4)),
        judged(declined(confidence=0.4), CUP),
    )
    assert measured["auroc"] == (1 + 1 / 2) / 2


def test_times_are_in_milliseconds() -> None:
    measured = figures(*(judged(answered(FIVE, seconds=seconds)) for seconds in (0.010, 0.020, 0.040)))
    assert measured["milliseconds_median"] == pytest.approx(20)
    assert measured["milliseconds_p95"] == pytest.approx(20 + 0.9 * (40 - 20))


def test_a_figure_with_nothing_to_measure_is_a_dash_and_null() -> None:
    evaluation = Evaluation((judged(declined(), CUP),), limit=5)
    values = {name: text for name, text, _ in evaluation.rows()}
    assert values["hit@1"] == "–"
    assert values["AUROC of confidence"] == "–"
    assert values["false answers"] == "0.0 %"
    assert evaluation.to_json()["hit@1"] is None


def test_no_hit_is_claimed_beyond_the_passages_asked_for() -> None:
    names = [figure.key for figure in Evaluation((FIRST,), limit=3).figures]
    assert "hit@3" in names
    assert "hit@5" not in names


def test_the_misses_are_listed_in_order() -> None:
    assert Evaluation((THIRD, FIRST, ABSENT), limit=5).misses() == (THIRD, ABSENT)


# How far the confidence can be believed.


def test_the_calibration_error_is_told_for_answerable_and_for_right_questions() -> None:
    third = replace(THIRD, confidence=0.9)
    measured = figures(FIRST, third, judged(declined(confidence=0.1), UNKNOWN))
    # 0.9 twice, both answerable, one right; 0.1 once, neither.
    assert measured["ece"] == pytest.approx((2 * abs(1 - 0.9) + 1 * abs(0 - 0.1)) / 3)
    assert measured["ece_right"] == pytest.approx((2 * abs(1 / 2 - 0.9) + 1 * abs(0 - 0.1)) / 3)


def test_an_answer_with_another_passage_first_is_at_risk() -> None:
    third = replace(THIRD, confidence=0.6)
    evaluation = Evaluation((FIRST, third, judged(declined(confidence=0.1), UNKNOWN)), limit=5)
    assert [(each.coverage, each.risk) for each in evaluation.risk_coverage] == [
        (1 / 3, 0 / 1),
        (2 / 3, 1 / 2),
        (3 / 3, 2 / 3),
    ]


def test_the_threshold_in_force_lies_on_the_curve_where_it_answers_no_more() -> None:
    third = replace(THIRD, confidence=0.6)
    evaluation = Evaluation((FIRST, third, judged(declined(confidence=0.1), UNKNOWN)), limit=5)
    assert evaluation.operating == evaluation.risk_coverage[1]
    assert Evaluation((judged(declined()),), limit=5).operating is None


# Asking.


def asked_about(question: Question, answer: Answer, **oracle: tuple[Passage, ...] | tuple[Source, ...]) -> Evaluation:
    return evaluate(Oracle({question.question: answer}, **oracle), (question,))


def test_a_right_passage_that_was_weighed_and_not_shown_is_a_candidate() -> None:
    evaluation = asked_about(MANDATE, answered(FOUR))
    assert evaluation.to_json()["candidate_recall"] == 1
    assert evaluation.judgements[0].miss == "right passage not shown"


def test_a_right_passage_that_was_not_weighed_is_lost() -> None:
    evaluation = asked_about(MANDATE, answered(FOUR), weighed=(FOUR, SIX))
    assert evaluation.to_json()["candidate_recall"] == 0
    assert evaluation.judgements[0].miss == "right passage not among the candidates"


def test_candidates_are_not_counted_where_some_were_not_asked_for() -> None:
    assert "candidate_recall" not in figures(FIRST, ABSENT)


def test_a_question_about_a_document_that_is_not_here_is_told() -> None:
    elsewhere = replace(MANDATE, document=("S_RES_1167_1998.txt",))
    evaluation = asked_about(elsewhere, answered(FOUR))
    assert evaluation.judgements[0].miss == "its document is not in the index"
    assert evaluation.absence == (
        "1 of the 1 answerable questions are about documents that are not in the index: S_RES_1167_1998.txt."
    )


def test_of_many_documents_that_are_not_here_some_are_named() -> None:
    elsewhere = replace(MANDATE, document=tuple(f"S_RES_{number}.txt" for number in range(12)))
    absence = asked_about(elsewhere, answered(FOUR)).absence
    assert absence is not None
    assert absence.endswith("S_RES_8.txt, S_RES_9.txt and 2 more.")


def test_a_question_is_about_what_is_here_when_one_of_its_documents_is() -> None:
    assert asked_about(replace(MANDATE, accept_also=("S_RES_1167_1998.txt",)), answered(FOUR)).absence is None
    also = replace(MANDATE, document=("S_RES_1167_1998.txt",), accept_also=MANDATE.document)
    assert asked_about(also, answered(FOUR)).absence is None


def test_a_question_that_nothing_answers_is_about_no_document() -> None:
    assert asked_about(UNKNOWN, declined(), held=()).absence is None


def test_every_question_is_asked_once_in_order_and_progress_is_told() -> None:
    library = Oracle({MANDATE.question: answered(FOUR, FIVE), CUP.question: declined(SIX)})
    told: list[tuple[int, int]] = []
    evaluation = evaluate(library, (MANDATE, CUP), progress=lambda done, total: told.append((done, total)))
    assert [each.question.id for each in evaluation.judgements] == ["q1", "q3"]
    assert [each.rank for each in evaluation.judgements] == [2, None]
    assert told == [(1, 2), (2, 2)]


def test_the_json_of_an_evaluation_holds_the_figures_and_a_record_for_each_question() -> None:
    library = Oracle({MANDATE.question: answered(FOUR, FIVE), CUP.question: declined(SIX)})
    read = json.loads(json.dumps(evaluate(library, (MANDATE, CUP)).to_json()))
    assert (read["questions"], read["answerable"], read["unanswerable"]) == (2, 1, 1)
    assert read["mrr"] == 1 / 2
    assert read["threshold"] == 0.5
    assert read["operating"] == {"threshold": 0.9, "coverage": 1 / 2, "risk": 1.0}
    assert read["risk_coverage"][-1] == {"threshold": 0.1, "coverage": 1.0, "risk": 1.0}
    assert [each["right"] for each in read["reliability"]["answerable"]] == [0.0, 1.0]
    assert [each["right"] for each in read["reliability"]["right"]] == [0.0, 0.0]
    assert [record["id"] for record in read["records"]] == ["q1", "q3"]
    assert read["records"][0]["wanted"] == "S_RES_1138_1997.txt, operative paragraph 5: “until 15 May 1998”"
