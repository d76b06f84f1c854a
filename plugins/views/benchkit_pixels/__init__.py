"""View ``pixels``: the images as they are."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import ClassVar

from torch import Tensor

from benchkit import LabelledImages, LabelledRows, View, hookimpl


@dataclass(frozen=True)
class Pixels(View):
    """The images themselves, N×1×H×W in [0, 1]; a detector that wants vectors flattens them itself."""

    takes_rows: ClassVar[bool] = True

    name: str = "pixels"

    def fit(self, normal: LabelledImages | LabelledRows, *, seed: int) -> Mapping[str, Callable[[Tensor], Tensor]]:
        """Return the identity: nothing is trained and nothing is random."""
        return {self.name: _unchanged}


def _unchanged(images: Tensor) -> Tensor:
    return images


@hookimpl
def benchkit_views() -> Iterable[View]:
    """Offer ``pixels``."""
    return (Pixels(),)
