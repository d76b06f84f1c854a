"""Methods that change the features on their way to the last layer; score: energy of the logits that come out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar

import torch
from torch import Tensor, nn

from benchkit import Unsupported, UsageError
from benchkit_torch_ood.adapter import SHARE, TINY, Limits, OodOnFeatures
from benchkit_torch_ood.library import library
from benchkit_torch_ood.scoring import Function
from benchkit_torch_ood.subject import Subject

VARIANTS = ("ash-b", "ash-p", "ash-s")

MOST_PRUNED = 0.98
"""The largest share that is pruned: what is left is multiplied by up to exp(1 / (1 - share)), which float32 ends at."""


@dataclass(frozen=True)
class React(OodOnFeatures):
    """Features are cut at a percentile of the normal ones.

    Source: Sun, Guo and Li 2021, "ReAct: Out-of-distribution Detection With Rectified Activations",
    https://arxiv.org/abs/2111.12797.

    Attributes:
        percentile: as a share, 0 to 1.
    """

    method: ClassVar[str] = "ReAct"
    setting_ranges: ClassVar[Limits] = {"percentile": SHARE}

    percentile: float = 0.9

    def fitted(self, subject: Subject) -> Function:
        """Fit the percentile."""
        react = self.made(None, subject.head, percentile=self.percentile)
        return react.fit_feature_maps(subject.features, subject.classes).predict_feature_maps


@dataclass(frozen=True)
class Vra(OodOnFeatures):
    """Each feature is cut at a low and at a high percentile of the normal ones.

    Source: Xu et al. 2023, "Variational Rectified Activation for Out-of-distribution Detection",
    https://arxiv.org/abs/2302.11716.

    Attributes:
        low: as a share, 0 to ``high``.
        high: as a share, ``low`` to 1.
    """

    method: ClassVar[str] = "VRA"
    setting_ranges: ClassVar[Limits] = {"low": SHARE, "high": SHARE}

    low: float = 0.01
    high: float = 0.99

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.low > self.high:
            raise UsageError(
                f"detector {self.name!r}: got low={self.low} and high={self.high}; expected low below high. Correct it."
            )

    def fitted(self, subject: Subject) -> Function:
        """Fit the percentiles."""
        vra = self.made(None, subject.head, lower_percentile=self.low, upper_percentile=self.high)
        return vra.fit_feature_maps(subject.features, subject.classes).predict_feature_maps


@dataclass(frozen=True)
class Ash(OodOnFeatures):
    """The smallest features of an image are 0, and the others stay, or grow by what is left out.

    Features that are all 0 stay so, where the library divides 0 by 0. Source: Djurisic et al. 2023, "Extremely Simple
    Activation Shaping for Out-of-Distribution Detection", https://arxiv.org/abs/2209.09858.

    Attributes:
        percentile: share of an image's features that are 0, 0 to 0.98.
        variant: ``ash-p`` (they stay), ``ash-b`` (all the same) or ``ash-s`` (they grow).
    """

    method: ClassVar[str] = "ASH"
    setting_ranges: ClassVar[Limits] = {"percentile": (0.0, MOST_PRUNED)}

    percentile: float = 0.65
    variant: str = "ash-s"

    def __post_init__(self) -> None:
        super().__post_init__()
        if self.variant not in VARIANTS:
            raise UsageError(
                f"detector {self.name!r}: got variant={self.variant!r}; expected one of {', '.join(VARIANTS)}. "
                "Correct it."
            )

    def fitted(self, subject: Subject) -> Function:
        """Fit nothing.

        Raises:
            Unsupported: no feature is left, or some are negative.
        """
        _check_pruned(self, subject.features, self.percentile)
        ash = self.made(None, on_maps(subject.head), variant=self.variant, percentile=self.percentile)
        return shaped(lambda features: ash.predict_feature_maps(features[:, :, None, None]), subject.head)


@dataclass(frozen=True)
class Scale(OodOnFeatures):
    """All features of an image grow by how much of their sum the smallest have.

    Features that are all 0 stay so, where the library divides 0 by 0. Source: Xu et al. 2024, "Scaling for Training
    Time and Post-hoc Out-of-distribution Detection Enhancement", https://arxiv.org/abs/2310.00227.

    Attributes:
        percentile: share of an image's features that are the smallest, 0 to 0.98.
    """

    method: ClassVar[str] = "SCALE"
    setting_ranges: ClassVar[Limits] = {"percentile": (0.0, MOST_PRUNED)}

    percentile: float = 0.65

    def fitted(self, subject: Subject) -> Function:
        """Fit nothing.

        Raises:
            Unsupported: no feature is among the largest, or some are negative.
        """
        _check_pruned(self, subject.features, self.percentile)
        scale = self.made(None, on_maps(subject.head), percentile=self.percentile)
        return shaped(lambda features: scale.predict_feature_maps(features[:, :, None, None]), subject.head)


@dataclass(frozen=True)
class Lts(OodOnFeatures):
    """The logits grow by how much of the sum of the features the largest have not.

    Where no feature is positive they stay as they are, where the library divides 0 by 0. Source: Djurisic et al.,
    "Logit Scaling for Out-of-Distribution Detection", https://arxiv.org/abs/2409.01175.

    Attributes:
        largest: share of an image's features, above 0 to 1; one feature at least.
    """

    method: ClassVar[str] = "LTS"
    setting_ranges: ClassVar[Limits] = {"largest": (TINY, 1.0)}

    largest: float = 0.05

    def fitted(self, subject: Subject) -> Function:
        """Fit nothing."""
        return shaped(self.made(None, subject.head, p=self.largest).predict_features, subject.head)


def on_maps(head: nn.Linear) -> nn.Module:
    """Return the head for features that lie as n×D×1×1."""
    return nn.Sequential(nn.Flatten(1), head)


def shaped(predict: Function, head: Callable[[Tensor], Tensor]) -> Function:
    """Return the scores, and the plain energy for features of which none is positive: there is nothing to shape."""
    energy: Any = library().EnergyBased.score

    def scores(features: Tensor) -> Tensor:
        silent = (features <= 0).all(1)
        return torch.where(silent, energy(head(features)), predict(features))

    return scores


def _check_pruned(detector: OodOnFeatures, features: Tensor, percentile: float) -> None:
    """Refuse features that are divided by 0, or by what may be near it."""
    width = features.shape[1]
    if round(width * percentile) == width:
        raise Unsupported(f"{detector.name} needs a smaller percentile: of {width} features none is left.")
    if bool((features < 0).any()):
        raise Unsupported(
            f"{detector.name} needs features that are not negative, as behind a ReLU. Use a view of such, as 'layer2'."
        )
