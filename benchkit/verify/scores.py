"""Does every metric follow from the raw scores that were kept?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.errors import DataError, StoreError, UsageError
from benchkit.measure.metrics import MEASURED, evaluate
from benchkit.measure.threshold import parse_policy
from benchkit.results import read_scores
from benchkit.results.cell import ADDED
from benchkit.results.naming import SCORES_FOLDER, scores_file
from benchkit.verify.evidence import Evidence, counted, row_name
from benchkit.verify.findings import ABSOLUTE, Check, Findings

RECOMPUTED = (*MEASURED, "threshold", "threshold_low", "n_normal", "n_anomaly", "n_calibration")
"""Fields of a cell that follow from its raw scores, its threshold policy and its prevalence."""

_IDENTITY = ("dataset", "detector", "anomaly", "seed")
_WHY = "recomputed from the raw scores"
_NOT_KEPT = (
    "the raw scores were not kept, and these numbers can be recomputed from nothing else: "
    "a run keeps them unless told --no-scores"
)


def check_metrics(evidence: Evidence) -> Check:
    """Return which numbers do not follow from the raw scores; one file after the other is held in memory."""
    findings = Findings("metrics")
    fields = ["schema", *_IDENTITY, *RECOMPUTED, "threshold_policy", "prevalence"]
    rows = evidence.cells.loc[evidence.measured, fields]
    _check_folder(evidence, findings)
    done = sum(
        _check_row(evidence, dict(zip(fields, row, strict=True)), findings) for row in rows.itertuples(index=False)
    )
    _check_files(evidence, findings)
    return findings.check(_looked_at(done, len(rows)), done=done > 0)


def _looked_at(done: int, rows: int) -> str:
    if not rows:
        return "nothing: no row was measured"
    if not done:
        return f"nothing: {done} of {counted(rows, 'measured row')} {'has' if rows == 1 else 'have'} raw scores"
    return f"{len(RECOMPUTED)} numbers in each of {done} of {counted(rows, 'measured row')}"


def _check_row(evidence: Evidence, row: Mapping[str, Any], findings: Findings) -> bool:
    """Check one row; return whether there were scores to do it with."""
    name = row_name(*(row[field] for field in _IDENTITY))
    try:
        relative = _file_of(row)
        if not (evidence.run.folder / relative).is_file():
            _miss(evidence, name, relative, findings)
            return False
        scores = read_scores(evidence.run.folder / relative)
        expected = recompute(scores, policy=row["threshold_policy"], prevalence=row["prevalence"])
    except (DataError, StoreError, UsageError) as error:
        findings.differ(name, "scores", str(error), "raw scores that the numbers follow from", "read from its file")
        return True
    # A mean plus k deviations may end near zero; what it rounds by goes with the scores that it is made from.
    near = {"threshold": 1e-14 * float(np.max(np.abs(scores["calibration"])))}
    near["threshold_low"] = near["threshold"]
    for field in (field for field in expected if ADDED.get(field, 0) <= row["schema"]):
        value = expected[field]
        findings.compare(name, field, row[field], value, _WHY, absolute=max(near.get(field, 0.0), ABSOLUTE))
    return True


def recompute(scores: Mapping[str, NDArray[Any]], *, policy: str, prevalence: float) -> dict[str, float | None]:
    """Return the fields in ``RECOMPUTED`` as the runner computes them.

    Args:
        scores: N ``normal``, M ``anomaly`` and K ``calibration`` scores.
        policy: the threshold policy, such as ``quantile:0.95``.
        prevalence: share of anomalies to weight to, strictly between 0 and 1.

    Raises:
        DataError: scores that are not one-dimensional, none at all, or not finite.
        UsageError: no such policy, or a prevalence out of range.
    """
    normal, anomaly, calibration = scores["normal"], scores["anomaly"], scores["calibration"]
    threshold = parse_policy(policy).fit(calibration)
    return {
        **evaluate(normal, anomaly, threshold=threshold, prevalence=prevalence),
        "threshold": threshold.high,
        "threshold_low": threshold.low,
        "n_normal": len(normal),
        "n_anomaly": len(anomaly),
        "n_calibration": len(calibration),
    }


def _file_of(row: Mapping[str, Any]) -> Path:
    return scores_file(**{field: row[field] for field in _IDENTITY})


def _check_folder(evidence: Evidence, findings: Findings) -> None:
    """A run that kept its scores and has none was changed; one sentence says so for all of its rows."""
    if evidence.measured.any() and _were_kept(evidence) and not _are_here(evidence):
        why = f"they are missing: {evidence.run.folder / SCORES_FOLDER}/ held them when the run was made"
        findings.differ(f"{SCORES_FOLDER}/", "raw scores", None, "those of every measured row", why)


def _were_kept(evidence: Evidence) -> bool:
    return evidence.part("settings").get("save_scores") is True


def _are_here(evidence: Evidence) -> bool:
    return (evidence.run.folder / SCORES_FOLDER).is_dir()


def _miss(evidence: Evidence, name: str, relative: Path, findings: Findings) -> None:
    """A row without its scores was changed if the run kept them; where all are gone, that was said once."""
    if not _were_kept(evidence):
        findings.leave(_NOT_KEPT)
    elif _are_here(evidence):
        findings.differ(name, "scores", None, relative.as_posix(), "the run kept raw scores, but not these")


def _check_files(evidence: Evidence, findings: Findings) -> None:
    """Find files that belong to no row: left by a run that was killed, or all that is left of a row taken away."""
    folder = evidence.run.folder / SCORES_FOLDER
    here = {path.name for path in folder.iterdir() if not path.name.endswith(".part")} if folder.is_dir() else set()
    for name in sorted(here - set(_names(evidence.cells[list(_IDENTITY)].itertuples(index=False)))):
        if evidence.state == "finished":
            findings.differ(f"{SCORES_FOLDER}/{name}", "row", None, "one row", "these raw scores belong to no row")
        else:
            findings.note(f"{SCORES_FOLDER}/{name} belongs to no row, as when a run was ended in between")


def _names(identities: Iterable[Any]) -> Iterable[str]:
    for identity in identities:
        try:
            yield _file_of(dict(zip(_IDENTITY, identity, strict=True))).name
        except UsageError:
            continue  # the row itself was reported
