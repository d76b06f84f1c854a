"""What is checked of detectors."""

from __future__ import annotations

from benchkit.testing import detector_batches, detector_doors, detector_fits, detector_manners, detector_scores
from benchkit.testing.checks import Check
from benchkit.testing.detector_specimen import DetectorSpecimen

__all__ = ["CHECKS", "DetectorSpecimen"]

CHECKS: tuple[Check[DetectorSpecimen], ...] = (
    *detector_scores.CHECKS,
    *detector_batches.CHECKS,
    *detector_fits.CHECKS,
    *detector_manners.CHECKS,
    *detector_doors.CHECKS,
)
"""In the order in which they are carried out."""
