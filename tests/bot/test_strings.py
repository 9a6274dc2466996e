"""What the bot says, in three languages: complete, alike, and written as each language is."""

from __future__ import annotations

import re
import string
from datetime import date

import pytest
from discord_renderer import render

from bot.strings import KINDS, Language, Said, count, day, listing, numeral, say
from corpus.document import Kind

ENGLISH_EXAMPLE = "When does the mandate of UNMOT end?"
"""Questions are put in the language of the documents, so the example is in it."""
EVERY = [pytest.param(each, id=each.name) for each in Said]
COUNTED = (
    Said.PASSAGES, Said.DOCUMENTS, Said.SECONDS, Said.TIMES, Said.WORDINGS, Said.NOT_HELPFUL_TIMES,
)  # fmt: skip


def placeholders(text: str) -> list[str]:
    return sorted(name for _, name, _, _ in string.Formatter().parse(text) if name is not None)


@pytest.mark.parametrize("said", EVERY)
def test_a_sentence_is_filled_in_with_the_same_things_in_every_language(said: Said) -> None:
    english, *others = [each.text(language) for each in (said,) for language in Language]
    for other in others:
        assert placeholders(other) == placeholders(english)
        assert other.count("|") == english.count("|")


@pytest.mark.parametrize("said", EVERY)
def test_a_sentence_is_there_and_tidy_in_every_language(said: Said) -> None:
    for language in Language:
        text = said.text(language)
        assert text.strip(), language
        assert "  " not in text
        assert text == text.strip() or said is Said.AND
        assert "'" not in text, "an apostrophe is ’"
        assert '"' not in text


@pytest.mark.parametrize("said", EVERY)
def test_languages_end_a_sentence_alike(said: Said) -> None:
    assert len({said.text(language)[-1] in ".?…" for language in Language}) == 1


@pytest.mark.parametrize("said", EVERY)
def test_french_keeps_its_punctuation_on_the_line(said: Said) -> None:
    text = said.text(Language.FRENCH).removesuffix(ENGLISH_EXAMPLE)
    assert not re.search(r"[^\u202f][;!?»]|«[^\u202f]", text)
    assert not re.search(r"\w:|[ \u202f]:", text)


@pytest.mark.parametrize("said", EVERY)
def test_spanish_opens_what_it_closes_and_leaves_no_space_before_marks(said: Said) -> None:
    text = said.text(Language.SPANISH).removesuffix(ENGLISH_EXAMPLE)
    assert text.count("?") == text.count("¿")
    assert text.count("!") == text.count("¡")
    assert text.count("«") == text.count("»")
    assert not re.search(r"\s[;:!?»]|«\s", text)


def test_no_word_of_the_bot_itself_is_markup_by_accident() -> None:
    for said in Said:
        if said.name.startswith(("HELP_", "COMMAND_", "OPTION_")):
            continue
        for language in Language:
            text = re.sub(r"\{\w+\}", "x", said.text(language))
            assert render(text).text == text.strip(), text


@pytest.mark.parametrize("said", [each for each in EVERY if each.values[0].name.startswith(("COMMAND_", "OPTION_"))])
def test_a_description_fits_into_the_list_of_commands(said: Said) -> None:
    for language in Language:
        assert len(said.text(language)) <= 100
        assert not said.text(language).endswith(".")


def test_a_number_of_things_is_in_the_plural_that_the_language_wants() -> None:
    assert [count(Language.ENGLISH, Said.DOCUMENTS, n) for n in (0, 1, 2, 2441)] == [
        "0 documents", "1 document", "2 documents", "2,441 documents",
    ]  # fmt: skip
    assert [count(Language.FRENCH, Said.DOCUMENTS, n) for n in (0, 1, 2, 2441)] == [
        "0 document", "1 document", "2 documents", "2\u202f441 documents",
    ]  # fmt: skip
    assert [count(Language.SPANISH, Said.DOCUMENTS, n) for n in (0, 1, 2, 2441)] == [
        "0 documentos", "1 documento", "2 documentos", "2441 documentos",
    ]  # fmt: skip


def test_everything_that_is_counted_has_one_and_many() -> None:
    for said in Said:
        assert (said.text(Language.ENGLISH).count("|") == 1) == (said in COUNTED), said


def test_large_numbers_are_parted_in_threes() -> None:
    assert [numeral(language, 1234567) for language in Language] == [
        "1,234,567",
        "1\u202f234\u202f567",
        "1\u202f234\u202f567",
    ]


def test_days_are_written_as_each_language_does() -> None:
    assert [day(language, date(1997, 11, 14)) for language in Language] == [
        "14 November 1997", "14 novembre 1997", "14 de noviembre de 1997",
    ]  # fmt: skip
    assert day(Language.FRENCH, date(1998, 1, 1)) == "1er janvier 1998"


def test_things_in_a_row_are_parted_by_commas_and_a_word() -> None:
    assert [listing(language, ["1994", "1995", "1997"]) for language in Language] == [
        "1994, 1995 and 1997", "1994, 1995 et 1997", "1994, 1995 y 1997",
    ]  # fmt: skip
    assert listing(Language.ENGLISH, ["1994"]) == "1994"
    assert listing(Language.ENGLISH, []) == ""


def test_every_kind_of_document_has_words() -> None:
    assert set(KINDS) == set(Kind)


def test_what_a_person_wrote_is_not_read_as_a_placeholder() -> None:
    assert say(Language.ENGLISH, Said.WITH_WORDS, words="{n} {0}") == "Passages with “{n} {0}”"


@pytest.mark.parametrize(
    ("locale", "language"),
    [
        ("fr", Language.FRENCH),
        ("es-ES", Language.SPANISH),
        ("es-419", Language.SPANISH),
        ("en-GB", Language.ENGLISH),
        ("ru", Language.ENGLISH),
        ("", Language.ENGLISH),
        (None, Language.ENGLISH),
    ],
)
def test_a_locale_that_is_not_spoken_is_answered_in_english(locale: str | None, language: Language) -> None:
    assert Language.of(locale) is language
