"""The built-in shallow autoencoder beside PyOD's AutoEncoder: same images, layers, epochs and batch size.

PyOD's batch normalisation, dropout and weight decay are off, as the built-in has none; what remains different is said
in README.md. Its ``fit`` ends with the scores of the training images, so the built-in scores them as well.
"""

from __future__ import annotations

from typing import Any

import pytest
import torch
from pytest_benchmark.fixture import BenchmarkFixture
from torch import Tensor

from benchkit.registry import load_registry

DETECTOR: Any = load_registry().detectors["pixel-ae-shallow"].item
ROUNDS = 3

pytestmark = pytest.mark.benchmark(group="fit 784-50-784, 5 epochs of 20,000 images, batch 64")


@pytest.fixture(scope="module")
def medians() -> dict[str, float]:
    """Return where each side leaves its median seconds."""
    return {}


def record(benchmark: BenchmarkFixture, medians: dict[str, float], name: str) -> None:
    """Keep the median, and write beside the result how many times slower it is than the built-in."""
    if benchmark.stats is None:  # --benchmark-disable
        return
    medians[name] = benchmark.stats.stats.median
    benchmark.extra_info["threads"] = torch.get_num_threads()
    if "benchkit" in medians:
        benchmark.extra_info["times_benchkit"] = medians[name] / medians["benchkit"]


def test_benchkit(benchmark: BenchmarkFixture, medians: dict[str, float], images: Tensor) -> None:
    """Fit the built-in and score the training images."""
    benchmark.pedantic(_fit_and_score, args=(images,), rounds=ROUNDS, warmup_rounds=1)
    record(benchmark, medians, "benchkit")


@pytest.mark.parametrize("preprocessing", [False, True], ids=["raw", "standardised"])
def test_pyod(benchmark: BenchmarkFixture, medians: dict[str, float], images: Tensor, preprocessing: bool) -> None:
    """Fit PyOD's, on the pixels as they are and standardised first, which is its default."""
    pytest.importorskip("pyod", reason="PyOD comes with the extra 'peers'")
    vectors = images.flatten(1).numpy()
    settings = _pyod_settings(preprocessing=preprocessing)
    benchmark.pedantic(_pyod_fit, args=(settings, vectors), rounds=ROUNDS, warmup_rounds=0)
    record(benchmark, medians, f"pyod, preprocessing={preprocessing}")


def _fit_and_score(images: Tensor) -> Tensor:
    scorer = DETECTOR.fit(images, seed=0)
    with torch.no_grad():
        return scorer(images)


def _pyod_settings(*, preprocessing: bool) -> dict[str, Any]:
    return {
        "hidden_neuron_list": list(DETECTOR.hidden),  # mirrored by PyOD: one hidden layer, then back to 784
        "hidden_activation_name": DETECTOR.activation,
        "batch_norm": False,
        "dropout_rate": 0.0,
        "optimizer_params": {"weight_decay": 0.0},
        "epoch_num": DETECTOR.epochs,
        "batch_size": DETECTOR.batch_size,
        "lr": DETECTOR.learning_rate,
        "device": torch.device("cpu"),
        "preprocessing": preprocessing,
        "verbose": 0,
    }


def _pyod_fit(settings: dict[str, Any], vectors: Any) -> None:
    from pyod.models.auto_encoder import AutoEncoder

    AutoEncoder(**settings).fit(vectors)
