"""What changed from one point to the next, and why two series are not one."""

from __future__ import annotations

from pathlib import Path

from history_helpers import cell, follow, runs_of, write_run


def test_another_protocol_begins_another_series_that_says_so(tmp_path: Path) -> None:
    """Numbers on other data, another split or another prevalence do not stand in one line."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(protocol="other-dark"), day=2)
    write_run(tmp_path, "three", cell(), day=3)
    first, second = follow(tmp_path).series
    assert (runs_of(first), runs_of(second)) == (["one", "three"], ["two"])
    assert first.remark == ""
    assert second.remark == "Not to be compared with the series above: another protocol (other, not base)."


def test_other_settings_of_an_anomaly_begin_another_series(tmp_path: Path) -> None:
    """Noise of another strength is another question."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(protocol="base-weaker"), day=2)
    remarks = [series.remark for series in follow(tmp_path).series]
    assert remarks == ["", "Not to be compared with the series above: other settings of dark."]


def test_a_mean_over_other_anomalies_begins_another_series(tmp_path: Path) -> None:
    """A run with one anomaly more has another mean; the anomaly that both have stands in one series all the same."""
    write_run(tmp_path, "one", cell(), cell(anomaly="bright"), day=1)
    write_run(tmp_path, "two", cell(), cell(anomaly="noisy"), day=2)
    first, second = follow(tmp_path).series
    assert first.remark == ""
    assert second.remark == "Not to be compared with the series above: other anomalies (+noisy, -bright)."
    (series,) = follow(tmp_path, anomalies=["dark"]).series
    assert runs_of(series) == ["one", "two"]


def test_changed_settings_and_versions_are_noted_where_they_changed(tmp_path: Path) -> None:
    """The series goes on: the row says what may explain another number."""
    write_run(tmp_path, "one", cell(), day=1, detectors={"alpha": {"name": "alpha", "epochs": 5}})
    changed = {"alpha": {"name": "alpha", "epochs": 1}}
    write_run(tmp_path, "two", cell(settings="s2"), day=2, detectors=changed)
    write_run(tmp_path, "three", cell(settings="s2", distribution="acme 2.0"), day=3, detectors=changed)
    write_run(tmp_path, "four", cell(settings="s3", distribution="acme 2.0"), day=4)
    (series,) = follow(tmp_path).series
    assert [point.notes for point in series.points] == [
        (),
        ("settings: epochs 5 → 1",),
        ("plugin acme 1.0 → acme 2.0",),
        ("settings: name alpha → —, epochs 1 → —",),
    ]


def test_settings_that_are_not_listed_are_noted_all_the_same(tmp_path: Path) -> None:
    """Their hash is enough to see that they changed."""
    write_run(tmp_path, "one", cell(), day=1)
    write_run(tmp_path, "two", cell(settings="s2"), day=2)
    (series,) = follow(tmp_path).series
    assert series.points[1].notes == ("settings changed",)
