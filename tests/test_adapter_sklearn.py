"""scikit-learn's outlier estimators behind the doors."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import benchkit_sklearn
import numpy as np
import pytest
import torch
from training_helpers import noise, random_state_untouched

from benchkit import Unsupported, UsageError
from benchkit.training import as_rows

DETECTORS: list[Any] = list(benchkit_sklearn.benchkit_detectors())
each = pytest.mark.parametrize("detector", DETECTORS, ids=lambda detector: detector.name)

REFUSED = {
    ("local-outlier-factor", "one"), ("gaussian-mixture", "one"),
    *(("elliptic-envelope", hard) for hard in ("one", "two", "constant")),
}  # fmt: skip

NORMAL = noise(300, 6) @ noise(6, 6, seed=99)
SHOWN = torch.cat([noise(60, 6, seed=1) @ noise(6, 6, seed=99), 4 * noise(60, 6, seed=2)])


def test_six_are_offered_and_have_to_be_asked_for() -> None:
    """Three look at pixels, three at the latent; all take any view."""
    assert {detector.name: detector.view for detector in DETECTORS} == {
        "isolation-forest": "pixels", "one-class-svm": "pixels", "local-outlier-factor": "pixels",
        "elliptic-envelope": "latent", "kernel-density": "latent", "gaussian-mixture": "latent",
    }  # fmt: skip
    assert not any(detector.by_default for detector in DETECTORS)


@each
def test_what_the_library_calls_an_outlier_scores_higher(detector: Any) -> None:
    """The sign is right: every input that ``predict`` rejects scores above every one that it accepts."""
    scores = detector.fit(NORMAL, seed=0)(SHOWN).numpy()
    fitted = detector.estimator(NORMAL.numpy(), seed=0).fit(NORMAL.numpy())
    if not hasattr(fitted, "predict") or detector.name == "gaussian-mixture":
        rejected = fitted.score_samples(SHOWN.numpy()) < np.quantile(fitted.score_samples(NORMAL.numpy()), 0.1)
    else:
        rejected = fitted.predict(SHOWN.numpy()) == -1
    assert 0 < rejected.sum() < len(rejected)
    assert scores[rejected].min() >= scores[~rejected].max()


@each
def test_far_off_inputs_score_higher(detector: Any) -> None:
    """Than every normal one, and finitely."""
    scorer = detector.fit(NORMAL, seed=0)
    far = scorer(NORMAL + 50.0)
    assert far.isfinite().all()
    assert far.min() > scorer(NORMAL).max()


@each
def test_one_seed_one_set_of_scores(detector: Any) -> None:
    """The same bits, in any batches, from rows as from a tensor; inputs and random state are left alone."""
    before = NORMAL.clone()
    with random_state_untouched():
        scores = detector.fit(NORMAL, seed=3)(SHOWN)
    assert torch.equal(NORMAL, before)
    assert scores.dtype == torch.float32
    assert torch.equal(detector.fit(NORMAL, seed=3)(SHOWN), scores)
    assert torch.equal(detector.fit(as_rows(NORMAL), seed=3)(SHOWN), scores)
    scorer = detector.fit(NORMAL, seed=3)
    parts = torch.cat([scorer(SHOWN[:1]), scorer(SHOWN[1:1]), scorer(SHOWN[1:])])
    torch.testing.assert_close(parts, scores, rtol=1e-4, atol=1e-4)


@each
def test_of_many_inputs_some_are_kept_by_the_seed(detector: Any) -> None:
    """As many as ``most``, others for another seed."""
    few = replace(detector, most=100)
    assert not torch.equal(few.fit(NORMAL, seed=0)(SHOWN), few.fit(NORMAL, seed=1)(SHOWN))


@each
@pytest.mark.filterwarnings("ignore:Duplicate values:UserWarning", "ignore:Number of distinct clusters")
@pytest.mark.parametrize("hard", ["one", "two", "constant", "large"])
def test_hard_inputs_end_in_finite_scores_or_a_reason(detector: Any, hard: str) -> None:
    """One input, two, constant ones and very large ones: what cannot be fitted says what it needs."""
    constant, large = torch.full((60, 6), 0.5), 1e6 * NORMAL
    normal = {"one": NORMAL[:1], "two": NORMAL[:2], "constant": constant, "large": large}[hard]
    if (detector.name, hard) in REFUSED:
        with pytest.raises(Unsupported, match="needs"):
            detector.fit(normal, seed=0)
    else:
        assert detector.fit(normal, seed=0)(SHOWN).isfinite().all()


def test_images_are_flattened() -> None:
    """Any view will do."""
    images = noise(40, 1, 4, 4)
    assert DETECTORS[0].fit(images, seed=0)(images).shape == (40,)


def test_a_limit_below_one_is_refused() -> None:
    """A wrong setting names the detector."""
    with pytest.raises(UsageError, match="'isolation-forest': got most=0"):
        replace(DETECTORS[0], most=0)
