"""Hashes against what they are made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from toy_plugins import Brighter, HeldOut, ToyImages
from verify_helpers import check_of, edit_manifest, edit_row, found_in, fresh_run, name_of, rows_of

from benchkit.registry import load_registry, recorded_hash, settings_hash, settings_of
from benchkit.runner import protocol
from benchkit.verify import verify_runs


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


def test_recorded_settings_have_the_hash_of_the_object() -> None:
    """What run.json records is enough: no object is needed."""
    for item in (Brighter(), HeldOut(), ToyImages()):
        assert recorded_hash(settings_of(item)) == settings_hash(item)


@pytest.mark.parametrize(
    ("field", "value"),
    [("checksum", "0" * 64), ("n_train", 361), ("split_seed", 1), ("grey_levels", 255), ("protocol_version", 2)],
)
def test_a_changed_protocol_is_found(field: str, value: Any, run: Path) -> None:
    """Every part of it goes into the hash, which every row carries."""
    edit_manifest(run, lambda manifest: manifest["protocol"].update({field: value}))
    found = found_in(check_of(run, "protocol"))
    assert ("run.json", "protocol.hash") in found
    assert {(name_of(row), "protocol") for row in rows_of(run)} <= found


def test_a_protocol_changed_with_its_hash_is_found_in_the_rows(run: Path) -> None:
    """Whoever computes the hash anew has not changed the rows."""
    edit_manifest(run, rehash)
    assert found_in(check_of(run, "protocol")) == {(name_of(row), "protocol") for row in rows_of(run)}


def rehash(manifest: dict[str, Any]) -> None:
    """Change the threshold policy, and the hash with it."""
    described = {name: value for name, value in manifest["protocol"].items() if name != "hash"}
    manifest["settings"]["threshold"] = "quantile:0.9"
    manifest["protocol"]["hash"] = protocol.described_hash(described, threshold="quantile:0.9", prevalence=0.3)


def test_a_row_of_another_protocol_is_named(run: Path) -> None:
    """Both halves of the hash are compared."""
    stored = rows_of(run)[0]["protocol"]
    for text in (f"0{stored[1:]}", f"{stored[:-1]}x", ""):
        name = edit_row(run, 0, protocol=text)
        assert found_in(check_of(run, "protocol")) == {(name, "protocol")}


def test_changed_settings_of_a_detector_are_found(run: Path) -> None:
    """Every row of that detector is named, and no other."""
    edit_manifest(run, lambda manifest: manifest["detectors"]["brightness"].update(scale=3.0))
    rows = {name_of(row) for row in rows_of(run) if row["detector"] == "brightness"}
    assert found_in(check_of(run, "protocol")) == {(name, "settings") for name in rows}


def test_changed_settings_of_an_anomaly_are_found(run: Path) -> None:
    """The plugin's class is part of the hash: the file is loaded, and the settings are those of run.json."""
    edit_manifest(run, lambda manifest: manifest["anomalies"]["brighter"].update(amount=0.5))
    rows = {name_of(row) for row in rows_of(run) if row["anomaly"] == "brighter"}
    assert found_in(check_of(run, "protocol")) == {(name, "protocol") for name in rows}


@pytest.mark.parametrize("text", ["0" * 12, ""])
def test_a_view_that_the_run_does_not_know_is_found(text: str, run: Path) -> None:
    """The hash of its settings is that of none that run.json records."""
    name = edit_row(run, 0, view_settings=text)
    assert found_in(check_of(run, "protocol")) == {(name, "view_settings")}


def test_a_view_whose_settings_are_those_of_another_is_found(run: Path) -> None:
    """All rows that look at one view share its settings."""
    other = {"name": "other"}
    edit_manifest(run, lambda manifest: manifest["views"].update(other=other))
    name = edit_row(run, 0, view_settings=recorded_hash(other))
    (found,) = check_of(run, "protocol").disagreements
    assert (found.where, found.field, found.expected) == (name, "view_settings", rows_of(run)[2]["view_settings"])


def test_an_anomaly_whose_plugin_is_not_here_is_not_checked(run: Path) -> None:
    """It is named, with what the check would need; the rest is checked."""
    (found,) = verify_runs([run], load_registry(), data=False)
    check = next(each for each in found.checks if each.name == "protocol")
    assert check.result == "agrees"
    (text,) = check.unchecked
    assert (
        text == "hash of brighter, class-three: needs the plugin, which is not installed here (--plugin loads a file)"
    )


def test_an_anomaly_of_another_plugin_is_not_checked(run: Path) -> None:
    """The same name from a plugin that the run did not have proves nothing."""
    edit_manifest(run, lambda manifest: manifest.update(plugins=[]))
    edit_manifest(run, lambda manifest: manifest["anomalies"]["brighter"].update(amount=0.5))
    check = check_of(run, "protocol")
    assert check.result == "agrees"
    assert "needs the plugin that made it; toy_plugins.py" in check.unchecked[0]
