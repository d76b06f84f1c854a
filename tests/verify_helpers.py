"""A small run with raw scores, and what somebody might do to it before it is verified."""

from __future__ import annotations

import atexit
import functools
import hashlib
import json
import shutil
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np

import benchkit
from benchkit.registry import Registry, load_registry
from benchkit.results import RunStore
from benchkit.verify import Check, Verification, verify_runs

TOYS = Path(__file__).with_name("toy_plugins.py")

Row = dict[str, Any]


def make_run(folder: Path, *, threshold: str = "quantile:0.95", prevalence: float = 0.5, **options: Any) -> Path:
    """Run two rows on two anomalies with two seeds: eight cells, of which two pairs differ in nothing but the seed."""
    run = benchkit.run(
        dataset="toy",
        detectors=["brightness", "brightness@columns"],
        anomalies=["brighter", "class-three"],
        seeds=2,
        plugins=[TOYS],
        out=folder,
        name="run",
        device="cpu",
        timing_seconds=0.01,
        changes={"brightness": {"scale": 2.0}, "brighter": {"amount": 0.012}},
        threshold=threshold,
        prevalence=prevalence,
        **options,
    )
    return finished(run.folder)


@functools.cache
def _made(threshold: str) -> Path:
    """Return a run that nobody changes, made once a process."""
    folder = Path(tempfile.mkdtemp())
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return make_run(folder, threshold=threshold, prevalence=0.3)


def fresh_run(folder: Path, threshold: str = "quantile:0.95") -> Path:
    """Return a copy of a run, to tamper with."""
    return Path(shutil.copytree(_made(threshold), folder / "run"))


def finished(run: Path) -> Path:
    """Give a run the digest that belongs to it."""
    with RunStore.reopen(run) as store:
        store.finish()
    return run


@functools.cache
def registry() -> Registry:
    """Return a registry with the toys, loaded once."""
    return load_registry(files=[TOYS])


def verified(run: Path, *, data: bool = False) -> Verification:
    """Verify one run."""
    (found,) = verify_runs([run], registry(), data=data)
    return found


def check_of(run: Path, name: str, *, data: bool = False) -> Check:
    """Return one check of a run."""
    return next(check for check in verified(run, data=data).checks if check.name == name)


def found_in(check: Check) -> set[tuple[str, str]]:
    """Return where a check found something, and in which field."""
    return {(each.where, each.field) for each in check.disagreements}


def rows_of(run: Path) -> list[Row]:
    """Return the rows as they are stored."""
    return [json.loads(line) for line in (run / "cells.jsonl").read_text().splitlines()]


def write_rows(run: Path, rows: list[Row], *, digest: bool = True) -> None:
    """Put these rows in the place of the stored ones; a careful forger writes the digest anew."""
    (run / "cells.jsonl").write_text("".join(f"{json.dumps(row)}\n" for row in rows))
    if digest:
        sha256 = hashlib.sha256((run / "cells.jsonl").read_bytes()).hexdigest()
        edit_manifest(run, lambda manifest: manifest.update(cells_sha256=sha256))


def edit_row(run: Path, index: int = 0, *, digest: bool = True, **changes: Any) -> str:
    """Change fields of one row; return what the row is called."""
    rows = rows_of(run)
    rows[index].update(changes)
    write_rows(run, rows, digest=digest)
    return name_of(rows[index])


def place_of(run: Path, name: str = "brightness on toy, brighter, seed 1") -> int:
    """Return where a row is."""
    return next(index for index, row in enumerate(rows_of(run)) if name_of(row) == name)


def name_of(row: Row) -> str:
    """Return what a row is called."""
    return f"{row['detector']} on {row['dataset']}, {row['anomaly']}, seed {row['seed']}"


def edit_manifest(run: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change run.json."""
    manifest = json.loads((run / "run.json").read_text())
    change(manifest)
    (run / "run.json").write_text(json.dumps(manifest))


def scores_of(run: Path, row: Row) -> Path:
    """Return the file with the raw scores of a row."""
    return run / "scores" / f"{row['dataset']}--{row['detector']}--{row['anomaly']}--s{row['seed']}.npz"


def edit_scores(path: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the arrays of a score file."""
    with np.load(path, allow_pickle=False) as archive:
        arrays = dict(archive)
    change(arrays)
    np.savez_compressed(path, **arrays)
