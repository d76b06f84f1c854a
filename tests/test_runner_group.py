"""A fit group beside others: whatever it does with what it was lent, the others' numbers are their own."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import pytest
import torch
from torch import Tensor
from toy_plugins import Brighter, ToyImages

import benchkit


@dataclass(frozen=True)
class KeepsAndWrites(benchkit.Detector):
    """Writes into the training inputs whenever it is asked for ``calls`` scores.

    Attributes:
        calls: of the scorer before the first write.
    """

    name: str = "a-keeps-and-writes"
    calls: int = 0

    def fit(self, normal: Tensor, *, seed: int) -> benchkit.Scorer:
        """Keep what was lent."""
        asked: list[int] = []

        def score(inputs: Tensor) -> Tensor:
            asked.append(len(inputs))
            if len(asked) > self.calls:
                normal.numpy()[:] = 0.5
            return inputs.flatten(1).mean(1)

        return score

    def fit_many(self, normals: list[Tensor], *, seeds: list[int]) -> list[benchkit.Scorer]:  # type: ignore[override]
        """Keep them all."""
        return [self.fit(normal, seed=seed) for normal, seed in zip(normals, seeds, strict=True)]


@dataclass(frozen=True)
class FromMean(benchkit.Detector):
    """Distance from the mean of the training inputs, which has to be theirs."""

    name: str = "b-from-mean"

    def fit(self, normal: Tensor, *, seed: int) -> benchkit.Scorer:
        """Fit the mean."""
        mean = normal.mean(0)
        return lambda inputs: (inputs - mean).square().flatten(1).mean(1)


def run(out: Path, *detectors: benchkit.Detector, seeds: int = 1) -> benchkit.Run:
    """Run toys quickly."""
    data, anomalies = ToyImages(n_train=60, n_test=40), [Brighter()]
    return benchkit.run(
        out=out,
        dataset=data,
        detectors=detectors,
        anomalies=anomalies,
        seeds=seeds,
        timing_seconds=0.01,
        device="cpu",
    )


@pytest.mark.parametrize(("calls", "seeds"), [(0, 1), (6, 1), (0, 2)], ids=["scored", "timed", "fitted-ahead"])
def test_who_writes_into_what_it_keeps_fails_and_spoils_nobody(tmp_path: Path, calls: int, seeds: int) -> None:
    """While it scores or is timed, also where it was fitted together with others: the next gets what there was."""
    alone = run(tmp_path / "alone", FromMean(), seeds=seeds).cells
    cells = run(tmp_path / "beside", KeepsAndWrites(calls=calls), FromMean(), seeds=seeds).cells
    bad = cells[cells.detector == "a-keeps-and-writes"]
    failed = bad[bad.status == "failed"]
    assert len(failed) >= 1  # of two that share inputs the first: the second writes into what nobody else has any more
    assert all("inputs of an earlier call" in reason for reason in failed.reason)
    assert cells[cells.detector == "b-from-mean"].auroc.tolist() == alone.auroc.tolist()


def test_a_scorer_may_fill_one_buffer_again_and_again(tmp_path: Path) -> None:
    """What was scored before stays as it was, in double precision too."""

    @dataclass(frozen=True)
    class OneBuffer(FromMean):
        name: str = "one-buffer"

        def fit(self, normal: Tensor, *, seed: int) -> benchkit.Scorer:
            buffer, score = torch.zeros(1000, dtype=torch.float64), FromMean.fit(self, normal, seed=seed)

            def fill(inputs: Tensor) -> Tensor:
                buffer[: len(inputs)] = score(inputs)
                return buffer[: len(inputs)]

            return fill

    cells = run(tmp_path / "run", OneBuffer(), FromMean()).cells.set_index("detector")
    assert cells.auroc["one-buffer"] == cells.auroc["b-from-mean"] != 0.5
