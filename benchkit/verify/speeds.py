"""Do the speeds of a row, and of a sweep over sizes of batches, fit each other?"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import numpy as np

from benchkit.measure.flags import BUDGET, HALVED, is_written_well, split
from benchkit.measure.sweep import SizeTiming
from benchkit.results.cell import ADDED
from benchkit.verify.evidence import Evidence, Mask
from benchkit.verify.findings import Findings, agree

_ORDERED = ("latency_p50_ms", "latency_p95_ms", "latency_p99_ms")
_MEASURED = ("latency_p95_ms", "timing_noise", "timing_repeats")
_OF_A_DEVICE = ("host_images_per_second", "score_memory_mb")
_WORDS = "words of benchkit.measure.flags, each once, in their order"

Found = tuple[str, Any, Any, str]
"""Field, what stands there, what should, and why."""


def check_speeds(evidence: Evidence, findings: Findings) -> None:
    """Note which rows have speeds that do not fit each other, or not the run's settings."""
    _check_order(evidence, findings)
    throughput = 1e3 * evidence.numbers("batch_size") / evidence.numbers("latency_p50_ms")
    evidence.compare(findings, "images_per_second", throughput, "batch size over median latency")
    share = evidence.numbers("images_per_second") / evidence.numbers("limit_images_per_second")
    evidence.compare(findings, "limit_share", share, "images a second over their limit")
    _check_presence(evidence, findings)
    _check_words(evidence, findings)
    asked: Any = evidence.part("settings").get("batch_size")
    if isinstance(asked, int):
        wrong = evidence.numbers("batch_size") > asked
        evidence.differ(findings, "batch_size", wrong, f"at most {asked}", "the run's settings say so")


def _check_order(evidence: Evidence, findings: Findings) -> None:
    for place, slower in enumerate(_ORDERED):
        for faster in _ORDERED[:place]:
            wrong = evidence.numbers(slower) < evidence.numbers(faster)
            evidence.differ(findings, slower, wrong, f"at least {faster}", "it is the slower one")


def _check_presence(evidence: Evidence, findings: Findings) -> None:
    """A timed row says how sure it is; the way to a device and its memory there are only where there is a device."""
    for field in _MEASURED:
        lacking = np.isnan(evidence.numbers(field)) & _timed(evidence) & (evidence.numbers("schema") >= ADDED[field])
        evidence.differ(findings, field, lacking, "a number", "a timed row has one")
    on_host = evidence.texts("device") == "cpu"
    for field in _OF_A_DEVICE:
        there = ~np.isnan(evidence.numbers(field)) & on_host
        evidence.differ(findings, field, there, None, "there is none on a CPU")


def _timed(evidence: Evidence) -> Mask:
    return np.asarray((evidence.texts("status") == "ok") & (evidence.texts("timing_lane") != ""), dtype=np.bool_)


def _check_words(evidence: Evidence, findings: Findings) -> None:
    texts = evidence.texts("timing_flags")
    wrong = np.array([not is_written_well(text) for text in texts], dtype=np.bool_)
    evidence.differ(findings, "timing_flags", wrong, _WORDS, "what a timing says is one of these")
    limit = noise_of(evidence.part("settings"))
    if limit:
        silent = np.array([BUDGET not in split(text) for text in texts], dtype=np.bool_)
        loud = (evidence.numbers("timing_noise") > limit) & _timed(evidence)
        evidence.differ(findings, "timing_flags", loud & silent, f"{BUDGET} among them", f"its noise is above {limit}")


def noise_of(settings: Mapping[str, Any]) -> float:
    """Return the noise that a run's timings were to reach; 0 where they were to spend their budget."""
    noise = settings.get("timing_noise")
    return float(noise) if isinstance(noise, int | float) and settings.get("beside") is None else 0.0


def check_sweep(sweep: Sequence[SizeTiming], settings: Mapping[str, Any], where: str, findings: Findings) -> None:
    """Note what of a fit group's sweep does not fit in itself, or not the run's settings.

    Args:
        sweep: as it is stored.
        settings: those of the run.
        where: what the fit group is called.
        findings: takes what is wrong.
    """
    asked = settings.get("batch_sizes")
    wanted = sorted(size for size in asked if isinstance(size, int)) if isinstance(asked, list) else []
    findings.compare(where, "sweep", [each.asked for each in sweep], wanted, "the run's settings ask for these sizes")
    for each in sweep:
        for field, stored, expected, why in _of_size(each, noise_of(settings)):
            findings.differ(where, f"sweep {each.asked}: {field}", stored, expected, why)


def _of_size(each: SizeTiming, noise: float) -> Iterator[Found]:
    throughput = 1e3 * each.batch_size / each.latency_p50_ms
    if not agree(each.images_per_second, throughput):
        yield "images_per_second", each.images_per_second, throughput, "batch size over median latency"
    times = [getattr(each, field) for field in _ORDERED]
    if sorted(times) != times:
        yield "latency", times, sorted(times), "each is slower than the one before"
    if not is_written_well(each.flags):
        yield "flags", each.flags, _WORDS, "what a timing says is one of these"
    words = split(each.flags)
    if (HALVED in words) != (each.batch_size < each.asked) or each.batch_size > each.asked:
        yield "batch_size", each.batch_size, each.asked, f"it is smaller exactly where it says {HALVED}"
    if (BUDGET in words) != (0 < noise < each.noise):
        yield "flags", each.flags, f"{BUDGET} where its noise is above {noise}", "a timing says what it did not reach"
