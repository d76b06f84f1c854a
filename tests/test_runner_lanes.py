"""Lanes: fits side by side, timings alone."""

from __future__ import annotations

import multiprocessing
import threading
import time

from benchkit.runner.lanes import OneLane, SharedLanes


def test_a_timing_never_overlaps_a_fit() -> None:
    """While the exclusive lane is held nobody is in the shared one, over many random overlaps."""
    lanes = SharedLanes(3, multiprocessing.get_context("spawn"))
    inside, overlaps = [], []

    def fit() -> None:
        for _ in range(20):
            with lanes.shared():
                inside.append(1)
                time.sleep(0.001)
                inside.pop()

    def timing() -> None:
        for _ in range(10):
            with lanes.exclusive():
                overlaps.append(len(inside))
                time.sleep(0.001)
                overlaps.append(len(inside))

    threads = [threading.Thread(target=target) for target in (fit, fit, timing)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not any(thread.is_alive() for thread in threads)
    assert overlaps == [0] * 20


def test_fits_run_side_by_side() -> None:
    """Two workers are in the shared lane at the same time."""
    lanes = SharedLanes(2, multiprocessing.get_context("spawn"))
    met = threading.Barrier(2)

    def fit() -> None:
        with lanes.shared():
            met.wait(timeout=30)

    threads = [threading.Thread(target=fit) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    assert not met.broken


def test_one_process_waits_for_nobody() -> None:
    """The lane of a single process is open in both ways, nested as well."""
    lane = OneLane()
    with lane.shared(), lane.exclusive():
        assert lane.alone
