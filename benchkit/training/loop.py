"""The training loop: one module, or many that are built alike, without a wait for the device."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from functools import partial

from torch import Tensor, nn

from benchkit.contract import Rows
from benchkit.errors import DataError, UsageError
from benchkit.training.batch import Advance, Batch, Chunk, Loss, one_by_one
from benchkit.training.course import Course
from benchkit.training.optimisers import Optimiser, make_optimiser
from benchkit.training.order import Order
from benchkit.training.replay import replayed
from benchkit.training.rows import as_rows
from benchkit.training.stack import Stack, form
from benchkit.training.steps import can_be_stacked, is_small, is_tiny, make_step
from benchkit.training.supply import Supply
from benchkit.training.threads import one_thread, side_by_side


def train(
    module: nn.Module,
    loss: Loss,
    inputs: Tensor | Rows,
    *,
    targets: Tensor | None = None,
    batch_size: int,
    images: int,
    seed: int,
    learning_rate: float = 1e-3,
    optimiser: str = "adam",
    replacement: bool = False,
) -> list[float]:
    """Train ``module`` in place until ``images`` rows have been seen; return the mean loss of each epoch.

    Args:
        module: on the inputs' device; maps n×… inputs to what ``loss`` takes first.
        loss: outputs and targets in, mean over the batch out, such as ``torch.nn.functional.mse_loss``.
        inputs: N×…, on the device, or rows that are brought there; left as they are.
        targets: N×…, on the device; None: the inputs themselves, as for an autoencoder.
        batch_size: rows in a step; the last step of an epoch takes what is left.
        images: rows to be seen, counted with repetition (see ``Budget``). An epoch is N of them; the last may be
            shorter. 0: the module stays as it is, and there is no loss.
        seed: the only source of randomness: the order in which rows are seen.
        learning_rate: the optimiser's step size.
        optimiser: ``adam``, ``adagrad``, ``rmsprop`` or ``adadelta``.
        replacement: draw rows with replacement instead of shuffling them.

    Raises:
        DataError: there are no inputs, or not as many targets as inputs.
        UsageError: ``batch_size`` is below 1, ``images`` below 0, or the optimiser is unknown.
    """
    (losses,) = train_many(
        [module], loss, [inputs], targets=None if targets is None else [targets], batch_size=batch_size,
        images=[images], seeds=[seed], learning_rate=learning_rate, optimiser=optimiser, replacement=replacement,
    )  # fmt: skip
    return losses


def train_many(
    modules: Sequence[nn.Module],
    loss: Loss,
    inputs: Sequence[Tensor | Rows],
    *,
    targets: Sequence[Tensor] | None = None,
    batch_size: int,
    images: Sequence[int],
    seeds: Sequence[int],
    learning_rate: float = 1e-3,
    optimiser: str = "adam",
    replacement: bool = False,
) -> list[list[float]]:
    """Train many modules in place, each as ``train`` would; return the losses of each.

    On a processor each ends at the same bits (seen on x86-64), on an accelerator at the same numbers within rounding.

    On an accelerator, modules that are built alike are trained together, step by step in the same few calls; so are
    tiny stacks of dense layers on a processor. Other modules keep a processor busy each: there one is trained by each
    of torch's threads.

    Args:
        modules: S modules on one device.
        loss: as for ``train``; no row's loss depends on another row.
        inputs: S times N×…; the same tensor may stand there more than once.
        targets: S times N×…; None: the inputs themselves.
        batch_size: as for ``train``, as are the others below.
        images: rows to be seen by each.
        seeds: of each.
        learning_rate: the optimiser's step size.
        optimiser: its name.
        replacement: draw rows with replacement instead of shuffling them.

    Raises:
        DataError: as ``train``.
        UsageError: as ``train``, or the sequences are not of one length.
    """
    _check_lengths(len(modules), inputs, images, seeds, *([] if targets is None else [targets]))
    courses: list[Course] = []
    for place, (module, given) in enumerate(zip(modules, inputs, strict=True)):
        wanted = None if targets is None else targets[place]
        _check(given, wanted, batch_size, images[place])
        order = Order(len(given), images[place], batch_size, seed=seeds[place], replacement=replacement)
        courses.append(Course(module, as_rows(given), wanted, order))
    make = partial(make_optimiser, optimiser, learning_rate)
    groups = _groups([course for course in courses if course.order.steps], loss, batch_size)
    works = [partial(train_together, group, loss, make, batch_size, stacked=stacked) for group, stacked in groups]
    if len(works) > 1 and courses[0].rows.device.type == "cpu":
        side_by_side(works)
    else:
        for (group, _), work in zip(groups, works, strict=True):
            with one_thread() if is_small(group[0].module, batch_size) else nullcontext():
                work(threading.Event())
    return [_ended(course) for course in courses]


def _groups(courses: list[Course], loss: Loss, batch_size: int) -> list[tuple[list[Course], bool]]:
    """Return the courses that go together, and whether they take the step of many."""
    kinds: dict[object, list[Course]] = {}
    for course in courses:
        kinds.setdefault((form(course.module), course.rows.shape[1:]), []).append(course)
    groups: list[tuple[list[Course], bool]] = []
    for members in kinds.values():
        on_cpu = members[0].rows.device.type == "cpu"
        pays = is_tiny(members[0].module, batch_size) if on_cpu else can_be_stacked(members[0], loss)
        groups += [(members, True)] if pays else [([course], False) for course in members]
    return groups


def train_together(
    courses: Sequence[Course],
    loss: Loss,
    make: Callable[[nn.Parameter], Optimiser],
    batch_size: int,
    stop: threading.Event,
    *,
    stacked: bool,
) -> None:
    """Train modules that are built alike; those with the fewest steps leave first.

    Args:
        courses: at least one; only one where it is not ``stacked``.
        loss: as for ``train_many``.
        make: the optimiser of a flat parameter.
        batch_size: rows of a step.
        stop: ends the training early when it is set.
        stacked: whether the step of many is to be used, which asks more of a module: see ``can_be_stacked``.
    """
    active = sorted(courses, key=lambda course: -course.order.steps)
    stack = Stack([course.module.train() for course in active])
    optimiser, done = make(stack.flat), 0
    advance, supply = _advance(stack, loss, optimiser, stacked=stacked), Supply(active, batch_size)
    while True:
        for chunk in supply.chunks(active[-1].order.steps - done, len(active)):
            if stop.is_set():
                return
            _note(active, advance(chunk), chunk)
        done = active[-1].order.steps
        active = [course for course in active if course.order.steps > done]
        if not active:
            break
        stack.leave(len(active))
        if _pays(len(active) / len(stack.modules), active[0].order.steps / done):
            stack, part = stack.first(len(active))
            optimiser = optimiser.cut(stack.flat, part)
            advance, supply = _advance(stack, loss, optimiser, stacked=stacked), Supply(active, batch_size)
    stack.release()


def _ended(course: Course) -> list[float]:
    course.module.eval()
    return course.epoch_losses()


def _pays(share: float, times: float) -> bool:
    """Return whether to go on with fewer: until then, those that are done ride along.

    Args:
        share: of the modules that have steps left.
        times: all steps there are, as a multiple of those made so far. A new stack is set up, and maybe recorded, for
            what is left: digits that are held out differ by an eighth.
    """
    return share <= 0.5 and times >= 1.25


def _advance(stack: Stack, loss: Loss, optimiser: Optimiser, *, stacked: bool) -> Advance:
    gradients = make_step(stack, loss, stacked=stacked)

    def step(batch: Batch) -> Tensor:
        losses = gradients(batch)
        optimiser.step()
        return losses

    if stacked and optimiser.replayable and stack.flat.device.type == "cuda":
        return replayed(step, [stack.flat, *optimiser.state()])
    return one_by_one(step)


def _note(courses: Sequence[Course], losses: Tensor, chunk: Chunk) -> None:
    for place, course in enumerate(courses):
        course.note(losses[:, place], list(chunk.counts[place]))


def _check(inputs: Tensor | Rows, targets: Tensor | None, batch_size: int, images: int) -> None:
    if len(inputs) == 0 or (targets is not None and len(targets) != len(inputs)):
        raise DataError(
            f"training: got {len(inputs)} inputs and {len(inputs if targets is None else targets)} targets; expected "
            "at least one input and a target for each. Check which classes are normal in this run."
        )
    if batch_size < 1 or images < 0:
        raise UsageError(
            f"training: got batch_size={batch_size} and images={images}; expected at least 1 and at least 0. "
            "Correct the detector's or view's settings."
        )


def _check_lengths(modules: int, *given: Sequence[object]) -> None:
    lengths = [len(each) for each in given]
    if any(length != modules for length in lengths):
        raise UsageError(
            f"training: got {modules} modules with sequences of {lengths} inputs, budgets, seeds and targets; expected "
            "one of each for each module. Correct the call of train_many."
        )
