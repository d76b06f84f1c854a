"""Do the hashes follow from what ``run.json`` says of data, protocol and settings, and does every row carry them?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from benchkit.contract import AnomalyGenerator
from benchkit.registry import Offer, Registry, recorded_hash, settings_of
from benchkit.results.cell import ADDED
from benchkit.runner.protocol import described_hash, leaking_hash, recorded_anomaly_hash
from benchkit.verify.evidence import MANIFEST, Evidence
from benchkit.verify.findings import Check, Findings

_SETTINGS_WHY = f"hash of the settings that {MANIFEST} records"


def check_protocol(evidence: Evidence, registry: Registry) -> Check:
    """Return which hashes do not follow from what they are said to be made of."""
    findings = Findings("protocol")
    _check_base(evidence, findings)
    _check_detectors(evidence, findings)
    _check_views(evidence, findings)
    _check_anomalies(evidence, registry, findings)
    return findings.check(f"protocol hash and hashes of settings in {evidence.rows}")


def _check_base(evidence: Evidence, findings: Findings) -> None:
    described = dict(evidence.part("protocol"))
    stored = described.pop("hash", None)
    settings = evidence.part("settings")
    base = described_hash(described, threshold=settings.get("threshold"), prevalence=settings.get("prevalence"))
    why = f"hash of the protocol, the threshold policy and the prevalence in {MANIFEST}"
    findings.compare(MANIFEST, "protocol.hash", stored, base, why)
    bases, _ = _split(evidence)
    expected = _leaking(evidence, base)
    wrong = np.asarray((bases != expected) & ((evidence.texts("protocol") != "") | evidence.measured), dtype=np.bool_)
    shown = np.array([f"{each}-…" for each in expected], dtype=object)
    evidence.differ(findings, "protocol", wrong, shown, why)


def _leaking(evidence: Evidence, base: str) -> NDArray[np.object_]:
    """Return the base that each row should carry: another one where its view leaks."""
    leaks = evidence.part("leaks")
    bases = {view: leaking_hash(base, str(leaks.get(view, ""))) for view in set(evidence.texts("view"))}
    return np.array([bases[view] for view in evidence.texts("view")], dtype=object)


def _split(evidence: Evidence) -> tuple[NDArray[np.object_], NDArray[np.object_]]:
    """Return the two parts of each row's protocol hash: of data and settings, and of the anomaly."""
    halves = [text.partition("-") for text in evidence.texts("protocol")]
    bases, anomalies = [half[0] for half in halves], [half[2] for half in halves]
    return np.array(bases, dtype=object), np.array(anomalies, dtype=object)


def _check_detectors(evidence: Evidence, findings: Findings) -> None:
    detectors = evidence.texts("detector")
    hashes = {name: _hash_of(evidence.settings("detectors", name)) for name in set(detectors)}
    expected = np.array([hashes[name] for name in detectors], dtype=object)
    evidence.compare(findings, "settings", expected, _SETTINGS_WHY)


def _check_views(evidence: Evidence, findings: Findings) -> None:
    """One view object may offer several views: the hash is that of one of the objects, the same wherever one looks."""
    hashes = [_hash_of(settings) for settings in evidence.part("views").values() if isinstance(settings, dict)]
    views, stored = evidence.texts("view"), evidence.texts("view_settings")
    needed = (stored != "") | (evidence.measured & (evidence.numbers("schema") >= ADDED["view_settings"]))
    wrong = np.array([text not in hashes for text in stored], dtype=np.bool_) & needed
    evidence.differ(findings, "view_settings", wrong, f"one of {', '.join(hashes)}", _SETTINGS_WHY)
    for view in sorted(set(views[needed])):
        (usual, _), *_ = Counter(stored[needed & (views == view)]).most_common()
        odd = needed & (views == view) & (stored != usual) & ~wrong
        evidence.differ(findings, "view_settings", odd, usual, f"the other rows that look at {view} have it")


def _check_anomalies(evidence: Evidence, registry: Registry, findings: Findings) -> None:
    """The class of the anomaly is part of its hash, so its plugin has to be here."""
    lacking: dict[str, list[str]] = {}
    for name in sorted(set(evidence.texts("anomaly")) & set(evidence.part("anomalies"))):
        need = _check_anomaly(evidence, registry.anomalies.get(name), name, findings)
        if need:
            lacking.setdefault(need, []).append(name)
    for need, names in lacking.items():
        findings.leave(f"hash of {', '.join(names)}: needs {need}")


def _check_anomaly(evidence: Evidence, offer: Offer[AnomalyGenerator] | None, name: str, findings: Findings) -> str:
    """Check the rows of one anomaly; return what that would need which is not here."""
    _, parts = _split(evidence)
    rows = np.asarray((evidence.texts("anomaly") == name) & (parts != ""), dtype=np.bool_)
    settings = evidence.settings("anomalies", name)
    if offer is None or set(settings_of(offer.item)) != set(settings):
        return "the plugin, which is not installed here (--plugin loads a file)"
    expected = recorded_anomaly_hash(type(offer.item), settings)
    wrong = np.asarray(rows & (parts != expected), dtype=np.bool_)
    if wrong.any() and not _is_the_same(offer, evidence):
        return f"the plugin that made it; {_origin(offer)} is another, or lies elsewhere"
    evidence.differ(findings, "protocol", wrong, f"…-{expected}", f"hash of the anomaly's settings in {MANIFEST}")
    return ""


def _is_the_same(offer: Offer[AnomalyGenerator], evidence: Evidence) -> bool:
    """A plugin file's hash depends on where it lies, which a relative path does not say."""
    origins = evidence.run.manifest.get("plugins")
    is_known = isinstance(origins, list) and _origin(offer) in origins
    return is_known and (not offer.distribution.endswith(".py") or offer.distribution.startswith("/"))


def _origin(offer: Offer[Any]) -> str:
    return " ".join(part for part in (offer.plugin, offer.distribution, offer.version) if part)


def _hash_of(settings: Mapping[str, Any]) -> str:
    """Return the hash, or an empty text where the settings cannot be those of an object."""
    try:
        return recorded_hash(settings) if settings else ""
    except (ValueError, RecursionError):
        return ""
