"""How often ``benchkit compare`` calls a board worse that is not, and how often it finds a real loss.

``python benchmarks/simulate_gate.py [--boards N]`` prints Markdown tables. A board has 10 detectors × 10 anomalies of
AUROC 0.5 to 0.99, 10,000 normal and 10,000 anomalous scores a cell; the ten cells of a detector share their normals.
"""

from __future__ import annotations

import argparse
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.stats import norm
from tabulate import tabulate

from benchkit.compare.differences import Estimate, Moved, paired, unpaired
from benchkit.compare.matching import Pair, match
from benchkit.compare.measures import QUALITY
from benchkit.compare.quality import LEVEL, judge, judge_quality
from benchkit.compare.tolerance import DEFAULTS, Tolerance, Tolerances
from benchkit.measure.holm import holm
from benchkit.measure.interval import Z, auroc_interval
from benchkit.measure.ranking import auroc
from benchkit.results import Cell, StoredRun, to_frame

Array = NDArray[np.float64]
Scores = tuple[Array, Array]
Rule = Callable[[Sequence[Moved]], list[bool]]

N = 10_000
SIDE = 10
LOSS = 0.02
LEVELS = (0.6, 0.76, 0.9, 0.98)
AUROCS = np.linspace(0.5, 0.99, SIDE * SIDE)
TOLERANCE = DEFAULTS[0].limit
WAYS = {"new images": 0.0, "same images, correlation 0.9": 0.9, "same images, correlation 0.5": 0.5}


def shift(area: float) -> float:
    """Return how far apart two normal distributions of variance 1 are with this AUROC."""
    return math.sqrt(2.0) * float(norm.ppf(area))


def again(common: Array, correlation: float, random: np.random.Generator) -> Array:
    """Return scores of the same images after another training: a common part and noise."""
    return math.sqrt(correlation) * common + math.sqrt(1 - correlation) * random.standard_normal(len(common))


def estimate(scores: Scores) -> Estimate:
    """Return AUROC and interval, as a run stores them."""
    normal, anomaly = map(np.sort, scores)  # the same numbers, found faster
    return Estimate(auroc(normal, anomaly), *auroc_interval(normal, anomaly))


def new_board(random: np.random.Generator) -> StoredRun:
    """Return a board of new images, stored as cells."""
    cells = []
    for detector in range(SIDE):
        normal = random.standard_normal(N)
        places = enumerate(AUROCS[detector * SIDE :][:SIDE])
        cells.extend(
            cell(detector, anomaly, estimate((normal, random.standard_normal(N) + shift(area))))
            for anomaly, area in places
        )
    return StoredRun(Path("nowhere"), {}, to_frame(each.to_dict() for each in cells))


def cell(detector: int, anomaly: int, found: Estimate) -> Cell:
    """Return a cell with nothing but its AUROC."""
    return Cell(
        dataset="drawn", detector=f"detector-{detector}", view="pixels", anomaly=f"anomaly-{anomaly}", seed=0,
        status="ok", auroc=found.value, auroc_low=found.low, auroc_high=found.high, n_normal=N, n_anomaly=N,
        protocol="one",
    )  # fmt: skip


def moved_unpaired(base: StoredRun, head: StoredRun) -> list[Moved]:
    """Return how far each cell of two boards of different images moved."""
    columns = ["auroc", "auroc_low", "auroc_high"]
    rows = zip(base.cells[columns].to_numpy(), head.cells[columns].to_numpy(), strict=True)
    return [unpaired(Estimate(*old), Estimate(*new)) for old, new in rows]


def moved_paired(correlation: float, random: np.random.Generator) -> list[Moved]:
    """Return how far each cell of a board moved whose detectors were trained again, on the same images."""
    found: list[Moved] = []
    for detector in range(SIDE):
        normal = np.sort(random.standard_normal(N))
        normals = again(normal, correlation, random), again(normal, correlation, random)
        areas = AUROCS[detector * SIDE :][:SIDE]
        found.extend(one_paired(normals, area, area, correlation, random) for area in areas)
    return found


def one_paired(
    normals: tuple[Array, Array], before: float, after: float, correlation: float, random: np.random.Generator
) -> Moved:
    """Return how far one cell moved, of true AUROCs before and after, on the same images."""
    common = np.sort(random.standard_normal(N))  # the order of the images is of no account, and this one is faster
    base = normals[0], again(common, correlation, random) + shift(before)
    head = normals[1], again(common, correlation, random) + shift(after)
    found = paired(base, head, (before, after))
    assert found is not None
    return found


def lost(area: float, correlation: float, random: np.random.Generator) -> Moved:
    """Return how far a cell moved that lost ``LOSS``."""
    normals = random.standard_normal(N), random.standard_normal(N)
    if correlation:
        common = normals[0]
        normals = again(common, correlation, random), again(common, correlation, random)
        return one_paired(normals, area, area - LOSS, correlation, random)
    anomalies = random.standard_normal(N) + shift(area), random.standard_normal(N) + shift(area - LOSS)
    return unpaired(estimate((normals[0], anomalies[0])), estimate((normals[1], anomalies[1])))


def used(moved: Sequence[Moved]) -> list[bool]:
    """Return which cells the code of ``benchkit compare`` calls WORSE."""
    wanted = [(Pair(("drawn", "detector", "anomaly", 0), {}, {}), Tolerance(DEFAULTS[0], gates=True))] * len(moved)
    return [each.verdict == "WORSE" for each in judge(QUALITY["auroc"], wanted, moved)]


def two_sided(moved: Sequence[Moved]) -> list[bool]:
    """Return which cells Holm's correction of two-sided tests would call WORSE."""
    adjusted = holm([2 * min(falls(each), 1 - falls(each)) for each in moved])
    return [p < LEVEL and beyond(each) for p, each in zip(adjusted, moved, strict=True)]


def bounded(moved: Sequence[Moved]) -> list[bool]:
    """Return the same for a test that knows how seldom each cell can exceed the tolerance by chance at all.

    Westfall & Wolfinger 1997, The American Statistician 51: the adjusted p-value is the sum over the cells of the
    chance of a p-value that small, which is at most that of exceeding the tolerance.
    """
    most = np.array([norm.cdf(-TOLERANCE / spread(each)) for each in moved])
    return [beyond(each) and np.minimum(falls(each), most).sum() < LEVEL for each in moved]


def uncorrected(moved: Sequence[Moved]) -> list[bool]:
    """Return the same without a correction for the number of cells."""
    return [falls(each) < LEVEL and beyond(each) for each in moved]


RULES: dict[str, Rule] = {
    "one-sided, Holm (used)": used,
    "two-sided, Holm": two_sided,
    "one-sided, tolerance-aware": bounded,
    "one-sided, uncorrected": uncorrected,
}


def falls(moved: Moved) -> float:
    """Return the one-sided p-value of a fall."""
    return 1.0 if moved.p_fall is None else moved.p_fall


def beyond(moved: Moved) -> bool:
    """Return whether the loss exceeds the tolerance."""
    return moved.difference is not None and moved.difference < -TOLERANCE


def spread(moved: Moved) -> float:
    """Return the standard error of a difference."""
    assert moved.low is not None
    assert moved.high is not None
    return (moved.high - moved.low) / (2 * Z)


def null_boards(number: int, correlation: float, random: np.random.Generator) -> tuple[list[list[Moved]], int]:
    """Return how far the cells of boards without any change moved, and on how many the real compare found WORSE."""
    boards, wrong = [], 0
    for _ in range(number):
        if correlation:
            boards.append(moved_paired(correlation, random))
            wrong += any(used(boards[-1]))
            continue
        base, head = new_board(random), new_board(random)
        verdicts = [each.verdict for each in judge_quality(base, head, match(base, head).pairs, Tolerances())]
        wrong += "WORSE" in verdicts
        boards.append(moved_unpaired(base, head))
    return boards, wrong


def power(
    boards: Sequence[list[Moved]], pool: Sequence[Moved], rule: Rule, cells: int, seed: int
) -> tuple[float, float]:
    """Return the share of losing cells called WORSE, and of boards with at least one, with ``cells`` of them losing."""
    random = np.random.default_rng(seed)
    found = []
    for number, board in enumerate(boards):
        first = [pool[number % len(pool)]] if cells == 1 else []
        chosen = first or [pool[place] for place in random.choice(len(pool), cells, replace=len(pool) < cells)]
        found.append(rule([*chosen, *board[cells:]])[:cells])
    return float(np.mean(found)), float(np.mean([any(each) for each in found]))


def share(value: float) -> str:
    """Return a share as a percentage."""
    return f"{100 * value:.1f} %"


def main() -> None:
    """Simulate, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--boards", type=int, default=200, help="boards without any change, and losses of each kind")
    number = parser.parse_args().boards
    random, start = np.random.default_rng(20240917), time.perf_counter()
    wrong_rows, loss_rows, rule_rows = [], [], []
    for way, correlation in WAYS.items():
        boards, wrong = null_boards(number, correlation, random)
        wrong_rows.append([way, number, wrong, share(wrong / number)])
        pools = {area: [lost(area, correlation, random) for _ in range(number)] for area in LEVELS}
        for area, pool in pools.items():
            one, ten = power(boards, pool, used, 1, 1), power(boards, pool, used, SIDE, 2)
            loss_rows.append([way, area, share(one[0]), share(ten[0]), share(ten[1])])
        for title, rule in RULES.items():
            false = np.mean([any(rule(board)) for board in boards])
            rule_rows.append(
                [way, title, share(float(false)), *(share(power(boards, pools[a], rule, 1, 1)[0]) for a in LEVELS)]
            )
    print(tabulate(wrong_rows, ["runs", "boards", "with a false WORSE", "share"], tablefmt="pipe"), "\n")
    headings = ["runs", "AUROC before", "one cell of 100", "each cell of a detector", "any cell of a detector"]
    print(tabulate(loss_rows, headings, tablefmt="pipe"), "\n")
    print(tabulate(rule_rows, ["runs", "rule", "false WORSE", *(f"found at {a}" for a in LEVELS)], tablefmt="pipe"))
    print(f"\n{number} boards and losses of each kind; {time.perf_counter() - start:.0f} s.")


if __name__ == "__main__":
    main()
