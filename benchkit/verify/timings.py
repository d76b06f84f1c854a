"""Do the speeds of the rows follow from the single times that were kept?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from benchkit.errors import StoreError
from benchkit.measure.ceilings import Ceilings
from benchkit.measure.noise import relative_noise
from benchkit.measure.readings import MOST_KEPT
from benchkit.results import TimingRecord, read_timings
from benchkit.results.cell import ADDED
from benchkit.results.naming import TIMINGS_FILE
from benchkit.results.record import OLDEST
from benchkit.verify.evidence import Evidence, counted, row_name
from benchkit.verify.findings import Check, Findings
from benchkit.verify.speeds import check_sweep

_SINCE = 3
_SHARED = ("batch_size", "threads", "device", "device_name")
_FROM_TIMES = ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "timing_noise", "timing_repeats")
_LIMIT = ("limit_images_per_second", "flop_per_image", "bytes_per_image")
_PLACE = ("dataset", "detector", "settings", "seed")

Place = tuple[Any, ...]


def check_timings(evidence: Evidence) -> Check:
    """Return which rows do not fit their fit group's times, which lack them, and which times belong to no row."""
    findings = Findings("timings")
    try:
        records = read_timings(evidence.run.folder)
    except StoreError as error:
        findings.differ(TIMINGS_FILE, "file", str(error), "times that can be read", "read from its file")
        return findings.check("what could be read of the file")
    by_place = {
        (*(getattr(record, name) for name in _PLACE), anomaly): record
        for record in records
        for anomaly in record.anomalies
    }
    for record in records:
        where = row_name(record.dataset, record.detector, ", ".join(record.anomalies), record.seed)
        check_sweep(record.sweep, evidence.part("settings"), where, findings)
    rows = _timed_rows(evidence)
    for place, row in rows.items():
        _check_row(row, by_place.pop(place, None), findings)
    _check_rest(evidence, by_place, findings)
    if not rows:
        findings.leave(f"there are no times: a run keeps those of its measured rows since schema {_SINCE}")
    return findings.check(f"the times of {counted(len(rows), 'timed row')}", done=bool(rows))


def _timed_rows(evidence: Evidence) -> dict[Place, Mapping[str, Any]]:
    """Return the rows that have to have times."""
    cells = evidence.cells
    timed = (evidence.texts("status") == "ok") & (evidence.texts("timing_lane") != "")
    wanted = cells[np.asarray(timed & (evidence.numbers("schema") >= _SINCE), dtype=np.bool_)]
    fields = [*_PLACE, "anomaly", "schema", *_SHARED, *_LIMIT, *_FROM_TIMES, "timing_lane"]
    rows = [dict(zip(fields, row, strict=True)) for row in wanted[fields].itertuples(index=False, name=None)]
    return {(*(row[name] for name in _PLACE), row["anomaly"]): row for row in rows}


def _check_row(row: Mapping[str, Any], record: TimingRecord | None, findings: Findings) -> None:
    name = row_name(row["dataset"], row["detector"], row["anomaly"], row["seed"])
    if record is None:
        findings.differ(name, "times", None, f"a line of {TIMINGS_FILE}", "a row that was timed has one")
        return
    why = f"{TIMINGS_FILE} says so of its fit group"
    for field in _SHARED:
        findings.compare(name, field, row[field], getattr(record, field), why)
    findings.compare(name, "timing_lane", row["timing_lane"], record.lane, why)
    limit = _limit(row, record)
    findings.compare(name, _LIMIT[0], row[_LIMIT[0]], limit, f"the row's work at the ceilings in {TIMINGS_FILE}")
    if len(record.seconds) < MOST_KEPT:  # of more than that only some were kept
        for field, expected in _from_times(record.seconds).items():
            if row["schema"] >= ADDED.get(field, OLDEST):
                findings.compare(name, field, row[field], expected, "it follows from the stored times")


def _from_times(seconds: Sequence[float]) -> dict[str, float]:
    """Return what the times of all batches say."""
    median = float(np.median(seconds))
    slow, slowest = (max(float(np.quantile(seconds, share, method="higher")), median) for share in (0.95, 0.99))
    latencies = dict(zip(_FROM_TIMES, (1e3 * median, 1e3 * slow, 1e3 * slowest), strict=False))
    return {**latencies, "timing_noise": relative_noise(seconds), "timing_repeats": len(seconds)}


def _limit(row: Mapping[str, Any], record: TimingRecord) -> float | None:
    """Return the most images a second that the stored ceilings allow."""
    if record.product_flop_per_second is None or record.copy_bytes_per_second is None:
        return None
    flop, size = (None if np.isnan(row[name]) else float(row[name]) for name in _LIMIT[1:])
    return Ceilings(record.product_flop_per_second, record.copy_bytes_per_second).images_per_second(flop, size)


def _check_rest(evidence: Evidence, rest: Mapping[Place, TimingRecord], findings: Findings) -> None:
    """Times of no row: left by a run that was killed, or all that is left of a row taken away."""
    for dataset, detector, _, seed, anomaly in rest:
        name = row_name(dataset, detector, anomaly, seed)
        if evidence.state == "finished":
            findings.differ(name, "row", None, "one row", f"these times in {TIMINGS_FILE} belong to no measured row")
        else:
            findings.note(f"times of {name} belong to no measured row, as when a run was ended in between")
