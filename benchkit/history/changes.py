"""Change points: where the level of a series moves by more than its noise explains."""

from __future__ import annotations

import itertools
import math
import statistics
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchkit.history.series import Change, Point
from benchkit.measure.interval import Z

_EXTRA = 2.0
_KNOWN, _ESTIMATED = 3.0, 4.0
_FEWEST = 5


def available() -> bool:
    """Return whether the library that finds change points is installed (extra ``figures``)."""
    import importlib.util

    return importlib.util.find_spec("ruptures") is not None


def mark(points: Sequence[Point]) -> tuple[Point, ...]:
    """Return the points, those where the level changes with a ``Change``; points without a number are passed over.

    The change points are those of the exact optimum of the penalised least squares (PELT; Killick, Fearnhead & Eckley
    2012, JASA 107), on the numbers in units of the noise of one point. The noise is the median standard error of the
    points' intervals. The penalty of a change is ``3 ln n + 2``: the leading term of the modified BIC (Zhang & Siegmund
    2007, Biometrics 63), which counts that the place of a change is chosen too, as the plain BIC does not; the 2 keeps
    short series, where a logarithm says little, below 5 % false alarms as well.

    Where there are no intervals, as of speed, the noise is that of the successive differences (von Neumann 1941, Annals
    of Mathematical Statistics 12), in at least 5 points, and the penalty ``4 ln n + 2``, since an estimate is itself
    uncertain.

    A series on the same test images varies less than its intervals say: small changes are not marked here, which
    ``benchkit compare`` finds by pairing.
    """
    places = [place for place, point in enumerate(points) if point.value is not None]
    values = [float(points[place].value or 0.0) for place in places]
    noise, factor = _noise([points[place] for place in places], values)
    if noise is None or len(values) < 2:
        return tuple(points)
    marked = list(points)
    for start, change in _changes(values, noise, factor):
        marked[places[start]] = replace(marked[places[start]], change=change)
    return tuple(marked)


def _noise(points: Sequence[Point], values: Sequence[float]) -> tuple[float | None, float]:
    """Return the noise of one point, None where it cannot be told, and the factor of the penalty that belongs to it."""
    widths = [point.high - point.low for point in points if point.high is not None and point.low is not None]
    known = statistics.median(widths) / (2 * Z) if widths and len(widths) == len(points) else 0.0
    if known > 0:
        return known, _KNOWN
    if len(values) < _FEWEST:
        return None, _ESTIMATED
    steps = [after - before for before, after in itertools.pairwise(values)]
    return math.sqrt(statistics.fmean(step * step for step in steps) / 2) or None, _ESTIMATED


def _changes(values: Sequence[float], noise: float, factor: float) -> list[tuple[int, Change]]:
    import numpy as np
    import ruptures

    # Around their middle: least squares of large numbers with a small spread would lose digits.
    scaled = (np.asarray(values) - statistics.fmean(values)) / noise
    penalty = factor * math.log(len(values)) + _EXTRA
    search: Any = ruptures.Pelt(model="l2", min_size=1, jump=1)
    ends = [0, *search.fit(scaled.reshape(-1, 1)).predict(pen=penalty)]
    levels = [statistics.fmean(values[start:end]) for start, end in itertools.pairwise(ends)]
    steps = [after - before for before, after in itertools.pairwise(levels)]
    return [(start, Change(step, abs(step) / noise)) for start, step in zip(ends[1:-1], steps, strict=True)]
