"""Which detectors and columns a history follows."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from history_helpers import cell, follow, write_run, write_series

from benchkit import UsageError


@pytest.mark.parametrize(
    ("choice", "said"),
    [
        ({"detectors": ["alhpa"]}, r"detector 'alhpa'.*Did you mean 'alpha'"),
        ({"anomalies": ["drak"]}, r"anomaly 'drak'.*Did you mean 'dark'"),
        ({"metric": "aurocc"}, r"metric 'aurocc'.*Did you mean 'auroc'"),
        ({"metric": "images_per_second", "anomalies": ["dark"]}, "Leave --anomaly out"),
    ],
)
def test_a_wish_that_nothing_matches_is_a_usage_error(tmp_path: Path, choice: dict[str, Any], said: str) -> None:
    """The message names what there is."""
    write_series(tmp_path, 0.8, 0.8)
    with pytest.raises(UsageError, match=said):
        follow(tmp_path, **choice)


def test_globs_choose_detectors_columns_and_members_of_groups(tmp_path: Path) -> None:
    """A group is a column; what matches no column may match members of groups."""
    anomalies = [("dark", ""), ("out-1", "out"), ("out-2", "out")]
    every = [cell(name, anomaly=each, anomaly_group=group) for name in ("alpha", "beta") for each, group in anomalies]
    write_run(tmp_path, "run", *every)
    chosen = [
        [(one.key.detector, one.key.column) for one in follow(tmp_path, detectors=["be*"], anomalies=[glob]).series]
        for glob in ("out", "out-*", "d?rk")
    ]
    assert chosen == [[("beta", "out")], [("beta", "out-1"), ("beta", "out-2")], [("beta", "dark")]]


def test_one_name_with_two_settings_makes_two_series(tmp_path: Path) -> None:
    """As it makes two rows of the leaderboard; the name finds both."""
    for day in (1, 2):
        write_run(tmp_path, f"run-{day}", cell(), cell(settings="s2"), day=day)
    assert [one.key.detector for one in follow(tmp_path, detectors=["alpha"]).series] == ["alpha#s1", "alpha#s2"]
