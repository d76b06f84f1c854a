"""What stands below a leaderboard: of runs that did not end, and of rows that two versions of a plugin made."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import pandas as pd
from store_helpers import cell

from benchkit.report import leaderboards
from benchkit.results import Cell, StoredRun, to_frame


def frame(*cells: Cell) -> pd.DataFrame:
    """Return cells as they are read."""
    return to_frame(each.to_dict() for each in cells)


def footnotes(*runs: Iterable[Cell]) -> tuple[str, ...]:
    """Return what stands below the leaderboard of runs of cells."""
    (board,) = leaderboards([StoredRun(Path("results/run"), {}, frame(*cells)) for cells in runs])
    return board.footnotes


def test_a_run_that_is_running_may_be_somebody_s() -> None:
    """A killed run and one that is being written look the same; the command that goes on can be typed as it stands."""
    run = StoredRun(Path("my results/killed"), {"state": "running"}, frame(cell()))
    (note,) = leaderboards([run])[0].footnotes
    assert note.startswith("Run killed did not finish (running), or somebody is still writing there: 1 cell;")
    assert note.endswith("Go on with: benchkit run --resume 'my results/killed'")


def test_a_row_of_two_versions_says_so() -> None:
    """A mean over what two versions of a plugin made is marked, over several runs too; one version is not."""
    old, new = "half.py d845ba09dad5", "half.py 169ec89ce36f"
    halves = [cell(detector="half", distribution=old), cell(detector="half", anomaly="noise-2", distribution=new)]
    said = "half: made by two versions of its plugin (half.py d845ba09dad5; half.py 169ec89ce36f): means are over both."
    others = [cell(distribution=old), cell(anomaly="noise-2", distribution=old)]
    assert footnotes([*halves, *others]) == (said,)
    assert said in footnotes(halves[:1], halves[1:])
    assert footnotes(others) == ()


def test_versions_of_a_stranger_cannot_write_to_the_terminal() -> None:
    """What a row says of its origin may be forged."""
    cells = [cell(distribution="\x1b[2J1"), cell(anomaly="noise-2", distribution="2\n3")]
    (note,) = footnotes(cells)
    assert note.isprintable()
