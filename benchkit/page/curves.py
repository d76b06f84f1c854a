"""What one pair's charts are drawn from: curves, histogram, latent space."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.display import Curve, Piece, histogram, precision_recall_curve, roc_curve
from benchkit.page.numbers import brief, scaled, spread_out
from benchkit.results import Exhibit

CURVE_POINTS = 100
"""Of a curve at most: its chart is some 250 pixels wide."""

LATENT_POINTS = 300
"""Of each kind at most: more of them hide each other."""

_SHARES = 100_000


def curves_of(piece: Piece) -> dict[str, Any]:
    """Return a cell's curves, histogram and where its threshold lies on them.

    Raises:
        StoreError: the raw scores were not kept, or are damaged.
    """
    normal, anomaly = piece.scores["normal"], piece.scores["anomaly"]
    prevalence = float(piece.row["prevalence"])
    found = histogram(normal, anomaly, limits=piece.limits)
    return {
        "roc": _curve(roc_curve(normal, anomaly, points=CURVE_POINTS)),
        "pr": _curve(precision_recall_curve(normal, anomaly, prevalence=prevalence, points=CURVE_POINTS)),
        "histogram": {
            "low": float(found.edges[0]),
            "high": float(found.edges[-1]),
            "normal": scaled(found.normal, _SHARES),
            "anomaly": scaled(found.anomaly, _SHARES),
            "beyond": brief(found.beyond),
        },
        "limits": [None if limit is None else brief(limit) for limit in piece.limits],
        "flagged": [brief(float(piece.flags(each).mean())) for each in (normal, anomaly)],
        "counts": [len(normal), len(anomaly)],
    }


def _curve(curve: Curve) -> list[list[int]]:
    return [scaled(curve.x), scaled(curve.y)]


def latent_of(exhibit: Exhibit) -> dict[str, Any] | None:
    """Return some points of the latent space; None where the detector has none to show."""
    pair = [_some(shown.latent) for shown in (exhibit.normal, exhibit.anomaly)]
    if not all(len(points) for points in pair):
        return None
    every = np.concatenate(pair)
    low, high = (getattr(every, end)(axis=0).tolist() for end in ("min", "max"))
    kinds = [[spread_out(points[:, axis], low[axis], high[axis]) for axis in (0, 1)] for points in pair]
    share = brief(exhibit.latent_share)
    return {"low": list(map(brief, low)), "high": list(map(brief, high)), "kinds": kinds, "share": share}


def _some(points: NDArray[np.float32]) -> NDArray[np.float64]:
    keep = np.linspace(0, len(points) - 1, min(len(points), LATENT_POINTS)).astype(np.int64)
    return points[keep].astype(np.float64)
