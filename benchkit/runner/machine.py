"""The device of a run and what every row says of it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch

from benchkit.measure import hardware
from benchkit.measure.known_ceilings import KnownCeilings


@dataclass(frozen=True)
class Machine:
    """Where a run computes.

    Attributes:
        device: where images lie and detectors run.
        columns: ``device``, ``device_name`` and ``threads`` of each cell.
        ceilings: what this process reaches there at its best.
    """

    device: torch.device
    columns: dict[str, Any]
    ceilings: KnownCeilings

    def hardware(self) -> dict[str, Any]:
        """Return the machine's part of ``run.json``."""
        return hardware.describe(self.device)


def machine_for(name: str) -> Machine:
    """Return the machine for ``--device NAME``.

    Raises:
        UsageError: there is no such device here.
    """
    device = hardware.pick_device(name)
    columns = {"device": str(device), "device_name": hardware.device_title(device), "threads": torch.get_num_threads()}
    return Machine(device, columns, KnownCeilings(device))
