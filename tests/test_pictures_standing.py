"""How good and how fast on the average."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from plot_helpers import picture_cell

from benchkit import NotComparableError
from benchkit.display import Piece
from benchkit.pictures.standing import Standing, standings
from benchkit.report import leaderboards
from benchkit.results import Cell, StoredRun, to_frame


def run_of(*cells: Cell) -> StoredRun:
    """Return a run of these cells, without anything beside them."""
    return StoredRun(Path("results/run"), {}, to_frame(one.to_dict() for one in cells))


def standing_of(*cells: Cell) -> tuple[list[Standing], list[str]]:
    """Return where the detectors of these cells stand."""
    run = run_of(*cells)
    return standings([Piece(run, row) for row in run.cells.astype(object).to_dict("records")])  # type: ignore[arg-type]


def grid(detector: str, *values: float, **changes: Any) -> list[Cell]:
    """Return cells of two seeds with two anomalies of one group and one that stands alone."""
    places = [(name, group, seed) for seed in (0, 1) for name, group in (("a-1", "a"), ("a-2", "a"), ("b", ""))]
    return [
        picture_cell(detector, name, seed, anomaly_group=group, auroc=value, **changes)
        for value, (name, group, seed) in zip(values, places, strict=True)
    ]


def test_quality_is_the_mean_of_the_table() -> None:
    """A group counts as much as an anomaly that stands alone, one seed at a time."""
    cells = [*grid("alpha", 0.9, 0.7, 0.6, 0.8, 0.6, 0.4), *grid("beta", 0.5, 0.5, 0.5, 0.5, 0.5, 0.9)]
    found, notes = standing_of(*cells)
    assert [each.quality for each in found] == pytest.approx([(0.7 + 0.55) / 2, (0.5 + 0.7) / 2])
    (board,) = leaderboards([run_of(*cells)])
    section = next(each for each in board.sections if each.headings[0].label == "Mean")
    by_name = {row.label: row.entries[0].value for row in section.rows}
    assert {each.detector: each.quality for each in found} == pytest.approx(by_name)
    assert notes == []


def test_speed_is_the_median_of_the_largest_batches() -> None:
    """A small batch is another time."""
    speeds = [(64, 100.0), (64, 300.0), (64, 110.0), (3, 5.0)]
    cells = [
        picture_cell("alpha", f"a-{place}", batch_size=batch, images_per_second=speed)
        for place, (batch, speed) in enumerate(speeds)
    ]
    ((standing,), _) = standing_of(*cells)
    assert (standing.speed, standing.batch) == (110.0, 64)
    assert (standing.device, standing.machine, standing.disturbed) == ("cpu", "Chip, 2 threads", False)


def test_each_machine_has_a_point() -> None:
    """With one thread or unknown ones too; other work beside a timing is said."""
    cells = [
        picture_cell(),
        picture_cell(threads=1, timing_lane="shared"),
        picture_cell(device="cuda", device_name="Card", threads=None, batch_size=None),
    ]
    found, _ = standing_of(*cells)
    assert [(each.machine, each.batch, each.disturbed) for each in found] == [
        ("Chip, 2 threads", 64, False),
        ("Chip, 1 thread", 64, True),
        ("Card", None, False),
    ]


def test_a_mean_over_fewer_cells_is_not_held_against_the_others() -> None:
    """Who lacks a cell, or was not timed, is left out, and the note says why."""
    cells = [
        *grid("alpha", *[0.5] * 6),
        *grid("beta", *[0.5] * 6)[1:],
        *grid("gamma", *[0.5] * 6, images_per_second=None),
    ]
    found, notes = standing_of(*cells)
    assert [each.detector for each in found] == ["alpha"]
    assert notes == ["beta has no number in 1 of 6 cells that others have", "gamma was not timed"]


def test_one_name_with_two_settings_is_two_detectors() -> None:
    """Told apart by the beginning of their hash."""
    found, _ = standing_of(picture_cell(settings="abcdef12"), picture_cell(settings="12345678"))
    assert [each.detector for each in found] == ["alpha (abcdef)", "alpha (123456)"]


@pytest.mark.parametrize("change", [{"dataset": "other"}, {"protocol": "other-dark"}])
def test_other_data_cannot_be_held_against_each_other(change: dict[str, str]) -> None:
    """A mean over other images says nothing about these."""
    with pytest.raises(NotComparableError, match=r"other.*expected one data set under one protocol"):
        standing_of(picture_cell(), picture_cell("beta", **change))
