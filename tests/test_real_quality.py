"""What the protocol gives on the real data: a wrong protocol falls outside these bounds."""

from __future__ import annotations

import os

import pandas as pd
import pytest

import benchkit
from benchkit.data import to_floats
from benchkit.registry import load_registry

pytestmark = [
    pytest.mark.real,
    pytest.mark.slow,
    pytest.mark.timeout(1200),
    pytest.mark.skipif("BENCHKIT_DATA" not in os.environ, reason="needs MNIST and Fashion-MNIST in BENCHKIT_DATA"),
]


@pytest.fixture(scope="module")
def auroc(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """AUROC by detector and anomaly of one run on MNIST."""
    run = benchkit.run(
        dataset="mnist",
        detectors=["pixel-ae-shallow", "gaussian", "model-state-ae-layer1"],
        anomalies=["noise-1", "noise-4", "fashion"],
        out=tmp_path_factory.mktemp("results"),
        timing_seconds=0.01,
    )
    assert run.ok
    return run.cells.pivot_table(index="detector", columns="anomaly", values="auroc")


@pytest.fixture(scope="module")
def held_out(tmp_path_factory: pytest.TempPathFactory) -> pd.Series:
    """AUROC of the shallow autoencoder on each digit that it never saw."""
    run = benchkit.run(
        dataset="mnist",
        detectors=["pixel-ae-shallow"],
        anomalies=["held-out"],
        out=tmp_path_factory.mktemp("results"),
        timing_seconds=0.01,
    )
    return run.cells.set_index("anomaly")["auroc"]


@pytest.mark.parametrize(
    ("detector", "anomaly", "low", "high"),
    [
        ("pixel-ae-shallow", "fashion", 0.93, 1.0),
        ("pixel-ae-shallow", "noise-4", 0.98, 1.0),
        ("pixel-ae-shallow", "noise-1", 0.45, 0.55),
        ("gaussian", "fashion", 0.99, 1.0),
        ("model-state-ae-layer1", "fashion", 0.93, 1.0),
    ],
)
def test_auroc_on_mnist_is_in_its_band(
    auroc: pd.DataFrame, detector: str, anomaly: str, low: float, high: float
) -> None:
    """Fashion and strong noise are found, invisible noise is not."""
    assert low <= auroc.loc[detector, anomaly] <= high


def test_held_out_digits_are_as_hard_as_they_are(held_out: pd.Series) -> None:
    """The mean over ten digits is that of a shallow autoencoder; a held-out 1 looks more normal than the normals."""
    assert len(held_out) == 10
    assert 0.68 <= held_out.mean() <= 0.78
    assert held_out["held-out-1"] < 0.5


def test_the_subject_model_classifies() -> None:
    """The classifier whose activations are watched gets at least 95 % of MNIST's test images right."""
    registry = load_registry()
    splits = registry.datasets["mnist"].item.load()
    train = benchkit.LabelledImages(to_floats(splits.train.images), splits.train.labels)
    logits = registry.view_for("logits").item.fit(train, seed=0)["logits"](to_floats(splits.test.images))
    assert (logits.argmax(1) == splits.test.labels).float().mean() >= 0.95
