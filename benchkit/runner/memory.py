"""How much of the device's memory images and inputs may take, and who gets them some at a time for that."""

from __future__ import annotations

import torch

from benchkit.contract import Detector, Rows, View
from benchkit.errors import Unsupported, UsageError
from benchkit.measure.hardware import memory_bytes
from benchkit.runner.guard import SCORING_BATCH
from benchkit.runner.machine import Machine
from benchkit.runner.protocol import Prepared
from benchkit.runner.settings import RunSettings
from benchkit.runner.shelf import Shelf

MOST_BESIDE_PROCESSOR = 2**30
_FLOAT = 4


def levels_room(settings: RunSettings, machine: Machine) -> int:
    """Return how many bytes of grey levels may lie on the device: a quarter of what may be held there."""
    return _held(settings, machine) // 4


def shelf_for(data: Prepared, settings: RunSettings, machine: Machine) -> Shelf:
    """Return the shelf of a process that works on these data.

    Half of ``--device-memory`` is for what is held: images and inputs; the other half for what fits, scores and looks
    take for themselves.

    Raises:
        UsageError: ``--device-memory`` is more than there is, or not enough for a batch.
    """
    if settings.device_memory is not None:
        _check(settings.device_memory, data, machine.device)
    beside = data.device_bytes
    limited = settings.device_memory is not None
    return Shelf(max(0, _held(settings, machine) - beside), limited=limited, beside=beside)


def _held(settings: RunSettings, machine: Machine) -> int:
    """Return how many bytes of images and inputs one process may keep on the device."""
    if settings.device_memory is not None:
        return settings.device_memory // 2
    there = memory_bytes(machine.device) or 4 * MOST_BESIDE_PROCESSOR
    if machine.device.type == "cuda":
        return there // 2 // max(1, settings.jobs)
    share = min(there // max(1, settings.jobs), settings.memory_limit or there)
    return min(MOST_BESIDE_PROCESSOR, share // 4)


def _check(asked: int, data: Prepared, device: torch.device) -> None:
    there = memory_bytes(device)
    if there is not None and asked > there:
        raise UsageError(
            f"--device-memory: got {in_mb(asked)}; expected no more than {device} has, {in_mb(there, down=True)}. Give "
            "less, or leave the option out."
        )
    batch = _FLOAT * SCORING_BATCH * torch.Size(data.test.images.shape[1:]).numel()
    least = 2 * (batch + data.device_bytes)
    if asked < least:
        size = "×".join(map(str, data.test.images.shape[2:]))
        raise UsageError(
            f"--device-memory: got {in_mb(asked, down=True)}; expected at least {in_mb(least)}, half of which holds "
            f"the {SCORING_BATCH:,} images of {size} pixels that are scored at a time. Give more, or leave the option "
            "out."
        )


def rows_for(taker: Detector | View, rows: Rows, shelf: Shelf) -> Rows:
    """Return rows for a plugin that takes them.

    Raises:
        Unsupported: it does not.
    """
    if taker.takes_rows:
        return rows
    kind = "detector" if isinstance(taker, Detector) else "view"
    raise too_large(f"{kind} {taker.name!r}", "training inputs", rows.shape, shelf)


def too_large(who: str, what: str, shape: tuple[int, ...], shelf: Shelf) -> Unsupported:
    """Return what to say of a plugin that gets as a whole what may not be held as a whole.

    Args:
        who: the plugin.
        what: it gets.
        shape: of that, float32.
        shelf: of the process.
    """
    needed = _FLOAT * torch.Size(shape).numel()
    return Unsupported(
        f"{who} gets its {what} as a whole: {'×'.join(map(str, shape))} numbers are {in_mb(needed)}, and "
        f"--device-memory leaves {in_mb(shelf.room, down=True)} for them. Give --device-memory "
        f"{in_mb(shelf.enough_for(needed))} or more, or leave the option out."
    )


def in_mb(size: int, *, down: bool = False) -> str:
    """Return bytes as ``parse_size`` reads them, in tenths of 10**6 bytes, rounded up unless told otherwise.

    What is less than a tenth is returned as it is.
    """
    if size < 10**5:
        return f"{size}B"
    whole, tenths = divmod(size // 10**5 if down else -(-size // 10**5), 10)
    return f"{whole}.{tenths}MB" if tenths else f"{whole}MB"
