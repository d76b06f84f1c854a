"""From cells to leaderboards."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchkit.report import Leaderboard, leaderboards
from benchkit.report.sections import Section
from benchkit.results import Cell, StoredRun, to_frame


def cell(detector: str = "one", anomaly: str = "noise-1", seed: int = 0, **changes: Any) -> Cell:
    """Return a cell that ended well, on one CPU, under one protocol."""
    values = {
        "dataset": "digits", "view": "pixels", "status": "ok", "auroc": 0.5, "precision": 0.5, "settings": "s",
        "protocol": f"base-{anomaly}", "device": "cpu", "device_name": "Chip", "threads": 2, "batch_size": 64,
        "threshold_policy": "quantile:0.95", "prevalence": 0.5, "images_per_second": 1000.0, "latency_p50_ms": 1.0,
        "latency_p99_ms": 2.0, "fit_seconds": 3.0, "view_seconds": 0.0, "peak_memory_mb": 100.0,
    }  # fmt: skip
    return Cell(**{**values, "detector": detector, "anomaly": anomaly, "seed": seed, **changes})


def boards(*runs: Iterable[Cell]) -> list[Leaderboard]:
    """Return the leaderboards of runs of cells."""
    return leaderboards([stored(to_frame(one.to_dict() for one in run)) for run in runs])


def stored(cells: pd.DataFrame) -> StoredRun:
    """Return a run of these cells."""
    return StoredRun(Path("results/run"), {}, cells)


def section(board: Leaderboard, name: str) -> Section:
    """Return the section of that name."""
    return next(section for section in board.sections if section.name == name)


def shown(board: Leaderboard, name: str = "auroc") -> dict[str, dict[str, str]]:
    """Return what a section shows: detector → heading → text, with a star for the best."""
    found = section(board, name)
    labels = [heading.label for heading in found.headings]
    return {
        row.label: {label: entry.text + "*" * entry.best for label, entry in zip(labels, row.entries, strict=True)}
        for row in found.rows
    }


def test_a_run_that_did_not_end_says_so_below_its_table() -> None:
    """Means over whatever an interrupted run got to are not passed off as those of the whole."""
    cells = to_frame([cell().to_dict()])
    cut = StoredRun(Path("results/cut"), {"state": "interrupted", "planned": {"cells": 14}}, cells)
    whole = StoredRun(Path("results/whole"), {"state": "finished", "planned": {"cells": 1}}, cells)
    assert [note for note in leaderboards([cut])[0].footnotes if "cut" in note] == [
        "Run cut did not finish (interrupted): 1 of 14 cells; means are over these alone. "
        "Go on with: benchkit run --resume results/cut"
    ]
    assert leaderboards([whole])[0].footnotes == ()


def test_no_cells_make_no_leaderboard() -> None:
    """Neither no run nor a run without cells is an error."""
    assert boards() == []
    assert boards([]) == []


def test_detectors_are_ordered_by_mean_auroc_and_anomalies_naturally() -> None:
    """The highest mean stands first, noise-2 before noise-10, and the mean before all."""
    (board,) = boards(
        cell(detector, anomaly, auroc=auroc)
        for (detector, anomaly), auroc in zip(
            itertools.product(["low", "high"], ["noise-10", "noise-2"]), [0.2, 0.4, 0.9, 0.5], strict=True
        )
    )
    assert [row.label for row in section(board, "auroc").rows] == ["high", "low"]
    assert [heading.label for heading in section(board, "auroc").headings] == ["Mean", "noise-2", "noise-10"]
    assert shown(board)["high"] == {"Mean": "0.700*", "noise-2": "0.500*", "noise-10": "0.900*"}
    assert shown(board)["low"] == {"Mean": "0.300", "noise-2": "0.400", "noise-10": "0.200"}


def test_a_group_is_one_column_and_counts_once() -> None:
    """Three held-out digits of 0.1, 0.2 and 0.6 make a column of 0.3, and with noise of 0.9 a mean of 0.6."""
    held = [
        cell(anomaly=f"held-out-{digit}", anomaly_group="held-out", auroc=auroc)
        for digit, auroc in enumerate([0.1, 0.2, 0.6])
    ]
    (board,) = boards([*held, cell(auroc=0.9)])
    assert shown(board)["one"] == {"Mean": "0.600*", "held-out": "0.300*", "noise-1": "0.900*"}
    assert shown(board, "auroc of held-out")["one"] == {
        "Mean": "0.300*", "held-out-0": "0.100*", "held-out-1": "0.200*", "held-out-2": "0.600*",
    }  # fmt: skip
    assert any("held-out is the mean of held-out-0, held-out-1, held-out-2" in line for line in board.caption)


def test_a_group_of_which_one_member_ran_is_that_member() -> None:
    """One held-out digit is not headed like the mean over ten."""
    (board,) = boards([cell(anomaly="held-out-9", anomaly_group="held-out"), cell(anomaly="noise-1")])
    assert [heading.label for heading in section(board, "auroc").headings] == ["Mean", "held-out-9", "noise-1"]
    assert not any("is the mean of" in line for line in board.caption)


def test_changed_settings_stand_below_the_table() -> None:
    """Who pastes the table of a run with other settings than the plugins' own pastes that as well."""
    frame = to_frame([cell().to_dict()])
    run = StoredRun(Path("results/mine"), {"changes": {"noise-1": {"sigma": 0.1}, "one": {"epochs": 1}}}, frame)
    (board,) = leaderboards([run])
    assert "Settings changed in run mine: noise-1.sigma = 0.1; one.epochs = 1." in board.footnotes


def test_mean_and_spread_over_seeds_are_those_of_pandas() -> None:
    """On random numbers every column and the mean agree with pandas: mean, and deviation with n - 1."""
    rng = np.random.default_rng(0)
    groups = {"noise-1": "", "held-out-0": "held-out", "held-out-1": "held-out", "fashion": ""}
    cells = [
        cell(detector, anomaly, seed, anomaly_group=group, auroc=float(rng.random()))
        for detector in ("a", "b", "c")
        for anomaly, group in groups.items()
        for seed in range(4)
    ]
    (board,) = boards(cells)
    frame = pd.DataFrame(one.to_dict() for one in cells)
    frame["column"] = frame["anomaly_group"].where(frame["anomaly_group"] != "", frame["anomaly"])
    columns = frame.groupby(["detector", "seed", "column"])["auroc"].mean().unstack("column")
    columns["Mean"] = columns.mean(axis="columns")
    mean, spread = columns.groupby("detector").mean(), columns.groupby("detector").std(ddof=1)
    labels = [heading.label for heading in section(board, "auroc").headings]
    for row in section(board, "auroc").rows:
        for label, entry in zip(labels, row.entries, strict=True):
            assert entry.value == pytest.approx(mean.loc[row.label, label])
            assert entry.spread == pytest.approx(spread.loc[row.label, label])
            shown = f"{spread.loc[row.label, label]:.3f}".removeprefix("0")
            assert entry.text == f"{mean.loc[row.label, label]:.3f} ± {shown}"
    assert [row.label for row in section(board, "auroc").rows] == list(mean["Mean"].sort_values(ascending=False).index)


def test_best_is_judged_by_the_number_that_is_shown() -> None:
    """Two numbers that round to the same are both the best; a third that is shown lower is not."""
    (board,) = boards([cell("a", auroc=0.90041), cell("b", auroc=0.90049), cell("c", auroc=0.8999)])
    assert {row: texts["noise-1"] for row, texts in shown(board).items()} == {
        "a": "0.900*", "b": "0.900*", "c": "0.900*",
    }  # fmt: skip
    (board,) = boards([cell("a", auroc=0.90041), cell("b", auroc=0.90049), cell("c", auroc=0.8994)])
    assert shown(board)["c"]["noise-1"] == "0.899"


def test_a_failed_cell_leaves_no_mean_and_is_named() -> None:
    """A detector with a failed cell comes last without a mean, however good its others, and the footnote says why."""
    (board,) = boards(
        [
            cell("good", "noise-1", auroc=0.6),
            cell("good", "noise-2", auroc=0.6),
            cell("broken", "noise-1", auroc=0.99),
            cell("broken", "noise-2", auroc=None, status="failed", reason="it fell over"),
        ]
    )
    assert list(shown(board)) == ["good", "broken"]
    assert shown(board)["broken"] == {"Mean": "—", "noise-1": "0.990*", "noise-2": "failed"}
    assert board.footnotes == ("broken: noise-2: failed: it fell over",)


def test_one_failed_member_leaves_its_group_without_a_number() -> None:
    """The mean of a group is never taken over those that happened to work."""
    (board,) = boards(
        [
            cell(anomaly="held-out-0", anomaly_group="held-out"),
            cell(anomaly="held-out-1", anomaly_group="held-out", status="oom", auroc=None, reason="too large"),
        ]
    )
    assert shown(board)["one"] == {"Mean": "—", "held-out": "oom"}
    assert shown(board, "auroc of held-out")["one"]["held-out-0"] == "0.500*"


def test_a_failed_seed_is_not_averaged_away() -> None:
    """With one of two seeds failed there is no number, and the footnote names the seed."""
    (board,) = boards([cell(seed=0), cell(seed=1, status="timeout", auroc=None, reason="too slow")])
    assert shown(board)["one"] == {"Mean": "—", "noise-1": "timeout"}
    assert board.footnotes == ("one: noise-1 (seed 1): timeout: too slow",)


def test_an_anomaly_skipped_for_all_is_left_out_and_named() -> None:
    """It makes no column and takes nothing from the means; the footnote gives the reason once."""
    skipped = [cell(name, "fashion", status="skipped", auroc=None, reason="run data fetch") for name in ("a", "b")]
    (board,) = boards([cell("a", auroc=0.7), cell("b", auroc=0.6), *skipped])
    assert shown(board)["a"] == {"Mean": "0.700*", "noise-1": "0.700*"}
    assert board.footnotes == ("Left out, skipped for every detector: fashion: run data fetch",)


def test_an_anomaly_skipped_for_some_keeps_its_column() -> None:
    """A detector that cannot take it has no mean, the others have."""
    (board,) = boards(
        [cell("a"), cell("a", "fashion"), cell("b"), cell("b", "fashion", status="skipped", auroc=None, reason="no")]
    )
    assert shown(board)["a"]["Mean"] == "0.500*"
    assert shown(board)["b"] == {"Mean": "—", "fashion": "skipped", "noise-1": "0.500*"}


def test_a_run_of_nothing_but_skipped_cells_still_says_why() -> None:
    """There is a table, without numbers, and the reason stands below it."""
    (board,) = boards([cell(status="skipped", auroc=None, reason="no such class")])
    assert shown(board)["one"] == {"Mean": "—", "noise-1": "skipped"}
    assert board.footnotes == ("one: noise-1: skipped: no such class",)


def test_a_cell_that_is_not_there_is_missing() -> None:
    """A detector that was not run against an anomaly of the table has no mean, and the footnote names the anomaly."""
    (board,) = boards([cell("a"), cell("a", "noise-2"), cell("b")])
    assert shown(board)["b"] == {"Mean": "—", "noise-1": "0.500*", "noise-2": "missing"}
    assert board.footnotes == ("b: noise-2: missing: not run, or not for every seed.",)


def test_undefined_precision_is_shown_as_such() -> None:
    """Where nothing was flagged there is a dash, neither 0 nor 1, and no mean."""
    (board,) = boards([cell(precision=None), cell(anomaly="noise-2", precision=0.8)])
    assert shown(board, "precision")["one"] == {"Mean": "—", "noise-1": "—", "noise-2": "0.800*"}
    assert shown(board)["one"]["Mean"] == "0.500*"


@pytest.mark.parametrize(
    "change",
    [{"dataset": "other"}, {"device": "cuda:0"}, {"protocol": "other-noise-1"}],
    ids=["data", "device", "hash"],
)
def test_what_cannot_be_compared_is_never_in_one_ranking(change: dict[str, str]) -> None:
    """Another data set, kind of device or protocol makes a leaderboard of its own."""
    found = boards([cell("a"), cell("b", **change)], [cell("c", **change)])
    assert sorted(sorted(shown(board)) for board in found) == [["a"], ["b", "c"]]


def test_two_cuda_devices_are_one_kind() -> None:
    """The number of the device makes no ranking of its own."""
    (board,) = boards([cell("a", device="cuda:0"), cell("b", device="cuda:1")])
    assert board.title == "digits on GPU (CUDA)"


def test_one_anomaly_under_two_settings_makes_two_columns() -> None:
    """Where the anomaly's part of the protocol differs, the columns are told apart by it, also out of a group."""
    found = [cell("a", protocol="base-11"), cell("b", protocol="base-22"), cell("a", "x"), cell("b", "x")]
    (board,) = boards(found)
    assert list(shown(board)["a"]) == ["Mean", "noise-1#11", "noise-1#22", "x"]
    grouped = [
        cell("a", protocol="base-11", anomaly_group="g"),
        cell("b", protocol="base-22", anomaly_group="g"),
        cell("a", "x", anomaly_group="g"),
    ]
    (board,) = boards(grouped)
    assert list(shown(board)["a"]) == ["Mean", "noise-1#11", "noise-1#22", "x"]


def test_one_name_under_two_settings_makes_two_rows() -> None:
    """A detector that ran with different settings has a row for each."""
    (board,) = boards([cell(settings="s1", auroc=0.6), cell(settings="s2", auroc=0.7), cell("two", settings="s1")])
    assert list(shown(board)) == ["one#s2", "one#s1", "two"]


def test_a_cell_that_two_runs_hold_counts_once() -> None:
    """The later run's number stands, and the footnote says that there was another."""
    (board,) = boards([cell(auroc=0.1)], [cell(auroc=0.9)])
    assert shown(board)["one"]["noise-1"] == "0.900*"
    assert board.footnotes == ("Stored in more than one of the runs, the later counts: 1 cell.",)


def test_cells_of_a_task_that_failed_as_a_whole_stay_in_the_table() -> None:
    """Cells without device and protocol go where the run's other cells of the data set are."""
    lost = cell(anomaly="noise-2", status="crashed", auroc=None, reason="gone", protocol="", device="")
    (board,) = boards([cell(), lost])
    assert shown(board)["one"]["noise-2"] == "crashed"
    (board,) = boards([lost])
    assert shown(board)["one"]["noise-2"] == "crashed"


def test_speed_is_the_median_over_cells_with_its_own_directions() -> None:
    """High throughput and low times are the best; peak memory is the largest that was seen."""
    (board,) = boards(
        [
            cell("a", "noise-1", images_per_second=1000.0, fit_seconds=1.0, peak_memory_mb=100.0),
            cell("a", "noise-2", images_per_second=3000.0, fit_seconds=2.0, peak_memory_mb=300.0),
            cell("a", "noise-3", images_per_second=5_000.0, fit_seconds=9.0, peak_memory_mb=200.0),
            *(cell("b", f"noise-{n}", images_per_second=40_000.0, fit_seconds=7.5) for n in (1, 2, 3)),
        ]
    )
    assert shown(board, "speed")["a"] == {
        "images/s ↑": "3,000", "p50 ms ↓": "1.00*", "p99 ms ↓": "2.00*", "fit s ↓": "2.00*", "view s ↓": "0.00*",
        "peak MB ↓": "300",
    }  # fmt: skip
    assert shown(board, "speed")["b"]["images/s ↑"] == "40,000*"
    assert shown(board, "speed")["b"]["fit s ↓"] == "7.50"


def test_speeds_of_two_machines_are_not_held_against_each_other() -> None:
    """Each machine has its line, named, and none is called the best; the caption names both."""
    (board,) = boards([cell("a"), cell("a", "noise-2")], [cell("b", device_name="Other", images_per_second=9e9)])
    assert list(shown(board, "speed")) == [
        "a (Chip, 2 threads, batches of 64)", "b (Other, 2 threads, batches of 64)",
    ]  # fmt: skip
    assert not any(entry.best for row in section(board, "speed").rows for entry in row.entries)
    assert any("Chip, 2 threads, Other, 2 threads" in line for line in board.caption)


def test_speed_is_that_of_the_largest_batches() -> None:
    """A held-out class leaves smaller batches, whose times are not mixed in; another size elsewhere is said."""
    few = cell("a", "held-out-1", batch_size=60, latency_p50_ms=0.1, images_per_second=9.0, fit_seconds=5.0)
    (board,) = boards([cell("a"), few])
    assert shown(board, "speed")["a"]["p50 ms ↓"] == "1.00*"
    assert shown(board, "speed")["a"]["images/s ↑"] == "1,000*"
    assert shown(board, "speed")["a"]["fit s ↓"] == "4.00*"
    (board,) = boards([cell("a"), cell("b", batch_size=None)])
    assert list(shown(board, "speed")) == ["a (Chip, 2 threads, batches of 64)", "b (Chip, 2 threads, batches of 0)"]


def test_the_caption_says_what_the_numbers_depend_on() -> None:
    """Data set, cells, seeds, device with name and threads, policy, prevalence, protocol and batch size are there."""
    (board,) = boards([cell(seed=0), cell(seed=3, status="failed", auroc=None)])
    text = " ".join(board.caption)
    for part in ("digits; 2 cells: 1 ok, 1 failed", "2 seeds (0, 3)", "CPU: Chip, 2 threads", "quantile:0.95",
                 "prevalence 0.5", "protocol base", "timed in batches of 64 images", "± is the standard"):  # fmt: skip
        assert part in text
    assert board.title == "digits on CPU"
    assert [one.title for one in board.sections[:3]] == [
        "AUROC ↑ (0 to 1)", "Ranks by AUROC", "Precision at the threshold ↑ (0 to 1)",
    ]  # fmt: skip


def test_unequal_seeds_are_said() -> None:
    """A detector that ran with fewer seeds keeps its numbers, and the footnote says so."""
    (board,) = boards([cell("a", seed=0), cell("a", seed=1), cell("b", seed=0)])
    assert shown(board)["b"]["Mean"] == "0.500*"
    assert board.footnotes == ("b: seeds 0 only.",)


def test_the_cells_are_left_as_they_are() -> None:
    """Making a leaderboard changes no frame."""
    frame = to_frame([cell().to_dict()])
    before = frame.copy()
    leaderboards([stored(frame), stored(frame)])
    pd.testing.assert_frame_equal(frame, before)
