"""Detectors that work with the subject model behind a view."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import pytest
import torch
from torch import Tensor
from toy_plugins import ToyImages

import benchkit

Looks = Mapping[str, Callable[[Tensor], Tensor]]

GIVEN: list[tuple[tuple[int, ...], list[str]]] = []


@dataclass(frozen=True)
class Steepness(benchkit.SubjectDetector):
    """How steeply the logits change with the image, beside what the last layer says."""

    name: str = "steepness"
    view: str = "layer2"

    def fit_subject(self, normal: Tensor, looks: Looks, *, seed: int) -> benchkit.Scorer:
        """Remember what was given."""
        GIVEN.append((tuple(normal.shape), sorted(looks)))

        def score(images: Tensor) -> Tensor:
            with torch.enable_grad():
                asked = images.clone().requires_grad_()
                (slope,) = torch.autograd.grad(looks["logits"](asked).max(1).values.sum(), asked)
            return slope.flatten(1).norm(dim=1) + looks[self.view](images).sum(1)

        return score


@pytest.fixture(scope="module")
def run(tmp_path_factory: pytest.TempPathFactory) -> benchkit.Run:
    """Run it on its own view and on another, beside a detector that shares the subject model."""
    GIVEN.clear()
    return benchkit.run(
        dataset=ToyImages(), detectors=[Steepness(), Steepness("steepness-pixels", "pixels"), "gaussian-layer2"],
        anomalies=["noise-4", "held-out-9"], out=tmp_path_factory.mktemp("runs"),
        name="x", timing_seconds=0.01, device="cpu",
    )  # fmt: skip


def row(run: benchkit.Run, detector: str) -> dict[str, object]:
    """Return the row of a detector on noise."""
    cells = run.cells
    found = cells[(cells["detector"] == detector) & (cells["anomaly"] == "noise-4")]
    return dict(found.iloc[0])


def test_it_gets_images_and_every_view_of_the_object(run: benchkit.Run) -> None:
    """Images as they are, and all functions of the subject that its view comes from; scores and speed follow."""
    shape, looks = GIVEN[0]
    assert shape[1:] == (1, 8, 8)
    assert looks == ["layer1", "layer2", "logits"]
    steep = row(run, "steepness")
    assert (steep["status"], steep["view"]) == ("ok", "layer2")
    assert float(str(steep["images_per_second"])) > 0


def test_its_row_says_which_subject_it_was(run: benchkit.Run) -> None:
    """The settings of the view's object stand in the row, as in that of any detector that looks there."""
    assert row(run, "steepness")["view_settings"] == row(run, "gaussian-layer2")["view_settings"] != ""


def test_a_view_without_what_it_needs_is_its_own_matter(run: benchkit.Run) -> None:
    """Where the object offers no logits the detector finds out, and the cell says so; the others go on."""
    lacking = row(run, "steepness-pixels")
    assert lacking["status"] == "failed"
    assert "KeyError: 'logits'" in str(lacking["reason"])


def test_a_tensor_alone_is_refused() -> None:
    """There is no subject model in it."""
    with pytest.raises(benchkit.Unsupported, match=r"'steepness' works with the subject model behind .*'layer2'"):
        Steepness().fit(torch.rand(4, 1, 8, 8), seed=0)
