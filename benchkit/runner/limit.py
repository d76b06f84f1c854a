"""How near a detector comes to what the machine allows: its work for each image, and the machine's own ceilings."""

from __future__ import annotations

import sys
from dataclasses import replace
from typing import Any

import torch
from torch import Tensor

from benchkit.contract import Work
from benchkit.measure import flags
from benchkit.measure.ceilings import BUDGET, Ceilings
from benchkit.measure.known_ceilings import KnownCeilings
from benchkit.measure.work import ImageWork, count, image_work
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, explain, isolated, untouched
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import Machine
from benchkit.runner.settings import RunSettings
from benchkit.runner.throughput import Fitted, Timing

_TIMES = 3.0


def know_ceilings(settings: RunSettings, machine: Machine, ledger: Ledger) -> None:
    """Measure the machine's ceilings if this process does not know them well; by then nobody else may compute."""
    with ledger.time("timing"):
        machine.ceilings.get(budget_seconds=_ceiling_seconds(settings))


def _ceiling_seconds(settings: RunSettings) -> float:
    """Return how long the ceilings may be measured: not much longer than what they are measured for."""
    return min(BUDGET, _TIMES * settings.timing_budget)


def with_limit(
    timing: Timing, fitted: Fitted, images: Tensor, settings: RunSettings, machine: Machine, ledger: Ledger
) -> Timing:
    """Add what a detector that was timed could reach at most, and its share of that.

    Ceilings that it surpasses are measured again. A statement of the detector that cannot be used costs no more than
    these numbers: the reason is printed, and the row has the flag ``misstated``.

    Args:
        timing: of the detector.
        fitted: the detector.
        images: the normal test images that it was timed on.
        settings: the run's settings.
        machine: where it runs.
        ledger: takes the seconds.
    """
    if timing.readings is None:
        return timing
    with ledger.time("timing", fitted.offer.item.name):
        work, words = _work(fitted, images[: timing.columns["batch_size"]])
        columns, ceilings = _held(work, timing.columns["images_per_second"], machine.ceilings, settings)
    said = flags.joined((*flags.split(timing.columns.get("timing_flags", "")), *words))
    return replace(timing, columns={**timing.columns, **columns, "timing_flags": said}, ceilings=ceilings)


def _work(fitted: Fitted, batch: Tensor) -> tuple[ImageWork, tuple[str, ...]]:
    """Return the work for each image of a batch, and a flag where the detector misstates it."""
    try:
        with isolated(fitted.seed):
            view = count(fitted.look, batch)
            stated = None if view is None else _statement(fitted, view.result)
            scorer = None if view is None or stated is not None else count(fitted.scorer, view.result)
        return image_work(batch, view, scorer, stated), ()
    except PLUGIN_FAULTS as error:
        _, reason = explain(error, fitted.offer, "work")
        sys.stderr.write(f"benchkit: note: no share of the limit: {reason}\n")
        return ImageWork(), (flags.MISSTATED,)


def _statement(fitted: Fitted, inputs: Tensor) -> Work | None:
    with untouched(inputs, fitted.offer, "work"), torch.no_grad():
        stated: object = fitted.offer.item.work(inputs)
    if stated is None or isinstance(stated, Work):
        return stated
    what = type(stated).__name__
    raise contract_error(fitted.offer, f"work: got {what}; expected a benchkit.Work for each input, or None.")


def _held(
    work: ImageWork, images_per_second: float, known: KnownCeilings, settings: RunSettings
) -> tuple[dict[str, Any], Ceilings | None]:
    """Return the columns of a speed that is held against the ceilings, and the ceilings."""
    ceilings = known.best
    if (_columns(work, images_per_second, ceilings)["limit_share"] or 0.0) > 1.0:
        ceilings = known.again(budget_seconds=_ceiling_seconds(settings))
    return _columns(work, images_per_second, ceilings), ceilings


def _columns(work: ImageWork, images_per_second: float, ceilings: Ceilings | None) -> dict[str, Any]:
    limit = None if ceilings is None else ceilings.images_per_second(work.flop, work.bytes)
    return {
        "flop_per_image": work.flop,
        "bytes_per_image": work.bytes,
        "limit_images_per_second": limit,
        "limit_share": None if limit is None else images_per_second / limit,
    }
