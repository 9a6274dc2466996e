"""A question as it was typed, and what is searched for it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from retrieval.answer_type import AnswerType
from retrieval.lexical import WordIndex, terms_of, words_of
from retrieval.query import STEPS, WIDENED, Abbreviations, Query, query_of, repaired

TEXTS = [
    "The donor conference in Vienna was convened by the Secretary-General.",
    "Donors met again; the donors pledged. The mandate of the mission ends.",
    "The mandates of observers and the ceasefire in Tajikistan.",
    "Menders, donors and mandarins.",
]
DICTIONARY = frozenset({"mandarin", "when", "will", "penguin", "election", "mandates"})
ABBREVIATIONS = Abbreviations.learned(
    [
        (0, "UNMOT", "United Nations Mission of Observers in Tajikistan"),
        (1, "CNR", "Commission on National Reconciliation"),
        (2, "CNR", "Centre for Nature Research"),
        (3, "WHO", "World Health Organization"),
    ]
)


@pytest.fixture(scope="module")
def words(tmp_path_factory: pytest.TempPathFactory) -> WordIndex:
    folder = tmp_path_factory.mktemp("query") / "words"
    WordIndex.build(folder, [(" ".join(terms_of(text)), "", " ".join(words_of(text))) for text in TEXTS])
    return WordIndex.open(folder)


def is_word(word: str) -> bool:
    return word in DICTIONARY


def kind_of(question: str, words: WordIndex) -> AnswerType:
    return query_of(question, words, ABBREVIATIONS, is_word).kind


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("mandtae", "mandate"),  # letters transposed
        ("mandatee", "mandate"),
        ("Tajikstan", "tajikistan"),
        ("obsrvers", "observers"),
        ("ceasefyre?", "ceasefire"),
        ("“conferense”", "conference"),
    ],
)
def test_a_misspelt_word_becomes_the_nearest_of_the_documents(typed: str, written: str, words: WordIndex) -> None:
    assert repaired(typed, words, is_word) == written


def test_a_misspelt_plural_is_as_near_as_its_singular(words: WordIndex) -> None:
    assert repaired("vienas", words, is_word) == "vienna"


def test_of_words_as_near_the_frequent_one_is_taken(words: WordIndex) -> None:
    assert repaired("donory", words, is_word) == "donors"


@pytest.mark.parametrize("word", ["mandate", "Mandates,", "convene", "met"])
def test_a_word_of_the_documents_is_left_alone_in_any_form(word: str, words: WordIndex) -> None:
    assert repaired(word, words, lambda _: False) == word


@pytest.mark.parametrize("word", ["penguin", "election", "mandarin"])
def test_a_word_of_the_dictionary_is_left_alone(word: str, words: WordIndex) -> None:
    assert repaired(word, words, is_word) == word


@pytest.mark.parametrize("word", ["mnd", "1138", "S/RES/1138", "xylophones", "andate", "мандат", "mnd8te"])
def test_short_words_numbers_and_words_far_from_any_are_left_alone(word: str, words: WordIndex) -> None:
    assert repaired(word, words, is_word) == word


def test_stop_words_are_left_alone(words: WordIndex) -> None:
    assert repaired("should there these", words, lambda _: False) == "should there these"


def test_shorthand_is_written_out_before_misspellings_are_repaired(words: WordIndex) -> None:
    assert query_of("wen will the mandtae end", words, ABBREVIATIONS, is_word).text == "when will the mandate end"


def test_terms_of_the_question_have_full_weight(words: WordIndex) -> None:
    assert query_of("mandate of observers", words, ABBREVIATIONS, is_word).terms == {"mandat": 1.0, "observ": 1.0}


def test_an_abbreviation_is_widened_by_its_long_form(words: WordIndex) -> None:
    terms = query_of("the strength of UNMOT", words, ABBREVIATIONS, is_word).terms
    assert terms["unmot"] == 1.0
    assert terms["tajikistan"] == terms["mission"] == WIDENED


def test_a_long_form_is_widened_by_its_abbreviation(words: WordIndex) -> None:
    terms = query_of("members of the Commission on National Reconciliation", words, ABBREVIATIONS, is_word).terms
    assert terms["commiss"] == 1.0
    assert terms["cnr"] == WIDENED


def test_every_long_form_of_an_abbreviation_widens() -> None:
    assert {"reconcili", "research"} <= ABBREVIATIONS.widened("what did the cnr decide")


def test_a_part_of_a_long_form_widens_nothing() -> None:
    assert ABBREVIATIONS.widened("the Commission on National Affairs") == set()


def test_a_term_of_the_question_is_not_weighed_down_by_widening(words: WordIndex) -> None:
    assert query_of("UNMOT in Tajikistan", words, ABBREVIATIONS, is_word).terms["tajikistan"] == 1.0


@pytest.mark.parametrize("question", ["who ended the war", "Who ended the war"])
def test_an_ordinary_word_is_no_abbreviation(question: str, words: WordIndex) -> None:
    assert "health" not in query_of(question, words, ABBREVIATIONS, is_word).terms


def test_an_ordinary_word_in_capitals_is_an_abbreviation(words: WordIndex) -> None:
    assert query_of("did WHO end the war", words, ABBREVIATIONS, is_word).terms["health"] == WIDENED


@pytest.mark.parametrize("question", ["what does CNR mean", "cnr stands for?", "CNR, what is that", "cnr"])
def test_a_question_after_a_short_form_asks_for_its_meaning(question: str, words: WordIndex) -> None:
    query = query_of(question, words, ABBREVIATIONS, is_word)
    assert query.kind is AnswerType.DEFINITION
    assert query.defined == {"cnr"}


def test_a_question_that_only_has_a_short_form_in_it_defines_nothing(words: WordIndex) -> None:
    query = query_of("when did the CNR meet", words, ABBREVIATIONS, is_word)
    assert query.kind is AnswerType.DATE
    assert query.defined == frozenset()


def test_shorthand_does_not_hide_what_is_asked_for(words: WordIndex) -> None:
    assert kind_of("wen did the mission end", words) is AnswerType.DATE


@pytest.mark.parametrize("question", ["", "?!", "the of and", "什么时候", "\x00"])
def test_a_question_without_topic_has_no_terms_of_its_own_language(question: str, words: WordIndex) -> None:
    query = query_of(question, words, ABBREVIATIONS, is_word)
    assert set(query.terms) <= {"什么时候"}


def test_each_step_may_be_left_out(words: WordIndex) -> None:
    question = "wen will the mandtae of UNMOT end"

    def without(**step: bool) -> Query:
        return query_of(question, words, ABBREVIATIONS, is_word, replace(STEPS, **step))

    assert without(shorthand=False).text == "wen will the mandate of UNMOT end"
    assert without(spelling=False).text == "when will the mandtae of UNMOT end"
    assert without(abbreviations=False).terms == {"mandat": 1.0, "unmot": 1.0, "end": 1.0}
