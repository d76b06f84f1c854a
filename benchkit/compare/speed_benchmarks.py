"""Two files of pytest-benchmark, judged by the rules of ``seconds``."""

from __future__ import annotations

from benchkit.compare.judgement import Judgement, Verdict
from benchkit.compare.pytest_benchmark import Benchmark, BenchmarkFile
from benchkit.compare.speed import speed_ratio
from benchkit.compare.speed_contest import Contest, judge
from benchkit.compare.speed_hardware import hardware_differences
from benchkit.compare.speed_repeats import weakness
from benchkit.compare.tolerance import Rule, Tolerance, Tolerances

SECONDS = Rule("seconds:+10%", "seconds", 0.1, relative=True)
"""What counts for a benchmark that no rule speaks of; it fails only where no rule is given at all."""


def judge_benchmarks(
    base: BenchmarkFile, head: BenchmarkFile, tolerances: Tolerances, *, subset: bool = False
) -> list[Judgement]:
    """Return a judgement for each benchmark: those of BASE in its order, then those that are new.

    Args:
        base: what is compared with.
        head: what is judged.
        tolerances: the rules; those of ``seconds`` count, ``SECONDS`` without any.
        subset: HEAD was made of a part of BASE on purpose: what it does not hold is left out instead of GONE.
    """
    both = [name for name in base.benchmarks if name in head.benchmarks]
    contests = [_contest(base.benchmarks[name], head.benchmarks[name]) for name in both]
    judged = dict(zip(both, judge(contests, lambda contest: _rule(contest, tolerances)), strict=True))
    for name in () if subset else base.benchmarks:
        if name not in judged:
            judged[name] = _alone(base.benchmarks[name], "GONE")
    new = [_alone(benchmark, "NEW") for name, benchmark in head.benchmarks.items() if name not in base.benchmarks]
    return [*(judged[name] for name in base.benchmarks if name in judged), *new]


def benchmark_differences(base: BenchmarkFile, head: BenchmarkFile) -> tuple[str, ...]:
    """Return what forbids comparing the times of two files, one clause each; empty where nothing does."""
    both = (name for name in base.benchmarks if name in head.benchmarks)
    return hardware_differences((base.benchmarks[name].hardware, head.benchmarks[name].hardware) for name in both)


def _rule(contest: Contest, tolerances: Tolerances) -> Tolerance:
    found = tolerances.find(contest.metric, contest.detector, ("",))  # a benchmark has no column
    return found or Tolerance(SECONDS, gates=not tolerances.given)


def _contest(base: Benchmark, head: Benchmark) -> Contest:
    reason = _obstacle(base, head)
    ratio = None if reason or base.repeats is None or head.repeats is None else speed_ratio(base.repeats, head.repeats)
    return Contest(
        detector=base.name,
        metric="seconds",
        base=base.median,
        head=head.median,
        identical=base.repeats == head.repeats and base.statistics == head.statistics,
        ratio=ratio,
        reason=reason,
    )


def _obstacle(base: Benchmark, head: Benchmark) -> str:
    for side, benchmark in (("BASE", base), ("HEAD", head)):
        if benchmark.repeats is None:
            return f"{side} holds statistics only, not the single rounds: write it with --benchmark-json FILE."
    if base.repeats is None or head.repeats is None:
        return ""
    found = weakness(base.repeats, head.repeats)
    return f"{found} Use --benchmark-max-time 6." if found else ""


def _alone(benchmark: Benchmark, verdict: Verdict) -> Judgement:
    gone = verdict == "GONE"
    return Judgement(
        dataset="",
        detector=benchmark.name,
        anomaly="",
        seed=None,
        metric="",
        verdict=verdict,
        base=benchmark.median if gone else None,
        head=None if gone else benchmark.median,
        fails=gone,
    )
