"""Expected values are written as the arithmetic that gives them."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from retrieval.metrics import (
    auroc,
    expected_calibration_error,
    hit_rate,
    mean_reciprocal_rank,
    percentile,
    reliability,
    risk_coverage,
    share,
    wilson_interval,
)

JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), min_size=1, max_size=40)
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


def test_a_bin_holds_the_mean_confidence_and_the_share_of_true_outcomes() -> None:
    low, high = reliability([0.1, 0.3, 0.9], [False, True, True], bins=2)
    assert (low.low, low.high, low.confidence, low.right, low.count) == (0.0, 0.5, (0.1 + 0.3) / 2, 1 / 2, 2)
    assert (high.low, high.high, high.confidence, high.right, high.count) == (0.5, 1.0, 0.9, 1 / 1, 1)


def test_a_bound_belongs_to_the_bin_above_and_certainty_to_the_last() -> None:
    assert [(each.low, each.count) for each in reliability([0.5, 1.0], [True, True], bins=2)] == [(0.5, 2)]


def test_a_bin_without_questions_is_left_out() -> None:
    assert [each.low for each in reliability([0.05, 0.95], [False, True], bins=10)] == [0.0, 0.9]


@given(JUDGED)
def test_every_question_is_in_one_bin_within_its_bounds(judged: list[tuple[float, bool]]) -> None:
    confidences, outcomes = zip(*judged, strict=True)
    bins = reliability(confidences, outcomes)
    assert sum(each.count for each in bins) == len(judged)
    assert sum(each.count * each.right for each in bins) == pytest.approx(sum(outcomes))
    assert all(each.low - 1e-9 <= each.confidence <= each.high + 1e-9 for each in bins)


def test_the_calibration_error_weighs_each_bin_by_its_questions() -> None:
    # 0.1 and 0.3 are 0.2 on average, and half of them right; 0.9 is right.
    error = expected_calibration_error(reliability([0.1, 0.3, 0.9], [False, True, True], bins=2))
    assert error == pytest.approx(2 / 3 * abs(0.5 - 0.2) + 1 / 3 * abs(1 - 0.9))


@given(JUDGED)
def test_the_calibration_error_is_a_share(judged: list[tuple[float, bool]]) -> None:
    error = expected_calibration_error(reliability(*zip(*judged, strict=True)))
    assert error is not None
    assert 0 <= error <= 1


def test_the_risk_at_a_threshold_is_the_share_of_wrong_answers_among_those_answered() -> None:
    curve = risk_coverage([0.9, 0.2, 0.7, 0.5], [True, False, False, True])
    assert [each.threshold for each in curve] == [0.9, 0.7, 0.5, 0.2]
    assert [each.coverage for each in curve] == [1 / 4, 2 / 4, 3 / 4, 4 / 4]
    assert [each.risk for each in curve] == [0 / 1, 1 / 2, 1 / 3, 2 / 4]


def test_equal_confidences_are_answered_together() -> None:
    (point,) = risk_coverage([0.4, 0.4, 0.4], [True, False, True])
    assert (point.threshold, point.coverage, point.risk) == (0.4, 1.0, 1 / 3)


@given(JUDGED)
def test_a_lower_threshold_answers_more(judged: list[tuple[float, bool]]) -> None:
    curve = risk_coverage(*zip(*judged, strict=True))
    assert [each.threshold for each in curve] == sorted({confidence for confidence, _ in judged}, reverse=True)
    assert [each.coverage for each in curve] == sorted(each.coverage for each in curve)
    assert curve[-1].coverage == 1


def test_the_interval_of_a_share_is_that_of_wilson() -> None:
    # Computed by the formula of 1927 for 9 of 10 and for 0 of 20.
    assert wilson_interval(9, 10) == pytest.approx((0.5958, 0.9821), abs=1e-4)
    assert wilson_interval(0, 20) == pytest.approx((0.0, 0.1611), abs=1e-4)


@given(st.integers(0, 50), st.integers(1, 50))
def test_the_interval_holds_the_share_seen(count: int, more: int) -> None:
    interval = wilson_interval(count, count + more)
    assert interval is not None
    assert 0 <= interval[0] <= count / (count + more) + 1e-9
    assert count / (count + more) - 1e-9 <= interval[1] <= 1


def test_what_was_not_measured_has_no_value() -> None:
    assert share([]) is None
    assert hit_rate([], k=1) is None
    assert mean_reciprocal_rank([]) is None
    assert auroc([], [0.5]) is None
    assert auroc([0.5], []) is None
    assert percentile([], 50) is None
    assert expected_calibration_error(reliability([], [])) is None
    assert risk_coverage([], []) == ()
    assert wilson_interval(0, 0) is None
