"""Do the numbers of a row fit each other? For this the raw scores need not be there.

Shares of images are whole numbers of images, an AUROC is a whole number of half pairs, and precision, F1 and accuracy
follow from recall, the share of false alarms and the prevalence. An edit of one of them alone shows.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import UsageError
from benchkit.measure.metrics import MEASURED, METRICS
from benchkit.measure.threshold import parse_policy
from benchkit.results.cell import ADDED
from benchkit.results.record import DEFAULTS, OLDEST
from benchkit.verify.evidence import Evidence, Mask, counted
from benchkit.verify.findings import Check, Findings
from benchkit.verify.speeds import check_speeds

_UNDEFINED_WHEN_NOTHING_IS_FLAGGED = ("precision", "f1")
_SECONDS = ("fit_seconds", "view_seconds", "group_seconds")
_LIMIT = ("flop_per_image", "bytes_per_image", "limit_images_per_second", "limit_share")
_SPEED = ("images_per_second", "latency_p50_ms", "latency_p95_ms", "latency_p99_ms", "host_images_per_second")
_NOT_NEGATIVE = (*_SECONDS, *_SPEED, *_LIMIT, "timing_noise", "score_memory_mb", "peak_memory_mb", "n_train")
_COUNTED = ("n_normal", "n_anomaly", "n_calibration")
_USED = ("batch_size", "threads", "timing_repeats")

Floats = NDArray[np.float64]


def check_consistency(evidence: Evidence) -> Check:
    """Return which numbers are out of range or do not fit the others of their row."""
    findings = Findings("consistency")
    with np.errstate(all="ignore"):  # a row of nonsense gives NaN, which is found to be wrong
        _check_ranges(evidence, findings)
        _check_presence(evidence, findings)
        _check_intervals(evidence, findings)
        _check_order(evidence, findings)
        _check_age(evidence, findings)
        for field, expected, why in _followed(evidence):
            evidence.compare(findings, field, expected, why, among=_countable(evidence))
        check_speeds(evidence, findings)
    return findings.check(
        f"ranges and what follows from what in {counted(int(evidence.measured.sum()), 'measured row')}"
    )


def _check_ranges(evidence: Evidence, findings: Findings) -> None:
    for field in MEASURED:
        value = evidence.numbers(field)
        evidence.differ(findings, field, (value < 0) | (value > 1), "0 to 1", "it is a share")
    prevalence = evidence.numbers("prevalence")
    evidence.differ(
        findings, "prevalence", (prevalence <= 0) | (prevalence >= 1), "strictly between 0 and 1", "it is a share"
    )
    for field in _NOT_NEGATIVE:
        evidence.differ(findings, field, evidence.numbers(field) < 0, "0 or more", "it is an amount")
    for field in _COUNTED:
        wrong = (evidence.numbers(field) < 1) & evidence.measured
        evidence.differ(findings, field, wrong, "1 or more", "a measured row has images")
    for field in _USED:
        evidence.differ(findings, field, evidence.numbers(field) < 1, "1 or more", "none would have done nothing")


def _check_presence(evidence: Evidence, findings: Findings) -> None:
    """What a measured row has to have; that precision and F1 may be undefined follows from the others."""
    for field in (*METRICS, "threshold", "prevalence"):
        if field not in _UNDEFINED_WHEN_NOTHING_IS_FLAGGED:
            wrong = np.isnan(evidence.numbers(field)) & evidence.measured
            evidence.differ(findings, field, wrong, "a number", "a measured row has one")
    ok = evidence.texts("status") == "ok"
    reasons = evidence.texts("reason") != ""
    evidence.differ(findings, "reason", ok & reasons, "", "a row that is ok needs none")
    evidence.differ(findings, "reason", ~ok & ~reasons, "a reason", "a row that is not ok has one")


def _check_order(evidence: Evidence, findings: Findings) -> None:
    threshold, low = evidence.numbers("threshold"), evidence.numbers("threshold_low")
    evidence.differ(findings, "threshold_low", low > threshold, "at most threshold", "it is the lower one")
    policies = evidence.texts("threshold_policy")
    sides = {text: _is_two_sided(text) for text in set(policies)}
    wanted = np.array([sides[text] for text in policies], dtype=np.bool_)
    wrong = evidence.measured & (wanted == np.isnan(low))
    evidence.differ(findings, "threshold_low", wrong, "a number only of a two-sided policy", "the policy says so")


def _check_age(evidence: Evidence, findings: Findings) -> None:
    """A row cannot hold what its schema did not have yet."""
    schema = evidence.numbers("schema")
    for field, since in ADDED.items():
        there = evidence.texts(field) != "" if DEFAULTS[field] == "" else ~np.isnan(evidence.numbers(field))
        evidence.differ(findings, field, there & (schema < since), DEFAULTS[field], f"it came with schema {since}")


def _check_intervals(evidence: Evidence, findings: Findings) -> None:
    """A metric lies within its interval, and has one since the schema that brought it."""
    for metric in METRICS:
        value = evidence.numbers(metric)
        low, high = (evidence.numbers(f"{metric}_{end}") for end in ("low", "high"))
        why = f"{metric} lies within its interval"
        evidence.differ(findings, f"{metric}_low", low > value, f"at most {metric}", why)
        evidence.differ(findings, f"{metric}_high", high < value, f"at least {metric}", why)
        for end, numbers in (("low", low), ("high", high)):
            since = evidence.numbers("schema") >= ADDED.get(f"{metric}_{end}", OLDEST)
            wrong = (np.isnan(numbers) != np.isnan(value)) & since & evidence.measured
            expected = f"a number where {metric} is one"
            evidence.differ(findings, f"{metric}_{end}", wrong, expected, "a measured number has its interval")


def _is_two_sided(policy: str) -> bool:
    try:
        return parse_policy(policy).fit([0.0, 1.0]).low is not None
    except UsageError:
        return False


def _countable(evidence: Evidence) -> Mask:
    counts = (evidence.numbers("n_normal") >= 1) & (evidence.numbers("n_anomaly") >= 1)
    return np.asarray(evidence.measured & counts, dtype=np.bool_)


def _followed(evidence: Evidence) -> Iterator[tuple[str, Floats, str]]:
    """Yield fields, what they should be in each row, and why."""
    normals, anomalies = evidence.numbers("n_normal"), evidence.numbers("n_anomaly")
    recall = _whole(evidence.numbers("recall"), anomalies)
    weight = evidence.numbers("prevalence")
    right = (evidence.numbers("accuracy") - weight * recall) / (1 - weight)
    false_alarms = _whole(1 - right, normals)
    found = weight * recall
    flagged = found + (1 - weight) * false_alarms
    yield "auroc", _whole(evidence.numbers("auroc"), 2 * normals * anomalies), "a whole number of half pairs of images"
    yield "recall", recall, "a whole number of anomalies"
    yield "fpr95", _whole(evidence.numbers("fpr95"), normals), "a whole number of normals"
    yield "accuracy", found + (1 - weight) * (1 - false_alarms), "whole numbers of images, weighted to the prevalence"
    why = "it follows from recall, accuracy and prevalence"
    yield "precision", np.where(flagged > 0, found / flagged, np.nan), why
    yield "f1", np.where(flagged > 0, 2 * found / (flagged + weight), np.nan), why


def _whole(share: Floats, of: Floats) -> Floats:
    """Return the nearest share that is a whole number of ``of``."""
    nearest: Floats = np.rint(share * of) / of
    return nearest
