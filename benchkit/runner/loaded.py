"""What is known of a run's data once they are loaded, without holding them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from benchkit.runner import protocol
from benchkit.runner.blank import Frame
from benchkit.runner.machine import Machine
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings


@dataclass(frozen=True)
class Loaded:
    """The data of a run as the process that loaded them describes them.

    Attributes:
        protocol: the data's part of the protocol, as it stands in ``run.json``.
        frame: what all cells share.
        hardware: the machine that they were loaded on, as it stands in ``run.json``.
    """

    protocol: dict[str, Any]
    frame: Frame
    hardware: dict[str, Any]

    @classmethod
    def of(cls, data: Prepared, settings: RunSettings, machine: Machine) -> Loaded:
        """Describe prepared data."""
        described = {"hash": "", **protocol.describe(data)}
        frame = Frame.of(data, settings, machine.columns)
        return cls({**described, "hash": frame.base}, frame, machine.hardware())

    @property
    def checksum(self) -> str:
        """SHA-256 over the data set's pixels and labels."""
        return str(self.protocol["checksum"])
