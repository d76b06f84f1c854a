"""How far two AUROCs on the same images are apart, and how sure that is: DeLong's covariance."""

from __future__ import annotations

import math
from dataclasses import dataclass

from numpy.typing import ArrayLike

from benchkit.errors import DataError
from benchkit.measure.interval import placement_variance
from benchkit.measure.ranking import doubled_wins
from benchkit.measure.scores import Scores, as_scores


@dataclass(frozen=True)
class Difference:
    """How two AUROCs differ.

    Attributes:
        difference: HEAD's minus BASE's, -1 to 1; positive is better.
        standard_error: of the difference, 0 or above; 0.0 where it is unknown: a class has one image, or no image's
            placement differs from that of any other.
    """

    difference: float
    standard_error: float


def paired_difference(base: tuple[ArrayLike, ArrayLike], head: tuple[ArrayLike, ArrayLike]) -> Difference:
    """Return the difference of two AUROCs that were measured on the same images.

    The variance is that of DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44): with the covariance of both sides,
    which is had from each image's difference in placement (the share of the other class that it beats). The counts
    are integers, so equal rankings differ by exactly 0. O(n log n).

    Args:
        base: N scores of normal images, M scores of anomalous ones.
        head: N and M scores of the same images, in the same order.

    Raises:
        DataError: scores that are not one-dimensional, none at all or not finite, or of other numbers of images.
    """
    normals = _pair(base[0], head[0], "normal")
    anomalies = _pair(base[1], head[1], "anomaly")
    gained = [doubled_wins(each, rivals) for each, rivals in zip(anomalies, normals, strict=True)]
    conceded = [doubled_wins(each, rivals) for each, rivals in zip(normals, anomalies, strict=True)]
    by_anomaly, by_normal = gained[1] - gained[0], conceded[1] - conceded[0]
    difference = int(by_anomaly.sum()) / (2 * by_normal.size * by_anomaly.size)
    if min(by_normal.size, by_anomaly.size) < 2:
        return Difference(difference, 0.0)
    variance = placement_variance(by_anomaly, by_normal.size) + placement_variance(by_normal, by_anomaly.size)
    return Difference(difference, math.sqrt(variance))


def _pair(base: ArrayLike, head: ArrayLike, kind: str) -> tuple[Scores, Scores]:
    """Return both sides' scores of one class."""
    first, second = as_scores(base, where=f"BASE's {kind}"), as_scores(head, where=f"HEAD's {kind}")
    if first.size != second.size:
        raise DataError(
            f"paired difference — {kind} scores: got {first.size} in BASE and {second.size} in HEAD; expected the "
            "scores of the same images in the same order. Compare the intervals of both sides instead."
        )
    return first, second
