"""Corruptions of normal test images at three severities, after MNIST-C: group ``corruptions``.

Source: Mu and Gilmer 2019, "MNIST-C: A Robustness Benchmark for Computer Vision", https://arxiv.org/abs/1906.02337.
The kinds of corruption are theirs, the severities ours: they are written for images of any size, drawn on the fly from
the run's own test images, and have three levels where MNIST-C has one. Numbers are not to be compared with MNIST-C's.

Not part of a run that names no anomalies.
"""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import AnomalyGenerator, hookimpl
from benchkit_corruptions.base import GROUP, SEVERITIES, Corruption
from benchkit_corruptions.edges import Edges
from benchkit_corruptions.geometry import Rotate, Scale, Shear, Translate
from benchkit_corruptions.grain import Brightness, Impulse, Shot
from benchkit_corruptions.strokes import DottedLine, Stripe, Zigzag
from benchkit_corruptions.weather import Blur, Fog, Spatter

__all__ = ["Corruption"]

KINDS: dict[str, type[Corruption]] = {
    "blur": Blur,
    "brightness": Brightness,
    "dotted-line": DottedLine,
    "edges": Edges,
    "fog": Fog,
    "impulse-noise": Impulse,
    "rotate": Rotate,
    "scale": Scale,
    "shear": Shear,
    "shot-noise": Shot,
    "spatter": Spatter,
    "stripe": Stripe,
    "translate": Translate,
    "zigzag": Zigzag,
}
"""Every kind by the name that its severities are numbered under."""


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer each kind at each severity: ``blur-1`` to ``zigzag-3``."""
    return [
        kind(f"{name}-{severity}", group=GROUP, severity=severity)
        for name, kind in KINDS.items()
        for severity in SEVERITIES
    ]
