"""Methods that look at logits alone; what they make of anything else means nothing, so they refuse it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import torch
from torch import Tensor

from benchkit import Rows, Scorer, Unsupported
from benchkit_torch_ood.adapter import COUNT, POSITIVE, SHARE, TEMPERATURE, Limits, OodOnInputs
from benchkit_torch_ood.scoring import Function
from benchkit_torch_ood.subject import LOGITS


@dataclass(frozen=True)
class OodOnLogits(OodOnInputs):
    """A method that takes its inputs for logits (n×classes), and gets no others.

    In a tensor nothing tells logits from other numbers. The name of the view does: ``logits`` is a word of it.
    """

    view: str = LOGITS

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Fit on normal logits (N×classes, N ≥ 1) and return the scorer.

        Raises:
            Unsupported: the view is none of logits, or they are of a kind that the method cannot take.
        """
        if LOGITS not in self.view.split("-"):
            raise Unsupported(
                f"{self.name} needs the logits of a classifier, and {self.view!r} is no view of such: a view of logits "
                "has that word in its name. Leave '@' and the view out."
            )
        return super().fit(normal, seed=seed)


@dataclass(frozen=True)
class MaxSoftmax(OodOnLogits):
    """Score: minus the largest class probability.

    It ends at -1 where that rounds to 1; ``max-softmax``, which comes with benchkit, goes on. Source: Hendrycks and
    Gimpel 2017, https://arxiv.org/abs/1610.02136.

    Attributes:
        temperature: logits are divided by it, above 0.
    """

    method: ClassVar[str] = "MaxSoftmax"
    setting_ranges: ClassVar[Limits] = {"temperature": TEMPERATURE}

    temperature: float = 1.0

    def fitted(self, inputs: Tensor) -> Function:
        """Fit nothing."""
        return self.made(None, t=self.temperature).predict_logits


@dataclass(frozen=True)
class Entropy(OodOnLogits):
    """Score: entropy of the class probabilities, nats.

    Source: Chan, Rottmann and Gottschalk 2021, https://arxiv.org/abs/2012.06575.
    """

    method: ClassVar[str] = "Entropy"

    def fitted(self, inputs: Tensor) -> Function:
        """Fit nothing."""
        return self.made(None).predict_logits


@dataclass(frozen=True)
class Energy(OodOnLogits):
    """Score: minus the log of the sum of exponentials of the logits.

    Source: Liu et al. 2020, "Energy-based Out-of-distribution Detection", https://arxiv.org/abs/2010.03759.

    Attributes:
        temperature: logits are divided by it, and the log multiplied; above 0.
    """

    method: ClassVar[str] = "EnergyBased"
    setting_ranges: ClassVar[Limits] = {"temperature": TEMPERATURE}

    temperature: float = 1.0

    def fitted(self, inputs: Tensor) -> Function:
        """Fit nothing."""
        return self.made(None, t=self.temperature).predict_logits


@dataclass(frozen=True)
class MaxLogit(OodOnLogits):
    """Score: minus the largest logit. Source: Hendrycks et al. 2022, https://arxiv.org/abs/1911.11132."""

    method: ClassVar[str] = "MaxLogit"

    def fitted(self, inputs: Tensor) -> Function:
        """Fit nothing."""
        return self.made(None).predict_logits


@dataclass(frozen=True)
class Gen(OodOnLogits):
    """Generalised entropy; score: mean of (p(1 - p))^gamma over the likeliest classes.

    Source: Liu, Lochman and Zach 2023, "GEN: Pushing the Limits of Softmax-Based Out-of-Distribution Detection", CVPR.

    Attributes:
        gamma: exponent, above 0.
        classes: how many of the likeliest; all if there are fewer. The paper's number, for a thousand classes.
    """

    method: ClassVar[str] = "GEN"
    setting_ranges: ClassVar[Limits] = {"gamma": POSITIVE, "classes": COUNT}

    gamma: float = 0.1
    classes: int = 100

    def fitted(self, inputs: Tensor) -> Function:
        """Fit nothing."""
        return self.made(None, gamma=self.gamma, M=self.classes).predict_logits


@dataclass(frozen=True)
class KlMatching(OodOnLogits):
    """Score: Kullback-Leibler divergence from the nearest mean posterior of a class, nats.

    The mean is over the normal inputs that are predicted as the class, as in the paper: no label is needed. The paper
    fits on held-out images, this on the training images. Source: Hendrycks et al. 2022,
    https://arxiv.org/abs/1911.11132.
    """

    method: ClassVar[str] = "KLMatching"

    def fitted(self, inputs: Tensor) -> Function:
        """Fit the mean posteriors."""
        return self.made(None).fit_logits(inputs).predict_logits


@dataclass(frozen=True)
class OpenMax(OodOnLogits):
    """Score: the probability of a class "unknown", from how far logits lie from the mean of a class.

    The class of a normal input is the predicted one: there are no labels; the paper takes those that are predicted
    rightly. Computed on the processor, one input at a time, about a thousand a second. Where the exponentials of all
    revised logits round to 0, the library divides 0 by 0; the score is 1 then, "unknown". Its scores depend on which
    classes occur in a batch; here all always do. Source: Bendale and Boult
    2016, "Towards Open Set Deep Networks", https://arxiv.org/abs/1511.06233.

    Attributes:
        tail: the farthest normal inputs of a class, which a Weibull distribution is fitted to.
        revised: the largest logits that are revised; all if there are fewer.
        euclidean: weight of the Euclidean distance, 0 to 1; the rest is the cosine distance's.
    """

    method: ClassVar[str] = "OpenMax"
    setting_ranges: ClassVar[Limits] = {"tail": COUNT, "revised": COUNT, "euclidean": SHARE}

    tail: int = 25
    revised: int = 10
    euclidean: float = 1.0

    def fitted(self, inputs: Tensor) -> Function:
        """Fit a Weibull distribution to each class.

        Raises:
            Unsupported: a class has no tail to fit one to.
        """
        openmax = self.made(None, tailsize=self.tail, alpha=self.revised, euclid_weight=self.euclidean)
        try:
            openmax.fit_logits(inputs, inputs.argmax(1))
        except RuntimeError as error:  # SciPy's FitError is one
            raise Unsupported(f"{self.name} needs distances that differ within each class: {error}") from error

        def scores(logits: Tensor) -> Tensor:
            # The library measures distances from those classes alone that some input of the batch is predicted as.
            each_class = torch.eye(logits.shape[1]).to(logits)
            with np.errstate(all="ignore"):  # a distribution ends at 1, by way of exp(-infinity)
                found = openmax.predict_logits(torch.cat([logits, each_class]))
            return found[: len(logits)].nan_to_num(nan=1.0)

        return scores
