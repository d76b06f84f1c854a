"""What a plugin may try against the rows of others, in one run of a real process."""

from __future__ import annotations

import pandas as pd
import pytest
from fault_helpers import Command, until

PLUGIN = '''
import os
from collections.abc import Callable
from dataclasses import dataclass
from typing import NoReturn

from torch import Tensor

import benchkit


class Trap(KeyboardInterrupt):
    """Ends the process that opens it."""

    def __reduce__(self) -> tuple[object, ...]:
        return os._exit, (77,)


@dataclass(frozen=True)
class Plain(benchkit.Detector):
    name: str = "honest"

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        centre = normal.mean(0)
        return lambda inputs: (inputs - centre).flatten(1).norm(dim=1)


@dataclass(frozen=True)
class Trapped(Plain):
    name: str = "brings-a-trap"

    def fit(self, normal: Tensor, *, seed: int) -> NoReturn:
        raise Trap


@dataclass(frozen=True)
class Chatty(Plain):
    name: str = "says-a-lot"

    def fit(self, normal: Tensor, *, seed: int) -> NoReturn:
        raise ValueError("x" * 10_000_000)


@dataclass(frozen=True)
class Forks(Plain):
    name: str = "forks"

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        os.fork()
        return super().fit(normal, seed=seed)


@dataclass(frozen=True)
class Impostor(Plain):
    """Calls itself something else where it is fitted."""

    name: str = "impostor"
    to_be: str = "honest"

    def __getstate__(self) -> dict[str, str]:
        return {"name": self.to_be, "to_be": self.to_be}


@dataclass(frozen=True)
class Brighter(benchkit.AnomalyGenerator):
    name: str = "brighter"

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        return (test.images + 0.1).clamp(0, 1)


@benchkit.hookimpl
def benchkit_detectors() -> list[benchkit.Detector]:
    return [Trapped(), Chatty(), Plain(), Forks(), Impostor(), Impostor("outsider", to_be="../../outside")]


@benchkit.hookimpl
def benchkit_anomaly_generators() -> list[benchkit.AnomalyGenerator]:
    return [Brighter()]
'''


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> pd.DataFrame:
    """Every detector of the plugin file, on the embedded digits, as they were stored."""
    folder = tmp_path_factory.mktemp("attacks")
    (folder / "attacks.py").write_text(PLUGIN)
    names = ("brings-a-trap", "forks", "says-a-lot", "honest", "impostor", "outsider")
    wanted = [word for name in names for word in ("-d", name)]
    command = Command(
        *("run", "--plugin", "attacks.py", "--device", "cpu", "-a", "brighter", "--timing-seconds", "0.01"),
        *("--out", "runs", "--name", "attacks", *wanted), cwd=folder,
    )  # fmt: skip
    assert command.wait() == 1, command.err
    until(lambda: not command.workers(), 10)
    assert not command.workers()  # nor a copy of one
    kept = ["digits--forks--brighter--s0.npz", "digits--honest--brighter--s0.npz"]
    for part in ("scores", "exhibits"):
        assert sorted(path.name for path in (folder / "runs" / "attacks" / part).iterdir()) == kept
    assert len([*folder.rglob("*.npz")]) == 2 * len(kept)
    return pd.read_json(folder / "runs" / "attacks" / "cells.jsonl", lines=True).set_index("detector")


def test_every_row_is_there_once_under_its_own_name(run: pd.DataFrame) -> None:
    """Nobody else's row is lost, none takes the place of another, and no name leaves the folder."""
    assert sorted(run.index) == ["brings-a-trap", "forks", "honest", "impostor", "outsider", "says-a-lot"]
    assert sorted(run.index[run["status"] == "ok"]) == ["forks", "honest"]


@pytest.mark.parametrize(("impostor", "to_be"), [("impostor", "honest"), ("outsider", "../../outside")])
def test_a_detector_that_calls_itself_another_fails(run: pd.DataFrame, impostor: str, to_be: str) -> None:
    """Its reason says under which name its cells came, and under which they were expected."""
    reason = run.loc[impostor, "reason"]
    assert f"got cells of [('digits', '{to_be}'" in reason
    assert f"expected [('digits', '{impostor}'" in reason


def test_what_an_exception_brings_along_is_not_opened_by_the_run(run: pd.DataFrame) -> None:
    """An exception that ends whoever receives it fails its own row."""
    assert run.loc["brings-a-trap", "status"] == "failed"
    assert "KeyboardInterrupt" in run.loc["brings-a-trap", "reason"]


def test_a_message_of_megabytes_is_shortened(run: pd.DataFrame) -> None:
    """A row's reason can be read."""
    assert 1000 < len(run.loc["says-a-lot", "reason"]) < 5000
