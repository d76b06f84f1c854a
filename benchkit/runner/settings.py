"""What one run is asked to do, beside which plugins take part."""

from __future__ import annotations

import math
import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass, replace
from typing import Any, TypedDict

from benchkit.errors import UsageError
from benchkit.measure.hardware import pick_device
from benchkit.measure.threshold import parse_policy
from benchkit.runner.sizes import batch_sizes_from

DEFAULT_THRESHOLD = "quantile:0.95"
DEFAULT_PREVALENCE = 0.5
DEFAULT_BATCH_SIZE = 1024
TIMING_SECONDS = {"cpu": (2.0, 0.5)}
"""Budget of the timings of a detector when none is asked for, by device: of all its fits, and of one at most. A machine
is fast or slow for longer than a timing lasts: ten short ones at ten moments say more than a long one."""

TIMING_SECONDS_ELSEWHERE = (0.5, 0.1)
"""On an accelerator, which scores a hundred batches and more in a tenth of a second. On an H200, 23 of 132 timings were
sure within a fifth of a second and 31 within half a second: what disturbs the others lasts longer than that."""

LEAST_TIMING_SECONDS = 0.02
"""Of one fit, however many there are."""

DEFAULT_TIMING_NOISE = 0.01
LOCAL = "local"

_EXECUTOR = re.compile(r"local|dask|dask://.+:[0-9]{1,5}")


@dataclass(frozen=True, kw_only=True)
class RunSettings:
    """Settings of a run; checked when made.

    Attributes:
        seeds: every detector is fitted once a seed; not empty, no repeats, not negative.
        device: ``auto``, ``cpu``, ``cuda``, ``cuda:1`` or ``mps``.
        jobs: worker processes; 0 keeps everything in this process, where a plugin that dies takes the run with it.
        prevalence: share of anomalies that precision, F1 and average precision are weighted to, in (0, 1).
        threshold: policy that sets the threshold from normal calibration scores.
        batch_size: images a timed batch.
        timing_seconds: time budget for the throughput of one fitted detector; None: what suits the device and the
            number of fits, see ``settled``.
        timing_noise: half width of the 95 % interval of the median batch time, as a share of it, at which a timing may
            end before its budget; 0 spends the whole budget, as ``beside`` does always.
        batch_sizes: sizes of batches that are timed as well, each with an equal share of ``timing_seconds`` more.
        save_scores: keep the raw scores, so that every metric can be computed again.
        timeout: seconds after which a fit group is ended; None never. Needs worker processes.
        memory_limit: bytes that a worker process may hold; None sets no limit. Needs worker processes.
        device_memory: bytes of the device's memory for images, inputs and the work on them; what does not fit there is
            brought there some at a time. None takes what there is.
        executor: ``local``, ``dask`` (a cluster on this machine) or ``dask://HOST:PORT`` (any Dask cluster).
        beside: a folder in which another run on this machine is met; both are timed in turns. Needs one worker process
            at most.

    Raises:
        UsageError: a value is out of range.
    """

    seeds: tuple[int, ...] = (0,)
    device: str = "auto"
    jobs: int = 0
    prevalence: float = DEFAULT_PREVALENCE
    threshold: str = DEFAULT_THRESHOLD
    batch_size: int = DEFAULT_BATCH_SIZE
    timing_seconds: float | None = None
    timing_noise: float = DEFAULT_TIMING_NOISE
    batch_sizes: tuple[int, ...] = ()
    save_scores: bool = True
    timeout: float | None = None
    memory_limit: int | None = None
    device_memory: int | None = None
    executor: str = LOCAL
    beside: str | None = None

    def __post_init__(self) -> None:
        # The canonical text, so that `quantile:0.950` makes no other protocol than `quantile:0.95`.
        object.__setattr__(self, "threshold", parse_policy(self.threshold).text)
        seeds_fit = bool(self.seeds) and all(map(_is_whole, self.seeds)) and len(set(self.seeds)) == len(self.seeds)
        _check("seeds", self.seeds, seeds_fit, "at least one whole number, none negative, none twice")
        _check("jobs", self.jobs, _is_whole(self.jobs), "a whole number, 0 (this process) or more")
        self._check_isolation()
        prevalence_fits = _is_number(self.prevalence) and 0.0 < self.prevalence < 1.0
        _check("prevalence", self.prevalence, prevalence_fits, "a share between 0 and 1, such as 0.5")
        _check("batch size", self.batch_size, _is_whole(self.batch_size, 1), "a whole number, 1 or more")
        self._check_timing()

    def _check_timing(self) -> None:
        timing_fits = self.timing_seconds is None or (_is_number(self.timing_seconds) and self.timing_seconds > 0)
        _check("timing seconds", self.timing_seconds, timing_fits, "a positive number")
        noise_fits = _is_number(self.timing_noise) and 0.0 <= self.timing_noise < 1.0
        _check("timing noise", self.timing_noise, noise_fits, "a share from 0 to below 1, such as 0.01")
        object.__setattr__(self, "batch_sizes", batch_sizes_from(self.batch_sizes))
        in_turns = self.beside is not None and bool(self.batch_sizes)
        _check("batch sizes", self.batch_sizes, not in_turns, "none with --beside, which times one size in turns")

    def _check_isolation(self) -> None:
        timeout_fits = self.timeout is None or (_is_number(self.timeout) and self.timeout > 0)
        _check("timeout", self.timeout, timeout_fits, "a positive number of seconds")
        limit_fits = self.memory_limit is None or (_is_whole(self.memory_limit, 1) and self.memory_limit < 2**62)
        _check("memory limit", self.memory_limit, limit_fits, "1 byte or more, and no more than a machine can have")
        memory_fits = self.device_memory is None or (_is_whole(self.device_memory, 1) and self.device_memory < 2**62)
        _check("device memory", self.device_memory, memory_fits, "1 byte or more, and no more than a device can have")
        _check("executor", self.executor, bool(_EXECUTOR.fullmatch(self.executor)), "local, dask or dask://HOST:PORT")
        alone = self.executor == LOCAL and self.jobs <= 1
        _check("beside", self.beside, self.beside is None or alone, "a folder with --jobs 1 or 0, and no cluster")
        for name in ("timeout", "memory_limit"):
            if self.in_process and getattr(self, name) is not None:
                raise UsageError(
                    f"run settings: {name.replace('_', ' ')}: got one for a run in this process, which cannot be ended "
                    "from outside; expected worker processes. Ask for --jobs 1 or more."
                )

    @property
    def timing_budget(self) -> float:
        """``timing_seconds``, settled."""
        return self.settled(1).timing_budget if self.timing_seconds is None else self.timing_seconds

    def settled(self, fits: int) -> RunSettings:
        """Return the settings with a number for ``timing_seconds``, so that it stands in ``run.json``.

        Args:
            fits: of each detector in the run.
        """
        if self.timing_seconds is not None:
            return self
        return replace(self, timing_seconds=_timing_seconds_on(self.device, fits))

    @property
    def in_process(self) -> bool:
        """Whether everything is done in this very process."""
        return self.executor == LOCAL and self.jobs == 0

    @property
    def sharers(self) -> int:
        """Among how many workers the tasks of one detector are shared out; 0: each for itself, as on many machines."""
        return max(1, self.jobs) if self.executor in (LOCAL, "dask") else 0

    def to_dict(self) -> dict[str, Any]:
        """Return the settings as JSON types."""
        return {**asdict(self), "seeds": list(self.seeds), "batch_sizes": list(self.batch_sizes)}


class SettingOptions(TypedDict, total=False):
    """The fields of RunSettings, beside the seeds, as keyword arguments of ``benchkit.run``."""

    device: str
    jobs: int
    prevalence: float
    threshold: str
    batch_size: int
    timing_seconds: float | None
    timing_noise: float
    batch_sizes: Iterable[int] | str
    save_scores: bool
    timeout: float | None
    memory_limit: int | str | None
    device_memory: int | str | None
    executor: str
    beside: str | None


def _timing_seconds_on(device: str, fits: int) -> float:
    kind = pick_device(device).type if device == "auto" else device
    of_all, most = TIMING_SECONDS.get(kind, TIMING_SECONDS_ELSEWHERE)
    return round(max(LEAST_TIMING_SECONDS, min(most, of_all / max(1, fits))), 3)


def _check(what: str, got: object, good: bool, expected: str) -> None:
    if not good:
        raise UsageError(f"run settings: {what}: got {got!r}; expected {expected}.")


def _is_whole(value: object, least: int = 0) -> bool:
    """A truth value is no number, and NumPy's would not be readable in run.json."""
    return type(value) is int and value >= least


def _is_number(value: object) -> bool:
    """Return whether it is a finite number, of Python's as above."""
    return isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value)


def seeds_from(seeds: int | Iterable[int]) -> tuple[int, ...]:
    """Return the seeds: ``3`` means 0, 1 and 2; an iterable is taken as it stands."""
    return tuple(range(seeds)) if isinstance(seeds, int) else tuple(seeds)
