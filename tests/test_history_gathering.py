"""Only what can be compared stands in one series."""

from __future__ import annotations

from pathlib import Path

import pytest
from history_helpers import cell, follow, runs_of, write_run, write_series

from benchkit import UsageError
from benchkit.history import Series
from benchkit.report import leaderboards
from benchkit.results import read_run


def values_of(series: Series) -> list[float | None]:
    """Return a series' numbers."""
    return [point.value for point in series.points]


def test_the_numbers_are_those_of_the_leaderboard(tmp_path: Path) -> None:
    """The mean over columns, a group counted once, with the interval that the table shows."""
    cells = [
        cell(anomaly=anomaly, anomaly_group=group, value=value, seed=seed)
        for seed in (0, 1)
        for anomaly, group, value in [("dark", "", 0.9 + seed / 100), ("out-1", "out", 0.6), ("out-2", "out", 0.4)]
    ]
    folder = write_run(tmp_path, "run", *cells)
    (board,) = leaderboards([read_run(folder)])
    mean, *columns = board.sections[0].rows[0].entries
    (series,) = follow(tmp_path).series
    (point,) = series.points
    assert series.key.column == "Mean"
    assert (point.value, point.low, point.high) == (mean.value, mean.low, mean.high)
    assert point.value == pytest.approx((0.905 + 0.5) / 2)
    assert point.low is not None
    each = follow(tmp_path, anomalies=["*"]).series
    assert [one.key.column for one in each] == ["dark", "out"]
    assert [one.points[0].value for one in each] == [column.value for column in columns]


def test_each_detector_has_a_series_in_the_order_of_time(tmp_path: Path) -> None:
    """A run a point, with its commit and its time."""
    for day in (1, 2):
        write_run(tmp_path, f"run-{day}", cell("beta", value=0.5), cell("alpha-10"), cell("alpha-9"), day=day)
    found = follow(tmp_path).series
    assert [series.key.detector for series in found] == ["alpha-9", "alpha-10", "beta"]
    assert [runs_of(series) for series in found] == [["run-1", "run-2"]] * 3
    first = found[0].points[0]
    assert (first.commit, first.dirty, first.started) == (f"{1:040x}", False, "2026-03-01T12:00:00+00:00")


def test_speed_is_compared_on_one_machine_only(tmp_path: Path) -> None:
    """Another processor, number of threads, batch size or number of cores begins a series; for quality it does not."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(device_name="Chip 2"), day=2)
    write_run(tmp_path, "three", cell(threads=2), day=3)
    write_run(tmp_path, "four", cell(batch_size=16), day=4)
    write_run(tmp_path, "five", cell(), day=5, hardware={"cores": 64})
    found = follow(tmp_path, metric="images_per_second").series
    assert [runs_of(series) for series in found] == [["one"], ["two"], ["three"], ["four"], ["five"]]
    assert "timed on Chip 2, 1 thread" in found[1].remark
    assert "on a machine of 64 cores, not Chip" in found[4].remark
    assert len(follow(tmp_path).series) == 1


def test_speed_has_its_numbers_from_the_leaderboard(tmp_path: Path) -> None:
    """A column of the table of speed; a run that was timed beside other work says so."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(images_per_second=50.0, timing_lane="shared"), day=2)
    (series,) = follow(tmp_path, metric="images_per_second").series
    assert values_of(series) == [100.0, 50.0]
    assert [point.notes for point in series.points] == [(), ("timed beside other work",)]


def test_a_cell_that_failed_is_a_gap_that_says_so(tmp_path: Path) -> None:
    """So is one without its part of the protocol, and the mean over columns of which one failed."""
    write_run(tmp_path, "one", cell(), cell(anomaly="bright"), day=1)
    write_run(tmp_path, "two", cell(value=None), cell(anomaly="bright"), day=2)
    write_run(tmp_path, "three", cell(value=None, protocol="", status="timeout"), cell(anomaly="bright"), day=3)
    write_run(tmp_path, "four", cell(), cell(anomaly="bright"), day=4)
    (series,) = follow(tmp_path).series
    assert [point.status for point in series.points] == ["ok", "failed", "timeout", "ok"]
    assert [value is None for value in values_of(series)] == [False, True, True, False]


def test_a_run_in_which_nothing_ended_well_is_a_gap(tmp_path: Path) -> None:
    """Its cells know no protocol at all, and belong to the series of the detector."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(value=None, protocol=""), day=2)
    (series,) = follow(tmp_path).series
    assert [point.status for point in series.points] == ["ok", "failed"]


def test_a_detector_that_vanished_is_a_gap(tmp_path: Path) -> None:
    """A later run with the same columns, but without the detector, shows that it is missing."""
    write_run(tmp_path, "one", cell("beta"), day=1)
    write_run(tmp_path, "two", cell("alpha"), cell("beta"), day=2)
    write_run(tmp_path, "three", cell("beta"), day=3)
    alpha, beta = follow(tmp_path).series
    assert [(point.run, point.status) for point in alpha.points] == [("two", "ok"), ("three", "missing")]
    assert runs_of(beta) == ["one", "two", "three"]


def test_other_data_sets_and_devices_are_series_of_their_own(tmp_path: Path) -> None:
    """They need no remark: their titles tell them apart."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(dataset="other", protocol="p-dark"), cell(device="cuda:0"), day=2)
    found = follow(tmp_path).series
    assert [(series.key.dataset, series.key.device) for series in found] == [
        ("other", "cpu"),
        ("toy", "cpu"),
        ("toy", "cuda"),
    ]
    assert [series.remark for series in found] == ["", "", ""]


def test_an_unfinished_run_is_noted(tmp_path: Path) -> None:
    """Its numbers may be over a part of what was asked for."""
    write_run(tmp_path, "one", cell(), state="running")
    (series,) = follow(tmp_path).series
    assert series.points[0].notes == ("the run did not finish",)


def test_a_change_of_level_is_marked(tmp_path: Path) -> None:
    """The point that brings a loss carries its size."""
    write_series(tmp_path, 0.8, 0.8, 0.8, 0.7, 0.7)
    (series,) = follow(tmp_path).series
    assert [round(point.change.difference, 6) if point.change else None for point in series.points] == [
        None,
        None,
        None,
        -0.1,
        None,
    ]


def test_one_run_is_no_history_and_says_so(tmp_path: Path) -> None:
    """One point, without a mark, and a note."""
    write_series(tmp_path, 0.8)
    found = follow(tmp_path)
    assert values_of(found.series[0]) == [0.8]
    assert found.notes == ("Nothing was measured twice in a way that can be compared: each series is one point.",)


def test_runs_without_cells_have_no_series(tmp_path: Path) -> None:
    """There is nothing to show, and nothing to choose from."""
    write_run(tmp_path, "empty")
    with pytest.raises(UsageError, match="the runs hold no cells"):
        follow(tmp_path)


def test_without_ruptures_there_are_no_marks_and_a_note(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The numbers stand all the same; the note names what to install."""
    write_series(tmp_path, 0.8, 0.8, 0.7, 0.7)
    monkeypatch.setattr("benchkit.history.changes.available", lambda: False)
    found = follow(tmp_path)
    assert values_of(found.series[0]) == [0.8, 0.8, 0.7, 0.7]
    assert [point.change for point in found.series[0].points] == [None] * 4
    assert [note for note in found.notes if "pip install 'benchkit[figures]'" in note]
