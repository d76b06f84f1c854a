"""How sure the metrics other than AUROC are: 95 % intervals from a stratified bootstrap, seeded and vectorised.

Normals and anomalies are resampled each for itself, so that their numbers stay what they are. Nothing is resampled
image by image: what a metric needs of a resample is drawn from its own distribution, which takes milliseconds where
10,000 images of each class would take seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import ArrayLike, NDArray

from benchkit.measure.decision import decide
from benchkit.measure.interval import MISS, hoeffding, logit_interval
from benchkit.measure.ranking import average_precision, fpr_at_95_tpr
from benchkit.measure.scores import Scores, as_scores
from benchkit.measure.threshold import Threshold

DRAWS = 1_000
"""Resamples."""

DECIMALS = 6
"""Of the ends: finer than anybody reads, coarser than what another processor's logarithm changes."""

_SEED = 20_200_131
_BINS = 100  # of the merged scores, for average precision; twice as many change its interval by less than the draws do
_ROUNDING = 1e-9  # deviations below are those of equal numbers summed up in floating point

Draws: TypeAlias = NDArray[np.float64]
"""One value a resample."""

Interval: TypeAlias = tuple[float, float] | tuple[None, None]
"""Lower and upper end; no ends where the metric is undefined."""


def bootstrap_intervals(
    normal: ArrayLike, anomaly: ArrayLike, *, threshold: Threshold, prevalence: float
) -> dict[str, Interval]:
    """Return the 95 % intervals of average precision, precision, recall, F1, FPR@95TPR and accuracy.

    The stratified bootstrap (Efron & Tibshirani 1993, An Introduction to the Bootstrap) with 1,000 resamples from
    a fixed seed: the same scores have the same intervals for good. The threshold and the detector are taken as given.

    At the threshold, a metric is made of two shares: of the anomalies and of the normals that are flagged. Each is
    drawn from ``Beta(k + 1/2, n - k + 1/2)``, k of n being flagged (Jeffreys'; Brown, Cai & DasGupta 2001,
    Statistical Science 16), and the ends are percentiles. The draws lie in equal parts of the distribution and are
    paired at random (Latin hypercube; McKay, Beckman & Conover 1979, Technometrics 21). Plain binomial draws cover
    too seldom where k is small (89 % at n = 180 and a true share of 0.02, Jeffreys' 97 %). Where none or all are
    flagged, the draws are from ``Beta(1, n)`` or ``Beta(n, 1)``, whose percentile is Clopper and Pearson's bound.
    FPR@95TPR first draws which anomaly's score takes the place of the threshold: the rank of a resample's order
    statistic is a Beta draw too. Of fewer than 20 anomalies no resample goes below the lowest, and the upper end is 1.

    Average precision is computed on resampled counts in 100 bins of the merged scores. Their standard deviation
    makes an interval that is symmetric on the logit scale, which covers better than percentiles do (Boyd, Eng & Page
    2013, ECML PKDD). Where every anomaly is above every normal, the lower end is what AUROC's bound leaves at worst:
    that share of normals above all anomalies. Where the resamples do not differ or a class has one image, the
    interval is Hoeffding's, as AUROC's is.

    Args:
        normal: N scores of normal images, in any order.
        anomaly: M scores of anomalous images, in any order.
        threshold: which scores are flagged.
        prevalence: share of anomalies that the metrics are weighted to, strictly between 0 and 1.

    Returns:
        The lower and the upper end by metric, in [0, 1], rounded to 6 decimals, the metric between them; None and
        None where it is undefined.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
        UsageError: the prevalence is out of range.
    """
    normals = np.sort(as_scores(normal, where="normal"))
    anomalies = np.sort(as_scores(anomaly, where="anomaly"))
    decisions = decide(normals, anomalies, threshold=threshold, prevalence=prevalence)
    # Not a Generator: the stream of RandomState is frozen, and these ends have to be found again years later.
    random = np.random.RandomState(_SEED)
    recall = _shares(np.full(DRAWS, np.count_nonzero(threshold.flags(anomalies))), anomalies.size, random)
    alarms = _shares(np.full(DRAWS, np.count_nonzero(threshold.flags(normals))), normals.size, random)
    at_threshold = [
        (name, draws, getattr(decisions, name)) for name, draws in _at_threshold(recall, alarms, prevalence).items()
    ]
    intervals: dict[str, Interval] = {
        name: (None, None) if value is None else _percentiles(draws, value) for name, draws, value in at_threshold
    }
    return {
        "average_precision": _of_average_precision(normals, anomalies, prevalence, random),
        **intervals,
        "fpr95": _of_fpr_at_95_tpr(normals, anomalies, random),
    }


def _shares(flagged: NDArray[np.integer[Any]], size: int, random: np.random.RandomState) -> Draws:
    """Draw for each number ``flagged`` of ``size`` images a share that they may be a sample of."""
    above = np.where(flagged == 0, 1.0, np.where(flagged == size, size, flagged + 0.5))
    below = np.where(flagged == size, 1.0, np.where(flagged == 0, size, size - flagged + 0.5))
    return _betas(above, below, random)


def _betas(above: Draws | int, below: Draws | int, random: np.random.RandomState) -> Draws:
    """Draw from Beta distributions, one value from each of as many equal parts of their probability.

    The seed being fixed, the luck of a thousand free draws would make the intervals of all cells too narrow, or too
    wide, by the same percents.
    """
    from scipy.special import betaincinv  # here: a table asks only for the names of metrics

    draws: Draws = betaincinv(above, below, (random.permutation(DRAWS) + 0.5) / DRAWS)
    return draws


def _at_threshold(recall: Draws, alarms: Draws, prevalence: float) -> Mapping[str, Draws]:
    """Return the draws of what ``decision.Decisions`` makes of the two shares; a drawn share is never 0."""
    found, false = prevalence * recall, (1.0 - prevalence) * alarms
    return {
        "precision": found / (found + false),
        "recall": recall,
        "f1": 2.0 * found / (found + false + prevalence),
        "accuracy": found + (1.0 - prevalence) - false,
    }


def _of_fpr_at_95_tpr(normals: Scores, anomalies: Scores, random: np.random.RandomState) -> Interval:
    """Return the interval of ``ranking.fpr_at_95_tpr`` of sorted scores."""
    missed = anomalies.size * 5 // 100
    places = np.floor(anomalies.size * _betas(missed + 1, anomalies.size - missed, random)).astype(np.intp)
    lowest_found = anomalies[np.minimum(places, anomalies.size - 1)]
    flagged = normals.size - np.searchsorted(normals, lowest_found, side="left")
    draws = _shares(flagged, normals.size, random)
    low, high = _percentiles(draws, fpr_at_95_tpr(normals, anomalies))
    return low, high if missed else 1.0


def _of_average_precision(
    normals: Scores, anomalies: Scores, prevalence: float, random: np.random.RandomState
) -> Interval:
    """Return the interval of ``ranking.average_precision`` of sorted scores."""
    value = average_precision(normals, anomalies, prevalence=prevalence)
    pairs = min(normals.size, anomalies.size)
    if value == 1.0:
        overlap = 1.0 - (MISS / 2) ** (1 / pairs)
        return _rounded(prevalence / (prevalence + (1.0 - prevalence) * overlap), 1.0, value)
    deviation = float(np.std(_average_precisions(normals, anomalies, prevalence, random)))
    if pairs < 2 or deviation < _ROUNDING:
        return _rounded(*hoeffding(value, pairs), value)
    return _rounded(*logit_interval(value, 1.0 - value, deviation), value)


def _average_precisions(normals: Scores, anomalies: Scores, prevalence: float, random: np.random.RandomState) -> Draws:
    """Return the average precision of each resample, tied within a bin."""
    merged = np.sort(np.concatenate([normals, anomalies]))
    edges = np.unique(merged[np.arange(1, _BINS) * merged.size // _BINS])
    found = prevalence * _cumulative_shares(anomalies, edges, random)
    false = (1.0 - prevalence) * _cumulative_shares(normals, edges, random)
    precision = found / np.maximum(found + false, np.finfo(np.float64).tiny)
    gained = np.diff(found, axis=1, prepend=0.0) / prevalence
    averages: Draws = np.einsum("ij,ij->i", precision, gained)
    return averages


def _cumulative_shares(scores: Scores, edges: Scores, random: np.random.RandomState) -> Draws:
    """Return for each resample the shares of ``scores`` not below each of the edges, from the highest one down."""
    counts = np.bincount(np.searchsorted(edges, scores, side="right"), minlength=edges.size + 1)[::-1]
    drawn = random.multinomial(scores.size, counts / scores.size, size=DRAWS)
    return np.cumsum(drawn, axis=1) / scores.size


def _percentiles(draws: Draws, value: float) -> tuple[float, float]:
    """Return the percentiles of the draws that leave ``MISS`` out, half at each side."""
    low, high = np.percentile(draws, [100 * MISS / 2, 100 * (1 - MISS / 2)])
    return _rounded(float(low), float(high), value)


def _rounded(low: float, high: float, value: float) -> tuple[float, float]:
    """Return the ends rounded, in [0, 1] and with ``value`` between them."""
    low, high = round(low, DECIMALS), round(high, DECIMALS)
    return max(0.0, min(low, value)), min(1.0, max(high, value))
