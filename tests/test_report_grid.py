"""Cells by row, member and seed."""

from __future__ import annotations

from typing import Any

import numpy as np
import pandas as pd
import pytest

from benchkit.report import leaderboards
from benchkit.report.grid import Grid
from benchkit.report.labels import labels_of, natural, numbered
from benchkit.results import Cell, StoredRun, to_frame


def grid(*cells: tuple[str, str, int, str, float | None]) -> Grid:
    """Return the grid of cells: row, member, seed, status, AUROC."""
    frame = pd.DataFrame(cells, columns=["row", "member", "seed", "status", "auroc"]).astype({"auroc": float})
    seeds = {row: sorted(set(part["seed"])) for row, part in frame.groupby("row")}
    return Grid(frame.astype({"row": "category", "member": "category"}), seeds)


def test_numbers_come_by_member_and_seed_whatever_their_order() -> None:
    """Each row has a matrix of its own, ascending in both; an undefined, a failed and an absent one are NaN."""
    found = grid(
        ("a", "x", 2, "ok", 0.2), ("b", "x", 1, "ok", 0.9), ("a", "x", -1, "ok", None), ("a", "y", 2, "ok", 1),
        ("b", "y", 1, "failed", 0.5),
    )  # fmt: skip
    np.testing.assert_array_equal(found.numbers("a", ["auroc"])[0], [[np.nan, 0.2], [np.nan, 1.0]])
    np.testing.assert_array_equal(found.numbers("b", ["auroc"])[0], [[0.9], [np.nan]])
    assert found.member_places(["y", "x"]).tolist() == [1, 0]


def test_of_equal_cells_the_last_counts_where_the_first_stood() -> None:
    """As a dictionary would keep them."""
    cells = [("a", "x", 0, "failed", 0.1), ("a", "y", 0, "ok", 0.5), ("a", "x", 0, "ok", 0.7)]
    found = grid(*cells)
    np.testing.assert_array_equal(found.numbers("a", ["auroc"])[0], [[0.7], [0.5]])
    assert found.trouble("a", ["x", "y"]) == ""
    latest = {cell[:3]: cell for cell in cells}
    assert list(found.cells.itertuples(index=False, name=None)) == list(latest.values())


def test_trouble_is_what_stands_first_seed_by_seed() -> None:
    """The earliest seed's, among its members the first; a cell that is not there is missing."""
    found = grid(
        ("a", "x", 0, "ok", 0.5), ("a", "x", 1, "oom", None), ("a", "y", 0, "failed", None), ("a", "y", 1, "ok", 0.5),
        ("a", "z", 1, "ok", 0.5), ("b", "x", 0, "ok", 0.5),
    )  # fmt: skip
    assert found.trouble("a", ["x"]) == "oom"
    assert found.trouble("a", ["x", "y"]) == "failed"
    assert found.trouble("a", ["z"]) == "missing"
    assert found.trouble("b", ["x"]) == ""
    assert found.trouble("b", ["x", "y"]) == "missing"
    assert (found.absent("a", ["x", "y", "z"]), found.absent("b", ["x", "y"])) == (["z"], ["y"])


def test_kinds_are_numbered_as_they_come() -> None:
    """Equal cells have one number, and undefined numbers are equal to each other."""
    cells = pd.DataFrame({"name": ["b", "a", "b", "b", "a"], "threads": pd.array([1, None, 1, 2, None], dtype="Int64")})
    assert numbered(cells, ["name", "threads"]).tolist() == [0, 1, 0, 2, 1]
    assert numbered(cells[:0], ["name"]).tolist() == []


def test_labels_are_made_once_for_each_kind() -> None:
    """A million cells of three kinds ask for three labels."""
    asked: list[int] = []

    def label(kinds: pd.DataFrame) -> Any:
        asked.append(len(kinds))
        return kinds["name"] + "!"

    names = ["n-10", "n-2", "n-1"]
    cells = pd.DataFrame({"name": np.resize(names, 3000)}, index=range(7, 3007))
    found = labels_of(cells, ["name"], label)
    assert asked == [3]
    assert list(found.cat.categories) == ["n-1!", "n-2!", "n-10!"]
    assert found.astype(str).equals(cells["name"] + "!")


@pytest.mark.parametrize("labels", [["a2", "a10"], ["2", "10"], ["a", "a0", "a1"], ["9" * 4400, "8" * 4401]])
def test_numbers_in_labels_are_sorted_by_size(labels: list[str]) -> None:
    """Of any length."""
    backwards = labels[::-1]
    assert sorted(backwards, key=natural) == labels


def test_each_board_counts_only_its_own_cells() -> None:
    """How the cells of another data set ended is not in the caption, not even as none."""
    cells = [
        Cell(dataset=dataset, detector="one", view="pixels", anomaly="x", seed=0, status=status, protocol="p-x")
        for dataset, status in (("digits", "ok"), ("garments", "oom"))
    ]
    found = leaderboards([StoredRun(None, {}, to_frame(cell.to_dict() for cell in cells))])  # type: ignore[arg-type]
    assert [board.caption[0] for board in found] == [
        "Data set digits; 1 cell: 1 ok; 1 seed (0).",
        "Data set garments; 1 cell: 1 oom; 1 seed (0).",
    ]
