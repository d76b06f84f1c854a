"""Simulates how often the 95 % intervals hold the true value, and prints it as Markdown.

From the repository's root: ``.venv/bin/python benchmarks/simulate_coverage.py [--runs N]``.
Scores of normals are drawn from N(0, 1), those of anomalies from N(d, 1), where every true value is known.
"""

from __future__ import annotations

import argparse
import math
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from itertools import chain
from typing import Any

import numpy as np
from numpy.typing import NDArray
from scipy import stats
from tabulate import tabulate

from benchkit.measure.bootstrap import bootstrap_intervals
from benchkit.measure.interval import auroc_interval
from benchkit.measure.pooling import pooled_interval
from benchkit.measure.ranking import auroc
from benchkit.measure.threshold import Threshold

AUROCS = (0.5, 0.76, 0.9, 0.99)
SIZES = (180, 1_000, 10_000)
RARE = 0.05
"""A second prevalence, where average precision hangs on the few highest normals."""

AT = Threshold(float(stats.norm.isf(0.05)))
FEW = (20, 60)
UNEVEN = ((5, 500), (10, 500), (20, 500), (50, 500))
"""Anomalies and normals, where DeLong's variance hangs on the few."""
SEEDS = (3, 5)
SHARE_SIZE, SHARES, LEVELS = 180, (0.01, 0.02, 0.03, 0.05, 0.07, 0.1), (0.025, 0.975)
OWN_NOISE = 0.2
"""Share of a score's variance that a training adds to each image."""

Array = NDArray[np.float64]
Truth = dict[str, float]


def shift_of(area: float) -> float:
    """Return how far apart the distributions are at this AUROC."""
    return float(stats.norm.ppf(area)) * math.sqrt(2)


def true_values(area: float, prevalence: float) -> Truth:
    """Return the metrics of the distributions themselves."""
    shift, ranks = shift_of(area), (np.arange(200_000) + 0.5) / 200_000
    false = (1 - prevalence) * stats.norm.sf(stats.norm.isf(ranks) + shift)
    found, alarms = prevalence * stats.norm.sf(AT.high - shift), (1 - prevalence) * stats.norm.sf(AT.high)
    return {
        "auroc": area,
        "average_precision": float(np.mean(prevalence * ranks / (prevalence * ranks + false))),
        "precision": found / (found + alarms),
        "recall": found / prevalence,
        "f1": 2 * found / (found + alarms + prevalence),
        "fpr95": float(stats.norm.sf(stats.norm.isf(0.95) + shift)),
        "accuracy": found + 1 - prevalence - alarms,
    }


def intervals_of_sample(rng: np.random.Generator, area: float, size: int, prevalence: float) -> dict[str, Any]:
    """Return all intervals of a new sample of ``size`` normals and as many anomalies."""
    normal, anomaly = rng.normal(size=size), rng.normal(shift_of(area), size=size)
    return {
        "auroc": auroc_interval(normal, anomaly),
        **bootstrap_intervals(normal, anomaly, threshold=AT, prevalence=prevalence),
    }


def coverage(runs: int, truth: Truth, draw: Callable[[], dict[str, Any]]) -> Truth:
    """Return the share of ``runs`` drawn intervals that hold the true value, by metric; an undefined one does not."""
    hits = dict.fromkeys(truth, 0)
    for _ in range(runs):
        for name, (low, high) in draw().items():
            hits[name] += low is not None and low <= truth[name] <= high
    return {name: count / runs for name, count in hits.items()}


def of_cells(
    rng: np.random.Generator, runs: int, prevalence: float, sizes: tuple[int, ...], names: tuple[str, ...] = ()
) -> Iterator[list[object]]:
    """Yield a line for each size and metric (all, or those in ``names``): its coverage at each AUROC."""
    for size in sizes:
        found = [
            coverage(runs, true_values(area, prevalence), partial(intervals_of_sample, rng, area, size, prevalence))
            for area in AUROCS
        ]
        for name in names or found[0]:
            yield [name, f"{size:,} + {size:,}", prevalence, *(each[name] for each in found)]


def of_uneven(rng: np.random.Generator, runs: int) -> Iterator[list[object]]:
    """Yield a line for each pair of sizes: the coverage of DeLong's interval at each AUROC."""
    for few, many in UNEVEN:
        line: list[object] = ["auroc", f"{few} + {many}"]
        for area in AUROCS:
            ends = (auroc_interval(rng.normal(size=many), rng.normal(shift_of(area), size=few)) for _ in range(runs))
            line.append(sum(low <= area <= high for low, high in ends) / runs)
        yield line


def pooled(rng: np.random.Generator, area: float, size: int, seeds: int, training: float) -> dict[str, Any]:
    """Return the AUROC's interval over seeds: one test sample, each training with its own shift and its own noise."""
    normal, anomaly = rng.normal(size=size), rng.normal(size=size)
    values, ends = [], []
    for shift in rng.normal(shift_of(area) * math.sqrt(1 + training**2 / 2), training, size=seeds):
        own = [
            each * math.sqrt(1 - OWN_NOISE) + rng.normal(0, math.sqrt(OWN_NOISE), size) for each in (normal, anomaly)
        ]
        values.append(auroc(own[0], own[1] + shift))
        ends.append(auroc_interval(own[0], own[1] + shift))
    lows, highs = zip(*ends, strict=True)
    return {"auroc": pooled_interval(values, lows, highs)}


def of_seeds(rng: np.random.Generator, runs: int) -> Iterator[list[object]]:
    """Yield a line for each number of seeds, size and strength of training noise: the coverage at each AUROC."""
    for seeds in SEEDS:
        for size, training in ((180, 0.05), (1_000, 0.05), (1_000, 0.3)):
            found = [
                coverage(runs, {"auroc": area}, partial(pooled, rng, area, size, seeds, training))["auroc"]
                for area in AUROCS
            ]
            yield [seeds, f"{size:,} + {size:,}", training, *found]


def of_shares() -> Iterator[list[object]]:
    """Yield the exact coverage of a share's interval by binomial draws and by Jeffreys', for one class of images."""
    flagged = np.arange(SHARE_SIZE + 1)
    ends = {
        "binomial draws": [stats.binom.ppf(level, SHARE_SIZE, flagged / SHARE_SIZE) / SHARE_SIZE for level in LEVELS],
        "Jeffreys'": [stats.beta.ppf(level, flagged + 0.5, SHARE_SIZE - flagged + 0.5) for level in LEVELS],
    }
    exact = [stats.beta.ppf(LEVELS[0], SHARE_SIZE, 1), stats.beta.ppf(LEVELS[1], 1, SHARE_SIZE)]
    for name, (low, high) in ends.items():
        low[[0, -1]], high[[0, -1]] = (0.0, exact[0]), (exact[1], 1.0)
        chances = ((stats.binom.pmf(flagged, SHARE_SIZE, share), share) for share in SHARES)
        yield [name, *(float(chance[(low <= share) & (share <= high)].sum()) for chance, share in chances)]


def show(lines: Iterable[list[object]], heads: list[str], texts: int) -> None:
    """Print a table whose first columns are ``texts``, the others shares."""
    formats = ("",) * texts + (".3f",) * (len(heads) - texts)
    print(tabulate(list(lines), heads, "github", floatfmt=formats), end="\n\n")


def main() -> None:
    """Print the tables and what to expect."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=200, help="simulations a number")
    runs = parser.parse_args().runs
    few, many = stats.binom.ppf([0.025, 0.975], runs, 0.95) / runs
    print(f"{runs} simulations a number; 95 % of the numbers lie in {few:.3f} to {many:.3f} where coverage is 95 %.\n")
    rng, heads = np.random.default_rng(0), [f"AUROC {area}" for area in AUROCS]
    usual = of_cells(rng, runs, 0.5, SIZES)
    rare = of_cells(rng, runs, RARE, SIZES[:2], ("average_precision",))
    show(chain(usual, rare), ["interval", "images", "prevalence", *heads], 3)
    show(of_seeds(np.random.default_rng(2), runs), ["seeds", "images", "training noise", *heads], 3)
    few_images = of_cells(np.random.default_rng(1), runs, 0.5, FEW, ("fpr95",))
    show(few_images, ["interval", "images", "prevalence", *heads], 3)
    show(of_uneven(np.random.default_rng(3), runs), ["interval", "anomalies + normals", *heads], 2)
    show(of_shares(), ["true share", *map(str, SHARES)], 1)


if __name__ == "__main__":
    main()
