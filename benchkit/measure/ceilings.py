"""What a machine can do at its best: the ceilings that a detector's speed is held against.

Two numbers: floating point operations a second in products of large square matrices, and bytes a second, read and
written, in copies too large for the caches. Both are of float32 tensors, with torch set as it is found: its threads,
and TF32 where somebody has allowed it. Below them lies, for a given work, a speed that nobody on that machine reaches;
but images that all fit in a cache are read faster than memory, and half precision multiplies faster than float32.
"""

from __future__ import annotations

import itertools
import math
import statistics
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor

from benchkit.errors import UsageError
from benchkit.measure.stopwatch import TICK, Clock, Stopwatch

BUDGET = 0.3
"""Seconds for both ceilings, unless told otherwise."""

MIN_REPEATS = 3
"""Readings of each product and of the copy, however small the budget."""

READING = 1e-3
"""Seconds of a reading at least: a shorter call is repeated, so that the share of the clock and of waiting is small."""

_MOST_TIMES = 1000  # a clock that jumps must not make a long call look short

_SIDES = {"cpu": (512, 1024, 2048), "mps": (1024, 2048, 4096), "cuda": (2048, 4096, 8192)}
"""Sides of the square matrices; the best of them counts."""

_CPU_BYTES, _GPU_BYTES, _MOST_CACHE = 2**26, 2**29, 2**28
_CACHES = Path("/sys/devices/system/cpu/cpu0/cache")

Shape = tuple[int, int, int]
"""Of a product: m×k times k×n as (m, k, n)."""


@dataclass(frozen=True)
class Ceilings:
    """What the machine reached.

    Attributes:
        product_flop_per_second: floating point operations in matrix products; greater than 0.
        copy_bytes_per_second: bytes read and written while copying; greater than 0.
    """

    product_flop_per_second: float
    copy_bytes_per_second: float

    def images_per_second(self, flop: float | None, bytes: float | None) -> float | None:  # noqa: A002 - the word
        """Return the most images a second that leave time for so much work each.

        Args:
            flop: floating point operations an image; None where unknown.
            bytes: read and written for an image; None where unknown.

        Returns:
            The lower of the two limits; None where nothing is known, or nothing is to be done, or next to nothing.
        """
        limits = [
            rate / work
            for rate, work in ((self.product_flop_per_second, flop), (self.copy_bytes_per_second, bytes))
            if work is not None and work > 0
        ]
        return min(filter(math.isfinite, limits), default=None)

    def or_better(self, other: Ceilings) -> Ceilings:
        """Return the higher of each of the two."""
        return Ceilings(
            max(self.product_flop_per_second, other.product_flop_per_second),
            max(self.copy_bytes_per_second, other.copy_bytes_per_second),
        )


def measure_ceilings(
    device: torch.device, *, budget_seconds: float = BUDGET, clock: Clock = time.perf_counter
) -> Ceilings:
    """Measure both, warmed up, the device synchronised; the best of what was sustained over three readings counts.

    A size of matrix that would take more than what is left of the budget is left out, the smallest is not.

    Raises:
        RuntimeError: the device lacks the memory.
    """
    bandwidth = _copy_rate(device, budget_seconds / 2, clock)
    found = Ceilings(_square_rate(device, budget_seconds / 2, clock), bandwidth)
    if device.type == "cuda":
        torch.cuda.empty_cache()  # a gigabyte that other processes may need
    return found


def product_rate(
    shapes: Iterable[Shape],
    device: torch.device,
    *,
    budget_seconds: float = BUDGET,
    clock: Clock = time.perf_counter,
) -> float:
    """Return floating point operations a second of given products, float32, one after another.

    This is the bound for a computation of which the products are known: their sizes are seldom those at which the
    machine is at its best. Each is laid out as it is fastest: either factor may lie transposed in memory.

    Args:
        shapes: m, k, n of each product, as often as it is done.
        device: where.
        budget_seconds: shared by the products; each gets ``MIN_REPEATS`` readings at least.
        clock: seconds from any fixed moment.

    Raises:
        UsageError: there are no shapes, or a side is not positive.
    """
    asked = _checked(shapes)
    share = budget_seconds / len(set(asked))
    seconds = {shape: _product_seconds(shape, device, share, clock) for shape in dict.fromkeys(asked)}
    return sum(map(_flop, asked)) / sum(seconds[shape] for shape in asked)


def _checked(shapes: Iterable[Shape]) -> Sequence[Shape]:
    asked = [tuple(shape) for shape in shapes]
    if not asked or any(len(shape) != 3 or min(shape) < 1 for shape in asked):
        raise UsageError(f"product_rate: got {asked}; expected one (m, k, n) at least, each a positive integer.")
    return [(m, k, n) for m, k, n in asked]


def _flop(shape: Shape) -> int:
    return 2 * math.prod(shape)


def _product_seconds(shape: Shape, device: torch.device, budget: float, clock: Clock) -> float:
    """Return what one product takes, laid out as it is fastest."""
    m, k, n = shape
    left, right = _ways(m, k, device), _ways(k, n, device)
    product = torch.empty(m, n, device=device)
    ways = [
        _sustained(lambda a=a, b=b: torch.mm(a, b, out=product), device, budget / 4, clock)  # type: ignore[misc]
        for a, b in itertools.product(left, right)
    ]
    return min(ways)


def _ways(rows: int, columns: int, device: torch.device) -> tuple[Tensor, Tensor]:
    """Return a matrix as it is and lying transposed."""
    matrix = _matrix(rows, columns, device)
    return matrix, matrix.t().contiguous().t()


def _matrix(rows: int, columns: int, device: torch.device) -> Tensor:
    draw = torch.Generator(device).manual_seed(0)  # on the device: a CPU takes a second for the largest
    return torch.rand(rows, columns, generator=draw, device=device)


def _square_rate(device: torch.device, budget: float, clock: Clock) -> float:
    """Return the best rate over the sizes."""
    sides = _SIDES.get(device.type, _SIDES["cpu"])
    best, left = 0.0, budget
    for number, side in enumerate(sides):
        flop = _flop((side, side, side))
        if best and flop / best * (MIN_REPEATS + 2) > left:
            break
        start = clock()
        best = max(best, flop / _square_seconds(side, device, left / (len(sides) - number), clock))
        left -= clock() - start
    return best


def _square_seconds(side: int, device: torch.device, budget: float, clock: Clock) -> float:
    matrix = _matrix(side, side, device)
    product = torch.empty_like(matrix)
    return _sustained(lambda: torch.mm(matrix, matrix, out=product), device, budget, clock)


def _copy_rate(device: torch.device, budget: float, clock: Clock) -> float:
    size = _copy_bytes(device)
    source = torch.ones(size // 4, device=device)
    target = torch.empty_like(source)
    seconds = _sustained(lambda: target.copy_(source), device, budget, clock)
    return 2 * size / seconds


def _copy_bytes(device: torch.device) -> int:
    """Return the size of a tensor of which two do not fit in the caches by far."""
    if device.type == "cuda":
        free, _ = torch.cuda.mem_get_info(device)
        return min(_GPU_BYTES, free // 8 // 4 * 4)
    return max(_CPU_BYTES, min(_largest_cache(), _MOST_CACHE)) if device.type == "cpu" else _GPU_BYTES // 2


def _largest_cache() -> int:
    """Return the bytes of the processor's largest cache, 0 where the system does not tell."""
    sizes = [0]
    for file in _CACHES.glob("index*/size"):
        text = file.read_text().strip()
        if text.endswith("K") and text[:-1].isdigit():
            sizes.append(int(text[:-1]) * 1024)
    return max(sizes)


def _sustained(call: Callable[[], object], device: torch.device, budget: float, clock: Clock) -> float:
    """Return the seconds of a call at its best, over readings of a millisecond or more."""
    _reading(call, 1, device, clock)  # what is set up at the first call is not on the budget
    deadline = clock() + budget
    times = min(max(1, math.ceil(READING / _reading(call, 1, device, clock))), _MOST_TIMES)
    seconds: list[float] = []
    while len(seconds) < MIN_REPEATS or clock() < deadline:
        seconds.append(_reading(call, times, device, clock) / times)
    return best_sustained(seconds)


def best_sustained(seconds: Sequence[float]) -> float:
    """Return the least median of ``MIN_REPEATS`` successive readings.

    Not the median of all: what disturbs the machine for a while lowers no ceiling. Nor the least: that may be luck.

    Args:
        seconds: ``MIN_REPEATS`` readings at least.
    """
    starts = range(len(seconds) - MIN_REPEATS + 1)
    return min(statistics.median(seconds[start : start + MIN_REPEATS]) for start in starts)


def _reading(call: Callable[[], object], times: int, device: torch.device, clock: Clock) -> float:
    with torch.no_grad(), Stopwatch(device, clock=clock) as watch:
        for _ in range(times):
            call()
    return max(watch.seconds, TICK)
