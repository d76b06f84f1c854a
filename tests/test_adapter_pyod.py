"""PyOD's detectors behind the doors: who is offered, and what each promises."""

from __future__ import annotations

import importlib.util
import os
import pickle
import pkgutil
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from benchkit_pyod import LEFT_OUT
from benchkit_pyod.beside import Alone, Beside
from benchkit_pyod.networks import Discriminator
from pyod_helpers import DETECTORS, NAMED, NORMAL, SHOWN, each
from training_helpers import noise, random_state_untouched

from benchkit import Unsupported, UsageError
from benchkit.training import as_rows

LATENT = {"cof", "lmdd", "lscp", "mcd", "sod", "sos"}

CONSTANT_REFUSED = {"abod", "cblof", "cd", "deep-svdd", "lmdd", "mcd", "pca", "sos"}
SCORED_ALONE = {
    "anogan", "copod", "ecod", "hbos", "kde", "kpca", "loda", "mo-gaal", "ocsvm", "sampling", "so-gaal",
    "so-gaal-new", "vae",
}  # fmt: skip
"""A single normal input is enough for them."""
MORE_THAN_TWO = {"abod", "cblof", "cd", "cof", "sod", "sos"}


def test_thirty_five_are_offered_and_have_to_be_asked_for() -> None:
    """Each under PyOD's name; at pixels, or at less where one would wait for it."""
    assert len(DETECTORS) == len(NAMED) == 35
    assert all(detector.name.startswith("pyod-") and not detector.by_default for detector in DETECTORS)
    assert {name: detector.view for name, detector in NAMED.items()} == {
        name: "logits" if name == "cd" else "latent" if name in LATENT else "pixels" for name in NAMED
    }


def test_all_modules_of_the_library_are_offered_or_left_out_for_a_reason() -> None:
    """What a later version brings is noticed here."""
    spec = importlib.util.find_spec("pyod")
    assert spec is not None
    assert spec.origin is not None
    modules = {module.name for module in pkgutil.iter_modules([str(Path(spec.origin).parent / "models")])}
    offered = {detector.model.partition(".")[0] for detector in DETECTORS}
    assert offered.isdisjoint(LEFT_OUT)
    assert offered | set(LEFT_OUT) == modules
    assert all(LEFT_OUT.values())


def test_they_travel_to_workers() -> None:
    """Plain settings, which are the same on the other side."""
    assert pickle.loads(pickle.dumps(DETECTORS)) == DETECTORS  # noqa: S301 - its own


def rejected(scorer: Any, vectors: Any) -> Any:
    """Return which inputs PyOD itself calls outliers: those of label 1."""
    scorer.fitted.random_state = np.random.RandomState(scorer.seed)  # one of them draws from it as it scores
    if isinstance(scorer.detector, Beside):
        return np.array([scorer.fitted.predict(np.vstack([scorer.normal, vector]))[-1] for vector in vectors]) == 1
    if isinstance(scorer.detector, Alone):
        return np.array([scorer.fitted.predict(vector[np.newaxis])[0] for vector in vectors]) == 1
    return scorer.fitted.predict(vectors) == 1


@each
def test_what_the_library_calls_an_outlier_scores_higher(detector: Any) -> None:
    """The sign is PyOD's: every input that its ``predict`` rejects scores above every one that it accepts.

    But for discriminators, of which it calls an outlier what they find most real: there the sign is the paper's.
    """
    scorer = detector.fit(NORMAL, seed=0)
    shown = np.vstack([SHOWN.double().numpy(), scorer.normal])
    scores, outliers = scorer(torch.from_numpy(shown)).numpy(), rejected(scorer, shown)
    assert 0 < outliers.sum() < len(outliers)
    sign = -1 if isinstance(detector, Discriminator) else 1
    assert (sign * scores[outliers]).min() >= (sign * scores[~outliers]).max()


@each
def test_one_seed_one_set_of_scores(detector: Any, capfd: pytest.CaptureFixture[str]) -> None:
    """The same bits, from rows as from a tensor; nothing is printed, and inputs and random state are left alone."""
    before, threads, hash_seed = NORMAL.clone(), torch.get_num_threads(), os.environ.get("PYTHONHASHSEED")
    with random_state_untouched():
        scores = detector.fit(NORMAL, seed=3)(SHOWN)
    assert torch.equal(NORMAL, before)
    assert (torch.get_num_threads(), os.environ.get("PYTHONHASHSEED")) == (threads, hash_seed)
    assert scores.dtype == torch.float64
    assert torch.equal(detector.fit(NORMAL, seed=3)(SHOWN), scores)
    assert torch.equal(detector.fit(as_rows(NORMAL), seed=3)(SHOWN), scores)
    assert "".join(capfd.readouterr()) == ""


@each
def test_no_input_counts_for_another(detector: Any) -> None:
    """In whatever batch and order: alone, with anomalies, behind them, again; no input at all has no score."""
    scorer = detector.fit(NORMAL, seed=3)
    scores = scorer(SHOWN)
    parts = torch.cat([scorer(SHOWN[:1]), scorer(SHOWN[1:1]), scorer(SHOWN[1:34]), scorer(SHOWN[34:])])
    torch.testing.assert_close(parts, scores, rtol=1e-4, atol=1e-6)
    torch.testing.assert_close(scorer(SHOWN.flip(0)).flip(0), scores, rtol=1e-4, atol=1e-6)


@each
def test_of_many_inputs_some_are_kept_by_the_seed(detector: Any) -> None:
    """As many as ``most``, others for another seed."""
    few = replace(detector, most=20)
    scorers = [few.fit(NORMAL, seed=seed) for seed in (0, 1)]
    assert [len(scorer.normal) for scorer in scorers] == [20, 20]
    assert not np.array_equal(scorers[0].normal, scorers[1].normal)
    assert not torch.equal(*(scorer(SHOWN) for scorer in scorers))


@each
@pytest.mark.parametrize("hard", ["one", "two", "constant", "large", "far"])
def test_hard_inputs_end_in_finite_scores_or_a_reason(detector: Any, hard: str) -> None:
    """One input, two, constant ones and very large ones: what cannot be fitted says what it needs."""
    normal = {"one": NORMAL[:1], "two": NORMAL[:2], "constant": torch.full((60, 6), 0.5), "large": 1e6 * NORMAL}
    name = detector.name.removeprefix("pyod-")
    refused = {"one": set(NAMED) - SCORED_ALONE, "two": MORE_THAN_TWO, "constant": CONSTANT_REFUSED}
    if name in refused.get(hard, ()):
        with pytest.raises(Unsupported, match=f"^{detector.name} needs"):
            detector.fit(normal[hard], seed=0)
    else:
        scorer = detector.fit(normal.get(hard, NORMAL), seed=0)
        assert scorer(1e6 * SHOWN if hard == "far" else SHOWN).isfinite().all()


def test_images_are_flattened() -> None:
    """Any view will do."""
    images = noise(40, 1, 4, 4)
    assert NAMED["knn"].fit(images, seed=0)(images).shape == (40,)


def test_a_limit_below_one_is_refused() -> None:
    """A wrong setting names the detector."""
    with pytest.raises(UsageError, match="'pyod-knn': got most=0"):
        replace(NAMED["knn"], most=0)
