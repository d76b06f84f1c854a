"""The sheet of examples."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pytest
import torch
from toy_plugins import BadAnomaly, Brighter, HeldOut, ToyImages

import benchkit
from benchkit.registry import Offer
from benchkit.report.sheet import EXAMPLES, SheetRow, sheet, sheet_rows
from benchkit.runner.protocol import Prepared, prepare


@dataclass(frozen=True)
class Blackener(benchkit.AnomalyGenerator):
    """Writes into the images that it is given, which it must not."""

    name: str = "blackener"
    alters_test: bool = False

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> torch.Tensor:
        """Return the images that it has just blackened."""
        return test.images.zero_()


@pytest.fixture(scope="module")
def data() -> Prepared:
    """Return the toy images, cut."""
    return prepare(ToyImages(), torch.device("cpu"))


def rows(data: Prepared, *anomalies: benchkit.AnomalyGenerator) -> list[SheetRow]:
    """Return the sheet's rows."""
    return sheet_rows(data, [Offer(item, "toys", "", "") for item in anomalies], seed=0)


def test_the_first_row_is_normal_and_the_next_is_it_altered(data: Prepared) -> None:
    """Ten 8-bit normal images, and below them the very same ones with the anomaly in them."""
    normal, brighter = rows(data, Brighter())
    assert (normal.label, brighter.label) == ("normal", "brighter")
    assert normal.images.dtype == np.uint8
    assert normal.images.shape == brighter.images.shape == (EXAMPLES, 8, 8)
    lifted = np.clip(normal.images.astype(float) + 0.3 * 255, 0, 255)
    assert np.abs(brighter.images - lifted).max() <= 0.5 + 1e-3


def test_an_anomaly_that_cannot_be_made_says_why() -> None:
    """Where the generator is unsupported its row has no image and gives the reason."""
    small = prepare(ToyImages(classes=2), torch.device("cpu"))
    _, row = rows(small, HeldOut())
    assert len(row.images) == 0
    assert row.note == "skipped: the data set has no class 3"


def test_a_broken_generator_costs_its_own_row_only(data: Prepared) -> None:
    """A result that is no batch of images is said in its row; the others are drawn."""
    _, broken, sound = rows(data, BadAnomaly(), Brighter())
    assert broken.note.startswith("failed: ")
    assert "pixels from" in broken.note
    assert len(sound.images) == EXAMPLES


def test_a_generator_that_writes_into_its_input_changes_no_other_row(data: Prepared) -> None:
    """Each generator gets images of its own."""
    before = rows(data, Brighter())
    after = rows(data, Blackener(), Brighter())
    np.testing.assert_array_equal(after[0].images, before[0].images)
    np.testing.assert_array_equal(after[2].images, before[1].images)


def test_the_picture_shows_every_pixel_enlarged(data: Prepared) -> None:
    """Each image can be found in the picture, three by three dots a pixel, in its row."""
    found = rows(data, Brighter())
    picture = np.asarray(sheet(found))
    for place, row in enumerate(found):
        band = picture[place * 30 : (place + 1) * 30 + 6]
        for image in row.images:
            wanted = np.kron(image, np.ones((3, 3), dtype=np.uint8))
            windows = np.lib.stride_tricks.sliding_window_view(band, wanted.shape)
            assert (windows == wanted).all(axis=(2, 3)).any()


def test_a_note_and_a_label_are_written(data: Prepared) -> None:
    """A row without images leaves dark letters where its name and its reason stand, and nothing breaks on odd names."""
    empty = np.zeros((0, 1, 1), dtype=np.uint8)
    picture = np.asarray(sheet([SheetRow("a\x1b\n名" * 9, empty, "skipped: because " * 90)]))
    assert picture.shape == (96, 190 + 10 * 90)
    assert (picture[:, :190] < 128).any()
    assert (picture[:, 190:] < 128).any()
    assert (picture[0] == 255).all()
