"""One worker and what is asked of it: load the data, fit and score, time alone."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from benchkit.contract import Dataset, Detector
from benchkit.errors import BenchkitError, DataError
from benchkit.registry import Offer
from benchkit.runner.guard import described
from benchkit.runner.isolation import worker
from benchkit.runner.isolation.death import Death
from benchkit.runner.isolation.sandbox import Sandbox
from benchkit.runner.isolation.worker import Assessed, Spent
from benchkit.runner.loaded import Loaded
from benchkit.runner.plan import Task
from benchkit.runner.throughput import Timing


class Supervisor:
    """Asks a worker in a sandbox for one step after the other.

    Args:
        sandbox: the worker process.
        dataset: loaded by the worker when it is new.
        timeout: seconds that one fit group may take; None for as long as it takes.
    """

    def __init__(self, sandbox: Sandbox, dataset: Dataset, timeout: float | None) -> None:
        self._sandbox = sandbox
        self._dataset = dataset
        self._timeout = timeout
        self._checksum = ""  # of what the worker has loaded

    def load(self) -> Loaded:
        """Start the worker and load the data set in it.

        Raises:
            DataError: it cannot be loaded, or ends the process that tries.
            UsageError: no such device, or a limit that cannot be kept.
        """
        self._checksum = ""
        try:
            loaded = self._sandbox.call(worker.load, self._dataset)
        except Death as death:
            raise DataError(death.reason(f"data set {self._dataset.name!r}")) from None
        except (BenchkitError, MemoryError):
            raise
        except Exception as error:
            raise DataError(
                f"data set {self._dataset.name!r}: got {described(error)} when it was handed to a worker process; "
                "expected an object that can be sent there. Repeat with --jobs 0 (or --in-process)."
            ) from error
        self._checksum = loaded.checksum
        return loaded

    def close(self) -> None:
        """End the worker."""
        self._sandbox.close()

    def renew(self) -> None:
        """End the worker; the next group begins with a new one."""
        self._sandbox.end()

    def prepare(self, checksum: str) -> None:
        """Have a worker ready that holds the run's data.

        Raises:
            DataError: as ``load``, or the worker's data are others.
        """
        if self._sandbox.is_fresh or not self._checksum:
            self.load()
        if self._checksum != checksum:
            raise DataError(
                f"data set {self._dataset.name!r}: got data with checksum {self._checksum[:12]} in a worker process; "
                f"expected {checksum[:12]}, the run's. Mend its load, which must give the same images each time "
                "and everywhere."
            )

    def fit_ahead(self, tasks: Sequence[Task], offer: Offer[Detector]) -> Spent:
        """Fit a detector for several tasks at once, within the time that they have together."""
        limit = None if self._timeout is None else self._timeout * len(tasks)
        self._sandbox.lane.turnstile()
        return self._sandbox.call(worker.fit_ahead, tuple(tasks), offer, limit=limit)

    def assess(self, *args: Any) -> Assessed:
        """Fit and score; the clock of the time-out runs."""
        self._sandbox.lane.turnstile()
        return self._sandbox.call(worker.assess, *args, limit=self._timeout)

    def time(self) -> tuple[Timing, Spent]:
        """Time what was assessed last, while nobody else computes on this host."""
        with self._sandbox.lane as lane:
            timing, spent = self._sandbox.call(worker.time_last, limit=self._timeout)
            kept = lane.kept
        if kept or "timing_lane" not in timing.columns:
            return timing, spent
        return replace(timing, columns={**timing.columns, "timing_lane": "shared"}), spent

    def said(self) -> str:
        """Return what the plugins printed."""
        return self._sandbox.said()
