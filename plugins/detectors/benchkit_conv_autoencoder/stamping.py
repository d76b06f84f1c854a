"""Transposed convolutions to few channels, as one matrix product whose results are shifted and added.

Every input pixel leaves a stamp: the kernel, weighted by the pixel's channels. All stamps together are one matrix
product, laid out with the pixels innermost, so that putting the stamps in their places means adding a few long lines of
memory to each other. Kernels made for many output channels leave most of a vector unit idle here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import torch
from torch import Tensor
from torch.autograd.function import once_differentiable


def stamp(inputs: Tensor, kernel: Tensor, stride: int, padding: int) -> Tensor:
    """Return the transposed convolution of n×c×H×W inputs to n×o×(stride·H)×(stride·W).

    That is ``conv_transpose2d`` with the output padding that makes the output ``stride`` times as large.

    Args:
        inputs: n×c×H×W, fastest in channels-last memory.
        kernel: c×o×k×k, with k ≥ padding + stride.
        stride: how far apart the stamps of two neighbours are.
        padding: how many rows and columns of the first stamps fall outside.
    """
    outputs: Tensor = _Stamping.apply(inputs, kernel, stride, padding)  # type: ignore[no-untyped-call]
    return outputs


class _Stamping(torch.autograd.Function):
    @staticmethod
    def forward(ctx: Any, inputs: Tensor, kernel: Tensor, stride: int, padding: int) -> Tensor:
        ctx.save_for_backward(inputs, kernel)
        ctx.layout = _layout(inputs.shape, kernel.shape, stride, padding)
        layout: _Layout = ctx.layout
        return layout.put_together(torch.mm(kernel.flatten(1).t(), _rows(inputs).t()))

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, gradient: Tensor) -> tuple[Tensor | None, Tensor | None, None, None]:
        inputs, kernel = ctx.saved_tensors
        stamps = ctx.layout.take_apart(gradient)
        rows = stamps.t() @ kernel.flatten(1).t()
        of_inputs = rows.view(len(inputs), *inputs.shape[2:], inputs.shape[1]).permute(0, 3, 1, 2)
        return of_inputs, (stamps @ _rows(inputs)).t().view(kernel.shape), None, None


def _rows(images: Tensor) -> Tensor:
    """Return the pixels of n×c×H×W images as rows, n·H·W×c: a view in channels-last memory."""
    return images.permute(0, 2, 3, 1).reshape(-1, images.shape[1])


Place = tuple[tuple[int, ...], tuple[int, ...], int]
"""Shape, strides and offset of a view, as ``as_strided`` takes them."""


@dataclass(frozen=True)
class _Move:
    """Taps (``source``) that are added to others (``target``), but for those that the shift carries over an edge."""

    source: Place
    target: Place
    outside: Place


@dataclass(frozen=True)
class _Layout:
    """Where the stamps of n×H×W pixels, (o·k·k)×(n·H·W) numbers, are to be added, and where the sums are then.

    Attributes:
        moves: in this order.
        sums: o×stride×stride×n×H×W: of every stride×stride pixels of the output, one.
        shape: of the output.
    """

    moves: tuple[_Move, ...]
    sums: Place
    shape: tuple[int, int, int, int]
    size: tuple[int, int]

    def put_together(self, stamps: Tensor) -> Tensor:
        """Add the stamps up in place; return the n×o×(stride·H)×(stride·W) output."""
        for move in self.moves:
            stamps.as_strided(*move.outside).zero_()
            stamps.as_strided(*move.target).add_(stamps.as_strided(*move.source))
        return stamps.as_strided(*self.sums).permute(3, 0, 4, 1, 5, 2).reshape(self.shape)

    def take_apart(self, outputs: Tensor) -> Tensor:
        """Return the stamps, each with what the output has in its place: the adjoint of ``put_together``."""
        stamps, sums = outputs.new_empty(self.size), self.sums
        o, stride, _, n, height, width = sums[0]
        pixels = outputs.reshape(n, o, height, stride, width, stride)
        stamps.as_strided(*sums).copy_(pixels.permute(1, 3, 5, 0, 2, 4))
        for move in reversed(self.moves):
            stamps.as_strided(*move.source).copy_(stamps.as_strided(*move.target))
            stamps.as_strided(*move.outside).zero_()
        return stamps


@lru_cache(maxsize=64)
def _layout(inputs: torch.Size, kernel: torch.Size, stride: int, padding: int) -> _Layout:
    n, _, height, width = inputs
    _, outputs, taps, _ = kernel
    stamps = torch.empty(outputs, taps, taps, n * height * width, device="meta")
    middle = slice(padding, padding + stride)
    # All columns first, then the rows of what those came to.
    columns, rows = stamps.view(outputs * taps, taps, 1, n * height * width), stamps[:, :, middle]
    sums = rows[:, middle].view(outputs, stride, stride, n, height, width)
    return _Layout(
        moves=(*_moves(columns, width, 1, middle), *_moves(rows, height, width, middle)),
        sums=_place(sums),
        shape=(n, outputs, stride * height, stride * width),
        size=(outputs * taps * taps, n * height * width),
    )


def _moves(stamps: Tensor, pixels: int, step: int, middle: slice) -> Iterator[_Move]:
    """Yield what brings all taps (dimension 1 of 4) to those in the middle.

    Args:
        stamps: the pixels are dimension 3.
        pixels: from one edge of an image to the other.
        step: from a pixel to its neighbour, counted in dimension 3.
        middle: the taps that fall on the pixel itself.
    """
    stride, taps = middle.stop - middle.start, stamps.shape[1]
    for shift in range(-middle.start // stride, (taps - 1 - middle.start) // stride + 1):
        first, last = max(0, middle.start + shift * stride), min(taps, middle.stop + shift * stride)
        source, target = stamps[:, first:last], stamps[:, first - shift * stride : last - shift * stride]
        lines = source.view(*source.shape[:3], source.shape[3] // (pixels * step), pixels, step)
        if shift > 0:
            outside = lines[..., max(pixels - shift, 0) :, :]
            yield _Move(_place(source[..., : -shift * step]), _place(target[..., shift * step :]), _place(outside))
        elif shift < 0:
            outside = lines[..., :-shift, :]
            yield _Move(_place(source[..., -shift * step :]), _place(target[..., : shift * step]), _place(outside))


def _place(view: Tensor) -> Place:
    return tuple(view.shape), view.stride(), int(view.storage_offset())
