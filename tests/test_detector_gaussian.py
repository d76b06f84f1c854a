"""Gaussian detectors."""

from __future__ import annotations

import numpy as np
import pytest
import torch
from benchkit_gaussian import Gaussian
from benchkit_gaussian.moments import BLOCK, CHUNK, covariance, mean_and_variance, shrink
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.distance import mahalanobis
from scipy.stats import norm
from sklearn.covariance import OAS
from training_helpers import noise

from benchkit import UsageError
from benchkit.training import as_rows


def correlated(n: int, features: int = 6, seed: int = 0) -> torch.Tensor:
    """Return vectors whose features hang together and differ in scale."""
    return noise(n, features, seed=seed) @ noise(features, features, seed=50) + 3


@given(n=st.integers(2, 60), features=st.integers(2, 8), seed=st.integers(0, 5))
def test_shrinkage_is_scikit_learns(n: int, features: int, seed: int) -> None:
    """Shrunk covariance and share of the identity equal scikit-learn's oracle approximating shrinkage."""
    vectors = noise(n, features, seed=seed)
    expected = OAS().fit(vectors.double().numpy())
    shrunk, share = shrink(covariance(vectors)[1], n)
    assert share == pytest.approx(expected.shrinkage_, rel=1e-8)
    np.testing.assert_allclose(shrunk.numpy(), expected.covariance_, rtol=1e-8, atol=1e-12)


@pytest.mark.parametrize(("n", "features"), [(2 * CHUNK + 5, 6), (50, 2 * BLOCK + 7), (CHUNK + 1, BLOCK), (1, 3)])
def test_moments_are_those_of_the_whole(n: int, features: int) -> None:
    """Mean and covariance gathered over several chunks and blocks of columns equal NumPy's, and are symmetric."""
    vectors = correlated(n, features)
    mean, spread = covariance(vectors)
    exact = vectors.double().numpy()
    np.testing.assert_allclose(mean.numpy(), exact.mean(0), rtol=1e-12)
    np.testing.assert_allclose(spread.numpy(), np.cov(exact.T, bias=True), rtol=1e-10, atol=1e-13)
    assert torch.equal(spread, spread.t())


def test_moments_do_not_need_a_telling_start() -> None:
    """Rows that lie far from the first ones, as of sorted data, cost no precision."""
    vectors = torch.cat([correlated(CHUNK) - 100, correlated(3 * CHUNK, seed=2) + 100])
    exact = vectors.double().numpy()
    np.testing.assert_allclose(covariance(vectors)[1].numpy(), np.cov(exact.T, bias=True), rtol=1e-10)


def test_variances_are_those_of_the_whole() -> None:
    """Each feature by itself, over several chunks, as a tensor or as rows: NumPy's, and the same bits."""
    vectors = correlated(2 * CHUNK + 5)
    mean, variance = mean_and_variance(vectors)
    exact = vectors.double().numpy()
    np.testing.assert_allclose(mean.numpy(), exact.mean(0), rtol=1e-12)
    np.testing.assert_allclose(variance.numpy(), exact.var(0), rtol=1e-10)
    assert torch.equal(mean_and_variance(as_rows(vectors))[1], variance)
    assert torch.equal(covariance(as_rows(vectors))[1], covariance(vectors)[1])


@pytest.mark.parametrize("n", [1, 3, CHUNK + 1])
def test_a_feature_that_never_varies_has_no_variance(n: int) -> None:
    """Not even that of rounding: it would be divided by."""
    vectors = torch.full((n, 4), 77 / 255)
    mean, variance = mean_and_variance(vectors)
    assert torch.equal(mean, vectors[0].double())
    assert not bool(variance.any())


def test_nothing_but_constants_becomes_the_identity() -> None:
    """A covariance of zeros is replaced, so that distances stay finite."""
    shrunk, share = shrink(torch.zeros(3, 3, dtype=torch.float64), 10)
    assert torch.equal(shrunk, torch.eye(3, dtype=torch.float64))
    assert share == 1.0


def test_full_scores_are_squared_mahalanobis_distances() -> None:
    """Scores equal the squares of SciPy's distances from the mean under the shrunk covariance."""
    normal, inputs = correlated(200), correlated(30, seed=1)
    reference = OAS().fit(normal.double().numpy())
    inverse = np.linalg.inv(reference.covariance_)
    expected = [mahalanobis(row, reference.location_, inverse) ** 2 for row in inputs.double().numpy()]
    scores = Gaussian(name="gaussian").fit(normal, seed=0)(inputs)
    np.testing.assert_allclose(scores.numpy(), expected, rtol=1e-3)


def test_diagonal_scores_are_minus_the_log_likelihood() -> None:
    """Scores equal minus the sum of SciPy's log densities of the features."""
    normal, inputs = correlated(200), correlated(30, seed=1)
    exact = normal.double().numpy()
    expected = -norm(exact.mean(0), exact.std(0)).logpdf(inputs.double().numpy()).sum(1)
    scores = Gaussian(name="univariate", covariance="diagonal").fit(normal, seed=0)(inputs)
    np.testing.assert_allclose(scores.numpy(), expected, rtol=1e-4)


def test_the_variance_floor_is_a_share_of_the_mean_variance() -> None:
    """A feature that never varies counts as if it had the documented share of the mean variance."""
    normal = torch.stack([torch.tensor([0.0, 2.0] * 10), torch.full((20,), 5.0)], 1)
    scorer = Gaussian(name="univariate", covariance="diagonal", variance_floor=0.1).fit(normal, seed=0)
    near, far = scorer(torch.tensor([[1.0, 5.0], [1.0, 6.0]])).tolist()
    assert far - near == pytest.approx(0.5 / (0.1 * 0.5), rel=1e-5)


@pytest.mark.parametrize("wrong", [{"covariance": "banded"}, {"variance_floor": 0.0}, {"variance_floor": float("nan")}])
def test_wrong_settings_are_refused(wrong: dict[str, object]) -> None:
    """An unknown covariance or a floor that is no floor is a wrong request that says what is possible."""
    with pytest.raises(UsageError, match="'full' or 'diagonal'"):
        Gaussian(name="mine", **wrong)
