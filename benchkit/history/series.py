"""What a history is made of: points in the order of time, in series of numbers that can be compared."""

from __future__ import annotations

from dataclasses import dataclass

from benchkit.history.quantity import Quantity


@dataclass(frozen=True)
class Change:
    """The level of a series changes at a point.

    Attributes:
        difference: mean from this point to the next change, minus the mean before it; in the unit of the metric.
        noises: the same in units of the noise of one point, never negative.
    """

    difference: float
    noises: float


@dataclass(frozen=True)
class Point:
    """One run in a series.

    Attributes:
        run: name of the run's folder.
        started: when it began, in ISO 8601; empty where ``run.json`` does not say.
        commit: git commit of the code, in full; empty where it is unknown.
        dirty: there were changes beside the commit.
        value: the number as the leaderboard has it, unrounded; None where there is none.
        low: lower end of its 95 % interval, None where it has none.
        high: upper end of it.
        status: why there is no number (``failed``, ``missing``…), or ``ok``.
        notes: what changed since the point before that may explain another number.
        change: the level changes here; None where it does not.
    """

    run: str
    started: str
    commit: str = ""
    dirty: bool = False
    value: float | None = None
    low: float | None = None
    high: float | None = None
    status: str = "ok"
    notes: tuple[str, ...] = ()
    change: Change | None = None


@dataclass(frozen=True)
class Key:
    """What has to be equal for two numbers to stand in one series.

    Attributes:
        dataset: name of the data set.
        device: ``cpu``, ``cuda`` or ``mps``.
        detector: its row in the leaderboard.
        column: its column there: ``Mean``, a group or an anomaly.
        protocol: the part of the protocol hash that all cells share; empty where it is unknown.
        parts: each anomaly that the number is made from, with its own part of the protocol hash.
        machine: what it was timed on, and in which batches; empty for quality.
    """

    dataset: str
    device: str
    detector: str
    column: str
    protocol: str
    parts: frozenset[tuple[str, str]]
    machine: str = ""


@dataclass(frozen=True)
class Series:
    """Points that can be compared, in the order of time.

    Attributes:
        key: what they have in common.
        points: one a run; without a number where the run has none.
        remark: why it is not one series with the one before it; empty for the first of a detector.
        marked: change points were looked for.
    """

    key: Key
    points: tuple[Point, ...]
    remark: str = ""
    marked: bool = False


@dataclass(frozen=True)
class History:
    """All series of one metric.

    Attributes:
        quantity: the metric.
        series: by data set, device, detector and column; of these, in the order of time.
        notes: sentences on what is left out or could not be done.
    """

    quantity: Quantity
    series: tuple[Series, ...]
    notes: tuple[str, ...] = ()
