"""The words of the examples are everyday English; the stems expected are written as the words they are stems of."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval import thesaurus
from retrieval.lexical import STOP_WORDS, terms_of
from retrieval.thesaurus import synonyms_of

ENTRIES = [
    word
    for line in thesaurus._GROUPS.splitlines()
    if not line.startswith("#")
    for word in line.replace(";", " ").replace("|", " ").replace("->", " ").split()
]
FAMILIES = [
    family.split() for line in thesaurus._FAMILIES.splitlines() if line[:1] != "#" for family in line.split(",")
]
QUESTIONS = st.lists(
    st.one_of(st.sampled_from([entry.replace("-", " ") for entry in ENTRIES]), st.sampled_from(sorted(STOP_WORDS))),
    max_size=12,
).map(" ".join)


def term(word: str) -> str:
    (only,) = terms_of(word)
    return only


def finds(question: str, official: str) -> bool:
    return any(term(official) in alternatives for alternatives in synonyms_of(question).values())


@pytest.mark.parametrize(
    ("question", "official"),
    [
        ("Who must pull out of the town?", "withdraw"),
        ("Who pulled out?", "withdrawal"),
        ("Who left the area?", "withdraw"),
        ("Was a truce agreed?", "ceasefire"),
        ("Was a cease-fire agreed?", "ceasefire"),
        ("Who hands out the food?", "distribution"),
        ("What was set up?", "establish"),
        ("Who looks into the killings?", "investigate"),
        ("Which body is made up of fifteen experts?", "comprise"),
        ("Was money spent on guns?", "arms"),
        ("What did the UN chief say?", "secretary"),
        ("What did the head of the UN say?", "secretary"),
        ("How many soldiers are there at most?", "ceiling"),
        ("Must they give up their weapons?", "disarmament"),
        ("When does it run out?", "expire"),
        ("Every two weeks, or more often?", "14"),
        ("Which lawmakers took part?", "parliament"),
        ("Who was sent home?", "repatriation"),
        ("Was anyone put on trial?", "prosecute"),
        ("Who was thrown in jail?", "detention"),
        ("Did Britain abstain?", "kingdom"),
        ("What about the Ivory Coast?", "Ivorian"),
    ],
)
def test_an_everyday_word_finds_the_official_one(question: str, official: str) -> None:
    assert finds(question, official)


@pytest.mark.parametrize(
    ("question", "everyday"),
    [
        ("When do they withdraw?", "leave"),
        ("Which property is frozen?", "belongings"),
        ("Who is appointed?", "pick"),
        ("Is the mandate extended?", "job"),
    ],
)
def test_an_official_word_is_not_widened_to_an_everyday_one(question: str, everyday: str) -> None:
    assert not finds(question, everyday)


@pytest.mark.parametrize(("one", "other"), [("extend", "renew"), ("ceasefire", "armistice"), ("illegal", "unlawful")])
def test_official_words_for_one_thing_find_each_other(one: str, other: str) -> None:
    assert finds(one, other)
    assert finds(other, one)


@pytest.mark.parametrize(
    ("question", "written"),
    [
        ("Did they choose a leader?", "chosen"),
        ("Is terrorism condemned?", "terrorist"),
        ("Who is defending the town's defense?", "defence"),
        ("What of the Malian army?", "Mali"),
    ],
)
def test_words_of_one_family_find_each_other_where_stems_differ(question: str, written: str) -> None:
    assert finds(question, written)


@pytest.mark.parametrize(
    "question", ["", "Kofi Annan", "Was it in Geneva on 22 November 1967?", "12,500", "What did he say to us?"]
)
def test_names_numbers_and_stop_words_have_no_synonyms(question: str) -> None:
    assert synonyms_of(question) == {}


@pytest.mark.parametrize(
    "name",
    ["Security Council", "General Assembly", "Secretary-General", "armed groups", "United Kingdom", "War Crimes"],
)
def test_the_words_of_a_name_are_not_widened_one_by_one(name: str) -> None:
    alternatives = frozenset().union(*synonyms_of(name).values())
    assert not alternatives & {
        term(word) for word in ("guard", "parliament", "weapon", "conflict", "offence", "monarch")
    }


def test_a_phrase_is_listed_under_its_own_word_not_under_its_particle() -> None:
    assert set(synonyms_of("pull out")) == {"pull"}


def test_a_word_inside_a_phrase_does_not_mean_what_it_means_alone() -> None:
    assert finds("the chief", "commander")
    assert not finds("the UN chief", "commander")


def test_the_words_of_a_phrase_apart_are_no_phrase() -> None:
    assert not finds("pull the lever when out", "withdraw")


def test_what_the_question_says_itself_is_no_alternative() -> None:
    assert finds("was it extended", "renew")
    assert not finds("was it extended or renewed", "renew")


@given(QUESTIONS)
def test_terms_of_the_question_lead_to_other_terms(question: str) -> None:
    terms = set(terms_of(question))
    for key, alternatives in synonyms_of(question).items():
        assert key in terms
        assert alternatives
        assert not alternatives & terms


@given(QUESTIONS)
def test_nothing_leads_to_a_stop_word(question: str) -> None:
    assert not frozenset().union(*synonyms_of(question).values()) & STOP_WORDS


@given(st.text())
def test_any_text_is_looked_up(text: str) -> None:
    assert set(synonyms_of(text)) <= set(terms_of(text))


def test_every_entry_is_in_lower_case_and_has_a_term() -> None:
    letters = set(string.ascii_lowercase + string.digits + "-'")
    assert [entry for entry in ENTRIES if not set(entry) <= letters or not terms_of(entry)] == []


def test_every_stem_is_of_one_family() -> None:
    stems = [term(word) for family in FAMILIES for word in family]
    assert len(stems) == len(set(stems))


def test_every_group_says_what_answers_what() -> None:
    groups = [group for line in thesaurus._GROUPS.splitlines() if line[:1] != "#" for group in line.split(";")]
    for group in filter(str.strip, groups):
        assert not ("|" in group and "->" in group), group
        assert len(group.split()) >= 2, group
        assert all(side.strip() for side in group.replace("->", "|").split("|")), group
