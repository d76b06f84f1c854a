"""benchkit from Python: run, load, table."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

from benchkit.contract import AnomalyGenerator, Dataset, Detector
from benchkit.registry import load_registry
from benchkit.report import leaderboards, render
from benchkit.results import StoredRun, read_run
from benchkit.runner import (
    DEFAULT_DATASET,
    Earlier,
    Request,
    RunSettings,
    SettingOptions,
    check_retry,
    conduct,
    seeds_from,
)
from benchkit.runner import resume as go_on
from benchkit.verify import Verification, verify_runs


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

    def verify(
        self, *, data: bool = True, plugins: Sequence[str | Path] = (), plugin_rules: Sequence[str] = ()
    ) -> Verification:
        """Compute the run's numbers again from what lies on the disk, as ``benchkit verify`` does.

        Args:
            data: load the data set too, and compare it with what the run was made on.
            plugins: plugin files that offer the run's data set and anomalies.
            plugin_rules: ``no:NAME`` leaves a plugin out.

        Raises:
            UsageError: the run is not there any more, or a plugin file is not.
            PluginError: a plugin file that cannot be loaded.
        """
        registry = load_registry(files=tuple(Path(file) for file in plugins), rules=plugin_rules)
        (found,) = verify_runs([self.folder], registry, data=data)
        return found


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
    resume: str | Path | None = None,
    retry: Sequence[str] = (),
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
        resume: folder of an earlier run of the same things, of which only what is missing is done.
        retry: statuses whose cells are done again with ``resume``: ``failed``, ``timeout``, ``crashed``, ``oom``.
        **settings: the other fields of ``benchkit.runner.RunSettings``: device, jobs, prevalence, threshold,
            batch_size, timing_seconds, save_scores, timeout, memory_limit, executor. Everything runs in this very
            process unless ``jobs`` is 1 or more: worker processes import the script that started them, so it needs
            ``if __name__ == "__main__":``, and can't receive objects of classes that stand in a notebook.

    Returns:
        The run. A cell that failed is in it with its reason; it does not raise.

    Raises:
        UsageError: the request was wrong.
        DataError: the data set cannot be loaded.
        PluginError: a plugin file that cannot be loaded.
        StoreError: the results cannot be written.
        NotComparableError: what is resumed was made from other data or with other settings.
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
    if resume is None:
        return load_run(conduct(request, registry, plan, out=Path(out), run_id=name))
    earlier = Earlier(Path(resume), check_retry(retry))
    return load_run(go_on(request, registry, plan, earlier=earlier))
