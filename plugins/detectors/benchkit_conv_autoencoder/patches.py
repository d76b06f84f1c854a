"""First convolutions, of images with few channels: on a processor, one matrix product of all 3×3 patches.

Kernels made for many input channels leave most of a vector unit idle here. Where max-pooling follows, the pixels of one
window are kept apart: one product for each of them, whose results lie in long lines and are compared line by line.
"""

from __future__ import annotations

from typing import Any, cast

import torch
from torch import Tensor, nn
from torch.autograd.function import once_differentiable
from torch.nn import functional


class FromPixels(nn.Conv2d):
    """A 3×3 convolution with "same" padding, then ReLU: n×inputs×H×W to n×outputs×⌈H/stride⌉×⌈W/stride⌉."""

    def __init__(self, inputs: int, outputs: int, stride: int) -> None:
        super().__init__(inputs, outputs, 3, stride=stride, padding=1)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what ``torch.nn.Conv2d`` and a ReLU return."""
        return self.on_processor(inputs) if _suits(inputs) else self.elsewhere(inputs)

    def on_processor(self, inputs: Tensor) -> Tensor:
        """Return the outputs, by one product of all patches."""
        (patches,), size = _patches(inputs, self.stride[0], 1)
        outputs = torch.addmm(cast(Tensor, self.bias), patches.t(), _columns(self.weight)).relu_()
        return _as_images(outputs, size)

    def elsewhere(self, inputs: Tensor) -> Tensor:
        """Return the outputs, by torch's layers."""
        return super().forward(inputs).relu_()


class PooledFromPixels(nn.Conv2d):
    """A 3×3 convolution with "same" padding, max-pooling and ReLU: to n×outputs×⌈H/pool⌉×⌈W/pool⌉."""

    def __init__(self, inputs: int, outputs: int, pool: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.pool = pool

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what ``torch.nn.Conv2d``, ``torch.nn.MaxPool2d`` with ``ceil_mode`` and a ReLU return."""
        whole = inputs.shape[2] % self.pool == 0 == inputs.shape[3] % self.pool
        return self.on_processor(inputs) if _suits(inputs) and whole else self.elsewhere(inputs)

    def on_processor(self, inputs: Tensor) -> Tensor:
        """Return the outputs, by a product for each position in a window; height and width are multiples of it."""
        patches, size = _patches(inputs, self.pool, self.pool)
        outputs: Tensor = _LargestOfWindow.apply(patches, _columns(self.weight), self.bias)  # type: ignore[no-untyped-call]
        return _as_images(outputs, size)

    def elsewhere(self, inputs: Tensor) -> Tensor:
        """Return the outputs, by torch's layers."""
        # ReLU and max-pooling commute: this order has fewer numbers to clip.
        return functional.max_pool2d(super().forward(inputs), self.pool, ceil_mode=True).relu_()


class _LargestOfWindow(torch.autograd.Function):
    """The largest of the products of every position in a window, or 0; the gradient goes to the first such position."""

    @staticmethod
    def forward(ctx: Any, patches: Tensor, columns: Tensor, bias: Tensor) -> Tensor:
        products = [torch.addmm(bias, each.t(), columns) for each in patches]
        largest = products[0].relu()
        for each in products[1:]:
            torch.maximum(largest, each, out=largest)
        ctx.save_for_backward(patches, largest, *products)
        return largest

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[None, Tensor, Tensor]:
        patches, largest, *products = ctx.saved_tensors
        left = torch.ops.aten.threshold_backward(gradient, largest, 0)
        of_bias, own = left.sum(0), torch.empty_like(left)
        of_columns = gradient.new_zeros(patches.shape[1], gradient.shape[1])
        for position, product in zip(patches[:-1], products, strict=False):
            torch.eq(product, largest, out=own).mul_(left)
            of_columns.addmm_(position, own)
            left.sub_(own)
        return None, of_columns.addmm_(patches[-1], left), of_bias


def _suits(images: Tensor) -> bool:
    """Return whether images lie where patches pay, and nobody wants their gradient."""
    return images.device.type == "cpu" and not images.requires_grad


def _patches(images: Tensor, stride: int, window: int) -> tuple[Tensor, tuple[int, int, int]]:
    """Return the 3×3 patches around the pixels of zero-padded images, and how many there are.

    Args:
        images: n×C×H×W.
        stride: from one pixel to the next.
        window: how many pixels from there on, in both directions, are wanted as well.

    Returns:
        Window²×9·C×n·H'·W', and (n, H', W').
    """
    padded = functional.pad(images, (1, 1, 1, 1))
    n, channels, height, width = images.shape
    rows, columns = (height - 1) // stride + 1, (width - 1) // stride + 1
    image, channel, line, pixel = padded.stride()
    shape = (window, window, channels, 3, 3, n, rows, columns)
    steps = (line, pixel, channel, line, pixel, image, stride * line, stride * pixel)
    return padded.as_strided(shape, steps).reshape(window * window, 9 * channels, n * rows * columns), (
        n,
        rows,
        columns,
    )


def _columns(weight: Tensor) -> Tensor:
    """Return outputs×C×3×3 weights as 9·C×outputs, laid out so that products with them and their gradients are fast."""
    return weight.flatten(1).t().contiguous()


def _as_images(rows: Tensor, size: tuple[int, int, int]) -> Tensor:
    """Return n·H·W×C as n×C×H×W in channels-last memory."""
    return rows.view(*size, rows.shape[1]).permute(0, 3, 1, 2)
