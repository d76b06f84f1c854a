"""Many fits in one: a view and a detector fitted for several tasks at once, before their groups are done one by one."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import torch
from torch import Tensor

from benchkit.contract import Detector, LabelledImages, LabelledRows, Rows, View
from benchkit.measure.memory import PeakMemory
from benchkit.registry import Offer
from benchkit.runner.bench import Bench
from benchkit.runner.fit import Fit, how_lent
from benchkit.runner.guard import PLUGIN_FAULTS, SpoiledInputsError, contract_error, explain, isolated, untouched
from benchkit.runner.ledger import Ledger
from benchkit.runner.shelf import Shelf
from benchkit.runner.views import checked_looks, look_among


def fit_ahead(
    benches: Sequence[Bench], views: Sequence[Mapping[str, Offer[View]]], offer: Offer[Detector], ledger: Ledger
) -> None:
    """Fit for the tasks of all these benches at once, and leave with each what is its own.

    A fault of a plugin costs no cell: it is noted, and the groups that find nothing ready fit alone.

    Args:
        benches: one for each task.
        views: who offers each view, of each task.
        offer: the detector.
        ledger: takes the seconds.
    """
    for bench, offered in zip(benches, views, strict=True):
        bench.room.views = {**bench.room.views, **offered}
    view = benches[0].room.views.get(offer.item.view)
    if view is None:  # each group says that it is missing
        return
    for some in _portions(benches):
        if not (
            _done(partial(_fit_view, some, offer.item.view, ledger), view, some[0].shelf)
            and _done(partial(_fit_detector, some, offer, ledger), offer, some[0].shelf)
        ):
            return


def stacks(offer: Offer[Any], device: torch.device) -> bool:
    """Return whether a plugin says that many at once are worth their while there; one that cannot tell says no."""
    try:
        with isolated(0):
            return bool(offer.item.stacks_on(device))
    except PLUGIN_FAULTS as error:
        _note(error, offer, "stacks_on")
        return False


def _done(fit: Callable[[], None], offer: Offer[Any], shelf: Shelf) -> bool:
    """Fit many at once; where that comes to nothing, say why, unless each group is going to."""
    try:
        fit()
        return True
    except PLUGIN_FAULTS as error:
        if isinstance(error, SpoiledInputsError):
            shelf.clear()
        _note(error, offer, "fit_many")
        return False


def _note(error: BaseException, offer: Offer[Any], method: str) -> None:
    status, reason = explain(error, offer, method)
    if status != "skipped":
        sys.stderr.write(f"benchkit: note: fitted one by one: {reason}\n")


def _portions(benches: Sequence[Bench]) -> list[list[Bench]]:
    """Share benches out evenly so that the training images of each portion find room on the shelf."""
    shelf = benches[0].shelf
    sizes = {bench.task.normal_labels: bench.train.images.float_bytes for bench in benches}  # seeds share theirs
    needed = sum(size for size in sizes.values() if shelf.takes(size, at_any_price=True))  # rows need no room
    parts = min(len(benches), -(-needed // max(1, shelf.room)))
    size = -(-len(benches) // max(1, parts))
    return [list(benches[start : start + size]) for start in range(0, len(benches), size)]


def _fit_view(benches: Sequence[Bench], view: str, ledger: Ledger) -> None:
    wanting = [bench for bench in benches if not bench.room.is_fitted(view)]
    if len(wanting) < 2:
        return
    offer = wanting[0].room.offer(view)
    if not stacks(offer, wanting[0].device):
        return
    normals = [bench.room.normal_for(offer) for bench in wanting]
    fits = _fitted_views(offer, normals, wanting, ledger)
    for fit in fits:
        look_among(checked_looks(fit.value, offer, "fit_many"), view, offer, "fit_many")
    for bench, fit in zip(wanting, fits, strict=True):
        bench.room.give(view, fit.value, fit.seconds)


def _fitted_views(
    offer: Offer[View], normals: Sequence[LabelledImages | LabelledRows], benches: Sequence[Bench], ledger: Ledger
) -> list[Fit]:
    seeds = [bench.task.seed for bench in benches]
    images = [normal.images for normal in normals]
    with _lent(images, offer), isolated(seeds[0]), ledger.time("view", offer.item.name) as watch:
        looks: object = offer.item.fit_many(normals, seeds=seeds)  # type: ignore[arg-type] # rows to who takes them
    return _shares(looks, watch.seconds, images, offer)


def _fit_detector(benches: Sequence[Bench], offer: Offer[Detector], ledger: Ledger) -> None:
    if len(benches) < 2 or not stacks(offer, benches[0].device):
        return
    with PeakMemory(benches[0].device) as memory:
        inputs = [bench.room.training(offer.item) for bench in benches]
        fits = _fitted_detectors(offer, inputs, benches, ledger)
    for bench, fit in zip(benches, fits, strict=True):
        bench.ready[offer.item.name] = replace(fit, peak_mb=memory.mb)


def _fitted_detectors(
    offer: Offer[Detector], inputs: Sequence[Tensor | Rows], benches: Sequence[Bench], ledger: Ledger
) -> list[Fit]:
    seeds = [bench.task.seed for bench in benches]
    with _lent(inputs, offer), isolated(seeds[0]), ledger.time("fit", offer.item.name) as watch:
        scorers: object = offer.item.fit_many(list(inputs), seeds=seeds)  # type: ignore[arg-type] # as above
    fits = _shares(scorers, watch.seconds, inputs, offer)
    wrong = [type(fit.value).__name__ for fit in fits if not callable(fit.value)]
    if wrong:
        raise contract_error(offer, f"fit_many: got {wrong[0]} among its scorers; expected callables.")
    return fits


def _shares(made: object, seconds: float, lent: Sequence[Tensor | Rows], offer: Offer[Any]) -> list[Fit]:
    count = len(lent)
    if not isinstance(made, Sequence) or len(made) != count:
        size = f" of {len(made)}" if isinstance(made, Sequence) else ""
        raise contract_error(offer, f"fit_many: got {type(made).__name__}{size}; expected a list of {count}.")
    return [Fit(each, seconds / count, count, how_lent(inputs)) for each, inputs in zip(made, lent, strict=True)]


@contextlib.contextmanager
def _lent(inputs: Sequence[Tensor | Rows], offer: Offer[Any]) -> Iterator[None]:
    """Raise SpoiledInputsError when one of the tensors was changed in place inside the block."""
    with contextlib.ExitStack() as stack:
        for tensor in {each.data_ptr(): each for each in inputs if isinstance(each, Tensor)}.values():
            stack.enter_context(untouched(tensor, offer, "fit_many"))
        yield
