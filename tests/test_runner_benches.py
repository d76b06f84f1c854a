"""The benches of a worker."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from toy_plugins import Brighter, Brightness, ToyImages

from benchkit.registry import Offer
from benchkit.runner import benches as module
from benchkit.runner.benches import Benches
from benchkit.runner.ledger import Ledger
from benchkit.runner.machine import machine_for
from benchkit.runner.plan import Task
from benchkit.runner.protocol import prepare
from benchkit.runner.settings import RunSettings

CPU = torch.device("cpu")


@pytest.fixture
def benches() -> Benches:
    """Return benches over the toy images."""
    return Benches(prepare(ToyImages(), CPU), RunSettings(), machine_for("cpu"), Ledger(CPU))


def task(seed: int) -> Task:
    """Return a task with one anomaly."""
    return Task(Offer(ToyImages(), "toys", "", ""), None, seed, (), (Offer(Brighter(), "toys", "", ""),), {})


def test_a_task_meets_its_own_bench_again(benches: Benches) -> None:
    """Whoever goes round several tasks finds each laid out as it was, also with another detector."""
    first, second = benches.of(task(0)), benches.of(task(1))
    assert first is not second
    assert benches.of(replace(task(0), detectors=(Offer(Brightness(), "toys", "", ""),))) is first
    assert benches.of(task(1)) is second


def test_the_one_that_was_used_least_recently_goes(benches: Benches, monkeypatch: pytest.MonkeyPatch) -> None:
    """No more are kept than there may be."""
    monkeypatch.setattr(module, "MOST", 2)
    first, second = benches.of(task(0)), benches.of(task(1))
    assert benches.of(task(0)) is first
    benches.of(task(2))
    assert benches.of(task(0)) is first
    assert benches.of(task(1)) is not second
