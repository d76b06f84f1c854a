"""Which detectors can be told apart over the anomalies."""

from __future__ import annotations

import numpy as np
import pytest
import scikit_posthocs
from scipy.stats import wilcoxon

from benchkit import UsageError
from benchkit.report.apart import critical_difference, tell_apart


def scores(seed: int, blocks: int, k: int, *, digits: int = 6) -> np.ndarray:
    """Return blocks × k numbers of detectors that differ, rounded: few digits make ties."""
    rng = np.random.default_rng(seed)
    return (np.linspace(0.0, 0.4, k) + rng.normal(0.5, 0.1, (blocks, k))).round(digits)


@pytest.mark.parametrize("digits", [1, 6])
@pytest.mark.parametrize("seed", range(4))
def test_nemenyi_is_scikit_posthocs_s(seed: int, digits: int) -> None:
    """The pairs are those that the library's test puts below 5 %, ties or not."""
    values = scores(seed, 12, 7, digits=digits)
    found = tell_apart(values)
    assert (found.test, found.posthoc) == ("Friedman", "nemenyi")
    reference = scikit_posthocs.posthoc_nemenyi_friedman(values).to_numpy()
    assert 0 < found.pairs.sum() < 42
    np.testing.assert_array_equal(found.pairs, reference < 0.05)


@pytest.mark.parametrize("seed", range(4))
def test_wilcoxon_holm_is_scikit_posthocs_s(seed: int) -> None:
    """The pairs are those that the library's test puts below 5 %."""
    values = scores(seed, 12, 7)
    found = tell_apart(values, posthoc="wilcoxon-holm")
    reference = scikit_posthocs.posthoc_wilcoxon(values.T.tolist(), p_adjust="holm").to_numpy()
    assert found.critical_difference is None
    assert 0 < found.pairs.sum() < 42
    np.testing.assert_array_equal(found.pairs, reference < 0.05)


@pytest.mark.parametrize("seed", range(8))
def test_ties_and_zeros_are_tested_as_scipy_does(seed: int) -> None:
    """With tied differences, and some of none, two detectors have the p-value of SciPy's permutation test."""
    values = np.random.default_rng(seed).integers(0, 4, (7, 2)) / 10
    expected = wilcoxon(values[:, 0] - values[:, 1]).pvalue
    assert tell_apart(values).p_value == pytest.approx(expected)


@pytest.mark.parametrize(("k", "quantile"), [(2, 1.960), (3, 2.343), (4, 2.569), (5, 2.728), (6, 2.850), (10, 3.164)])
def test_the_critical_difference_is_demšar_s(k: int, quantile: float) -> None:
    """The quantiles are those of the paper's table 5 (a), to its three digits."""
    assert critical_difference(k, 14) == pytest.approx(quantile * np.sqrt(k * (k + 1) / (6 * 14)), abs=1e-3)


def test_friedman_is_that_of_the_definition() -> None:
    """Without ties chi² is 12 n / (k (k + 1)) times the squares of the mean ranks' distances from the middle."""
    values = scores(0, 9, 5)
    ranks = np.array([[1 + (row > own).sum() for own in row] for row in values])
    found = tell_apart(values)
    np.testing.assert_allclose(found.mean_ranks, ranks.mean(axis=0))
    assert found.statistic == pytest.approx(12 * 9 / (5 * 6) * ((ranks.mean(axis=0) - 3) ** 2).sum())
    assert found.blocks == 9


@pytest.mark.parametrize("posthoc", ["nemenyi", "wilcoxon-holm"])
def test_where_friedman_sees_nothing_no_pair_is_tested(posthoc: str) -> None:
    """All tied, and mere noise: p is not below 5 %, and nobody is told apart."""
    for values in (np.full((6, 4), 0.5), np.random.default_rng(3).random((6, 4))):
        found = tell_apart(values, posthoc=posthoc)
        assert found.p_value is not None
        assert found.p_value >= 0.05
        assert found.posthoc == ""
        assert not found.pairs.any()
    assert tell_apart(np.full((6, 4), 0.5)).mean_ranks.tolist() == [2.5] * 4


def test_two_that_are_equal_everywhere_are_not_told_apart() -> None:
    """Wilcoxon's test, which has nothing to rank there, leaves them together and parts the others from them."""
    values = scores(0, 20, 3)
    values[:, 1] = values[:, 0]
    found = tell_apart(values, posthoc="wilcoxon-holm")
    assert found.pairs.tolist() == [[False, False, True], [False, False, True], [True, True, False]]


def test_two_detectors_are_tested_by_wilcoxon() -> None:
    """Ten wins out of ten are p = 2 / 2**10; equal ones are p = 1."""
    rising = np.arange(10.0)[:, None] * [0.02, 0.01] + [0.2, 0.1]
    found = tell_apart(rising)
    assert (found.test, found.p_value) == ("Wilcoxon", pytest.approx(2 / 2**10))
    assert found.pairs.tolist() == [[False, True], [True, False]]
    same = tell_apart(np.full((10, 2), 0.5))
    assert same.p_value == 1.0
    assert not same.pairs.any()


@pytest.mark.parametrize("shape", [(1, 5), (5, 1), (3, 0), (0, 3)])
def test_too_few_make_no_test(shape: tuple[int, int]) -> None:
    """Of one anomaly, or one detector, or none, there are ranks and no test."""
    found = tell_apart(np.arange(float(np.prod(shape))).reshape(shape))
    assert (found.test, found.p_value) == ("", None)
    assert len(found.mean_ranks) == shape[1]
    assert not found.pairs.any()


def test_an_unknown_test_is_a_usage_error() -> None:
    """The message lists those there are."""
    with pytest.raises(UsageError, match=r"'nemeny'.*nemenyi, wilcoxon-holm.*Did you mean 'nemenyi'"):
        tell_apart(np.zeros((3, 3)), posthoc="nemeny")
