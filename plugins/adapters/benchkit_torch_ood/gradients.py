"""Methods that change the image a little before they look at it: against the slope of what they make of it."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import ClassVar

from benchkit_torch_ood.adapter import TEMPERATURE, Limits, OodOnSubject
from benchkit_torch_ood.features import check_precision, fit_or_refuse
from benchkit_torch_ood.scoring import Function
from benchkit_torch_ood.subject import Subject, differentiable

STEP = (0.0, math.inf)


@dataclass(frozen=True)
class Odin(OodOnSubject):
    """Score: minus the largest class probability, of softened logits, after a step towards the predicted class.

    Source: Liang, Li and Srikant 2018, "Enhancing The Reliability of Out-of-distribution Image Detection in Neural
    Networks", https://arxiv.org/abs/1706.02690.

    Attributes:
        eps: of the step, in grey levels from 0 to 1; 0 or more.
        temperature: logits are divided by it, above 0.
    """

    method: ClassVar[str] = "ODIN"
    setting_ranges: ClassVar[Limits] = {"eps": STEP, "temperature": TEMPERATURE}

    view: str = "logits"
    eps: float = 0.0014
    temperature: float = 1000.0

    def predicted(self, subject: Subject) -> Function:
        """Fit nothing.

        Raises:
            Unsupported: gradients do not pass through the view.
        """
        network = differentiable(subject.logits, subject.normal, self.name)
        return self.made(network, eps=self.eps, temperature=self.temperature).predict


@dataclass(frozen=True)
class MahalanobisOdin(OodOnSubject):
    """Score: as ``Mahalanobis``, after a step towards the nearest class.

    Classes are the predicted ones. Source: Lee et al. 2018, https://arxiv.org/abs/1807.03888.

    Attributes:
        eps: of the step, in grey levels from 0 to 1; 0 or more.
    """

    method: ClassVar[str] = "MahalanobisODIN"
    setting_ranges: ClassVar[Limits] = {"eps": STEP}

    eps: float = 0.002

    def predicted(self, subject: Subject) -> Function:
        """Fit the Gaussians.

        Raises:
            Unsupported: gradients do not pass through the view, or the covariance has no inverse in float32.
        """
        encoder = differentiable(subject.look, subject.normal, self.name)
        gaussians = self.made(encoder, eps=self.eps)
        fit_or_refuse(gaussians, subject.features, subject.classes, who=self.name)
        check_precision(gaussians._base.precision, self.name)
        return gaussians.predict
