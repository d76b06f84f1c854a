"""benchkit from Python: run, load, table, compare, score."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Unpack

import pandas as pd

from benchkit.compare.comparing import compare as compare_runs
from benchkit.compare.comparison import Comparison
from benchkit.contract import AnomalyGenerator, Dataset, Detector
from benchkit.errors import StoreError, UsageError
from benchkit.registry import load_registry, printable, printable_lines
from benchkit.report import leaderboards, render, sweep_of
from benchkit.report.scoring import Scoring, score_images
from benchkit.results import STATUSES, StoredRun, read_run
from benchkit.runner import (
    DEFAULT_DATASET,
    Earlier,
    Listener,
    Request,
    RunSettings,
    SettingOptions,
    check_retry,
    conduct,
    parse_size,
    recall_request,
    seeds_from,
)
from benchkit.runner import resume as go_on
from benchkit.runner.settings import DEFAULT_THRESHOLD
from benchkit.runner.surroundings import surroundings_kept
from benchkit.verify import Verification, verify_runs

__all__ = ["Comparison", "Run", "Scoring", "compare_runs", "load_run", "run", "score"]

_HOW = ("jobs", "timeout", "memory_limit", "device_memory", "executor", "beside")
"""Settings that say how a run is carried out; the others, and what it was asked for, say what it is."""

_WHAT = {"dataset", "detectors", "anomalies", "plugins"}
"""Where objects may stand, or the plugin files that offer them."""


@dataclass(frozen=True)
class Run(StoredRun):
    """A finished run, as it lies on the disk.

    Attributes:
        folder: where it lies.
        manifest: what ``run.json`` says.
        cells: one row a cell, one column a field of ``benchkit.results.Cell``.
        notes: what was mended while reading.
    """

    def __repr__(self) -> str:
        """Return the folder and how many cells ended how."""
        counts = self.cells["status"].value_counts(sort=False)
        ended = ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts.get(status))
        return f"<Run {printable(str(self.folder))}: {ended or 'no cells'}>"

    @property
    def ok(self) -> bool:
        """Whether every cell ended ``ok`` or was skipped for a reason."""
        return bool(self.cells["status"].isin(["ok", "skipped"]).all())

    def table(
        self,
        format: str = "text",  # noqa: A002 - the name of the flag
        *,
        posthoc: str = "nemenyi",
        columns: Sequence[str] | str | None = None,
    ) -> str:
        """Return the leaderboard as ``text``, ``github``, ``latex``, ``csv``, ``json`` or ``html``.

        Args:
            format: one of these.
            posthoc: the test that groups the detectors: ``nemenyi`` or ``wilcoxon-holm``.
            columns: what to show, such as ``["auroc", "images_per_second", "limit"]``; None shows the usual. A wrong
                name lists those that there are.

        Raises:
            UsageError: another format, another test, or a name that is none.
        """
        return render(leaderboards([self], posthoc=posthoc, columns=columns), format)

    @property
    def sweep(self) -> pd.DataFrame:
        """The sizes of batches that were timed beside the usual one: one line a cell and size, with their numbers."""
        return sweep_of([self])

    def verify(
        self, *, data: bool = True, plugins: Sequence[str | Path] | None = None, plugin_rules: Sequence[str] = ()
    ) -> Verification:
        """Compute the run's numbers again from what lies on the disk, as ``benchkit verify`` does.

        Args:
            data: load the data set too, and compare it with what the run was made on.
            plugins: plugin files that offer the run's data set and anomalies; they are executed. By default those
                that ``run.json`` names, where they are still there: give ``()`` for a run from somebody else.
            plugin_rules: ``no:NAME`` leaves a plugin out.

        Raises:
            UsageError: the run is not there any more, or a plugin file is not.
            PluginError: a plugin file that cannot be loaded.
        """
        files = self._plugin_files() if plugins is None else tuple(Path(file) for file in plugins)
        registry = load_registry(files=files, rules=plugin_rules)
        (found,) = verify_runs([self.folder], registry, data=data)
        return found

    def _plugin_files(self) -> tuple[Path, ...]:
        """Whatever stands in the place of a list of paths names no file."""
        request = self.manifest.get("request")
        named = request.get("plugin_files") if isinstance(request, dict) else None
        files = [file for file in named if isinstance(file, str)] if isinstance(named, list) else []
        return tuple(Path(file) for file in files if os.path.isfile(file))  # also False for a name no file can have


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
    dataset: str | Path | Dataset | None = None,
    detectors: Sequence[str | Detector] | None = None,
    anomalies: Sequence[str | AnomalyGenerator] | None = None,
    exclude: Sequence[str] = (),
    seeds: int | Iterable[int] | None = None,
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    sweeps: Mapping[str, Mapping[str, Sequence[Any]]] | None = None,
    plugins: Sequence[str | Path] = (),
    plugin_rules: Sequence[str] = (),
    out: str | Path | None = None,
    name: str | None = None,
    resume: str | Path | None = None,
    retry: str | Sequence[str] = (),
    **settings: Unpack[SettingOptions],
) -> Run:
    """Run every chosen detector against every chosen anomaly, or go on with an earlier run.

    ``run(resume="results/x")`` does what is missing in that folder, as ``benchkit run --resume`` does: what the run is
    stands in its ``run.json``. Only ``jobs``, ``timeout``, ``memory_limit``, ``device_memory``, ``executor`` and
    ``beside`` may be given anew; they are as it began else. A run that was begun with objects, which cannot be written
    down, needs the same arguments again, with the same objects.

    Args:
        dataset: a name, a path to one's own images, or a data set object; ``digits`` by default.
        detectors: names, globs, ``GLOB@VIEW`` or detector objects; all by default.
        anomalies: names, globs, groups or generator objects; all that are taken ``by_default`` otherwise.
        exclude: names and globs to leave out.
        seeds: how many seeds (``3`` means 0, 1, 2), or the seeds themselves; 1 by default.
        changes: fields to change, by name or glob: ``{"pixel-ae": {"epochs": 1}}``.
        sweeps: fields to vary: ``{"pixel-ae": {"epochs": [1, 5]}}`` puts ``pixel-ae-epochs-1`` and
            ``pixel-ae-epochs-5`` in the place of ``pixel-ae``.
        plugins: plugin files to load too.
        plugin_rules: ``no:NAME`` leaves a plugin out.
        out: the results folder; ``results`` by default.
        name: name of the run's own folder.
        resume: folder of an earlier run, of which only what is missing is done.
        retry: with ``resume``, statuses whose cells are done again, as a sequence or joined by commas:
            ``"failed,timeout,crashed,oom"``.
        **settings: the other fields of ``benchkit.runner.RunSettings``: device, jobs, prevalence, threshold,
            batch_size, timing_seconds, timing_noise, batch_sizes, save_scores, timeout (seconds), memory_limit and
            device_memory (bytes, or a text such as ``"4GB"``), executor, beside (a folder). Everything runs in this
            very process unless ``jobs`` is 1 or more, or was when the run began that is resumed: worker processes
            import the script that started them, so it needs ``if __name__ == "__main__":``, and can't receive objects
            of classes that stand in a notebook.

    Returns:
        The run. A cell that failed is in it with its reason; it does not raise.

    Raises:
        UsageError: the request was wrong, or would make another run of the one that is resumed.
        DataError: the data set cannot be loaded.
        PluginError: a plugin file that cannot be loaded.
        StoreError: the results cannot be written.
        NotComparableError: what is resumed was made from other data or with other settings.
    """
    asked = {
        "dataset": dataset, "detectors": detectors, "anomalies": anomalies, "exclude": exclude or None, "seeds": seeds,
        "changes": changes or None, "sweeps": sweeps or None, "plugins": plugins or None,
        "plugin_rules": plugin_rules or None,
    }  # fmt: skip
    given = {key: value for key, value in asked.items() if value is not None}
    options = _options(settings)
    if resume is None:
        return _begin(_request(given, options), Path(out or "results"), name, retry)
    request = _request_of(Path(resume), given, options, {"out": out, "name": name})
    registry, plan = request.resolve()
    statuses = check_retry(_statuses(retry))
    return load_run(go_on(request, registry, plan, earlier=Earlier(Path(resume), statuses), listener=_LISTENER))


def score(
    images: str | Path | Sequence[str | Path],
    *,
    detector: str | Detector,
    dataset: str | Path | Dataset = DEFAULT_DATASET,
    normal_labels: Iterable[int] = (),
    held_out: Iterable[int] = (),
    polarity: str = "auto",
    top: int | None = None,
    sort: bool = False,
    seed: int = 0,
    threshold: str = DEFAULT_THRESHOLD,
    device: str = "auto",
    changes: Mapping[str, Mapping[str, Any]] | None = None,
    plugins: Sequence[str | Path] = (),
    plugin_rules: Sequence[str] = (),
) -> Scoring:
    """Fit a detector as a run does, and score one's own images with it, as ``benchkit score`` does.

    Args:
        images: PNG and JPEG files, folders, patterns, IDX files, ``.txt`` files in the text form; one or several.
        detector: a name, ``NAME@VIEW``, or an object.
        dataset: on whose normal training images it is fitted; a name, a path, or an object.
        normal_labels: the classes that are normal; none: all.
        held_out: classes that are not normal.
        polarity: ``auto``, ``keep`` or ``invert``.
        top: only so many, the most anomalous first.
        sort: the most anomalous first.
        seed: of the fit.
        threshold: policy that sets the threshold from normal calibration scores.
        device: as in ``run``.
        changes: fields to change, by name or glob.
        plugins: plugin files to load too.
        plugin_rules: ``no:NAME`` leaves a plugin out.

    Returns:
        The verdicts: ``table`` is a pandas frame. Files that could not be read are in ``refused``.

    Raises:
        UsageError: the request was wrong.
        DataError: the data set cannot be loaded, or none of the images can be read.
        PluginError: the detector, or its view, did something wrong.
        Unsupported: it cannot do what is asked.
    """
    with surroundings_kept():  # of whatever plugins set for the whole process while they are imported
        registry = load_registry(files=[Path(file) for file in plugins], rules=plugin_rules)
    return score_images(
        registry,
        [images] if isinstance(images, (str, Path)) else images,
        dataset=dataset,
        detector=detector,
        settings=RunSettings(seeds=(seed,), threshold=threshold, device=device),
        changes=changes,
        normal_labels=frozenset(normal_labels),
        held_out=frozenset(held_out),
        polarity=polarity,
        top=top,
        by_score=sort,
    )


def _say(text: str) -> None:
    """What plugins print in a worker process, and what a run has to say itself, is no part of anybody's output."""
    sys.stderr.write(printable_lines(text))


_LISTENER = Listener(on_text=_say)


def _begin(request: Request, out: Path, name: str | None, retry: str | Sequence[str]) -> Run:
    if retry:
        raise UsageError(f"retry: got {retry!r} without resume; expected the folder of a run. Add resume=FOLDER.")
    registry, plan = request.resolve()
    return load_run(conduct(request, registry, plan, out=out, run_id=name, listener=_LISTENER))


def _options(settings: SettingOptions) -> dict[str, Any]:
    sizes = {name: settings.get(name) for name in ("memory_limit", "device_memory")}
    read = {name: parse_size(size, name.replace("_", " ")) for name, size in sizes.items() if isinstance(size, str)}
    return {**settings, **read}


def _statuses(retry: str | Sequence[str]) -> Sequence[str]:
    return retry.split(",") if isinstance(retry, str) and retry else retry


def _request(given: Mapping[str, Any], options: Mapping[str, Any]) -> Request:
    named = {key: value for key, value in given.items() if key not in ("seeds", "plugins")}
    files = tuple(Path(file) for file in given.get("plugins", ()))
    settings = RunSettings(seeds=seeds_from(given.get("seeds", 1)), **options)
    return Request(**named, plugin_files=files, settings=settings)


def _request_of(
    folder: Path, given: Mapping[str, Any], options: Mapping[str, Any], place: Mapping[str, Any]
) -> Request:
    """Return the request of a run that is resumed: as it stands in its folder, or as it is given where it cannot."""
    how = {key: options[key] for key in _HOW if key in options}
    if how.get("jobs") == 0:  # the time-out of earlier workers has no meaning in this process
        how = {"timeout": None, "memory_limit": None, "executor": "local", **how}
    try:
        recalled = recall_request(folder, how)
    except (UsageError, StoreError):  # begun with objects, or without a file that reopening mends
        if not given.keys() & _WHAT:
            raise
        return _request(given, options)
    others = [*given, *(key for key in options if key not in _HOW), *(key for key, value in place.items() if value)]
    if others:
        raise UsageError(
            f"resume: got {', '.join(others)} as well; expected the run to be what it was, which run.json of {folder} "
            "says. Leave that out, or begin a new run."
        )
    return recalled
