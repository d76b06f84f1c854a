"""An anomaly generator under examination: what it is given, and what its checks share of what it makes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from benchkit.contract import AnomalyGenerator, LabelledImages
from benchkit.data import to_levels
from benchkit.errors import Unsupported
from benchkit.registry import Offer, Registry
from benchkit.runner.grey_levels import range_problem
from benchkit.testing import material
from benchkit.testing.checks import NotApplicable
from benchkit.testing.sizes import sized
from benchkit.testing.watch import Watched, watched
from benchkit.testing.witness import Witnessed, witnessed

SEED, OTHER_SEED = 0, 1

CLASSES = 12
"""As many as the kit's test images are given, besides those that ``normal_labels`` names."""


@dataclass(frozen=True)
class AnomalySpecimen:
    """One anomaly generator, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[AnomalyGenerator]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[AnomalyGenerator], registry: Registry) -> AnomalySpecimen:
        """Return the specimen; nothing is computed before a check asks for it."""
        return cls(offer, registry)

    @cached_property
    def test(self) -> LabelledImages:
        """Test images of all classes; not to be handed out but as a copy."""
        return self._labelled(material.images().test)

    def of_size(self, height: int, width: int) -> LabelledImages:
        """Return the same images at another size."""
        return self._labelled(sized(height, width).test)

    def _labelled(self, test: LabelledImages) -> LabelledImages:
        """Return the kit's few classes cut into more: a generator may hold out any of ten."""
        labels = torch.tensor(sorted({*range(CLASSES), *self.normal_labels}))
        place = torch.arange(len(test))
        return LabelledImages(test.images, labels[(test.labels + material.CLASSES * place) % len(labels)])

    @property
    def normal_labels(self) -> frozenset[int]:
        """Those classes that it names; none where every class is normal."""
        return frozenset(label for label in self.offer.item.normal_labels or () if label >= 0)

    def given(self, test: LabelledImages) -> LabelledImages:
        """Return those of some test images that the runner would give it."""
        return test.select(self.is_normal(test.labels)) if self.offer.item.alters_test else test

    def is_normal(self, labels: Tensor) -> Tensor:
        """Return which labels are of a normal class; all are where it names none that could be one."""
        if not self.normal_labels:
            return torch.ones_like(labels, dtype=torch.bool)
        return torch.isin(labels, torch.tensor(sorted(self.normal_labels), dtype=torch.int64))

    @cached_property
    def watched(self) -> Watched:
        """The call that most checks share, and what was seen of it."""
        lent, tensors = _lent(self.given(self.test))
        return watched(lambda: self.offer.item.generate(lent, seed=SEED), tensors)

    @property
    def first(self) -> Witnessed:
        """The call that most checks share."""
        return self.watched.call

    @cached_property
    def again(self) -> Witnessed:
        """The same once more."""
        return self.make(self.given(self.test))

    @cached_property
    def other(self) -> Witnessed:
        """The same of another seed."""
        return self.make(self.given(self.test), seed=OTHER_SEED)

    def make(self, test: LabelledImages, *, seed: int = SEED) -> Witnessed:
        """Make anomalies of a copy of some images."""
        lent, tensors = _lent(test)
        return witnessed(lambda: self.offer.item.generate(lent, seed=seed), tensors)

    @cached_property
    def tensor(self) -> Tensor:
        """The shared result, of whatever shape and type.

        Raises:
            NotApplicable: it is no tensor.
            Unsupported: by the generator.
        """
        if isinstance(self.first.error, Unsupported):
            raise self.first.error
        if not isinstance(self.first.value, Tensor):
            raise NotApplicable("there are no anomalies to look at; see 'returns-a-tensor'")
        return self.first.value

    @cached_property
    def images(self) -> Tensor:
        """The shared result, where it is all that the door asks for.

        Raises:
            NotApplicable: it is not.
            Unsupported: by the generator.
        """
        for look_at in PROBLEMS.values():
            if problem := look_at(self.tensor, self.test.images):
                raise NotApplicable(f"these are no images that could be compared: {problem}")
        return self.tensor


def _lent(test: LabelledImages) -> tuple[LabelledImages, Mapping[str, Tensor]]:
    """Return a copy of some images, and its tensors by what they are called in a sentence."""
    lent = LabelledImages(test.images.clone(), test.labels.clone())
    return lent, {"images": lent.images, "labels": lent.labels}


def is_none(made: Tensor, test: Tensor) -> str:
    """Return what is wrong with the number of images."""
    return "" if made.ndim and made.shape[0] else f"got {tuple(made.shape)}; expected one image at least."


def not_shaped(made: Tensor, test: Tensor) -> str:
    """Return what is wrong with the shape of images, as compared with the test images."""
    expected = tuple(test.shape[1:])
    if made.ndim == 4 and tuple(made.shape[1:]) == expected:
        return ""
    return f"got {tuple(made.shape)}; expected M×{'×'.join(map(str, expected))}, like the test images."


def not_typed(made: Tensor, test: Tensor) -> str:
    """Return what is wrong with the type."""
    good = made.dtype in (torch.float32, torch.uint8)
    return "" if good else f"got {made.dtype}; expected float32 in [0, 1], or uint8 grey levels."


def not_here(made: Tensor, test: Tensor) -> str:
    """Return what is wrong with the device."""
    return "" if made.device == test.device else f"got images on {made.device}; expected them on {test.device}."


def not_ranged(made: Tensor, test: Tensor) -> str:
    """Return what is wrong with the range; of floating point numbers that are there at all."""
    is_known = made.is_floating_point() and made.numel() and made.device.type != "meta"
    return range_problem(made) if is_known else ""


PROBLEMS = {
    "at-least-one": is_none,
    "image-shape": not_shaped,
    "pixel-type": not_typed,
    "images-where-test-is": not_here,
    "pixel-range": not_ranged,
}
"""What may be wrong with a tensor of anomalies, each apart from the others: from it and the test images, in words."""


def bytes_of(images: Tensor, *, levels: bool) -> list[bytes]:
    """Return each image to the last bit, or only its grey levels."""
    if levels and images.dtype != torch.uint8:
        images = to_levels(images)
    return [image.tobytes() for image in images.detach().cpu().contiguous().numpy()]
