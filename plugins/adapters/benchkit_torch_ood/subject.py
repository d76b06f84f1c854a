"""The subject model behind a view, as detectors of pytorch-ood want it."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property

import torch
from torch import Tensor, nn

from benchkit import SubjectDetector, Unsupported, source_of
from benchkit.training import batched
from benchkit_torch_ood.head import linear, recovered
from benchkit_torch_ood.scoring import Function

LOGITS = "logits"


class Subject:
    """A trained classifier, seen through the views of its object, and the normal images.

    Args:
        detector: who asks.
        normal: N×1×H×W normal images.
        looks: functions from images to activations, by view.
        seed: of what is drawn.

    Attributes:
        normal: as given.
        device: where all is.
        source: of randomness, the detector's own.
        look: from images to the features of the detector's view, n×D.
        logits: from images to n×C.

    Raises:
        Unsupported: the view's object offers no logits, or those of one class.
    """

    def __init__(self, detector: SubjectDetector, normal: Tensor, looks: Mapping[str, Function], *, seed: int) -> None:
        self._detector, self._looks = detector, looks
        self.normal, self.device = normal, normal.device
        self.source = source_of(detector.name, seed)
        if LOGITS not in looks:
            raise Unsupported(
                f"{detector.name} needs a view whose object offers logits too; that of {detector.view!r} offers "
                f"{', '.join(map(repr, looks))}. Use 'layer2'."
            )
        self.look, self.logits = _flattened(looks[detector.view]), _flattened(looks[LOGITS])
        if self.logits(normal[:1]).shape[1] < 2:
            raise Unsupported(f"{detector.name} needs logits of two classes at least. Use a view of a classifier.")

    @property
    def layers(self) -> list[Function]:
        """All views of the object but the logits, in its order; maps keep their shape.

        Raises:
            Unsupported: there is none.
        """
        layers = [look for name, look in self._looks.items() if name != LOGITS]
        if not layers:
            raise Unsupported(f"{self._detector.name} needs a view beside the logits. Use 'layer2'.")
        return layers

    @cached_property
    def features(self) -> Tensor:
        """The features of the normal images, N×D."""
        return batched(self.look, self.normal)

    @cached_property
    def classes(self) -> Tensor:
        """Which class each normal image belongs to by its largest logit, N; classes without any leave no gap."""
        numbers: Tensor = torch.unique(self._predicted, return_inverse=True)[1]
        return numbers

    @property
    def occurring(self) -> Tensor:
        """The numbers of the classes that some normal image belongs to by its largest logit, sorted."""
        occurring: Tensor = torch.unique(self._predicted)
        return occurring

    @cached_property
    def _predicted(self) -> Tensor:
        return batched(self.logits, self.normal).argmax(1)

    @cached_property
    def head(self) -> nn.Linear:
        """The layer that makes logits of the features, without gradients.

        Raises:
            Unsupported: there is none: the features are of an earlier layer.
        """
        who = f"{self._detector.name} on {self._detector.view!r}"
        return recovered(self.look, self.logits, self.normal, self.source, who)


def restricted(head: nn.Linear, classes: Tensor) -> nn.Linear:
    """Return the part of the head that makes the logits of some classes.

    Args:
        head: n×D to n×C.
        classes: their numbers, int64.
    """
    return linear(head.weight[classes], head.bias[classes])


def _flattened(look: Function) -> Function:
    def features(images: Tensor) -> Tensor:
        return look(images).flatten(1)

    return features


class Differentiable(nn.Module):
    """A look as a module through which gradients pass to the images, and to nothing else.

    The parameters of the network behind it, which others look at too, gather no gradients.

    Args:
        look: from images to n×….
    """

    def __init__(self, look: Function) -> None:
        super().__init__()
        self._look = look

    def forward(self, images: Tensor) -> Tensor:
        """Return the activations of images (n×1×H×W)."""
        if not (torch.is_grad_enabled() and images.requires_grad):
            return self._look(images)
        outputs: Tensor = _ToImagesAlone.apply(images, self._look)  # type: ignore[no-untyped-call]
        return outputs


class _ToImagesAlone(torch.autograd.Function):
    @staticmethod
    def forward(ctx: torch.autograd.function.FunctionCtx, images: Tensor, look: Function) -> Tensor:
        with torch.enable_grad():
            asked = images.detach().requires_grad_()
            outputs = look(asked)
        ctx.asked, ctx.outputs = asked, outputs  # type: ignore[attr-defined]
        return outputs.detach()

    @staticmethod
    def backward(ctx: torch.autograd.function.FunctionCtx, *slopes: Tensor) -> tuple[Tensor, None]:
        (slope,) = torch.autograd.grad(ctx.outputs, ctx.asked, slopes[0])  # type: ignore[attr-defined]
        return slope, None


def differentiable(look: Function, images: Tensor, who: str) -> Differentiable:
    """Return the look as a module with gradients.

    Args:
        look: from images to n×….
        images: some, to try it on.
        who: the detector's name, for what is said.

    Raises:
        Unsupported: gradients do not pass through it.
    """
    with torch.enable_grad():
        passes = look(images[:1].detach().clone().requires_grad_()).requires_grad
    if not passes:
        raise Unsupported(
            f"{who} needs the gradient with respect to the image, which does not pass through this view. Use a view "
            "that is made of a torch module, such as 'layer2'."
        )
    return Differentiable(look)
