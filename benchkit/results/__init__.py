"""What a run leaves behind: the cell, the store that writes it and the reader that brings it back."""

from __future__ import annotations

from benchkit.results.cell import CELL_FIELDS, SCHEMA_VERSION, STATUSES, Cell, Status
from benchkit.results.columns import to_frame
from benchkit.results.exhibit import Exhibit, Shown, read_exhibit
from benchkit.results.naming import exhibit_file, scores_file
from benchkit.results.origins import mixed_origins, versions_in_words
from benchkit.results.raw_scores import read_scores
from benchkit.results.reading import StoredRun, latest_run, read_manifest, read_run, runs_in
from benchkit.results.store import RunStore
from benchkit.results.timings import TimingRecord, read_timings

__all__ = [
    "CELL_FIELDS",
    "SCHEMA_VERSION",
    "STATUSES",
    "Cell",
    "Exhibit",
    "RunStore",
    "Shown",
    "Status",
    "StoredRun",
    "TimingRecord",
    "exhibit_file",
    "latest_run",
    "mixed_origins",
    "read_exhibit",
    "read_manifest",
    "read_run",
    "read_scores",
    "read_timings",
    "runs_in",
    "scores_file",
    "to_frame",
    "versions_in_words",
]
