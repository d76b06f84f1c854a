"""Scored images without a fit: what the texts, files and pictures of them are made from."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np

from benchkit.data.own_images import OwnImage, Refused
from benchkit.measure.threshold import Threshold
from benchkit.report.scoring import Scoring
from benchkit.runner.solo import Scored

SCORES = np.array([0.5, 3.25, -1.0, 9.0])


def own_image(number: int, **more: Any) -> OwnImage:
    """Return an image of 8×8 pixels that is as bright as its number."""
    levels = np.full((8, 8), 10 * number, np.uint8)
    return replace(OwnImage(f"mine/{number}.png", None, None, levels, ("colours to grey",)), **more)


def scoring(**more: Any) -> Scoring:
    """Return four images with their verdicts: two above the threshold, and one file that could not be read."""
    scored = Scored("far", "pixels", SCORES, np.linspace(0, 8, 1000), Threshold(3.0), 9000)
    whole = Scoring(
        "toy", 4, "quantile:0.95", None, tuple(map(own_image, range(4))), (Refused("mine/x.png", "mine/x.png: bad"),),
        scored, np.arange(4),
    )  # fmt: skip
    return replace(whole, **more)
