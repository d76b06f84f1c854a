"""One judgement: what became of one metric of one cell from BASE to HEAD."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, get_args

Verdict = Literal["BETTER", "SAME", "WORSE", "AMBIGUOUS", "NEW", "GONE", "FASTER", "SLOWER"]
VERDICTS: tuple[str, ...] = get_args(Verdict)

Method = Literal["identical", "paired DeLong", "unpaired intervals", "rank test", ""]

BAD: frozenset[str] = frozenset({"WORSE", "SLOWER", "GONE"})
"""Verdicts that fail the gate where a rule guards the cell; GONE fails it always."""


@dataclass(frozen=True, kw_only=True)
class Judgement:
    """What was found for one metric of one cell; JSON types only.

    Attributes:
        dataset: name of the data set; empty for a benchmark of pytest-benchmark.
        detector: name of the detector's row, or of the benchmark.
        anomaly: name of the anomaly's column; of a timed fit group, all of its columns, joined by commas.
        seed: the cell's seed; None for a benchmark.
        metric: field of the cell that was judged; empty where the cell as a whole is meant: NEW, GONE, not measured.
        verdict: what became of it.
        base: its value in BASE, in the metric's unit; None where there is none.
        head: its value in HEAD.
        difference: HEAD minus BASE, in the metric's unit; for a rank test HEAD's speed divided by BASE's.
        low: lower end of the 95 % interval of the difference; None where it is unknown.
        high: upper end of it.
        p_value: of the test that found it, adjusted for all cells of the metric; 0 to 1; None without a test.
        tolerance: the rule that it was judged by, as it was given; empty where none applies.
        method: how it was judged; empty where it could not be.
        reason: why there is no clearer verdict; one sentence, or empty. May hold text of plugins.
        fails: whether it fails the gate.
    """

    dataset: str
    detector: str
    anomaly: str
    seed: int | None
    metric: str
    verdict: Verdict
    base: float | None = None
    head: float | None = None
    difference: float | None = None
    low: float | None = None
    high: float | None = None
    p_value: float | None = None
    tolerance: str = ""
    method: Method = ""
    reason: str = ""
    fails: bool = False

    @property
    def anomalies(self) -> tuple[str, ...]:
        """Return the columns that it is about."""
        return tuple(self.anomaly.split(","))

    @property
    def judged(self) -> bool:
        """Whether a gate on it guards anything: it was compared, or it is gone, which fails by itself."""
        return bool(self.method) or self.verdict == "GONE"

    def to_dict(self) -> dict[str, Any]:
        """Return the fields by name, in order."""
        return asdict(self)
