"""benchkit from Python: run, load, table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from benchkit.contract import AnomalyGenerator, Dataset, Detector
from benchkit.report import leaderboards, render
from benchkit.results import StoredRun, read_run
from benchkit.runner import DEFAULT_DATASET, Request, RunSettings, SettingOptions, conduct, seeds_from


@dataclass(frozen=True)
class Run(StoredRun):
    """A finished run, as it lies on the disk.

    Attributes:
        folder: where it lies.
        manifest: what ``run.json`` says.
        cells: one row a cell, one column a field of ``benchkit.results.Cell``.
        notes: what was mended while reading.
    """

    @property
    def ok(self) -> bool:
        """Whether every cell ended ``ok`` or was skipped for a reason."""
        return bool(self.cells["status"].isin(["ok", "skipped"]).all())

    def table(self, format: str = "text") -> str:  # noqa: A002 - the name of the flag
        """Return the leaderboard as ``text``, ``github``, ``latex``, ``csv``, ``json`` or ``html``.

        Raises:
            UsageError: another format.
        """
        return render(leaderboards([self]), format)


def load_run(path: str | Path) -> Run:
    """Read a run from its folder.

    Raises:
        UsageError: there is no run at ``path``.
        StoreError: it is damaged, or was written by an older or a newer benchkit.
    """
    stored = read_run(Path(path))
    return Run(stored.folder, stored.manifest, stored.cells, stored.notes)


def run(
    *,
    dataset: str | Path | Dataset = DEFAULT_DATASET,
    detectors: Sequence[str | Detector] = ("*",),
    anomalies: Sequence[str | AnomalyGenerator] = ("*",),
    exclude: Sequence[str] = (),
    seeds: int | Iterable[int] = 1,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    plugins: Sequence[str | Path] = (),
    plugin_rules: Sequence[str] = (),
    out: str | Path = "results",
    name: str | None = None,
    **settings: Unpack[SettingOptions],
) -> Run:
    """Run every chosen detector against every chosen anomaly.

    Args:
        dataset: a name, a path to one's own images, or a data set object.
        detectors: names, globs, ``GLOB@VIEW`` or detector objects.
        anomalies: names, globs, groups or generator objects.
        exclude: names and globs to leave out.
        seeds: how many seeds (``3`` means 0, 1, 2), or the seeds themselves.
        changes: fields to change, by name or glob: ``{"pixel-ae": {"epochs": 1}}``.
        plugins: plugin files to load too.
        plugin_rules: ``no:NAME`` leaves a plugin out.
        out: the results folder.
        name: name of the run's own folder.
        **settings: the other fields of ``benchkit.runner.RunSettings``: device, jobs, prevalence, threshold,
            batch_size, timing_seconds, save_scores.

    Returns:
        The run. A cell that failed is in it with its reason; it does not raise.

    Raises:
        UsageError: the request was wrong.
        DataError: the data set cannot be loaded.
        PluginError: a plugin file that cannot be loaded.
        StoreError: the results cannot be written.
    """
    request = Request(
        dataset=dataset,
        detectors=detectors,
        anomalies=anomalies,
        exclude=exclude,
        changes=changes or {},
        plugin_files=tuple(Path(file) for file in plugins),
        plugin_rules=plugin_rules,
        settings=RunSettings(seeds=seeds_from(seeds), **settings),
    )
    registry, plan = request.resolve()
    return load_run(conduct(request, registry, plan, out=Path(out), run_id=name))
