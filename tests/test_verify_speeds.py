"""Speeds that have to fit each other: in a row, in a sweep, and with what the run's settings asked for."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from verify_helpers import check_of, edit_row, found_in, fresh_run, make_run, place_of, verified

from benchkit.measure.sweep import SizeTiming
from benchkit.results import Cell, StoredRun, to_frame
from benchkit.verify.evidence import Evidence
from benchkit.verify.findings import Check, Findings
from benchkit.verify.speeds import check_speeds, check_sweep, noise_of

TIMED: dict[str, Any] = {
    "images_per_second": 6400.0, "latency_p50_ms": 10.0, "latency_p95_ms": 11.0, "latency_p99_ms": 12.0,
    "batch_size": 64, "timing_noise": 0.02, "timing_repeats": 20, "timing_flags": "budget busy", "device": "cpu",
    "timing_lane": "exclusive",
}  # fmt: skip
SETTINGS = {"batch_size": 64, "timing_noise": 0.01, "batch_sizes": [1, 64]}
SIZE = SizeTiming(
    asked=64, batch_size=64, images_per_second=6400.0, latency_p50_ms=10.0, latency_p95_ms=11.0, latency_p99_ms=12.0,
    noise=0.02, repeats=7, flags="budget",
)  # fmt: skip
SWEEP = (replace(SIZE, asked=1, batch_size=1, images_per_second=100.0), SIZE)


def checked(**fields: Any) -> set[str]:
    """Check one row; return the fields that are wrong."""
    blank = Cell(dataset="d", detector="x", view="v", anomaly="a", seed=0, status="ok").to_dict()
    findings = Findings("speeds")
    check_speeds(Evidence(StoredRun(Path("run"), {"settings": SETTINGS}, to_frame([blank | TIMED | fields]))), findings)
    return {each.field for each in findings.check("").disagreements}


def swept(*sizes: SizeTiming, **settings: Any) -> Check:
    """Check one sweep."""
    findings = Findings("sweep")
    check_sweep(sizes, {**SETTINGS, **settings}, "x on d, a, seed 0", findings)
    return findings.check("")


def test_an_honest_row_fits() -> None:
    """On a CPU, and on a device that has a way to it and memory of its own."""
    assert checked() == set()
    assert checked(device="cuda:0", host_images_per_second=5000.0, score_memory_mb=12.5) == set()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"latency_p95_ms": 9.0}, "latency_p95_ms"),
        ({"latency_p99_ms": 10.5}, "latency_p99_ms"),
        ({"images_per_second": 6401.0}, "images_per_second"),
        ({"timing_noise": None}, "timing_noise"),
        ({"timing_repeats": None}, "timing_repeats"),
        ({"latency_p95_ms": None}, "latency_p95_ms"),
        ({"timing_flags": "busy"}, "timing_flags"),
        ({"timing_flags": "busy budget"}, "timing_flags"),
        ({"timing_flags": "budget odd"}, "timing_flags"),
        ({"host_images_per_second": 5000.0}, "host_images_per_second"),
        ({"score_memory_mb": 5.0}, "score_memory_mb"),
        ({"batch_size": 65, "images_per_second": 6500.0}, "batch_size"),
    ],
)
def test_a_row_that_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    """Out of order, missing, not said, said in other words, or of a device that it did not run on."""
    assert checked(**changes) == {field}


@pytest.mark.parametrize(
    ("settings", "noise"),
    [
        ({"timing_noise": 0.02}, 0.02), ({"timing_noise": 0}, 0.0), ({}, 0.0), ({"timing_noise": "much"}, 0.0),
        ({"timing_noise": 0.02, "beside": "meet"}, 0.0),
    ],
)  # fmt: skip
def test_the_noise_that_was_asked_for(settings: dict[str, Any], noise: float) -> None:
    """None before it could be, and none where two were timed in turns."""
    assert noise_of(settings) == noise


def test_an_honest_sweep_fits() -> None:
    """Also one whose largest batch did not fit in memory, and said so."""
    assert swept(*SWEEP).disagreements == ()
    halved = replace(SIZE, batch_size=32, images_per_second=3200.0, flags="budget halved")
    assert swept(SWEEP[0], halved).disagreements == ()
    assert swept(batch_sizes=[]).disagreements == ()


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"images_per_second": 6401.0}, "images_per_second"),
        ({"latency_p95_ms": 9.0}, "latency"),
        ({"flags": "budget odd"}, "flags"),
        ({"flags": ""}, "flags"),
        ({"noise": 0.005}, "flags"),
        ({"batch_size": 32, "images_per_second": 3200.0}, "batch_size"),
        ({"batch_size": 128, "images_per_second": 12800.0}, "batch_size"),
        ({"flags": "budget halved"}, "batch_size"),
    ],
)
def test_a_size_that_does_not_fit_is_named(changes: dict[str, Any], field: str) -> None:
    """With the size that was asked for."""
    (found,) = swept(SWEEP[0], replace(SIZE, **changes)).disagreements
    assert (found.where, found.field) == ("x on d, a, seed 0", f"sweep 64: {field}")


@pytest.mark.parametrize(
    ("sizes", "asked"), [((), [1, 64]), (SWEEP[:1], [1, 64]), (SWEEP[::-1], [1, 64]), (SWEEP, []), (SWEEP, None)]
)
def test_a_sweep_is_of_the_sizes_that_were_asked_for(sizes: tuple[SizeTiming, ...], asked: Any) -> None:
    """None is missing, none is there that nobody asked for, and they ascend."""
    assert {each.field for each in swept(*sizes, batch_sizes=asked).disagreements} == {"sweep"}


def edit_sweep(run: Path, change: Callable[[list[dict[str, Any]]], object]) -> None:
    """Change the sweep of the first fit group."""
    first, *rest = (run / "timings.jsonl").read_text().splitlines()
    record = json.loads(first)
    change(record["sweep"])
    (run / "timings.jsonl").write_text("\n".join([json.dumps(record), *rest, ""]))


def test_a_stored_sweep_is_checked(tmp_path: Path) -> None:
    """An honest run agrees; an edit of one number of one size is found, and one that is taken away."""
    run = make_run(tmp_path, batch_sizes=[1, 32])
    assert verified(run).ok
    edit_sweep(run, lambda sweep: sweep[1].update(images_per_second=1.01 * sweep[1]["images_per_second"]))
    assert {field for _, field in found_in(check_of(run, "timings"))} == {"sweep 32: images_per_second"}
    edit_sweep(run, lambda sweep: sweep.clear())
    assert {field for _, field in found_in(check_of(run, "timings"))} == {"sweep"}


@pytest.mark.parametrize(
    "field", ["latency_p95_ms", "latency_p99_ms", "timing_noise", "timing_repeats"]
)  # fmt: skip
def test_what_the_kept_times_tell_again_is_told(field: str, tmp_path: Path) -> None:
    """Where all of them were kept, a change of a row shows."""
    run = fresh_run(tmp_path)
    path = run / "timings.jsonl"
    few = [json.loads(line) for line in path.read_text().splitlines()]
    assert all(len(line["seconds"]) <= 1000 for line in few)
    row = json.loads((run / "cells.jsonl").read_text().splitlines()[place_of(run)])
    if row["timing_repeats"] >= 1000:
        pytest.skip("this machine is so fast that only some of the times were kept")
    edit_row(run, place_of(run), **{field: 2 * row[field] + 1})
    assert field in {found for _, found in found_in(check_of(run, "timings"))}
