"""One detector, and its view, for several seeds and normal classes at once: the same numbers, in fewer calls."""

from __future__ import annotations

import random
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import torch
from together_plugins import NOT_VIEWS
from toy_plugins import FITTED_TOGETHER as CALLS
from toy_plugins import Brighter, Brightness, HeldOut, ToyImages

import benchkit
from benchkit.runner import memory
from benchkit.runner.settings import RunSettings

HERE = Path(__file__).parent
PLUGINS = [HERE / "together_plugins.py"]
NUMBERS = ["detector", "anomaly", "seed", "status", "reason", "auroc", "precision", "threshold"]


@pytest.fixture(autouse=True)
def no_calls_yet() -> Iterator[None]:
    """Forget who was fitted."""
    CALLS.clear()
    yield
    CALLS.clear()


def toys(out: Path, *detectors: Any, **how: Any) -> pd.DataFrame:
    """Run detectors for two seeds, with all classes and without one; return the cells."""
    settings = {"seeds": 2, "timing_seconds": 0.01, "device": "cpu", "save_scores": False, **how}
    anomalies = [Brighter(), HeldOut()]
    run = benchkit.run(
        dataset=ToyImages(), detectors=list(detectors), anomalies=anomalies, plugins=PLUGINS, out=out, **settings
    )
    return run.cells.sort_values(["detector", "anomaly", "seed"], ignore_index=True)


def alone(out: Path, monkeypatch: pytest.MonkeyPatch, *detectors: Any, **how: Any) -> pd.DataFrame:
    """Run the same with every group by itself."""
    with monkeypatch.context() as patch:
        patch.setattr(RunSettings, "sharers", 0)
        return toys(out / "alone", *detectors, **how)


def test_one_call_fits_all_seeds_and_normal_classes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Four fits in one call, each from its own images; the numbers are those of single fits."""
    cells = toys(tmp_path, "together")
    assert CALLS == [("together", (0, 0, 1, 1), (360, 325, 360, 325))]
    assert list(cells["fit_together"]) == [4] * 4
    pd.testing.assert_frame_equal(cells[NUMBERS], alone(tmp_path, monkeypatch, "together")[NUMBERS])


def test_the_seconds_of_a_call_are_shared_out(tmp_path: Path) -> None:
    """Each group pays its share of the fit, which its whole time holds as well."""
    cells = toys(tmp_path, "together")
    assert cells["fit_seconds"].nunique() == 1
    assert (cells["group_seconds"] >= cells["fit_seconds"]).all()


def test_the_peak_of_a_call_is_that_of_each_group(tmp_path: Path) -> None:
    """What many take together, each of them took: a row that said less would promise that it fits where it does not."""
    small, large = (toys(tmp_path / name, name)["peak_memory_mb"] for name in ("together", "together-large"))
    if small.isna().any():
        pytest.skip("the system does not let a peak be measured anew")
    assert large.min() > small.max() + 150


def test_a_view_is_trained_for_all_at_once_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A detector that knows nothing of it gains by its view; the numbers are those of single training."""
    cells = toys(tmp_path, "on-rows")
    assert CALLS == [("view-together", (0, 0, 1, 1), (360, 325, 360, 325))]
    assert list(cells["fit_together"]) == [1] * 4
    pd.testing.assert_frame_equal(cells[NUMBERS], alone(tmp_path, monkeypatch, "on-rows")[NUMBERS])


def test_who_does_not_want_to_here_is_fitted_alone(tmp_path: Path) -> None:
    """A detector that gains nothing on this device is not asked."""
    cells = toys(tmp_path, "elsewhere", Brightness())
    assert CALLS == []
    assert set(cells["fit_together"]) == {1}


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("raise", "fit_many: got "),
        ("few", "expected a list of 4"),
        ("mutate", "got its inputs changed in place"),
        ("many-nothings", "got NoneType among its scorers"),
        ("text", "got str among its scorers"),
    ],
)
def test_a_fault_of_many_costs_nobody_a_cell(
    fault: str, said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whatever ``fit_many`` does wrong is said once; each group fits alone, on images that nobody has changed."""
    cells = toys(tmp_path, f"together-{fault}")
    (note,) = [line for line in capsys.readouterr().err.splitlines() if "fitted one by one" in line]
    assert said in note
    assert f"'together-{fault}'" in note
    assert len(CALLS) == 1
    assert set(cells["status"]) == {"ok"}
    assert set(cells["fit_together"]) == {1}
    expected = alone(tmp_path, monkeypatch, "together")
    columns = [name for name in NUMBERS if name != "detector"]
    pd.testing.assert_frame_equal(cells[columns], expected[columns])


@pytest.mark.parametrize("view", NOT_VIEWS)
def test_a_view_of_many_that_is_none_costs_nobody_a_cell(
    view: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """No mapping, no function in it, or none of the view's name: it is trained for each by itself, and that is told."""
    cells = toys(tmp_path, f"on-{view}")
    assert set(cells["status"]) == {"ok"}
    assert capsys.readouterr().err.count(f"OddView '{view}': fit_many: got ") == 1


def test_who_empties_the_list_of_inputs_keeps_what_it_made(tmp_path: Path) -> None:
    """The list is the plugin's own: each scorer goes to the task whose inputs it was fitted on."""
    cells = toys(tmp_path, "consuming", "together")
    assert list(cells["fit_together"]) == [4] * 8
    assert len(cells.groupby(["anomaly", "seed"])["auroc"].unique().map(len).unique()) == 1


@pytest.mark.parametrize("fault", ["raise", "panic", "junk", "not"])
def test_asking_who_stacks_changes_nothing_for_others(
    fault: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """``stacks_on`` leaves what is global as it was and prints nothing among the results; one that fails says no."""
    before = (torch.get_num_threads(), torch.get_default_dtype(), random.getstate(), Path.cwd())
    cells = toys(tmp_path, f"undecided-{fault}")
    assert (torch.get_num_threads(), torch.get_default_dtype(), random.getstate(), Path.cwd()) == before
    assert set(cells["status"]) == {"ok"}
    assert list(cells["fit_together"]) == [4 if fault == "not" else 1] * 4
    said = capsys.readouterr()
    assert "asked" not in said.out
    assert ("stacks_on: got" in said.err) is (fault != "not")


def test_many_that_find_no_room_are_fitted_in_portions(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Seeds share their images; two sets of normal classes that are too large together go one after the other."""
    monkeypatch.setattr(memory, "MOST_BESIDE_PROCESSOR", 400 * 64 * 4)
    toys(tmp_path, "together")
    assert sorted(seeds for _, seeds, _ in CALLS) == [(0, 0), (1, 1)]


@pytest.mark.slow
def test_a_worker_that_dies_of_many_is_replaced(tmp_path: Path) -> None:
    """The run goes on one by one: its cells are there."""
    cells = toys(tmp_path, "together-die", "together", jobs=1)
    assert set(cells["status"]) == {"ok"}
    assert cells.groupby("detector")["fit_together"].unique().map(list).to_dict() == {
        "together": [4], "together-die": [1]
    }  # fmt: skip


@pytest.mark.slow
def test_workers_share_the_tasks_of_one_detector(tmp_path: Path) -> None:
    """Two workers fit two each at once."""
    cells = toys(tmp_path, "together", jobs=2)
    assert list(cells["fit_together"]) == [2] * 4
