"""Whether a GPU ran below its clocks, and whether somebody else was on it: as NVIDIA's management library says.

It is asked through ``pynvml`` (the distribution ``nvidia-ml-py``) where that can be imported, which takes a fraction of
a millisecond; else by ``nvidia-smi``, which takes up to half a second, and so at most once a minute. Where neither is
there, or neither knows the device, nothing is known.
"""

from __future__ import annotations

import functools
import importlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from benchkit.measure.stopwatch import Clock

SMI_EVERY = 60.0
"""Seconds between two calls of ``nvidia-smi``."""

LOWERED = 0x4 | 0x8 | 0x20 | 0x40 | 0x80
"""The reasons of NVML that a clock is lowered for: power cap, slowdown of the hardware, heat, and power brake.

Not among them: an idle GPU, clocks that somebody set, and boards or displays that are kept in step.
"""

_SMI_SECONDS = 10.0
_STOPPED = ("T", "t")


@dataclass(frozen=True)
class GpuState:
    """What is known of a GPU at a moment.

    Attributes:
        throttled: its clocks are lowered, for heat or power; None where nobody knows.
        shared: a process that is not this one, and not stopped, computes on it; None where nobody knows.
    """

    throttled: bool | None = None
    shared: bool | None = None


def gpu_state(device: torch.device) -> GpuState:
    """Return what is known of a CUDA device now; of any other device, and without NVIDIA's tools, nothing."""
    if device.type != "cuda":
        return GpuState()
    library = _library()
    if library is None:
        return _asked_of_smi(_uuid(device))
    try:
        return _asked_of(library, _uuid(device))
    except Exception:  # such as a part of a GPU (MIG), of which it does not tell; every board lacks something else
        return GpuState()


def others(processes: Iterable[int]) -> bool | None:
    """Return whether one of the processes on a GPU is another's that computes.

    Those that are stopped do not compute: the other workers of a run, while one of them is timed. Where this process
    is not in the list, its numbers are those of another name space, as in a container: nobody knows who is who.

    Args:
        processes: numbers of all that hold memory there for computing.
    """
    there = set(processes)
    if os.getpid() not in there:
        return None
    return any(not _is_stopped(process) for process in there - {os.getpid()})


def _is_stopped(process: int) -> bool:
    try:
        stat = Path(f"/proc/{process}/stat").read_text(encoding="utf-8", errors="replace")
    except OSError:
        return False
    return stat.rpartition(")")[2].split()[:1] in ([state] for state in _STOPPED)


def _uuid(device: torch.device) -> str:
    return f"GPU-{torch.cuda.get_device_properties(device).uuid}"


@functools.cache
def _library() -> Any | None:
    """Return pynvml, ready to be asked, or None; any failure to load it is one to know nothing."""
    try:
        library = importlib.import_module("pynvml")
        library.nvmlInit()
    except Exception:
        return None
    return library


def _asked_of(library: Any, uuid: str) -> GpuState:
    handle = library.nvmlDeviceGetHandleByUUID(uuid)
    reasons = int(library.nvmlDeviceGetCurrentClocksThrottleReasons(handle))
    running = library.nvmlDeviceGetComputeRunningProcesses(handle)
    return GpuState(bool(reasons & LOWERED), others(int(each.pid) for each in running))


class _Smi:
    """The moment of the last call of ``nvidia-smi``, for there is one machine."""

    last = -SMI_EVERY


def _asked_of_smi(uuid: str, clock: Clock = time.monotonic) -> GpuState:
    program = shutil.which("nvidia-smi")
    if program is None or clock() - _Smi.last < SMI_EVERY:
        return GpuState()
    _Smi.last = clock()
    reasons = _answer(program, uuid, "--query-gpu=clocks_event_reasons.active")
    if reasons is None:  # so it was called before driver 535
        reasons = _answer(program, uuid, "--query-gpu=clocks_throttle_reasons.active")
    running = _answer(program, uuid, "--query-compute-apps=pid")
    try:
        throttled = None if reasons is None else bool(int(reasons[0], 16) & LOWERED)
        shared = None if running is None else others(map(int, running))
    except (ValueError, IndexError):  # "[N/A]", where the board does not tell
        return GpuState()
    return GpuState(throttled, shared)


def _answer(program: str, uuid: str, query: str) -> list[str] | None:
    command = [program, query, "--format=csv,noheader", f"--id={uuid}"]
    try:
        ended = subprocess.run(command, capture_output=True, text=True, timeout=_SMI_SECONDS, check=True)
    except (OSError, subprocess.SubprocessError):
        return None
    return ended.stdout.split("\n")[:-1]
