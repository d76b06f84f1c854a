"""What a run says of how fast its detectors score: every number, and every word of warning."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from torch import Tensor
from toy_plugins import Brighter, Brightness, Hostile, ToyImages

import benchkit
from benchkit.measure import flags, rounds
from benchkit.measure.stopwatch import Stopwatch
from benchkit.measure.sweep import SizeTiming
from benchkit.results import read_timings

TIMED = (
    "images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "batch_size", "timing_noise",
    "timing_repeats",
)  # fmt: skip

needs_cuda = pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")


How = Callable[[Tensor, int], Tensor]
"""From images, and how many calls came before, to scores."""


def detector(how: How) -> benchkit.Detector:
    """Return a detector that scores so; what it does is no setting."""

    @dataclass(frozen=True)
    class Scoring(Brightness):
        name: str = "scoring"

        def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
            calls = itertools.count()
            return lambda images: how(images, next(calls))

    return Scoring()


def run(out: Path, how: How, **choices: Any) -> benchkit.Run:
    """Run one detector on the toys."""
    usual = {"device": "cpu", "timing_seconds": 0.05}
    return benchkit.run(
        dataset=ToyImages(), detectors=[detector(how)], anomalies=[Brighter()], out=out, **{**usual, **choices}
    )


def row_of(run: benchkit.Run) -> dict[str, Any]:
    """Return the only cell."""
    return dict(run.cells.loc[0])


def words_of(run: benchkit.Run) -> set[str]:
    """Return the flags of the only cell, but for what the machine happened to do."""
    return set(flags.split(row_of(run)["timing_flags"])) - {flags.BUDGET, flags.BUSY}


def sweep_of(run: benchkit.Run) -> Sequence[SizeTiming]:
    """Return the sweep of the only fit group."""
    (record,) = read_timings(run.folder)
    return record.sweep


def mean(images: Tensor, call: int) -> Tensor:
    """Score by brightness."""
    return images.flatten(1).mean(1)


def test_every_number_of_a_timing_is_there(tmp_path: Path) -> None:
    """On a CPU all but the way to the device and the memory of its allocator, which a CPU has not."""
    row = row_of(run(tmp_path, mean))
    assert all(row[name] >= 0 for name in TIMED)
    assert row["latency_p50_ms"] <= row["latency_p95_ms"] <= row["latency_p99_ms"]
    assert row["timing_lane"] == "exclusive"
    assert pd.isna(row["host_images_per_second"])
    assert pd.isna(row["score_memory_mb"])


def test_a_detector_that_draws_while_it_scores_is_flagged(tmp_path: Path) -> None:
    """The same images had other scores when they were assessed; its numbers stay."""
    found = run(tmp_path, lambda images, call: mean(images, call) + torch.rand(len(images)))
    assert words_of(found) == {"varies"}
    assert row_of(found)["status"] == "ok"


def test_a_detector_that_looks_at_its_batch_is_flagged(tmp_path: Path) -> None:
    """A rank among the others of the batch depends on which those are, and on how many."""
    found = run(tmp_path, lambda images, call: mean(images, call).argsort().argsort().float(), batch_size=16)
    assert words_of(found) == {"varies"}


def test_rounding_is_not_flagged(tmp_path: Path) -> None:
    """A batch of another size may sum in another order."""
    found = run(tmp_path, lambda images, call: mean(images, call) * (1 + 1e-7 * len(images)), batch_size=64)
    assert words_of(found) == set()


def too_many(most: int) -> How:
    """Return a scorer without memory for more than ``most`` images once it was assessed, which takes three calls."""

    def how(images: Tensor, call: int) -> Tensor:
        if call >= 3 and len(images) > most:
            raise MemoryError("too many")
        return mean(images, call)

    return how


def test_a_batch_that_does_not_fit_is_halved(tmp_path: Path) -> None:
    """The row is good, and says the true size and that it was halved."""
    found = run(tmp_path, too_many(60))
    assert row_of(found)["batch_size"] == 50
    assert words_of(found) == {"halved"}


def test_a_single_image_that_does_not_fit_ends_as_before(tmp_path: Path) -> None:
    """The rows say ``oom``."""
    row = row_of(run(tmp_path, too_many(0)))
    assert (row["status"], row["timing_flags"]) == ("oom", "")
    assert "scorer (while timed): got MemoryError: too many" in row["reason"]


def test_a_detector_that_fails_while_timed_fails(tmp_path: Path) -> None:
    """As it always did."""
    row = row_of(
        run(tmp_path, lambda images, call: mean(images, call) / (0 if call == 5 else 1) if call != 5 else 1 / 0)
    )
    assert row["status"] == "failed"
    assert "scorer (while timed)" in row["reason"]


def test_a_clock_of_no_use_costs_the_speed_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The scores are as good as any: the row stays, without times, and says why."""

    class Backwards(Stopwatch):
        def __exit__(self, *arguments: Any) -> None:
            self.seconds = -1.0

    monkeypatch.setattr(rounds, "stopwatch", lambda device, clock: Backwards(device, clock=clock))
    found = run(tmp_path, mean)
    row = row_of(found)
    assert (row["status"], row["timing_flags"], row["timing_lane"]) == ("ok", "clock", "")
    assert all(pd.isna(row[name]) for name in TIMED)
    assert read_timings(found.folder) == ()
    assert found.verify().ok


def test_a_noise_of_nothing_spends_the_budget(tmp_path: Path) -> None:
    """And asks nothing of the noise, so that nothing is said of it."""
    found = run(tmp_path, mean, timing_noise=0.0, timing_seconds=0.3)
    (record,) = read_timings(found.folder)
    assert record.window_seconds is not None
    assert record.window_seconds >= 0.3
    assert "budget" not in row_of(found)["timing_flags"]


def test_other_sizes_are_timed_as_well(tmp_path: Path) -> None:
    """Ascending, each in full, those beyond the number of images too; the usual timing stays what it was."""
    seen: list[int] = []

    def how(images: Tensor, call: int) -> Tensor:
        seen.append(len(images))
        return mean(images, call)

    found = run(tmp_path, how, batch_sizes=[1000, 1, 16], batch_size=64)
    sweep = sweep_of(found)
    assert [(each.asked, each.batch_size) for each in sweep] == [(1, 1), (16, 16), (1000, 1000)]
    assert {1, 16, 64, 1000} <= set(seen)
    assert row_of(found)["batch_size"] == 64
    for each in sweep:
        assert each.images_per_second == pytest.approx(1e3 * each.batch_size / each.latency_p50_ms)
        assert each.latency_p50_ms <= each.latency_p95_ms <= each.latency_p99_ms
        assert set(flags.split(each.flags)) <= {"budget", "busy"}
    assert found.manifest["settings"]["batch_sizes"] == [1, 16, 1000]


def test_a_size_of_a_sweep_is_halved_for_itself(tmp_path: Path) -> None:
    """The others are not."""
    sweep = sweep_of(run(tmp_path, too_many(60), batch_sizes=[8, 100], batch_size=32))
    assert [(each.asked, each.batch_size, "halved" in each.flags) for each in sweep] == [(8, 8, False), (100, 50, True)]


def test_each_size_has_to_score_its_images(tmp_path: Path) -> None:
    """A scorer that loses a dimension with a single image breaks its promise, as it would anywhere else."""
    row = row_of(run(tmp_path, lambda images, call: mean(images, call).squeeze(), batch_sizes=[1]))
    assert row["status"] == "failed"
    assert "expected 1 floating point scores, shape (1,)" in row["reason"]


def test_a_group_without_anomalies_is_not_timed(tmp_path: Path) -> None:
    """There is no row that a speed could stand in."""
    found = benchkit.run(
        dataset=ToyImages(), detectors=[Brightness(), Hostile()], anomalies=[Brighter(amount=float("nan"))],
        out=tmp_path, device="cpu", timing_seconds=0.01,
    )  # fmt: skip
    assert set(found.cells["status"]) == {"failed"}
    assert "timing" not in found.manifest["seconds"]


@needs_cuda
def test_on_cuda_the_way_to_the_device_and_its_memory_are_there(tmp_path: Path) -> None:
    """Both figures, labelled by their columns: scoring what is there is not slower than bringing it there first."""
    layer = torch.nn.Linear(64, 4096, device="cuda")
    row = row_of(
        run(tmp_path, lambda images, call: layer(images.flatten(1)).square().mean(1), device="cuda", batch_size=200,
            batch_sizes=[1, 4096])
    )  # fmt: skip
    assert row["status"] == "ok", row["reason"]
    assert 0 < row["host_images_per_second"] < 1.5 * row["images_per_second"]
    assert row["score_memory_mb"] >= (64 * 4096 + 200 * 4096) * 4 / 2**20
    assert "varies" not in row["timing_flags"]


@needs_cuda
def test_on_cuda_a_batch_that_does_not_fit_is_halved(tmp_path: Path) -> None:
    """Torch's own error on the device; what was taken for the attempt is free again."""
    total = torch.cuda.get_device_properties(0).total_memory

    def how(images: Tensor, call: int) -> Tensor:
        if len(images) > 50 and call >= 3:
            torch.empty(2 * total, dtype=torch.uint8, device=images.device)
        return mean(images, call)

    found = run(tmp_path, how, device="cuda")
    assert row_of(found)["batch_size"] == 50
    assert "halved" in row_of(found)["timing_flags"]
