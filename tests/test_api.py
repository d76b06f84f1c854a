"""benchkit from Python: what ``run`` takes, how it goes on with a run, and what a run shows of itself."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest
from toy_plugins import Brightness, ToyImages

import benchkit
from benchkit.runner import Request

TOYS = Path(__file__).with_name("toy_plugins.py")
NAMED: dict[str, Any] = {
    "dataset": "toy", "detectors": ["brightness", "global-draw"], "anomalies": ["brighter"], "seeds": 2,
    "changes": {"brightness": {"scale": 2.0}}, "plugins": [TOYS], "device": "cpu", "timing_seconds": 0.01,
    "prevalence": 0.25,
}  # fmt: skip


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> benchkit.Run:
    """A run by names that came to its end; nobody changes it."""
    return benchkit.run(**NAMED, out=tmp_path_factory.mktemp("whole"), name="x")


@pytest.fixture
def cut(whole: benchkit.Run, tmp_path: Path) -> Path:
    """The folder of the same run as a kill after its second cell would have left it."""
    folder = Path(shutil.copytree(whole.folder, tmp_path / "cut"))
    lines = (folder / "cells.jsonl").read_text().splitlines(keepends=True)
    (folder / "cells.jsonl").write_text("".join(lines[:2]))
    manifest = json.loads((folder / "run.json").read_text())
    del manifest["cells_sha256"]
    (folder / "run.json").write_text(json.dumps({**manifest, "state": "running", "finished": None, "cells": {}}))
    return folder


@pytest.fixture
def asked(whole: benchkit.Run, monkeypatch: pytest.MonkeyPatch) -> list[tuple[Request, frozenset[str]]]:
    """Return what would be carried out, which nobody does: requests, and the statuses that would be done again."""
    found: list[tuple[Request, frozenset[str]]] = []

    def conduct(request: Request, *_: object, **__: object) -> Path:
        found.append((request, frozenset()))
        return whole.folder

    def go_on(request: Request, *_: object, earlier: Any, **__: object) -> Path:
        with earlier.store:
            found.append((request, earlier.retry))
        return whole.folder

    monkeypatch.setattr("benchkit.api.conduct", conduct)
    monkeypatch.setattr("benchkit.api.go_on", go_on)
    return found


def test_a_folder_is_all_that_going_on_needs(cut: Path, whole: benchkit.Run) -> None:
    """Names, changes, seeds and plugin files come from run.json; the numbers are those of the undisturbed run."""
    run = benchkit.run(resume=str(cut))
    assert run.manifest["state"] == "finished"
    key = ["detector", "anomaly", "seed", "auroc", "threshold", "protocol", "settings"]
    assert run.cells[key].equals(whole.cells[key])


@pytest.mark.parametrize(
    "change",
    [
        {"dataset": "digits"}, {"detectors": ["*"]}, {"anomalies": ["brighter"]}, {"exclude": ["x"]}, {"seeds": 2},
        {"changes": {"a": {"b": 1}}}, {"plugins": [TOYS]}, {"plugin_rules": ["no:x"]}, {"out": "elsewhere"},
        {"name": "y"}, {"device": "cpu"}, {"prevalence": 0.25}, {"threshold": "zscore:3"}, {"batch_size": 8},
        {"timing_seconds": 1.0}, {"save_scores": True},
    ],
)  # fmt: skip
def test_what_would_make_another_run_is_refused_by_name(change: dict[str, Any], cut: Path) -> None:
    """Also when it says what the run was: and nothing is written."""
    before = {path.name: path.read_bytes() for path in cut.iterdir() if path.is_file()}
    with pytest.raises(benchkit.UsageError, match=f"resume: got {next(iter(change))} as well"):
        benchkit.run(resume=cut, **change)
    assert {path.name: path.read_bytes() for path in cut.iterdir() if path.is_file()} == before


def test_how_it_is_done_may_be_said_anew(cut: Path, asked: list[tuple[Request, frozenset[str]]]) -> None:
    """What is said wins; everything else is as it began, and this process lets go of a time-out."""
    manifest = json.loads((cut / "run.json").read_text())
    manifest["settings"] |= {"jobs": 2, "timeout": 7.0}
    (cut / "run.json").write_text(json.dumps(manifest))
    benchkit.run(resume=cut, memory_limit="1GiB")
    benchkit.run(resume=cut, jobs=0)
    first, second = (request.settings for request, _ in asked)
    assert (first.jobs, first.timeout, first.memory_limit, first.seeds) == (2, 7.0, 2**30, (0, 1))
    assert (second.jobs, second.timeout, second.prevalence) == (0, None, 0.25)


def test_statuses_are_a_text_or_a_sequence(cut: Path, asked: list[tuple[Request, frozenset[str]]]) -> None:
    """As on the command line, or as Python has it; without a run to go on with they are refused."""
    benchkit.run(resume=cut, retry="failed,timeout")
    benchkit.run(resume=cut, retry=["failed", "timeout"])
    benchkit.run(resume=cut, retry="oom")
    benchkit.run(resume=cut)
    assert [retry for _, retry in asked] == [{"failed", "timeout"}, {"failed", "timeout"}, {"oom"}, set()]
    with pytest.raises(benchkit.UsageError, match="retry: got 'failed' without resume"):
        benchkit.run(retry="failed")
    with pytest.raises(benchkit.UsageError, match="got 'faild'"):
        benchkit.run(resume=cut, retry="faild")


def test_a_run_of_objects_needs_the_same_objects(tmp_path: Path) -> None:
    """They cannot be written down: without them it is said what is missing, with them the run goes on."""
    given: dict[str, Any] = {
        "dataset": ToyImages(n_train=60, n_test=40), "detectors": [Brightness()], "anomalies": ["noise-1"],
        "device": "cpu", "timing_seconds": 0.01,
    }  # fmt: skip
    run = benchkit.run(**given, out=tmp_path, name="x")
    with pytest.raises(benchkit.UsageError, match="with the same objects"):
        benchkit.run(resume=run.folder)
    again = benchkit.run(**given, out=tmp_path, resume=run.folder)
    assert again.cells.equals(run.cells)
    (run.folder / "cells.jsonl").unlink()
    (run.folder / "run.json").write_text(json.dumps({**run.manifest, "state": "running", "cells_sha256": None}))
    assert benchkit.run(**given, resume=run.folder).cells["auroc"].equals(run.cells["auroc"])


def test_a_memory_limit_is_bytes_or_a_text(asked: list[tuple[Request, frozenset[str]]]) -> None:
    """``4GB`` is what the command line makes of it; what is no size is refused."""
    benchkit.run(jobs=1, memory_limit="4GB")
    benchkit.run(jobs=1, memory_limit=4_000)
    benchkit.run()
    assert [request.settings.memory_limit for request, _ in asked] == [4 * 10**9, 4_000, None]
    with pytest.raises(benchkit.UsageError, match="memory limit: got 'much'"):
        benchkit.run(jobs=1, memory_limit="much")


def test_a_run_and_its_verification_show_themselves_in_a_line(whole: benchkit.Run) -> None:
    """Folder and counts; not the whole manifest."""
    assert repr(whole) == f"<Run {whole.folder}: 4 ok>"
    cells = whole.cells.assign(status=["ok", "timeout", "failed", "ok"])
    assert repr(benchkit.Run(Path("x"), {}, cells)) == "<Run x: 2 ok, 1 failed, 1 timeout>"
    assert repr(benchkit.Run(Path("x"), {}, cells[:0])) == "<Run x: no cells>"
    assert repr(whole.verify(data=False)) == f"<Verification {whole.folder}: 7 agree>"


def test_a_run_is_verified_with_the_plugin_files_that_it_names(tmp_path: Path) -> None:
    """They are found again by run.json; one that is gone is what the check needs, not an error."""
    mine = Path(shutil.copy(TOYS, tmp_path / "mine.py"))
    run = benchkit.run(**{**NAMED, "plugins": [mine], "seeds": 1}, out=tmp_path, name="x")
    assert all(check.unchecked == () for check in run.verify().checks)
    assert any("--plugin" in each for check in run.verify(plugins=()).checks for each in check.unchecked)
    mine.unlink()
    assert any("--plugin" in each for check in run.verify().checks for each in check.unchecked)


@pytest.mark.parametrize("request_", [7, {"plugin_files": "x"}, {"plugin_files": [7, "\0", "/"]}, {}])
def test_a_forged_request_names_no_plugin_file(request_: Any, whole: benchkit.Run) -> None:
    """Whatever stands where the paths should, verifying raises nothing."""
    forged = benchkit.Run(whole.folder, {**whole.manifest, "request": request_}, whole.cells)
    assert forged.verify(data=False).ok


def test_a_table_shows_what_is_asked_for(whole: benchkit.Run) -> None:
    """Names in a list or joined by commas; a wrong one lists those that there are."""
    text = whole.table(columns=["images_per_second", "limit"])
    assert text == whole.table(columns="images_per_second,limit")
    assert "% of limit" in text
    assert "AUROC" not in text
    with pytest.raises(benchkit.UsageError, match="Did you mean 'images_per_second'"):
        whole.table(columns=["images_per_seconds"])
