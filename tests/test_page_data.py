"""What a report page is drawn from."""

from __future__ import annotations

import base64
import io
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from page_helpers import made_run
from PIL import Image

from benchkit import UsageError
from benchkit.measure.metrics import METRICS
from benchkit.page.choice import Choice
from benchkit.page.data import boards_of, lacks_of
from benchkit.report import leaderboards
from benchkit.results import StoredRun

ALL = Choice()


def board_of(run: StoredRun, choice: Choice = ALL) -> dict[str, Any]:
    """Return the data of a run's only board."""
    (board,) = boards_of(run, choice)
    return board


def pair_of(run: StoredRun, row: str = "one", member: str = "noise-1", choice: Choice = ALL) -> Any:
    """Return the data of one pair."""
    board = board_of(run, choice)
    return board["pairs"][board["heat"]["rows"].index(row)][board["heat"]["members"].index(member)]


def test_the_tables_are_those_of_benchkit_table(tmp_path: Path) -> None:
    """The same texts, intervals, marks and notes in the same places, and the unrounded number beside each."""
    run = made_run(tmp_path)
    (board,) = leaderboards([run])
    for section, shown in zip(board.sections, board_of(run)["sections"], strict=True):
        assert (section.title, list(section.notes)) == (shown["title"], shown["notes"])
        assert [heading.label for heading in section.headings] == shown["headings"]
        for row, line in zip(section.rows, shown["rows"], strict=True):
            assert row.label == line["label"]
            for entry, got in zip(row.entries, line["entries"], strict=True):
                assert (entry.text, entry.interval, entry.best) == (got["text"], got["interval"], got["best"])
                assert got["value"] == ("" if entry.value is None else repr(float(entry.value)))


def test_the_heat_map_has_every_metric_of_every_cell(tmp_path: Path) -> None:
    """Numbers are those of the cells, in the order of the leaderboard, which is not that of the run."""
    run = made_run(tmp_path)
    heat = board_of(run)["heat"]
    assert (heat["rows"], heat["members"]) == (["two", "one"], ["noise-1", "noise-2"])
    assert [shade["name"] for shade in heat["shades"]] == list(METRICS)
    cells = run.cells.set_index(["detector", "anomaly"])
    for shade in heat["shades"]:
        for row, entries in zip(heat["rows"], shade["entries"], strict=True):
            for member, entry in zip(heat["members"], entries, strict=True):
                assert float(entry["value"]) == cells.loc[(row, member), shade["name"]]


def test_a_curve_ends_in_its_corners_and_has_the_area_of_the_metric(tmp_path: Path) -> None:
    """Thinned and rounded to thousandths, the ROC curve still has the AUROC to half a hundredth."""
    run = made_run(tmp_path)
    x, y = (np.array(each) / 1000 for each in pair_of(run)["roc"])
    assert (x[0], y[0], x[-1], y[-1]) == (0, 0, 1, 1)
    assert len(x) <= 100
    auroc = run.cells.set_index(["detector", "anomaly"]).loc[("one", "noise-1"), "auroc"]
    assert np.trapezoid(y, x) == pytest.approx(auroc, abs=0.005)


@pytest.mark.parametrize("policy", ["quantile:0.95", "zscore:1"])
def test_the_decision_at_the_threshold_is_that_of_the_cell(tmp_path: Path, policy: str) -> None:
    """The share of flagged anomalies is the recall, with thresholds on one side or on both."""
    run = made_run(tmp_path, policy=policy)
    pair, row = pair_of(run), run.cells.iloc[0]
    assert pair["flagged"][1] == pytest.approx(row["recall"], abs=1e-5)
    assert pair["limits"][1] == pytest.approx(row["threshold"], rel=1e-4)
    assert (pair["limits"][0] is None) == (policy == "quantile:0.95")
    histogram = pair["histogram"]
    assert sum(histogram["normal"]) == pytest.approx(100_000, abs=30)
    assert histogram["low"] <= min(limit for limit in pair["limits"] if limit is not None)


def test_the_gallery_shows_who_is_who(tmp_path: Path) -> None:
    """Each picture of the sheet is the image of its rank, its reconstruction a sheet's half later; marks are right."""
    pair = pair_of(made_run(tmp_path))
    gallery = pair["gallery"]
    sheet = np.asarray(Image.open(io.BytesIO(base64.b64decode(gallery["png"]))))

    def level(tile: int) -> int:
        down, across = divmod(tile, gallery["columns"])
        return int(sheet[down * 8 + 4, across * 8 + 4])

    limit = pair["limits"][1]
    for group in gallery["groups"]:
        for picture in group["pictures"]:
            first = level(picture["tile"])
            assert first % 10 == 0
            assert level(gallery["again"] + picture["tile"]) == first // 2
            above = float(picture["score"]) > limit
            assert picture["wrong"] == (above == (group["kind"] == "normal"))
    most = next(group for group in gallery["groups"] if group["title"].startswith("The most anomalous anomalies"))
    assert [level(picture["tile"]) for picture in most["pictures"]] == [230, 220, 210, 200, 190, 180]
    scores = [float(picture["score"]) for picture in most["pictures"]]
    assert scores == sorted(scores, reverse=True)


def test_misses_and_false_alarms_are_counted_among_all_images(tmp_path: Path) -> None:
    """The number in the title is that of the raw scores, not of the few images that were kept."""
    run = made_run(tmp_path)
    misses = round(200 * (1 - run.cells.iloc[0]["recall"]))
    titles = [group["title"] for group in pair_of(run)["gallery"]["groups"]]
    assert any(f"Misses: {misses} anomalies were not flagged" in title for title in titles)
    assert any("False alarms: " in title for title in titles)


def test_latent_points_and_losses_come_back_as_they_were(tmp_path: Path) -> None:
    """Points to a thousandth of the range; one fit for both anomalies of a detector."""
    run = made_run(tmp_path)
    latent = pair_of(run)["space"]
    assert [len(axis) for kind in latent["kinds"] for axis in kind] == [50] * 4
    assert all(0 <= each <= 1000 for kind in latent["kinds"] for axis in kind for each in axis)
    assert latent["share"] == 0.8
    first = board_of(run)["losses"][0]
    assert first["fits"] == [{"losses": (0.5, 0.3, 0.2, 0.15, 0.12), "of": ["noise-1", "noise-2"]}]


def test_the_pareto_front_is_of_quality_and_speed(tmp_path: Path) -> None:
    """The better detector and the faster one are on it; a slower and worse one is not."""
    run = made_run(tmp_path, detectors=("slow-worse", "a", "slow-better"))
    front = {point["name"]: point["front"] for point in board_of(run)["front"]}
    assert front == {"slow-better": True, "a": True, "slow-worse": False}


def test_a_seed_can_be_chosen_and_the_first_is_taken(tmp_path: Path) -> None:
    """Pictures are of one fit, which is said."""
    run = made_run(tmp_path, seeds=(0, 1))
    assert pair_of(run)["seed"] == 0
    assert pair_of(run, choice=Choice(seed=1))["seed"] == 1
    with pytest.raises(UsageError, match="seed: got '7', which no measured cell has; expected one of 0, 1"):
        board_of(run, Choice(seed=7))


def test_pictures_can_be_limited_while_the_tables_stay_whole(tmp_path: Path) -> None:
    """A pair that was not asked for has none; a name that is not there is refused."""
    run = made_run(tmp_path)
    board = board_of(run, Choice(detectors=("one",), anomalies=("noise-2",)))
    drawn = [[pair is not None for pair in row] for row in board["pairs"]]
    assert drawn == [[False, False], [False, True]]  # rows: two, one
    assert len(board["sections"][0]["rows"]) == 2
    with pytest.raises(UsageError, match="'three', which no measured cell has"):
        board_of(run, Choice(detectors=("three",)))


def test_a_run_without_raw_scores_says_what_is_lacking_and_how_to_get_it(tmp_path: Path) -> None:
    """Tables, heat map and front are there; each pair and the page name what cannot be drawn."""
    run = made_run(tmp_path, kept=False)
    boards = boards_of(run, ALL)
    pair = pair_of(run)
    assert len(boards[0]["front"]) == 2
    assert "roc" not in pair
    assert "gallery" not in pair
    assert all("run again without it" in lack for lack in pair["lacks"])
    assert lacks_of(boards) == [
        "ROC and precision-recall curves and histograms cannot be drawn for 4 of 4 pairs.",
        "Galleries cannot be drawn for 4 of 4 pairs.",
    ]
    assert lacks_of(boards_of(made_run(tmp_path / "whole"), ALL)) == []


def test_a_damaged_file_costs_its_own_pictures_only(tmp_path: Path) -> None:
    """The pair says which file; the others are whole."""
    run = made_run(tmp_path)
    (run.folder / "scores" / "digits--one--noise-1--s0.npz").write_bytes(b"no zip")
    pair = pair_of(run)
    assert "roc" not in pair
    assert "digits--one--noise-1--s0.npz" in pair["lacks"][0]
    assert pair["gallery"]["groups"][0]["pictures"][0]["score"] == ""
    assert "roc" in pair_of(run, member="noise-2")


def test_cells_that_did_not_end_well_have_no_pictures(tmp_path: Path) -> None:
    """They show how they ended."""
    run = made_run(tmp_path, status="failed", reason="fit: got no memory", auroc=None)
    board = board_of(run)
    assert board["pairs"] == [[None, None], [None, None]]
    assert board["heat"]["shades"][0]["entries"][0][0] == {"text": "failed", "interval": "", "value": "", "best": False}


def test_an_empty_run_makes_a_page_without_boards(tmp_path: Path) -> None:
    """No cell, no board, no error."""
    assert boards_of(made_run(tmp_path, detectors=()), ALL) == []
