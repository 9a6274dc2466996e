"""What is weighed of passages and sentences, in columns: written, mapped, taken out many at once."""

from __future__ import annotations

import itertools
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.document import Role
from retrieval.columns import Columns, ColumnsBuilder, expanded, is_number, term_key, write_array


@dataclass(frozen=True)
class Sentence:
    span: tuple[int, int]
    text: int
    terms: tuple[str, ...]


@dataclass(frozen=True)
class Passage:
    document: int
    role: Role
    setting: int
    sentences: tuple[Sentence, ...]


def sentences(text: st.SearchStrategy[int]) -> st.SearchStrategy[Sentence]:
    span = st.tuples(st.integers(0, 9_999), st.integers(0, 9_999))
    terms = st.lists(st.sampled_from(["quoll", "1138", "mandat", "7", "мандат"]), max_size=4).map(tuple)
    return st.builds(Sentence, span, text, terms)


def passages() -> st.SearchStrategy[list[Passage]]:
    some = st.lists(sentences(st.integers(0, 5)), min_size=1, max_size=4).map(tuple)
    return st.lists(
        st.builds(Passage, st.integers(0, 3), st.sampled_from(list(Role)), st.integers(0, 3), some),
        min_size=1, max_size=8,
    )  # fmt: skip


def written(folder: Path, made: Sequence[Passage]) -> Columns:
    builder = ColumnsBuilder()
    for passage in made:
        rows = [(*each.span, each.text, each.terms) for each in passage.sentences]
        builder.add(passage.document, passage.role, passage.setting, rows)
    assert builder.passages == len(made)
    assert builder.sentences == sum(len(passage.sentences) for passage in made)
    assert builder.terms == sum(len(each.terms) for passage in made for each in passage.sentences)
    builder.write(folder)
    return Columns(folder)


def keys(terms: Sequence[str]) -> list[int]:
    return [term_key(term) for term in terms]


@settings(deadline=None, max_examples=60)
@given(passages(), st.data())
def test_what_was_written_reads_back(made: list[Passage], data: st.DataObject) -> None:
    asked = data.draw(st.lists(st.integers(0, len(made) - 1), max_size=8))
    numbers = np.array(asked, dtype=np.int64)
    wanted = [(place, each) for place, number in enumerate(asked) for each in made[number].sentences]
    with tempfile.TemporaryDirectory() as folder:
        columns = written(Path(folder) / "columns", made)
        assert len(columns) == len(made)
        assert columns.documents(np.arange(len(made))).tolist() == [passage.document for passage in made]
        assert columns.settings(numbers).tolist() == [made[number].setting for number in asked]
        for role in Role:
            assert columns.have_role(numbers, role).tolist() == [made[number].role is role for number in asked]
        found, owner = columns.sentences(numbers)
        assert owner.tolist() == [place for place, _ in wanted]
        assert columns.texts(found).tolist() == [each.text for _, each in wanted]
        assert columns.spans(found).tolist() == [list(each.span) for _, each in wanted]
        terms, owner = columns.terms(found)
        assert terms.tolist() == keys([term for _, each in wanted for term in each.terms])
        assert owner.tolist() == [place for place, (_, each) in enumerate(wanted) for _ in each.terms]
        for number in asked:
            assert columns.first_span(number) == made[number].sentences[0].span
            whole = [term for each in made[number].sentences for term in each.terms]
            assert columns.terms_of_passages(np.array([number]))[0].tolist() == keys(whole)


@settings(deadline=None, max_examples=60)
@given(passages(), st.data())
def test_the_passages_of_a_row_of_vectors_are_all_that_have_a_sentence_with_it(
    made: list[Passage], data: st.DataObject
) -> None:
    there = sorted({each.text for passage in made for each in passage.sentences})
    rows = data.draw(st.lists(st.sampled_from(there), max_size=4))
    wanted = [
        number for number, passage in enumerate(made) if any(each.text in rows for each in passage.sentences)
    ]  # fmt: skip
    with tempfile.TemporaryDirectory() as folder:
        assert written(Path(folder) / "columns", made).passages_of_texts(rows).tolist() == wanted


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 5)), max_size=8))
def test_ranges_are_written_out_one_after_the_other(ranges: list[tuple[int, int]]) -> None:
    starts = np.array([start for start, _ in ranges], dtype=np.int64)
    lengths = np.array([length for _, length in ranges], dtype=np.int64)
    numbers, owner = expanded(starts, starts + lengths)
    assert numbers.tolist() == [start + step for start, length in ranges for step in range(length)]
    assert owner.tolist() == [place for place, (_, length) in enumerate(ranges) for _ in range(length)]


@given(st.text(min_size=1, max_size=9))
def test_the_key_of_a_term_tells_whether_it_is_a_number(term: str) -> None:
    assert is_number(np.array([term_key(term)], dtype=np.uint32)).tolist() == [term.isdecimal()]


def test_thousands_of_terms_have_keys_of_their_own() -> None:
    words = ["".join(letters) for letters in itertools.product("aeimnorst", repeat=4)]
    assert len({term_key(word) for word in words}) == len(words)


@pytest.mark.parametrize("values", [np.zeros((0, 2), np.int32), np.arange(6).reshape(3, 2), np.arange(6)[::2]], ids=str)
def test_an_array_is_written_as_numpy_reads_it(tmp_path: Path, values: np.ndarray) -> None:
    write_array(tmp_path / "a.npy", values)
    found = np.load(tmp_path / "a.npy", mmap_mode="r")
    assert (found.dtype, found.shape) == (values.dtype, values.shape)
    assert (found == values).all()


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs a device that is always full")
@pytest.mark.parametrize("number", [3, 100_000])
def test_a_full_disk_is_said_in_words(number: int) -> None:
    with pytest.raises(OSError, match="No space left"):
        write_array(Path("/dev/full"), np.arange(number))
