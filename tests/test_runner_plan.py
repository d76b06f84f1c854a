"""The plan: fit once, score many."""

from __future__ import annotations

import pytest
from toy_plugins import Brighter, Brightness, HeldOut, Hostile, ToyImages

import benchkit
from benchkit.registry import load_registry
from benchkit.runner import Request, RunSettings


def plan_of(**choices: object):
    """Return the plan of a request on toys."""
    request = Request(dataset=ToyImages(), **choices)  # type: ignore[arg-type]
    return request.resolve(load_registry())[1]


def test_anomalies_with_the_same_normals_share_a_fit() -> None:
    """Two anomalies on all classes are one fit a detector; a held-out class costs one more."""
    plan = plan_of(
        detectors=[Brightness(), Hostile()], anomalies=[Brighter(), Brighter(name="brightest", amount=0.5), HeldOut()]
    )
    assert (len(plan.tasks), plan.n_fits, plan.n_cells) == (2, 4, 6)


def test_seeds_multiply_the_plan() -> None:
    """Each seed repeats every fit."""
    plan = plan_of(detectors=[Brightness()], anomalies=[Brighter()], settings=RunSettings(seeds=(0, 1, 2)))
    assert (len(plan.tasks), plan.n_fits, plan.n_cells) == (3, 3, 3)


def test_a_view_asked_for_by_hand_must_exist() -> None:
    """``@VIEW`` with a view that nobody offers is refused at once, with close matches."""
    with pytest.raises(benchkit.UsageError, match="layer1"):
        plan_of(detectors=["gaussian@layer11"], anomalies=[Brighter()])


def test_a_detector_whose_own_view_is_missing_does_not_stop_the_plan() -> None:
    """A plugin's default view that nobody offers fails that detector's cells, not the run."""
    plan = plan_of(detectors=[Brightness(view="no-such-view"), Brightness(name="fine")], anomalies=[Brighter()])
    assert plan.n_fits == 2
    assert "no-such-view" not in plan.views


def test_task_titles_name_the_classes_in_ranges() -> None:
    """All digits but 3 read as 0-2,4-9."""
    plan = plan_of(detectors=[Brightness()], anomalies=[HeldOut()])
    assert plan.tasks[0].title == "toy, classes 0-2,4-9 normal, seed 0"


def test_settings_reach_the_objects_that_run() -> None:
    """A changed field stands in the plan's detector."""
    plan = plan_of(detectors=[Brightness()], anomalies=[Brighter()], changes={"brightness": {"scale": 2.0}})
    assert plan.detectors[0].item.scale == 2.0
