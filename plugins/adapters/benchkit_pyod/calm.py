"""PyOD without what it does outside: what it prints and warns of, the randomness that it seeds and draws from."""

from __future__ import annotations

import contextlib
import io
import os
import random
import warnings
from collections.abc import Iterator

import numpy as np
import torch

_HASH_SEED = "PYTHONHASHSEED"
"""Set by PyOD's networks, for whatever process is started next."""


@contextlib.contextmanager
def calm(seed: int) -> Iterator[None]:
    """Seed the global random states and put them back afterwards; keep silent.

    Some of PyOD's detectors take no seed and draw from the global states, its networks seed them. Many print each step,
    and many warn of what an adapter knows: that counts are as small as there are few inputs, that logarithms and ratios
    of nothing have no end, that memory is not pinned without a GPU.

    Args:
        seed: 0 to 2 ** 31 - 1.
    """
    with _random_states_kept(), contextlib.redirect_stdout(io.StringIO()), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        random.seed(seed)
        np.random.seed(seed)  # noqa: NPY002 - the global one is what PyOD draws from
        torch.manual_seed(seed)
        yield


@contextlib.contextmanager
def _random_states_kept() -> Iterator[None]:
    hash_seed = os.environ.get(_HASH_SEED)
    python_state, numpy_state = random.getstate(), np.random.get_state()  # noqa: NPY002 - as above
    devices = range(torch.cuda.device_count()) if torch.cuda.is_initialized() else ()  # type: ignore[no-untyped-call]
    try:
        with torch.random.fork_rng(devices):
            yield
    finally:
        random.setstate(python_state)
        np.random.set_state(numpy_state)  # noqa: NPY002 - as above
        if hash_seed is None:
            os.environ.pop(_HASH_SEED, None)
        else:
            os.environ[_HASH_SEED] = hash_seed


@contextlib.contextmanager
def one_thread() -> Iterator[None]:
    """Let torch compute on one thread of the processor: small networks wait for a second one more than they gain."""
    found = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(found)
