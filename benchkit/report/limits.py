"""Against which ceilings the shares of the limit are taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from benchkit.errors import StoreError
from benchkit.report.arrangement import Arrangement
from benchkit.report.remarks import machine_title
from benchkit.results import StoredRun, TimingRecord, read_timings


def limit_notes(cells: Arrangement, runs: Iterable[StoredRun], *, dataset: str, kind: str) -> tuple[str, ...]:
    """Return the sentences without which a share of the limit cannot be understood.

    Args:
        cells: laid out.
        runs: where they come from.
        dataset: their data set.
        kind: their kind of device, such as ``cpu``.
    """
    records = [
        record
        for run in runs
        for record in _timings(run)
        if record.dataset == dataset and record.device.partition(":")[0] == kind and record.product_flop_per_second
    ]
    machines = [f"{machine}: {_ceilings(records, machine)}" for machine in sorted({*map(_machine, records)})]
    ceilings = "; ".join(machines) or "they are not stored with these cells"
    notes = (
        "% of limit: images/s as a share of what the machine's own ceilings, measured in the same run, allow for the "
        f"operations and bytes that an image takes at least. The ceilings, of float32: {ceilings}.",
    )
    return (*notes, _BEYOND) if cells.grid.cells["limit_share"].gt(1.0).any() else notes


_BEYOND = (
    "Above 100 %: the images stayed in a cache, the products are not of float32, or the machine was disturbed while "
    "its ceilings were measured."
)


def _timings(run: StoredRun) -> Sequence[TimingRecord]:
    try:
        return read_timings(run.folder)
    except StoreError:  # `benchkit verify` says so; the cells are there
        return ()


def _machine(record: TimingRecord) -> str:
    return machine_title(record.device_name, record.threads)


def _ceilings(records: Sequence[TimingRecord], machine: str) -> str:
    there = [record for record in records if _machine(record) == machine]
    products = _span([record.product_flop_per_second or 0.0 for record in there])
    copies = _span([record.copy_bytes_per_second or 0.0 for record in there])
    return f"matrix products {products} GFLOP/s, copies {copies} GB/s"


def _span(rates: Sequence[float]) -> str:
    """Return the rates in thousands of millions: of several processes from the lowest to the highest."""
    low, high = (f"{rate / 1e9:.4g}" for rate in (min(rates), max(rates)))
    return low if low == high else f"{low} to {high}"
