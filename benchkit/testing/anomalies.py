"""What is checked of anomaly generators."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import partial

import torch
from torch import Tensor

from benchkit.contract import LabelledImages
from benchkit.errors import Unsupported, a_kind
from benchkit.runner.guard import contract_error
from benchkit.testing.agreement import same_bits
from benchkit.testing.anomaly_specimen import PROBLEMS, AnomalySpecimen, bytes_of
from benchkit.testing.checks import Check, NotApplicable, require
from benchkit.testing.devices import accelerator
from benchkit.testing.shared import (
    SETTINGS,
    WORKER,
    each_or_unsupported,
    leaves_nothing_running,
    leaves_random_states,
    leaves_settings,
    leaves_what_it_was_lent,
    works,
)
from benchkit.testing.sizes import SIZES
from benchkit.testing.witness import Witnessed

__all__ = ["CHECKS", "AnomalySpecimen"]

UNCHANGED = 0.05
"""Share of the altered images that may come out as they were: a piece that is moved may be black and meet black."""

DIFFERENT = 0.5
"""Share of the anomalies that have to differ in whole grey levels: the test images that they are made of all do."""

ONE_LEVEL = 1 / 255
_OF_DEVICES = 0.01  # share of the pixels whose rounding may fall to the other side of more than one level


def _returns_a_tensor(specimen: AnomalySpecimen) -> None:
    made = specimen.first.result()
    require(isinstance(made, Tensor), specimen.offer, f"generate: got {a_kind(made)}; expected a tensor M×1×H×W.")


def _no_problem(specimen: AnomalySpecimen, look_at: Callable[[Tensor, Tensor], str]) -> None:
    problem = look_at(specimen.tensor, specimen.test.images)
    require(not problem, specimen.offer, f"generate: {problem}")


def _same_seed(specimen: AnomalySpecimen) -> None:
    expected, found = specimen.tensor, specimen.again.result()
    if expected.device.type == "meta":
        raise NotApplicable("there are no pixels to compare; see 'images-where-test-is'")
    require(
        _is_the_same(found, expected),
        specimen.offer,
        "generate: got other anomalies at a second call with the same seed; expected the same bits. Draw whatever is "
        "random from benchkit.source_of(self.name, seed).",
    )


def _is_the_same(found: object, expected: Tensor) -> bool:
    return isinstance(found, Tensor) and same_bits(found, expected)


def _another_seed(specimen: AnomalySpecimen) -> None:
    if specimen.images.numel():
        works(partial(_valid, specimen, specimen.other, specimen.test.images), specimen.offer, "generate with seed=1")


def _calls(specimen: AnomalySpecimen) -> list[tuple[str, Witnessed]]:
    if isinstance(specimen.first.error, Unsupported):
        raise specimen.first.error
    return [("generate", specimen.first)]


def _inputs_untouched(specimen: AnomalySpecimen) -> None:
    leaves_what_it_was_lent(_calls(specimen), specimen.offer)


def _random_states(specimen: AnomalySpecimen) -> None:
    leaves_random_states(_calls(specimen), specimen.offer)


def _settings_of_the_process(specimen: AnomalySpecimen) -> None:
    leaves_settings(_calls(specimen), specimen.offer)


def _running(specimen: AnomalySpecimen) -> None:
    _calls(specimen)  # one that is unsupported says so
    leaves_nothing_running([("generate", specimen.watched.seen)], specimen.offer)


def _altered_images_differ(specimen: AnomalySpecimen) -> None:
    if not specimen.offer.item.alters_test:
        raise NotApplicable("alters_test is False: the anomalies are other images")
    same = _known(specimen.images, specimen.given(specimen.test).images, levels=False)
    require(
        sum(same) <= UNCHANGED * len(same),
        specimen.offer,
        f"generate: got {sum(same)} of {len(same)} images as they were given; expected nearly all of them changed. An "
        "image that is normal must not count as an anomaly: leave it out, or change it for certain.",
    )


def _obeys_normal_labels(specimen: AnomalySpecimen) -> None:
    if specimen.offer.item.alters_test:
        raise NotApplicable("alters_test is True: it is given normal images alone, to be changed")
    normal = specimen.test.select(specimen.is_normal(specimen.test.labels))
    same = sum(_known(specimen.images, normal.images, levels=False))
    require(
        not same,
        specimen.offer,
        f"generate: got {same} images that are test images of a normal class; expected none. What normal_labels names "
        "is normal (None: every class); leave those images out, or set alters_test=True if they are changed.",
    )


def _survives_rounding(specimen: AnomalySpecimen) -> None:
    test = specimen.given(specimen.test) if specimen.offer.item.alters_test else specimen.test
    normal = test.select(specimen.is_normal(test.labels))
    images = specimen.images
    differs = ~torch.tensor(_known(images, normal.images, levels=False))
    if not bool(differs.any()):
        raise NotApplicable("the anomalies are normal images before they are rounded; another check says so")
    same = sum(_known(images[differs.to(images.device)], normal.images, levels=True))
    require(
        same <= UNCHANGED * len(images),
        specimen.offer,
        f"generate: got {same} of {len(images)} images that are normal ones once they are rounded to whole grey "
        "levels, as all images are before they are scored; expected nearly all to differ. Change pixels by 1/255 at "
        "least.",
    )


def _known(images: Tensor, others: Tensor, *, levels: bool) -> list[bool]:
    """Return which images are among the others: to the last bit, or as grey levels, as those of bytes always are."""
    as_levels = levels or images.dtype == torch.uint8
    known = set(bytes_of(others, levels=as_levels))
    return [image in known for image in bytes_of(images, levels=as_levels)]


def _images_differ(specimen: AnomalySpecimen) -> None:
    count = len(specimen.images)
    if count < 2:
        raise NotApplicable("there is one anomaly only")
    different = len(set(bytes_of(specimen.images, levels=True)))
    got = f"the same image {count} times" if different == 1 else f"{different} different images among {count}"
    require(
        different > 1 and different >= DIFFERENT * count,
        specimen.offer,
        f"generate: got {got}; expected images that differ: each counts as a sample of its own, and the intervals rely "
        "on it. Return each once, or vary it.",
    )


def _own(specimen: AnomalySpecimen) -> None:
    """Compare where the tensors lie: the next call may write there, whoever got them too."""
    if specimen.tensor.device.type == "meta":
        raise NotApplicable("there are no pixels in memory; see 'images-where-test-is'")
    lies = specimen.tensor.untyped_storage().data_ptr()
    later = [call.value for call in (specimen.again, specimen.other) if isinstance(call.value, Tensor)]
    require(
        lies == 0 or all(made.untyped_storage().data_ptr() != lies for made in later),
        specimen.offer,
        "generate: got a tensor that the next call returns as well; expected each call's own: who changes one would "
        "change the anomalies of others. Return a clone() of what you keep.",
    )


def _normal_labels(specimen: AnomalySpecimen) -> None:
    labels = specimen.offer.item.normal_labels
    if labels is None:
        return
    require(bool(labels), specimen.offer, "normal_labels: got an empty set; expected a class, or None for every class.")
    negative = sorted(label for label in labels if label < 0)
    require(not negative, specimen.offer, f"normal_labels: got {negative}; expected labels from 0, as data sets have.")


def _other_sizes(specimen: AnomalySpecimen) -> None:
    sizes = [(specimen.of_size(*size), f"images of {size[0]}×{size[1]} pixels") for size in SIZES]
    each_or_unsupported([partial(_copes, specimen, test, said) for test, said in sizes])


def _few_images(specimen: AnomalySpecimen) -> None:
    given = specimen.given(specimen.test)
    few = [(given.select(torch.arange(count)), f"{count} of the test images") for count in (1, 2)]
    each_or_unsupported([partial(_copes, specimen, test, said) for test, said in few])


def _one_class(specimen: AnomalySpecimen) -> None:
    given = specimen.given(specimen.test)
    _copes(specimen, given.select(given.labels == given.labels[0]), "images of one class")


def _constant(specimen: AnomalySpecimen) -> None:
    given = specimen.given(specimen.test)
    _copes(specimen, LabelledImages(torch.zeros_like(given.images), given.labels), "images that are all black")


def _copes(specimen: AnomalySpecimen, test: LabelledImages, said: str) -> None:
    """Require images after all of unusual test images."""
    if specimen.images.numel():
        works(lambda: _valid(specimen, specimen.make(test), test.images), specimen.offer, f"generate from {said}")


def _valid(specimen: AnomalySpecimen, made: Witnessed, test: Tensor) -> Tensor:
    """Return anomalies that are all that the door asks for.

    Raises:
        Exception: what was raised.
        ContractError: they are not.
    """
    value = made.result()
    if not isinstance(value, Tensor):
        raise contract_error(specimen.offer, f"generate: got {a_kind(value)}; expected a tensor M×1×H×W.")
    problems = [problem for look_at in PROBLEMS.values() if (problem := look_at(value, test))]
    require(not problems, specimen.offer, f"generate: {' '.join(problems)}")
    return value


def _devices(specimen: AnomalySpecimen) -> None:
    device = accelerator()
    expected, test = specimen.images, specimen.given(specimen.test).to(device)
    if not _is_the_same(specimen.again.value, expected):
        raise NotApplicable("the generator does not repeat itself; see 'same-seed'")
    found = _valid(specimen, specimen.make(test), test.images)
    same = found.shape == expected.shape
    off = (found.cpu().double() - expected.cpu().double()).abs() > 1.5 * ONE_LEVEL * (255 if _is_bytes(found) else 1)
    require(
        same and float(off.double().mean()) <= _OF_DEVICES,
        specimen.offer,
        "generate: got other anomalies on CUDA than on a processor; expected the same but for rounding. Draw on the "
        "processor what is random, benchkit.source_of(self.name, seed), and move it.",
    )


def _is_bytes(images: Tensor) -> bool:
    return images.dtype == torch.uint8


_OF_TENSORS = {
    "at-least-one": "a column of the leaderboard without a single sample.",
    "image-shape": "images that no detector was fitted for.",
    "pixel-type": "images in another precision than the normal ones, which gives them away.",
    "images-where-test-is": "a failure on a GPU.",
    "pixel-range": "pixels that no image has: anybody would find them.",
}


def _checks() -> Iterator[Check[AnomalySpecimen]]:
    yield Check("returns-a-tensor", "a run in which the anomaly fails for every detector.", _returns_a_tensor)
    for name, protects in _OF_TENSORS.items():
        yield Check(name, protects, partial(_no_problem, look_at=PROBLEMS[name]))
    for name, (protects, examine) in _OTHERS.items():
        yield Check(name, protects, examine)
    yield from (SETTINGS, WORKER)


_OTHERS: Mapping[str, tuple[str, Callable[[AnomalySpecimen], None]]] = {
    "same-seed": ("results that nobody can repeat.", _same_seed),
    "other-seed": ("a generator that works with one seed alone: a run repeats with several.", _another_seed),
    "each-call-its-own": ("anomalies that change because somebody wrote into what others got.", _own),
    "inputs-untouched": ("normal images spoiled for all that come after.", _inputs_untouched),
    "random-state-untouched": ("numbers of others that change because this generator was there.", _random_states),
    "process-untouched": ("times and numbers of others that change likewise.", _settings_of_the_process),
    "nothing-left-running": ("threads and processes that compute while others are timed.", _running),
    "altered-images-differ": ("normal images that count as anomalies nobody finds.", _altered_images_differ),
    "normal-labels-obeyed": ("normal images that are normal and anomalous at once.", _obeys_normal_labels),
    "survives-eight-bits": ("changes so small that rounding to grey levels takes them back.", _survives_rounding),
    "images-tell-apart": ("one sample that counts as a thousand, and an interval that is too narrow.", _images_differ),
    "normal-labels": ("a task without a single normal image.", _normal_labels),
    "other-sizes": ("a failure, instead of a reason, on images that are not 28×28.", _other_sizes),
    "few-images": ("a failure, instead of a reason, where one or two test images are left.", _few_images),
    "single-class": ("a failure, instead of a reason, on a data set of one class.", _one_class),
    "constant-images": ("a division by the contrast of an image that has none.", _constant),
    "cuda": ("other anomalies on a GPU than on a processor.", _devices),
}

CHECKS: tuple[Check[AnomalySpecimen], ...] = tuple(_checks())
"""In the order in which they are carried out."""
