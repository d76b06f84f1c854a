"""How sure a timing is that says it is sure: simulated batches whose true median is known.

From the repository's root, about a minute: ``.venv/bin/python benchmarks/simulate_timing.py``. Each try times a call
by ``benchkit.measure.timing`` on a clock that only the call moves. It is told to end as soon as its median is sure to
1 %, within half a second.
"""

from __future__ import annotations

import argparse
import itertools
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from benchkit.measure.flags import BUDGET
from benchkit.measure.timing import Throughput, measure

Floats = NDArray[np.float64]

BUDGET_SECONDS = 0.5
NOISE = 0.01


@dataclass(frozen=True)
class Machine:
    """Where the simulated batches run.

    Attributes:
        name: what the table calls it.
        spread: standard deviation of the logarithm of a batch's own time.
        drift: the same of what neighbouring batches have in common.
        memory: seconds over which that is forgotten.
        late: share of the batches that something else delays, by up to their own time again.
    """

    name: str
    spread: float
    drift: float = 0.0
    memory: float = 0.05
    late: float = 0.0


MACHINES = (
    Machine("quiet", 0.01),
    Machine("restless", 0.05, late=0.05),
    Machine("drifting by 1 %, for 0.05 s", 0.01, drift=0.01),
    Machine("drifting by 3 %, for 0.05 s", 0.01, drift=0.03),
    Machine("drifting by 3 %, for 1 s", 0.01, drift=0.03, memory=1.0),
)
BATCHES = (1e-3, 1e-2, 1e-1)


class Clock:
    """Stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 0.0

    def __call__(self) -> float:
        """Return the time."""
        return self.now


def main() -> None:
    """Run every case and print the table."""
    parser = argparse.ArgumentParser(description="Hold the timing's own noise against medians that are known.")
    parser.add_argument("--tries", type=int, default=400, help="timings of each case (400)")
    tries = parser.parse_args().tries
    print(f"{tries} timings of each case; half a second at most, sure to {NOISE:.0%}.\n")
    print("| machine | batch | ended early | after, median | within its own noise | off by more than 2 % |")
    print("|---|--:|--:|--:|--:|--:|")
    for machine, batch in itertools.product(MACHINES, BATCHES):
        print(_line(machine, batch, tries), flush=True)


def _line(machine: Machine, batch: float, tries: int) -> str:
    found = [_timed(machine, batch, seed) for seed in range(tries)]
    off = np.array([abs(1e-3 * each.latency_p50_ms / batch - 1.0) for each in found])
    noise = np.array([each.noise for each in found])
    early = np.array([BUDGET not in each.flags for each in found])
    seconds = np.median([sum(each.readings.seconds) for each in found])
    shares = [early.mean(), (off <= noise * batch_share(found, batch)).mean(), (off > 2 * NOISE).mean()]
    shown = [f"{share:.0%}".replace("%", " %") for share in shares]
    return f"| {machine.name} | {1e3 * batch:g} ms | {shown[0]} | {seconds:.2f} s | {shown[1]} | {shown[2]} |"


def batch_share(found: list[Throughput], batch: float) -> Floats:
    """Return each measured median as a share of the true one, for the noise is a share of the measured one."""
    return np.array([1e-3 * each.latency_p50_ms / batch for each in found])


def _timed(machine: Machine, batch: float, seed: int) -> Throughput:
    clock, durations = Clock(), _durations(machine, batch, np.random.default_rng(seed))

    def call(images: Tensor) -> Tensor:
        clock.now += next(durations)
        return images

    return measure(
        call, torch.zeros(4, 1), batch_size=2, budget_seconds=BUDGET_SECONDS, noise=NOISE, clock=clock, witness=clock
    )


def _durations(machine: Machine, batch: float, random: np.random.Generator) -> Iterator[float]:
    """Yield times of batches whose median over a long time is ``batch``, but for the few that are delayed."""
    level, kept = random.normal(0.0, machine.drift), np.exp(-batch / machine.memory)
    while True:
        level = kept * level + np.sqrt(1.0 - kept**2) * random.normal(0.0, machine.drift)
        delay = random.uniform(0.0, 1.0) if random.uniform() < machine.late else 0.0
        yield float(batch * np.exp(level + random.normal(0.0, machine.spread)) * (1.0 + delay))


if __name__ == "__main__":
    main()
