"""Names in a text, by their capitals, and the short forms they are written with."""

from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from retrieval.lexical import words_of
from retrieval.names import Name, ShortForms, names_in

FORCE = ShortForms.of({"unficyp": frozenset({"united nations peacekeeping force in cyprus"})})


def test_small_words_join_a_name() -> None:
    (name,) = names_in("the mandate of the Assistance Mission for Rwanda was")
    assert name.words == ("assistance", "mission", "for", "rwanda")
    assert name.capitals == (True, True, False, True)


def test_the_first_word_of_a_sentence_need_not_be_a_name() -> None:
    first, second = names_in("Decides to extend it. Somalia is meant")
    assert (first, second) == (Name(("decides",), (False,)), Name(("somalia",), (False,)))


def test_capitalised_words_side_by_side_are_pairs() -> None:
    (name,) = names_in("in South Sudan and Sierra Leone")
    assert list(name.pairs()) == [("south", "sudan"), ("sierra", "leone")]


def test_a_long_form_is_found_however_it_is_hyphenated() -> None:
    words = words_of("the United Nations Peace-keeping Force in Cyprus was extended")
    assert list(FORCE.in_words(words)) == [(1, 8, "unficyp")]


def test_part_of_a_long_form_is_none() -> None:
    assert list(FORCE.in_words(words_of("united nations peacekeeping force"))) == []


@given(st.text(max_size=200))
def test_a_name_has_a_mark_for_each_word(text: str) -> None:
    assert all(len(name.words) == len(name.capitals) > 0 for name in names_in(text))


@given(st.lists(st.sampled_from(["united", "nations", "force", "in", "cyprus", "peace", "keeping"]), max_size=30))
def test_long_forms_do_not_overlap(words: list[str]) -> None:
    ranges = [(start, end) for start, end, _ in FORCE.in_words(words)]
    assert all(end <= following for (_, end), (following, _) in pairwise(ranges))
