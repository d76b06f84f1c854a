"""The single times of a fit group as they are stored."""

from __future__ import annotations

from collections.abc import Sequence

from benchkit.results import TimingRecord
from benchkit.runner.group import Outcome


def timing_of(outcomes: Sequence[Outcome]) -> TimingRecord | None:
    """Return the record of one fit group, or None when it was not timed to its end.

    Args:
        outcomes: all that the group came to.
    """
    timed = [outcome for outcome in outcomes if outcome.readings is not None and outcome.cell.status == "ok"]
    if not timed:
        return None
    cell, readings, ceilings = timed[0].cell, timed[0].readings, timed[0].ceilings
    if readings is None or cell.threads is None or cell.batch_size is None:
        return None
    return TimingRecord(
        dataset=cell.dataset,
        detector=cell.detector,
        settings=cell.settings,
        seed=cell.seed,
        anomalies=tuple(outcome.cell.anomaly for outcome in timed),
        device=cell.device,
        device_name=cell.device_name,
        threads=cell.threads,
        batch_size=cell.batch_size,
        lane=cell.timing_lane,
        seconds=readings.seconds,
        reference_at=readings.reference_at,
        reference_seconds=readings.reference_seconds,
        beside=readings.beside,
        turn_seconds=readings.turn_seconds,
        product_flop_per_second=None if ceilings is None else ceilings.product_flop_per_second,
        copy_bytes_per_second=None if ceilings is None else ceilings.copy_bytes_per_second,
        window_seconds=readings.window_seconds,
        sweep=timed[0].sweep,
    )
