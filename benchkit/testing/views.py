"""What is checked of views."""

from __future__ import annotations

from benchkit.testing.checks import Check
from benchkit.testing.shared import SETTINGS, WORKER
from benchkit.testing.view_fits import CHECKS as OF_FITS
from benchkit.testing.view_results import CHECKS as OF_RESULTS
from benchkit.testing.view_specimen import ViewSpecimen

__all__ = ["CHECKS", "ViewSpecimen"]

CHECKS: tuple[Check[ViewSpecimen], ...] = (*OF_RESULTS, *OF_FITS, SETTINGS, WORKER)
"""In the order in which they are carried out."""
