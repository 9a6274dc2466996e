"""What a question asks for, and whether a text holds such a thing."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.answer_type import AnswerType, asked_for, holds, period_in


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("what does JEOM stand for", AnswerType.DEFINITION),
        ("full name of the CNR?", AnswerType.DEFINITION),
        ("What was the vote on resolution 1138?", AnswerType.VOTE),
        ("did anyone abstain", AnswerType.VOTE),
        ("From what conduct are the leaders to abstain under resolution 2815?", AnswerType.OTHER),
        ("are the parties asked to abstain from threats", AnswerType.OTHER),
        ("By what means was UNIFIL to observe the cessation of hostilities?", AnswerType.OTHER),
        ("JEOM, tell me what that means", AnswerType.DEFINITION),
        ("what means UTO in the agreement", AnswerType.DEFINITION),
        ("From the record of 2003: who voted against?", AnswerType.VOTE),
        ("one more\nwho abstained?", AnswerType.VOTE),
        ("what did the mission cost", AnswerType.MONEY),
        ("how much was paid for it", AnswerType.MONEY),
        ("how long did the civil war last", AnswerType.DURATION),
        ("for how many months was it extended", AnswerType.DURATION),
        ("When does the mandate end?", AnswerType.DATE),
        ("the mandate runs until when", AnswerType.DATE),
        ("what year did the war start", AnswerType.DATE),
        ("How many observers were there?", AnswerType.NUMBER),
        ("what was the authorized strength", AnswerType.NUMBER),
        ("who was the president", AnswerType.PERSON),
        ("name of the special envoy", AnswerType.PERSON),
        ("where was the conference held", AnswerType.PLACE),
        ("which countries border it", AnswerType.PLACE),
        ("who monitors the ceasefire", AnswerType.NAME),
        ("why was the mission withdrawn", AnswerType.OTHER),
        ("", AnswerType.OTHER),
        ("which town is the mission in", AnswerType.PLACE),
        ("how many years did it last", AnswerType.DURATION),
        ("vote on 968, how did it go", AnswerType.VOTE),
        ("the mission in 1997, its strength", AnswerType.NUMBER),
    ],
)
def test_a_question_asks_for_a_kind_of_thing(question: str, kind: AnswerType) -> None:
    assert asked_for(question) is kind


@pytest.mark.parametrize(
    ("question", "kind"),
    [
        ("What happened when the mandate ended?", AnswerType.OTHER),
        ("Who was the envoy when the talks began?", AnswerType.PERSON),
        ("When the talks had begun, who was the envoy?", AnswerType.PERSON),
        ("did the refugees return when the war was over", AnswerType.OTHER),
        ("which theorem states that primes are many", AnswerType.OTHER),
    ],
)
def test_the_first_word_that_asks_decides(question: str, kind: AnswerType) -> None:
    assert asked_for(question) is kind


def test_capitals_do_not_matter() -> None:
    assert asked_for("HOW MANY OBSERVERS") is AnswerType.NUMBER


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("until 15 May 1998", AnswerType.DATE),
        ("in 1997", AnswerType.DATE),
        ("in about 1300", AnswerType.DATE),
        ("during the 17th century", AnswerType.DATE),
        ("on Monday evening", AnswerType.DATE),
        ("for several years", AnswerType.DURATION),
        ("for a period of two months", AnswerType.DURATION),
        ("within three months", AnswerType.DURATION),
        ("consisting of 40 military observers", AnswerType.NUMBER),
        ("twenty-two local staff", AnswerType.NUMBER),
        ("at a cost of $64.5 million", AnswerType.MONEY),
        ("adopted unanimously", AnswerType.VOTE),
        ("Abstention: 0", AnswerType.VOTE),
        ("President Emomali Rakhmonov signed it", AnswerType.PERSON),
        ("to convene in Vienna", AnswerType.PLACE),
        ("held by the Joint Commission", AnswerType.NAME),
    ],
)
def test_a_text_holds_what_is_asked_for(text: str, kind: AnswerType) -> None:
    assert holds(text, kind, "")


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the mandate was extended", AnswerType.DATE),
        ("the mandate was extended until 15 May", AnswerType.NUMBER),
        ("by its resolution 1128 (1997)", AnswerType.NUMBER),
        ("6. Decides that the mandate shall be as follows", AnswerType.NUMBER),
        ("(S/1997/686)", AnswerType.NUMBER),
        ("without delay", AnswerType.DURATION),
        ("120 military observers", AnswerType.MONEY),
        ("decides to remain seized of the matter", AnswerType.VOTE),
        ("The Secretary-General of the United Nations", AnswerType.PERSON),
        ("The parties agreed", AnswerType.NAME),
        ("in the central part", AnswerType.MONEY),
    ],
)
def test_a_text_holds_nothing_of_another_kind(text: str, kind: AnswerType) -> None:
    assert not holds(text, kind, "")


@pytest.mark.parametrize(
    ("text", "kind", "question"),
    [
        ("extended until 15 May 1998", AnswerType.DATE, "what happened on 15 May 1998"),
        ("120 observers", AnswerType.NUMBER, "why were there 120 observers"),
        ("convened in Vienna", AnswerType.PLACE, "who met in Vienna"),
    ],
)
def test_what_the_question_gives_is_no_answer(text: str, kind: AnswerType, question: str) -> None:
    assert not holds(text, kind, question)


def test_another_thing_beside_the_given_one_is_an_answer() -> None:
    assert holds("from 45 to 120 observers", AnswerType.NUMBER, "when were there 45 observers")


@pytest.mark.parametrize("kind", [AnswerType.OTHER, AnswerType.DEFINITION])
def test_where_no_pattern_can_tell_any_text_will_do(kind: AnswerType) -> None:
    assert holds("", kind, "why")


@given(st.text(), st.sampled_from(AnswerType), st.text())
def test_any_text_is_judged(text: str, kind: AnswerType, question: str) -> None:
    assert holds(text, kind, question) in (True, False)
    assert asked_for(question) in AnswerType


@pytest.mark.parametrize(
    "question",
    [
        "who extended it from 15 May to 15 November 1999",
        "between may and november 1999, who led the mission?",
        "from May 1999 until November 1999",
    ],
)
def test_a_period_is_known_by_its_two_ends(question: str) -> None:
    assert period_in(question) == ("May 1999", "November 1999")


@pytest.mark.parametrize("question", ["from May on", "until 15 May 1998", "between Tajikistan and Afghanistan in 1997"])
def test_one_date_makes_no_period(question: str) -> None:
    assert period_in(question) is None
