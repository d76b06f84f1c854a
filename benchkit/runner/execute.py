"""Who carries out a plan: this process, worker processes of this machine, or a cluster."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Protocol

from benchkit.contract import Dataset
from benchkit.runner.agenda import Agenda
from benchkit.runner.inline import Inline
from benchkit.runner.isolation.crew import Crew
from benchkit.runner.loaded import Loaded
from benchkit.runner.report import GroupReport
from benchkit.runner.settings import LOCAL, RunSettings


class Executor(Protocol):
    """Carries out fit groups; every one comes back as a report, in whatever order they end."""

    def load(self) -> Loaded:
        """Load the data set where the work will be done.

        Raises:
            DataError: it cannot be loaded.
            UsageError: no such device, no such cluster.
        """

    def reports(self, agenda: Agenda, loaded: Loaded) -> Iterator[GroupReport]:
        """Yield the report of every group on the agenda; ends early once the agenda is closed."""

    def close(self) -> None:
        """End whatever is still being done."""


def executor_for(dataset: Dataset, settings: RunSettings, plugin_files: tuple[Path, ...]) -> Executor:
    """Return the executor that the settings ask for.

    Raises:
        UsageError: no such device, or a cluster without the extra that speaks to it.
    """
    if settings.executor != LOCAL:
        from benchkit.runner.cluster import Cluster  # brings Dask, which is an extra

        return Cluster(dataset, settings, plugin_files)
    if settings.in_process:
        return Inline(dataset, settings)
    return Crew(dataset, settings, plugin_files)
