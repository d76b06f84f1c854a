"""The ceilings as one process knows them: measured once, and again where they may be wrong."""

from __future__ import annotations

import contextlib
from collections.abc import Callable

import torch

from benchkit.measure.ceilings import Ceilings, measure_ceilings
from benchkit.measure.disturbance import Disturbance

MOST_TRIES = 4
"""Measurements in one process, the first included."""


class KnownCeilings:
    """The best that this process has seen of a device.

    They are measured when they are first asked for. On a machine that others share they come out too low: where
    something was seen to disturb them they are measured again when they are next asked for, and where a speed surpasses
    them at once. But images may also lie in a cache, or be computed in half precision: it is tried a few times, not
    always.

    Attributes:
        best: of each ceiling the highest; None before, and where they cannot be measured, as when memory is short.

    Args:
        device: what is measured. By then, nobody else of this run may compute.
        measure: returns the ceilings within the seconds that it is given.
        watch: tells what disturbs its block.
    """

    def __init__(
        self,
        device: torch.device,
        *,
        measure: Callable[..., Ceilings] = measure_ceilings,
        watch: Callable[[torch.device], Disturbance] = Disturbance,
    ) -> None:
        self.best: Ceilings | None = None
        self._device = device
        self._measure = measure
        self._watch = watch
        self._tries = 0
        self._disturbed = False

    def get(self, *, budget_seconds: float) -> Ceilings | None:
        """Return the best, measured by now."""
        return self.again(budget_seconds=budget_seconds) if self._disturbed or not self._tries else self.best

    def again(self, *, budget_seconds: float) -> Ceilings | None:
        """Measure again, ``MOST_TRIES`` times in all, and return the best."""
        if self._tries < MOST_TRIES:
            self._tries += 1
            with contextlib.suppress(RuntimeError, MemoryError):  # the speeds stand without a limit
                with self._watch(self._device) as around:
                    found = self._measure(self._device, budget_seconds=budget_seconds)
                self._disturbed = bool(around.words)
                self.best = found if self.best is None else self.best.or_better(found)
        return self.best
