"""The agenda: every fit group is done once, groups with one view by one worker, and nobody idles while work is left."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from toy_plugins import Brighter, Brightness, HeldOut, ToyImages, ToyView

from benchkit.contract import Detector
from benchkit.registry import Offer
from benchkit.runner.agenda import Agenda, Bundle
from benchkit.runner.plan import Task
from benchkit.runner.report import Lost

VIEW = Offer(ToyView(), "toys", "", "")
VIEWS = {"toy-pixels": VIEW, "columns": VIEW}  # two names of one object; any other view is nobody's


def offers(*views: str) -> tuple[Offer[Detector], ...]:
    """Return detectors that look at these views, in that order."""
    return tuple(
        Offer(Brightness(name=f"detector-{number}", view=view), "toys", "", "") for number, view in enumerate(views)
    )


def task(*views: str, seed: int = 0) -> Task:
    """Return a task whose detectors look at these views, with two anomalies."""
    anomalies = tuple(Offer(each, "toys", "", "") for each in (Brighter(), Brighter(name="brightest", amount=0.5)))
    return Task(Offer(ToyImages(), "toys", "", ""), None, seed, offers(*views), anomalies, VIEWS)


tasks = st.lists(st.lists(st.sampled_from(["toy-pixels", "columns", "pixels", "other"]), max_size=6), max_size=4).map(
    lambda lists: [task(*views, seed=seed) for seed, views in enumerate(lists)]
)


@given(tasks=tasks, turns=st.lists(st.integers(0, 3), max_size=60))
def test_every_group_is_handed_out_exactly_once(tasks: list[Task], turns: list[int]) -> None:
    """In whatever order four workers come: all groups, none twice, and the cells left go down with them."""
    agenda, last = Agenda(tasks), dict[int, Bundle]()
    taken: list[tuple[int, str]] = []
    for worker in [*turns, *([0] * 24)]:
        left = agenda.cells_left
        assert left == 2 * (sum(len(each.detectors) for each in tasks) - len(taken))
        if got := agenda.take(last.get(worker)):
            last[worker], offer = got
            taken.append((last[worker].task.seed, offer.item.name))
    assert Counter(taken) == Counter((each.seed, offer.item.name) for each in tasks for offer in each.detectors)
    assert agenda.take(None) is None


@given(tasks=tasks, turns=st.lists(st.integers(0, 3), max_size=60))
def test_nobody_begins_what_another_works_on_while_something_is_new(tasks: list[Task], turns: list[int]) -> None:
    """A worker leaves its bundle only when it is empty, and helps another only when no bundle is fresh."""
    agenda, last = Agenda(tasks), dict[int, Bundle]()
    begun: set[Bundle] = set()
    total = {(each.seed, VIEWS.get(offer.item.view, offer.item.view)) for each in tasks for offer in each.detectors}
    for worker in turns:
        before = last.get(worker)
        held = before is not None and bool(before.waiting)
        if got := agenda.take(before):
            bundle = last[worker] = got[0]
            assert bundle is before or not held
            if bundle is not before and bundle in begun:
                assert len(begun) == len(total)
            begun.add(bundle)


def test_two_views_of_one_object_are_one_bundle() -> None:
    """Whoever trained the object does all that look at it; a second worker begins elsewhere."""
    agenda = Agenda([task("toy-pixels", "pixels", "columns", "toy-pixels", "pixels")])
    first = agenda.take(None)
    second = agenda.take(None)
    assert first is not None
    assert second is not None
    assert second[1].item.view == "pixels"
    views = [first[1].item.view]
    while len(views) < 3 and (got := agenda.take(first[0])):
        views.append(got[1].item.view)
    assert views == ["toy-pixels", "columns", "toy-pixels"]


def test_an_idle_worker_helps_where_most_is_left() -> None:
    """When every bundle is begun, the longest queue gets help."""
    agenda = Agenda([task(*["pixels"] * 3, seed=0), task(*["pixels"] * 5, seed=1), task(*["pixels"] * 4, seed=2)])
    for _ in range(3):
        agenda.take(None)
    helped = agenda.take(None)
    assert helped is not None
    assert helped[0].task.seed == 1


def test_nothing_is_handed_out_after_the_end() -> None:
    """A closed agenda gives nothing, not even of a bundle that was begun, and still knows what is left."""
    agenda = Agenda([task("pixels", "pixels")])
    begun = agenda.take(None)
    agenda.close()
    assert begun is not None
    assert agenda.take(begun[0]) is None
    assert agenda.take(None) is None
    assert agenda.cells_left == 2


def test_a_bundle_carries_no_detector() -> None:
    """Each is sent alone, so that one that can't be sent keeps nobody else at home."""
    got = Agenda([task("pixels", "pixels")]).take(None)
    assert got is not None
    assert got[0].task.detectors == ()


def test_what_ends_a_worker_is_known_to_all_who_would_meet_it() -> None:
    """Tasks that differ in detectors or missing anomalies share it; other seeds and classes do not."""
    agenda, here = Agenda([]), task("pixels")
    agenda.learn(here, Lost(views={"subject": ("crashed", "it died")}))
    agenda.learn(replace(here, detectors=()), Lost(anomalies={"brighter": ("timeout", "it slept")}))
    agenda.learn(here, Lost())
    for same in (here, replace(here, detectors=offers("columns")), replace(here, anomalies=here.anomalies[:1])):
        known = agenda.lost(same)
        assert known.views == {"subject": ("crashed", "it died")}
        assert known.anomalies == {"brighter": ("timeout", "it slept")}
    held_out = HeldOut()
    for other in (replace(here, seed=1), replace(here, normal_labels=held_out.normal_labels)):
        assert agenda.lost(other) == Lost()


def test_objects_need_not_be_hashable() -> None:
    """A view and a data set with a list among their settings are bundled and remembered like any other."""

    @dataclass(frozen=True)
    class ListedView(ToyView):
        layers: list[int] = field(default_factory=list)

    @dataclass(frozen=True)
    class ListedImages(ToyImages):
        sizes: list[int] = field(default_factory=list)

    view = Offer(ListedView(), "toys", "", "")
    listed = replace(
        task("toy-pixels", "columns"),
        dataset=Offer(ListedImages(), "toys", "", ""),
        views={"toy-pixels": view, "columns": view},
    )
    agenda = Agenda([listed])
    agenda.learn(listed, Lost(views={"toy-view": ("crashed", "it died")}))
    assert agenda.lost(listed).views == {"toy-view": ("crashed", "it died")}
    first, second = agenda.take(None), agenda.take(None)
    assert first is not None
    assert second is not None
    assert first[0] is second[0]
