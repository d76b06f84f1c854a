"""One fit group as it comes back, whoever did it and wherever."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from benchkit.runner.group import Outcome
from benchkit.runner.guard import Verdict
from benchkit.runner.plan import Task


@dataclass(frozen=True)
class Lost:
    """What is known to end a worker, so that nobody tries it again for the same task.

    Attributes:
        views: names of view plugins, and how they ended a worker.
        anomalies: names of anomalies, and how they did.
    """

    views: Mapping[str, Verdict] = field(default_factory=dict)
    anomalies: Mapping[str, Verdict] = field(default_factory=dict)

    def and_also(self, other: Lost) -> Lost:
        """Return both together."""
        return Lost({**self.views, **other.views}, {**self.anomalies, **other.anomalies})

    def left_of(self, task: Task) -> Task:
        """Return a task without the anomalies that nobody can make."""
        return replace(task, anomalies=tuple(each for each in task.anomalies if each.item.name not in self.anomalies))


@dataclass(frozen=True)
class GroupReport:
    """What one fit group came to.

    Attributes:
        outcomes: all its cells.
        seconds: by kind of work.
        busy: wall seconds that a process spent on it.
        lost: what was learned to end a worker.
        text: what plugins printed, when it was caught.
    """

    outcomes: list[Outcome]
    seconds: Mapping[str, float] = field(default_factory=dict)
    busy: float = 0.0
    lost: Lost = field(default_factory=Lost)
    text: str = ""
