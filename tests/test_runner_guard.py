"""Calls into plugins: what they may not do is caught and named."""

from __future__ import annotations

import random

import numpy as np
import pytest
import torch
from toy_plugins import FAULTY_SCORERS, Hostile

import benchkit
from benchkit.registry import Offer
from benchkit.runner import guard

OFFER = Offer(Hostile(), "toys", "toy-box", "1.0")


def test_global_randomness_is_left_as_found() -> None:
    """A plugin that draws from the global states changes nobody else's numbers."""
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    expected = (float(torch.rand(())), random.random(), np.random.rand())
    torch.manual_seed(1)
    random.seed(1)
    np.random.seed(1)
    with guard.isolated(99):
        torch.rand(3), random.random(), np.random.rand(3)
    assert (float(torch.rand(())), random.random(), np.random.rand()) == expected


def test_global_randomness_is_seeded() -> None:
    """A plugin that draws from the global states gets the same numbers for the same seed."""

    def draw(seed: int) -> tuple[float, float, float]:
        with guard.isolated(seed):
            return float(torch.rand(())), random.random(), float(np.random.rand())

    assert draw(5) == draw(5)
    assert draw(5) != draw(6)


def test_what_is_not_even_an_exception_is_a_fault_of_the_plugin() -> None:
    """A panic of a compiled extension becomes an exception that a cell can be made of; Ctrl-C passes."""

    class Panic(BaseException):
        pass

    with pytest.raises(RuntimeError, match="Panic: at line 3"), guard.isolated(0):
        raise Panic("at line 3")
    with pytest.raises(KeyboardInterrupt), guard.isolated(0):
        raise KeyboardInterrupt


def test_what_a_plugin_prints_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Standard output belongs to the table."""
    with guard.isolated(0):
        print("noise from a plugin")
    captured = capsys.readouterr()
    assert captured.out == ""
    assert "noise from a plugin" in captured.err


@pytest.mark.parametrize("fault", sorted(set(FAULTY_SCORERS) - {"score-raises", "score-mutates"}))
def test_wrong_scores_are_refused(fault: str) -> None:
    """NaN, a wrong length, shape, type or device is a ContractError that names plugin and distribution."""
    with pytest.raises(benchkit.ContractError, match=r"'toys' .toy-box 1.0.*Hostile 'hostile'.*expected"):
        guard.scores_of(FAULTY_SCORERS[fault], torch.zeros(5, 3), OFFER)


def test_good_scores_come_back_in_double_precision() -> None:
    """Scores are concatenated over batches, in order, as float64."""
    inputs = torch.arange(10_000.0)[:, None]
    scores = guard.scores_of(lambda batch: batch[:, 0] * 2, inputs, OFFER)
    assert scores.dtype == torch.float64
    assert torch.equal(scores, inputs[:, 0].double() * 2)


@pytest.mark.parametrize("write", [lambda x: x.add_(1), lambda x: x.numpy().__setitem__(0, 5.0)])
def test_changed_inputs_are_noticed(write: object) -> None:
    """Inputs changed through torch or through NumPy are a ContractError."""
    inputs = torch.zeros(100, 4)
    with pytest.raises(benchkit.ContractError, match="changed in place"), guard.untouched(inputs, OFFER, "fit"):
        write(inputs)  # type: ignore[operator]


def test_untouched_inputs_pass() -> None:
    """Reading inputs is no offence."""
    inputs = torch.ones(100, 4)
    with guard.untouched(inputs, OFFER, "fit"):
        assert float(inputs.sum()) == 400


def test_explanations_have_a_status_and_a_place() -> None:
    """An exception becomes a status and one paragraph with plugin, method, type, message, file and line."""
    try:
        raise ValueError("two\nlines")
    except ValueError as error:
        status, reason = guard.explain(error, OFFER, "fit")
    assert status == "failed"
    assert "\n" not in reason
    for part in ("'toys' (toy-box 1.0)", "fit", "ValueError: two lines", "test_runner_guard.py:"):
        assert part in reason


def test_explanations_are_one_printable_line_whatever_was_said() -> None:
    """Terminal escapes and line ends of a plugin's message are tamed; a message that cannot be had says so."""

    class MuteError(Exception):
        def __str__(self) -> str:
            raise ValueError("no")

    assert guard.explain(benchkit.Unsupported("a\n\x1b[31mb"), OFFER, "fit") == ("skipped", r"a \x1b[31mb")
    assert r"ValueError: \x1b[2J !" in guard.explain(ValueError("\x1b[2J\n!"), OFFER, "fit")[1]
    assert "MuteError: (its message cannot be shown)" in guard.explain(MuteError(), OFFER, "fit")[1]


def test_out_of_memory_and_unsupported_have_their_own_status() -> None:
    """Memory that runs out is ``oom``; Unsupported is ``skipped`` with its own reason, word for word."""
    assert guard.explain(MemoryError("x"), OFFER, "fit")[0] == "oom"
    assert guard.explain(torch.OutOfMemoryError("x"), OFFER, "fit")[0] == "oom"
    assert guard.explain(benchkit.Unsupported("needs colour"), OFFER, "fit") == ("skipped", "needs colour")


@pytest.mark.parametrize(
    "seen",
    [None, torch.zeros(4), torch.zeros(3, 2), torch.zeros(4, 2, dtype=torch.int32), torch.full((4, 2), float("nan"))],
)
def test_wrong_views_are_refused(seen: object) -> None:
    """A view that does not return one finite float row an image is a ContractError."""
    with pytest.raises(benchkit.ContractError, match="view 'layer9'"):
        guard.check_inputs(seen, torch.zeros(4, 1, 2, 2), "layer9", OFFER)
