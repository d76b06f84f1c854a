"""A cell of a run with what was kept of it."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import StoreError, UsageError, did_you_mean
from benchkit.measure.threshold import Threshold
from benchkit.results import Exhibit, StoredRun, exhibit_file, read_exhibit, scores_file

Scores = NDArray[np.float64]


@dataclass(frozen=True)
class Piece:
    """One measured cell; what lies beside it on the disk is read when it is asked for.

    Attributes:
        run: the run.
        row: the cell's fields, by name.
    """

    run: StoredRun
    row: Mapping[str, Any]

    @property
    def name(self) -> str:
        """What the cell is called in titles: detector, anomaly and seed."""
        return f"{self.row['detector']} · {self.row['anomaly']} · seed {self.row['seed']}"

    @cached_property
    def scores(self) -> Mapping[str, Scores]:
        """The raw scores, float64: ``normal``, ``anomaly`` and ``calibration``.

        Raises:
            StoreError: they were not kept, or are damaged; says how to get them.
        """
        path = self.run.folder / self._scores_file
        if not path.is_file():
            raise self._lacks("raw scores", path.parent.name)
        found = {kind: np.asarray(each, np.float64) for kind, each in self.run.scores(**self._known_by).items()}
        if any(each.ndim != 1 or not len(each) or not np.isfinite(each).all() for each in found.values()):
            raise StoreError(f"raw scores: {path}: got none, or some that are not finite. Run again to make them.")
        return found

    @cached_property
    def exhibit(self) -> Exhibit:
        """What the cell has to show.

        Raises:
            StoreError: it was not kept, or is damaged; says how to get it.
        """
        path = self.run.folder / exhibit_file(self._scores_file)
        if not path.is_file():
            raise self._lacks("exhibits", path.parent.name)
        found = read_exhibit(path)
        if not self._has_the_scores_of(found):
            raise StoreError(
                f"exhibit: {path}: got images of scores that are not there; expected those of {self.name}. It belongs "
                "to another run: run again to make it."
            )
        return found

    def _has_the_scores_of(self, exhibit: Exhibit) -> bool:
        """Return whether the images' scores are there; also where no scores can be read, which others say."""
        try:
            scores = self.scores
        except StoreError:
            return True
        shown = {"normal": exhibit.normal, "anomaly": exhibit.anomaly}
        return all(part.index.max() < len(scores[kind]) for kind, part in shown.items())

    @property
    def limits(self) -> tuple[float | None, float | None]:
        """The thresholds: below the first (None where the policy has none) and above the second is flagged."""
        low, high = (self.row[name] for name in ("threshold_low", "threshold"))
        return number_of(low), number_of(high)

    def flags(self, scores: Scores) -> NDArray[np.bool_]:
        """Return which scores lie beyond the thresholds; none where the cell has no threshold."""
        low, high = self.limits
        return np.zeros(len(scores), np.bool_) if high is None else Threshold(high=high, low=low).flags(scores)

    @property
    def _known_by(self) -> dict[str, Any]:
        names = {name: str(self.row[name]) for name in ("dataset", "detector", "anomaly")}
        return {**names, "seed": int(self.row["seed"])}

    @property
    def _scores_file(self) -> Path:
        return scores_file(**self._known_by)

    def _lacks(self, what: str, folder: str) -> StoreError:
        return StoreError(
            f"run {self.run.folder.name}: got no {what} of {self.name}; expected them in {folder}/. A run keeps them "
            "unless told --no-scores: run again without it."
        )


def pieces_of(
    *runs: StoredRun, detectors: Sequence[str] = (), anomalies: Sequence[str] = (), seeds: Sequence[int] = ()
) -> list[Piece]:
    """Return the cells of runs that ended well, in the order of the runs.

    Args:
        runs: where they stand.
        detectors: names and globs; all by default.
        anomalies: names, groups and globs; all by default.
        seeds: all by default.

    Raises:
        UsageError: nothing is called so; says what is there.
    """
    measured = [(run, run.cells[run.cells["status"] == "ok"]) for run in runs]
    for field, patterns in (("detector", detectors), ("anomaly", anomalies), ("seed", [str(seed) for seed in seeds])):
        also = ["anomaly_group"] if field == "anomaly" else []
        _check(patterns, {name for _, cells in measured for each in (field, *also) for name in cells[each]}, field)
    return [
        Piece(run, row)
        for run, cells in measured
        for row in _rows(cells)
        if _is_one(patterns=detectors, names=[row["detector"]])
        and _is_one(patterns=anomalies, names=[row["anomaly"], row["anomaly_group"]])
        and (not seeds or row["seed"] in seeds)
    ]


def _rows(cells: Any) -> Iterator[Mapping[str, Any]]:
    yield from cells.astype(object).to_dict("records")


def _is_one(*, patterns: Sequence[str], names: Sequence[object]) -> bool:
    return not patterns or any(fnmatchcase(str(name), pattern) for name in names for pattern in patterns)


def _check(patterns: Sequence[str], names: Iterable[object], field: str) -> None:
    there = sorted({str(name) for name in names} - {""})
    for pattern in patterns:
        if not any(fnmatchcase(name, pattern) for name in there):
            raise UsageError(
                f"{field}: got {pattern!r}, which no measured cell has; expected one of "
                f"{', '.join(there) or 'none: no cell ended well'}.{did_you_mean(pattern, there)}"
            )


def number_of(value: Any) -> float | None:
    """Return what a field holds as a number; None where it holds none: pandas' ``NA``, NaN and None are none."""
    return float(value) if isinstance(value, int | float) and math.isfinite(value) else None
