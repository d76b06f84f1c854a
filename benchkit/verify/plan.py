"""Are the rows those of the run that ``run.json`` describes: nothing foreign, nothing missing, rightly counted?"""

from __future__ import annotations

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import numpy as np

from benchkit.results import mixed_origins, versions_in_words
from benchkit.verify.evidence import MANIFEST, Evidence, row_name
from benchkit.verify.findings import Check, Findings

_WHY = f"{MANIFEST} says so"


def check_plan(evidence: Evidence) -> Check:
    """Return which rows are not of this run, which are missing, and what is counted wrong."""
    findings = Findings("plan")
    _check_members(evidence, findings)
    _check_settings(evidence, findings)
    _check_counts(evidence, findings)
    _check_missing(evidence, findings)
    for detector, origins in mixed_origins(evidence.cells, "detector").items():
        findings.note(f"{detector}: its rows were made by {versions_in_words(origins)}")
    return findings.check(f"data set, detectors, anomalies, seeds, settings and number of {evidence.rows}")


def _check_members(evidence: Evidence, findings: Findings) -> None:
    known: dict[str, list[Any]] = {
        "dataset": list(evidence.part("dataset")),
        "detector": list(evidence.part("detectors")),
        "anomaly": list(evidence.part("anomalies")),
        "seed": _seeds(evidence),
    }
    for field, values in known.items():
        evidence.one_of(findings, field, values, _WHY)
    name = evidence.part("protocol").get("dataset")
    findings.compare(MANIFEST, "dataset", known["dataset"], [name], "its protocol says so")
    for field, kind, by in (("view", "detectors", "detector"), ("anomaly_group", "anomalies", "anomaly")):
        setting = "group" if field == "anomaly_group" else field
        owners = evidence.texts(by)
        expected = {owner: _text(evidence.settings(kind, owner).get(setting)) for owner in set(owners)}
        evidence.compare(findings, field, np.array([expected[owner] for owner in owners], dtype=object), _WHY)


def _check_settings(evidence: Evidence, findings: Findings) -> None:
    """Rows of a task that came to nothing may have neither policy nor prevalence."""
    settings = evidence.part("settings")
    policy, prevalence = _text(settings.get("threshold")), settings.get("prevalence")
    said = evidence.measured | (evidence.texts("threshold_policy") != "")
    evidence.compare(findings, "threshold_policy", policy, _WHY, among=np.asarray(said, dtype=np.bool_))
    weighted = evidence.measured | ~np.isnan(evidence.numbers("prevalence"))
    number = float(prevalence) if isinstance(prevalence, (int, float)) else np.nan
    evidence.compare(findings, "prevalence", number, _WHY, among=weighted)


def _check_counts(evidence: Evidence, findings: Findings) -> None:
    if evidence.state == "running":
        findings.leave(f"{MANIFEST} counts the cells when the run has ended, and it says that it is running")
        return
    counts = dict(Counter(map(str, evidence.texts("status"))))
    why = f"that is how many rows there are of each status in the {len(evidence.cells)}"
    findings.compare(MANIFEST, "cells", dict(evidence.part("cells")), counts, why)


def _check_missing(evidence: Evidence, findings: Findings) -> None:
    """A finished run has a row for every detector, anomaly and seed."""
    planned = list(_planned(evidence))
    why = "detectors × anomalies × seeds"
    findings.compare(MANIFEST, "planned.cells", evidence.part("planned").get("cells"), len(planned), why)
    rows = list(
        zip(evidence.texts("detector"), evidence.texts("anomaly"), evidence.cells["seed"].tolist(), strict=True)
    )
    present = Counter(rows)
    missing = [identity for identity in planned if identity not in present]
    if evidence.state != "finished":
        if missing:
            findings.note(f"{len(missing)} of {len(planned)} planned rows are not there yet")
        return
    (dataset,) = list(evidence.part("dataset"))[:1] or ["?"]
    for detector, anomaly, seed in missing:
        findings.differ(row_name(dataset, detector, anomaly, seed), "row", None, "one row", "it was planned")
    repeated = np.array([present[identity] > 1 for identity in rows], dtype=np.bool_)
    evidence.differ(findings, "settings", repeated, "one row", "the same detector, anomaly and seed stand there twice")


def _planned(evidence: Evidence) -> Iterator[tuple[str, str, int]]:
    return itertools.product(evidence.part("detectors"), evidence.part("anomalies"), _seeds(evidence))


def _seeds(evidence: Evidence) -> list[int]:
    seeds = evidence.part("settings").get("seeds")
    return [seed for seed in seeds if isinstance(seed, int)] if isinstance(seeds, list) else []


def _text(value: Any) -> str | None:
    """Return a text that ``run.json`` holds; None for anything else, which no row can equal."""
    return value if isinstance(value, str) else None
