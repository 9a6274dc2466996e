"""A library is asked by several threads at once: SQLite, FAISS, tantivy and the files of tokens are shared."""

from __future__ import annotations

import random
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from corpus.passages import sentences_of
from retrieval.library import Library
from retrieval.store import Store

THREADS = 8
ROUNDS = 40


@pytest.fixture(scope="module")
def library(shipped_index: Path, bag_of_words: type) -> Iterator[Library]:
    with Library.open(shipped_index, bag_of_words()) as library:
        yield library


@pytest.fixture
def store(shipped_index: Path) -> Iterator[Store]:
    store = Store.open(shipped_index / (shipped_index / "CURRENT").read_text(encoding="utf-8").strip())
    yield store
    store.close()


def test_answers_are_the_same_as_from_one_thread(library: Library) -> None:
    passages = [passage for source in library.sources() for passage in library.passages(source.id)]
    questions = [passage.text[slice(*sentences_of(passage.text)[-1])] for passage in passages]

    def said(question: str) -> tuple[object, ...]:
        answer = library.answer(question)
        return answer.confidence, answer.problem, answer.quotations, answer.nearest

    alone = [said(question) for question in questions]
    with ThreadPoolExecutor(THREADS) as threads:
        together = list(threads.map(said, questions * 4))
    assert together == alone * 4


def test_rows_read_by_one_thread_are_never_those_of_another(store: Store) -> None:
    ids = range(store.generation.passages)
    wanted = {number: store.passages_by_id([number])[0].id for number in ids}

    def wrong(seed: int) -> int:
        draw = random.Random(seed)
        several = [draw.choices(ids, k=3) for _ in range(ROUNDS)]
        return sum(
            [each.id for each in store.passages_by_id(some)] != [wanted[one] for one in some] for some in several
        )

    with ThreadPoolExecutor(THREADS) as threads:
        assert sum(threads.map(wrong, range(4 * THREADS))) == 0
