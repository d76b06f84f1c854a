"""Methods that look at features and at the weights of the last layer, which is recovered from what it does."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor, nn

from benchkit import Unsupported
from benchkit_torch_ood.adapter import COUNT, POSITIVE, SHARE, TEMPERATURE, Limits, OodOnFeatures
from benchkit_torch_ood.scoring import AT_ONCE, Function
from benchkit_torch_ood.subject import Subject, restricted


@dataclass(frozen=True)
class Vim(OodOnFeatures):
    """Score: how far features lie off the principal subspace of the normal ones, as a logit, less the energy.

    Source: Wang et al. 2022, "ViM: Out-Of-Distribution with Virtual-logit Matching", https://arxiv.org/abs/2203.10807.

    Attributes:
        dimensions: of the subspace; half of the features if these are no more. The paper's number for fewer than 1500
            features.
    """

    method: ClassVar[str] = "ViM"
    setting_ranges: ClassVar[Limits] = {"dimensions": COUNT}

    dimensions: int = 512

    def fitted(self, subject: Subject) -> Function:
        """Fit the subspace, and how long a logit is.

        Raises:
            Unsupported: the normal features all lie in the subspace.
        """
        features = subject.features.shape[1]
        dimensions = self.dimensions if self.dimensions < features else features // 2
        vim = self.made(None, dimensions, subject.head.weight, subject.head.bias)
        vim.fit_features(subject.features, subject.classes)
        if not math.isfinite(vim.alpha):
            raise Unsupported(
                f"{self.name} needs normal features off a subspace of {dimensions} dimensions. Use fewer of them, or "
                "more normal images."
            )
        return vim.predict_features


@dataclass(frozen=True)
class NnGuide(OodOnFeatures):
    """Score: minus the energy's confidence times that of the k most similar normal images, weighed by similarity.

    Source: Park, Jung and Teoh 2023, "Nearest Neighbor Guidance for Out-of-Distribution Detection",
    https://arxiv.org/abs/2309.14888.

    Attributes:
        k: how many; fewer if there are fewer.
    """

    method: ClassVar[str] = "NNGuide"
    at_once: ClassVar[int] = 256  # each is compared with all normal images
    setting_ranges: ClassVar[Limits] = {"k": COUNT}

    k: int = 10

    def fitted(self, subject: Subject) -> Function:
        """Keep the normal features."""
        guide = self.made(None, subject.head, k=min(self.k, len(subject.features)))
        return guide.fit_features(subject.features, subject.classes).predict_features


@dataclass(frozen=True)
class She(OodOnFeatures):
    """Score: minus the product of features and the mean normal ones of the predicted class.

    The class of a normal image is the predicted one; the paper takes those that are predicted rightly. Classes that
    no normal image is predicted as have no mean, and are not predicted. Source: Zhang et al. 2023,
    "Out-of-Distribution Detection based on In-Distribution Data Patterns Memorization with Modern Hopfield Energy",
    https://openreview.net/forum?id=KkazG4lgKL.
    """

    method: ClassVar[str] = "SHE"

    def fitted(self, subject: Subject) -> Function:
        """Fit the means."""
        head = restricted(subject.head, torch.unique(subject.head(subject.features).argmax(1)))
        she = self.made(None, head)
        return she.fit_features(subject.features, head(subject.features).argmax(1)).predict_features


@dataclass(frozen=True)
class Nci(OodOnFeatures):
    """Score: minus how far centred features reach along the weights of the predicted class.

    Source: Liu and Qin 2025, "Detecting Out-of-Distribution Through the Lens of Neural Collapse",
    https://arxiv.org/abs/2311.01479.

    Attributes:
        alpha: weight of the sum of the features, 0 or more; the paper tunes it by example anomalies, of which a
            detector here has none, so 0 as the library has it.
    """

    method: ClassVar[str] = "NCI"
    setting_ranges: ClassVar[Limits] = {"alpha": (0.0, math.inf)}

    alpha: float = 0.0

    def fitted(self, subject: Subject) -> Function:
        """Fit the mean of the features; on it there is no direction, and the first term is 0."""
        nci = self.made(None, subject.head, alpha=self.alpha).fit_features(subject.features)
        alpha = self.alpha

        def scores(features: Tensor) -> Tensor:
            found: Tensor = nci.predict_features(features)
            return torch.where(found.isnan(), -alpha * features.abs().sum(1), found)

        return scores


@dataclass(frozen=True)
class Fdbd(OodOnFeatures):
    """Score: minus the mean distance from the decision boundaries, as a share of that from the mean normal features.

    Source: Liu and Qin 2024, "Fast Decision Boundary based Out-of-Distribution Detector",
    https://arxiv.org/abs/2312.11536.
    """

    method: ClassVar[str] = "fDBD"

    def fitted(self, subject: Subject) -> Function:
        """Fit the mean of the features."""
        return self.made(None, subject.head).fit_features(subject.features).predict_features


@dataclass(frozen=True)
class Dice(OodOnFeatures):
    """Score: energy of the logits when the weights that contribute least to normal images are 0.

    Source: Sun and Li 2022, "DICE: Leveraging Sparsification for Out-of-Distribution Detection",
    https://arxiv.org/abs/2111.09805.

    Attributes:
        dropped: share of the weights that are 0; the paper's for CIFAR, the library has none.
    """

    method: ClassVar[str] = "DICE"
    setting_ranges: ClassVar[Limits] = {"dropped": SHARE}

    dropped: float = 0.9

    def fitted(self, subject: Subject) -> Function:
        """Fit which weights."""
        dice = self.made(None, subject.head.weight, subject.head.bias, self.dropped).to(subject.device)
        return dice.fit_features(subject.features, subject.classes).predict_features


@dataclass(frozen=True)
class Pnml(OodOnFeatures):
    """Score: regret of the predictive normalised maximum likelihood: unsure, or off the normal features.

    Source: Bibas, Feder and Hassner 2021, "Single Layer Predictive Normalized Maximum Likelihood for
    Out-of-Distribution Detection", https://arxiv.org/abs/2110.09246.
    """

    method: ClassVar[str] = "PNML"

    def fitted(self, subject: Subject) -> Function:
        """Fit the correlations of the features."""
        pnml = self.made(None, subject.head)
        return pnml.fit_features(subject.features, subject.classes).predict_features


@dataclass(frozen=True)
class GradNorm(OodOnFeatures):
    """Score: minus the sum of the slopes of the last layer's weights, towards all classes being as likely.

    The last layer's weights as in the paper: Huang, Geng and Li 2021, "On the Importance of Gradients for Detecting
    Distributional Shifts in the Wild", https://arxiv.org/abs/2110.00218.

    Attributes:
        temperature: logits are divided by it, above 0.
    """

    method: ClassVar[str] = "GradNorm"
    setting_ranges: ClassVar[Limits] = {"temperature": TEMPERATURE}

    temperature: float = 1.0

    def fitted(self, subject: Subject) -> Function:
        """Fit nothing."""
        weights = "weight".__eq__
        norm = self.made(subject.head, param_filter=weights, micro_batch_size=AT_ONCE, temperature=self.temperature)
        return _warm(norm.predict, subject)


@dataclass(frozen=True)
class GradUncertainty(OodOnFeatures):
    """Score: minus the squared slopes of the last layer's weights and biases, towards every class at once.

    The library's simplification, without a network that is trained to read the slopes. Source: Lee and AlRegib 2020,
    "Gradients as a Measure of Uncertainty in Neural Networks", https://arxiv.org/abs/2008.08030.
    """

    method: ClassVar[str] = "GradUncertainty"

    def fitted(self, subject: Subject) -> Function:
        """Fit nothing."""
        return _warm(self.made(subject.head).predict, subject)


def _warm(predict: Function, subject: Subject) -> Function:
    """Call once: torch imports what makes gradients of each row when first asked, which takes seconds."""
    predict(subject.features[:1])
    return predict


@dataclass(frozen=True)
class Nac(OodOnFeatures):
    """Score: minus the share of units whose part in the answer is one that normal images have shown too.

    Of the features of the view; the paper sums over several layers. Source: Liu et al. 2024, "Neuron Activation
    Coverage", https://arxiv.org/abs/2306.02879.

    Attributes:
        bins: of a unit's part, from 0 to 1.
        steepness: of the sigmoid that makes it so, above 0.
        full: normal images that fill a bin.
    """

    method: ClassVar[str] = "NACUE"
    setting_ranges: ClassVar[Limits] = {"bins": (2, math.inf), "steepness": POSITIVE, "full": COUNT}

    bins: int = 50
    steepness: float = 100.0
    full: int = 50

    def fitted(self, subject: Subject) -> Function:
        """Count the normal images in each bin."""
        layer = _Leaf()
        network = nn.Sequential(layer, subject.head)
        nac = self.made(network, [layer], m_bins=self.bins, alpha=self.steepness, o_star=self.full)
        return nac.fit(list(torch.split(subject.features, AT_ONCE))).predict


class _Leaf(nn.Module):
    """Features as they are, and slopes of what follows with respect to them."""

    def forward(self, features: Tensor) -> Tensor:
        """Return n×D features as the beginning of a graph."""
        return features.detach().requires_grad_()
