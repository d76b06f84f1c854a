"""Are the files whole: can they be read, do they say what they are, and are the lines those that were written?"""

from __future__ import annotations

import numpy as np

from benchkit.results.cell import ADDED, Cell
from benchkit.results.naming import CELLS_FILE, TIMINGS_FILE
from benchkit.results.store import DIGEST_KEY, TIMINGS_DIGEST_KEY, digests
from benchkit.verify.evidence import MANIFEST, Evidence, Mask
from benchkit.verify.findings import Check, Findings

_DIGEST_SINCE = 2
_ENDED = ("finished", "interrupted")


def check_schema(evidence: Evidence) -> Check:
    """Return what is wrong with the schema versions; that every line could be read is known by now."""
    findings = Findings("schema")
    version = evidence.run.manifest["schema"]
    schema = evidence.numbers("schema")
    evidence.differ(findings, "schema", schema > version, f"at most {version}", f"{MANIFEST} is never older than a row")
    for field, since in ADDED.items():
        wrong = (schema < since) & ~_is_default(evidence, field)
        evidence.differ(findings, field, wrong, "nothing", f"a row before schema {since} has no such field")
    for note in evidence.run.notes:
        findings.note(note)
    if evidence.state != "finished":
        findings.note(f"the run is not finished: {MANIFEST} says {evidence.state!r}")
    return findings.check(f"{MANIFEST} of schema {version} and {evidence.rows}")


def _is_default(evidence: Evidence, field: str) -> Mask:
    default = getattr(Cell, field)
    same = np.isnan(evidence.numbers(field)) if default is None else evidence.texts(field) == default
    return np.asarray(same, dtype=np.bool_)


def check_digest(evidence: Evidence) -> Check:
    """Return whether ``cells.jsonl`` and ``timings.jsonl`` are byte for byte what they were when the run ended."""
    findings = Findings("digest")
    manifest = evidence.run.manifest
    stored = manifest.get(DIGEST_KEY)
    if stored is None and (manifest["schema"] < _DIGEST_SINCE or evidence.state not in _ENDED):
        findings.leave(
            f"{MANIFEST} holds no {DIGEST_KEY}: a run has it since schema {_DIGEST_SINCE}, and only when it has ended"
        )
        return findings.check(CELLS_FILE, done=False)
    found = digests(evidence.run.folder)
    for key, name in ((DIGEST_KEY, CELLS_FILE), (TIMINGS_DIGEST_KEY, TIMINGS_FILE)):
        why = "it was changed after the run had ended" if manifest.get(key) else "a run that has ended has one"
        why = f"SHA-256 of {name} as it lies here; {why}"
        findings.compare(MANIFEST, key, manifest.get(key), found.get(key), why)
    return findings.check(f"SHA-256 of {' and '.join([CELLS_FILE, TIMINGS_FILE][: len(found)])}")
