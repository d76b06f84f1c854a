"""The fit groups of two runs that belong together: what was timed once stands once, not once a column."""

from __future__ import annotations

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from numbers import Integral
from typing import Any

import pandas as pd

from benchkit.compare.speed_hardware import Hardware
from benchkit.compare.speed_repeats import Repeats
from benchkit.measure.costs import COSTS
from benchkit.results import StoredRun, TimingRecord

SHARED = "shared"
"""The lane of a timing beside which something else of the run computed."""

_PLACE = ("dataset", "detector", "seed", "anomaly")
_TOLD = ("settings", "timing_lane", "device", "device_name", "threads", "batch_size")

Place = tuple[str, str, int, str]


@dataclass(frozen=True)
class Timed:
    """What a run knows of one fit group's costs.

    Attributes:
        values: each cost by its name, where it was measured.
        repeats: the raw repeats, or None where the run has none.
        lane: ``exclusive``, ``shared``, or empty when nothing was timed.
        hardware: what it was timed on.
    """

    values: Mapping[str, float]
    repeats: Repeats | None
    lane: str
    hardware: Hardware


@dataclass(frozen=True)
class Pair:
    """One fit group in both runs.

    Attributes:
        dataset: name of the data set.
        detector: name of the detector's row.
        seed: of the fit.
        anomalies: the columns that share the fit on both sides, in BASE's order.
        base: BASE's costs.
        head: HEAD's.
    """

    dataset: str
    detector: str
    seed: int
    anomalies: tuple[str, ...]
    base: Timed
    head: Timed


def matched_groups(
    base: StoredRun, head: StoredRun, base_timings: Sequence[TimingRecord], head_timings: Sequence[TimingRecord]
) -> tuple[Pair, ...]:
    """Return the fit groups of which both runs have cells that ended well, in BASE's order.

    Args:
        base: a run.
        head: another.
        base_timings: BASE's raw repeats, as ``read_timings`` returns them.
        head_timings: HEAD's.
    """
    one, other = _timed_cells(base, base_timings), _timed_cells(head, head_timings)
    found: dict[Hashable, tuple[Place, list[str], Timed, Timed]] = {}
    for place, (mark, timed) in one.items():
        if place in other:
            its_mark, its_timed = other[place]
            entry = found.setdefault((place[:3], mark, its_mark), (place, [], timed, its_timed))
            entry[1].append(place[3])
    return tuple(Pair(*place[:3], tuple(names), timed, its) for place, names, timed, its in found.values())


def _timed_cells(run: StoredRun, timings: Sequence[TimingRecord]) -> dict[Place, tuple[Hashable, Timed]]:
    """Return for each good cell a mark that all cells of its fit group share, and what was timed."""
    records = {
        (record.dataset, record.detector, record.seed, anomaly, record.settings): record
        for record in timings
        for anomaly in record.anomalies
    }
    cells = run.cells[run.cells["status"].eq("ok")]
    columns = [*_PLACE, *_TOLD, *COSTS]
    made: dict[Hashable, Timed] = {}
    found: dict[Place, tuple[Hashable, Timed]] = {}
    for values in cells[columns].itertuples(index=False, name=None):
        cell = {name: _known(value) for name, value in zip(columns, values, strict=True)}
        place: Place = (str(values[0]), str(values[1]), int(values[2]), str(values[3]))
        mark = (*place[:3], *(cell[name] for name in (*_TOLD, *COSTS)))  # of two fits no two times are the same
        if mark not in made:
            made[mark] = _timed(cell, records.get((*place, str(cell["settings"]))), run.manifest)
        found[place] = (mark, made[mark])
    return found


def _known(value: Any) -> Any:
    return None if pd.isna(value) else value


def _timed(cell: Mapping[str, Any], record: TimingRecord | None, manifest: Mapping[str, Any]) -> Timed:
    machine = _part(manifest, "hardware")
    return Timed(
        values={name: float(cell[name]) for name in COSTS if cell[name] is not None},
        repeats=None if record is None else _repeats(record, machine, _part(manifest, "settings")),
        lane=str(cell["timing_lane"] or ""),
        hardware=Hardware(
            device=str(cell["device"] or "").partition(":")[0],
            device_name=str(cell["device_name"] or ""),
            machine=_text(machine.get("machine")),
            cores=_whole(machine.get("cores")),
            threads=_whole(cell["threads"]),
            batch_size=_whole(cell["batch_size"]),
        ),
    )


def _repeats(record: TimingRecord, machine: Mapping[str, Any], settings: Mapping[str, Any]) -> Repeats:
    asked = settings.get("timing_seconds")
    budget = float(asked) if isinstance(asked, int | float) else 0.0
    # Before schema 4 no timing ended before its budget was spent.
    window = max(budget, sum(record.seconds)) if record.window_seconds is None else record.window_seconds
    return Repeats(
        seconds=record.seconds,
        reference_at=record.reference_at,
        reference_seconds=record.reference_seconds,
        torch=_text(machine.get("torch")),
        window_seconds=window,
        ended_early=window < budget,
        beside=record.beside,
        turn_seconds=record.turn_seconds,
    )


def _part(manifest: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = manifest.get(name)
    return part if isinstance(part, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    if isinstance(value, bool):
        return None
    return int(value) if isinstance(value, Integral) else None
