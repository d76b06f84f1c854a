"""What pytest-benchmark writes, as the tests of the performance page make it up."""

from __future__ import annotations

from typing import Any

MACHINE = {
    "platform": "Linux-6-x86_64", "machine": "x86_64", "python": "3.11.7", "numpy": "2.4.6", "torch": "2.13.0",
    "cpu": "Own Processor 9", "cores": 2, "memory_mb": 24000.0, "threads": 2, "device": "cpu",
    "device_name": "Own Processor 9", "device_memory_mb": None, "cuda": None,
    "versions": {"torch": "2.13.0", "keras": "3.15.1"}, "images": "mnist", "scale": 1.0, "rounds": 3,
}  # fmt: skip


def entry(module: str, group: str, row: str, *times: float, **told: Any) -> dict[str, Any]:
    """Return one benchmark as pytest-benchmark writes it."""
    ordered = sorted(times)
    stats = {"min": ordered[0], "max": ordered[-1], "median": ordered[len(ordered) // 2], "rounds": len(times)}
    return {
        "group": group, "name": f"test_it[{row}]", "fullname": f"benchmarks/{module}.py::test_it[{row}]",
        "params": {"row": row}, "extra_info": {"row": row, "what": f"what {row} is", **told},
        "stats": {**stats, "data": list(times), "mean": 1.0},
    }  # fmt: skip


def document(machine: dict[str, Any], *benchmarks: dict[str, Any]) -> dict[str, Any]:
    """Return a file of pytest-benchmark, with what must not be published."""
    return {
        "machine_info": {"node": "secret-host", "benchkit": machine},
        "commit_info": {"id": "0123456789abcdef0123", "dirty": False, "project": "secret-project"},
        "datetime": "2026-11-26T22:30:00.123456+00:00", "version": "5.3.1", "benchmarks": list(benchmarks),
    }  # fmt: skip
