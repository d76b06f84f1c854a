"""Cut a data set that was published in one piece into training and test images."""

from __future__ import annotations

import torch
from torch import Tensor

from benchkit.contract import LabelledImages, Splits
from benchkit.data.faults import fault
from benchkit.errors import UsageError


def split_stratified(images: LabelledImages, *, test_share: float = 0.2, where: object = "images") -> Splits:
    """Split every class alike, always the same way.

    Systematic sampling: of each class, test images are taken at even distances, so the split needs no random
    numbers (it is the same with every version of every library) and images that were stored next to each other
    are spread over both sides. A class with a single image stays in training.

    Args:
        images: all images with labels.
        test_share: share of test images, above 0 and below 1.
        where: path or name, for messages.

    Raises:
        DataError: no class has two images, so one side would be empty.
        UsageError: the share is not between 0 and 1.
    """
    if not 0 < test_share < 1:
        raise UsageError(f"split: got a test share of {test_share}; expected a number above 0 and below 1.")
    is_test = torch.zeros(len(images), dtype=torch.bool)
    labels = images.labels.cpu()
    for label in torch.unique(labels):
        members = (labels == label).nonzero().squeeze(1)
        is_test[members[_evenly_spread(len(members), test_share)]] = True
    if not is_test.any():
        raise fault(
            where,
            got=f"{len(images)} images and no class with two of them",
            expected="at least two images of one class, one to train on and one to test on",
            next_step="Add images.",
        )
    return Splits(train=images.select(~is_test), test=images.select(is_test))


def _evenly_spread(count: int, share: float) -> Tensor:
    """Return the positions, out of ``count``, of about ``share`` of them at even distances."""
    taken = min(max(1, round(count * share)), count - 1)
    return (2 * torch.arange(taken) + 1) * count // (2 * max(taken, 1))
