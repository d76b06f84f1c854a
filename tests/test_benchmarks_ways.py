"""What the benchmarks hold benchkit against: the bound's arithmetic, the plain loop, the notebook, the growth."""

from __future__ import annotations

import dataclasses
import math
from pathlib import Path
from typing import Any

import notebook
import plain
import pytest
import torch
from growth import growth
from torch.nn import functional
from torch.utils.flop_counter import FlopCounterMode

import benchkit
from benchkit.registry import load_registry

CPU = torch.device("cpu")
SHALLOW: Any = load_registry().detectors["pixel-ae-shallow"].item
DEEP: Any = load_registry().detectors["pixel-ae"].item


@pytest.mark.parametrize("detector", [SHALLOW, DEEP], ids=["shallow", "deep"])
def test_the_products_of_a_step_are_those_that_autograd_does(detector: benchkit.Detector) -> None:
    """Forward, and forward and backward, without the gradient of the images: as torch itself counts them."""
    vectors = torch.rand(16, 784)
    network = plain.network(detector, 784, CPU)
    widths = plain.widths(detector, 784)
    with FlopCounterMode(display=False) as forward:
        outputs = network(vectors)
    with FlopCounterMode(display=False) as backward:
        functional.mse_loss(outputs, vectors).backward()  # type: ignore[no-untyped-call]
    assert plain.flop(plain.forward_shapes(widths, 16)) == forward.get_total_flops()
    assert plain.flop(plain.step_shapes(widths, 16)) == forward.get_total_flops() + backward.get_total_flops()


def test_the_plain_loop_does_the_same_work(monkeypatch: pytest.MonkeyPatch) -> None:
    """As many steps of the same size, and it learns: its error falls below half of an untrained network's."""
    detector = dataclasses.replace(SHALLOW, batch_size=8, epochs=30)
    steps: list[int] = []
    loss = functional.mse_loss
    monkeypatch.setattr(plain.functional, "mse_loss", lambda some, other: steps.append(len(some)) or loss(some, other))
    vectors = torch.rand(150, 1, generator=torch.Generator().manual_seed(0)).expand(-1, 784).contiguous()
    trained = plain.fit(detector, vectors)
    assert steps == [*[8] * 18, 6] * detector.epochs
    before = plain.score(plain.network(SHALLOW, 784, CPU), vectors, 64)
    after = plain.score(trained, vectors, 64)
    assert before.shape == (150,)
    assert after.mean() < before.mean() / 2


def test_a_pair_from_scratch_finds_what_a_run_finds(tmp_path: Path) -> None:
    """The notebook's way is the same question: its AUROC is a run's, but for which tenth is held back."""
    registry = load_registry()
    dataset, detector = registry.datasets["digits"].item, registry.detectors["gaussian-layer1"].item
    view = registry.view_for("layer1").item
    for name in ("noise-4", "held-out-1"):
        anomaly = registry.anomalies[name].item
        found = notebook.evaluate(dataset, view, detector, anomaly, CPU)
        run = benchkit.run(detectors=[detector.name], anomalies=[name], out=tmp_path, name=name, timing_seconds=0.01)
        assert found == pytest.approx(run.cells["auroc"][0], abs=0.1)


def test_linear_growth_has_slope_one_and_a_straight_line() -> None:
    """Twice the work, twice the time; what is fixed is told apart."""
    found = growth([1, 2, 4], [2.0, 4.0, 8.0])
    assert found["slope"] == pytest.approx(1.0)
    assert (found["each"], found["fixed"], found["r2"]) == pytest.approx((2.0, 0.0, 1.0), abs=1e-9)
    shifted = growth([1, 2, 4], [5.0, 7.0, 11.0])
    assert (shifted["each"], shifted["fixed"], shifted["r2"]) == pytest.approx((2.0, 3.0, 1.0))
    assert shifted["slope"] < 1


def test_quadratic_growth_is_seen() -> None:
    """Slope 2, and no straight line."""
    found = growth([1, 2, 4], [1.0, 4.0, 16.0])
    assert found["slope"] == pytest.approx(2.0)
    assert found["r2"] < 0.99


def test_no_growth_has_no_line_to_judge() -> None:
    """Three times that are the same: slope 0, and R² is not a number."""
    found = growth([1, 2, 4], [3.0, 3.0, 3.0])
    assert found["slope"] == pytest.approx(0.0, abs=1e-9)
    assert math.isnan(found["r2"])
