"""Every built-in detector passes the conformance kit."""

from __future__ import annotations

import pytest

from benchkit.registry import load_registry
from benchkit.testing.conformance import cases_for

REGISTRY = load_registry()

QUICK = {"univariate-gaussian", "gaussian-layer2", "latent-clustering", "conv-ae-maxpool", "max-softmax"}
"""One of each kind of detector and view, in every run of the tests; the others take a minute."""

REFUSED = {
    "elliptic-envelope": {"constant-inputs", "few-inputs"},
    "gaussian-mixture": {"few-inputs"},
    "local-outlier-factor": {"few-inputs"},
    "torch-ood-rmd": {"constant-inputs", "few-inputs"},
}
"""What detectors cannot do, and say so."""


@pytest.mark.slow
@pytest.mark.parametrize(
    "name",
    [
        pytest.param(name, marks=() if name in QUICK else pytest.mark.faults)
        for name, offer in REGISTRY.detectors.items()
        if offer.distribution == "benchkit"
        and not name.startswith("pyod")  # minutes; adversarial ones learn too little
    ],
)
def test_a_built_in_detector_passes(name: str) -> None:
    """Nothing fails, and nothing is refused but what a reason is given for."""
    found = {case.check: case.find() for case in cases_for("detector", REGISTRY.detectors[name], REGISTRY)}
    assert {check: finding.said for check, finding in found.items() if finding.state == "failed"} == {}
    assert {check for check, finding in found.items() if finding.state == "unsupported"} == REFUSED.get(name, set())
    assert {check for check, finding in found.items() if finding.state == "not run"} <= {
        "cuda",
        "fit-many",
        "takes-rows",
        "shows",
    }
