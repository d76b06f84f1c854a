"""Methods that look at features, and at which class a normal image is taken for."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import Unsupported
from benchkit_torch_ood.adapter import COUNT, Limits, OodOnFeatures, OodOnInputs
from benchkit_torch_ood.library import Method
from benchkit_torch_ood.scoring import Function
from benchkit_torch_ood.subject import Subject


@dataclass(frozen=True)
class Knn(OodOnInputs):
    """Score: Euclidean distance to the k-th nearest normal input, all scaled to length 1.

    Computed on the processor, by scikit-learn. Source: Sun et al. 2022, "Out-of-Distribution Detection with Deep
    Nearest Neighbors", https://arxiv.org/abs/2204.06507; k as there for CIFAR-10.

    Attributes:
        k: which neighbour; the farthest if there are fewer.
        normalise: whether inputs are scaled to length 1.
    """

    method: ClassVar[str] = "KNN"
    setting_ranges: ClassVar[Limits] = {"k": COUNT}

    view: str = "layer2"
    k: int = 50
    normalise: bool = True

    def fitted(self, inputs: Tensor) -> Function:
        """Keep the normal inputs."""
        knn = self.made(None, k=min(self.k, len(inputs)), normalize=self.normalise)
        knn.knn.set_params(n_jobs=1)  # as many threads as the run gives, not as many as there are
        knn.fit_features(inputs.cpu(), torch.zeros(len(inputs), dtype=torch.int64))
        return knn.predict_features


@dataclass(frozen=True)
class Mahalanobis(OodOnFeatures):
    """A Gaussian a class with a shared covariance; score: half the squared Mahalanobis distance from the nearest.

    The class of a normal image is the predicted one: there are no labels. The covariance is a sum, not a mean, as the
    library has it; the order of scores is the same. Source: Lee et al. 2018, "A Simple Unified Framework for Detecting
    Out-of-Distribution Samples and Adversarial Attacks", https://arxiv.org/abs/1807.03888.
    """

    method: ClassVar[str] = "Mahalanobis"

    def fitted(self, subject: Subject) -> Function:
        """Fit the Gaussians.

        Raises:
            Unsupported: the covariance has no inverse in float32.
        """
        gaussians = fit_or_refuse(self.made(None), subject.features, subject.classes, who=self.name)
        check_precision(gaussians.precision, self.name)
        return gaussians.predict_features


@dataclass(frozen=True)
class Rmd(OodOnFeatures):
    """Score: squared Mahalanobis distance from the nearest class, less that from all normal features together.

    Classes are the predicted ones: there are no labels. Source: Ren et al. 2021, "A Simple Fix to Mahalanobis Distance
    for Improving Near-OOD Detection", https://arxiv.org/abs/2106.09022.
    """

    method: ClassVar[str] = "RMD"

    def fitted(self, subject: Subject) -> Function:
        """Fit the Gaussians.

        Raises:
            Unsupported: there is one class, or a covariance has no inverse in float32.
        """
        if len(subject.occurring) < 2:
            raise Unsupported(
                f"{self.name} needs normal images of two classes at least. The subject model takes all for one, from "
                "which they are as far as from all of them together. Use 'torch-ood-mahalanobis'."
            )
        gaussians = fit_or_refuse(self.made(None), subject.features, subject.classes, who=self.name)
        check_precision(gaussians.precision, self.name)
        check_precision(gaussians.background_precision, self.name)
        return gaussians.predict_features


@dataclass(frozen=True)
class Gmm(OodOnFeatures):
    """A Gaussian a class, each with a covariance of its own; score: minus the log of their mixture's density, nats.

    Classes are the predicted ones. No paper: a baseline of pytorch-ood's.

    Attributes:
        floor: added to every variance, above 0.
    """

    method: ClassVar[str] = "GMM"
    setting_ranges: ClassVar[Limits] = {"floor": (1e-12, float("inf"))}

    floor: float = 1e-6

    def fitted(self, subject: Subject) -> Function:
        """Fit the Gaussians.

        Raises:
            Unsupported: a covariance is not positive definite.
        """
        mixture = fit_or_refuse(self.made(None, reg=self.floor), subject.features, subject.classes, who=self.name)
        return mixture.predict_features


def fit_or_refuse(gaussians: Method, *values: Tensor, who: str) -> Method:
    """Return the library's detector fitted on features and classes.

    Raises:
        Unsupported: the library finds a covariance that it cannot invert.
    """
    try:
        return gaussians.fit_features(*values)
    except (ValueError, torch.linalg.LinAlgError) as error:  # type: ignore[attr-defined]
        raise _singular(who) from error


def check_precision(precision: Tensor, who: str) -> None:
    """Refuse an inverse that rounding has spoiled, under which squared distances are negative.

    Raises:
        Unsupported: it is not positive definite.
    """
    _, fault = torch.linalg.cholesky_ex((precision + precision.T).double() / 2)
    if int(fault) or not bool(precision.isfinite().all()):
        raise _singular(who)


def _singular(who: str) -> Unsupported:
    return Unsupported(
        f"{who} needs a covariance of the normal features that can be inverted. Use more normal images or another "
        "view, such as 'layer2'."
    )
