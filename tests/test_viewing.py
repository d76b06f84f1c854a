"""What a view shows of a data set's images."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from toy_plugins import Brighter, ToyImages

import benchkit
from benchkit import PluginError, Unsupported, UsageError
from benchkit.data import to_bytes
from benchkit.registry import Registry, load_registry
from benchkit.runner import RunSettings
from benchkit.runner.protocol import prepare
from benchkit.runner.solo import solo_for
from benchkit.runner.viewing import see

TOYS = Path(__file__).with_name("toy_plugins.py")
SPLITS = ToyImages().load()


@pytest.fixture(scope="module")
def registry() -> Registry:
    """The toys beside what is installed."""
    return load_registry(files=[TOYS])


def seen(registry: Registry, **asked: Any) -> tuple[np.ndarray, np.ndarray | None]:
    """Return rows and labels."""
    usual = {"dataset": "toy", "view": "columns", "changes": {}, "settings": RunSettings(device="cpu")}
    found = see(registry, **{**usual, **asked})
    rows = np.concatenate(list(found.rows))
    assert len(rows) == found.n == len(found.images)
    assert rows.dtype == np.float32
    return rows, found.labels


def columns(images: torch.Tensor) -> np.ndarray:
    """Return the toy view of images, which are floats of whole grey levels."""
    levels = torch.from_numpy(to_bytes(images)).float() / 255
    return levels.mean(2).flatten(1).numpy()


@pytest.mark.parametrize("split", ["train", "calibration", "test"])
def test_a_split_is_that_of_a_run(split: str, registry: Registry) -> None:
    """The same images in the same order, with their labels."""
    part = getattr(prepare(ToyImages(), torch.device("cpu")), split)
    rows, labels = seen(registry, split=split)
    np.testing.assert_array_equal(rows, columns(part.images.floats()))
    assert labels is not None
    assert labels.tolist() == part.labels.tolist()


def test_the_published_training_images_are_whole_and_in_order(registry: Registry) -> None:
    """Those of the calibration stand where they were published."""
    rows, labels = seen(registry, split="published-train")
    np.testing.assert_array_equal(rows, columns(SPLITS.train.images))
    assert labels is not None
    assert labels.tolist() == SPLITS.train.labels.tolist()
    first, some = seen(registry, split="published-train", limit=7)
    np.testing.assert_array_equal(first, rows[:7])
    assert some is not None
    assert some.tolist() == labels.tolist()[:7]


def test_a_limit_beyond_the_end_is_no_limit(registry: Registry) -> None:
    """All there are."""
    assert len(seen(registry, split="test", limit=10_000)[0]) == 200


def test_anomalies_are_those_of_a_run(registry: Registry) -> None:
    """Made from the half of the test images that does not stay normal, rounded to 8 bits; nobody labels them."""
    data = prepare(ToyImages(), torch.device("cpu"))
    given = data.test.select(~data.stays_normal).floats()
    rows, labels = seen(registry, anomaly="brighter", changes={"brighter": {"amount": 0.1}})
    np.testing.assert_array_equal(rows, columns(Brighter(amount=0.1).generate(given, seed=0)))
    assert labels is None


def test_the_view_is_trained_on_what_is_normal(registry: Registry) -> None:
    """All but the class that is held out; the anomalies are that class."""
    usual = {"dataset": "toy", "view": "columns", "changes": {}, "settings": RunSettings(device="cpu")}
    found = see(registry, anomaly="class-three", **usual)
    data = prepare(ToyImages(), torch.device("cpu"))
    assert found.n_train == int((data.train.labels != 3).sum())
    assert found.n == 20


@dataclass(frozen=True)
class Remembering(benchkit.Detector):
    """Keeps what it was fitted on, where a test finds it."""

    name: str = "remembering"
    view: str = "layer1"

    def fit(self, normal: torch.Tensor, *, seed: int) -> Any:
        """Remember the inputs."""
        KEPT.append(normal.clone())
        return lambda inputs: inputs.flatten(1).mean(1)


KEPT: list[torch.Tensor] = []


def test_activations_are_those_that_a_detector_looks_at(registry: Registry) -> None:
    """A detector that remembers its inputs has seen the very rows."""
    settings = RunSettings(device="cpu", seeds=(3,))
    solo = solo_for(registry, dataset="toy", detector=Remembering(), changes={}, settings=settings)
    solo.score(torch.zeros(1, 1, 8, 8, dtype=torch.uint8))
    rows, _ = seen(registry, view="layer1", settings=settings)
    np.testing.assert_array_equal(rows, KEPT[-1].numpy())


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"split": "tset"}, "Did you mean 'test'"),
        ({"view": "colums"}, "columns"),
        ({"anomaly": "*"}, "expected one"),
        ({"anomaly": "brigter"}, "Did you mean 'brighter'"),
        ({"changes": {"toy": {"n": 1}}}, "n_train"),
    ],
)
def test_a_wrong_request_names_what_is_near(asked: dict[str, Any], said: str, registry: Registry) -> None:
    """Split, view, anomaly, field."""
    with pytest.raises(UsageError, match=said):
        seen(registry, **asked)


def test_a_fault_of_the_view_is_a_plugin_error(registry: Registry) -> None:
    """With its name."""
    with pytest.raises(PluginError, match="BrokenView 'broken-view': fit: got RuntimeError"):
        seen(registry, view="broken-view")


def test_a_view_that_cannot_be_made_says_why(registry: Registry) -> None:
    """A classifier needs two classes."""
    with pytest.raises(Unsupported, match="class"):
        seen(registry, view="layer1", changes={"toy": {"classes": 1}})


def test_a_fault_of_the_anomaly_is_a_plugin_error(registry: Registry) -> None:
    """With its name; one that cannot be made says why."""
    with pytest.raises(Unsupported, match="no class 3"):
        seen(registry, anomaly="class-three", changes={"toy": {"classes": 2}})
