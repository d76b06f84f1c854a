"""How much memory a block of work needs at its peak: a true number or none."""

from __future__ import annotations

import threading
from pathlib import Path
from types import TracebackType
from typing import ClassVar, Self

import torch

MB = 2**20
"""Bytes in the unit of this module."""

_NO_MEMORY = (
    "can't allocate memory", "not enough memory", "std::bad_alloc", "Cannot allocate memory",
    "CUDA error: out of memory", "CUBLAS_STATUS_ALLOC_FAILED", "CUDNN_STATUS_ALLOC_FAILED", "MPS backend out of memory",
)  # fmt: skip

_STATUS = Path("/proc/self/status")
_CLEAR = Path("/proc/self/clear_refs")
_SLACK_KB = 4096  # the kernel counts pages in per-processor batches, and other threads go on meanwhile


class PeakMemory:
    """Measures the peak memory of its ``with`` block.

    On CUDA, the peak of PyTorch's allocator on that device. Elsewhere, the peak resident memory of the whole process:
    the kernel's high-water mark (``VmHWM``), which is first reset through ``/proc/self/clear_refs`` (Linux, see
    ``man 5 proc``). Where it cannot be reset there is no number: the peak since the process began
    (``resource.ru_maxrss``) would be that of some other work. Blocks may be nested and may run in several threads;
    each then reports the peak of the process, or of the device, while it was open.

    Attributes:
        mb: the peak in MB of 2**20 bytes; None until the block has ended, and where it cannot be measured.

    Args:
        device: where the work is done.
    """

    _lock: ClassVar[threading.RLock] = threading.RLock()
    _open: ClassVar[list[PeakMemory]] = []

    def __init__(self, device: torch.device) -> None:
        self.mb: float | None = None
        self._device = device
        self._peak = 0.0
        self._measurable = False

    def __enter__(self) -> Self:
        with self._lock:
            self._settle()  # before the mark is reset under the blocks that are open
            self._peak = 0.0
            self._measurable = self._reset()
            self._open.append(self)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        with self._lock:
            self._settle()
            self._open.remove(self)
        self.mb = self._peak if self._measurable else None

    def _settle(self) -> None:
        """Let every open block keep the peak so far."""
        for block in self._open:
            mark = block._read()
            block._measurable = block._measurable and mark is not None
            block._peak = max(block._peak, mark or 0.0)

    def _reset(self) -> bool:
        """Start a new peak; return whether that worked."""
        if self._device.type != "cuda":
            return reset_high_water_mark()
        torch.cuda.reset_peak_memory_stats(self._device)
        return True

    def _read(self) -> float | None:
        """Return the peak since the last reset in MB."""
        if self._device.type != "cuda":
            mark = read_status("VmHWM")
            return None if mark is None else mark * 1024 / MB
        return float(torch.cuda.max_memory_allocated(self._device)) / MB


def reset_high_water_mark() -> bool:
    """Set the process's peak resident memory to what is resident now; return whether the kernel did so."""
    try:
        _CLEAR.write_text("5")
    except OSError:
        return False
    mark, resident = read_status("VmHWM"), read_status("VmRSS")
    return mark is not None and resident is not None and mark <= resident + _SLACK_KB


def read_status(field: str) -> int | None:
    """Return a field of ``/proc/self/status`` in kB of 1024 bytes, or None where there is none."""
    try:
        lines = _STATUS.read_text().splitlines()
    except OSError:
        return None
    values = [line.split()[1] for line in lines if line.startswith(f"{field}:")]
    return int(values[0]) if values else None


def lacked_memory(error: BaseException) -> bool:
    """Return whether an error was raised for want of memory; some of torch's parts say it in words alone."""
    if isinstance(error, MemoryError | torch.OutOfMemoryError):
        return True
    try:
        said = str(error) if isinstance(error, RuntimeError) else ""
    except Exception:  # a stranger's error may fail to say anything
        return False
    return any(sign in said for sign in _NO_MEMORY)
