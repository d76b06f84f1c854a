"""``benchkit run --resume``: what is done again, what is not, and what is refused; as real processes."""

from __future__ import annotations

import json
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from fault_helpers import TINY, Command, Finished, finish, in_this_process, lines, linux_only, same_quality

import benchkit
from benchkit import cli

pytestmark = [pytest.mark.faults, linux_only]


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A finished run of eight cells: two detectors, two anomalies, two seeds."""
    where = tmp_path_factory.mktemp("whole") / "results"
    return in_this_process(where, detectors=["honest-[ab]"], anomalies=["brighter", "darker"], seeds=2)


@pytest.fixture
def cut(whole: Path, tmp_path: Path) -> Path:
    """The same run as if it had been killed after five cells, one of them half of its fit group."""
    folder = tmp_path / "results" / "cut"
    shutil.copytree(whole, folder)
    return cut_off(folder, after=5)


def cut_off(folder: Path, *, after: int) -> Path:
    """Leave of a finished run what a kill would have left after so many cells."""
    kept = (folder / "cells.jsonl").read_bytes().splitlines(keepends=True)[:after]
    (folder / "cells.jsonl").write_bytes(b"".join(kept))
    manifest = json.loads((folder / "run.json").read_text())
    manifest |= {"state": "running", "finished": None}
    manifest.pop("cells_sha256", None)
    (folder / "run.json").write_text(json.dumps(manifest))
    return folder


def resume(folder: Path, *arguments: str, **environment: str) -> Command:
    """Resume a run to its end."""
    return finish("run", "--resume", str(folder), *arguments, cwd=folder.parent.parent, **environment)


def test_resume_does_what_is_missing_and_nothing_else(cut: Path, whole: Path, tmp_path: Path) -> None:
    """Lines that are there stay byte for byte; one fit for each group that lacks a cell; no cell twice."""
    before = (cut / "cells.jsonl").read_bytes()
    done = {(cell["detector"], cell["seed"]) for cell in lines(whole)}
    groups = {(cell["detector"], cell["seed"]) for cell in lines(whole)[5:]}
    assert len(groups) < len(done)
    command = resume(cut, HOSTILE_LOG=str(tmp_path / "log"))
    assert command.status == 0, command.err[-2000:]
    assert (cut / "cells.jsonl").read_bytes().startswith(before)
    assert len(lines(cut)) == 8
    assert len((tmp_path / "log").read_text().splitlines()) == len(groups)
    same_quality(cut, whole)
    assert "honest-a" in command.out


def test_a_finished_run_has_nothing_to_resume(whole: Path, tmp_path: Path) -> None:
    """Status 0, no fit, and not a byte of the cells is another."""
    before = (whole / "cells.jsonl").read_bytes()
    command = resume(whole, HOSTILE_LOG=str(tmp_path / "log"))
    assert command.status == 0, command.err[-2000:]
    assert (whole / "cells.jsonl").read_bytes() == before
    assert not (tmp_path / "log").exists()


def test_a_torn_last_line_is_mended_and_said(cut: Path, whole: Path) -> None:
    """What a kill left of a line is cut off, standard error says so, and the cell is measured again."""
    with (cut / "cells.jsonl").open("ab") as file:
        file.write((whole / "cells.jsonl").read_bytes().splitlines()[5][:100])
    command = resume(cut)
    assert command.status == 0, command.err[-2000:]
    assert "torn" in command.err
    same_quality(cut, whole)


def test_retry_does_again_what_it_names_and_only_that(tmp_path: Path) -> None:
    """Rows that failed or timed out are results: they stay until ``--retry`` names them; one that was ``ok`` stays."""
    cure = tmp_path / "cure"
    ill = ("-d", "honest-a", "-d", "curable-*", "-a", "brighter", "--set", f"curable-*.cure={cure}", "--timeout", "4")
    run = Finished(tmp_path, *ill, "--jobs", "2")
    assert run.command.status == 1
    before = {cell["detector"]: cell for cell in lines(run.folder)}
    assert {name: cell["status"] for name, cell in before.items()} == {
        "honest-a": "ok", "curable-fails": "failed", "curable-sleeps": "timeout",
    }  # fmt: skip
    stored = (run.folder / "cells.jsonl").read_bytes()
    assert resume(run.folder).status == 1
    assert (run.folder / "cells.jsonl").read_bytes() == stored
    cure.touch()
    again = resume(run.folder, "--retry", "failed,timeout", HOSTILE_LOG=str(tmp_path / "again"))
    assert again.status == 0, again.err[-2000:]
    fits = {line.split()[0] for line in (tmp_path / "again").read_text().splitlines()}
    assert fits == {"curable-fails", "curable-sleeps"}
    cells = benchkit.load_run(run.folder).cells
    assert sorted(cells["detector"]) == ["curable-fails", "curable-sleeps", "honest-a"]
    assert set(cells["status"]) == {"ok"}
    assert before["honest-a"] in lines(run.folder)


def test_images_that_changed_meanwhile_are_refused(tmp_path: Path) -> None:
    """Cells of other images are not comparable: status 3, the checksum named, the cells as they were."""
    images = np.random.default_rng(0).integers(0, 256, (200, 8, 8), dtype=np.uint8)
    np.savez(tmp_path / "own.npz", images=images, labels=np.arange(200) % 4)
    request = {"dataset": str(tmp_path / "own.npz"), "detectors": ["honest-a"], "anomalies": ["brighter"]}
    folder = cut_off(in_this_process(tmp_path / "results", **request), after=0)
    np.savez(tmp_path / "own.npz", images=255 - images, labels=np.arange(200) % 4)
    command = resume(folder)
    assert command.status == 3, command.err[-2000:]
    assert "checksum" in command.err
    assert "Traceback" not in command.err
    assert lines(folder) == []


@pytest.fixture
def working(tmp_path: Path) -> Iterator[Command]:
    """A run that is at work, on one fit of many seconds."""
    slow = ("-d", "honest-a", "-a", "brighter", "--set", "honest-a.seconds=60", "--name", "run")
    command = Command(*TINY, *slow, cwd=tmp_path, HOSTILE_LOG=str(tmp_path / "log"))
    command.reach(lambda: (tmp_path / "log").exists())
    yield command
    command.bury()


def test_a_run_that_somebody_writes_cannot_be_resumed(working: Command, tmp_path: Path) -> None:
    """Status 2, and the process that writes it is named."""
    command = resume(tmp_path / "results" / "run")
    assert command.status == 2, command.err[-2000:]
    assert f"process {working.process.pid}" in command.err
    assert working.status is None


def refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *arguments: str) -> str:
    """Give the command line a request in this process; return its paragraph, which has to be one of status 2."""
    monkeypatch.setattr(sys, "argv", ["benchkit", "run", *arguments])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    assert ended.value.code == 2
    return capsys.readouterr().err


@pytest.mark.parametrize(
    "change",
    [
        ("--dataset", "tiny"), ("-d", "honest-a"), ("-a", "brighter"), ("--exclude", "honest-b"), ("--seeds", "3"),
        ("--set", "honest-a.seconds=1"), ("--threshold", "quantile:0.9"), ("--prevalence", "0.1"),
        ("--batch-size", "7"), ("--name", "other"),
    ],
)  # fmt: skip
def test_a_resumed_run_cannot_become_another(
    whole: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, change: tuple[str, str]
) -> None:
    """What a run is was said when it began: an option that would change it is refused by its name."""
    said = refused(capsys, monkeypatch, "--resume", str(whole), *change)
    names = {"-d": "--detectors", "-a": "--anomalies"}
    assert names.get(change[0], change[0]) in said or change[0] in said


def test_a_folder_without_a_run_cannot_be_resumed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Status 2 with the path."""
    assert str(tmp_path) in refused(capsys, monkeypatch, "--resume", str(tmp_path))


def test_retry_without_resume_is_refused(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    """There is nothing to do again."""
    assert "--resume" in refused(capsys, monkeypatch, *TINY[1:], "--retry", "failed")


def test_a_status_that_does_not_exist_is_refused(
    whole: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The message lists those there are."""
    assert "timeout" in refused(capsys, monkeypatch, "--resume", str(whole), "--retry", "faild")
