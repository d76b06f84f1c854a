"""A run that is gone on with: what it holds is done, and what it was made of has to be what there is."""

from __future__ import annotations

import json
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from store_helpers import cell
from toy_plugins import Brighter, Brightness, Hostile, ToyImages

import benchkit
from benchkit import NotComparableError, StoreError, UsageError
from benchkit.results import RunStore
from benchkit.runner import Earlier, check_retry

KEY = ["detector", "anomaly", "seed"]
QUALITY = ["auroc", "precision", "threshold", "protocol", "settings"]


def toy_run(out: Path, **choices: Any) -> benchkit.Run:
    """Run or resume toys quickly."""
    defaults: dict[str, Any] = {
        "dataset": ToyImages(n_train=60, n_test=40),
        "detectors": [Brightness(), Brightness(name="twice", scale=2.0)],
        "anomalies": [Brighter(), Brighter(name="glaring", amount=0.6)],
        "seeds": 2,
    }
    return benchkit.run(out=out, timing_seconds=0.01, device="cpu", **{**defaults, **choices})


def cut(folder: Path, cells: int) -> list[str]:
    """Leave of a run what a kill after some cells would have left; return its lines."""
    lines = (folder / "cells.jsonl").read_text().splitlines(keepends=True)[:cells]
    (folder / "cells.jsonl").write_text("".join(lines))
    changes = {"state": "running", "finished": None, "cells": {}, "seconds": {}, "cells_sha256": None}
    edit(folder, **changes)
    return lines


def edit(folder: Path, **changes: Any) -> None:
    """Change run.json; None takes a key away."""
    manifest = {**json.loads((folder / "run.json").read_text()), **changes}
    kept = {name: value for name, value in manifest.items() if value is not None or name == "finished"}
    (folder / "run.json").write_text(json.dumps(kept))


def same(left: benchkit.Run, right: benchkit.Run) -> bool:
    """Whether two runs have the same cells, bit for bit."""
    frames = [run.cells.sort_values(KEY).reset_index()[KEY + QUALITY] for run in (left, right)]
    return frames[0].equals(frames[1])


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> benchkit.Run:
    """A run of two detectors, two anomalies and two seeds that nobody disturbed."""
    return toy_run(tmp_path_factory.mktemp("whole"))


@pytest.fixture
def folder(whole: benchkit.Run, tmp_path: Path) -> Path:
    """A copy of that run."""
    return Path(shutil.copytree(whole.folder, tmp_path / "copy"))


@pytest.mark.parametrize("kept", [0, 5])
def test_a_run_that_was_cut_off_is_completed(kept: int, folder: Path, whole: benchkit.Run, tmp_path: Path) -> None:
    """The lines that are there stay, the others are added once, and every number is that of a run in one go."""
    lines = cut(folder, kept)
    run = toy_run(tmp_path, resume=folder)
    assert run.folder == folder
    assert same(run, whole)
    now = (folder / "cells.jsonl").read_text().splitlines(keepends=True)
    assert now[:kept] == lines
    assert len(now) == len(whole.cells)
    manifest = run.manifest
    assert (manifest["state"], manifest["cells"]) == ("finished", {"ok": 8})
    (session,) = manifest["resumed"]
    assert (session["had_cells"], session["retry"], session["mended"]) == (kept, [], [])
    assert session["started"] >= manifest["started"]
    assert session["versions"] == manifest["versions"]


def test_each_go_is_written_down_and_its_seconds_are_added(folder: Path, whole: benchkit.Run, tmp_path: Path) -> None:
    """Two resumes are two entries; what was mended stands in the one that mended it; seconds only grow."""
    first = whole.manifest["seconds"]
    for cells in (6, 4):
        lines = (folder / "cells.jsonl").read_bytes().splitlines(keepends=True)
        (folder / "cells.jsonl").write_bytes(b"".join(lines[:cells]) + lines[cells][:20])
        edit(folder, cells_sha256=None)
        run = toy_run(tmp_path, resume=folder)
    assert [session["had_cells"] for session in run.manifest["resumed"]] == [6, 4]
    assert all(len(session["mended"]) == 1 for session in run.manifest["resumed"])
    assert run.manifest["seconds"]["fit"] >= first["fit"]
    assert run.manifest["seconds"]["wall"] > first["wall"]
    assert run.manifest["cells"] == {"ok": 8}
    assert not run.notes


def test_a_run_that_lacks_nothing_is_left_as_it_is(folder: Path, tmp_path: Path) -> None:
    """Not a byte of it changes; one that was killed after its last cell is said to be finished."""
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    toy_run(tmp_path, resume=folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    cut(folder, 8)
    run = toy_run(tmp_path, resume=folder)
    assert (run.manifest["state"], run.manifest["cells"]) == ("finished", {"ok": 8})
    assert "resumed" not in run.manifest


def test_what_is_retried_is_done_again_and_the_last_word_counts(tmp_path: Path) -> None:
    """Only cells that ended so; those that are ``ok`` stay, and a cell is counted as it ended last."""
    faults = {"detectors": [Brightness(), Hostile(fault="raise"), Hostile(name="greedy", fault="memory")]}
    run = toy_run(tmp_path, **faults, seeds=1)
    assert run.manifest["cells"] == {"ok": 2, "failed": 2, "oom": 2}
    before = (run.folder / "cells.jsonl").read_text().splitlines()
    run = toy_run(tmp_path, **faults, seeds=1, resume=run.folder, retry=["oom", "timeout"])
    added = [json.loads(line) for line in (run.folder / "cells.jsonl").read_text().splitlines()[len(before) :]]
    assert [(line["detector"], line["status"]) for line in added] == [("greedy", "oom")] * 2
    assert run.manifest["cells"] == {"ok": 2, "failed": 2, "oom": 2}
    assert run.manifest["resumed"][0]["retry"] == ["oom", "timeout"]
    assert run.manifest["resumed"][0]["had_cells"] == 4
    assert len(run.cells) == 6


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"detectors": [Brightness(scale=3.0), Brightness(name="twice", scale=2.0)]}, "detectors: got brightness"),
        ({"detectors": [Brightness()]}, "detectors: got no twice"),
        ({"anomalies": [Brighter(), Brighter(name="glaring", amount=0.7)]}, "anomalies: got glaring"),
        ({"dataset": ToyImages(n_train=80, n_test=40)}, "dataset: got toy .*expected toy"),
        ({"seeds": 3}, r"settings: got seeds \[0, 1, 2\]; expected seeds \[0, 1\]"),
        ({"batch_size": 7}, "settings: got batch_size 7"),
        ({"timing_noise": 0.5}, "settings: got timing_noise 0.5; expected timing_noise 0.01"),
        ({"batch_sizes": [1]}, r"settings: got batch_sizes \[1\]; expected batch_sizes \[\]"),
        ({"prevalence": 0.1}, "protocol: got hash"),
    ],
)
def test_a_run_of_other_things_is_not_gone_on_with(
    change: Mapping[str, Any], named: str, folder: Path, tmp_path: Path
) -> None:
    """Other settings of a plugin, other plugins, other data, another protocol: named, and nothing was written."""
    cut(folder, 5)
    before = {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}
    with pytest.raises(NotComparableError, match=rf"--resume .*: {named}"):
        toy_run(tmp_path, **change, resume=folder)
    assert {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()} == before
    Earlier(folder, ()).store.close()  # nobody holds it any more


def test_a_run_that_wrote_down_less_is_compared_by_what_it_did(
    folder: Path, whole: benchkit.Run, tmp_path: Path
) -> None:
    """A part that an older benchkit did not record is not held against it."""
    cut(folder, 5)
    edit(folder, views=None, request=None)
    assert same(toy_run(tmp_path, resume=folder), whole)


def test_what_a_run_holds_is_known_by_detector_settings_anomaly_and_seed(tmp_path: Path) -> None:
    """Cells to be retried are not done; a cell that was measured twice counts once, as it ended last."""
    with RunStore.create(tmp_path, "run", {"state": "running"}) as store:
        store.append(cell(settings="a"), cell(settings="a", anomaly="noise-2", status="timeout"))
        store.append(cell(settings="b", seed=1, status="failed"), cell(settings="b", seed=1))
    earlier = Earlier(tmp_path / "run", ["timeout"])
    earlier.store.close()
    assert earlier.done == {("gaussian", "a", "noise-1", 0), ("gaussian", "b", "noise-1", 1)}
    assert earlier.counts == {"ok": 2}
    assert ("gaussian", "a", "noise-1", np.int64(0)) in earlier.done


def test_only_one_goes_on_with_a_run(tmp_path: Path) -> None:
    """The second is refused while the first is at it; a run that can't be read is let go again."""
    RunStore.create(tmp_path, "run", {"state": "running"}).close()
    earlier = Earlier(tmp_path / "run", ())
    with pytest.raises(UsageError, match=r"process \d+"):
        Earlier(tmp_path / "run", ())
    earlier.store.close()
    good = (tmp_path / "run" / "cells.jsonl").read_bytes()
    (tmp_path / "run" / "cells.jsonl").write_bytes(b"nonsense\n{}\n")
    for _ in range(2):
        with pytest.raises(StoreError):
            Earlier(tmp_path / "run", ())
    (tmp_path / "run" / "cells.jsonl").write_bytes(good)
    Earlier(tmp_path / "run", ()).store.close()


def test_what_can_be_retried_is_everything_but_ok() -> None:
    """Each status by its name; ``ok``, and what is none, are refused with the list."""
    assert check_retry(["failed", "timeout", "crashed", "oom", "skipped"])
    assert check_retry([]) == ()
    for wrong in ("ok", "faild", "", " failed"):
        with pytest.raises(UsageError, match=r"--retry: .*timeout"):
            check_retry(["failed", wrong])
