"""Convolutions of unusual shape, computed the way that costs least; their parameters are those of the plain layers.

A kernel as large as its input is one matrix product. A convolution to one channel at full resolution leaves vector
units idle: on a processor it is stamped (see ``stamping``), elsewhere written as matrix products, or computed at low
resolution with one output channel for each position within an enlarged pixel. Those for elsewhere know no autograd
function of their own, so that many networks can be trained at once there (``torch.func.vmap``).
"""

from __future__ import annotations

from typing import cast

import torch
from torch import Tensor, nn
from torch.nn import functional

from benchkit_conv_autoencoder.stamping import stamp


class Crop(nn.Module):
    """Cuts n×C×H'×W' outputs to the image's height and width."""

    def __init__(self, height: int, width: int) -> None:
        super().__init__()
        self.height, self.width = height, width

    def forward(self, outputs: Tensor) -> Tensor:
        """Return the upper left n×C×H×W."""
        return outputs[..., : self.height, : self.width]


class ToBottleneck(nn.Conv2d):
    """A convolution whose kernel covers its whole input: n×inputs×H×W to n×outputs×1×1."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, size)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return what ``torch.nn.Conv2d`` returns."""
        # In the order of channels-last memory, in which flattening copies nothing.
        vectors, kernel = inputs.permute(0, 2, 3, 1).flatten(1), self.weight.permute(0, 2, 3, 1).flatten(1)
        return functional.linear(vectors, kernel, self.bias)[:, :, None, None]


class FromBottleneck(nn.ConvTranspose2d):
    """A transposed convolution of a single pixel, then ReLU: n×inputs×1×1 to n×outputs×H×W."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, size)

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what ``torch.nn.ConvTranspose2d`` and a ReLU return, in channels-last memory."""
        kernel = self.weight.permute(0, 2, 3, 1)
        bias = cast(Tensor, self.bias).repeat(kernel[0, ..., 0].numel())
        outputs = torch.addmm(bias, inputs.flatten(1), kernel.flatten(1)).relu_()
        return outputs.view(len(inputs), *kernel.shape[1:]).permute(0, 3, 1, 2)


class Expanding(nn.ConvTranspose2d):
    """A transposed 3×3 convolution with stride 2 and "same" padding, then ReLU: n×inputs×H×W to n×outputs×2H×2W."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__(inputs, outputs, 3, stride=2, padding=1, output_padding=1)

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what ``torch.nn.ConvTranspose2d`` and a ReLU return."""
        # Without the bias: oneDNN sums up its gradient number by number.
        outputs = functional.conv_transpose2d(inputs, self.weight, None, stride=2, padding=1, output_padding=1)
        return outputs.add_(_by_channel(self.bias)).relu_()


class Doubling(nn.ConvTranspose2d):
    """A transposed 7×7 convolution with stride 2 and "same" padding: n×inputs×H×W to n×outputs×2H×2W."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, 7, stride=2, padding=3, output_padding=1)
        self.register_buffer("_rows", _places(size[0]), persistent=False)
        self.register_buffer("_columns", _places(size[1]), persistent=False)

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what ``torch.nn.ConvTranspose2d`` returns."""
        outputs = self.on_processor(inputs) if inputs.device.type == "cpu" else self.elsewhere(inputs)
        return outputs + _by_channel(self.bias)

    def on_processor(self, inputs: Tensor) -> Tensor:
        """Return the outputs without the bias, stamped."""
        return stamp(inputs, self.weight, stride=2, padding=3)

    def elsewhere(self, inputs: Tensor) -> Tensor:
        """Return the outputs without the bias, by matrix products."""
        n, channels, height, width = inputs.shape
        stamps = inputs.permute(0, 2, 3, 1).reshape(-1, channels) @ self.weight.flatten(1)
        # Every pixel's 7×7 stamp is put in its place, along the columns and then along the rows.
        stamps = stamps.view(n, height, width, self.out_channels, 7, 7).permute(0, 3, 1, 4, 2, 5)
        lines = stamps.reshape(n, self.out_channels, height * 7, width * 7) @ self.get_buffer("_columns")
        return self.get_buffer("_rows").t() @ lines


def _places(length: int) -> Tensor:
    """Return (length·7)×(2·length): 1 where tap ``k`` of pixel ``i`` falls on output pixel 2i + k - 3."""
    target = 2 * torch.arange(length)[:, None] + torch.arange(7) - 3
    return (target.reshape(-1, 1) == torch.arange(2 * length)).float()


class UpsampledConvolution(nn.Conv2d):
    """Nearest up-sampling by ``factor``, then a 3×3 convolution with "same" padding."""

    def __init__(self, inputs: int, outputs: int, factor: int) -> None:
        super().__init__(inputs, outputs, 3, padding=1)
        self.factor = factor
        self.register_buffer("_merge", _merge(factor), persistent=False)
        self.register_buffer("_spread", _spread(factor), persistent=False)

    def forward(self, inputs: Tensor) -> Tensor:
        """Return n×outputs×(factor·H)×(factor·W)."""
        outputs = self.on_processor(inputs) if inputs.device.type == "cpu" else self.elsewhere(inputs)
        return outputs + _by_channel(self.bias)

    def on_processor(self, inputs: Tensor) -> Tensor:
        """Return the outputs without the bias: both steps are one transposed convolution, stamped."""
        kernel = self.weight.transpose(0, 1).flatten(2) @ self.get_buffer("_spread")
        side = self.factor + 2
        return stamp(inputs, kernel.view(*kernel.shape[:2], side, side), stride=self.factor, padding=1)

    def elsewhere(self, inputs: Tensor) -> Tensor:
        """Return the outputs without the bias: a convolution to ``factor``² channels, which are then shuffled."""
        merge = self.get_buffer("_merge")
        kernel = torch.einsum("pat,oitu,qbu->opqiab", merge, self.weight, merge).flatten(0, 2)
        return functional.pixel_shuffle(functional.conv2d(inputs, kernel, padding=1), self.factor)


def _merge(factor: int) -> Tensor:
    """Return factor×3×3: for each position in an enlarged pixel, which tap reads which low-resolution neighbour."""
    merge = torch.zeros(factor, 3, 3)
    for position in range(factor):
        for tap in range(3):
            merge[position, (position + tap - 1) // factor + 1, tap] = 1
    return merge


def _spread(factor: int) -> Tensor:
    """Return 9×(factor + 2)²: which of the pixels in and around an enlarged pixel see it through which tap."""
    line = torch.zeros(3, factor + 2)
    for tap in range(3):
        line[tap, 2 - tap : 2 - tap + factor] = 1
    return torch.kron(line, line)


def _by_channel(bias: Tensor | None) -> Tensor:
    """Return a layer's bias as C×1×1."""
    return cast(Tensor, bias)[:, None, None]
