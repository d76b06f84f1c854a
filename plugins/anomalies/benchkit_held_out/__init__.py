"""One digit held out: never seen in training by the detector or by the subject model, then met in the test."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from benchkit import AnomalyGenerator, LabelledImages, Unsupported, UsageError, hookimpl

if TYPE_CHECKING:
    from torch import Tensor

DIGITS: frozenset[int] = frozenset(range(10))
"""The labels of a ten-class data set."""


@dataclass(frozen=True)
class HeldOut(AnomalyGenerator):
    """The test images of one class, where the others are normal.

    Attributes:
        label: the held-out class; not one of ``normal_labels``.

    Raises:
        UsageError: ``label`` is among the normal labels.
    """

    label: int = 0

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.normal_labels is None or self.label in self.normal_labels:
            raise UsageError(
                f"anomaly {self.name!r}: got label={self.label}, which is a normal label; "
                "expected a held-out label that normal_labels does not contain."
            )

    def generate(self, test: LabelledImages, *, seed: int) -> Tensor:
        """Return every test image of the held-out class, in the test split's order; ``seed`` changes nothing.

        Raises:
            Unsupported: the data set has no test image of that class.
        """
        images = test.images[test.labels == self.label]
        if not len(images):
            known = ", ".join(map(str, sorted(set(test.labels.tolist()))))
            raise Unsupported(
                f"the test images have no class {self.label} (they have: {known or 'none'}); "
                "choose a held-out class that the data set has."
            )
        return images


def held_out(label: int) -> HeldOut:
    """Return the generator that holds out ``label`` (0 to 9) and counts the other nine digits as normal."""
    return HeldOut(
        f"held-out-{label}", normal_labels=DIGITS - {label}, alters_test=False, group="held-out", label=label
    )


@hookimpl
def benchkit_anomaly_generators() -> Iterable[AnomalyGenerator]:
    """Offer one generator for each digit."""
    return [held_out(label) for label in sorted(DIGITS)]
