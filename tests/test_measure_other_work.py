"""Other work on the machine, as the kernel counts it."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from benchkit.measure import other_work
from benchkit.measure.other_work import OtherWork, _Moment, _share

START = _Moment(wall=10.0, own=1.0, busy=1_000, every=5_000)


def share(*, wall: float, own: float, busy: int, every: int) -> float | None:
    """Return the share over so many seconds and ticks of two processors."""
    end = _Moment(START.wall + wall, START.own + own, START.busy + busy, START.every + every)
    return _share(START, end, ticks=100, processors=2)


def test_what_is_not_ours_is_other_work() -> None:
    """In one second of two processors, 150 busy ticks of which we had 100: half a second of two, less the rounding."""
    assert share(wall=1.0, own=1.0, busy=150, every=200) == pytest.approx((0.5 - 0.02) / 2)


@pytest.mark.parametrize("busy", [99, 100, 101, 102])
def test_rounding_is_no_work(busy: int) -> None:
    """A tick more or less than our own is no claim."""
    assert share(wall=1.0, own=1.0, busy=busy, every=200) == 0.0


@pytest.mark.parametrize("every", [0, 100, 400, 12_800])
def test_a_count_that_is_not_of_this_machine_says_nothing(every: int) -> None:
    """All ticks together have to be the wall time of all processors, as they are not in some containers."""
    assert share(wall=1.0, own=0.5, busy=150, every=every) is None


def test_a_block_of_no_time_says_nothing() -> None:
    """Nothing can be said of a moment."""
    assert share(wall=0.0, own=0.0, busy=0, every=0) is None


STAT = "cpu  {user} 5 20 1000 7 1 2 {steal} 40 3\ncpu0 1 2 3\nintr 5 0 0\n"


def test_guests_count_once_and_steal_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """User time holds that of guests already; what the host gave to others was not ours."""
    monkeypatch.setattr(other_work, "_STAT", tmp_path / "stat")
    (tmp_path / "stat").write_text(STAT.format(user=100, steal=9))
    moment = other_work._now()
    assert moment is not None
    assert (moment.busy, moment.every) == (100 + 5 + 20 + 1 + 2 + 9, 100 + 5 + 20 + 1000 + 7 + 1 + 2 + 9)


@pytest.mark.parametrize("content", [None, "", "cpu 1 2\n", "cpu a b c d e f g h\n", "mem 1 2 3 4 5 6 7 8\n"])
def test_where_nobody_counts_nothing_is_claimed(
    content: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No such file, or one of another kind: no share, and no flag."""
    monkeypatch.setattr(other_work, "_STAT", tmp_path / "stat")
    if content is not None:
        (tmp_path / "stat").write_text(content)
    with OtherWork() as others:
        pass
    assert (others.share, others.is_much) == (None, False)


def test_the_limit_is_a_tenth() -> None:
    """More than that is much."""
    others = OtherWork()
    others.share = 0.1
    assert not others.is_much
    others.share = 0.11
    assert others.is_much


@pytest.mark.skipif(not Path("/proc/stat").exists(), reason="needs Linux' /proc/stat")
def test_a_process_beside_is_seen() -> None:
    """Another Python that works all the time takes a share that is not ours."""
    work = "import time\nend = time.monotonic() + 20\nwhile time.monotonic() < end: pass"
    with subprocess.Popen([sys.executable, "-c", work]) as process:
        time.sleep(0.3)
        with OtherWork() as others:
            time.sleep(1.0)
        process.kill()
    assert others.share is not None
    assert others.share > 0.5 / (os.cpu_count() or 1)
