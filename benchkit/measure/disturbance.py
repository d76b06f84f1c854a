"""What disturbs a timing while it is made, as far as the machine tells."""

from __future__ import annotations

from types import TracebackType
from typing import Self

import torch

from benchkit.measure import flags
from benchkit.measure.gpu_state import gpu_state
from benchkit.measure.other_work import OtherWork


class Disturbance:
    """Watches the machine during its ``with`` block.

    Attributes:
        words: those of ``flags.FLAGS`` that are true of the block; known when it has ended.

    Args:
        device: what is timed.
    """

    def __init__(self, device: torch.device) -> None:
        self.words: set[str] = set()
        self._device = device
        self._others = OtherWork()

    def __enter__(self) -> Self:
        self._others.__enter__()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._others.__exit__(kind, error, traceback)
        if error is not None:  # nobody will read it, and the device may be what failed
            return
        state = gpu_state(self._device)
        found = {flags.BUSY: self._others.is_much, flags.THROTTLED: state.throttled, flags.SHARED: state.shared}
        self.words = {word for word, is_true in found.items() if is_true}
