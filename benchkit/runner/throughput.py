"""How fast a fitted detector scores, from images to scores: what its cells say of it."""

from __future__ import annotations

import contextlib
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.contract import Detector, Scorer
from benchkit.errors import TimingError
from benchkit.measure import flags, timing
from benchkit.measure.ceilings import Ceilings
from benchkit.measure.meeting import meetings
from benchkit.measure.memory import PeakMemory
from benchkit.measure.readings import Readings
from benchkit.measure.reference import Reference
from benchkit.measure.sweep import SizeTiming
from benchkit.measure.timing import Throughput
from benchkit.measure.turns import Turns
from benchkit.registry import Offer
from benchkit.runner.guard import (
    PLUGIN_FAULTS,
    SpoiledInputsError,
    Verdict,
    check_scores,
    explain,
    isolated,
    untouched,
)
from benchkit.runner.ledger import Ledger
from benchkit.runner.repeatable import differ
from benchkit.runner.settings import RunSettings

HOST_BYTES = 1 << 26
"""Of images that are kept in the host's memory to time their way to the device; one batch at least."""

_TIMED = ("images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "batch_size")
_WHERE = "scorer (while timed)"


@dataclass(frozen=True)
class Timing:
    """What timing a fitted detector adds to its cells.

    Attributes:
        columns: of all its cells.
        verdict: how its good cells end instead, when it failed while it was timed.
        readings: the times of the single batches, when it did not.
        sweep: the other sizes of batches that were asked for, ascending.
        spoiled: whether it wrote into the images that it was given.
        ceilings: what the machine reaches at its best, see ``limit``.
    """

    columns: dict[str, Any]
    verdict: Verdict | None = None
    readings: Readings | None = None
    sweep: tuple[SizeTiming, ...] = ()
    spoiled: bool = False
    ceilings: Ceilings | None = None


@dataclass(frozen=True)
class Fitted:
    """A detector that has been fitted and scored, and is to be timed.

    Attributes:
        offer: the detector.
        scorer: what its ``fit`` returned.
        look: from images to the scorer's inputs.
        dataset: name of the data set.
        anomalies: names of the anomalies whose cells share the fit.
        seed: seed of the fit.
        scores: raw scores of the normal test images as they were assessed, float64, N.
    """

    offer: Offer[Detector]
    scorer: Scorer
    look: Callable[[Tensor], Tensor]
    dataset: str
    anomalies: tuple[str, ...]
    seed: int
    scores: NDArray[np.float64]


def time_fitted(fitted: Fitted, images: Tensor, settings: RunSettings, ledger: Ledger) -> Timing:
    """Measure throughput from images to scores, view included.

    Args:
        fitted: who scores.
        images: the normal test images, N×1×H×W, on the device that is to be timed.
        settings: the run's settings.
        ledger: takes the seconds.
    """
    try:
        turns = _turns(fitted, settings)
        with (
            untouched(images, fitted.offer, _WHERE),
            isolated(fitted.seed),
            ledger.time("timing", fitted.offer.item.name),
            turns or contextlib.nullcontext(),
        ):
            return _timed(_Timer(fitted, images, settings), turns)
    except TimingError:  # the machine's fault, not the detector's: its cells stay, without a speed
        return Timing({"timing_flags": flags.CLOCK})
    except PLUGIN_FAULTS as error:
        return Timing({}, explain(error, fitted.offer, _WHERE), spoiled=isinstance(error, SpoiledInputsError))


def _turns(fitted: Fitted, settings: RunSettings) -> Turns | None:
    """Meet the same group of the run beside this one, when there is one."""
    if settings.beside is None:
        return None
    what = [fitted.dataset, fitted.offer.item.name, str(fitted.seed), *sorted(fitted.anomalies)]
    return meetings(Path(settings.beside)).meet("\n".join(what))


def _timed(timer: _Timer, turns: Turns | None) -> Timing:
    measured = timer.at(timer.settings.batch_size, reference=Reference(timer.images.device).seconds, turns=turns)
    words = timer.words(measured)
    host = timer.from_host(measured.batch_size) if turns is None else None
    columns = {
        **{name: getattr(measured, name) for name in _TIMED},
        "timing_noise": measured.noise,
        "timing_repeats": measured.repeats,
        "timing_lane": "exclusive",
        "host_images_per_second": host.images_per_second if host else None,
        "score_memory_mb": timer.memory_mb(measured.batch_size),
    }
    columns["timing_flags"] = flags.joined(words | (host.flags if host else set()))
    return Timing(columns, readings=measured.readings.thinned(), sweep=timer.sweep())


@dataclass
class _Timer:
    """Times one fitted detector in several ways."""

    fitted: Fitted
    images: Tensor
    settings: RunSettings
    _last: tuple[Tensor, Tensor] = field(init=False)

    def _score(self, batch: Tensor) -> Tensor:
        """Do what is timed; a batch from the host's memory goes to the device first."""
        batch = batch.to(self.images.device, non_blocking=True)
        scores = self.fitted.scorer(self.fitted.look(batch))
        self._last = scores, batch
        return scores

    def at(self, size: int, **how: Any) -> Throughput:
        """Time batches of one size; ``how`` are arguments of ``measure``."""
        usual = {"budget_seconds": self.settings.timing_budget, "noise": self.settings.timing_noise}
        measured = timing.measure(self._score, batch_size=size, **{"images": self.images, **usual, **how})
        check_scores(*self._last, self.fitted.offer)  # what was timed has to be the work that was scored
        return measured

    def words(self, measured: Throughput) -> set[str]:
        """Return the flags of what was timed last, with whether it scored as it did when it was assessed."""
        scores, assessed = self._last[0], self.fitted.scores
        varies = differ(scores, assessed[measured.places.numpy()], spread=float(assessed.std()))
        return {*measured.flags, *([flags.VARIES] if varies else [])}

    def sweep(self) -> tuple[SizeTiming, ...]:
        """Time every size that was asked for beside the usual one, with an equal share of as much time again."""
        sizes = self.settings.batch_sizes
        found = []
        for size in sizes:
            measured = self.at(size, budget_seconds=self.settings.timing_budget / len(sizes), repeat_images=True)
            found.append(SizeTiming.of(size, measured, self.words(measured)))
        return tuple(found)

    def from_host(self, size: int) -> Throughput | None:
        """Time the images' way to the device as well, within half the budget; None where the host is the device."""
        device = self.images.device
        if device.type == "cpu":
            return None
        most = max(1, min(len(self.images), HOST_BYTES // _bytes(self.images)) // size)
        there = self.images[: most * size].cpu()  # whole batches: one that is put together would not be pinned
        images = there.pin_memory() if device.type == "cuda" else there
        return self.at(size, images=images, device=device, budget_seconds=self.settings.timing_budget / 2)

    def memory_mb(self, size: int) -> float | None:
        """Return the peak of the device's allocator while one batch is scored, which is not timed."""
        if self.images.device.type != "cuda":
            return None
        with torch.no_grad(), PeakMemory(self.images.device) as memory:
            self._score(self.images[:size])
        return memory.mb


def _bytes(images: Tensor) -> int:
    """Return the size of one image."""
    return max(1, images[:1].nbytes)
