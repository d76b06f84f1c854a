"""What stands above and below a leaderboard: the caption and the footnotes."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Iterator, Sequence
from itertools import groupby
from typing import Any

import pandas as pd

from benchkit.measure.metrics import METRICS
from benchkit.registry import printable
from benchkit.report.arrangement import Arrangement
from benchkit.report.labels import natural
from benchkit.results import STATUSES, StoredRun, mixed_origins, versions_in_words

_DEVICES = {"cpu": "CPU", "cuda": "GPU (CUDA)", "mps": "GPU (MPS)"}


def device_label(kind: str) -> str:
    """Return what a kind of device is called in a heading: ``CPU``, ``GPU (CUDA)``."""
    return _DEVICES.get(kind, kind or "unknown device")


def caption(
    cells: Arrangement, *, dataset: str, kind: str, protocol: str, metrics: Sequence[str] = ("auroc", "precision")
) -> tuple[str, ...]:
    """Return the sentences that a number cannot be understood without."""
    every = pd.concat([cells.cells, cells.left_out]) if len(cells.left_out) else cells.cells
    seeds = sorted(every["seed"].unique().tolist())
    lines = [
        f"Data set {dataset}; {_counts(every)}; {counted(len(seeds), 'seed')} ({', '.join(map(str, seeds))}).",
        f"Device {device_label(kind)}: {listed(_machines(every))}; {_batches(every)}.",
        f"Threshold policy {_values(every, 'threshold_policy')}, from normal calibration scores alone; "
        f"prevalence {_values(every, 'prevalence')} (share of anomalies); protocol {protocol or 'unknown'}.",
    ]
    lines += [
        f"{column.label} is the mean of {span(column.members)} and counts once in the overall mean."
        for column in cells.columns
        if column.is_group and metrics
    ]
    if len(seeds) > 1:
        lines.append("± is the standard deviation over seeds, which share one split of the data.")
    return (*lines, *_intervals(every, len(seeds), metrics))


def _intervals(cells: pd.DataFrame, n_seeds: int, metrics: Sequence[str]) -> Iterator[str]:
    """Yield how the intervals were found and what they hold, in two sentences; none where there are none."""
    shown = [metric for metric in metrics if cells[f"{metric}_low"].notna().any()]
    rest = [METRICS[metric].title for metric in shown if metric != "auroc"]
    there = ["DeLong's, on the logit scale, for AUROC"] * ("auroc" in shown)
    there += [f"a stratified bootstrap for {' and '.join(rest)}"] * bool(rest)
    if there:
        yield (
            f"[low high] is a 95 % interval: {listed(there)}; of a mean over anomalies a bound, which takes their "
            "errors to go together."
        )
        yield (
            "It holds the chance in the test images alone: one seed says nothing of the chance in training."
            if n_seeds == 1
            else "Pooled over seeds, it holds the chance in the test images and the spread of the seeds."
        )


def _counts(cells: pd.DataFrame) -> str:
    """Return ``192 cells: 180 ok, 12 skipped``."""
    counts = cells["status"].value_counts(sort=False)
    ended = [f"{counts[status]} {status}" for status in STATUSES if counts.get(status)]
    return f"{counted(len(cells), 'cell')}: {listed(ended)}"


def footnotes(cells: Arrangement) -> tuple[str, ...]:
    """Return one sentence for whatever is not in the table, or is and needs a word."""
    return (
        *_skipped_for_all(cells),
        *_unequal_seeds(cells),
        *_trouble(cells),
        *_missing(cells),
        *_told_apart(cells),
        *_mixed(cells),
    )


def _mixed(cells: Arrangement) -> Iterable[str]:
    for row, origins in mixed_origins(cells.cells, "row").items():
        over = "both" if len(origins) == 2 else "all of them"
        yield printable(f"{row}: made by {versions_in_words(origins)}: means are over {over}.")


def _told_apart(cells: Arrangement) -> Iterable[str]:
    if any("#" in label for label in (*cells.rows, *cells.members)):
        yield "#… tells apart what ran under one name with different settings; run.json of each run has them."


def unfinished(runs: Iterable[StoredRun], dataset: str) -> tuple[str, ...]:
    """Return one sentence for each run that holds cells of the data set and did not come to its end."""
    return tuple(
        f"Run {_name(run)} did not finish {_cause(run.manifest['state'])}: {_progress(run)}; means are over these "
        f"alone. Go on with: benchkit run --resume {printable(shlex.quote(str(run.folder)))}"
        for run in runs
        if run.manifest.get("state", "finished") != "finished" and run.cells["dataset"].eq(dataset).any()
    )


def _name(run: StoredRun) -> str:
    return run.folder.absolute().name  # of `.` too


def _cause(state: Any) -> str:
    return "(running), or somebody is still writing there" if state == "running" else f"({state})"


def changed(runs: Iterable[StoredRun], dataset: str) -> tuple[str, ...]:
    """Return one sentence for each run on the data set whose plugins did not run with the settings they come with."""
    return tuple(
        f"Settings changed in run {_name(run)}: {_assignments(run.manifest['changes'])}."
        for run in runs
        if run.manifest.get("changes") and run.cells["dataset"].eq(dataset).any()
    )


def leaking(runs: Iterable[StoredRun], dataset: str, base: str) -> tuple[str, ...]:
    """Return one sentence for each view of a leaderboard's rows that was shown what a detector must not be.

    Args:
        runs: that the leaderboard is made of.
        dataset: the leaderboard's.
        base: the part of the protocol hash that its cells share.
    """
    return tuple(dict.fromkeys(sentence for run in runs for sentence in _leaking(run, dataset, base)))


def _leaking(run: StoredRun, dataset: str, base: str) -> Iterator[str]:
    leaks = run.manifest.get("leaks")
    for text, views in _by_text(leaks if isinstance(leaks, dict) else {}):
        shown = run.cells["view"].isin(views) & run.cells["dataset"].eq(dataset)
        if (shown & run.cells["protocol"].astype(str).str.startswith(f"{base}-")).any():
            yield printable(f"Ranked apart, because what they look at leaks: {listed(views)}: {text}.")


def _by_text(leaks: dict[str, Any]) -> Iterator[tuple[str, list[str]]]:
    for text in dict.fromkeys(str(each) for each in leaks.values()):
        yield text, [view for view, each in leaks.items() if str(each) == text]


def _assignments(changes: Any) -> str:
    if not isinstance(changes, dict):
        return str(changes)
    return "; ".join(
        f"{name}.{field} = {value}"
        for name, fields in changes.items()
        for field, value in (fields.items() if isinstance(fields, dict) else ())
    )


def _progress(run: StoredRun) -> str:
    planned = run.manifest.get("planned")
    total = planned.get("cells") if isinstance(planned, dict) else None
    return counted(len(run.cells), "cell") if total is None else f"{len(run.cells)} of {total} cells"


def _skipped_for_all(cells: Arrangement) -> Iterable[str]:
    by_reasons: dict[tuple[str, ...], set[str]] = {}
    pairs = cells.left_out[["member", "reason"]].astype(str).drop_duplicates()
    for member, part in pairs.groupby("member"):
        by_reasons.setdefault(tuple(sorted(part["reason"])), set()).add(str(member))
    for reasons, members in by_reasons.items():
        yield f"Left out, skipped for every detector: {listed(_sorted(members))}: {' / '.join(reasons)}"


def _unequal_seeds(cells: Arrangement) -> Iterable[str]:
    most = max(cells.seeds.values(), key=len, default=())
    for row, seeds in cells.seeds.items():
        if seeds != most:
            yield f"{row}: seeds {', '.join(map(str, seeds))} only."


def _trouble(cells: Arrangement) -> Iterable[str]:
    several = len({seed for seeds in cells.seeds.values() for seed in seeds}) > 1
    bad = cells.cells.loc[cells.cells["status"].ne("ok"), ["row", "status", "reason", "member", "seed"]]
    each = sorted(bad.drop_duplicates().itertuples(index=False, name=None))
    for (row, status, reason), part in groupby(each, key=lambda record: record[:3]):
        records = list(part)
        places = _with_seeds(records) if several else _sorted({member for *_, member, _ in records})
        yield f"{row}: {listed(places)}: {status}: {reason or 'no reason was recorded'}"


def _with_seeds(records: Iterable[tuple[Any, ...]]) -> Iterator[str]:
    """Yield ``noise-1 (seeds 0, 2)`` for each member; the records end with member and seed, sorted."""
    seeds = {member: [seed for *_, seed in part] for member, part in groupby(records, key=lambda record: record[3])}
    for member in _sorted(seeds):
        yield f"{member} (seed{'s' * (len(seeds[member]) > 1)} {listed(map(str, seeds[member]))})"


def _missing(cells: Arrangement) -> Iterable[str]:
    for row in cells.rows:
        absent = cells.grid.absent(row, cells.members)
        if absent:
            yield f"{row}: {listed(absent)}: missing: not run, or not for every seed."


def _machines(cells: pd.DataFrame) -> list[str]:
    kinds = cells[["device_name", "threads"]].drop_duplicates().itertuples(index=False)
    pairs = sorted((name, threads) for name, threads in kinds if name and not pd.isna(threads))
    return [machine_title(name, threads) for name, threads in pairs] or ["unknown"]


def machine_title(name: str, threads: Any) -> str:
    """Return ``Chip, 1 thread``; the name alone where the number of threads is unknown."""
    return name if pd.isna(threads) else f"{name}, {counted(int(threads), 'thread')}"


def _batches(cells: pd.DataFrame) -> str:
    largest = cells["batch_size"].max()
    return "batches of unknown size" if pd.isna(largest) else f"timed in batches of {largest} images"


def _values(cells: pd.DataFrame, field: str) -> str:
    found = sorted(value for value in cells[field].dropna().unique().tolist() if value != "")
    return listed([f"{value:g}" if isinstance(value, float) else str(value) for value in found] or ["unknown"])


def span(members: tuple[str, ...]) -> str:
    """Return the members of a group; of many the first and the last, and how many they are."""
    return listed(members) if len(members) < 4 else f"{members[0]} … {members[-1]} ({len(members)})"


def listed(items: Iterable[str]) -> str:
    """Return ``a, b, c``."""
    return ", ".join(items)


def _sorted(labels: Iterable[str]) -> list[str]:
    return sorted(labels, key=natural)


def counted(number: int, noun: str, plural: str = "") -> str:
    """Return ``1 cell``, ``2 cells``; ``2 anomalies`` with a plural of its own."""
    return f"{number} {noun if number == 1 else plural or f'{noun}s'}"
