"""The page: a section for each device, the aims in front, how to repeat it behind."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from statistics import median

from published.numbers import digits
from published.records import Measured, Row
from published.tables import aims, detector_table, findings, group_table, groups, size_table
from published.texts import ABOUT, HEAD, NO_GPU, READING, REPEAT

_MANY = 3
"""Rounds from which the spread of a row says something."""

_BUSY = 1.15
"""Median by fastest round, of the middle row, from which a machine is called busy."""

_DISTURBED = 2.0
"""Slowest round by median, of any row, from which single rounds are said to have been disturbed."""


def page(measured: Sequence[Measured]) -> str:
    """Return the page as Markdown; processors first, then GPUs."""
    parts = [HEAD, READING]
    for each in sorted(measured, key=lambda one: one.is_gpu):
        parts += _section(each)
    if not any(each.is_gpu for each in measured):
        parts.append(NO_GPU)
    return "\n\n".join([*parts, REPEAT]) + "\n"


def _section(measured: Measured) -> Iterator[str]:
    machine = measured.machine
    yield f"## On {machine['device_name']} ({machine['device']})"
    yield "\n".join(f"- {line}" for line in _facts(measured))
    yield from _warnings(measured)
    aimed = "" if measured.is_trial else aims(measured.rows)
    if aimed:
        yield f"### What was aimed at\n\n{aimed}"
    told: set[str] = set()
    for group, rows in groups(measured.rows).items():
        about = ABOUT.get(rows[0].module, "") if rows[0].module not in told else ""
        told.add(rows[0].module)
        tables = (group_table(rows), detector_table(rows), size_table(rows))
        yield from filter(None, (f"### {group[:1].upper()}{group[1:]}", about, *tables))
        lines = list(findings(rows))
        if lines:
            yield "\n".join(f"- {line}" for line in lines)


def _facts(measured: Measured) -> Iterator[str]:
    machine = measured.machine
    yield f"Device: {machine['device_name']} (`{machine['device']}`){_device_memory(machine)}"
    yield f"Processor: {machine['cpu']}, {machine['cores']} cores, {machine['threads']} threads of PyTorch"
    yield f"System: {machine['platform']}, Python {machine['python']}"
    yield f"Versions: {', '.join(f'{name} {version}' for name, version in machine['versions'].items())}"
    images = {"mnist": "MNIST's", "synthetic": "synthetic, of MNIST's shape"}.get(machine["images"], machine["images"])
    yield f"Images: {images}"
    yield f"Date: {_when(measured.date, measured.commit)}"
    for each in measured.later:
        yield f"Of `{each['module']}.py`: {_when(each['date'], each['commit'])}"


def _when(date: str, commit: str) -> str:
    return f"{date.replace('T', ' ')} UTC{f', commit {commit}' if commit else ''}"


def _device_memory(machine: object) -> str:
    found = machine.get("device_memory_mb") if isinstance(machine, dict) else None
    return "" if found is None else f", {found / 1024:.0f} GiB, CUDA {machine.get('cuda')}"  # type: ignore[attr-defined]


def _warnings(measured: Measured) -> Iterator[str]:
    """Yield what a reader has to know before any figure."""
    if measured.is_trial:
        yield (
            f"**A trial on {measured.machine['scale']:g} of the images: it shows that the benchmarks work, and no "
            "figure below says how fast anything is.**"
        )
    yield from (f"**{problem}**" for problem in measured.problems)
    yield _steadiness([row for row in measured.rows if row.rounds >= _MANY])


def _steadiness(rows: Sequence[Row]) -> str:
    if not rows:
        return "No row has three rounds or more: how steady the machine was is not known."
    middle = median(row.spread for row in rows)
    worst, outlier = max(rows, key=lambda row: row.spread), max(rows, key=lambda row: row.outlier)
    judged = (
        "the machine had other work, or drifted: the ratios were taken in turns and say more than the seconds"
        if middle > _BUSY
        else "the machine was quiet"
        if outlier.outlier <= _DISTURBED
        else "the machine was quiet but for single rounds, which the medians leave out"
    )
    return (
        f"How steady was the machine? Median by fastest round: {digits(middle)} in the middle of the "
        f"{len(rows)} rows of {_MANY} rounds or more, {digits(worst.spread)} at worst ({_named(worst)}). "
        f"Slowest round by median: {digits(outlier.outlier)} at worst ({_named(outlier)}). By this, {judged}."
    )


def _named(row: Row) -> str:
    return f"*{row.group}: {row.title}*"
