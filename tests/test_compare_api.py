"""Comparing from Python."""

from __future__ import annotations

from pathlib import Path

import pytest
from compare_helpers import board, drawn, store

from benchkit.compare.comparing import compare
from benchkit.errors import NotComparableError, UsageError


def test_a_loss_is_found_and_does_not_raise(tmp_path: Path) -> None:
    """The judgements say what fails; the status is that of the command."""
    base = store(tmp_path / "base", board())
    head = store(tmp_path / "head", board(gaussian__noise=drawn(0.5)))
    found = compare(base, str(head), only="quality")
    (failure,) = found.failures
    assert (failure.detector, failure.anomaly, failure.verdict, found.exit_status) == ("gaussian", "noise", "WORSE", 1)
    assert repr(found).endswith("1 WORSE, 3 SAME>")
    assert compare(base, base).exit_status == 0


def test_what_cannot_be_compared_raises(tmp_path: Path) -> None:
    """As every wrong request does."""
    base, head = store(tmp_path / "base", board()), store(tmp_path / "head", board(), protocol="other-x")
    with pytest.raises(NotComparableError):
        compare(base, head, only="quality")
    with pytest.raises(UsageError):
        compare(base, base, rules=["auroc:-0.01@nobody"])
