"""Reading what ``pytest --benchmark-json`` and ``--benchmark-save`` write: any bytes become data or one clear error."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchkit.compare.speed_hardware import Hardware
from benchkit.compare.speed_repeats import Repeats
from benchkit.errors import StoreError, UsageError

_SHOWN = 80
_NEXT = "Make it by: pytest benchmarks --benchmark-only --benchmark-json FILE."


@dataclass(frozen=True)
class Benchmark:
    """One benchmark of a file.

    Attributes:
        name: its full name: the module's path, the test and its parameters.
        median: median time of a round in seconds, greater than 0.
        repeats: every round, or None where the file holds the statistics only.
        statistics: the numbers that the file states beside the rounds, by name.
        hardware: what it was timed on.
    """

    name: str
    median: float
    repeats: Repeats | None
    statistics: Mapping[str, float]
    hardware: Hardware


@dataclass(frozen=True)
class BenchmarkFile:
    """A file of pytest-benchmark.

    Attributes:
        name: the file as it was given.
        benchmarks: each benchmark by its full name, in the order of the file.
    """

    name: str
    benchmarks: Mapping[str, Benchmark]


def read_benchmarks(path: Path, *, name: str = "") -> BenchmarkFile:
    """Read a file.

    Args:
        path: where it lies.
        name: what messages call it; else its path.

    Raises:
        UsageError: there is no file.
        StoreError: it cannot be read, or is not what pytest-benchmark writes; names the benchmark and the field.
    """
    where = name or str(path)
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UsageError(f"compare: got {where!r}, which is not there; expected a JSON file. {_NEXT}") from error
    except OSError as error:
        raise StoreError(f"{where}: could not be read: {error.strerror or error}. Give a file that can be.") from error
    return parse_benchmarks(content, where=where)


def parse_benchmarks(content: bytes, *, where: str) -> BenchmarkFile:
    """Return what the bytes of a file say.

    Raises:
        StoreError: as ``read_benchmarks``.
    """
    document = _object(_parsed(content, where), where, "the file")
    listed = document.get("benchmarks")
    if not isinstance(listed, list):
        raise _refusal(where, f"benchmarks={_shown(listed)}", "a list of benchmarks")
    machine = _part(document, "machine_info", where)
    found: dict[str, Benchmark] = {}
    for entry in listed:
        benchmark = _benchmark(_object(entry, where, "a benchmark"), machine, where)
        if benchmark.name in found:
            raise _refusal(where, f"the benchmark {_shown(benchmark.name)} twice", "each once")
        found[benchmark.name] = benchmark
    return BenchmarkFile(where, found)


def _parsed(content: bytes, where: str) -> Any:
    try:
        return json.loads(content.decode("utf-8"), parse_constant=_refuse_constant)
    except (ValueError, RecursionError) as error:
        raise _refusal(where, f"text that is not JSON ({error})", "a JSON object") from error


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not a JSON number")


def _benchmark(entry: Mapping[str, Any], machine: Mapping[str, Any], where: str) -> Benchmark:
    name = entry.get("fullname")
    if not isinstance(name, str) or not name:
        raise _refusal(where, f"fullname={_shown(name)}", "the name of a benchmark")
    place = f"{where}, {_clean(name)}"
    stats, extra = _part(entry, "stats", place), _part(entry, "extra_info", place)
    statistics = {key: float(value) for key, value in stats.items() if _is_number(value)}
    return Benchmark(
        name=_clean(name),
        median=_positive(stats.get("median"), place, "stats.median"),
        repeats=_repeats(stats, extra, place),
        statistics=statistics,
        hardware=_hardware(machine, extra),
    )


def _repeats(stats: Mapping[str, Any], extra: Mapping[str, Any], place: str) -> Repeats | None:
    if stats.get("data") is None:
        return None
    seconds = _times(stats["data"], place, "stats.data")
    if not seconds:
        return None
    reference = _times(extra.get("reference_seconds", []), place, "extra_info.reference_seconds")
    at = _places(extra.get("reference_at", []), len(seconds), place)
    if len(at) != len(reference):
        raise _refusal(place, f"{len(at)} places of {len(reference)} references", "as many of both")
    rounds = stats.get("iterations", 1)
    calls = rounds if isinstance(rounds, int) and not isinstance(rounds, bool) and 0 < rounds < 2**63 else 1
    return Repeats(seconds, at, reference, _text(extra.get("torch")), window_seconds=sum(seconds) * calls)


def _times(values: Any, place: str, field: str) -> tuple[float, ...]:
    if not isinstance(values, list):
        raise _refusal(place, f"{field}={_shown(values)}", "a list of times")
    return tuple(_positive(value, place, field) for value in values)


def _places(values: Any, count: int, place: str) -> tuple[int, ...]:
    whole = isinstance(values, list) and all(isinstance(value, int) and not isinstance(value, bool) for value in values)
    if not whole or values != sorted(set(values)) or any(not 0 <= value < count for value in values):
        raise _refusal(place, f"extra_info.reference_at={_shown(values)}", f"ascending places below {count}")
    return tuple(values)


def _positive(value: Any, place: str, field: str) -> float:
    if not _is_number(value) or value <= 0:
        raise _refusal(place, f"{field}={_shown(value)}", "a finite number of seconds greater than 0")
    return float(value)


def _is_number(value: Any) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    try:
        return math.isfinite(float(value))
    except OverflowError:
        return False


def _hardware(machine: Mapping[str, Any], extra: Mapping[str, Any]) -> Hardware:
    processor = machine.get("cpu")
    cpu: Mapping[str, Any] = processor if isinstance(processor, dict) else {}
    return Hardware(
        device=_text(extra.get("device")).partition(":")[0] or "cpu",
        device_name=_text(extra.get("device_name")) or _text(cpu.get("brand_raw")),
        machine=_text(cpu.get("arch_string_raw")) or _text(machine.get("machine")),
        cores=_whole(cpu.get("count")),
        threads=_whole(extra.get("threads")),
        batch_size=_whole(extra.get("batch_size")),
    )


def _part(record: Mapping[str, Any], name: str, where: str) -> Mapping[str, Any]:
    return _object(record.get(name, {}), where, name)


def _object(value: Any, where: str, what: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _refusal(where, f"{_shown(value)} as {what}", "a JSON object")
    return value


def _text(value: Any) -> str:
    return _clean(value) if isinstance(value, str) else ""


def _whole(value: Any) -> int | None:
    return value if isinstance(value, int) and not isinstance(value, bool) and abs(value) < 2**63 else None


def _clean(text: str) -> str:
    """A half surrogate pair, which JSON can spell and UTF-8 cannot, becomes a question mark."""
    return text.encode("utf-8", errors="replace").decode()


def _shown(value: Any) -> str:
    text = ascii(value) if not isinstance(value, int) or abs(value) < 10**_SHOWN else "a huge number"
    return text[:_SHOWN] + ("…" if len(text) > _SHOWN else "")


def _refusal(where: str, got: str, expected: str) -> StoreError:
    return StoreError(f"{where}: got {got}; expected {expected}, as pytest-benchmark writes it. {_NEXT}")
