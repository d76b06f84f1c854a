"""How good and how fast each detector is on the average: the points of quality against throughput."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import fmean, median
from typing import Any

from benchkit.display import Piece, number_of
from benchkit.errors import NotComparableError
from benchkit.report.remarks import machine_title

Row = Mapping[str, Any]


@dataclass(frozen=True)
class Standing:
    """A detector on one machine.

    Attributes:
        detector: its name; with the beginning of its settings' hash where there are others of that name.
        device: kind of device, such as ``cpu``; empty where nobody knows.
        machine: the device's own name with the threads used.
        batch: images of a timed batch; None where nobody knows.
        quality: mean AUROC over the columns of the table, each the mean of its members; then over seeds.
        speed: images a second: the median of the cells that were timed with that batch.
        disturbed: something else of the run computed on that machine meanwhile.
    """

    detector: str
    device: str
    machine: str
    batch: int | None
    quality: float
    speed: float
    disturbed: bool


def standings(pieces: Sequence[Piece]) -> tuple[list[Standing], list[str]]:
    """Return where each detector stands on each machine, and why those are not there that could not be compared.

    Raises:
        NotComparableError: the cells are of several data sets or protocols.
    """
    rows = [piece.row for piece in pieces]
    _refuse_mixture(rows)
    every = {(row["anomaly"], row["seed"]) for row in rows if number_of(row["auroc"]) is not None}
    found: list[Standing] = []
    notes: list[str] = []
    for name, own in _by_detector(rows).items():
        lacks = every - {(row["anomaly"], row["seed"]) for row in own if number_of(row["auroc"]) is not None}
        timed = [row for row in own if number_of(row["images_per_second"]) is not None]
        if lacks:
            notes.append(f"{name} has no number in {len(lacks)} of {len(every)} cells that others have")
        elif not timed:
            notes.append(f"{name} was not timed")
        else:
            found += _on_machines(name, _quality(own), timed)
    return found, notes


def _refuse_mixture(rows: Sequence[Row]) -> None:
    kinds = sorted({f"{row['dataset']} under protocol {row['protocol'].split('-')[0]}" for row in rows})
    if len(kinds) > 1:
        raise NotComparableError(
            f"quality and speed: got cells of {'; '.join(kinds)}; expected one data set under one protocol: means over "
            "different data cannot be held against each other. Choose one run of them."
        )


def _by_detector(rows: Iterable[Row]) -> dict[str, list[Row]]:
    by_settings: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in rows:
        by_settings[row["detector"], row["settings"]].append(row)
    names = [name for name, _ in by_settings]
    return {
        name if names.count(name) == 1 else f"{name} ({settings[:6]})": own
        for (name, settings), own in by_settings.items()
    }


def _quality(rows: Iterable[Row]) -> float:
    columns: dict[int, dict[str, list[float]]] = defaultdict(lambda: defaultdict(list))
    for row in rows:
        columns[row["seed"]][row["anomaly_group"] or row["anomaly"]].append(float(row["auroc"]))
    return fmean(fmean(map(fmean, of_seed.values())) for of_seed in columns.values())


def _on_machines(name: str, quality: float, timed: Iterable[Row]) -> Iterable[Standing]:
    machines: dict[tuple[str, str], list[Row]] = defaultdict(list)
    for row in timed:
        machines[row["device"], machine_title(str(row["device_name"]), row["threads"])].append(row)
    for (device, machine), own in machines.items():
        batch = max(map(_batch, own))
        # The largest batch: a held-out class leaves few images, and a small batch is another time.
        largest = [row for row in own if _batch(row) == batch]
        speed = median(float(row["images_per_second"]) for row in largest)
        yield Standing(
            name, device, machine, batch or None, quality, speed, any(row["timing_lane"] == "shared" for row in largest)
        )


def _batch(row: Row) -> int:
    return int(number_of(row["batch_size"]) or 0)
