"""What a run was asked for, read back from its folder, so that it can be gone on with."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
import pytest

import benchkit
from benchkit.cli.isolation import changed_settings
from benchkit.cli.run_command import command
from benchkit.runner import Request, RunSettings, recall_request
from benchkit.runner.recall import record_request

SETTINGS = RunSettings(
    seeds=(3, 5), device="cpu", jobs=2, timeout=7.0, memory_limit=10**9, prevalence=0.25, batch_sizes=(1, 64),
    timing_noise=0.2,
)  # fmt: skip
REQUEST = Request(
    dataset="toy", detectors=("a*", "b"), exclude=("ab",), changes={"b": {"scale": 2.0}}, settings=SETTINGS
)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A run's folder with what is needed of it."""
    return written(tmp_path, request=record_request(REQUEST))


def written(where: Path, **changes: Any) -> Path:
    """Return a run's folder without cells."""
    manifest = {"schema": 2, "settings": SETTINGS.to_dict(), "changes": dict(REQUEST.changes), **changes}
    (where / "run.json").write_text(json.dumps(manifest))
    (where / "cells.jsonl").touch()
    return where


def test_a_request_comes_back_as_it_was(folder: Path) -> None:
    """Names, changes and every setting, its time-out and memory limit too."""
    assert recall_request(folder, {}) == REQUEST


def test_how_the_work_is_done_may_be_changed(folder: Path) -> None:
    """What is said this time wins; the rest stays."""
    settings = recall_request(folder, {"jobs": 1}).settings
    assert (settings.jobs, settings.timeout, settings.seeds) == (1, 7.0, (3, 5))


def test_a_run_from_before_timings_could_end_early_goes_on_as_it_began(tmp_path: Path) -> None:
    """Each of its timings spent the whole budget, at one size of batch."""
    before = {name: value for name, value in SETTINGS.to_dict().items() if name not in ("timing_noise", "batch_sizes")}
    settings = recall_request(written(tmp_path, settings=before, request=record_request(REQUEST)), {}).settings
    assert (settings.timing_noise, settings.batch_sizes) == (0.0, ())


def test_a_plugin_file_is_found_from_another_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative path is written down as an absolute one."""
    monkeypatch.chdir(tmp_path)
    (file,) = record_request(Request(plugin_files=(Path("mine.py"),)))["plugin_files"]
    assert file == str(tmp_path / "mine.py")


def test_a_run_from_objects_is_refused_with_the_way_to_go_on(tmp_path: Path) -> None:
    """Objects cannot be written down; Python can go on with the same ones."""
    kept = {**record_request(REQUEST), "dataset": None}
    with pytest.raises(benchkit.UsageError, match="resume=FOLDER"):
        recall_request(written(tmp_path, request=kept), {})


def test_a_run_that_did_not_write_down_its_request_is_refused(tmp_path: Path) -> None:
    """An older benchkit's run can be read, but not gone on with; one that is no run at all is said to be none."""
    with pytest.raises(benchkit.UsageError, match=r"did not write down what was asked for.*schema 2"):
        recall_request(written(tmp_path), {})
    (tmp_path / "run.json").unlink()
    with pytest.raises(benchkit.UsageError, match=r"there is no run\.json"):
        recall_request(tmp_path, {})


@pytest.mark.parametrize("kept", [{"dataset": "toy"}, {**record_request(REQUEST), "detectors": 7}])
def test_a_damaged_request_is_a_store_error(tmp_path: Path, kept: dict[str, Any]) -> None:
    """Whatever is missing or of another type, the message names the folder."""
    with pytest.raises(benchkit.StoreError, match=str(tmp_path)):
        recall_request(written(tmp_path, request=kept), {})


def given(*arguments: str) -> dict[str, Any]:
    """Return what the command line makes of ``--resume`` with these options."""
    with click.Context(command) as context:
        command.parse_args(context, ["--resume", "somewhere", *arguments])
        return changed_settings(context)


def test_only_what_was_typed_changes_a_resumed_run() -> None:
    """A default is no wish."""
    assert given() == {}
    assert given("--jobs", "2", "--memory-limit", "4GB") == {"jobs": 2, "memory_limit": 4 * 10**9}
    assert given("--device-memory", "1GB") == {"device_memory": 10**9}


def test_the_memory_of_the_device_is_kept_in_this_process_as_well() -> None:
    """It means the same there."""
    assert "device_memory" not in given("--in-process")
    assert given("--in-process", "--device-memory", "1GB")["device_memory"] == 10**9


@pytest.mark.parametrize("option", [("--in-process",), ("--pdb",), ("--jobs", "0")])
def test_in_this_process_the_time_out_of_earlier_workers_is_let_go(folder: Path, option: tuple[str, ...]) -> None:
    """It could not be kept, and whoever debugs does not want it."""
    settings = recall_request(folder, given(*option)).settings
    assert settings.in_process
    assert settings.timeout is None
