"""How unsure the subject model is of its own answer: ``max-softmax``. It has to be asked for."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import ClassVar

import torch
from torch import Tensor

from benchkit import Detector, Rows, Scorer, hookimpl


@dataclass(frozen=True)
class MaxSoftmax(Detector):
    """The largest class probability of a classifier, low for what it has not learnt; nothing is fitted.

    Score: odds against the likeliest class, on a log scale, which orders as one minus its probability does, and does
    not end where that rounds to 0. Source: Hendrycks and Gimpel 2017, "A Baseline for Detecting Misclassified and
    Out-of-Distribution Examples in Neural Networks", https://arxiv.org/abs/1610.02136.

    Inputs (n×classes) are taken for logits; a view of one number has no other class, and scores the same everywhere.
    """

    takes_rows: ClassVar[bool] = True
    by_default: ClassVar[bool] = False

    view: str = "logits"

    def fit(self, normal: Tensor | Rows, *, seed: int) -> Scorer:
        """Return the scorer; ``normal`` and ``seed`` change nothing."""
        return _log_odds_against


def _log_odds_against(inputs: Tensor, /) -> Tensor:
    """Return log((1 - p) / p) of the largest probability p of each row of logits."""
    logits = inputs.flatten(1)
    first, likeliest = logits.max(1, keepdim=True)
    others = torch.logsumexp(logits.scatter(1, likeliest, -torch.inf), 1) - first.squeeze(1)
    return others.clamp_min_(torch.finfo(others.dtype).min)


@hookimpl
def benchkit_detectors() -> Iterable[Detector]:
    """Offer the baseline on the subject's logits."""
    return (MaxSoftmax(name="max-softmax"),)
