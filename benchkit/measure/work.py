"""How much work a score is: floating point operations and bytes that nobody can do without.

Both are lower bounds. Operations are those of matrix products, convolutions (by the direct algorithm) and pairwise
distances that torch computes; activations, sums, whatever a fused kernel hides and whatever is computed outside torch
are left out. Bytes are those of the image, which has to be read, and of the score, which has to be written: weights and
what lies between the layers may stay in a cache.
"""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.utils._python_dispatch import TorchDispatchMode
from torch.utils.flop_counter import flop_registry

from benchkit.contract import Work


@dataclass(frozen=True)
class ImageWork:
    """What it takes at least to get from one image to its score.

    Attributes:
        flop: floating point operations; None where none could be counted.
        bytes: read and written; None where that is unknown.
    """

    flop: float | None = None
    bytes: float | None = None


@dataclass(frozen=True)
class Pass:
    """One call, counted.

    Attributes:
        flop: operations of the whole batch that were seen.
        result: what the call returned.
        unchanged: whether that is the very batch that it was given.
    """

    flop: float
    result: Tensor
    unchanged: bool = False


def count(call: Callable[[Tensor], Tensor], batch: Tensor) -> Pass | None:
    """Call once and count; None where the call, or the counting of it, failed.

    The call gets a copy of ``batch``, and the global random states of torch, the grad mode and the warnings are as
    before when it is over.

    Args:
        call: images to inputs, or inputs to scores.
        batch: as many as are timed at once, since some work is done once for a batch.
    """
    try:
        own = batch.clone()
        with _undisturbed(), _Counter() as counter:
            result: object = call(own)
        if not isinstance(result, Tensor):
            return None
        return Pass(float(counter.flop), result, result.data_ptr() == own.data_ptr())
    except Exception:  # what was timed is right without it, and a stranger's call may not bear being watched
        return None


def image_work(images: Tensor, view: Pass | None, scorer: Pass | None, stated: Work | None = None) -> ImageWork:
    """Return the work for each image of one batch.

    Args:
        images: the batch.
        view: from the images to the detector's inputs.
        scorer: from there to the scores.
        stated: what the detector says of its own part, for each input: it counts instead of ``scorer``.
    """
    if view is None:
        return ImageWork()
    n = len(images)
    image = _size(images) / n
    if stated is not None:
        read = 0.0 if view.unchanged else image  # else the detector's input is the image, which it counts itself
        return ImageWork(view.flop / n + stated.flop, read + stated.bytes)
    if scorer is None:
        return ImageWork()
    flop = view.flop + scorer.flop
    return ImageWork(flop / n if flop > 0 else None, image + _size(scorer.result) / n)


class _Counter(TorchDispatchMode):  # type: ignore[no-untyped-call]
    """Sums up the operations of every call that torch dispatches in this thread.

    ``torch.utils.flop_counter.FlopCounterMode`` would do the same with hooks on all modules, which break off a scorer
    that takes gradients, and would import torch's compiler first, which takes a second or two of each process.
    """

    def __init__(self) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self.flop = 0

    @classmethod
    def _should_skip_dynamo(cls) -> bool:
        """Asking torch to skip its compiler here is what imports it."""
        return False

    def __torch_dispatch__(
        self, func: Any, types: Any, args: tuple[Any, ...] = (), kwargs: dict[str, Any] | None = None
    ) -> Any:
        formula = _FORMULAS.get(func._overloadpacket)
        if formula is None and func is not torch.ops.prim.device.default:
            with self:
                parts = func.decompose(*args, **(kwargs or {}))
            if parts is not NotImplemented:
                return parts
        result = func(*args, **(kwargs or {}))
        if formula is not None:
            self.flop += formula(*args, **(kwargs or {}), out_val=result)
        return result


def _size(values: Tensor) -> int:
    return values.numel() * values.element_size()


@contextlib.contextmanager
def _undisturbed() -> Iterator[None]:
    """Gradients off; what is global in torch is put back."""
    with torch.random.fork_rng(), warnings.catch_warnings(), torch.no_grad():
        warnings.simplefilter("ignore")  # said when it was scored, or of the counting itself
        yield


def _each_number(first: Tensor, *_: Any, **__: Any) -> int:
    """Each number of the first factor is multiplied, and added to a sum."""
    return 2 * first.numel()


def _added_product(added: Tensor, matrix: Tensor, *_: Any, **__: Any) -> int:
    return 2 * matrix.numel()


def _distances(first: Tensor, second: Tensor, *_: Any, **__: Any) -> int:
    """Each coordinate of each pair takes a difference or a product, and a sum."""
    return 2 * first.numel() * second.shape[-2]


_ATEN: Any = torch.ops.aten

_FORMULAS: dict[Any, Callable[..., int]] = {
    **flop_registry,
    _ATEN.mv: _each_number,
    _ATEN.addmv: _added_product,
    _ATEN.dot: _each_number,
    _ATEN._cdist_forward: _distances,
    _ATEN._euclidean_dist: _distances,
}
"""Torch's own formulas, and those of products that they leave out."""
