"""The plan: fit once, score many."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st
from toy_plugins import Brighter, Brightness, HeldOut, Hostile, ToyImages

import benchkit
from benchkit.registry import load_registry, settings_hash
from benchkit.runner import Request, RunSettings, Task
from benchkit.runner.plan import CellKey, tasks_left


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


def keys(*tasks: Task) -> list[CellKey]:
    """Return what the cells of tasks are known by."""
    return [
        (offer.item.name, settings_hash(offer.item), anomaly.item.name, task.seed)
        for task in tasks
        for offer in task.detectors
        for anomaly in task.anomalies
    ]


PLAN = plan_of(
    detectors=[Brightness(), Brightness(name="other"), Hostile()],
    anomalies=[Brighter(), Brighter(name="brightest", amount=0.5), HeldOut()],
    settings=RunSettings(seeds=(0, 4)),
)


@given(done=st.sets(st.sampled_from(keys(*PLAN.tasks))))
def test_what_is_left_and_what_is_done_is_the_plan(done: set[CellKey]) -> None:
    """Whichever cells are done: the others are left, each once, in tasks with work for every detector."""
    left = tasks_left(PLAN, done)
    assert Counter([*keys(*left), *done]) == Counter(keys(*PLAN.tasks))
    assert all(task.detectors and task.anomalies for task in left)
    assert sum(task.n_cells for task in left) == PLAN.n_cells - len(done)


def test_nothing_done_leaves_the_plan_as_it_is() -> None:
    """The very same tasks in the same order, so that a resumed run trains views as the first would have."""
    assert tasks_left(PLAN, set()) == PLAN.tasks
    assert tasks_left(PLAN, set(keys(*PLAN.tasks))) == ()


def test_cells_of_other_settings_are_not_done() -> None:
    """A detector of the same name with other settings has everything left."""
    done = {(name, "0" * 12, anomaly, seed) for name, _, anomaly, seed in keys(*PLAN.tasks)}
    assert tasks_left(PLAN, done) == PLAN.tasks


def test_detectors_that_lack_the_same_stay_together() -> None:
    """Of a task of three detectors, the two that lack one anomaly are one part and share its images and views."""
    first, second, third = (offer.item for offer in PLAN.detectors)
    done = {(each.name, settings_hash(each), "brighter", 0) for each in (first, third)}
    parts = [task for task in tasks_left(PLAN, done) if task.seed == 0 and task.normal_labels is None]
    assert [[offer.item for offer in part.detectors] for part in parts] == [[first, third], [second]]
    assert [[offer.item.name for offer in part.anomalies] for part in parts] == [
        ["brightest"],
        ["brighter", "brightest"],
    ]
