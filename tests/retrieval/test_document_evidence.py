"""How well documents fit what a question tells of the one it wants: real documents, and a series made like them."""

from collections.abc import Sequence
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from corpus.document import Kind, Source
from corpus.folder import read_folder
from corpus.passages import passages_of
from retrieval.clues import clues_of
from retrieval.document_evidence import DocumentEvidence, evidence_of, names_held
from retrieval.document_facts import DocumentFacts, DocumentFactsBuilder
from retrieval.lexical import terms_of
from retrieval.names import ShortForms

SHIPPED = Path(__file__).parents[2] / "corpus" / "documents"
UNFICYP = ShortForms.of({"unficyp": frozenset({"united nations peacekeeping force in cyprus"})})
NOTHING = ShortForms.of({})

SERIES = (
    (100, date(1964, 3, 4), "Recommends the creation of the United Nations Peace-keeping Force in Cyprus."),
    (200, date(1991, 6, 14), "Extends the stationing of the United Nations Peacekeeping Force in Cyprus."),
    (300, date(1991, 12, 12), "Recalling resolution 100 (1964), extends the mandate of UNFICYP in Cyprus."),
    (400, date(1992, 6, 12), "Recalling resolutions 100 (1964) and 300 (1991), extends the mandate of UNFICYP."),
    (500, date(1991, 6, 20), "Admits the Marshall Islands to membership; notes the force of the wind."),
)


def source(number: int, day: date | None) -> Source:
    year = day.year if day else 1990
    return Source(f"S_RES_{number}_{year}.txt", f"Resolution {number}", Kind.OFFICIAL, f"S/RES/{number} ({year})", day)


def facts_of(folder: Path, texts: Sequence[tuple[int, date | None, str]], short_forms: ShortForms) -> DocumentFacts:
    builder = DocumentFactsBuilder()
    for number, day, text in texts:
        builder.add(source(number, day), [(text, " ".join(terms_of(text)))])
    builder.write(folder, short_forms)
    return DocumentFacts(folder)


@pytest.fixture(scope="module")
def series(tmp_path_factory: pytest.TempPathFactory) -> DocumentFacts:
    return facts_of(tmp_path_factory.mktemp("series") / "facts", SERIES, UNFICYP)


def evidence(question: str, facts: DocumentFacts) -> DocumentEvidence:
    return evidence_of(clues_of(question, UNFICYP), facts)


def first(question: str, facts: DocumentFacts) -> int:
    return SERIES[evidence(question, facts).best(1)[0]][0]


def test_a_document_has_the_short_form_of_what_it_calls_by_its_long_one(series: DocumentFacts) -> None:
    documents, _, _ = series.postings(series.rows(["unficyp"]))
    assert documents.tolist() == [0, 1, 2, 3]


def test_the_document_of_the_month_asked_for_comes_first(series: DocumentFacts) -> None:
    assert first("UNFICYP june 1991 renewal", series) == 200
    assert first("UNFICYP december 1991 renewal", series) == 300


def test_the_first_and_the_last_of_a_series_are_told_by_their_days(series: DocumentFacts) -> None:
    assert first("when was UNFICYP set up", series) == 100
    assert first("latest UNFICYP renewal", series) == 400


def test_the_document_that_those_on_the_subject_cite_most_has_the_most_of_it(series: DocumentFacts) -> None:
    cited = evidence("UNFICYP", series).cited.tolist()
    assert cited[0] > cited[2] > 0 == cited[1] == cited[3]


def test_a_document_that_is_not_here_is_cited_by_none(tmp_path: Path) -> None:
    facts = facts_of(tmp_path / "facts", [(1, None, "Recalling resolution 999 (1999) on Cyprus.")], NOTHING)
    assert evidence("cyprus", facts).cited.tolist() == [0.0]


def test_of_few_documents_none_is_much_of_a_first_or_much_cited(series: DocumentFacts) -> None:
    found = evidence("when was UNFICYP set up", series)
    assert 0 < found.order.max() < 0.5
    assert 0 < found.cited.max() < 0.5


def test_a_word_that_is_a_name_tells_more_than_one_that_is_none(tmp_path: Path) -> None:
    others = tuple((number, None, "Notes the wind of Geneva.") for number in range(600, 620))
    many = facts_of(tmp_path / "facts", (*SERIES, *others), UNFICYP)
    assert first("force of the marshall islands", many) == 500
    held = names_held(["marshal", "wind", "geneva"], many, np.array([4, 0, 5]))
    assert held.tolist() == [[True, False, False], [False] * 3, [False] * 3]  # what most documents name tells nothing


def test_a_document_without_a_day_is_in_no_series(tmp_path: Path) -> None:
    texts = [(1, None, "On the island of Cyprus."), (2, date(1990, 1, 1), "On the island of Cyprus.")]
    assert evidence("first on cyprus", facts_of(tmp_path / "facts", texts, NOTHING)).order.tolist() == [
        0.0, pytest.approx(0.1)
    ]  # fmt: skip


def test_a_question_about_nothing_here_speaks_for_no_document(series: DocumentFacts) -> None:
    assert evidence("how do i sort a dict in python", series).best(5) == []


def test_documents_without_any_term_are_read(tmp_path: Path) -> None:
    facts = facts_of(tmp_path / "facts", [(1, None, "")], NOTHING)
    assert evidence("cyprus 1991", facts).best(5) == []
    assert names_held(["cyprus"], facts, np.array([0])).tolist() == [[False]]


def test_all_evidence_is_from_0_to_1(series: DocumentFacts) -> None:
    found = evidence("first UNFICYP renewal of june 1991 in cyprus", series)
    for values in (found.subject, found.date, found.cited, found.order):
        assert values.shape == (len(series),)
        assert values.min() >= 0
        assert values.max() <= 1


def test_the_same_documents_give_the_same_files(tmp_path: Path) -> None:
    for folder in ("one", "other"):
        facts_of(tmp_path / folder, SERIES, UNFICYP)
    files = sorted(file.name for file in (tmp_path / "one").iterdir())
    assert all((tmp_path / "one" / name).read_bytes() == (tmp_path / "other" / name).read_bytes() for name in files)


def test_of_the_shipped_documents_the_resolution_is_that_of_november_1997(tmp_path: Path) -> None:
    documents = sorted(read_folder(SHIPPED).documents, key=lambda document: document.source.id)
    builder = DocumentFactsBuilder()
    for document in documents:
        builder.add(document.source, [(each.text, " ".join(terms_of(each.text))) for each in passages_of(document)])
    builder.write(tmp_path / "facts", NOTHING)
    best = evidence("tajikistan november 1997", DocumentFacts(tmp_path / "facts")).best(1)
    assert documents[best[0]].source.symbol == "S/RES/1138 (1997)"
