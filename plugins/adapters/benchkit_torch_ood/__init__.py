"""Detectors of pytorch-ood, behind the extra ``torch-ood``; they have to be asked for."""

from __future__ import annotations

from collections.abc import Iterable

from benchkit import Detector, hookimpl


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer pytorch-ood's detectors."""
    return ()
