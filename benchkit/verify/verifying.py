"""All checks of one run after the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from benchkit.errors import StoreError
from benchkit.registry import Registry
from benchkit.results import read_run
from benchkit.verify.consistency import check_consistency
from benchkit.verify.data import DataRoom, check_data
from benchkit.verify.evidence import Evidence
from benchkit.verify.findings import Check, Findings, Verification
from benchkit.verify.integrity import check_digest, check_schema
from benchkit.verify.plan import check_plan
from benchkit.verify.protocol import check_protocol
from benchkit.verify.scores import check_metrics
from benchkit.verify.timings import check_timings


def verify_runs(paths: Iterable[Path], registry: Registry, *, data: bool = True) -> list[Verification]:
    """Check stored runs; they are only read.

    Args:
        paths: each a run's folder, or its ``run.json``.
        registry: who offers the data sets and the anomalies that the runs name.
        data: load the data sets, and compare them with what the runs were made on.

    Returns:
        One verification a path, in their order. A run that cannot be read is one that disagrees.

    Raises:
        UsageError: there is no run at a path.
    """
    room = DataRoom(registry) if data else None
    return [_verify(Path(path), registry, room) for path in paths]


def _verify(path: Path, registry: Registry, room: DataRoom | None) -> Verification:
    try:
        evidence = Evidence(read_run(path))
    except StoreError as error:
        return Verification(path, (_unreadable(path, error),))
    return Verification(evidence.run.folder, tuple(_checks(evidence, registry, room)))


def _unreadable(path: Path, error: StoreError) -> Check:
    findings = Findings("schema")
    findings.differ(str(path), "file", str(error), "a run that can be read", "nothing else of it was checked")
    return findings.check("what could be read of the files")


def _checks(evidence: Evidence, registry: Registry, room: DataRoom | None) -> Iterator[Check]:
    yield check_schema(evidence)
    yield check_digest(evidence)
    yield check_metrics(evidence)
    yield check_consistency(evidence)
    yield check_timings(evidence)
    yield check_plan(evidence)
    yield check_protocol(evidence, registry)
    if room is not None:
        yield check_data(evidence, room)
