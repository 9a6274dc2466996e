"""What Prometheus reads: figures that begin at nought, follow what happens, and name nobody."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client.parser import text_string_to_metric_families

from bot.metrics import Metrics, Outcome, Way
from retrieval.store import Generation

AT = datetime(2026, 3, 1, 12, tzinfo=UTC)
GENERATION = Generation(
    name="20260301",
    created=AT,
    model="a model",
    dimension=384,
    parser_version=1,
    index_version=1,
    documents=2438,
    passages=61000,
    sentences=1,
    passage_terms=1.0,
    sentence_terms=1.0,
    folder="/secret/folder",
    files={},
)

Samples = dict[tuple[str, frozenset[tuple[str, str]]], float]


def read(metrics: Metrics) -> Samples:
    """Return each figure by its name and labels, as Prometheus parses the page."""
    return {
        (sample.name, frozenset(sample.labels.items())): sample.value
        for family in text_string_to_metric_families(metrics.page().decode())
        for sample in family.samples
    }


def figure(samples: Samples, name: str, **labels: str) -> float:
    return samples[name, frozenset(labels.items())]


def test_questions_are_counted_by_way_and_outcome_from_nought_on() -> None:
    metrics = Metrics()
    metrics.asked(Way.ASK, Outcome.ANSWERED)
    metrics.asked(Way.ASK, Outcome.ANSWERED)
    metrics.asked(Way.MENTION, Outcome.REFUSED)
    counted = {labels: value for (name, labels), value in read(metrics).items() if name == "rapporteur_questions_total"}
    assert len(counted) == len(Way) * len(Outcome)
    assert {labels: value for labels, value in counted.items() if value} == {
        frozenset({("way", "ask"), ("outcome", "answered")}): 2,
        frozenset({("way", "mention"), ("outcome", "refused")}): 1,
    }


def test_no_text_becomes_a_label() -> None:
    metrics = Metrics()
    with pytest.raises(ValueError, match="is not a valid Way"):
        metrics.asked("When does the mandate end?", Outcome.ANSWERED)  # type: ignore[arg-type]
    assert b"mandate" not in metrics.page()


def test_times_are_told_around_what_is_promised() -> None:
    metrics = Metrics()
    for seconds in (0.02, 0.25, 2.9, 4):
        metrics.acknowledged_after(seconds)
    metrics.searched_for(0.06)
    samples = read(metrics)
    within = [figure(samples, "rapporteur_acknowledged_seconds_bucket", le=le) for le in ("0.03", "0.3", "3.0", "+Inf")]
    assert within == [1, 2, 3, 4]
    assert figure(samples, "rapporteur_search_seconds_sum") == 0.06


def test_what_is_watched_is_asked_for_when_the_page_is_read() -> None:
    metrics, guilds = Metrics(), [1, 2]
    metrics.watch(waiting=lambda: 7, guilds=lambda: len(guilds), shards=lambda: 1)
    guilds.append(3)
    samples = read(metrics)
    assert figure(samples, "rapporteur_questions_waiting") == 7
    assert figure(samples, "rapporteur_guilds") == 3
    assert figure(samples, "rapporteur_shards") == 1


def test_the_index_ages_and_a_new_one_is_young() -> None:
    metrics = Metrics(lambda: AT + timedelta(hours=2))
    metrics.index_is(GENERATION)
    samples = read(metrics)
    assert figure(samples, "rapporteur_index_documents") == 2438
    assert figure(samples, "rapporteur_index_passages") == 61000
    assert figure(samples, "rapporteur_index_age_seconds") == 7200
    metrics.index_is(replace(GENERATION, created=AT + timedelta(hours=2)))
    assert figure(read(metrics), "rapporteur_index_age_seconds") == 0
    assert b"secret" not in metrics.page()


def test_the_process_is_measured_and_two_bots_in_one_process_are_two() -> None:
    first, second = Metrics(), Metrics()
    first.asked(Way.MENU, Outcome.FAILED)
    assert figure(read(second), "rapporteur_questions_total", way="menu", outcome="failed") == 0
    assert figure(read(first), "process_resident_memory_bytes") > 0
