"""What a cell has to show, from real fits and from scorers that show what they should not."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import benchkit
from benchkit.results import Exhibit, exhibit_file, read_exhibit, scores_file
from benchkit.runner.exhibiting import IN_LATENT, OF_A_RANK, on_two_axes, ranks


@dataclass(frozen=True)
class Shows(benchkit.Detector):
    """Scores by brightness; shows what ``what`` says."""

    name: str = "shows"
    what: str = "all"

    def fit(self, normal: Tensor, *, seed: int) -> Any:
        """Return a scorer that shows it."""
        return {"all": _All, "nothing": _Brightness, "wrong": _Wrong, "raises": _Raises}[self.what]()


class _Brightness:
    def __call__(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1).mean(1)


class _All(_Brightness):
    losses = (3.0, 2.0, 1.5)

    def reconstruct(self, inputs: Tensor) -> Tensor:
        return 1 - inputs

    def encode(self, inputs: Tensor) -> Tensor:
        return torch.stack([inputs.flatten(1).mean(1), inputs.flatten(1).std(1)], 1)


class _Wrong(_Brightness):
    losses = (float("nan"),)

    def reconstruct(self, inputs: Tensor) -> Tensor:
        return inputs.flatten(1)

    def encode(self, inputs: Tensor) -> Tensor:
        return inputs


class _Raises(_Brightness):
    def reconstruct(self, inputs: Tensor) -> Tensor:
        raise ValueError("no pictures today")


def exhibit_of(tmp_path: Path, detector: benchkit.Detector, **options: Any) -> Exhibit:
    """Run one detector on noise and read what it has to show."""
    run = benchkit.run(
        dataset="digits", detectors=[detector], anomalies=["noise-4"], out=tmp_path, name="run",
        timing_seconds=0.01, batch_size=64, **options,
    )  # fmt: skip
    assert run.ok
    path = scores_file(dataset="digits", detector=detector.name, anomaly="noise-4", seed=0)
    return read_exhibit(run.folder / exhibit_file(path))


def test_what_a_scorer_shows_is_kept(tmp_path: Path) -> None:
    """Images of every rank with their reconstructions, the latent space and the losses."""
    found = exhibit_of(tmp_path, Shows())
    run = benchkit.load_run(tmp_path / "run")
    scores = run.scores(dataset="digits", detector="shows", anomaly="noise-4", seed=0)
    for part, kind in ((found.normal, "normal"), (found.anomaly, "anomaly")):
        assert len(part.index) == 3 * OF_A_RANK
        assert part.index[-1] == scores[kind].argmax()
        assert (np.diff(scores[kind][part.index]) >= 0).all()
        assert np.array_equal(part.reconstructions, 255 - part.images)
        assert len(part.latent) == min(IN_LATENT, len(scores[kind]))
    assert found.losses.tolist() == [3.0, 2.0, 1.5]
    assert (found.latent_share, found.note) == (1.0, "")


def test_places_and_labels_are_those_of_the_test_split(tmp_path: Path) -> None:
    """A normal image can be found again in the published split; nobody knows an anomaly's class."""
    from benchkit.registry import load_registry

    found = exhibit_of(tmp_path, Shows(what="nothing")).normal
    test = load_registry().datasets["digits"].item.load().test
    place = torch.from_numpy(found.place)
    assert np.array_equal(test.images[place].numpy(), found.images)  # grey levels, as the scans have them
    assert test.labels[place].tolist() == found.labels.tolist()


def test_a_scorer_need_not_show_anything(tmp_path: Path) -> None:
    """Its images are kept all the same."""
    found = exhibit_of(tmp_path, Shows(what="nothing"))
    assert len(found.anomaly.images) == 3 * OF_A_RANK
    assert len(found.anomaly.reconstructions) == len(found.anomaly.latent) == len(found.losses) == 0
    assert found.note == ""


@pytest.mark.parametrize(
    ("what", "said"),
    [("wrong", ["reconstruct: got", "encode: got", "losses: got"]), ("raises", ["ValueError: no pictures today"])],
)
def test_a_scorer_that_shows_nonsense_loses_the_picture_and_not_the_cell(
    tmp_path: Path, what: str, said: list[str]
) -> None:
    """The note says what was wrong."""
    found = exhibit_of(tmp_path, Shows(what=what))
    assert all(each in found.note for each in said)
    assert len(found.normal.reconstructions) == len(found.losses) == 0


def test_a_view_of_vectors_is_a_latent_space(tmp_path: Path) -> None:
    """Of more than two numbers the first two principal components of the normals are shown, with their share."""
    run = benchkit.run(
        dataset="digits", detectors=["gaussian@layer1"], anomalies=["noise-4"], out=tmp_path, name="run",
        timing_seconds=0.01, batch_size=64,
    )  # fmt: skip
    path = scores_file(dataset="digits", detector="gaussian@layer1", anomaly="noise-4", seed=0)
    found = read_exhibit(run.folder / exhibit_file(path))
    assert found.normal.latent.shape[1] == 2
    assert 0.0 < found.latent_share < 1.0


def test_a_run_without_scores_keeps_no_exhibits(tmp_path: Path) -> None:
    """``--no-scores`` keeps the disk free of both."""
    with pytest.raises(benchkit.StoreError):
        exhibit_of(tmp_path, Shows(), save_scores=False)


@given(scores=st.lists(st.floats(-5, 5), min_size=1, max_size=80).map(np.array))
def test_ranks_hold_both_ends_and_each_image_once(scores: np.ndarray) -> None:
    """By increasing score."""
    index = ranks(scores)
    assert len(set(index.tolist())) == len(index) == min(len(scores), 3 * OF_A_RANK)
    assert (np.diff(scores[index]) >= 0).all()
    assert {scores[index].min(), scores[index].max()} == {scores.min(), scores.max()}


def test_principal_axes_are_those_of_the_normals() -> None:
    """Against scikit-learn, with the sign that makes the largest part positive."""
    from sklearn.decomposition import PCA

    source = np.random.default_rng(0)
    normal, anomaly = source.normal(size=(200, 5)) * [5, 3, 1, 1, 1], source.normal(size=(50, 5))
    (first, second), share = on_two_axes(torch.from_numpy(normal), torch.from_numpy(anomaly))
    reference = PCA(2).fit(normal)
    assert np.abs(first) == pytest.approx(np.abs(reference.transform(normal)), abs=1e-4)
    assert np.abs(second) == pytest.approx(np.abs(reference.transform(anomaly)), abs=1e-4)
    assert share == pytest.approx(reference.explained_variance_ratio_.sum())


@pytest.mark.parametrize("numbers", [1, 2])
def test_one_or_two_numbers_are_shown_as_they_are(numbers: int) -> None:
    """A single one beside zeros."""
    points = torch.arange(6.0).reshape(-1, numbers)
    (first, _), share = on_two_axes(points, points)
    assert first.shape == (len(points), 2)
    assert np.array_equal(first[:, :numbers], points.numpy())
    assert share == 1.0


class _Meddles(_Brightness):
    """Changes what others count on while it says how it was trained."""

    @property
    def losses(self) -> tuple[float, ...]:
        torch.set_default_dtype(torch.float64)
        torch.manual_seed(99)
        return (1.0,)


class _Wide(_Brightness):
    losses = (1e300,)

    def encode(self, inputs: Tensor) -> Tensor:
        return inputs.new_zeros(len(inputs), 50_000)


@pytest.mark.parametrize(("made", "said"), [(_Meddles, ""), (_Wide, "1 to 4,096 numbers")])
def test_what_is_shown_changes_nothing_for_others(made: Any, said: str) -> None:
    """Losses may be a property, which is code of the plugin; what is too large to be drawn is noted."""
    from benchkit.registry import given_offer, load_registry
    from benchkit.runner.exhibiting import Exhibitor, Ranked
    from benchkit.runner.grey_images import GreyImages

    images = GreyImages(torch.zeros(5, 1, 4, 4, dtype=torch.uint8), torch.device("cpu"))
    ranked = Ranked.of_anomaly(images, np.arange(5.0))
    state = torch.get_rng_state()
    offer = given_offer(load_registry(), Shows(), "detector")
    found = Exhibitor(offer, made(), lambda inputs: inputs, 0).exhibit(ranked, ranked)
    assert torch.get_default_dtype() == torch.float32
    assert torch.equal(torch.get_rng_state(), state)
    assert said in found.note
    assert len(found.losses) == (made is _Meddles)
