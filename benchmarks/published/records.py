"""What pytest-benchmark wrote, reduced to what the page shows: small enough to be committed, and of nobody's host."""

from __future__ import annotations

import json
import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

from benchkit.registry import printable

FORMAT = 1
"""Version of the reduced file."""

_STATS = ("median", "min", "max", "rounds")
_DIGITS = 6
_MARKUP = re.compile(r"\\|\[|<(?=[A-Za-z/!?])")


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        module: the file that measured it, such as ``test_peers``.
        group: the table.
        title: what the row is called.
        median: seconds.
        fastest: seconds of the fastest round.
        slowest: seconds of the slowest round.
        rounds: how many.
        told: what the benchmark kept beside: ``what``, ``against``, ``ratio``, ``aim`` …
    """

    module: str
    group: str
    title: str
    median: float
    fastest: float
    slowest: float
    rounds: int
    told: Mapping[str, Any]

    @property
    def spread(self) -> float:
        """Return how many times slower the median is than the fastest round; 1 on a machine at rest."""
        return self.median / self.fastest

    @property
    def outlier(self) -> float:
        """Return how many times slower the slowest round is than the median."""
        return self.slowest / self.median


@dataclass(frozen=True)
class Measured:
    """What was measured on one device.

    Attributes:
        machine: what ``benchkit.measure.hardware.describe`` says, with versions and scale.
        date: when, UTC.
        commit: of what code; empty where it is not known.
        rows: in the order in which they were measured.
        problems: what went wrong, a sentence each.
        later: parts that were measured later than the rest, each with ``module``, ``date`` and ``commit``.
    """

    machine: Mapping[str, Any]
    date: str
    commit: str
    rows: tuple[Row, ...]
    problems: tuple[str, ...] = ()
    later: tuple[Mapping[str, Any], ...] = ()

    @property
    def is_trial(self) -> bool:
        """Whether a part of the images was taken, so that the figures mean nothing."""
        return bool(self.machine.get("scale", 1) != 1)

    @property
    def is_gpu(self) -> bool:
        """Whether it was measured on a CUDA device."""
        return str(self.machine.get("device", "")).startswith("cuda")


def together(documents: Sequence[Mapping[str, Any]], problems: Iterable[str] = ()) -> dict[str, Any]:
    """Return the reduced file of several that pytest-benchmark wrote on one machine, one after the other.

    Raises:
        ValueError: there is none, or one was not written by these benchmarks.
    """
    if not documents:
        raise ValueError("performance: got no file of pytest-benchmark; expected one at least.")
    for each in documents:
        if not isinstance(each, dict) or "benchkit" not in each.get("machine_info", {}):
            raise ValueError("performance: got a file without machine_info.benchkit; expected one of benchmarks/.")
    first = documents[0]
    commit = first.get("commit_info", {})
    return _rounded({
        "format": FORMAT,
        "machine": first["machine_info"]["benchkit"],
        "date": str(first.get("datetime", ""))[:19],
        "commit": f"{(commit.get('id') or '')[:12]}{' with changes' if commit.get('dirty') else ''}",
        "problems": list(problems),
        "benchmarks": [_reduced(one) for each in documents for one in each["benchmarks"]],
    })  # fmt: skip


def again(before: Mapping[str, Any], found: Mapping[str, Any]) -> dict[str, Any]:
    """Return a reduced file in which parts that were measured again stand in the place of the old ones.

    Args:
        before: of the whole.
        found: of the parts.

    Raises:
        ValueError: they are of two machines, or of two sets of versions, which no table may mix.
    """
    for name in ("device_name", "cpu", "threads", "versions", "scale"):
        if before["machine"].get(name) != found["machine"].get(name):
            raise ValueError(
                f"performance: got {name} {found['machine'].get(name)!r} after {before['machine'].get(name)!r}; "
                "expected the same for all parts of a file. Measure all of it, or into another NAME."
            )
    modules = {_module(one) for one in found["benchmarks"]}
    kept = [one for one in before["benchmarks"] if _module(one) not in modules]
    later = [each for each in before.get("later", ()) if each["module"] not in modules]
    later += [{"module": each, "date": found["date"], "commit": found["commit"]} for each in sorted(modules)]
    problems = [*before.get("problems", ()), *found.get("problems", ())]
    return {**before, "problems": problems, "later": later, "benchmarks": [*kept, *found["benchmarks"]]}


def _module(one: Mapping[str, Any]) -> str:
    return PurePosixPath(one["fullname"].partition("::")[0]).stem


def read(path: Path) -> Measured:
    """Read a reduced file, or one that pytest-benchmark wrote.

    Raises:
        ValueError: it is neither; names the file.
    """
    try:
        document = _plain(json.loads(path.read_text(encoding="utf-8")))
        reduced = document if "format" in document else together([document])
        if reduced["format"] != FORMAT:
            raise ValueError(f"got format {reduced['format']}; expected {FORMAT}")
        rows = tuple(_row(one) for one in reduced["benchmarks"])
        more = (tuple(reduced.get("problems", ())), tuple(reduced.get("later", ())))
        return Measured(reduced["machine"], reduced["date"], reduced["commit"], rows, *more)
    except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
        raise ValueError(f"{path}: not a file of the benchmarks ({error}). Make one: make performance.") from error


def _plain(value: Any) -> Any:
    """Return what stands in a file with its texts as they may stand in a line of Markdown.

    What others called their rows and machines makes no line of its own, no HTML, no link and no picture there.
    """
    if isinstance(value, str):
        return _MARKUP.sub(r"\\\g<0>", printable(value))
    if isinstance(value, dict):
        return {_plain(key): _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


def _reduced(one: Mapping[str, Any]) -> dict[str, Any]:
    stats = {name: one["stats"][name] for name in _STATS}
    return {"fullname": one["fullname"], "group": one["group"], "stats": stats, "extra_info": one["extra_info"]}


def _row(one: Mapping[str, Any]) -> Row:
    told, stats = one["extra_info"], one["stats"]
    module = _module(one)
    seconds = (float(stats["median"]), float(stats["min"]), float(stats["max"]))
    if not all(math.isfinite(each) and each > 0 for each in seconds):
        raise ValueError(f"{one['fullname']}: got {seconds} as seconds; expected numbers above 0")
    return Row(module, str(one["group"]), str(told["row"]), *seconds, int(stats["rounds"]), told)


def _rounded(value: Any) -> Any:
    """Shorten every number: the last digits of a time are noise."""
    if isinstance(value, float):
        return float(f"{value:.{_DIGITS}g}") if math.isfinite(value) else None
    if isinstance(value, dict):
        return {key: _rounded(each) for key, each in value.items()}
    return [_rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
