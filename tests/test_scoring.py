"""From files to verdicts."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from picture_helpers import saved, seven
from PIL import Image
from scoring_helpers import own_image, scoring
from toy_plugins import Brightness, ToyImages

import benchkit
from benchkit import DataError, Scoring, UsageError
from benchkit.data import to_bytes
from benchkit.measure.threshold import Threshold
from benchkit.report.scoring import COLUMNS

TOYS = Path(__file__).with_name("toy_plugins.py")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Toy test images as PNG files, the third of them all white."""
    for number, levels in enumerate(to_bytes(ToyImages().load().test.images[:5])[:, 0]):
        saved(Image.fromarray(levels if number != 2 else np.full_like(levels, 255)), tmp_path / f"{number}.png")
    return tmp_path


def score(images: object, **more: object) -> Scoring:
    """Score with the toy detector on the toy images, from Python."""
    asked = {"detector": "brightness", "dataset": "toy", "plugins": [TOYS], "device": "cpu", "polarity": "keep"}
    return benchkit.score(images, **{**asked, **more})  # type: ignore[arg-type]


def test_each_image_gets_a_row(folder: Path) -> None:
    """In the order of the files; the white one is above all normals."""
    table = score(folder).table
    assert tuple(table.columns) == COLUMNS
    assert [Path(file).name for file in table["file"]] == [f"{number}.png" for number in range(5)]
    assert table["verdict"][2] == "anomalous"
    assert table["share_below"][2] == 1.0
    assert table["label"].isna().all()
    assert (table["threshold"] == table["threshold"][0]).all()


def test_the_scores_are_those_of_the_pixels(folder: Path) -> None:
    """What the detector itself says of these very images."""
    splits = ToyImages().load()
    found = score(folder, polarity="invert")
    train = splits.train.images
    low, high = (
        float((1 - each.mean() - train.mean()).abs()) for each in (splits.test.images[0], splits.test.images[1])
    )
    assert found.table["score"][:2].tolist() == pytest.approx([low, high], abs=2e-3)  # of 90 % of the training images


def test_the_most_anomalous_first(folder: Path) -> None:
    """Sorted, and the first of them; the index still says which it was."""
    whole, ranked = score(folder).table, score(folder, sort=True).table
    assert ranked["score"].tolist() == sorted(whole["score"], reverse=True)
    assert sorted(ranked["index"]) == list(range(5))
    best = score(folder, top=1).table
    assert best["index"].tolist() == [2]
    assert len(score(folder, top=99).table) == 5


def test_paths_and_objects_are_taken(folder: Path) -> None:
    """One path, a text, several; a detector and a data set as objects."""
    expected = score(folder).table["score"].tolist()
    for given in (str(folder), [folder], [folder / f"{number}.png" for number in range(5)]):
        assert score(given, detector=Brightness(), dataset=ToyImages(), plugins=()).table["score"].tolist() == expected


def test_classes_change_what_is_normal(folder: Path) -> None:
    """Fewer images to be fitted on, and the classes are remembered."""
    assert score(folder, normal_labels=[1, 2]).normal_labels == {1, 2}
    found = score(folder, held_out=[3])
    assert found.normal_labels == set(range(10)) - {3}
    assert found.scored.n_train < score(folder).scored.n_train


def test_a_picture_by_hand_is_made_like_the_data_set(tmp_path: Path) -> None:
    """Of its size, dark at the border as the toys are."""
    found = score(saved(seven().convert("RGB"), tmp_path / "7.png"), polarity="auto")
    (image,) = found.images
    assert image.levels.shape == (8, 8)
    assert image.levels[0].max() < 60
    assert found.table["converted"][0].startswith("colours to grey (ITU-R 601 luma); 160 × 200 pixels")


def test_where_nothing_can_be_read_nothing_is_fitted(tmp_path: Path) -> None:
    """One file says what is wrong with it; of several, each does."""
    paths = [tmp_path / f"{number}.png" for number in range(30)]
    for path in paths:
        path.write_text("no picture")
    with pytest.raises(DataError, match=r"0\.png: got the first bytes"):
        score(paths[0])
    with pytest.raises(DataError, match=r"got 30 files, of which none can be read\. .*And 10 more"):
        score(paths)


def test_the_request_is_looked_at_first(tmp_path: Path) -> None:
    """Before anything is loaded: a near miss is named."""
    with pytest.raises(UsageError, match=r"polarity: got 'inverted'.*Did you mean 'invert'"):
        score(tmp_path / "none.png", polarity="inverted")


def test_labels_places_and_both_sides_stand_in_the_table() -> None:
    """Where they are known; a threshold of two sides flags what is too low as well."""
    images = (own_image(0, label=7, place=3), *map(own_image, range(1, 4)))
    scored = scoring().scored
    table = scoring(
        images=images, scored=type(scored)("far", "pixels", scored.scores, scored.calibration, Threshold(5, 0), 9)
    ).table
    assert table["label"].tolist()[0] == 7
    assert table["label"].isna().tolist() == [False, True, True, True]
    assert table["place"].tolist()[0] == 3
    assert table["verdict"].tolist() == ["normal", "normal", "anomalous", "anomalous"]
    assert table["threshold_low"].tolist() == [0] * 4


def test_what_python_shows_of_it_is_short() -> None:
    """Not every pixel of ten thousand images."""
    assert repr(scoring()) == "<Scoring: far on toy: 2 of 4 anomalous, 1 not read>"
