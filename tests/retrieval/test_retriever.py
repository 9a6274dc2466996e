"""Candidates from words and vectors, weighed alike."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from corpus.document import Role
from retrieval.generations import open_current
from retrieval.query import Abbreviations, query_of
from retrieval.retriever import READ, RERANKED, WEIGHTS, Hit, Retriever, Weights
from retrieval.store import Store

ANIMALS = """\
The mandate of the mission of observers ends on the eleventh of May.

Quolls are fed on Thursdays. The keeper is never late. Their diet is a secret.

Wombats dig burrows (WDB).

The Warren Digging Bureau (WDB) licenses burrows and inspects them every spring.

WDB inspectors wear boots, as WDB rules on boots demand of all WDB inspectors.
"""
KITCHEN = """\
The cook of the camp bakes bread. The baker of rye sleeps until noon.

The cook bakes bread until noon and sweeps.

Flour is weighed by the porter.

Flour, salt, water, yeast and butter are ordered, weighed, counted, listed and stored by hand.
"""

Ask = Callable[..., list[Hit]]


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory, build: Any) -> Iterator[Store]:
    """The shipped documents, one on animals, one that says everything twice, one longer than what is ranked."""
    folder = tmp_path_factory.mktemp("retriever")
    documents = Path(__file__).parents[2] / "corpus" / "documents"
    (folder / "documents").mkdir()
    for file in documents.glob("*.txt"):
        (folder / "documents" / file.name).write_bytes(file.read_bytes())
    (folder / "documents" / "animals.txt").write_text(ANIMALS)
    (folder / "documents" / "kitchen.txt").write_text(KITCHEN)
    (folder / "documents" / "echo.txt").write_text("The echo answers twice.\n\nThe echo answers twice.\n")
    numbered = "\n\n".join(f"{number}. Visitor {number} may bring a lantern." for number in range(1, RERANKED + 51))
    (folder / "documents" / "visitors.txt").write_text(f"# Visitors\n\n{numbered}\n")
    build(folder / "documents", folder / "index")
    with closing(open_current(folder / "index")) as opened:
        yield opened


@pytest.fixture
def ask(store: Store, embedder: Any) -> Ask:
    abbreviations = Abbreviations.learned(store.abbreviations())
    retriever = Retriever(store, abbreviations)

    def ask(question: str, limit: int = 10, **options: Any) -> list[Hit]:
        query = query_of(question, store.words, abbreviations, embedder.knows)
        return retriever.retrieve(query, next(embedder.embed([query.text])), limit, **options)

    return ask


def ids(hits: list[Hit]) -> list[int]:
    return [hit.passage for hit in hits]


def text_of(store: Store, hit: Hit) -> str:
    return store.passages_by_id([hit.passage])[0].text


def marked_in(store: Store, hit: Hit) -> str:
    start, end = hit.marked
    return text_of(store, hit)[start:end]


def test_the_words_of_a_passage_find_it(ask: Ask, store: Store) -> None:
    assert text_of(store, ask("Who feeds quolls on Thursdays?")[0]).startswith("Quolls are fed")


def test_the_sentence_that_comes_closest_is_marked(ask: Ask, store: Store) -> None:
    assert marked_in(store, ask("Is the keeper of quolls late?")[0]) == "The keeper is never late."


def test_hits_come_best_first(ask: Ask) -> None:
    scores = [hit.score for hit in ask("What is the mandate of UNMOT?", limit=30)]
    assert scores == sorted(scores, reverse=True)


def test_no_passage_is_found_twice(ask: Ask) -> None:
    found = ids(ask("military observers of the mission", limit=60))
    assert len(set(found)) == len(found)


@pytest.mark.parametrize("limit", [0, 1, 3, READ + 5])
def test_no_more_hits_than_asked_for(ask: Ask, limit: int) -> None:
    assert len(ask("military observers", limit=limit)) == limit


def test_the_same_question_gives_the_same_order(ask: Ask) -> None:
    assert ids(ask("peace in Tajikistan", limit=50)) == ids(ask("peace in Tajikistan", limit=50))


def test_equal_hits_come_in_the_order_of_the_documents(ask: Ask, store: Store) -> None:
    first, second = ask("does the echo answer twice", limit=2)
    assert first.score == second.score
    assert ids([first, second]) == store.ids_in(["echo.txt"])


@pytest.mark.parametrize("question", ["agreement of the parties", "how many military observers", "who leads UNMOT"])
@pytest.mark.parametrize("limit", [1, 5])
def test_a_smaller_limit_gives_the_beginning_of_a_larger(ask: Ask, question: str, limit: int) -> None:
    assert ids(ask(question, limit=limit)) == ids(ask(question, limit=40))[:limit]


def test_passages_of_a_named_document_move_up(ask: Ask, store: Store) -> None:
    named = store.ids_in(["S_RES_1138_1997.txt"])
    question = "mandate of the mission of observers"
    unnamed_places = [place for place, each in enumerate(ids(ask(question, 60))) if each in named]
    named_places = [place for place, each in enumerate(ids(ask(question, 60, named=named))) if each in named]
    assert sum(named_places[:5]) < sum(unnamed_places[:5])


def test_a_named_document_comes_before_others_that_fit_as_well(ask: Ask, store: Store) -> None:
    first, second = store.ids_in(["echo.txt"])
    assert ids(ask("does the echo answer twice", limit=2, named=[second])) == [second, first]


def test_every_passage_of_a_named_document_is_a_candidate(ask: Ask, store: Store) -> None:
    named = store.ids_in(["animals.txt"])
    assert set(named) <= set(ids(ask("military observers", limit=RERANKED, named=named)))


def test_only_named_passages_are_found_where_nothing_else_may_be(ask: Ask, store: Store) -> None:
    named = store.ids_in(["animals.txt"])[:2]
    assert set(ids(ask("military observers", named=named, only_named=True))) == set(named)


def test_a_passage_that_is_passed_over_is_not_found_and_the_others_stay(ask: Ask) -> None:
    hits = ids(ask("agreement of the parties", limit=20))
    assert ids(ask("agreement of the parties", limit=19, without={hits[3]})) == [*hits[:3], *hits[4:]]


@pytest.fixture
def candidates(store: Store, embedder: Any) -> Callable[[str], set[int]]:
    abbreviations = Abbreviations.learned(store.abbreviations())

    def candidates(question: str) -> set[int]:
        query = query_of(question, store.words, abbreviations, embedder.knows)
        return Retriever(store, abbreviations).candidates(query, next(embedder.embed([query.text])).vector)

    return candidates


def test_the_passages_with_the_nearest_sentences_are_candidates(
    candidates: Callable[[str], set[int]], store: Store, embedder: Any
) -> None:
    question = "Is the keeper of quolls never late?"
    nearest = store.sentence_vectors.search(next(embedder.embed([question])).vector, 20)
    assert set(store.columns.passages_of_texts(nearest).tolist()) <= candidates(question)


def test_both_passages_with_the_same_sentence_are_candidates(
    candidates: Callable[[str], set[int]], store: Store
) -> None:
    assert set(store.ids_in(["echo.txt"])) <= candidates("does the echo answer twice")


def test_the_best_passages_by_words_are_candidates(candidates: Callable[[str], set[int]], store: Store) -> None:
    assert set(store.words.search({"quoll": 1.0, "burrow": 1.0}, 20)) <= candidates("quolls and burrows")


def test_what_introduces_an_abbreviation_is_a_candidate_where_its_meaning_is_asked_for(
    candidates: Callable[[str], set[int]], store: Store
) -> None:
    introducing = {passage for passage, short, _ in store.abbreviations() if short == "WDB"}
    assert introducing
    assert introducing <= candidates("what does WDB mean")


def test_nothing_named_and_nothing_else_allowed_is_no_hit(ask: Ask) -> None:
    assert ask("military observers", only_named=True) == []


def test_the_passage_that_introduces_an_abbreviation_answers_what_it_means(ask: Ask, store: Store) -> None:
    best = ask("what does WDB mean")[0]
    assert best.evidence.introduces
    assert text_of(store, best).startswith("The Warren Digging Bureau")


def test_an_abbreviation_in_another_question_introduces_nothing(ask: Ask) -> None:
    assert not any(hit.evidence.introduces for hit in ask("boots of WDB inspectors"))


def test_an_operative_paragraph_is_told_from_a_recital(ask: Ask, store: Store) -> None:
    hits = ask("the General Agreement", limit=40)
    operative = [passage.role is Role.OPERATIVE for passage in store.passages_by_id(ids(hits))]
    assert [hit.evidence.operative for hit in hits] == operative
    assert set(operative) == {True, False}


def test_a_hit_that_holds_the_kind_of_thing_asked_for_scores_more(ask: Ask) -> None:
    hits = ask("how many military observers", limit=READ)
    assert {hit.evidence.kind_in_passage for hit in hits} == {True, False}
    assert WEIGHTS.kind > 0


def test_hits_too_far_down_to_be_read_are_not_judged(ask: Ask) -> None:
    hits = ask("what did the zebra cost in dollars", limit=60)
    judged = [hit for hit in hits if not hit.evidence.kind_in_passage]
    assert len(judged) <= READ < len(hits)


@pytest.mark.parametrize("question", ["", "the of and", "zzzzqx", "什么时候", "\x00"])
def test_a_question_without_a_known_word_still_finds_the_nearest_vectors(ask: Ask, question: str) -> None:
    assert len(ask(question, limit=3)) == 3


def test_what_two_sentences_answer_together_comes_before_what_one_answers_in_part(ask: Ask, store: Store) -> None:
    first, second = ask("camp cook bakes bread, baker sleeps until noon", limit=2)
    assert text_of(store, first).endswith("The baker of rye sleeps until noon.")
    assert first.evidence.tokens < second.evidence.tokens
    assert first.evidence.together > second.evidence.together


def test_a_passage_of_one_sentence_is_matched_together_as_it_is_alone(ask: Ask, store: Store) -> None:
    (hit,) = ask("porter weighs flour", limit=1)
    assert text_of(store, hit) == "Flour is weighed by the porter."
    assert hit.evidence.together == hit.evidence.tokens


def test_in_a_long_question_the_words_of_a_passage_count_more(store: Store, embedder: Any) -> None:
    def lead(question: str, weights: Weights) -> float:
        """How far the passage of many words is ahead of the one of few."""
        retriever = Retriever(store, Abbreviations.learned([]), weights)
        query = query_of(question, store.words, Abbreviations.learned([]), embedder.knows)
        hits = retriever.retrieve(query, next(embedder.embed([query.text])), RERANKED)
        scores = {text_of(store, hit): hit.score for hit in hits}
        few, many = (
            next(scores[text] for text in scores if text.startswith(start)) for start in ("Flour is", "Flour,")
        )
        return many - few

    alike = replace(WEIGHTS, in_long=0.0)
    short = "flour weighed by hand"
    assert lead(short, WEIGHTS) == lead(short, alike)
    long = f"{short}, salt and water and yeast and butter ordered, counted, listed and stored"
    assert lead(long, WEIGHTS) > lead(long, alike)


def test_a_rare_word_is_worth_more_than_a_common_one(ask: Ask, store: Store) -> None:
    hits = ask("quolls in Tajikistan", limit=RERANKED)
    scores = {text_of(store, hit): hit.evidence.passage_words for hit in hits}
    rare = next(score for text, score in scores.items() if "Quolls" in text)
    common = [score for text, score in scores.items() if "Tajikistan" in text and len(text) < 300]
    assert rare > max(common) > 0
