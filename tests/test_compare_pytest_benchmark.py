"""Files of pytest-benchmark: what is read of them, what is refused, and how two are judged."""

from __future__ import annotations

import contextlib
import copy
import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit import StoreError, UsageError
from benchkit.compare.pytest_benchmark import BenchmarkFile, parse_benchmarks, read_benchmarks
from benchkit.compare.speed_benchmarks import benchmark_differences, judge_benchmarks
from benchkit.compare.tolerance import parse_rules

MACHINE = {"machine": "x86_64", "cpu": {"brand_raw": "a processor", "arch_string_raw": "x86_64", "count": 2}}


def entry(name: str = "bench.py::test_a[x/y]", *, factor: float = 1.0, seed: int = 0, **extra: Any) -> dict[str, Any]:
    """Return a benchmark of 300 rounds of about 10 ms × ``factor``."""
    data = (0.01 * factor * np.exp(np.random.default_rng(seed).normal(0, 0.02, 300))).tolist()
    stats = {"min": min(data), "median": float(np.median(data)), "rounds": 300, "iterations": 1, "data": data}
    return {"name": name, "fullname": name, "params": {"x": 1}, "extra_info": extra, "stats": stats}


def document(*entries: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """Return a file's content."""
    return {"machine_info": MACHINE, "benchmarks": list(entries), "version": "5.1.0", **changes}


def parsed(*entries: dict[str, Any], **changes: Any) -> BenchmarkFile:
    """Return the file that holds these benchmarks."""
    return parse_benchmarks(json.dumps(document(*entries, **changes)).encode(), where="file.json")


def without_data(made: dict[str, Any]) -> dict[str, Any]:
    """Return a benchmark as --benchmark-save writes it: statistics only."""
    changed = copy.deepcopy(made)
    del changed["stats"]["data"]
    return changed


# Reading


def test_what_pytest_benchmark_writes_is_read(tmp_path: Path) -> None:
    """A file of the installed pytest-benchmark, made here, holds its rounds, its notes and the processor."""
    (tmp_path / "test_it.py").write_text(
        "def test_it(benchmark):\n    benchmark.extra_info['threads'] = 3\n    benchmark(sum, [1, 2])\n"
    )
    command = [sys.executable, "-m", "pytest", "-q", "--benchmark-json=out.json", "--benchmark-max-time=0.01", "-p",
               "no:cacheprovider", "test_it.py"]  # fmt: skip
    subprocess.run(command, cwd=tmp_path, check=True, capture_output=True)
    found = read_benchmarks(tmp_path / "out.json", name="base").benchmarks["test_it.py::test_it"]
    written = json.loads((tmp_path / "out.json").read_text())["benchmarks"][0]["stats"]
    assert found.repeats is not None
    assert found.repeats.seconds == tuple(written["data"])
    assert found.repeats.length == pytest.approx(sum(written["data"]) * written["iterations"])
    assert found.median == written["median"]
    assert found.hardware.threads == 3
    assert found.hardware.cores


def test_the_notes_of_a_benchmark_are_read() -> None:
    """Device, threads and batch size come from extra_info, and so does the reference."""
    notes = {"device": "cuda:0", "device_name": "a GPU", "threads": 1, "batch_size": 64, "torch": "2",
             "reference_at": [0, 100], "reference_seconds": [0.1, 0.2]}  # fmt: skip
    found = parsed(entry(**notes)).benchmarks["bench.py::test_a[x/y]"]
    assert (found.hardware.device, found.hardware.device_name) == ("cuda", "a GPU")
    assert (found.hardware.threads, found.hardware.batch_size, found.hardware.cores) == (1, 64, 2)
    assert found.repeats is not None
    assert (found.repeats.reference_at, found.repeats.reference_seconds) == ((0, 100), (0.1, 0.2))
    assert found.repeats.torch == "2"


def test_a_file_that_is_not_there_is_a_wrong_request(tmp_path: Path) -> None:
    """It says how to make one."""
    with pytest.raises(UsageError, match=r"'base\.json', which is not there.*--benchmark-json"):
        read_benchmarks(tmp_path / "nothing.json", name="base.json")


def test_a_file_that_cannot_be_read_is_said(tmp_path: Path) -> None:
    """A folder is not a file."""
    with pytest.raises(StoreError, match="could not be read"):
        read_benchmarks(tmp_path)


def _stats(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda made: made["stats"].update(changes)


def _notes(**changes: Any) -> Callable[[dict[str, Any]], object]:
    return lambda made: made["extra_info"].update(changes)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (_stats(median=0.0), r"stats.median=0.0; expected a finite number of seconds greater than 0"),
        (_stats(median=True), r"stats.median=True"),
        (_stats(median=10**400), r"stats.median=a huge number"),
        (_stats(data=[0.1, -0.1]), r"stats.data=-0.1"),
        (_stats(data="fast"), r"stats.data='fast'; expected a list of times"),
        (
            _notes(reference_at=[1, 0], reference_seconds=[0.1, 0.1]),
            r"reference_at=\[1, 0\]; expected ascending places",
        ),
        (_notes(reference_at=[300], reference_seconds=[0.1]), r"expected ascending places below 300"),
        (_notes(reference_at=[0], reference_seconds=[]), r"1 places of 0 references"),
        (_notes(reference_at=[0], reference_seconds=[0]), r"reference_seconds=0"),
        (lambda made: made.update(fullname=7), r"fullname=7"),
        (lambda made: made.update(stats=[]), r"\[\] as stats"),
        (lambda made: made.update(extra_info=None), r"None as extra_info"),
    ],
)
def test_a_damaged_benchmark_is_named(change: Callable[[dict[str, Any]], object], said: str) -> None:
    """The message says the file, the benchmark, the field and what was expected."""
    made = entry()
    change(made)
    with pytest.raises(StoreError, match=r"^file\.json.*" + said):
        parsed(made)


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "text that is not JSON"),
        (b"\xff", "text that is not JSON"),
        (b"[]", r"\[\] as the file"),
        (b"{}", "benchmarks=None; expected a list"),
        (b'{"benchmarks": [3]}', "3 as a benchmark"),
        (b'{"benchmarks": [], "machine_info": 1}', "1 as machine_info"),
        (b'{"benchmarks": [{"fullname": "a", "stats": {"median": NaN}}]}', "NaN is not a JSON number"),
        (b"[" * 100_000, "text that is not JSON"),
    ],
)
def test_what_pytest_benchmark_does_not_write_is_refused(content: bytes, said: str) -> None:
    """One clear error, whatever the bytes."""
    with pytest.raises(StoreError, match=said):
        parse_benchmarks(content, where="file.json")


def test_a_benchmark_that_stands_twice_is_refused() -> None:
    """Nobody could say which of the two is meant."""
    with pytest.raises(StoreError, match="twice"):
        parsed(entry("a"), entry("a"))


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
FIELDS = ("fullname", "stats", "extra_info", "stats.median", "stats.data", "stats.iterations", "extra_info.threads",
          "extra_info.reference_at", "extra_info.device", "machine_info", "machine_info.cpu")  # fmt: skip


@given(st.sampled_from(FIELDS), JSON)
def test_any_value_anywhere_is_read_or_refused(field: str, value: Any) -> None:
    """No other exception leaves the reader."""
    whole = document(copy.deepcopy(entry()))
    whole["machine_info"] = copy.deepcopy(MACHINE)
    first, _, second = field.partition(".")
    place = whole if first == "machine_info" else whole["benchmarks"][0]
    if second:
        place[first][second] = value
    else:
        place[first] = value
    with contextlib.suppress(StoreError):
        assert isinstance(parse_benchmarks(json.dumps(whole).encode(), where="f"), BenchmarkFile)


# Judging


@pytest.mark.parametrize(
    ("factor", "rules", "expected", "fails"),
    [
        (1.3, (), "SLOWER", True),
        (1.0, (), "SAME", False),
        (0.7, (), "FASTER", False),
        (1.3, ("seconds:+50%",), "SAME", False),
        (1.3, ("seconds:+20%@bench.py*",), "SLOWER", True),
        (1.3, ("seconds:+20%@other.py*",), "SLOWER", False),
    ],
)
def test_a_benchmark_is_judged_like_a_fit_group(
    factor: float, rules: tuple[str, ...], expected: str, fails: bool
) -> None:
    """By the default rule where none is given; a rule of other benchmarks makes this one shown only."""
    base, head = parsed(entry()), parsed(entry(factor=factor, seed=1))
    (found,) = judge_benchmarks(base, head, parse_rules(rules))
    assert (found.verdict, found.fails) == (expected, fails)
    assert (found.metric, found.detector, found.method) == ("seconds", "bench.py::test_a[x/y]", "rank test")
    assert found.difference == pytest.approx(1 / factor, rel=0.02)


def test_a_missing_benchmark_is_gone_and_fails() -> None:
    """In BASE's order, then what is new; a part that was left out on purpose is not missed."""
    base, head = parsed(entry("a"), entry("b"), entry("c")), parsed(entry("n"), entry("c"), entry("a"))
    found = judge_benchmarks(base, head, parse_rules([]))
    assert [(each.detector, each.verdict, each.fails) for each in found] == [
        ("a", "SAME", False), ("b", "GONE", True), ("c", "SAME", False), ("n", "NEW", False),
    ]  # fmt: skip
    part = judge_benchmarks(base, head, parse_rules([]), subset=True)
    assert [each.verdict for each in part] == ["SAME", "SAME", "NEW"]


def test_statistics_alone_are_not_enough_for_a_test() -> None:
    """Without the single rounds a benchmark is AMBIGUOUS, and the reason says how to write them."""
    (found,) = judge_benchmarks(parsed(without_data(entry())), parsed(entry(factor=2)), parse_rules([]))
    assert (found.verdict, found.fails, found.judged) == ("AMBIGUOUS", False, False)
    assert "BASE holds statistics only" in found.reason


def test_the_same_statistics_are_the_same() -> None:
    """A file against itself is SAME, with the single rounds and without."""
    for made in (entry(), without_data(entry())):
        (found,) = judge_benchmarks(parsed(made), parsed(made), parse_rules([]))
        assert (found.verdict, found.method) == ("SAME", "identical")


def test_a_benchmark_of_a_moment_is_ambiguous() -> None:
    """Five rounds of 10 ms say how fast the machine was just then."""
    short = entry(factor=2)
    short["stats"]["data"] = short["stats"]["data"][:5]
    (found,) = judge_benchmarks(parsed(entry()), parsed(short), parse_rules([]))
    assert found.verdict == "AMBIGUOUS"
    assert "--benchmark-max-time" in found.reason


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"machine_info": {**MACHINE, "cpu": {**MACHINE["cpu"], "brand_raw": "another"}}}, "processor"),  # type: ignore[dict-item]
        ({"machine_info": {**MACHINE, "cpu": {**MACHINE["cpu"], "count": 8}}}, "number of cores is 2 in BASE and 8"),  # type: ignore[dict-item]
    ],
)
def test_another_processor_forbids_comparing(change: dict[str, Any], said: str) -> None:
    """It is said once, with the number of benchmarks that it concerns."""
    (found,) = benchmark_differences(parsed(entry("a"), entry("b")), parsed(entry("a"), entry("b"), **change))
    assert said in found
    assert "(2 of 2 timings)" in found


def test_other_threads_forbid_comparing() -> None:
    """What extra_info says counts too; what only one side says does not."""
    assert len(benchmark_differences(parsed(entry(threads=1)), parsed(entry(threads=2)))) == 1
    assert benchmark_differences(parsed(entry(threads=1)), parsed(entry())) == ()
