"""Whole runs on toys: one broken plugin costs its own cells only, and what was computed is on the disk."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import pytest
import torch
from sklearn.metrics import roc_auc_score
from toy_plugins import (
    FAULTY_SCORERS,
    BadAnomaly,
    Brighter,
    Brightness,
    GlobalDraw,
    HeldOut,
    Hostile,
    ToyImages,
)

import benchkit

TOYS = Path(__file__).with_name("toy_plugins.py")
QUICK = {"timing_seconds": 0.01, "device": "cpu"}


def toy_run(out: Path, **choices: object) -> benchkit.Run:
    """Run toys quickly."""
    defaults = {"dataset": ToyImages(), "detectors": [Brightness()], "anomalies": [Brighter()]}
    return benchkit.run(out=out, **{**defaults, **QUICK, **choices})  # type: ignore[arg-type]


def test_a_run_leaves_its_cells_scores_and_manifest(tmp_path: Path) -> None:
    """Each pair is a cell with finite numbers, its raw scores beside it, and run.json says what ran."""
    run = toy_run(tmp_path, anomalies=[Brighter(), HeldOut()], name="mine")
    assert run.folder == tmp_path / "mine"
    assert list(run.cells["status"]) == ["ok", "ok"]
    assert run.ok
    assert run.manifest["state"] == "finished"
    assert run.manifest["cells"] == {"ok": 2}
    assert run.manifest["detectors"]["brightness"]["scale"] == 1.0
    assert 0 <= run.manifest["seconds"]["overhead_share"] <= 1
    assert len(list((run.folder / "scores").glob("*.npz"))) == 2


def test_an_anomaly_may_have_any_name(tmp_path: Path) -> None:
    """An anomaly that is called like a split is scored on its own images, not on that split's."""
    names = ["train", "calibration", "normal", "brighter"]
    run = toy_run(tmp_path, anomalies=[Brighter(name=name) for name in names])
    assert run.cells["auroc"].nunique() == 1
    assert list(run.cells["n_anomaly"]) == [100] * 4


def test_metrics_agree_with_the_raw_scores(tmp_path: Path) -> None:
    """The AUROC of a cell is scikit-learn's AUROC of the scores that were kept."""
    run = toy_run(tmp_path, anomalies=[HeldOut()])
    cell = run.cells.iloc[0]
    scores = run.scores(dataset="toy", detector="brightness", anomaly="class-three", seed=0)
    labels = np.repeat([0, 1], [len(scores["normal"]), len(scores["anomaly"])])
    expected = roc_auc_score(labels, np.concatenate([scores["normal"], scores["anomaly"]]))
    assert cell["auroc"] == pytest.approx(expected, abs=1e-12)
    assert cell["threshold"] == np.quantile(scores["calibration"], 0.95, method="inverted_cdf")
    assert (cell["n_normal"], cell["n_anomaly"]) == (180, 20)


def test_training_sees_no_held_out_class_and_no_calibration_image(tmp_path: Path) -> None:
    """The images that a detector is fitted on are the training images of normal classes, calibration cut off."""
    run = toy_run(tmp_path, anomalies=[HeldOut(), Brighter()])
    by_anomaly = run.cells.set_index("anomaly")
    assert by_anomaly.loc["brighter", "n_train"] == 360
    assert by_anomaly.loc["class-three", "n_train"] + by_anomaly.loc["class-three", "n_calibration"] == 360


def test_two_runs_of_one_seed_agree_bit_for_bit(tmp_path: Path) -> None:
    """Same seed, same machine: every score is the same, even from detectors that draw from global state."""
    runs = [toy_run(tmp_path / name, detectors=[Brightness(), GlobalDraw()]) for name in ("one", "two")]
    for detector in ("brightness", "global-draw"):
        first, second = (run.scores(dataset="toy", detector=detector, anomaly="brighter", seed=0) for run in runs)
        assert all(np.array_equal(first[key], second[key]) for key in first)


def test_global_random_state_is_left_as_found(tmp_path: Path) -> None:
    """A run does not advance the caller's random numbers."""
    torch.manual_seed(3)
    expected = torch.rand(2)
    torch.manual_seed(3)
    toy_run(tmp_path, detectors=[GlobalDraw()])
    assert torch.equal(torch.rand(2), expected)


@pytest.mark.parametrize(
    ("fault", "status"),
    [(fault, "failed") for fault in ("raise", "exit", "mutate", "mutate-numpy", "no-scorer", *sorted(FAULTY_SCORERS))]
    + [("memory", "oom"), ("unsupported", "skipped")],
)
def test_a_hostile_detector_costs_its_own_cells_only(tmp_path: Path, fault: str, status: str) -> None:
    """Whatever a detector does wrong, its cells say so and every other cell is there."""
    run = toy_run(tmp_path, detectors=[Hostile(fault=fault), Brightness()], anomalies=[Brighter(), HeldOut()])
    by_detector = run.cells.groupby("detector")["status"].agg(list)
    assert by_detector["brightness"] == ["ok", "ok"]
    assert by_detector["hostile"] == [status, status]
    assert run.cells.loc[run.cells["detector"] == "hostile", "reason"].str.len().min() > 10
    assert run.ok == (status == "skipped")


def test_a_detector_that_spoils_its_inputs_does_not_spoil_the_next(tmp_path: Path) -> None:
    """After a detector wrote into the shared training images, the next one scores as if it had been alone."""
    alone = toy_run(tmp_path / "alone", detectors=[Brightness(name="z-last")])
    after = toy_run(tmp_path / "after", detectors=[Hostile(name="a-first", fault="mutate"), Brightness(name="z-last")])
    auroc = [run.cells.set_index("detector").loc["z-last", "auroc"] for run in (alone, after)]
    thresholds = [run.cells.set_index("detector").loc["z-last", "threshold"] for run in (alone, after)]
    assert auroc[0] == auroc[1]
    assert thresholds[0] == thresholds[1]


@pytest.mark.parametrize("fault", ["range", "nan", "shape", "empty", "none"])
def test_a_broken_anomaly_costs_its_own_column_only(tmp_path: Path, fault: str) -> None:
    """An anomaly generator that makes no images fails its column; the others are scored."""
    run = toy_run(tmp_path, anomalies=[BadAnomaly(fault=fault), Brighter()])
    assert dict(run.cells.groupby("anomaly")["status"].first()) == {"bad-anomaly": "failed", "brighter": "ok"}


def test_a_broken_view_fails_the_detectors_that_look_there(tmp_path: Path) -> None:
    """A view that cannot be trained fails its detectors with its own name in the reason."""
    run = toy_run(tmp_path, detectors=["brightness@broken-view", "brightness@columns"], plugins=[TOYS])
    by_detector = run.cells.set_index("detector")
    assert by_detector.loc["brightness@columns", "status"] == "ok"
    assert by_detector.loc["brightness@broken-view", "status"] == "failed"
    assert "this view is broken" in by_detector.loc["brightness@broken-view", "reason"]


def test_a_class_that_does_not_exist_is_skipped_before_anything_is_fitted(tmp_path: Path) -> None:
    """Where the data set has no such class the cells are skipped with the reason."""
    run = toy_run(tmp_path, dataset=ToyImages(classes=2), anomalies=[HeldOut()])
    assert list(run.cells["status"]) == ["skipped"]
    assert "no class 3" in run.cells.loc[0, "reason"]


def test_protocol_stands_in_every_row(tmp_path: Path) -> None:
    """Rows that were made under different prevalences carry different hashes; a skipped row has one too."""
    half = toy_run(tmp_path / "half", detectors=[Brightness(), Hostile(fault="unsupported")])
    tenth = toy_run(tmp_path / "tenth", prevalence=0.1)
    assert half.cells["protocol"].nunique() == 1
    assert half.cells.loc[0, "protocol"] != tenth.cells.loc[0, "protocol"]
    assert half.cells.loc[0, "auroc"] == tenth.cells.loc[0, "auroc"]


def test_scores_can_be_left_out(tmp_path: Path) -> None:
    """Without raw scores the run is small and its cells are the same."""
    run = toy_run(tmp_path, save_scores=False)
    assert not (run.folder / "scores").exists()
    assert run.ok


def test_an_interrupted_run_keeps_what_it_has(tmp_path: Path) -> None:
    """Ctrl-C in the middle leaves the finished cells readable and run.json saying so."""

    @dataclass(frozen=True)
    class Interrupting(Brightness):
        def fit(self, normal: torch.Tensor, *, seed: int):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt, match=r"1 of 2 cells had ended; they are kept in .*cut"):
        toy_run(tmp_path, detectors=[Brightness(name="a-first"), Interrupting(name="b-second")], name="cut")
    run = benchkit.load_run(tmp_path / "cut")
    assert list(run.cells["detector"]) == ["a-first"]
    assert run.manifest["state"] == "interrupted"


def test_an_unwritable_folder_is_one_clear_error(tmp_path: Path) -> None:
    """Results that cannot be written are a StoreError that names the folder."""
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(benchkit.StoreError, match="file"):
        toy_run(tmp_path / "file" / "results")


def test_a_run_is_never_overwritten(tmp_path: Path) -> None:
    """The same name twice is refused, and the first run is still there."""
    toy_run(tmp_path, name="mine")
    before = (tmp_path / "mine" / "cells.jsonl").read_text()
    with pytest.raises(benchkit.UsageError, match="mine"):
        toy_run(tmp_path, name="mine")
    assert (tmp_path / "mine" / "cells.jsonl").read_text() == before


@pytest.mark.slow
def test_worker_processes_give_the_same_numbers(tmp_path: Path) -> None:
    """Two worker processes, plugins from a file: every score is the one that a single process computes."""
    choices = {"dataset": "toy", "detectors": ["brightness", "global-draw"], "plugins": [TOYS], "seeds": 2}
    choices |= {"anomalies": ["brighter", "class-three"]}
    one, two = toy_run(tmp_path / "one", **choices), toy_run(tmp_path / "two", jobs=2, **choices)
    key = ["detector", "anomaly", "seed"]
    columns = ["auroc", "precision", "threshold", "protocol", "settings"]
    left, right = (run.cells.sort_values(key).reset_index()[key + columns] for run in (one, two))
    assert left.equals(right)
    assert two.manifest["state"] == "finished"


@pytest.mark.slow
def test_a_worker_that_dies_is_a_crash_in_the_table(tmp_path: Path) -> None:
    """A plugin that ends its process costs typed rows, not the run."""
    run = toy_run(tmp_path, dataset=ToyImages(n_train=60, n_test=40), detectors=[Hostile(fault="die")], jobs=2)
    assert list(run.cells["status"]) == ["crashed"]
    assert "ended itself with exit status 3" in run.cells.loc[0, "reason"]


@pytest.mark.slow
def test_what_cannot_be_sent_to_a_worker_is_a_failed_cell(tmp_path: Path) -> None:
    """A class that only this process knows costs typed rows that say so, not the run."""

    @dataclass(frozen=True)
    class Local(Brightness):
        """Cannot be pickled: it is no name of its module."""

    run = toy_run(tmp_path, detectors=[Local()], jobs=2)
    assert list(run.cells["status"]) == ["failed"]
    assert "--jobs 0" in run.cells.loc[0, "reason"]
    assert run.manifest["state"] == "finished"


def test_a_throughput_is_that_of_scoring(tmp_path: Path) -> None:
    """A scorer that stops scoring once it was scored has no throughput: its cells fail."""

    @dataclass(frozen=True)
    class Tiring(Brightness):
        def fit(self, normal: torch.Tensor, *, seed: int):
            honest, calls = super().fit(normal, seed=seed), []
            return lambda inputs: honest(inputs) if calls.append(1) or len(calls) <= 3 else torch.zeros(1)

    cell = toy_run(tmp_path, detectors=[Tiring()]).cells.loc[0]
    assert cell["status"] == "failed"
    assert "expected 200 floating point scores" in cell["reason"]


def test_lines_are_json_without_nan(tmp_path: Path) -> None:
    """What is undefined is null in the file, never NaN, so that any reader can read it."""
    run = toy_run(tmp_path, detectors=[Brightness(), Hostile()])
    for line in (run.folder / "cells.jsonl").read_text().splitlines():
        json.loads(line, parse_constant=lambda name: pytest.fail(f"found {name}"))


def test_settings_need_not_be_hashable(tmp_path: Path) -> None:
    """Lists and dictionaries are settings like any other, for objects of every kind, and when a run is gone on with."""

    @dataclass(frozen=True)
    class Listed(Brightness):
        weights: dict[str, list[int]] = field(default_factory=lambda: {"even": [1, 2]})

    @dataclass(frozen=True)
    class ListedAnomaly(Brighter):
        amounts: list[float] = field(default_factory=lambda: [0.5])

    @dataclass(frozen=True)
    class ListedImages(ToyImages):
        sizes: list[int] = field(default_factory=lambda: [8, 8])

    given = {"dataset": ListedImages(), "detectors": [Listed()], "anomalies": [ListedAnomaly()]}
    run = toy_run(tmp_path, **given, name="listed")
    assert run.ok
    manifest = json.loads((run.folder / "run.json").read_text())
    (run.folder / "run.json").write_text(json.dumps({**manifest, "cells_sha256": None}))
    (run.folder / "cells.jsonl").write_text("")
    assert toy_run(tmp_path, **given, resume=run.folder).ok
    assert len((run.folder / "cells.jsonl").read_text().splitlines()) == 1
