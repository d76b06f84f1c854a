"""What a run is computed on: choosing a device, naming it, and describing the machine."""

from __future__ import annotations

import os
import platform
import re
import subprocess
from pathlib import Path
from typing import Any

import numpy as np
import torch

from benchkit.errors import UsageError

DEVICES = ("auto", "cpu", "cuda", "mps")
"""What ``--device`` takes; ``cuda:1`` names the second CUDA device."""

_CPUINFO = Path("/proc/cpuinfo")


def pick_device(name: str) -> torch.device:
    """Return the device that ``name`` asks for, with its index, so that it equals its tensors' device.

    Args:
        name: ``cpu``, ``cuda``, ``cuda:N``, ``mps`` or ``auto``: the first of CUDA, MPS and CPU that is there.

    Raises:
        UsageError: no such device here; says what there is.
    """
    here = available_devices()
    if name == "auto":
        return (here[1:] or here)[0]
    wanted = f"{name}:0" if name in ("cuda", "mps") else name
    for device in here:
        if str(device) == wanted:
            return device
    raise UsageError(
        f"device: got {name!r}; expected one of {', '.join(DEVICES)} or cuda:N that is on this machine, which has "
        f"{', '.join(map(_entry, here))}. Use --device auto to take the best of them."
    )


def available_devices() -> tuple[torch.device, ...]:
    """Return the CPU and every accelerator that this PyTorch can use, CUDA first."""
    cuda = [torch.device("cuda", index) for index in range(torch.cuda.device_count() if _has_cuda() else 0)]
    mps = [torch.device("mps", 0)] if torch.backends.mps.is_available() else []
    return (torch.device("cpu"), *cuda, *mps)


def device_title(device: torch.device) -> str:
    """Return the processor's or the accelerator's own name, such as ``NVIDIA H100 80GB HBM3``."""
    return str(torch.cuda.get_device_name(device)) if device.type == "cuda" else cpu_title()


def cpu_title() -> str:
    """Return the processor's own name, or its architecture where the system does not tell."""
    name = _linux_cpu() if platform.system() == "Linux" else _apple_cpu() if platform.system() == "Darwin" else ""
    return name or platform.processor() or platform.machine() or "unknown"


def describe(device: torch.device) -> dict[str, Any]:
    """Return what a reader of the results has to know of the machine: JSON types only, no host or user name.

    Args:
        device: what the run is computed on.

    Returns:
        ``platform``, ``machine``, ``python``, ``numpy``, ``torch``, ``cpu``, ``cores``, ``memory_mb`` (None where the
        system does not tell), ``threads`` of PyTorch, ``device``, ``device_name``, ``device_memory_mb`` and ``cuda``
        (both None off CUDA). MB are of 2**20 bytes.
    """
    is_cuda = device.type == "cuda"
    return {
        "platform": platform.platform(),
        "machine": platform.machine(),
        "python": platform.python_version(),
        "numpy": np.__version__,
        "torch": str(torch.__version__),
        "cpu": cpu_title(),
        "cores": usable_cores(),
        "memory_mb": _mb(memory_bytes(torch.device("cpu"))),
        "threads": torch.get_num_threads(),
        "device": str(device),
        "device_name": device_title(device),
        "device_memory_mb": _mb(memory_bytes(device)) if is_cuda else None,
        "cuda": torch.version.cuda if is_cuda else None,
    }


def usable_cores() -> int:
    """Return how many processors this process may use."""
    if hasattr(os, "sched_getaffinity"):  # not on macOS and Windows
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def _has_cuda() -> bool:
    return bool(torch.cuda.is_available())


def _entry(device: torch.device) -> str:
    return f"{device} ({device_title(device)})"


def _linux_cpu() -> str:
    try:
        found = re.search(r"^model name\s*:\s*(.+)$", _CPUINFO.read_text(), re.MULTILINE)
    except OSError:
        return ""
    return found[1].strip() if found else ""


def _apple_cpu() -> str:
    command = ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"]
    try:
        return subprocess.run(command, capture_output=True, text=True, timeout=5, check=True).stdout.strip()
    except (OSError, subprocess.SubprocessError):
        return ""


def memory_bytes(device: torch.device) -> int | None:
    """Return a device's memory; off CUDA that of the machine, None where the system does not tell."""
    if device.type == "cuda":
        return int(torch.cuda.get_device_properties(device).total_memory)
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return None


def _mb(size: int | None) -> float | None:
    return None if size is None else size / 2**20
