"""When two values agree, and what a check makes of what it found."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
import pytest

from benchkit.verify.findings import Check, Findings, Verification, agree


@pytest.mark.parametrize(
    ("stored", "expected", "same"),
    [
        (0.5, 0.5 * (1 + 1e-12), True),
        (0.5, 0.5 * (1 + 1e-6), False),
        (5e-9, 5e-9 * (1 + 1e-6), False),
        (1.0, 1, True),
        (0.5, None, False),
        (None, 0.5, False),
        (None, None, True),
        ("a", "b", False),
    ],
)
def test_numbers_agree_up_to_rounding_and_all_else_exactly(stored: object, expected: object, same: bool) -> None:
    """Small numbers are not taken for equal because they are small."""
    assert agree(stored, expected) is same


def test_findings_become_plain_values() -> None:
    """NumPy's scalars and NaN go out as JSON."""
    findings = Findings("x")
    findings.compare("row", "field", np.float64("nan"), np.int64(3), "so it is")
    check = findings.check("one row")
    assert json.dumps(Verification(Path("run"), (check,)).to_dict(), allow_nan=False)
    assert (check.disagreements[0].stored, check.disagreements[0].expected) == (None, 3)


def test_nan_is_nothing() -> None:
    """An undefined number agrees with no number."""
    findings = Findings("x")
    findings.compare("row", "field", math.nan, None, "so it is")
    assert findings.check("one row").result == "agrees"


def test_the_same_reason_is_counted_not_repeated() -> None:
    """A thousand rows without scores are one line."""
    findings = Findings("x")
    for _ in range(1000):
        findings.leave("needs this")
    findings.leave("needs that")
    assert findings.check("rows", done=False).unchecked == ("needs this (1000 rows)", "needs that")


def test_what_disagrees_is_never_called_unchecked() -> None:
    """A difference that was found counts, whatever could not be checked beside it."""
    findings = Findings("x")
    findings.leave("needs this")
    assert findings.check("rows", done=False).result == "not checked"
    findings.differ("row", "field", 1, 2, "so it is")
    assert findings.check("rows", done=False).result == "disagrees"
    assert not Verification(Path("run"), (Check("y", "rows"), findings.check("rows"))).ok
