"""The agenda: every fit group is done once, groups with one view by one worker, and nobody idles while work is left."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor
from toy_plugins import Brighter, Brightness, HeldOut, ToyImages, ToyView

from benchkit.contract import Detector, Scorer
from benchkit.registry import Offer
from benchkit.runner.agenda import Agenda, Bundle, Series, Turn
from benchkit.runner.blank import Frame, cells_of
from benchkit.runner.group import Outcome
from benchkit.runner.plan import Task
from benchkit.runner.report import GroupReport, Lost

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


@dataclass(frozen=True)
class Together(Brightness):
    """Says how many are fitted at once."""

    def fit_many(self, normals: Sequence[Tensor], *, seeds: Sequence[int]) -> list[Scorer]:
        """One by one after all."""
        return super().fit_many(normals, seeds=seeds)


def together(*seeds: int, detectors: int = 2) -> list[Task]:
    """Return a task for each seed, all with the same detectors that are fitted for many at once."""
    made = tuple(
        Offer(Together(name=f"together-{number}", view="pixels"), "toys", "", "") for number in range(detectors)
    )
    return [replace(task("pixels", seed=seed), detectors=made) for seed in seeds]


@given(tasks=tasks, turns=st.lists(st.integers(0, 3), max_size=60), many=st.integers(0, 4), workers=st.integers(0, 3))
def test_every_group_is_handed_out_exactly_once(tasks: list[Task], turns: list[int], many: int, workers: int) -> None:
    """In whatever order four workers come: all groups, none twice, and the cells left go down with them."""
    tasks = [*tasks, *together(*range(10, 10 + many))]
    agenda, last = Agenda(tasks, workers), dict[int, Turn]()
    taken: list[tuple[int, str]] = []
    for worker in [*turns, *([0] * 36), *([1, 2, 3] * 12)]:
        left = agenda.cells_left
        assert left == 2 * (sum(len(each.detectors) for each in tasks) - len(taken))
        if got := agenda.take(last.get(worker)):
            last[worker] = got
            taken.append((got.task.seed, got.offer.item.name))
    assert Counter(taken) == Counter((each.seed, offer.item.name) for each in tasks for offer in each.detectors)
    assert agenda.take(None) is None


@given(tasks=tasks, turns=st.lists(st.integers(0, 3), max_size=60))
def test_nobody_begins_what_another_works_on_while_something_is_new(tasks: list[Task], turns: list[int]) -> None:
    """A worker leaves its bundle only when it is empty, and helps another only when no bundle is fresh."""
    agenda, last = Agenda(tasks), dict[int, Turn]()
    begun: set[Bundle] = set()
    total = {(each.seed, VIEWS.get(offer.item.view, offer.item.view)) for each in tasks for offer in each.detectors}
    for worker in turns:
        before = last.get(worker)
        held = before is not None and bool(before.bundle.waiting)
        if got := agenda.take(before):
            last[worker], bundle = got, got.bundle
            assert (before is not None and bundle is before.bundle) or not held
            if (before is None or bundle is not before.bundle) and bundle in begun:
                assert len(begun) == len(total)
            begun.add(bundle)


def test_two_views_of_one_object_are_one_bundle() -> None:
    """Whoever trained the object does all that look at it; a second worker begins elsewhere."""
    agenda = Agenda([task("toy-pixels", "pixels", "columns", "toy-pixels", "pixels")])
    first = agenda.take(None)
    second = agenda.take(None)
    assert first is not None
    assert second is not None
    assert second.offer.item.view == "pixels"
    views = [first.offer.item.view]
    while len(views) < 3 and (got := agenda.take(first)):
        views.append(got.offer.item.view)
    assert views == ["toy-pixels", "columns", "toy-pixels"]


def test_an_idle_worker_helps_where_most_is_left() -> None:
    """When every bundle is begun, the longest queue gets help."""
    agenda = Agenda([task(*["pixels"] * 3, seed=0), task(*["pixels"] * 5, seed=1), task(*["pixels"] * 4, seed=2)])
    for _ in range(3):
        agenda.take(None)
    helped = agenda.take(None)
    assert helped is not None
    assert helped.task.seed == 1


def test_a_detector_that_is_fitted_for_many_goes_round_its_tasks() -> None:
    """The first of its groups names them all; the others follow before the bundle's next detector begins."""
    agenda, turn = Agenda(together(0, 1, 2)), None
    seen: list[tuple[str, int, int]] = []
    while turn := agenda.take(turn):
        seen.append((turn.offer.item.name, turn.task.seed, len(turn.together)))
    names = ("together-0", "together-1")
    assert seen == [(name, seed, 3 if seed == 0 else 0) for name in names for seed in (0, 1, 2)]


def test_tasks_are_shared_out_among_workers() -> None:
    """Two workers get half of the tasks each, rounded up; on many machines every task stands for itself."""
    first, second = (agenda := Agenda(together(*range(5)), 2)).take(None), agenda.take(None)
    assert first is not None
    assert second is not None
    assert [[task.seed for task in turn.together] for turn in (first, second)] == [[0, 1, 2], [3, 4]]
    alone = Agenda(together(*range(5)), 0).take(None)
    assert alone is not None
    assert alone.together == ()


def test_a_series_that_was_fitted_at_once_is_left_to_whoever_did_it() -> None:
    """Only the tasks of one that is done one by one are taken over by an idle worker: the last one first."""
    agenda = Agenda(together(0, 1, 2, detectors=1))
    turn = agenda.take(None)
    assert turn is not None
    assert agenda.take(None) is None
    cells = cells_of(turn.task, turn.offer, Frame("", "quantile:0.95", 0.5, {}), "failed", "for the test")
    agenda.learn(turn, GroupReport([Outcome(replace(cell, fit_together=3)) for cell in cells]))
    assert agenda.take(None) is None
    agenda.learn(turn, GroupReport([Outcome(replace(cell, fit_together=1)) for cell in cells]))
    helped = agenda.take(None)
    assert helped is not None
    assert (helped.task.seed, helped.together) == (2, ())
    rest = agenda.take(turn)
    assert rest is not None
    assert rest.task.seed == 1
    assert agenda.cells_left == 0


def test_nothing_is_handed_out_after_the_end() -> None:
    """A closed agenda gives nothing, not even of a series that was begun, and still knows what is left."""
    for agenda in (Agenda([task("pixels", "pixels")]), Agenda(together(0, 1, detectors=1))):
        begun = agenda.take(None)
        agenda.close()
        assert begun is not None
        assert agenda.take(begun) is None
        assert agenda.take(None) is None
        assert agenda.cells_left == 2


def test_a_task_carries_no_detector() -> None:
    """Each is sent alone, so that one that can't be sent keeps nobody else at home."""
    got = Agenda([task("pixels", "pixels")]).take(None)
    assert got is not None
    assert got.task.detectors == ()


def test_what_ends_a_worker_is_known_to_all_who_would_meet_it() -> None:
    """Tasks that differ in detectors or missing anomalies share it; other seeds and classes do not."""
    agenda, here = Agenda([]), task("pixels")

    def learn(met: Task, lost: Lost) -> None:
        agenda.learn(Turn(Bundle(""), Series(here.detectors[0]), met), GroupReport([], lost=lost))

    learn(here, Lost(views={"subject": ("crashed", "it died")}))
    learn(replace(here, detectors=()), Lost(anomalies={"brighter": ("timeout", "it slept")}))
    learn(here, Lost())
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
    lost = Lost(views={"toy-view": ("crashed", "it died")})
    agenda.learn(Turn(Bundle(""), Series(listed.detectors[0]), listed), GroupReport([], lost=lost))
    assert agenda.lost(listed).views == {"toy-view": ("crashed", "it died")}
    first, second = agenda.take(None), agenda.take(None)
    assert first is not None
    assert second is not None
    assert first.bundle is second.bundle


def test_whoever_watches_is_told_what_is_at_work() -> None:
    """Each group from when it is taken until it is brought back, by detector and classes."""
    told: list[list[str]] = []
    agenda = Agenda([task("pixels", "pixels")], watch=told.append)
    first = agenda.take(None)
    second = agenda.take(None)
    assert first is not None
    assert second is not None
    agenda.learn(first, GroupReport([]))
    agenda.learn(second, GroupReport([]))
    names = [f"{turn.offer.item.name}, all classes" for turn in (first, second)]
    assert told == [names[:1], names, names[1:], []]
