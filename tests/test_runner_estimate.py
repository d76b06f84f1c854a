"""What a plan would cost: by measured times, or not at all."""

from __future__ import annotations

from pathlib import Path

from toy_plugins import Brighter, Brightness, HeldOut, ToyImages

import benchkit
from benchkit.registry import load_registry
from benchkit.runner import Plan, Request, estimate


def toy_plan(*detectors: benchkit.Detector) -> Plan:
    """Return a plan of two tasks."""
    request = Request(dataset=ToyImages(), detectors=detectors, anomalies=[Brighter(), HeldOut()])
    return request.resolve(load_registry())[1]


def test_without_an_earlier_run_the_cost_is_unknown(tmp_path: Path) -> None:
    """No run on this data set: no number is made up."""
    assert estimate(toy_plan(Brightness()), tmp_path) is None
    assert estimate(toy_plan(Brightness()), tmp_path / "missing") is None


def test_a_later_run_on_other_data_does_not_hide_the_times(tmp_path: Path) -> None:
    """The times come from the latest run that holds the data set, damaged runs passed over."""
    quick = {"detectors": [Brightness()], "anomalies": [Brighter()], "out": tmp_path, "timing_seconds": 0.01}
    first = benchkit.run(dataset=ToyImages(), **quick)  # type: ignore[arg-type]
    benchkit.run(dataset=ToyImages(name="other"), **quick)  # type: ignore[arg-type]
    (tmp_path / "damaged").mkdir()
    (tmp_path / "damaged" / "run.json").write_text("{")
    cost = estimate(toy_plan(Brightness()), tmp_path)
    assert cost is not None
    assert cost.source == first.folder.name


def test_the_cost_is_the_earlier_fit_times_as_often_as_planned(tmp_path: Path) -> None:
    """Two tasks cost twice the fit and view seconds that the latest run measured; strangers are named."""
    run = benchkit.run(
        dataset=ToyImages(), detectors=[Brightness()], anomalies=[Brighter()], out=tmp_path, timing_seconds=0.01
    )
    cell = run.cells.iloc[0]
    cost = estimate(toy_plan(Brightness(), Brightness(name="newcomer")), tmp_path)
    assert cost is not None
    assert abs(cost.seconds - 2 * (cell["fit_seconds"] + cell["view_seconds"])) < 1e-9
    assert cost.unknown == ("newcomer",)
    assert cost.source == run.folder.name
