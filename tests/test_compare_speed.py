"""Speed: verdicts a fit group, costs that are one number, hardware."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from speed_helpers import noisy
from store_helpers import cell

from benchkit.compare.judgement import Judgement
from benchkit.compare.speed import MIN_GROUPS, TimedRun, judge_runs, run_differences
from benchkit.compare.speed_contest import Contest, judge, lowest_ratio
from benchkit.compare.speed_hardware import Hardware, hardware_differences
from benchkit.compare.speed_ratio import Ratio
from benchkit.compare.tolerance import Tolerance, parse_rule, parse_rules
from benchkit.results import StoredRun, TimingRecord, to_frame

MANIFEST = {
    "hardware": {"machine": "x86_64", "cores": 2, "torch": "2.13.0"},
    "settings": {"timing_seconds": 6.0},
}
MACHINE: dict[str, Any] = {"device": "cpu", "device_name": "a processor", "threads": 2, "batch_size": 1024}


def record(seconds: tuple[float, ...], **changes: Any) -> TimingRecord:
    """Return the raw repeats of the fit group that ``run_of`` makes by default."""
    values: dict[str, Any] = {
        "dataset": "digits", "detector": "gaussian", "settings": "", "seed": 0, "anomalies": ("noise-1",),
        "lane": "exclusive", **MACHINE,
    }  # fmt: skip
    return TimingRecord(**{**values, "seconds": seconds, **changes})


def run_of(*records: TimingRecord, manifest: dict[str, Any] = MANIFEST, keep: bool = True, **changes: Any) -> TimedRun:
    """Return a run whose cells are those of the records; ``keep=False`` forgets the raw repeats."""
    cells = []
    for each in records:
        median = float(np.median(each.seconds))
        costs = {"images_per_second": each.batch_size / median, "latency_p50_ms": 1e3 * median, "fit_seconds": median}
        shared = {name: getattr(each, name) for name in ("dataset", "detector", "seed", *MACHINE)}
        shared |= {"timing_lane": each.lane, **costs, **changes}
        cells += [cell(anomaly=anomaly, **shared) for anomaly in each.anomalies]
    return TimedRun(
        StoredRun(Path("run"), manifest, to_frame(each.to_dict() for each in cells)), records if keep else ()
    )


def judged(base: TimedRun, head: TimedRun, *rules: str) -> list[Judgement]:
    """Return the judgements under rules."""
    return judge_runs(base, head, parse_rules(rules))


def verdict(base: tuple[float, ...], head: tuple[float, ...], *rules: str) -> str:
    """Return what becomes of one fit group."""
    (found,) = judged(run_of(record(base)), run_of(record(head)), *rules)
    return found.verdict


# Verdicts


@pytest.mark.parametrize(
    ("factor", "rule", "expected"),
    [
        (1.3, "images_per_second:-10%", "SLOWER"),
        (1 / 1.3, "images_per_second:-10%", "FASTER"),
        (1.01, "images_per_second:-10%", "SAME"),
        (1.3, "images_per_second:-40%", "SAME"),
        (1.05, "images_per_second:-10%", "SAME"),
        (1.3, "images_per_second:-5000", "SLOWER"),
        (1.3, "images_per_second:-90000", "SAME"),
    ],
)
def test_a_change_counts_beyond_the_tolerance(factor: float, rule: str, expected: str) -> None:
    """The test has to find it, and the factor has to be larger than the rule allows."""
    assert verdict(noisy(0), noisy(1, factor=factor), rule) == expected


def test_a_noisy_timing_is_ambiguous() -> None:
    """An interval that reaches beyond the tolerance is neither SAME nor SLOWER, and says why."""
    (found,) = judged(run_of(record(noisy(0, spread=0.25, count=40))), run_of(record(noisy(3, spread=0.25, count=40))))
    assert found.verdict == "AMBIGUOUS"
    assert "reaches beyond the tolerance" in found.reason


def test_a_judgement_says_the_ratio_of_speeds_and_both_values() -> None:
    """Three tenths more time are 1 / 1.3 of the speed; the values are the cells' own."""
    base, head = run_of(record(noisy(0))), run_of(record(noisy(1, factor=1.3)))
    (found,) = judged(base, head)
    assert found.difference == pytest.approx(1 / 1.3, rel=0.01)
    assert found.low is not None
    assert found.high is not None
    assert found.low < 1 / 1.3 < found.high
    assert found.base == base.run.cells["images_per_second"][0]
    assert found.head == head.run.cells["images_per_second"][0]
    assert (found.metric, found.method, found.fails) == ("images_per_second", "rank test", True)


def test_latency_is_judged_where_a_rule_names_it() -> None:
    """A rule for the median latency adds its judgement; throughput is shown, and does not fail any more."""
    base, head = run_of(record(noisy(0))), run_of(record(noisy(1, factor=1.3)))
    found = {each.metric: each for each in judged(base, head, "latency_p50_ms:+15%")}
    assert found["latency_p50_ms"].verdict == found["images_per_second"].verdict == "SLOWER"
    assert found["latency_p50_ms"].fails
    assert not found["images_per_second"].fails


def test_a_fit_group_is_judged_once() -> None:
    """Sixteen columns that share a fit are one judgement; a held-out class, fitted for itself, is another."""
    shared = tuple(f"noise-{number}" for number in range(16))
    records = [
        (record(noisy(seed), anomalies=shared), record(noisy(seed + 1), anomalies=("held-out-3",)))
        for seed in (0, 10)
    ]  # fmt: skip
    found = judged(*(run_of(*each) for each in records))
    assert [each.anomaly for each in found] == [",".join(shared), "held-out-3"]


def test_a_part_of_the_columns_is_judged_for_that_part() -> None:
    """Where HEAD has fewer columns of a fit group, the judgement speaks of those."""
    base = run_of(record(noisy(0), anomalies=("noise-1", "noise-2", "noise-3")))
    (found,) = judged(base, run_of(record(noisy(1), anomalies=("noise-3", "noise-1"))))
    assert found.anomalies == ("noise-1", "noise-3")


def test_a_changed_setting_is_still_the_same_detector() -> None:
    """The hash of the settings stands in the raw repeats and in the cells of each side for itself."""
    base = run_of(record(noisy(0), settings="a"), settings="a")
    (found,) = judged(base, run_of(record(noisy(1, factor=1.3), settings="b"), settings="b"))
    assert found.verdict == "SLOWER"


SHORT = {**MANIFEST, "settings": {"timing_seconds": 0.1}}


@pytest.mark.parametrize(
    ("head", "said"),
    [
        (run_of(record(noisy(1)), keep=False), "HEAD holds no raw repeats"),
        (run_of(record(noisy(1), lane="shared")), "HEAD was timed while the run did other work"),
        (run_of(record(noisy(1)[:90] + noisy(1, factor=1.8)[:110])), "HEAD was timed on a busy machine: half of its "),
        (run_of(record(noisy(1, count=20)), manifest=SHORT), "HEAD was timed for 0.2 s; 2 s at least"),
        (run_of(record(noisy(1), window_seconds=0.13)), "HEAD was timed for 0.13 s, then its median was sure for the "),
    ],
)
def test_what_cannot_be_judged_says_why(head: TimedRun, said: str) -> None:
    """Without repeats, beside other work, on a busy machine or in a moment nothing is claimed, and nothing judged."""
    (found,) = judged(run_of(record(noisy(0))), head)
    assert (found.verdict, found.fails, found.judged) == ("AMBIGUOUS", False, False)
    assert said in found.reason


@pytest.mark.parametrize(
    "head", [record(noisy(1), window_seconds=0.13), record(noisy(1, count=20), window_seconds=0.2)]
)
def test_who_was_timed_too_shortly_learns_how_not_to_be(head: TimingRecord) -> None:
    """The budget alone is not enough where a timing may end before it."""
    (found,) = judged(run_of(record(noisy(0))), run_of(head))
    assert found.reason.endswith("Use benchkit run --timing-noise 0 --timing-seconds 6.")


def test_a_timing_that_spent_its_budget_is_judged() -> None:
    """How long it took stands beside its times; before schema 4, the budget says so."""
    for window in (6.01, None):
        head = run_of(record(noisy(1), window_seconds=window))
        (found,) = judged(run_of(record(noisy(0), window_seconds=window)), head)
        assert found.judged


@pytest.mark.parametrize("keep", [True, False])
def test_a_run_is_the_same_as_itself(keep: bool) -> None:
    """With raw repeats and without them, however short it was timed."""
    run = run_of(record(noisy(0, count=5)), keep=keep, manifest=SHORT)
    (found,) = judged(run, run)
    assert (found.verdict, found.method, found.judged) == ("SAME", "identical", True)


@pytest.mark.parametrize("status", ["failed", "skipped", "oom"])
def test_a_cell_that_did_not_end_well_is_not_timed(status: str) -> None:
    """It is judged as a cell, not as a speed."""
    assert judged(run_of(record(noisy(0))), run_of(record(noisy(1)), status=status)) == []


def test_a_manifest_that_says_nothing_is_enough() -> None:
    """Hardware and budget that were never written down keep nobody from reading the run."""
    run = run_of(record(noisy(0, count=500)), manifest={"hardware": None})
    (found,) = judged(run, run_of(record(noisy(1, count=500)), manifest={"settings": [1]}))
    assert found.verdict == "SAME"


def test_p_values_are_adjusted_for_all_fit_groups() -> None:
    """One small p-value among a hundred contests is what chance brings."""
    rule = Tolerance(parse_rule("images_per_second:-1%"), gates=True)
    values = [0.01] + [0.5] * 99
    contests = [
        Contest(detector=str(place), metric="images_per_second", base=1.0, head=0.8, ratio=Ratio(0.8, 0.7, 0.9, value))
        for place, value in enumerate(values)
    ]
    assert judge(contests[:1], lambda _: rule)[0].verdict == "SLOWER"
    together = judge(contests, lambda _: rule)
    assert together[0].verdict == "AMBIGUOUS"
    assert together[0].p_value == pytest.approx(1.0)


@pytest.mark.parametrize(
    ("rule", "lowest"),
    [("images_per_second:-20%", 0.8), ("latency_p50_ms:+25%", 0.8), ("seconds:+0.5", 0.8), ("fit_seconds:+100%", 0.5)],
)
def test_every_rule_is_read_as_a_lowest_ratio_of_speeds(rule: str, lowest: float) -> None:
    """A fifth less speed is a quarter more time."""
    assert lowest_ratio(parse_rule(rule), 2.0) == pytest.approx(lowest)


# One number a fit group


def many(seed: int, *, count: int, factor: float = 1.0) -> TimedRun:
    """Return a run of ``count`` fit groups of very different sizes; ``fit_seconds`` is the median of each."""
    draw = np.random.default_rng(seed)
    scale = 1.5 ** np.arange(count) * factor * np.exp(draw.normal(0, 0.02, count))
    return run_of(*(record(noisy(0, factor=each), seed=place) for place, each in enumerate(scale)))


@pytest.mark.parametrize(
    ("count", "factor", "expected"),
    [(1, 5.0, "AMBIGUOUS"), (MIN_GROUPS - 1, 5.0, "AMBIGUOUS"), (MIN_GROUPS, 1.5, "SLOWER"), (MIN_GROUPS, 1.0, "SAME"),
     (11, 1.5, "SLOWER"), (11, 0.5, "FASTER")],
)  # fmt: skip
def test_one_number_against_one_number_is_no_regression(count: int, factor: float, expected: str) -> None:
    """A fit that took five times as long is AMBIGUOUS; half as long again over six fit groups is SLOWER."""
    both = judged(many(0, count=count), many(1, count=count, factor=factor), "fit_seconds:+20%")
    (found,) = (each for each in both if each.metric == "fit_seconds")
    assert found.verdict == expected
    assert found.fails is (expected == "SLOWER")
    assert found.judged is (count >= MIN_GROUPS)


def test_a_cost_that_nobody_measured_is_not_judged() -> None:
    """A rule for it is answered by nothing, which the gate refuses."""
    base, head = many(0, count=6), many(1, count=6)
    assert [each for each in judged(base, head, "peak_memory_mb:+10%") if each.metric == "peak_memory_mb"] == []


def test_views_that_are_not_trained_take_no_time() -> None:
    """Zero on both sides is SAME, and no logarithm of it is taken."""
    base, head = (run_of(record(noisy(seed)), view_seconds=0.0) for seed in (0, 1))
    (found,) = (each for each in judged(base, head, "view_seconds:+10%") if each.metric == "view_seconds")
    assert (found.verdict, found.method) == ("SAME", "identical")


# Hardware


def test_the_same_machine_differs_in_nothing() -> None:
    """Another index of the same kind of device is no difference either."""
    base, head = (run_of(record(noisy(0), device=device)) for device in ("cuda:0", "cuda:1"))
    assert run_differences(base, head) == ()


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"device": "cuda"}, "the device is cpu in BASE and cuda in HEAD (1 of 1 timings)"),
        ({"device_name": "another"}, "the processor or accelerator is a processor in BASE and another in HEAD"),
        ({"threads": 1}, "the number of threads is 2 in BASE and 1 in HEAD"),
        ({"batch_size": 512}, "the batch size is 1024 in BASE and 512 in HEAD"),
    ],
)
def test_what_differs_between_machines_is_said(changes: dict[str, Any], said: str) -> None:
    """Each in one clause, with the number of timings that it concerns."""
    (found,) = run_differences(run_of(record(noisy(0))), run_of(record(noisy(0), **changes)))
    assert found.startswith(said)


@pytest.mark.parametrize(("name", "value"), [("cores", 16), ("machine", "aarch64")])
def test_the_manifest_tells_of_the_machine_too(name: str, value: object) -> None:
    """Cores and instruction set stand in run.json."""
    other = {**MANIFEST, "hardware": {**MANIFEST["hardware"], name: value}}  # type: ignore[dict-item]
    (found,) = run_differences(run_of(record(noisy(0))), run_of(record(noisy(0)), manifest=other))
    assert f"and {value} in HEAD" in found


def test_what_is_unknown_differs_from_nothing() -> None:
    """A file that does not say how many cores there were is not refused for it."""
    known = Hardware("cpu", "a", "x86_64", 2, 2, 1024)
    unknown = itertools.repeat(Hardware())
    assert hardware_differences(zip([known], unknown, strict=False)) == ()
