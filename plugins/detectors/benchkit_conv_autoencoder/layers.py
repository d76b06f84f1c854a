"""Convolutions of unusual shape, computed the way that costs least; their parameters are those of the plain layers.

A kernel as large as its input is one matrix product. A convolution to one channel at full resolution leaves the
processor's vector units idle: it is written as matrix products, or computed at low resolution with one output channel
for each position within an enlarged pixel.
"""

from __future__ import annotations

import torch
from torch import Tensor, nn
from torch.nn import functional


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
    """A transposed convolution of a single pixel: n×inputs×1×1 to n×outputs×H×W."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, size)

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what ``torch.nn.ConvTranspose2d`` returns."""
        kernel = self.weight.permute(0, 2, 3, 1)
        outputs = (inputs.flatten(1) @ kernel.flatten(1)).view(len(inputs), *kernel.shape[1:])
        return (outputs if self.bias is None else outputs + self.bias).permute(0, 3, 1, 2)


class Doubling(nn.ConvTranspose2d):
    """A transposed 7×7 convolution with stride 2 and "same" padding: n×inputs×H×W to n×outputs×2H×2W."""

    def __init__(self, inputs: int, outputs: int, size: tuple[int, int]) -> None:
        super().__init__(inputs, outputs, 7, stride=2, padding=3, output_padding=1)
        self.register_buffer("_rows", _places(size[0]), persistent=False)
        self.register_buffer("_columns", _places(size[1]), persistent=False)

    def forward(self, inputs: Tensor, output_size: list[int] | None = None) -> Tensor:
        """Return what ``torch.nn.ConvTranspose2d`` returns."""
        n, channels, height, width = inputs.shape
        stamps = inputs.permute(0, 2, 3, 1).reshape(-1, channels) @ self.weight.flatten(1)
        # Every pixel's 7×7 stamp is put in its place, along the columns and then along the rows.
        stamps = stamps.view(n, height, width, self.out_channels, 7, 7).permute(0, 3, 1, 4, 2, 5)
        lines = stamps.reshape(n, self.out_channels, height * 7, width * 7) @ self.get_buffer("_columns")
        outputs = self.get_buffer("_rows").t() @ lines
        return outputs if self.bias is None else outputs + self.bias[:, None, None]


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

    def forward(self, inputs: Tensor) -> Tensor:
        """Return n×outputs×(factor·H)×(factor·W)."""
        merge = self.get_buffer("_merge")
        kernel = torch.einsum("pat,oitu,qbu->opqiab", merge, self.weight, merge).flatten(0, 2)
        bias = None if self.bias is None else self.bias.repeat_interleave(self.factor**2)
        return functional.pixel_shuffle(functional.conv2d(inputs, kernel, bias, padding=1), self.factor)


def _merge(factor: int) -> Tensor:
    """Return factor×3×3: for each position in an enlarged pixel, which tap reads which low-resolution neighbour."""
    merge = torch.zeros(factor, 3, 3)
    for position in range(factor):
        for tap in range(3):
            merge[position, (position + tap - 1) // factor + 1, tap] = 1
    return merge
