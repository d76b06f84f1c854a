"""One size of a sweep, as it is stored."""

from __future__ import annotations

import subprocess
import sys

from timing_helpers import timed

from benchkit.measure.sweep import SizeTiming


def test_it_holds_what_was_measured() -> None:
    """Number by number; other words join the flags, in their order."""
    measured, _ = timed([0.01, 0.02, 0.03, 0.01, 0.02, 0.04], images=5, batch_size=64, budget=0.0, noise=0.1)
    found = SizeTiming.of(64, measured, ["varies", "busy"])
    assert (found.asked, found.batch_size, found.repeats) == (64, 5, measured.repeats)
    assert found.images_per_second == measured.images_per_second
    assert found.latency_p50_ms <= found.latency_p95_ms <= found.latency_p99_ms == measured.latency_p99_ms
    assert (found.noise, found.flags) == (measured.noise, "budget busy varies")


def test_a_stored_sweep_is_read_without_torch() -> None:
    """A table of stored runs computes nothing on tensors, and does not wait for torch to be imported."""
    code = "import sys, benchkit.results; sys.exit('torch' in sys.modules)"
    subprocess.run([sys.executable, "-c", code], check=True)
