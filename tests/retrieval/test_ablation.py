"""Each part of the ranking is left out in turn, and a page tells what that changes."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from dataclasses import fields, replace
from pathlib import Path
from typing import Any

import pytest

from retrieval.ablation import Measured, main, measured, report, variants
from retrieval.evaluation import Evaluation
from retrieval.generations import open_current
from retrieval.query import STEPS, Steps
from retrieval.questions import Question, read_questions
from retrieval.retriever import WEIGHTS, Weights
from retrieval.store import Store

EVERY = read_questions(Path(__file__).parents[1] / "data" / "questions.jsonl")
SOME = [question for question in EVERY if question.answerable][:4]
NONE = [question for question in EVERY if not question.answerable][:2]


@pytest.fixture(scope="module")
def store(shipped_index: Path) -> Iterator[Store]:
    with closing(open_current(shipped_index)) as opened:
        yield opened


@pytest.fixture(scope="module")
def found(store: Store, bag_of_words: Any) -> Measured:
    return measured("some", store, bag_of_words(), [*SOME, *NONE])


def test_every_weight_and_every_step_is_left_out_once() -> None:
    alone = [each for each in variants() if not each.name.startswith("both")]
    assert [each.weights for each in alone if each.weights != WEIGHTS] == [
        replace(WEIGHTS, **{field.name: 0.0}) for field in fields(Weights)
    ]
    assert [each.steps for each in alone if each.steps != STEPS] == [
        replace(STEPS, **{field.name: False}) for field in fields(Steps)
    ]


def test_no_two_variants_are_the_same() -> None:
    every = list(variants())
    assert len({each.name for each in every}) == len({(each.weights, each.steps) for each in every}) == len(every)


def test_questions_that_have_an_answer_are_asked_of_every_variant(found: Measured) -> None:
    assert found.without.keys() == {each.name for each in variants()}
    for evaluation in (found.whole, *found.without.values()):
        assert [each.question for each in evaluation.judgements] == SOME


def test_a_part_left_out_changes_the_ranking(store: Store, bag_of_words: Any) -> None:
    meaning = Question("m", "what does CIS stand for", True, answers=("Independent States",), document=("any.txt",))
    asked = measured("one", store, bag_of_words(), [meaning])
    assert "Commonwealth of Independent States" in (asked.whole.judgements[0].first_marked or "")
    assert "Commonwealth of Independent States" not in (asked.without["introduces"].judgements[0].first_marked or "")


def test_the_page_tells_how_it_was_made_and_of_what(found: Measured) -> None:
    lines = report([found], "python -m retrieval.ablation a b").splitlines()
    assert "python -m retrieval.ablation a b" in lines
    generation = found.generation
    assert f"| some | 3 | {generation.passages} | {generation.sentences} | {len(SOME)} |" in lines


def test_the_page_has_a_row_for_every_part_in_every_set(found: Measured) -> None:
    other = replace(found, name="other")
    lines = report([found, other], "").splitlines()
    for name in found.without:
        rows = [line.count("|") - 2 for line in lines if line.startswith(f"| {name} |")]
        assert rows == [2, 4, 4]  # the changes in both sets, and the figures of each


def test_what_a_part_gains_and_loses_is_counted_question_by_question(found: Measured) -> None:
    def ranked(*ranks: int | None) -> Evaluation:
        judged = zip(found.whole.judgements, ranks, strict=True)
        return Evaluation(tuple(replace(each, rank=rank, candidate=True) for each, rank in judged), limit=5)

    one = replace(found, whole=ranked(1, 1, 2, None), without={"tokens": ranked(2, None, 1, 5)})
    assert "| tokens | −25.0 (+1 −2) |" in report([one], "").splitlines()


def test_an_index_without_questions_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main([str(tmp_path), "--out", str(tmp_path / "page.md")])
    assert "each index needs its file of questions" in capsys.readouterr().err
    assert not (tmp_path / "page.md").exists()
