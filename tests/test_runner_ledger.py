"""Where the time went: overhead is what was neither view, fit, score nor timing."""

from __future__ import annotations

import pytest
import torch

from benchkit.runner import ledger


def test_overhead_is_the_rest() -> None:
    """Ten busy seconds with eight useful ones are two seconds, a fifth, of overhead."""
    seconds = {"fit": 5.0, "view": 1.0, "score": 1.0, "timing": 1.0, "metrics": 0.5}
    summary = ledger.summary(seconds, wall=10.0, busy=10.0)
    assert (summary["overhead"], summary["overhead_share"], summary["metrics"]) == (2.0, 0.2, 0.5)


def test_seconds_are_booked_even_when_a_plugin_raises() -> None:
    """A fit that fails has cost time all the same."""
    book = ledger.Ledger(torch.device("cpu"))
    with pytest.raises(ValueError, match="broken"), book.time("fit"):
        raise ValueError("broken")
    assert book.seconds["fit"] > 0
