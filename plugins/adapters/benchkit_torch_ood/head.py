"""The last layer of a subject model, recovered from what goes into it and what comes out."""

from __future__ import annotations

import torch
from torch import Tensor, nn

from benchkit import Unsupported
from benchkit_torch_ood.scoring import Function

LEAST = 1024
"""Images of each kind that the layer is recovered from, or twice the features and one, if that is more."""

TOLERANCE = 1e-3
"""Largest error of a logit, as a share of the largest logit, that is rounding of float32 (about 1e-6 as measured)."""


FAINTEST = 1e-7
"""Share of the largest singular value below which a direction of the features is rounding of float32."""


def recovered(features: Function, logits: Function, normal: Tensor, source: torch.Generator, who: str) -> nn.Linear:
    """Return the linear layer that makes logits of features: least squares in float64, exact within rounding.

    A unit that no normal image excites tells nothing of its weights, and the trained subject model of 32 units has up
    to six such. So half of the images are noise, which excites all of them: an image is only an input here, and no
    label is involved. A unit that noise does not excite either gets weights of 0.

    Args:
        features: from images to n×D.
        logits: from images to n×C.
        normal: N×1×H×W.
        source: of the noise, on the CPU.
        who: the detector's name and its view, for what is said.

    Raises:
        Unsupported: the logits are no affine function of the features, as of those of an earlier layer.
    """
    count = max(LEAST, 2 * (features(normal[:1]).shape[1] + 1))
    chosen = torch.randperm(len(normal), generator=source)[:count].to(normal.device)
    images = torch.cat([normal[chosen], *_noise(normal, count, source)])
    inputs, outputs = features(images).detach(), logits(images).detach()
    head = _solved(inputs.cpu().double(), outputs.cpu().double()).to(normal.device)
    fresh = torch.cat([normal[:count], *_noise(normal, count, source)])
    _check(head(features(fresh)), logits(fresh), who)
    return head


def _noise(normal: Tensor, count: int, source: torch.Generator) -> tuple[Tensor, Tensor]:
    """Return uniform images in [0, 1] and Gaussian ones around 0, half of the count each."""
    shape = (count // 2, *normal.shape[1:])
    uniform, gaussian = torch.rand(shape, generator=source), torch.randn(shape, generator=source)
    return uniform.to(normal), gaussian.to(normal)


def _solved(inputs: Tensor, outputs: Tensor) -> nn.Linear:
    """Return the affine map of least squares and then of least norm; its parameters take no gradients."""
    with_one = torch.cat([inputs, torch.ones_like(inputs[:, :1])], dim=1)
    # By the normal equations: torch's driver "gelsy" leaves its pivots unset, and where a unit is silent it is wrong at
    # random; "gelsd" takes three times as long for many features.
    values, directions = torch.linalg.eigh(with_one.T @ with_one)
    kept = values > values[-1] * FAINTEST**2
    inverse = directions[:, kept] / values[kept] @ directions[:, kept].T
    solution = inverse @ (with_one.T @ outputs)
    solution += inverse @ (with_one.T @ (outputs - with_one @ solution))  # what rounding has left
    solution = solution.float()
    return linear(solution[:-1].T.contiguous(), solution[-1])


def linear(weight: Tensor, bias: Tensor) -> nn.Linear:
    """Return a layer with these weights (C×D) and biases (C), which take no gradients."""
    layer = nn.Linear(weight.shape[1], weight.shape[0], device="meta")  # draws nothing that is thrown away
    layer.weight, layer.bias = nn.Parameter(weight, requires_grad=False), nn.Parameter(bias, requires_grad=False)
    return layer


def _check(got: Tensor, expected: Tensor, who: str) -> None:
    error = float((got - expected).abs().max() / expected.abs().max().clamp_min(1e-30))
    if not error <= TOLERANCE:
        raise Unsupported(
            f"{who} needs the features that the last layer makes logits of. These are not: a linear layer misses the "
            f"logits by up to {error:.1%} of the largest. Use the view in front of the logits, such as 'layer2'."
        )
