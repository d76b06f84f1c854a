"""The largest class probability."""

from __future__ import annotations

import pytest
import torch
from benchkit_softmax import benchkit_detectors
from hypothesis import given
from hypothesis import strategies as st
from scipy import special
from training_helpers import noise

(DETECTOR,) = benchkit_detectors()
SCORE = DETECTOR.fit(torch.zeros(3, 4), seed=0)


def test_it_looks_at_the_logits_and_has_to_be_asked_for() -> None:
    """Of the subject model; under the field's name for it."""
    assert (DETECTOR.name, DETECTOR.view, DETECTOR.by_default) == ("max-softmax", "logits", False)


@given(classes=st.integers(2, 12), scale=st.floats(0.1, 8.0), seed=st.integers(0, 20))
def test_scores_are_log_odds_against_the_likeliest_class(classes: int, scale: float, seed: int) -> None:
    """As SciPy's softmax has them, and so ordered as one minus the largest probability is."""
    logits = scale * (noise(30, classes, seed=seed) - 0.5)
    largest = special.softmax(logits.double().numpy(), axis=1).max(1)
    torch.testing.assert_close(
        SCORE(logits).double(), -torch.special.logit(torch.from_numpy(largest)), rtol=1e-3, atol=1e-4
    )


def test_certainty_has_degrees() -> None:
    """Where one minus the probability rounds to 0, the scores still differ: no ties among the most certain."""
    logits = torch.tensor([[30.0, 0.0, 0.0], [40.0, 0.0, 0.0], [90.0, 0.0, 0.0]])
    assert torch.softmax(logits, 1).max(1).values.tolist() == [1.0, 1.0, 1.0]
    first, second, third = SCORE(logits).tolist()
    assert first > second > third


@pytest.mark.parametrize(
    "logits", [torch.zeros(0, 10), torch.zeros(4, 1), torch.full((2, 3), 1e30), torch.zeros(2, 2, 2)], ids=str
)
def test_any_number_of_finite_logits_has_finite_scores(logits: torch.Tensor) -> None:
    """None, those of one class, very large ones, and inputs that are no vectors."""
    scores = SCORE(logits)
    assert scores.shape == (len(logits),)
    assert scores.isfinite().all()


def test_unsure_scores_higher() -> None:
    """Even logits above those with a winner, however large both are."""
    even, won = SCORE(torch.tensor([[5.0, 5.0, 5.0], [5.0, -5.0, -5.0]])).tolist()
    assert even > won
