"""What a plugin's call must leave as it was: the settings that the whole process shares.

A plugin that turns torch to one thread or to double precision would otherwise change the times and the scores of
every detector after it.
"""

from __future__ import annotations

import contextlib
import gc
import os
import random
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import numpy as np
import torch

_State = tuple[Callable[[], Any], Callable[[Any], object]]


def _folder() -> str | None:
    try:
        return os.getcwd()
    except OSError:  # somebody removed it: there is nothing to come back to
        return None


def _go_back(folder: str | None) -> None:
    if folder is not None:
        os.chdir(folder)


def _set_device(device: torch.device) -> None:
    torch.set_default_device(None if device.type == "cpu" else device)  # None is faster, and means the CPU


def _precision() -> str | None:
    try:
        return torch.get_float32_matmul_precision()
    except RuntimeError:  # torch has other switches for the same, and answers to one kind of them at a time
        return None


def _set_precision(precision: str | None) -> None:
    if precision is not None:
        torch.set_float32_matmul_precision(precision)


def _set_cudnn(name: str) -> Callable[[bool], None]:
    return lambda value: setattr(torch.backends.cudnn, name, value)


SETTINGS: Mapping[str, _State] = {
    "the working folder": (_folder, _go_back),
    "torch's number of threads": (torch.get_num_threads, torch.set_num_threads),
    "torch's default type": (torch.get_default_dtype, torch.set_default_dtype),
    "torch's default device": (torch.get_default_device, _set_device),
    "whether torch keeps gradients": (torch.is_grad_enabled, torch.set_grad_enabled),
    "whether torch looks for anomalies in gradients": (torch.is_anomaly_enabled, torch.autograd.set_detect_anomaly),
    "torch's precision of float32 products": (_precision, _set_precision),
    "whether torch insists on determinism": (torch.get_deterministic_debug_mode, torch.set_deterministic_debug_mode),
    "torch.backends.cudnn.benchmark": (lambda: torch.backends.cudnn.benchmark, _set_cudnn("benchmark")),
    "torch.backends.cudnn.deterministic": (lambda: torch.backends.cudnn.deterministic, _set_cudnn("deterministic")),
    "what NumPy does about floating point errors": (np.geterr, lambda kinds: np.seterr(**kinds)),
    "whether Python collects garbage": (gc.isenabled, lambda on: gc.enable() if on else gc.disable()),
}
"""How each setting is read and put back; put back only where it changed."""


@contextlib.contextmanager
def surroundings_kept() -> Iterator[None]:
    """Put the global random states, the working folder and torch's settings back after the block."""
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - it is the global one
    found = {name: read() for name, (read, _) in SETTINGS.items()}
    try:
        with torch.random.fork_rng():
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002 - as above
        for name, (read, put_back) in SETTINGS.items():
            if read() != found[name]:
                put_back(found[name])
