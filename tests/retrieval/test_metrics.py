"""Expected values are written as the arithmetic that gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.metrics import auroc, hit_rate, mean_reciprocal_rank, percentile, share

SCORES = st.lists(st.sampled_from([0.0, 0.1, 0.25, 0.5, 0.75, 1.0]), min_size=1, max_size=30)


def test_share_is_the_proportion_of_true_outcomes() -> None:
    assert share([True, False, True, True]) == 3 / 4


def test_hit_at_k_counts_the_ranks_up_to_k() -> None:
    assert hit_rate([1, 2, 4, None], k=1) == 1 / 4
    assert hit_rate([1, 2, 4, None], k=3) == 2 / 4
    assert hit_rate([1, 2, 4, None], k=5) == 3 / 4


def test_a_missing_passage_counts_nothing_in_the_mean_reciprocal_rank() -> None:
    assert mean_reciprocal_rank([1, 3, None]) == pytest.approx((1 / 1 + 1 / 3 + 0) / 3)


def test_auroc_is_the_share_of_pairs_in_the_right_order() -> None:
    # 0.9 > 0.8, 0.9 > 0.2, 0.5 < 0.8, 0.5 > 0.2
    assert auroc([0.9, 0.5], [0.8, 0.2]) == (1 + 1 + 0 + 1) / 4


def test_a_tie_counts_half_in_auroc() -> None:
    # 0.5 = 0.5, 0.5 > 0.1, 0.5 = 0.5, 0.5 > 0.1
    assert auroc([0.5, 0.5], [0.5, 0.1]) == (1 / 2 + 1 + 1 / 2 + 1) / 4


def test_auroc_is_half_when_all_scores_are_equal() -> None:
    assert auroc([0.3] * 4, [0.3] * 7) == 1 / 2


@given(SCORES, SCORES)
def test_auroc_equals_the_pairs_counted_one_by_one(positive: list[float], negative: list[float]) -> None:
    pairs = [1.0 if p > q else 0.5 if p == q else 0.0 for p in positive for q in negative]
    assert auroc(positive, negative) == pytest.approx(sum(pairs) / len(pairs))


@given(SCORES, SCORES)
def test_auroc_of_the_two_sides_exchanged_is_the_rest_to_one(positive: list[float], negative: list[float]) -> None:
    exchanged = auroc(negative, positive)
    assert exchanged is not None
    assert auroc(positive, negative) == pytest.approx(1 - exchanged)


def test_a_percentile_lies_between_the_values_around_it() -> None:
    assert percentile([10.0, 20.0, 30.0, 40.0], 50) == (20 + 30) / 2
    assert percentile([40.0, 10.0, 30.0, 20.0], 95) == pytest.approx(30 + 0.85 * (40 - 30))


def test_what_was_not_measured_has_no_value() -> None:
    assert share([]) is None
    assert hit_rate([], k=1) is None
    assert mean_reciprocal_rank([]) is None
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None
    assert percentile([], 50) is None
