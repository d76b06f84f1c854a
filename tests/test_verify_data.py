"""The data that lie here against the data that the run was made on."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from verify_helpers import check_of, edit_manifest, edit_row, found_in, fresh_run, name_of, registry, rows_of

import benchkit
from benchkit.errors import Unsupported
from benchkit.registry import load_registry
from benchkit.verify import data as module
from benchkit.verify import verify_runs
from benchkit.verify.data import DataRoom


@pytest.fixture
def run(tmp_path: Path) -> Path:
    """A copy to tamper with."""
    return fresh_run(tmp_path)


@pytest.mark.parametrize(("field", "value"), [("checksum", "0" * 64), ("n_test", 7), ("dataset", "toys")])
def test_a_protocol_on_other_data_is_found(field: str, value: Any, run: Path) -> None:
    """Checksum and cuts of the data that are here are compared."""
    edit_manifest(run, lambda manifest: manifest["protocol"].update({field: value}))
    check = check_of(run, "data", data=True)
    if field == "dataset":
        assert check.result == "not checked"
        assert "data set toys: needs its plugin" in check.unchecked[0]
    else:
        assert found_in(check) == {("run.json", f"protocol.{field}")}


def test_other_data_under_the_same_name_are_found(run: Path) -> None:
    """The data set is loaded with the settings that run.json records."""
    edit_manifest(run, lambda manifest: manifest["dataset"]["toy"].update(n_train=500))
    found = found_in(check_of(run, "data", data=True))
    assert {("run.json", "protocol.checksum"), ("run.json", "protocol.n_train")} <= found
    assert (name_of(rows_of(run)[0]), "n_train") in found


@pytest.mark.parametrize("field", ["n_train", "n_calibration", "n_normal"])
def test_wrong_numbers_of_normal_images_are_found(field: str, run: Path) -> None:
    """They follow from the labels: for altered images half the test split, for a held-out class all but that class."""
    for index in range(len(rows_of(run))):
        name = edit_row(run, index, **{field: rows_of(run)[index][field] + 1})
        assert (name, field) in found_in(check_of(run, "data", data=True))


def test_data_that_are_not_here_are_not_checked(run: Path) -> None:
    """The check says what it would need."""
    (found,) = verify_runs([run], load_registry())
    assert found.checks[-1].result == "not checked"
    assert found.checks[-1].unchecked == (
        "data set toy: needs its plugin, which is not installed here (--plugin loads a file)",
    )


def test_files_that_are_not_here_are_not_fetched(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The command that would bring them is named instead."""
    monkeypatch.setenv("BENCHKIT_DATA", str(tmp_path))
    monkeypatch.setenv("BENCHKIT_CACHE", str(tmp_path))
    with pytest.raises(Unsupported, match="`benchkit data fetch mnist` brings it"):
        DataRoom(load_registry()).load("mnist", {"name": "mnist"})
    assert list(tmp_path.iterdir()) == []


def test_ones_own_images_are_found_by_their_path(tmp_path: Path) -> None:
    """Also when they are called like a data set of a plugin; when they are gone, the path is named."""
    path = tmp_path / "toy.npz"
    images = np.random.default_rng(0).integers(0, 256, size=(60, 4, 4), dtype=np.uint8)
    np.savez(path, images=images, labels=np.arange(60) % 3)
    plugin = Path(__file__).with_name("toy_plugins.py")
    options: dict[str, Any] = {"detectors": ["brightness"], "anomalies": ["brighter"], "plugins": [plugin]}
    run = benchkit.run(dataset=path, out=tmp_path, device="cpu", timing_seconds=0.01, **options)
    assert check_of(run.folder, "data", data=True).result == "agrees"
    path.unlink()
    check = check_of(run.folder, "data", data=True)
    assert check.result == "not checked"
    assert f"needs the images at {path}" in check.unchecked[0]


def test_several_runs_load_their_data_once(run: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two runs on one data set cost one load."""
    loads = []

    def prepare(*arguments: Any) -> Any:
        loads.append(arguments)
        return original(*arguments)

    original = module.prepare
    monkeypatch.setattr(module, "prepare", prepare)
    found = verify_runs([run, run], registry())
    assert [each.ok for each in found] == [True, True]
    assert len(loads) == 1


@pytest.mark.parametrize("labels", ["all", [1.5], [2**80], [-1], 3])
def test_classes_that_cannot_be_are_left_to_the_hash(labels: Any, run: Path) -> None:
    """Nothing raises, and the protocol disagrees."""
    edit_manifest(run, lambda manifest: manifest["anomalies"]["brighter"].update(normal_labels=labels))
    assert check_of(run, "data", data=True).result == "agrees"
    assert check_of(run, "protocol").result == "disagrees"
