"""What a plugin's call leaves behind is seen, and put back."""

from __future__ import annotations

import os
import random
from collections.abc import Callable

import numpy as np
import pytest
import torch
from torch import Tensor
from training_helpers import random_state_untouched

from benchkit.testing.witness import settings_now, witnessed


def test_a_call_that_keeps_to_itself_leaves_nothing() -> None:
    """A source of its own, a setting put back, inputs read: no trace."""
    lent = torch.rand(4, 3)

    def call() -> Tensor:
        with torch.no_grad():
            return lent + torch.rand(4, 3, generator=torch.Generator().manual_seed(0))

    seen = witnessed(call, {"inputs": lent})
    assert (seen.written, seen.drawn, dict(seen.changed), seen.error) == ((), (), {}, None)
    assert seen.result().shape == (4, 3)


@pytest.mark.parametrize(
    "write",
    [lambda lent: lent.mul_(2), lambda lent: lent.numpy().fill(7), lambda lent: lent.add_(0)],
    ids=["torch", "numpy", "the same again"],
)
def test_writing_is_seen(write: Callable[[Tensor], object]) -> None:
    """By torch, by NumPy, and what leaves the values as they were; the other tensor is not blamed."""
    lent, other = torch.ones(40, 3), torch.ones(2)
    assert witnessed(lambda: write(lent), {"images": lent, "labels": other}).written == ("images",)


@pytest.mark.parametrize(
    ("draw", "whose"),
    [
        (lambda: torch.rand(1), "torch's"),
        (lambda: torch.manual_seed(5), "torch's"),
        (lambda: np.random.rand(), "NumPy's"),
        (random.random, "Python's"),
    ],
)
def test_drawing_from_a_global_state_is_seen_and_undone(draw: Callable[[], object], whose: str) -> None:
    """Each of them by name; afterwards they are as they were."""
    with random_state_untouched():
        assert witnessed(draw, {}).drawn == (whose,)


@pytest.mark.parametrize(
    ("change", "what"),
    [
        (lambda: torch.set_num_threads(torch.get_num_threads() + 1), "torch's number of threads"),
        (lambda: torch.set_default_dtype(torch.float64), "torch's default type"),
        (lambda: torch.set_grad_enabled(False), "whether torch keeps gradients"),
        (lambda: torch.set_default_device("meta"), "torch's default device"),
        (lambda: os.chdir("/"), "the working folder"),
    ],
)
def test_a_changed_setting_is_seen_and_undone(change: Callable[[], object], what: str) -> None:
    """Each of them by name, with what it was; afterwards it is that."""
    before = settings_now()
    changed = witnessed(change, {}).changed
    assert {name: found for name, (found, _) in changed.items()} == {what: before[what]}
    assert settings_now() == before


def test_what_is_raised_waits_until_it_is_asked_for() -> None:
    """Traces of a call that fails are seen as well."""
    lent = torch.ones(3)

    def call() -> None:
        lent.zero_()
        raise ValueError("after the change")

    seen = witnessed(call, {"images": lent})
    assert seen.written == ("images",)
    with pytest.raises(ValueError, match="after the change"):
        seen.result()
