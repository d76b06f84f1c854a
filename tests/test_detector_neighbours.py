"""Distance to the nearest normal inputs."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest
import torch
from benchkit_neighbours import Neighbours
from hypothesis import given
from hypothesis import strategies as st
from sklearn.neighbors import NearestNeighbors
from training_helpers import noise

from benchkit import UsageError

KNN = Neighbours("some")


@given(
    n=st.integers(1, 40), neighbours=st.integers(1, 12), offset=st.sampled_from([0.0, 100.0]), seed=st.integers(0, 9)
)
def test_scores_are_scikit_learns_distances(n: int, neighbours: int, offset: float, seed: int) -> None:
    """Distances to the k-th nearest, or the farthest where there are fewer; far from the origin too."""
    normal, inputs = noise(n, 6, seed=seed) + offset, 3 * noise(15, 6, seed=seed + 10) + offset
    fitted = NearestNeighbors(n_neighbors=min(n, neighbours), algorithm="brute").fit(normal.double().numpy())
    expected = fitted.kneighbors(inputs.double().numpy())[0][:, -1]
    found = replace(KNN, neighbours=neighbours).fit(normal, seed=0)(inputs)
    np.testing.assert_allclose(found.numpy(), expected, rtol=1e-4, atol=2e-3)


def test_of_many_inputs_some_are_kept_by_the_seed() -> None:
    """As many as ``most``, others for another seed; few enough are all kept, whatever the seed."""
    normal, inputs = noise(300, 4), noise(20, 4, seed=1)
    few = replace(KNN, most=50)
    one, again, other = (few.fit(normal, seed=seed)(inputs) for seed in (0, 0, 1))
    assert torch.equal(one, again)
    assert not torch.equal(one, other)
    assert torch.equal(KNN.fit(normal, seed=0)(inputs), KNN.fit(normal, seed=1)(inputs))
    assert (one >= KNN.fit(normal, seed=0)(inputs) - 1e-5).all()


def test_a_normal_input_is_its_own_nearest() -> None:
    """With k = 1 the inputs that were kept score 0, within rounding."""
    normal = noise(100, 8)
    assert replace(KNN, neighbours=1).fit(normal, seed=0)(normal).max() < 2e-3


@pytest.mark.parametrize("wrong", [{"neighbours": 0}, {"most": 0}])
def test_numbers_below_one_are_refused(wrong: dict[str, int]) -> None:
    """A wrong setting names the detector and what is expected."""
    with pytest.raises(UsageError, match="expected both to be at least 1"):
        replace(KNN, **wrong)
