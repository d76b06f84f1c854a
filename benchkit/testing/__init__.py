"""The conformance kit: whether a plugin keeps the promises of its door, from pytest and as ``benchkit check``.

In a plugin's own tests::

    @pytest.mark.parametrize("case", cases_of(acme_anomaly), ids=str)
    def test_conformance(case):
        case()
"""

from benchkit.testing.anomalies import CHECKS as ANOMALY_CHECKS
from benchkit.testing.checks import Check, Finding, NotApplicable
from benchkit.testing.conformance import Case, cases_of
from benchkit.testing.datasets import CHECKS as DATASET_CHECKS
from benchkit.testing.detectors import CHECKS as DETECTOR_CHECKS
from benchkit.testing.views import CHECKS as VIEW_CHECKS

__all__ = [
    "ANOMALY_CHECKS",
    "DATASET_CHECKS",
    "DETECTOR_CHECKS",
    "VIEW_CHECKS",
    "Case",
    "Check",
    "Finding",
    "NotApplicable",
    "cases_of",
]
