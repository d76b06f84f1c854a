"""The debugger's door: every fault of a plugin is shown, in order, while somebody looks, and to nobody else."""

from __future__ import annotations

import contextlib
from pathlib import Path

from toy_plugins import Brighter, Brightness, Hostile, ToyImages

import benchkit
from benchkit.runner.postmortem import look_at, observed


def test_only_who_looks_is_shown() -> None:
    """Nested observers see the same; after the block nobody does, also when the block raised."""
    outer: list[BaseException] = []
    inner: list[BaseException] = []
    one, two, three = ValueError(1), ValueError(2), ValueError(3)
    with observed(outer.append):
        with contextlib.suppress(KeyError), observed(inner.append):
            look_at(one)
            raise KeyError
        look_at(two)
    look_at(three)
    assert outer == [one, two]
    assert inner == [one]


def test_a_run_shows_what_plugins_raise_where_they_raised_it(tmp_path: Path) -> None:
    """The innermost frame is the plugin's own; what it skips for a reason is not shown."""
    faults = [Hostile(name=f"bad-{fault}", fault=fault) for fault in ("raise", "score-raises", "unsupported", "nan")]
    seen: list[BaseException] = []
    with observed(seen.append):
        run = benchkit.run(
            dataset=ToyImages(n_train=60, n_test=40), detectors=[*faults, Brightness()], anomalies=[Brighter()],
            out=tmp_path, timing_seconds=0.01, device="cpu",
        )  # fmt: skip
    assert [type(error).__name__ for error in seen] == ["ContractError", "ValueError", "ZeroDivisionError"]
    for error in seen[1:]:
        trace = error.__traceback__
        while trace is not None and trace.tb_next is not None:
            trace = trace.tb_next
        assert trace is not None
        assert Path(trace.tb_frame.f_code.co_filename).name == "toy_plugins.py"
    assert sorted(run.cells["status"]) == ["failed", "failed", "failed", "ok", "skipped"]
