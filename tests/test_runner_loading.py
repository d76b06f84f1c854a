"""Data sets of strangers: whatever ``load`` does, it is one clear error or sound images."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

import pytest
import torch
from toy_plugins import ToyImages

import benchkit
from benchkit.runner.loading import load_splits


@dataclasses.dataclass(frozen=True)
class Given(benchkit.Dataset):
    """Loads whatever ``make`` returns."""

    name: str = "given"
    make: Callable[[], object] = ToyImages().load

    def load(self) -> benchkit.Splits:
        """Return it."""
        return self.make()  # type: ignore[return-value]


def some(n: int = 40, *, value: float = 0.3, side: int = 4, label: int = 0) -> benchkit.LabelledImages:
    """Return images of one pixel value."""
    return benchkit.LabelledImages(torch.full((n, 1, side, side), value), torch.full((n,), label))


def _fail() -> object:
    raise KeyError("no such column")


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (_fail, r"load: got KeyError: 'no such column' \(test_runner_loading.py:.*expected training and test images"),
        (lambda: 7, "got int; expected benchkit.Splits"),
        (lambda: benchkit.Splits(some(side=4), some(side=5)), "expected one size"),
        (lambda: benchkit.Splits(some(), some(value=float("nan"))), "got pixels from nan"),
        (lambda: benchkit.Splits(some(value=255.0), some()), "got pixels from 255"),
        (lambda: benchkit.Splits(some(label=-1), some()), "got the label -1"),
    ],
)
def test_a_data_set_that_is_none_is_named(make: Callable[[], object], message: str) -> None:
    """Whatever a data set's load raises or returns becomes one DataError that names it, got and expected."""
    with pytest.raises(benchkit.DataError, match=rf"data set 'given'.*{message}"):
        load_splits(Given(make=make))


def test_grey_levels_need_no_scaling() -> None:
    """Bytes up to 255 are as good as floats up to 1."""
    levels = benchkit.LabelledImages(torch.full((40, 1, 4, 4), 255, dtype=torch.uint8), some().labels)
    assert load_splits(Given(make=lambda: benchkit.Splits(levels, levels))).train is levels


def test_a_data_set_speaks_for_itself() -> None:
    """An error that the data set words itself, and sound images, pass as they are."""

    def refuse() -> object:
        raise benchkit.Unsupported("licence not accepted")

    with pytest.raises(benchkit.Unsupported, match="licence not accepted"):
        load_splits(Given(make=refuse))
    splits = benchkit.Splits(some(), some())
    assert load_splits(Given(make=lambda: splits)) is splits
