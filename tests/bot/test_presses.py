"""A button means the same after a restart as before, and what was never written on one means nothing."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.presses import OLDER, TEMPLATE, TURNING, Action, Pointer, Press
from bot.server_settings import MOST_PASSAGES

WITH_WORDS = (Action.SOURCES, Action.MORE_SOURCES)
OF_NOTHING = (Action.OPEN, Action.REMOVE)

passages = st.binary(min_size=8, max_size=8).map(bytes.hex)
pointers = st.builds(Pointer, passages, st.none() | st.integers(0, 61)) | st.builds(
    Pointer, passages, st.none(), st.just(True)
)
askers = st.integers(0, 2**64 - 1)
pages = st.integers(0, 999_999)
about_passages = st.builds(
    Press,
    st.sampled_from([each for each in Action if each not in (*WITH_WORDS, *OF_NOTHING)]),
    askers,
    pages,
    st.lists(pointers, min_size=1, max_size=MOST_PASSAGES).map(tuple),
)
about_nothing = st.builds(Press, st.sampled_from(OF_NOTHING), askers)
about_documents = st.builds(Press, st.sampled_from(WITH_WORDS), askers, pages, st.just(()), st.text(max_size=60))


def parsed(custom_id: str) -> Press:
    match = TEMPLATE.fullmatch(custom_id)
    assert match is not None
    return Press.parsed(match)


@given(about_passages | about_nothing)
def test_a_button_says_the_same_when_it_is_read_again(press: Press) -> None:
    assert parsed(press.custom_id) == press
    assert len(press.custom_id) <= 100


@given(about_documents)
def test_a_filter_in_any_script_is_kept_up_to_45_bytes(press: Press) -> None:
    found = parsed(press.custom_id)
    assert len(press.custom_id) <= 100
    assert press.words.startswith(found.words)
    assert len(press.words.encode()) <= 45 or len(found.words.encode()) >= 42  # the last character may take four
    assert found == Press(press.action, press.asker, press.page, (), found.words)


@given(st.from_regex(TEMPLATE, fullmatch=True) | st.from_regex(OLDER, fullmatch=True) | st.text())
def test_no_button_is_both_of_this_version_and_of_another(custom_id: str) -> None:
    assert not (TEMPLATE.fullmatch(custom_id) and OLDER.fullmatch(custom_id))


@given(st.from_regex(TEMPLATE, fullmatch=True))
def test_what_nobody_wrote_on_a_button_is_a_value_error_and_nothing_else(custom_id: str) -> None:
    match = TEMPLATE.fullmatch(custom_id)
    assert match is not None
    try:
        press = Press.parsed(match)
    except ValueError:
        return
    assert press.custom_id == custom_id


WRONG = {
    "an action there is not": "r1:z:0:1:",
    "half a passage": "r1:p:0:1:AAAAAA",
    "bytes that are no hash": "r1:p:0:1:....AAAAAAA.",
    "marks that are none": "r1:p:0:1:AAAAAAAAAAA-",
    "six passages": "r1:p:0:1:" + "AAAAAAAAAAA." * 6,
    "a filter that is no text": "r1:d:0:1:_w",
    "a page in other digits": "r1:x:٣:1:",
    "a number of very many digits": f"r1:x:0:{'z' * 9000}:",
    **{
        f"no passage to {action.name.lower()}": f"r1:{action}:0:1:"
        for action in Action
        if action not in (*WITH_WORDS, *OF_NOTHING, Action.HELPFUL, Action.UNHELPFUL, Action.GAPS)
    },
}


@pytest.mark.parametrize("custom_id", WRONG.values(), ids=WRONG.keys())
def test_a_button_that_cannot_be_is_refused(custom_id: str) -> None:
    with pytest.raises(ValueError, match=re.compile("")):
        parsed(custom_id)


@given(st.text(max_size=14))
def test_a_choice_of_a_menu_that_cannot_be_is_refused(value: str) -> None:
    try:
        pointer = Pointer.parsed(value)
    except ValueError:
        return
    assert str(pointer) == value


def test_a_sentence_too_far_down_to_be_written_is_left_unmarked() -> None:
    assert Pointer.parsed(str(Pointer("00" * 8, 62))) == Pointer("00" * 8)


def test_turning_a_page_changes_nothing_but_the_page() -> None:
    press = Press(Action.PAGE, 7, 0, (Pointer("ab" * 8, 3),))
    assert parsed(press.at(2).custom_id) == Press(Action.PAGE, 7, 2, (Pointer("ab" * 8, 3),))
    assert press.doing(Action.CITE).passages == press.passages
    assert press.action in TURNING
