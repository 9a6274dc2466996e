"""Two libraries asked as one: what either holds is found, and what one does not hold takes nothing from the other."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.wording import Status
from retrieval.answering import Answer
from retrieval.combined import Combined
from retrieval.embedding import Embedder
from retrieval.indexing import refresh
from retrieval.library import Library

OWN = {
    "this server/quolls.txt": (
        "Rules for the quoll house\n\n"
        "1. Every quoll shall be fed at dawn with two grasshoppers.\n\n"
        "2. The keeper of the quoll house is Marguerite Vandersloot.\n\n"
        "3. No quoll may be lent to another museum.\n"
    ),
    "this server/unmot.txt": (
        "Notes about UNMOT\n\n1. The office of UNMOT in our building closes on 3 August 2031.\n\n"
        "2. Its radio room keeps channel 44 open at night.\n"
    ),
}
SHARED = "When does the mandate of UNMOT end?"
PRIVATE = "Who is the keeper of the quoll house?"


@pytest.fixture(scope="module")
def shared(real_index: Path, real_embedder: Embedder) -> Iterator[Library]:
    with Library.open(real_index, real_embedder) as library:
        yield library


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory, real_embedder: Embedder) -> Iterator[Library]:
    folder = tmp_path_factory.mktemp("own")
    for name, text in OWN.items():
        (folder / "documents" / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / "documents" / name).write_text(text)
    refresh(folder / "documents", folder / "index", real_embedder, lambda phase, done, total: None)
    with Library.open(folder / "index", real_embedder) as library:
        yield library


@pytest.fixture(scope="module")
def both(shared: Library, own: Library) -> Combined:
    return Combined(shared, own)


def documents(answer: Answer) -> list[str]:
    return [each.passage.source.id for each in answer.quotations]


def said(answer: Answer) -> Answer:
    """Return an answer without the time it took."""
    return replace(answer, seconds=0.0)


@pytest.mark.parametrize(
    "question",
    [
        "When does the mandate of UNMOT expire?",
        "What is the role of the CIS Peacekeeping Forces?",
        "Who was the Special Representative in Tajikistan?",
        "1138 OP 6 (d)",
        "and what of 4711?",
        "What was the vote on resolution 968?",
        "",
    ],
)
def test_documents_that_do_not_answer_change_no_answer(both: Combined, shared: Library, question: str) -> None:
    answer, alone = both.answer(question), shared.answer(question)
    if alone.found:
        assert said(answer) == said(alone)
    assert (answer.found, answer.reading) == (alone.found, alone.reading)


def test_what_only_one_of_them_holds_is_found(both: Combined, shared: Library) -> None:
    assert not shared.answer(PRIVATE).found
    answer = both.answer(PRIVATE)
    assert documents(answer)[0] == "this server/quolls.txt"
    assert "Marguerite Vandersloot" in answer.quotations[0].marked


def test_far_ahead_of_a_few_passages_is_not_ahead_of_what_answers(both: Combined, own: Library) -> None:
    assert own.answer(SHARED).found  # "The office of UNMOT in our building closes …" is the best of five
    answer = both.answer(SHARED)
    assert documents(answer)[0] == "S_RES_1138_1997.txt"
    assert "until 15 May 1998" in answer.quotations[0].text


def test_what_both_hold_is_quoted_of_both(both: Combined) -> None:
    answer = both.answer("What is said about UNMOT?", 5)
    everything = both.search("UNMOT", 10)
    assert {each.passage.source.id.startswith("this server/") for each in everything} == {True, False}
    assert [each.score for each in everything] == sorted((each.score for each in everything), reverse=True)
    assert all(each.verified for each in answer.quotations)


def test_what_neither_holds_is_declined_with_what_came_nearest(both: Combined) -> None:
    answer = both.answer("How tall is the tower of the cathedral in Ulm?")
    assert not answer.found
    assert answer.problem


def test_references_name_paragraphs_of_both(both: Combined) -> None:
    assert both.find("1138 OP 5").passages
    assert both.find("Rules for the quoll house, para. 2").passages[0].source.id == "this server/quolls.txt"
    assert "14" in (both.find("1138 OP 14").problem or "")


def test_paragraphs_of_both_that_a_question_names_are_quoted(both: Combined) -> None:
    answer = both.answer("Compare 1138 OP 5 with Rules for the quoll house paragraph 2")
    assert answer.found
    assert answer.quotations[0].passage.source.id == "S_RES_1138_1997.txt"


def test_one_document_alone_is_asked_and_searched(both: Combined) -> None:
    answer = both.answer("Who is the keeper?", within="this server/quolls.txt")
    assert set(documents(answer)) == {"this server/quolls.txt"}
    found = both.search("mandate", within="S_RES_1138_1997.txt")
    assert {each.passage.source.id for each in found} == {"S_RES_1138_1997.txt"}


def test_every_passage_of_both_is_read_quoted_and_found_again(both: Combined, shared: Library, own: Library) -> None:
    assert both.generation.documents == len(both.sources()) == 5
    assert both.generation.passages == sum(both.passage_counts().values())
    for source in both.sources():
        passages = both.passages(source.id)
        assert [each.text for each in both.quote(passages)] == [each.text for each in passages]
        assert set(both.passages_with([each.id for each in passages])) == {each.id for each in passages}
    assert own.passages_with([each.id for each in shared.passages("S_RES_1138_1997.txt")]) == {}


def test_a_wording_is_verified_in_both(both: Combined) -> None:
    assert both.verify("Every quoll shall be fed at dawn").status is Status.EXACT
    assert both.verify("Decides to extend the mandate of UNMOT until 15 May 1998").status is Status.EXACT
    assert both.verify("nothing of the kind is anywhere here").status is Status.NOT_FOUND


def test_what_is_the_same_in_both_is_quoted_once(
    shared: Library, real_embedder: Embedder, tmp_path: Path, documents_folder: Callable[[Path], None]
) -> None:
    documents_folder(tmp_path / "documents" / "this server")
    refresh(tmp_path / "documents", tmp_path / "index", real_embedder, lambda phase, done, total: None)
    with Library.open(tmp_path / "index", real_embedder) as copy:
        quoted = Combined(shared, copy).answer(SHARED, 5).quotations
    assert len({each.text for each in quoted}) == len(quoted)


@pytest.fixture
def documents_folder() -> Callable[[Path], None]:
    """Copies the shipped resolution."""

    def copied(folder: Path) -> None:
        shipped = Path(__file__).parents[2] / "corpus" / "documents" / "S_RES_1138_1997.txt"
        folder.mkdir(parents=True)
        (folder / "copy.txt").write_bytes(shipped.read_bytes())

    return copied
