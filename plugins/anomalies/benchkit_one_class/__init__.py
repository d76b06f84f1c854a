"""One digit is normal: the other nine are anomalies, the field's standard protocol, or one of them is.

Source: Ruff et al. 2018, "Deep One-Class Classification", https://proceedings.mlr.press/v80/ruff18a.html. Views that
train a classifier have nothing to tell apart then; their detectors are skipped and say so. ``five-among-sevens`` is
the second of the five experiments.

None is part of a run that names no anomalies.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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


@dataclass(frozen=True)
class OneAgainstOne(AnomalyGenerator):
    """The test images of one class, among those of one other class.

    Source: the second of the five experiments, which is trained on the digit 7 and looks for the digit 5.

    Attributes:
        normal: the normal class.
        anomaly: the class of the anomalies.
        normal_labels: ``normal`` alone.

    Raises:
        UsageError: the two are one.
    """

    by_default: ClassVar[bool] = False

    name: str = "five-among-sevens"
    normal_labels: frozenset[int] | None = field(init=False, default=None)
    alters_test: bool = field(init=False, default=False)
    normal: int = 7
    anomaly: int = 5

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normal == self.anomaly:
            raise UsageError(
                f"anomaly {self.name!r}: got class {self.normal} as normal and as anomaly; expected two classes."
            )
        object.__setattr__(self, "normal_labels", frozenset({self.normal}))

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return the test images of the class ``anomaly``, in the test split's order; ``seed`` changes nothing.

        Raises:
            Unsupported: there are none.
        """
        images = test.images[test.labels == self.anomaly]
        if not len(images):
            raise Unsupported(f"no test image is of class {self.anomaly}: nothing is there that could be an anomaly.")
        return images


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer one generator for each digit, and the fives among sevens."""
    return [
        *(
            OneClass(f"one-class-{digit}", normal_labels=frozenset({digit}), alters_test=False, group="one-class")
            for digit in DIGITS
        ),
        OneAgainstOne(),
    ]
