"""Scored images as CSV and JSON."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from scoring_helpers import own_image, scoring

from benchkit import StoreError, UsageError
from benchkit.report.scoring import COLUMNS
from benchkit.report.scoring_files import write_scoring


def test_csv_has_a_line_an_image_that_is_shown(tmp_path: Path) -> None:
    """Read back, every number is the same."""
    whole = scoring(order=np.array([3, 1, 0]))
    write_scoring(whole, tmp_path / "a.csv")
    read = pd.read_csv(tmp_path / "a.csv")
    assert tuple(read.columns) == COLUMNS
    assert read["index"].tolist() == [3, 1, 0]
    assert read["score"].tolist() == whole.table["score"].tolist()
    assert read["share_below"].tolist() == whole.table["share_below"].tolist()


def test_json_says_what_all_have_in_common(tmp_path: Path) -> None:
    """And what could not be read; what nobody knows is null."""
    write_scoring(scoring(normal_labels=frozenset({7, 1})), tmp_path / "a.JSON")
    read = json.loads((tmp_path / "a.JSON").read_text())
    assert {key: read[key] for key in ("dataset", "detector", "seed", "threshold_policy", "n_calibration")} == {
        "dataset": "toy", "detector": "far", "seed": 4, "threshold_policy": "quantile:0.95", "n_calibration": 1000,
    }  # fmt: skip
    assert read["normal_labels"] == [1, 7]
    assert [image["verdict"] for image in read["images"]] == ["normal", "anomalous", "normal", "anomalous"]
    assert read["images"][0]["label"] is None
    assert read["images"][0]["threshold_low"] is None
    assert read["refused"] == [{"file": "mine/x.png", "reason": "mine/x.png: bad"}]


@pytest.mark.parametrize("name", ["a.csv", "a.json"])
def test_a_name_that_is_no_text_is_written_all_the_same(name: str, tmp_path: Path) -> None:
    """Linux allows any bytes in it."""
    images = (own_image(0, file="mine/\udcff.png"), *map(own_image, range(1, 4)))
    write_scoring(scoring(images=images), tmp_path / name)
    assert "udcff" in (tmp_path / name).read_text(encoding="utf-8")


def test_what_cannot_be_written_says_so(tmp_path: Path) -> None:
    """Another kind of file, and a folder that is not there."""
    with pytest.raises(UsageError, match=r"a\.xlsx: got a file that ends in '\.xlsx'; expected \.csv or \.json"):
        write_scoring(scoring(), tmp_path / "a.xlsx")
    with pytest.raises(StoreError, match="missing"):
        write_scoring(scoring(), tmp_path / "missing" / "a.csv")
