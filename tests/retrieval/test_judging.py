import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.judging import file_name, holds_answer, locators_agree, paragraphs_agree, shares_words


def test_a_document_is_known_by_its_file_name_in_any_folder() -> None:
    assert file_name("un/1997/S_RES_1138_1997.txt") == file_name("S_RES_1138_1997.txt")
    assert file_name("S_RES_1138_1997.txt") != file_name("S_RES_138_1997.txt")


def test_white_space_between_the_words_of_an_answer_does_not_count() -> None:
    assert holds_answer("extend the mandate of UNMOT until 15 May 1998", ["until\n  15 May\t1998"])


def test_an_answer_in_other_letters_is_not_held() -> None:
    assert not holds_answer("extend the mandate of UNMOT until 15 May 1998", ["until 15 may 1998"])


def test_a_passage_shares_its_words_with_the_paragraph_it_is_part_of() -> None:
    assert shares_words("(a) Provide good offices;", ["6. To:\n(a)  Provide good offices;\n(b) Cooperate;"])


def test_a_passage_shares_its_words_with_what_it_contains() -> None:
    assert shares_words("6. To: (a) Provide good offices; (b) Cooperate;", ["(b)\tCooperate;"])


def test_an_empty_passage_shares_nothing() -> None:
    assert not shares_words(" \n", ["anything"])


@pytest.mark.parametrize(
    ("locator", "wanted"),
    [
        ("para. 6 (d)", "operative paragraph 6(d)"),
        ("para. 6 (d) (ii)", "operative paragraph 6(d)(ii)"),
        ("para. 6 (d)", "Para. 6 (D)"),
        ("operative para. 2", "operative paragraph 2"),
        ("preambular para. 3", "preambular paragraph 3"),
        ("preambular para. 3", "preamble"),
        ("operative para. 2", "unnumbered operative paragraph"),
        ("annex 1, para. 3", "annex 1 paragraph 3"),
        ("annex 1, para. 3 (a)", "annex 1"),
        ("part A, operative para. 1", "part A, operative paragraph 1"),
        ("part A, operative para. 1", "part A"),
        ("note of adoption", "vote line after operative paragraph 3"),
        ("para. 18.8.2", "18.8.2"),
        ("para. 1.2.3 (4)", "1.2.3.(4)"),
        ("para. 1", "operative paragraph 1 (446) / operative paragraph 1 (2334)"),
        ("para. 4", "operative paragraph 1 (1593) / operative paragraph 4 (1970)"),
        ("Background, para. 1", "background, para. 1"),
        ("Background / History, para. 1", "Background / History, para. 1"),
        ("Infobox, Meeting", "Infobox, meeting"),
    ],
)
def test_two_ways_of_naming_the_same_paragraph_agree(locator: str, wanted: str) -> None:
    assert locators_agree(locator, [wanted])


@pytest.mark.parametrize(
    ("locator", "wanted"),
    [
        ("para. 6", "operative paragraph 6(d)"),
        ("para. 6 (d)", "operative paragraph 6"),
        ("para. 16", "operative paragraph 1"),
        ("annex 1, para. 3", "annex 13"),
        ("annex 1, para. 3", "operative paragraph 3"),
        ("para. 3", "preamble"),
        ("para. 3", "unnumbered operative paragraph"),
        ("para. 18.82", "18.8.2"),
        ("preambular para. 3", "preambular para. 4"),
        ("para. 2", "operative paragraph 1 (446) / operative paragraph 1 (2334)"),
        ("Acts, para. 1", "Background, para. 1"),
    ],
)
def test_locators_of_other_paragraphs_do_not_agree(locator: str, wanted: str) -> None:
    assert not locators_agree(locator, [wanted])


def test_any_of_several_wanted_locators_will_do() -> None:
    assert locators_agree("para. 3", ["preambular para. 7", "para. 3"])


def test_a_locator_agrees_with_none_where_none_is_wanted() -> None:
    assert not locators_agree("para. 3", [])


@pytest.mark.parametrize(
    ("locator", "wanted"),
    [
        ("para. 6", "operative paragraph 6(d)"),
        ("para. 6 (d)", "operative paragraph 6"),
        ("para. 6 (d) (ii)", "operative paragraph 6(a)"),
        ("Acts, para. 2, item 3", "Acts, para. 2"),
        ("annex 1, para. 3 (a)", "annex 1 paragraph 3"),
    ],
)
def test_sub_paragraphs_of_one_paragraph_agree_as_paragraphs(locator: str, wanted: str) -> None:
    assert paragraphs_agree(locator, [wanted])


def test_sub_paragraphs_of_different_paragraphs_do_not_agree_as_paragraphs() -> None:
    assert not paragraphs_agree("para. 6 (d)", ["operative paragraph 7(d)"])


@given(st.text())
def test_every_locator_agrees_with_itself(locator: str) -> None:
    assert locators_agree(locator, [locator])
