"""The doors: names are checked, records are frozen, wrong tensors are refused."""

from __future__ import annotations

import dataclasses
from fractions import Fraction

import numpy as np
import pytest
import torch
from toy_plugins import Brighter, Brightness, ToyImages, ToyView

import benchkit


@pytest.mark.parametrize(
    "name", ["", "Upper", "two words", "under_score", "-dash", "dash-", "a--b", "../up", "a@", "@b"]
)
@pytest.mark.parametrize("door", [Brightness, Brighter, ToyImages, ToyView])
def test_names_are_lower_case_words_joined_by_hyphens(door: type, name: str) -> None:
    """A name that could break a table, a pattern or a path is refused."""
    with pytest.raises(benchkit.UsageError, match="lower-case words"):
        door(name=name)


def test_a_name_may_carry_its_view() -> None:
    """A detector on another view is called NAME@VIEW."""
    assert Brightness(name="pixel-ae@layer1").name == "pixel-ae@layer1"


def test_plugin_objects_are_frozen() -> None:
    """A setting cannot be changed behind the back of a run that recorded it."""
    with pytest.raises(dataclasses.FrozenInstanceError):
        Brightness().scale = 2.0  # type: ignore[misc]


@pytest.mark.parametrize(
    ("images", "labels"),
    [
        (torch.zeros(2, 8, 8), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 3, 8, 8), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 1, 8, 8), torch.zeros(3, dtype=torch.int64)),
        (torch.zeros(2, 1, 8, 8, dtype=torch.float64), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 1, 8, 8, dtype=torch.int8), torch.zeros(2, dtype=torch.int64)),
        (torch.zeros(2, 1, 8, 8), torch.zeros(2)),
    ],
)
def test_images_of_the_wrong_shape_or_type_are_refused(images: torch.Tensor, labels: torch.Tensor) -> None:
    """Labelled images are float32 or uint8 N×1×H×W with int64 labels N, or a DataError that says what they are."""
    with pytest.raises(benchkit.DataError, match="expected N×1×H×W"):
        benchkit.LabelledImages(images, labels)


def test_images_may_be_grey_levels() -> None:
    """A byte a pixel is a quarter of the memory, and stays so when some are selected."""
    levels = benchkit.LabelledImages(torch.zeros(2, 1, 8, 8, dtype=torch.uint8), torch.tensor([0, 1]))
    assert levels.select(torch.tensor([1])).images.dtype == torch.uint8


def test_selection_takes_positions_and_masks() -> None:
    """Positions and a boolean mask select the same images with their labels."""
    data = ToyImages().load().test
    mask = data.labels == 4
    by_mask, by_position = data.select(mask), data.select(mask.nonzero()[:, 0])
    assert torch.equal(by_mask.images, by_position.images)
    assert by_mask.labels.tolist() == [4] * len(by_mask)


@pytest.mark.parametrize("path", ["/etc/passwd", "../up", "a/../../b", ""])
def test_remote_files_stay_in_the_data_folder(path: str) -> None:
    """A plugin cannot name a file outside the data folder."""
    with pytest.raises(benchkit.UsageError, match="leave the data folder"):
        benchkit.RemoteFile(path, "0" * 64, (), 0)


def test_a_view_offers_itself_by_default() -> None:
    """A view object that says nothing else offers one view of its own name."""

    @dataclasses.dataclass(frozen=True)
    class Plain(benchkit.View):
        def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> dict:
            return {}

    assert Plain("edges").offers() == ("edges",)


@pytest.mark.parametrize(
    "value", [-1.0, float("nan"), float("inf"), "many", None, torch.ones(()), pytest.param(10**400, id="huge")]
)
@pytest.mark.parametrize("field", ["flop", "bytes"])
def test_stated_work_is_an_amount(field: str, value: object) -> None:
    """A number of operations or bytes is finite and not negative, or a UsageError that names it."""
    stated = {"flop": 1.0, "bytes": 1.0, field: value}
    with pytest.raises(benchkit.UsageError, match=f"got {field}="):
        benchkit.Work(**stated)  # type: ignore[arg-type]


@pytest.mark.parametrize("value", [0, 3, 2.5e9, np.float64(1.5), np.int64(7), np.float32(1.5), Fraction(3, 2)])
def test_any_real_number_can_be_stated(value: float) -> None:
    """Python's and NumPy's numbers will do; they become Python's, which every row can hold."""
    stated = benchkit.Work(value, value)
    assert stated == benchkit.Work(flop=value, bytes=value)
    assert (type(stated.flop), type(stated.bytes)) == (float, float)


def test_a_detector_states_no_work_by_default() -> None:
    """Then it is counted."""
    assert Brightness().work(torch.zeros(1, 1, 8, 8)) is None
