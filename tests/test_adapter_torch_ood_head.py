"""The last layer, recovered from what goes into it and what comes out; slopes that reach images alone."""

from __future__ import annotations

import pytest
import torch
from benchkit_torch_ood.head import linear, recovered
from benchkit_torch_ood.scoring import Scores, as_float32
from benchkit_torch_ood.subject import Differentiable
from torch import Tensor
from torch_ood_helpers import World, world
from training_helpers import random_state_untouched

from benchkit import Unsupported, source_of


def of(here: World, view: str = "layer2") -> torch.nn.Linear:
    """Recover the layer between a view and the logits."""
    with torch.no_grad():
        return recovered(here.looks[view], here.looks["logits"], here.normal, source_of("x", 0), "x on 'y'")


def test_weights_are_the_network_s_also_of_units_that_no_normal_image_excites() -> None:
    """The largest error is rounding of float32; a fit on normal images alone would miss these units altogether."""
    here = world()
    head, true = of(here), here.network[-1]
    silent = here.looks["layer2"](here.normal).detach().amax(0) == 0
    assert int(silent.sum()) >= 1
    assert float(true.weight.detach()[:, silent].abs().max()) > 0.1
    torch.testing.assert_close(head.weight, true.weight.detach(), rtol=0, atol=1e-5)
    torch.testing.assert_close(head.bias, true.bias.detach(), rtol=0, atol=1e-5)
    assert not head.weight.requires_grad


def test_a_unit_that_nothing_excites_gets_no_weight() -> None:
    """What cannot be told is 0, and the logits are right all the same."""
    here = world()
    mask = torch.ones(32)
    mask[5] = 0.0
    looks = {"layer2": lambda images: here.looks["layer2"](images) * mask}
    looks["logits"] = lambda images: here.network[-1](looks["layer2"](images))
    part = World(here.network, looks, here.normal, here.others, here.held_out)
    head = of(part)
    assert float(head.weight[:, 5].abs().max()) < 1e-6
    assert all(torch.equal(of(part).weight, head.weight) for _ in range(5))
    with torch.no_grad():
        torch.testing.assert_close(head(looks["layer2"](here.shown)), looks["logits"](here.shown), rtol=1e-4, atol=1e-4)


def test_one_normal_image_is_enough() -> None:
    """The noise does the rest."""
    here = world()
    head = of(World(here.network, here.looks, here.normal[:1], here.others, here.held_out))
    torch.testing.assert_close(head.weight, here.network[-1].weight.detach(), rtol=0, atol=1e-5)


def test_features_of_an_earlier_layer_are_refused() -> None:
    """It says by how much a linear layer misses the logits, and what to use."""
    with pytest.raises(Unsupported, match=r"x on 'y' needs .* by up to \d+\.\d% of the largest\. Use the view in"):
        of(world(), "layer1")


def test_as_many_features_as_images_do_not_pass_for_a_layer() -> None:
    """Least squares hits every logit that it has seen then: others are compared."""
    here = world()
    wide = torch.randn(32, 600, generator=torch.Generator().manual_seed(0))
    looks = {**here.looks, "layer2": lambda images: torch.cos(here.looks["layer1"](images) @ wide)}
    with pytest.raises(Unsupported, match="misses the logits"):
        of(World(here.network, looks, here.normal[:100], here.others, here.held_out))


def test_a_layer_is_made_without_a_draw() -> None:
    """Weights that are thrown away would cost the global random state."""
    with random_state_untouched():
        layer = linear(torch.ones(2, 3), torch.zeros(2))
    assert layer(torch.ones(1, 3)).tolist() == [[3.0, 3.0]]


def test_slopes_reach_the_images_and_nothing_else() -> None:
    """The parameters of the network, which others look at too, gather none."""
    here = world()
    images = here.shown[:5].clone().requires_grad_()
    Differentiable(here.looks["logits"])(images).amax(1).sum().backward()
    found, images.grad = images.grad, None
    here.looks["logits"](images).amax(1).sum().backward()
    torch.testing.assert_close(found, images.grad)
    for parameter in here.network.parameters():
        assert parameter.grad is not None
        parameter.grad = None
    Differentiable(here.looks["logits"])(images).sum().backward()
    assert all(parameter.grad is None for parameter in here.network.parameters())


def test_without_a_slope_to_take_it_is_the_look_itself() -> None:
    """The second pass of a method costs no graph."""
    seen: list[bool] = []

    def look(images: Tensor) -> Tensor:
        seen.append(torch.is_grad_enabled())
        return images

    with torch.no_grad():
        Differentiable(look)(torch.zeros(1, 1).requires_grad_())
    assert seen == [False]


def test_scores_beyond_float32_are_its_largest_numbers() -> None:
    """Infinities keep their side; what is finite keeps its value."""
    scores = as_float32(torch.tensor([float("inf"), -float("inf"), 1e300, 0.25], dtype=torch.float64))
    limit = torch.finfo(torch.float32).max
    assert scores.dtype == torch.float32
    assert scores.tolist() == [limit, -limit, limit, 0.25]


def test_what_is_not_a_number_is_not_hidden() -> None:
    """The runner is to see it, and name the detector."""
    assert as_float32(torch.tensor([float("nan")])).isnan().all()


def test_no_inputs_are_no_call() -> None:
    """What the library makes of none is not asked."""
    scores = Scores(lambda inputs: inputs[0])(torch.zeros(0, 1, 2, 2))
    assert scores.shape == (0,)
    assert scores.dtype == torch.float32
