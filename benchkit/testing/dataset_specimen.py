"""A data set under examination, and what its checks share of it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Tensor

from benchkit.contract import Dataset, LabelledImages, RemoteFile, Splits
from benchkit.data import find, to_levels
from benchkit.errors import Unsupported
from benchkit.registry import Offer, Registry
from benchkit.runner.grey_levels import range_problem
from benchkit.runner.guard import PLUGIN_FAULTS
from benchkit.testing.checks import NotApplicable
from benchkit.testing.watch import Watched, watched
from benchkit.testing.witness import Witnessed

_CPU = torch.device("cpu")
_CHUNK = 4096


@dataclass(frozen=True)
class DatasetSpecimen:
    """One data set, with what its checks share.

    Attributes:
        offer: the object, and where it came from.
        registry: who else is there.
    """

    offer: Offer[Dataset]
    registry: Registry

    @classmethod
    def of(cls, offer: Offer[Dataset], registry: Registry) -> DatasetSpecimen:
        """Return the specimen; nothing is loaded before a check asks for it."""
        return cls(offer, registry)

    @cached_property
    def watched(self) -> Watched:
        """The call that most checks share, and what was seen of it.

        Raises:
            NotApplicable: a file is not on this machine: a check brings none.
        """
        return self._load()

    @property
    def first(self) -> Witnessed:
        """The call that most checks share."""
        return self.watched.call

    @cached_property
    def again(self) -> Witnessed:
        """The same once more."""
        return self._load().call

    def _load(self) -> Watched:
        missing = [file for file in self._files() if find(file) is None]
        if missing:
            command = f"benchkit data fetch {self.offer.item.name}"
            raise NotApplicable(f"{missing[0].path} is not on this machine; bring it with `{command}`")
        return watched(self.offer.item.load, {})

    def _files(self) -> Sequence[RemoteFile]:
        """Return its files, as far as they are any; a check of its own looks at them."""
        try:
            files: object = self.offer.item.files()
        except PLUGIN_FAULTS:
            return []
        return [each for each in files if isinstance(each, RemoteFile)] if isinstance(files, Sequence) else []

    @cached_property
    def splits(self) -> Splits:
        """The shared result.

        Raises:
            NotApplicable: there is none, or it is something else.
            Unsupported: by the data set.
        """
        if isinstance(self.first.error, Unsupported):
            raise self.first.error
        if not isinstance(self.first.value, Splits):
            raise NotApplicable("there are no images to look at; see 'loads'")
        return self.first.value

    @property
    def parts(self) -> dict[str, LabelledImages]:
        """The two splits, by what they are called in a sentence."""
        return {"training": self.splits.train, "test": self.splits.test}

    @cached_property
    def pixels(self) -> dict[str, set[bytes]]:
        """The different images of each split, as ``fingerprints``.

        Raises:
            NotApplicable: they lie elsewhere, or their numbers are no pixels.
        """
        for name, part in self.parts.items():
            images = part.images
            if images.device != _CPU or (images.is_floating_point() and images.numel() and range_problem(images)):
                raise NotApplicable(f"the {name} images are none that could be compared; another check says so")
        return {name: set(fingerprints(part)) for name, part in self.parts.items()}


def fingerprints(part: LabelledImages) -> Iterator[bytes]:
    """Yield 16 bytes for each image, the same where its grey levels are: a million images fit in memory so."""
    for some in torch.split(part.images, _CHUNK):
        levels = some if some.dtype == torch.uint8 else to_levels(some)
        for image in levels.contiguous().numpy():
            yield hashlib.blake2b(image.tobytes(), digest_size=16).digest()


def is_blank(images: Tensor) -> Tensor:
    """Return which images are one grey all over: bool, N."""
    pixels = images.flatten(1)
    return (pixels == pixels[:, :1]).all(1)
