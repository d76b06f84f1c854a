"""What is checked of how a view is fitted: seeds, what it leaves alone, unusual images, the doors for many."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from functools import partial

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, LabelledRows, View
from benchkit.data import to_levels
from benchkit.runner.grey_images import GreyImages
from benchkit.runner.guard import PLUGIN_FAULTS, contract_error, described, isolated
from benchkit.testing.agreement import another_training, same_bits
from benchkit.testing.checks import Check, NotApplicable, require
from benchkit.testing.devices import accelerator
from benchkit.testing.shared import (
    each_or_unsupported,
    leaves_nothing_running,
    leaves_random_states,
    leaves_settings,
    leaves_what_it_was_lent,
    works,
)
from benchkit.testing.sizes import SIZES, sized
from benchkit.testing.view_results import calls
from benchkit.testing.view_specimen import OTHER_SEED, SEED, ViewSpecimen
from benchkit.testing.witness import GLOBAL_SEED, Witnessed

_GREY = 128 / 255
_OF_DEVICES = 0.2  # another order of sums, in every step of a training; of another seed it is 0.6 at least
_FEWER = 200


def _same_seed(specimen: ViewSpecimen) -> None:
    rows = specimen.rows
    again = specimen.looks(specimen.again)
    for name, expected in rows.items():
        found = specimen.look(again[name], specimen.shown).result()
        require(
            same_bits(found, expected),
            specimen.offer,
            f"view {name!r}: got other rows after a second fit with the same seed; expected the same bits. Draw "
            "whatever is random from the seed: benchkit.source_of(self.name, seed).",
        )


def _another_seed(specimen: ViewSpecimen) -> None:
    if specimen.good_rows:
        specimen.rows_of(specimen.other, specimen.shown)


def _inputs_untouched(specimen: ViewSpecimen) -> None:
    leaves_what_it_was_lent(calls(specimen), specimen.offer)


def _random_states(specimen: ViewSpecimen) -> None:
    leaves_random_states(calls(specimen), specimen.offer)


def _settings_of_the_process(specimen: ViewSpecimen) -> None:
    leaves_settings(calls(specimen), specimen.offer)


def _running(specimen: ViewSpecimen) -> None:
    calls(specimen)  # one that is unsupported says so
    leaves_nothing_running([("fit", specimen.watched.seen)], specimen.offer)


def _missing_class(specimen: ViewSpecimen) -> None:
    normal = specimen.normal
    _works(specimen, normal.select(normal.labels != 1), "no image of class 1")


def _one_class(specimen: ViewSpecimen) -> None:
    normal = specimen.normal
    _works(specimen, normal.select(normal.labels == 0), "images of one class")


def _two_images(specimen: ViewSpecimen) -> None:
    labels = specimen.normal.labels
    first = torch.stack([(labels == label).nonzero()[0, 0] for label in (0, 1)])
    _works(specimen, specimen.normal.select(first), "two images")


def _constant(specimen: ViewSpecimen) -> None:
    grey = torch.full_like(specimen.normal.images, _GREY)
    _works(specimen, LabelledImages(grey, specimen.normal.labels), "images that are all the same grey")


def _other_sizes(specimen: ViewSpecimen) -> None:
    each_or_unsupported([partial(_of_size, specimen, *size) for size in SIZES])


def _of_size(specimen: ViewSpecimen, height: int, width: int) -> None:
    splits = sized(height, width)
    _works(specimen, splits.train, f"images of {height}×{width} pixels", others=splits.test.images)


def _works(specimen: ViewSpecimen, normal: LabelledImages, said: str, *, others: Tensor | None = None) -> None:
    """Require finite rows after a fit on unusual images, of those images and of others."""
    if not specimen.good_rows:
        return
    fitted = specimen.fit(normal)
    for images in (normal.images, specimen.shown if others is None else others):
        works(partial(specimen.rows_of, fitted, images), specimen.offer, f"fit with {said}")


def _rows_that_come_some_at_a_time(specimen: ViewSpecimen) -> None:
    if not specimen.offer.item.takes_rows:
        raise NotApplicable("takes_rows is False: the view gets a tensor, or is skipped where that does not fit")
    expected, normal = _repeatable_rows(specimen), specimen.normal
    images = GreyImages(to_levels(normal.images), normal.images.device)
    with isolated(GLOBAL_SEED):
        looks: object = specimen.offer.item.fit(LabelledRows(images, normal.labels.clone()), seed=SEED)  # type: ignore[arg-type] # it takes rows
    _is_the_same_training(specimen, looks, expected, "fit with LabelledRows")


def _fit_many(specimen: ViewSpecimen) -> None:
    item, normal = specimen.offer.item, specimen.normal
    if type(item).fit_many is View.fit_many:
        raise NotApplicable("fit_many is not overridden: the runner fits one by one")
    fewer = normal.select(torch.arange(_FEWER))
    seeds = [SEED, SEED, OTHER_SEED]
    expected = [_repeatable_rows(specimen), _rows_alone(specimen, specimen.fit(fewer))]
    expected.append(_rows_alone(specimen, specimen.other))
    lent = [LabelledImages(each.images.clone(), each.labels.clone()) for each in (normal, fewer, normal)]
    with isolated(GLOBAL_SEED):
        together: object = item.fit_many(lent, seeds=seeds)
    if not isinstance(together, Sequence) or len(together) != len(seeds):
        got = f"{type(together).__name__}" + (f" of {len(together)}" if isinstance(together, Sequence) else "")
        raise contract_error(specimen.offer, f"fit_many: got {got}; expected a list of {len(seeds)} mappings.")
    for looks, rows in zip(together, expected, strict=True):
        _is_the_same_training(specimen, looks, rows, "fit_many")


def _repeatable_rows(specimen: ViewSpecimen) -> Mapping[str, Tensor]:
    """Return the rows of the shared fit, where a second one shows the same."""
    rows = specimen.good_rows
    for name, found in _rows_alone(specimen, specimen.again).items():
        if not same_bits(found, rows[name]):
            raise NotApplicable("the view does not repeat itself; see 'same-seed'")
    return rows


def _rows_alone(specimen: ViewSpecimen, fitted: Witnessed) -> Mapping[str, Tensor]:
    """Return what a fit shows that others are compared with."""
    try:
        return specimen.rows_of(fitted, specimen.shown)
    except PLUGIN_FAULTS as error:
        raise NotApplicable(f"there is no fit to compare with: {described(error)}") from error


def _is_the_same_training(
    specimen: ViewSpecimen, looks: object, expected: Mapping[str, Tensor], method: str, *, most: float = 0.05
) -> None:
    fitted = Witnessed(looks, None, (), (), {})
    for name, found in specimen.rows_of(fitted, specimen.shown).items():
        got = another_training(found, expected[name], most=most)
        require(
            not got,
            specimen.offer,
            f"{method}: view {name!r}: got {got}; expected the rows that fit gives with the same images and seed, "
            "within rounding.",
        )


def _devices(specimen: ViewSpecimen) -> None:
    device = accelerator()
    expected, normal = _repeatable_rows(specimen), specimen.normal.to(device)
    fitted = specimen.fit(normal)
    for name, found in specimen.rows_of(fitted, specimen.shown.to(device)).items():
        got = another_training(found, expected[name], most=_OF_DEVICES)
        require(
            not got,
            specimen.offer,
            f"view {name!r}: got {got} on CUDA; expected what a processor shows, within rounding. Draw on the "
            "processor what is random, benchkit.source_of(self.name, seed), and move it.",
        )


def _checks() -> Iterator[Check[ViewSpecimen]]:
    ways: Mapping[str, tuple[str, Callable[[ViewSpecimen], None]]] = {
        "same-seed": ("results that nobody can repeat.", _same_seed),
        "other-seed": ("a view that works with one seed alone: a run repeats with several.", _another_seed),
        "inputs-untouched": ("images spoiled for every view and detector that comes after.", _inputs_untouched),
        "random-state-untouched": ("numbers of others that change because this view was there.", _random_states),
        "process-untouched": ("times and numbers of others that change likewise.", _settings_of_the_process),
        "nothing-left-running": ("threads and processes that compute while others are timed.", _running),
        "missing-class": ("a failure where a class is held out: its label is a gap.", _missing_class),
        "single-class": ("a failure, instead of a reason, where one class is normal.", _one_class),
        "few-images": ("a failure, instead of a reason, on tiny data.", _two_images),
        "constant-images": ("a division by a deviation of zero.", _constant),
        "other-sizes": ("a failure, instead of a reason, on images that are not 28×28.", _other_sizes),
        "takes-rows": ("other results with --device-memory than without.", _rows_that_come_some_at_a_time),
        "fit-many": ("other results with several seeds than with one.", _fit_many),
        "cuda": ("other results on a GPU than on a processor.", _devices),
    }
    for name, (protects, examine) in ways.items():
        yield Check(name, protects, examine)


CHECKS: tuple[Check[ViewSpecimen], ...] = tuple(_checks())
"""Those that fit anew, or judge what fits leave behind."""
