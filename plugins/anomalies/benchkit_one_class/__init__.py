"""One digit is normal, the other nine are anomalies: the field's standard protocol, group ``one-class``.

Source: Ruff et al. 2018, "Deep One-Class Classification", https://proceedings.mlr.press/v80/ruff18a.html. Views that
train a classifier have nothing to tell apart then; their detectors are skipped and say so.

Not part of a run that names no anomalies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, ClassVar

from benchkit import AnomalyGenerator, LabelledImages, Unsupported, UsageError, hookimpl

if TYPE_CHECKING:
    from torch import Tensor

DIGITS = range(10)
"""The labels of a ten-class data set."""


@dataclass(frozen=True)
class OneClass(AnomalyGenerator):
    """Every test image that is not of the normal class.

    Raises:
        UsageError: ``normal_labels`` is not one class.
    """

    by_default: ClassVar[bool] = False

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normal_labels is None or len(self.normal_labels) != 1:
            raise UsageError(
                f"anomaly {self.name!r}: got normal_labels={self.normal_labels!r}; expected one class, such as {{7}}."
            )

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return the test images of all other classes, in the test split's order; ``seed`` changes nothing.

        Raises:
            Unsupported: the data set has no other class.
        """
        label = min(self.normal_labels or {0})  # the only one
        images = test.images[test.labels != label]
        if not len(images):
            raise Unsupported(f"all test images are of class {label}: nothing is left that could be an anomaly.")
        return images


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer one generator for each digit."""
    return [
        OneClass(f"one-class-{digit}", normal_labels=frozenset({digit}), alters_test=False, group="one-class")
        for digit in DIGITS
    ]
