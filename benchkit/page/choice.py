"""What a report page is to show of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from benchkit.display import Piece, pieces_of
from benchkit.report import Leaderboard
from benchkit.results import StoredRun


@dataclass(frozen=True)
class Choice:
    """Which pairs of detector and anomaly get pictures; the tables show all of them.

    Attributes:
        detectors: names and globs; all where there are none.
        anomalies: names, groups and globs; all where there are none.
        seed: the seed whose fit is pictured; None takes each pair's first.
    """

    detectors: tuple[str, ...] = ()
    anomalies: tuple[str, ...] = ()
    seed: int | None = None

    def cells_of(self, run: StoredRun) -> frozenset[tuple[str, str, int]]:
        """Return detector, anomaly and seed of the chosen cells.

        Raises:
            UsageError: nothing is called so, or no cell has the seed.
        """
        seeds = () if self.seed is None else (self.seed,)
        found = pieces_of(run, detectors=self.detectors, anomalies=self.anomalies, seeds=seeds)
        return frozenset(_key(piece.row) for piece in found)


def pairs_of(run: StoredRun, board: Leaderboard, choice: Choice) -> dict[tuple[str, str], Piece]:
    """Return the cell to picture of each row and anomaly of a board: that of the lowest of the chosen seeds."""
    chosen = choice.cells_of(run)
    found: dict[tuple[str, str], Piece] = {}
    for row in _rows(board):
        if _key(row) in chosen:
            found.setdefault((row["row"], row["member"]), Piece(run, row))
    return found


def _key(row: Mapping[str, Any]) -> tuple[str, str, int]:
    return str(row["detector"]), str(row["anomaly"]), int(row["seed"])


def _rows(board: Leaderboard) -> Iterator[Mapping[str, Any]]:
    cells = board.arrangement.cells
    ok = cells[cells["status"].eq("ok")].sort_values("seed", kind="stable")
    rows: Any = ok.astype(object).to_dict("records")
    yield from rows
