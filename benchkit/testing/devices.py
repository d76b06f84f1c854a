"""The device that is compared with the processor."""

from __future__ import annotations

import torch

from benchkit.testing.checks import NotApplicable


def accelerator() -> torch.device:
    """Return it.

    Raises:
        NotApplicable: there is none.
    """
    if not torch.cuda.is_available():
        raise NotApplicable("there is no CUDA device here")
    return torch.device("cuda")
