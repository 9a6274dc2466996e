"""Questions of our own: about fifteen rulebooks, manuals and reports, and about resolutions of the Security Council."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from corpus.document import Document
from corpus.folder import read_file, read_folder
from corpus.passages import passages_of
from retrieval.evaluation import is_right
from retrieval.judging import file_name
from retrieval.questions import read_questions

DATA = Path(__file__).parent / "data"
FOLDER = DATA / "rulebooks"
RESOLUTIONS = Path(__file__).parents[2] / "shared" / "data" / "un"
PRINTED = re.compile(r"^(\d+(?:\.\d+)+) (?=\S)", re.MULTILINE)
NAMES = sorted(path.name for path in (FOLDER / "documents").iterdir())


@pytest.fixture(scope="module")
def documents() -> dict[str, Document]:
    return {file_name(each.source.id): each for each in read_folder(FOLDER / "documents").documents}


@pytest.mark.parametrize("name", NAMES)
def test_a_paragraph_is_cited_by_the_number_it_prints(documents: dict[str, Document], name: str) -> None:
    printed = PRINTED.findall(documents[name].text)
    cited = {passage.locator for passage in passages_of(documents[name])}
    assert len(printed) > 60
    assert {f"para. {number}" for number in printed} <= cited


@pytest.mark.parametrize("name", NAMES)
def test_a_question_is_answered_by_the_paragraph_it_wants(documents: dict[str, Document], name: str) -> None:
    passages = passages_of(documents[name])
    questions = [each for each in read_questions(FOLDER / "questions.jsonl") if name in each.file_names]
    assert len(questions) > 120
    for question in questions:
        right = [passage.locator for passage in passages if is_right(question, passage)]
        assert right == list(question.locator), question.id


@pytest.mark.skipif(not RESOLUTIONS.is_dir(), reason="needs ../shared/data/un")
def test_a_question_about_a_resolution_is_answered_by_the_paragraph_it_wants() -> None:
    questions = [each for each in read_questions(DATA / "resolutions.jsonl") if each.answerable][::60]
    assert len(questions) > 40
    for question in questions:
        (name,) = question.file_names
        passages = passages_of(read_file(RESOLUTIONS, name))
        assert set(question.locator) <= {each.locator for each in passages if is_right(question, each)}, question.id
