"""How much work a score is: counted where torch can be watched, stated where it cannot, unknown otherwise."""

from __future__ import annotations

import subprocess
import sys
import warnings
from collections.abc import Callable
from itertools import pairwise

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor, nn

from benchkit.contract import Work
from benchkit.measure.work import ImageWork, Pass, count, image_work

IMAGES = torch.rand(6, 1, 8, 8)
VECTORS = torch.rand(6, 20)
WEIGHTS = torch.rand(20, 3)

Call = Callable[[Tensor], Tensor]


def flop(call: Call, batch: Tensor = VECTORS) -> float:
    """Return the operations that were seen; the call must not fail."""
    seen = count(call, batch)
    assert seen is not None
    return seen.flop


@given(st.integers(1, 9), st.lists(st.integers(1, 30), min_size=2, max_size=5))
def test_dense_layers_take_two_operations_a_weight(n: int, widths: list[int]) -> None:
    """A multiplication and an addition for each weight and input; biases and activations are left out."""
    layers = [nn.Sequential(nn.Linear(a, b), nn.Tanh()) for a, b in pairwise(widths)]
    expected = 2 * n * sum(a * b for a, b in pairwise(widths))
    assert flop(nn.Sequential(*layers), torch.rand(n, widths[0])) == expected


@pytest.mark.parametrize(
    ("call", "expected"),
    [
        (lambda x: x @ WEIGHTS, 2 * 6 * 20 * 3),
        (lambda x: x @ WEIGHTS[:, 0], 2 * 6 * 20),
        (lambda x: torch.addmv(torch.zeros(6), x, WEIGHTS[:, 0]), 2 * 6 * 20),
        (lambda x: torch.stack([row @ WEIGHTS[:, 0] for row in x]), 2 * 6 * 20),
        (lambda x: torch.einsum("nd,dk->nk", x, WEIGHTS), 2 * 6 * 20 * 3),
        (lambda x: torch.cdist(x, WEIGHTS.t()), 2 * 6 * 20 * 3),
        (lambda x: torch.cdist(x, torch.rand(40, 20)), 2 * 6 * 20 * 40),
        (lambda x: torch.cdist(x, WEIGHTS.t(), p=1.0), 2 * 6 * 20 * 3),
        (lambda x: torch.func.vmap(lambda row: row @ WEIGHTS)(x), 2 * 6 * 20 * 3),
    ],
    ids=["matrix", "vector", "added vector", "dots", "einsum", "distances", "many distances", "city blocks", "vmap"],
)
def test_products_are_seen_however_they_are_written(call: Call, expected: int) -> None:
    """Products of matrices and vectors, and distances between all pairs."""
    assert flop(call) == expected


def test_a_convolution_counts_by_the_direct_algorithm() -> None:
    """Each output takes a multiplication and an addition for each weight of its kernel."""
    assert flop(nn.Conv2d(1, 4, 3, padding=1), IMAGES) == 2 * 6 * (8 * 8 * 4) * (3 * 3)


def test_a_scorer_that_leaves_torch_shows_what_torch_did() -> None:
    """Work in NumPy is not seen; what torch did before is."""

    def half(inputs: Tensor) -> Tensor:
        return torch.from_numpy((inputs @ WEIGHTS).numpy() @ WEIGHTS.numpy().T).sum(1)

    assert flop(half) == 2 * 6 * 20 * 3


def test_modes_of_the_scorer_do_not_hide_its_work() -> None:
    """Inference mode, gradients and torch's compiler are looked through."""
    layer = nn.Linear(20, 3)

    def with_gradients(inputs: Tensor) -> Tensor:
        with torch.enable_grad():
            return torch.autograd.grad(layer(inputs.requires_grad_()).sum(), inputs)[0]

    assert flop(torch.inference_mode()(layer)) == flop(layer)
    assert flop(torch.compile(layer, backend="eager")) == flop(layer)
    assert flop(with_gradients) > flop(layer)


@pytest.mark.parametrize("call", [lambda x: 1 // 0, lambda x: 3.0, lambda x: None])
def test_a_call_that_fails_when_it_is_counted_tells_nothing(call: Call) -> None:
    """No error of a stranger's comes out, and no number is made up."""
    assert count(call, VECTORS) is None


def test_nothing_is_disturbed_by_counting() -> None:
    """The batch, the random numbers that come next and the grad mode are as without it."""

    def careless(inputs: Tensor) -> Tensor:
        assert not torch.is_grad_enabled()
        warnings.warn("said before", stacklevel=1)
        torch.set_grad_enabled(True)
        return inputs.add_(torch.rand(())).sum(1)

    batch = VECTORS.clone()
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    assert count(careless, batch) is not None
    assert torch.equal(batch, VECTORS)
    assert torch.is_grad_enabled()
    assert torch.equal(torch.rand(2), expected)


def test_a_failed_call_disturbs_nothing_either() -> None:
    """What comes after a call that broke off computes as ever, and is not counted."""

    def broken(inputs: Tensor) -> Tensor:
        return nn.Linear(20, 3)(inputs) / nn.Linear(3, 3)(inputs)

    assert count(broken, VECTORS) is None
    assert torch.is_grad_enabled()
    assert flop(lambda x: x @ WEIGHTS) == 2 * 6 * 20 * 3


def test_torchs_compiler_is_not_imported_for_it() -> None:
    """Counting costs milliseconds of each worker process, and not the second or two that this import takes."""
    code = (
        "import sys, torch\nfrom benchkit.measure.work import count\n"
        "print(count(torch.nn.Linear(2, 3), torch.rand(4, 2)).flop, 'torch._dynamo' in sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == ["48.0", "False"]


def test_a_call_is_told_whether_it_gave_back_what_it_was_given() -> None:
    """So a view that shows the images themselves is known."""
    same, other = count(lambda images: images, IMAGES), count(lambda images: images + 0, IMAGES)
    assert same is not None
    assert other is not None
    assert (same.unchanged, other.unchanged) == (True, False)


def passes(flop_of_view: float, flop_of_scorer: float, *, unchanged: bool = True) -> tuple[Pass, Pass]:
    """Return the calls of a view and a scorer on ``IMAGES``."""
    return Pass(flop_of_view, IMAGES, unchanged), Pass(flop_of_scorer, torch.zeros(6))


def test_an_image_takes_its_share_of_the_batch() -> None:
    """Operations by the number of images; bytes of one image and one score, whatever lies between."""
    assert image_work(IMAGES, *passes(60.0, 600.0)) == ImageWork(110.0, 8 * 8 * 4 + 4)


def test_no_products_are_an_unknown_number_of_operations() -> None:
    """Nothing seen may be nothing done or all done elsewhere: that is not 0. The image has to be read all the same."""
    assert image_work(IMAGES, *passes(0.0, 0.0)) == ImageWork(None, 8 * 8 * 4 + 4)


@pytest.mark.parametrize("view", [None, Pass(1.0, IMAGES)])
def test_what_could_not_be_called_is_unknown(view: Pass | None) -> None:
    """A view or a scorer that fails when it is counted leaves both numbers open."""
    assert image_work(IMAGES, view, None) == ImageWork()


@given(st.floats(0, 1e12), st.floats(0, 1e12), st.integers(0, 1000), st.booleans())
def test_a_statement_counts_instead_of_the_scorer(stated: float, size: float, seen: int, unchanged: bool) -> None:
    """The view is counted all the same; an input that is the image itself is not read twice."""
    view, scorer = passes(6.0 * seen, 1e15, unchanged=unchanged)
    found = image_work(IMAGES, view, scorer, Work(stated, size))
    assert found == ImageWork(seen + stated, size + (0 if unchanged else 8 * 8 * 4))


def test_without_its_view_a_statement_tells_nothing() -> None:
    """Half of an unknown whole is no bound that could be shown beside the others."""
    assert image_work(IMAGES, None, None, Work(1.0, 1.0)) == ImageWork()
