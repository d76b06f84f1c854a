"""Parts of the benchmarks' images as data sets of a run."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from benchkit import Dataset, LabelledImages, Splits

TEST_SHARE = 5
"""One in so many is a test image."""


def part(labelled: LabelledImages, count: int) -> Dataset:
    """Return the first ``count`` images as a data set, a fifth of them to test on."""

    @dataclass(frozen=True)
    class Part(Dataset):
        name: str = f"first-{count}"

        def load(self) -> Splits:
            cut = count // TEST_SHARE
            return Splits(*(labelled.select(part) for part in torch.arange(count).split([count - cut, cut])))

    return Part()
