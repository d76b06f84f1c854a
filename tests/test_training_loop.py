"""The training loop."""

from __future__ import annotations

import platform
from functools import partial
from threading import Event
from typing import Any

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from training_helpers import noise, random_state_untouched

from benchkit import DataError, UsageError
from benchkit.training import OPTIMISERS, Mapped, as_rows, build, dense, train, train_many
from benchkit.training.course import Course
from benchkit.training.loop import train_together
from benchkit.training.optimisers import make_optimiser
from benchkit.training.order import Order


class Recorder(nn.Module):
    """Notes which rows it is shown; the row's number is its only feature."""

    def __init__(self) -> None:
        super().__init__()
        self.factor = nn.Parameter(torch.ones(()))
        self.batches: list[list[int]] = []

    def forward(self, inputs: Tensor) -> Tensor:
        """Return the inputs scaled."""
        self.batches.append([int(row) for row in inputs[:, 0]])
        return inputs * self.factor

    @property
    def rows(self) -> list[int]:
        """All rows in the order shown."""
        return [row for batch in self.batches for row in batch]


def record(n: int = 10, **settings: object) -> Recorder:
    """Train a recorder on n numbered rows."""
    recorder = Recorder()
    train(recorder, functional.mse_loss, torch.arange(float(n))[:, None], **{"batch_size": 4, "seed": 0, **settings})
    return recorder


def fitted(seed: int, *, optimiser: str = "adam", images: int = 600) -> tuple[nn.Module, list[float]]:
    """Train a small autoencoder; return it with its losses."""
    module = build(lambda: dense((8, 3, 8), ["tanh", "sigmoid"]), seed=1, device="cpu")
    inputs = noise(100, 8).square()
    rate = 0.5 if optimiser == "adadelta" else 0.01
    losses = train(
        module,
        functional.mse_loss,
        inputs,
        batch_size=10,
        images=images,
        seed=seed,
        optimiser=optimiser,
        learning_rate=rate,
    )
    return module, losses


def flat(module: nn.Module) -> Tensor:
    """Return all weights in a line."""
    return torch.cat([parameter.detach().flatten() for parameter in module.parameters()])


def test_every_epoch_sees_every_row_once() -> None:
    """Rows are shuffled anew for every epoch, and none is left out or seen twice."""
    rows = record(images=20).rows
    assert sorted(rows[:10]) == sorted(rows[10:]) == list(range(10))
    assert rows[:10] != rows[10:]
    assert rows[:10] != list(range(10))


def test_exactly_the_images_asked_for_are_seen() -> None:
    """The last epoch is cut where the budget ends, also within the first, and the last batch takes what is left."""
    assert [len(batch) for batch in record(images=17).batches] == [4, 4, 2, 4, 3]
    assert len(record(images=3).rows) == 3


def test_replacement_draws_rows_again() -> None:
    """With replacement, ten draws out of ten rows miss some and repeat others."""
    rows = record(images=10, replacement=True).rows
    assert len(rows) == 10
    assert len(set(rows)) < 10


def test_one_seed_one_result_and_the_random_state_is_left() -> None:
    """The same seed trains the same weights bit for bit, another seed others, and no global state moves."""
    with random_state_untouched():
        first, _ = fitted(0)
    assert torch.equal(flat(fitted(0)[0]), flat(first))
    assert not torch.equal(flat(fitted(1)[0]), flat(first))


@pytest.mark.parametrize("optimiser", OPTIMISERS)
def test_every_optimiser_lowers_the_loss(optimiser: str) -> None:
    """The loss falls from the first epoch to the last, one number an epoch."""
    _, losses = fitted(0, optimiser=optimiser)
    assert len(losses) == 6
    assert losses[-1] < losses[0]


def test_weights_are_those_of_a_plain_loop() -> None:
    """Flat parameters, written-out gradients and fused Adam end where torch's plain loop ends."""
    inputs, module = noise(100, 8).square(), build(lambda: dense((8, 3, 8), ["tanh", "sigmoid"]), seed=1, device="cpu")
    optimiser, generator = torch.optim.Adam(module.parameters(), lr=0.01), torch.Generator().manual_seed(0)
    for _ in range(6):
        for batch in inputs[torch.randperm(100, generator=generator)].split(10):
            optimiser.zero_grad()
            functional.mse_loss(module(batch), batch).backward()
            optimiser.step()
    torch.testing.assert_close(flat(fitted(0)[0]), flat(module), rtol=1e-4, atol=1e-5)


def test_losses_are_means_over_rows_before_each_step() -> None:
    """An epoch's loss is the mean over its rows, whatever the sizes of its batches."""
    inputs, module = noise(10, 4), dense((4, 4), ["linear"])
    expected = functional.mse_loss(module(inputs), inputs).item()
    losses = train(module, functional.mse_loss, inputs, batch_size=4, images=10, seed=0, learning_rate=0.0)
    assert losses == [pytest.approx(expected, rel=1e-5)]


def test_targets_follow_their_inputs() -> None:
    """A classifier learns labels that only fit if rows and targets are shuffled alike."""
    labels = torch.arange(300) % 3
    inputs = functional.one_hot(labels, 3).float()
    module = build(lambda: dense((3, 3), ["linear"]), seed=0, device="cpu")
    settings = {"targets": labels, "batch_size": 10, "images": 3000, "seed": 0, "learning_rate": 0.05}
    train(module, functional.cross_entropy, inputs, **settings)
    assert torch.equal(module(inputs).argmax(1), labels)


def test_inputs_stay_and_the_module_ends_ready_for_use() -> None:
    """Training changes no input, ends in evaluation mode and leaves no gradients behind."""
    inputs, module = noise(20, 4), nn.Sequential(nn.Linear(4, 4), nn.Dropout(0.0))
    before = inputs.clone()
    train(module, functional.mse_loss, inputs, batch_size=5, images=40, seed=0)
    assert torch.equal(inputs, before)
    assert not module.training
    assert module[0].weight.grad is None


def test_the_number_of_threads_is_left_as_found() -> None:
    """Training a tiny network on one thread leaves the process with as many as before."""
    found = torch.get_num_threads()
    fitted(0, images=10)
    assert torch.get_num_threads() == found


@pytest.mark.parametrize(("inputs", "targets"), [(0, None), (5, 4)])
def test_nothing_to_learn_from_is_refused(inputs: int, targets: int | None) -> None:
    """No inputs, or a target missing, is a data error that gives both counts."""
    labels = None if targets is None else torch.zeros(targets, 3)
    settings = {"targets": labels, "batch_size": 4, "images": 10, "seed": 0}
    with pytest.raises(DataError, match=f"got {inputs} inputs"):
        train(dense((3, 3), ["linear"]), functional.mse_loss, torch.zeros(inputs, 3), **settings)


@pytest.mark.parametrize("wrong", [{"batch_size": 0}, {"images": -1}])
def test_numbers_out_of_range_are_refused(wrong: dict[str, int]) -> None:
    """A batch of nothing, or a budget below nothing, is a wrong request."""
    settings = {"batch_size": 4, "images": 10, "seed": 0} | wrong
    with pytest.raises(UsageError, match="at least 1"):
        train(dense((3, 3), ["linear"]), functional.mse_loss, torch.zeros(5, 3), **settings)


@pytest.mark.parametrize("budgets", [(0,), (0, 0), (40, 0), (0, 30, 40)], ids=str)
def test_a_budget_of_nothing_leaves_a_module_as_it_was_built(budgets: tuple[int, ...]) -> None:
    """It has no loss and its first weights, alone or beside others, which are trained as they would be alone."""
    inputs, seeds = noise(20, 6), range(len(budgets))
    settings = {"batch_size": 4, "learning_rate": 0.1}
    untrained, modules = (
        [build(lambda: dense((6, 2, 6), ["tanh", "linear"]), seed=seed, device="cpu") for seed in seeds]
        for _ in range(2)
    )
    losses = train_many(modules, functional.mse_loss, [inputs] * len(seeds), images=budgets, seeds=seeds, **settings)
    for seed, images in enumerate(budgets):
        alone = train(untrained[seed], functional.mse_loss, inputs, images=images, seed=seed, **settings)
        assert len(alone) == -(-images // 20)
        assert losses[seed] == pytest.approx(alone)
        for got, expected in zip(modules[seed].parameters(), untrained[seed].parameters(), strict=True):
            torch.testing.assert_close(got, expected)
        assert not modules[seed].training


SIZES, BUDGETS, SEEDS = (100, 73, 100, 55), (300, 200, 130, 90), (0, 1, 2, 0)
"""Of four modules that are trained together: other rows, other budgets, other seeds."""


def autoencoders() -> list[nn.Module]:
    """Return four small autoencoders with weights of their own."""
    return [build(lambda: dense((8, 5, 3, 8), ["relu", "tanh", "sigmoid"]), seed=seed, device="cpu") for seed in SEEDS]


@pytest.mark.parametrize("optimiser", OPTIMISERS)
@pytest.mark.parametrize("replacement", [False, True])
def test_trained_together_is_trained_alone(optimiser: str, replacement: bool) -> None:
    """Stacked modules end where each would alone, within float32 rounding, though they leave one after the other."""
    inputs = [noise(n, 8, seed=n) for n in SIZES]
    settings = {"batch_size": 8, "optimiser": optimiser, "learning_rate": 0.01, "replacement": replacement}
    together, alone = autoencoders(), autoencoders()
    found = train_many(together, functional.mse_loss, inputs, images=BUDGETS, seeds=SEEDS, **settings)
    for place, module in enumerate(alone):
        losses = train(module, functional.mse_loss, inputs[place], images=BUDGETS[place], seed=SEEDS[place], **settings)
        assert found[place] == pytest.approx(losses, rel=1e-4)
        torch.testing.assert_close(flat(together[place]), flat(module), rtol=1e-3, atol=1e-5)


@pytest.mark.skipif(platform.machine() != "x86_64", reason="promised where it was seen")
@pytest.mark.parametrize("kind", ["subject", "model-state"])
def test_on_a_processor_tiny_networks_trained_together_are_those_trained_alone_bit_for_bit(kind: str) -> None:
    """One seed gives one network, whoever is trained beside it: other seeds, or the rest of a run that is resumed."""
    labelled = kind == "subject"
    make = (
        partial(dense, (784, 32, 32, 10), ["relu", "relu", "linear"])
        if labelled
        else partial(dense, (32, 16, 8, 16, 32), ["tanh", "tanh", "tanh", "linear"])
    )
    inputs = [noise(n, 784 if labelled else 32, seed=n) for n in SIZES]
    loss = functional.cross_entropy if labelled else functional.mse_loss
    targets = [torch.arange(n) % 10 for n in SIZES] if labelled else None
    together, alone = ([build(make, seed=seed, device="cpu") for seed in SEEDS] for _ in range(2))
    settings: dict[str, Any] = {"batch_size": 32, "learning_rate": 0.01}
    budgets = [10 * images for images in BUDGETS]
    train_many(together, loss, inputs, targets=targets, images=budgets, seeds=SEEDS, **settings)
    for place, module in enumerate(alone):
        own = None if targets is None else targets[place]
        train(module, loss, inputs[place], targets=own, images=budgets[place], seed=SEEDS[place], **settings)
        assert torch.equal(flat(together[place]), flat(module))


@pytest.mark.parametrize("threads", [1, 2])
def test_trained_side_by_side_is_trained_alone_bit_for_bit(threads: int) -> None:
    """Networks too large for one step are trained by a thread each, in the very steps that each has alone."""
    found = torch.get_num_threads()
    torch.set_num_threads(threads)
    inputs = [noise(n, 200, seed=n) for n in SIZES]
    make = partial(dense, (200, 300, 200), ["tanh", "sigmoid"])
    together, alone = ([build(make, seed=seed, device="cpu") for seed in SEEDS] for _ in range(2))
    settings = {"batch_size": 40, "learning_rate": 0.01}
    losses = train_many(together, functional.mse_loss, inputs, images=BUDGETS, seeds=SEEDS, **settings)
    torch.set_num_threads(1)
    for place, module in enumerate(alone):
        own = train(module, functional.mse_loss, inputs[place], images=BUDGETS[place], seed=SEEDS[place], **settings)
        assert own == losses[place]
        assert torch.equal(flat(together[place]), flat(module))
    torch.set_num_threads(found)


def test_classifiers_of_other_widths_are_trained_beside_each_other() -> None:
    """Those that are built alike go together, the others by themselves; each learns its own labels."""
    labels = [torch.arange(n) % classes for n, classes in ((90, 3), (60, 2), (120, 3))]
    inputs = [functional.one_hot(each, 3).float() for each in labels]
    widths = [int(each.max()) + 1 for each in labels]
    modules = [build(partial(dense, (3, width), ["linear"]), seed=0, device="cpu") for width in widths]
    train_many(
        modules, functional.cross_entropy, inputs, targets=labels, batch_size=10, images=[2000] * 3, seeds=[0, 1, 2],
        learning_rate=0.05,
    )  # fmt: skip
    for module, each, wanted in zip(modules, inputs, labels, strict=True):
        assert torch.equal(module(each).argmax(1), wanted)


def convolution(seed: int) -> nn.Module:
    """Return a small convolutional network whose layers no written-out step knows."""

    def layers() -> nn.Module:
        return nn.Sequential(nn.Conv2d(1, 3, 3, padding=1), nn.ReLU(inplace=True), nn.Conv2d(3, 1, 3, padding=1))

    return build(layers, seed=seed, device="cpu")


def test_convolutions_trained_together_are_those_trained_alone() -> None:
    """The way that accelerators take, followed here: any module of which no row depends on another."""
    images, counts = noise(20, 1, 6, 6), (50, 34, 20)

    def courses() -> list[Course]:
        return [
            Course(convolution(seed), as_rows(images), None, Order(20, count, 8, seed=seed, replacement=False))
            for seed, count in enumerate(counts)
        ]

    together, alone = courses(), courses()
    make = lambda parameter: make_optimiser("adam", 0.01, parameter)  # noqa: E731
    train_together(together, functional.mse_loss, make, 8, Event(), stacked=True)
    for ours, theirs in zip(together, alone, strict=True):
        train_together([theirs], functional.mse_loss, make, 8, Event(), stacked=False)
        torch.testing.assert_close(flat(ours.module), flat(theirs.module), rtol=1e-3, atol=1e-5)
        assert ours.epoch_losses() == pytest.approx(theirs.epoch_losses(), rel=1e-4)


def test_rows_that_come_some_at_a_time_train_the_same_bits() -> None:
    """A tensor and rows that stand for it end in equal weights."""
    inputs = noise(50, 8)
    one, other = autoencoders()[0], autoencoders()[0]
    settings = {"batch_size": 8, "images": 120, "seed": 0}
    train(one, functional.mse_loss, inputs, **settings)
    train(other, functional.mse_loss, Mapped(as_rows(inputs / 2), lambda some: some * 2), **settings)
    assert torch.equal(flat(one), flat(other))


def test_one_of_each_is_needed() -> None:
    """Sequences of other lengths than the modules are a wrong request that gives the counts."""
    with pytest.raises(UsageError, match=r"got 4 modules with sequences of \[1, 4, 4\]"):
        train_many(autoencoders(), functional.mse_loss, [noise(9, 8)], images=BUDGETS, seeds=SEEDS, batch_size=3)
    assert train_many([], functional.mse_loss, [], images=[], seeds=[], batch_size=3) == []


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs CUDA")
@pytest.mark.parametrize("kind", ["dense", "convolution"])
def test_on_cuda_trained_together_is_trained_alone(kind: str) -> None:
    """Recorded and replayed, modules that leave one after the other end where each would alone and on a processor."""
    make = partial(dense, (36, 5, 36), ["tanh", "sigmoid"])
    ends: dict[str, list[Tensor]] = {}
    for way in ("together", "alone", "processor"):
        device = "cpu" if way == "processor" else "cuda"
        found = [convolution(seed) if kind == "convolution" else build(make, seed=seed, device="cpu") for seed in SEEDS]
        shape = (36,) if kind == "dense" else (1, 6, 6)
        inputs = [noise(n, *shape, seed=n).to(device) for n in SIZES]
        _train_as(way, [module.to(device) for module in found], inputs)
        ends[way] = [flat(module).cpu() for module in found]
    for place in range(len(SEEDS)):
        torch.testing.assert_close(ends["together"][place], ends["alone"][place], rtol=1e-3, atol=1e-4)
        torch.testing.assert_close(ends["together"][place], ends["processor"][place], rtol=1e-2, atol=1e-3)


def _train_as(way: str, modules: list[nn.Module], inputs: list[Tensor]) -> None:
    settings = {"batch_size": 8, "learning_rate": 0.01}
    if way == "together":
        train_many(modules, functional.mse_loss, inputs, images=BUDGETS, seeds=SEEDS, **settings)
        return
    for module, rows, images, seed in zip(modules, inputs, BUDGETS, SEEDS, strict=True):
        train(module, functional.mse_loss, rows, images=images, seed=seed, **settings)
