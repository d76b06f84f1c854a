"""What is said of the ceilings beside a share of the limit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from board_helpers import board_cell, section_of

from benchkit.report import leaderboards
from benchkit.results import Cell, RunStore, StoredRun, TimingRecord, read_run


def record(**changes: Any) -> TimingRecord:
    """Return the timing of one fit group on one machine."""
    values: dict[str, Any] = {
        "dataset": "digits", "detector": "one", "settings": "s", "seed": 0, "anomalies": ("noise-1",), "device": "cpu",
        "device_name": "Chip", "threads": 2, "batch_size": 64, "lane": "exclusive", "seconds": (0.5,),
        "product_flop_per_second": 1.5e11, "copy_bytes_per_second": 2.7435e10,
    }  # fmt: skip
    return TimingRecord(**{**values, **changes})


def run_of(folder: Path, cell: Cell, *records: TimingRecord) -> StoredRun:
    """Return a stored run of one cell."""
    with RunStore.create(folder, "run", {}) as store:
        for each in records:
            store.append_timing(each)
        store.append(cell)
    return read_run(store.folder)


def notes(run: StoredRun, columns: str = "limit") -> str:
    """Return what stands above the table of speed."""
    (board,) = leaderboards([run], columns=columns)
    return " ".join(section_of(board, "speed").notes)


def test_the_ceilings_are_named_with_their_machine(tmp_path: Path) -> None:
    """In thousands of millions, as the processes that timed something measured them."""
    said = notes(run_of(tmp_path, board_cell(limit_share=0.5), record()))
    assert "Chip, 2 threads: matrix products 150 GFLOP/s, copies 27.43 GB/s." in said
    assert "Above 100 %" not in said


def test_several_processes_span_a_range_and_machines_stand_apart(tmp_path: Path) -> None:
    """Each process measures its own; other data sets and devices are none of it."""
    faster = record(seed=1, product_flop_per_second=1.6e11)
    other = record(seed=2, device_name="Old chip", threads=1, product_flop_per_second=1e9, copy_bytes_per_second=1e9)
    strangers = (record(dataset="mnist", device_name="Elsewhere"), record(seed=3, device="cuda:0", device_name="GPU"))
    said = notes(run_of(tmp_path, board_cell(limit_share=0.5), record(), faster, other, *strangers))
    assert "Chip, 2 threads: matrix products 150 to 160 GFLOP/s, copies 27.43 GB/s; " in said
    assert "Old chip, 1 thread: matrix products 1 GFLOP/s, copies 1 GB/s." in said
    assert "Elsewhere" not in said
    assert "GPU" not in said


def test_a_share_above_the_limit_is_explained(tmp_path: Path) -> None:
    """Caches, other numbers than float32 and a disturbed measurement are why that can be."""
    assert "Above 100 %: the images stayed in a cache" in notes(run_of(tmp_path, board_cell(limit_share=1.5), record()))


def test_ceilings_that_are_not_there_are_said_not_to_be(tmp_path: Path) -> None:
    """Of older runs, of cells alone, and of times that cannot be read."""
    run = run_of(tmp_path, board_cell(), record(product_flop_per_second=None, copy_bytes_per_second=None))
    assert "they are not stored with these cells" in notes(run)
    (run.folder / "timings.jsonl").write_text("{}\n")
    assert "they are not stored with these cells" in notes(run)
    (run.folder / "timings.jsonl").unlink()
    assert "they are not stored with these cells" in notes(run)


def test_nothing_is_said_where_no_share_is_shown(tmp_path: Path) -> None:
    """The usual table says nothing of ceilings."""
    assert notes(run_of(tmp_path, board_cell(limit_share=0.5), record()), "images_per_second") == ""
