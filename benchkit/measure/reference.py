"""A fixed computation whose time tells how fast the machine itself is at a moment.

On a machine that is shared with others, or that heats up, the speed of everything drifts by a tenth and more from
second to second. A detector's times beside the reference's, taken in turn, tell the machine's drift from the
detector's own change.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable

import torch

from benchkit.measure.stopwatch import TICK, Clock, stopwatch

_SIDE = 256
_LONG = 1 << 19
_SHORT = 1 << 16


class Reference:
    """Multiplies matrices, streams memory and computes tanh: what detectors spend their time on.

    Args:
        device: where; with as many threads as torch uses at the time.
        clock: seconds from any fixed moment.
    """

    def __init__(self, device: torch.device, *, clock: Clock = time.perf_counter) -> None:
        draw = torch.Generator().manual_seed(0)
        matrix, line = torch.rand(_SIDE, _SIDE, generator=draw), torch.rand(_LONG, generator=draw)
        self._matrix, self._line = matrix.to(device), line.to(device)
        self._device, self._clock = device, clock

    def seconds(self) -> float:
        """Return the geometric mean of the three parts' times, of each the shorter of two, the device synchronised."""
        matrix, line = self._matrix, self._line
        parts = (lambda: matrix @ matrix, lambda: line * 2.0, lambda: torch.tanh(line[:_SHORT]))
        with torch.no_grad():
            logs = [math.log(min(self._once(part) for _ in range(2))) for part in parts]
        return round(math.exp(sum(logs) / len(logs)), 9)

    def _once(self, part: Callable[[], object]) -> float:
        with stopwatch(self._device, clock=self._clock) as watch:
            part()
        return max(watch.seconds, TICK)
