"""The layers of the convolutional autoencoders against the plain ones of torch: outputs and gradients."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from benchkit_conv_autoencoder.layers import Doubling, Expanding, FromBottleneck, ToBottleneck, UpsampledConvolution
from benchkit_conv_autoencoder.patches import FromPixels, PooledFromPixels
from benchkit_conv_autoencoder.stamping import stamp
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn
from torch.func import functional_call, stack_module_state, vmap
from torch.nn import functional
from training_helpers import noise

Layer = nn.Conv2d | nn.ConvTranspose2d
Size = tuple[int, int]


@dataclass(frozen=True)
class Kind:
    """A layer and what it stands for.

    Attributes:
        make: from channels of the images and height and width of the inputs.
        plain: from inputs, weights and bias, what the published layers return.
        inputs: from channels of the images and height and width.
    """

    make: Callable[[int, Size], Layer]
    plain: Callable[[Tensor, Tensor, Tensor | None], Tensor]
    inputs: Callable[[int, Size], Tensor]


def maps(channels: int, size: Size) -> Tensor:
    """Return five feature maps of both signs, in the memory layout of the networks."""
    return (noise(3, 5, *size) - 0.5).contiguous(memory_format=torch.channels_last)


def images(channels: int, size: Size) -> Tensor:
    """Return images of twice the size."""
    return noise(3, channels, 2 * size[0], 2 * size[1])


def plain_upsampled(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return nearest up-sampling, then a convolution."""
    return functional.conv2d(functional.interpolate(inputs, scale_factor=3), weight, bias, padding=1)


def plain_pooled(inputs: Tensor, weight: Tensor, bias: Tensor | None) -> Tensor:
    """Return a convolution, its ReLU, and then max-pooling, as published."""
    return functional.max_pool2d(functional.conv2d(inputs, weight, bias, padding=1).relu(), 2, ceil_mode=True)


KINDS = {
    "doubling": Kind(
        lambda channels, size: Doubling(5, channels, size),
        lambda *given: functional.conv_transpose2d(*given, stride=2, padding=3, output_padding=1),
        maps,
    ),
    "expanding": Kind(
        lambda channels, size: Expanding(5, 4),
        lambda *given: functional.conv_transpose2d(*given, stride=2, padding=1, output_padding=1).relu(),
        maps,
    ),
    "upsampled": Kind(lambda channels, size: UpsampledConvolution(5, channels, 3), plain_upsampled, maps),
    "to bottleneck": Kind(lambda channels, size: ToBottleneck(5, 2, size), functional.conv2d, maps),
    "from bottleneck": Kind(
        lambda channels, size: FromBottleneck(2, 4, size),
        lambda *given: functional.conv_transpose2d(*given).relu(),
        lambda channels, size: noise(3, 2, 1, 1) - 0.5,
    ),
    "from pixels": Kind(
        lambda channels, size: FromPixels(channels, 4, stride=2),
        lambda *given: functional.conv2d(*given, stride=2, padding=1).relu(),
        images,
    ),
    "from odd pixels": Kind(
        lambda channels, size: FromPixels(channels, 4, stride=2),
        lambda *given: functional.conv2d(*given, stride=2, padding=1).relu(),
        lambda channels, size: images(channels, size)[..., 1:, :-1],
    ),
    "pooled": Kind(lambda channels, size: PooledFromPixels(channels, 4, 2), plain_pooled, images),
    "pooled odd": Kind(
        lambda channels, size: PooledFromPixels(channels, 4, 2),
        plain_pooled,
        lambda channels, size: images(channels, size)[..., 1:, :-1],
    ),
}

each_kind = pytest.mark.parametrize("kind", KINDS.values(), ids=KINDS)
each_count = pytest.mark.parametrize("channels", [1, 3])
each_size = pytest.mark.parametrize("size", [(7, 7), (14, 14), (16, 16), (8, 6), (3, 9)], ids=str)
TWO_WAYS = ("doubling", "upsampled", "from pixels", "from odd pixels", "pooled")


def layer_of(kind: Kind, channels: int, size: Size) -> Layer:
    """Return the layer with weights and a bias that both matter."""
    layer = kind.make(channels, size)
    for seed, parameter in enumerate(layer.parameters()):
        parameter.data.copy_(noise(*parameter.shape, seed=seed + 1) - 0.5)
    return layer


def with_gradients(call: Callable[[Tensor], Tensor], inputs: Tensor, layer: nn.Module) -> list[Tensor]:
    """Return the outputs, and the gradients of the inputs, where they are wanted, and of the weights and the bias."""
    outputs = call(inputs)
    wanted = [each for each in (inputs, *layer.parameters()) if each.requires_grad]
    return [outputs, *torch.autograd.grad(outputs, wanted, noise(*outputs.shape, seed=9) - 0.5)]


def assert_same(ours: list[Tensor], plain: list[Tensor]) -> None:
    """Compare tensor by tensor; float32 sums of some hundred numbers differ in their last digits."""
    for each, expected in zip(ours, plain, strict=True):
        torch.testing.assert_close(each, expected, rtol=1e-4, atol=1e-4)


@each_kind
@each_count
@each_size
def test_a_layer_equals_the_plain_one(kind: Kind, channels: int, size: Size) -> None:
    """Outputs and the gradients of weights and bias are torch's, for any size and number of channels."""
    layer, inputs = layer_of(kind, channels, size), kind.inputs(channels, size)
    ours = with_gradients(layer, inputs, layer)
    assert_same(ours, with_gradients(lambda x: kind.plain(x, layer.weight, layer.bias), inputs, layer))


@each_kind
@each_count
def test_the_gradient_of_the_inputs_is_torchs(kind: Kind, channels: int) -> None:
    """What lies before a layer is trained as it would be before the plain one."""
    layer, inputs = layer_of(kind, channels, (6, 5)), kind.inputs(channels, (6, 5)).requires_grad_()
    ours = with_gradients(layer, inputs, layer)
    assert_same(ours, with_gradients(lambda x: kind.plain(x, layer.weight, layer.bias), inputs, layer))


@pytest.mark.parametrize("kind", [KINDS[name] for name in TWO_WAYS], ids=TWO_WAYS)
@each_count
def test_both_ways_of_a_layer_are_the_same(kind: Kind, channels: int) -> None:
    """A layer computed in one way on processors and in another elsewhere returns the same."""
    layer, inputs = layer_of(kind, channels, (6, 5)), kind.inputs(channels, (6, 5))
    assert_same([layer.on_processor(inputs)], [layer.elsewhere(inputs)])


@pytest.mark.parametrize("kind", [KINDS[name] for name in TWO_WAYS], ids=TWO_WAYS)
def test_the_way_elsewhere_can_be_taken_by_many_at_once(kind: Kind) -> None:
    """Away from processors many networks are trained at once: ``vmap`` maps the layer, gradients included."""
    layers, inputs = [layer_of(kind, 1, (4, 4)) for _ in range(2)], kind.inputs(1, (4, 4))
    layers[1].weight.data.mul_(-0.5)
    parameters, buffers = stack_module_state([Elsewhere(layer) for layer in layers])

    def loss(own: dict[str, Tensor]) -> Tensor:
        outputs: Tensor = functional_call(Elsewhere(layers[0]), (own, buffers_of_one), (inputs,))
        return outputs.square().sum()

    buffers_of_one = {name: value[0] for name, value in buffers.items()}
    together = vmap(torch.func.grad(loss))(parameters)["layer.weight"]
    alone = [torch.autograd.grad(layer.elsewhere(inputs).square().sum(), layer.weight)[0] for layer in layers]
    assert_same(list(together), alone)


class Elsewhere(nn.Module):
    """A layer as it is computed away from processors."""

    def __init__(self, layer: nn.Module) -> None:
        super().__init__()
        self.layer = layer

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the outputs."""
        outputs: Tensor = self.layer.elsewhere(inputs)
        return outputs


def test_among_equals_the_first_in_a_window_is_trained() -> None:
    """Where pixels of one window are equal but their surroundings differ, the gradient goes where torch's does."""
    layer = PooledFromPixels(1, 2, 2)
    layer.weight.data.zero_()[:, :, 1, 1] = torch.tensor([[1.0], [-1.0]])
    layer.bias.data.fill_(2.0)
    few_levels = noise(4, 1, 8, 8).mul(3).round() / 3
    ours = with_gradients(layer, few_levels, layer)
    plain = with_gradients(lambda x: plain_pooled(x, layer.weight, layer.bias), few_levels, layer)
    assert len(torch.unique(few_levels)) == 4
    assert_same(ours, plain)


@given(
    stride=st.integers(1, 4), padding=st.integers(0, 3), more=st.integers(0, 4), n=st.integers(1, 3),
    outputs=st.integers(1, 2), height=st.integers(1, 5), width=st.integers(1, 5),
)  # fmt: skip
def test_stamping_is_a_transposed_convolution(
    stride: int, padding: int, more: int, n: int, outputs: int, height: int, width: int
) -> None:
    """Any kernel, stride, padding and size: outputs and both gradients are those of ``conv_transpose2d``."""
    taps = padding + stride + more
    inputs = (noise(n, 3, height, width) - 0.5).requires_grad_()
    kernel = (noise(3, outputs, taps, taps, seed=1) - 0.5).requires_grad_()
    whole = functional.conv_transpose2d(inputs, kernel, stride=stride)
    plain = whole[..., padding : padding + stride * height, padding : padding + stride * width]
    ours = stamp(inputs, kernel, stride, padding)
    gradient = noise(*plain.shape, seed=2)
    assert_same([ours], [plain])
    wanted = (inputs, kernel)
    assert_same(list(torch.autograd.grad(ours, wanted, gradient)), list(torch.autograd.grad(plain, wanted, gradient)))


@each_kind
def test_no_images_give_no_outputs(kind: Kind) -> None:
    """A batch of none comes out as none, of the right shape."""
    layer, inputs = layer_of(kind, 1, (4, 4)), kind.inputs(1, (4, 4))
    assert layer(inputs[:0]).shape == (0, *layer(inputs).shape[1:])


def test_inputs_stay_as_they_are() -> None:
    """No layer writes into what it is given, although it writes into what is its own."""
    for kind in KINDS.values():
        layer, inputs = layer_of(kind, 1, (4, 4)), kind.inputs(1, (4, 4))
        before = inputs.clone()
        with_gradients(layer, inputs, layer)
        assert torch.equal(inputs, before)
