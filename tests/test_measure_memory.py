"""Peak memory: of the block and not of what came before, or no number at all."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import torch

from benchkit.measure import memory
from benchkit.measure.memory import PeakMemory

CPU = torch.device("cpu")
CUDA = torch.device("cuda", 0)

needs_reset = pytest.mark.skipif(not memory.reset_high_water_mark(), reason="the kernel does not reset the peak here")


def use(megabytes: int) -> None:
    """Fill that much memory and let it go."""
    np.ones(megabytes * memory.MB, dtype=np.uint8)


def peak_of(megabytes: int) -> float:
    """Return the peak while that much was used."""
    with PeakMemory(CPU) as peak:
        use(megabytes)
    assert peak.mb is not None
    return peak.mb


@needs_reset
def test_the_peak_is_that_of_the_block() -> None:
    """A block that uses more has the higher peak, by about what it uses more, whatever was used before."""
    large = peak_of(200)
    small = peak_of(20)
    assert large - small == pytest.approx(180, abs=30)


@needs_reset
def test_an_inner_block_takes_nothing_from_the_outer_one() -> None:
    """An outer block keeps the peak that it had before an inner block began, and gets that of the inner one."""
    with PeakMemory(CPU) as outer:
        use(150)
        with PeakMemory(CPU) as inner:
            use(20)
    with PeakMemory(CPU) as around, PeakMemory(CPU) as within:
        use(150)
    assert outer.mb is not None
    assert inner.mb is not None
    assert outer.mb - inner.mb == pytest.approx(130, abs=30)
    assert around.mb == within.mb


@needs_reset
def test_the_peak_of_a_failed_block_is_known() -> None:
    """A block that ends in an error has its peak all the same."""
    peak = PeakMemory(CPU)
    with pytest.raises(MemoryError), peak:
        raise MemoryError
    assert peak.mb is not None
    assert peak.mb > 10


def test_there_is_no_peak_before_the_end() -> None:
    """Within the block there is no number yet."""
    with PeakMemory(CPU) as peak:
        assert peak.mb is None


@pytest.mark.parametrize("missing", ["_CLEAR", "_STATUS"])
def test_where_the_kernel_does_not_tell_there_is_no_number(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, missing: str
) -> None:
    """Without Linux's files the peak is None, not the peak of something else."""
    monkeypatch.setattr(memory, missing, tmp_path / "nowhere" / "file")
    with PeakMemory(CPU) as peak:
        use(1)
    assert peak.mb is None


def test_a_reset_that_does_nothing_is_noticed(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Where writing works but the mark stays high, there is no number."""
    status = tmp_path / "status"
    status.write_text("Name:\tpython\nVmHWM:\t  900000 kB\nVmRSS:\t  100000 kB\n")
    monkeypatch.setattr(memory, "_CLEAR", tmp_path / "clear_refs")
    monkeypatch.setattr(memory, "_STATUS", status)
    with PeakMemory(CPU) as peak:
        pass
    assert peak.mb is None


def test_a_field_is_read_in_kilobytes(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Fields are found by their whole name; one that is not there is None."""
    status = tmp_path / "status"
    status.write_text("VmHWMark:\t1 kB\nVmHWM:\t  2048 kB\n")
    monkeypatch.setattr(memory, "_STATUS", status)
    assert memory.read_status("VmHWM") == 2048
    assert memory.read_status("VmRSS") is None


def test_cuda_reports_its_own_allocator(monkeypatch: pytest.MonkeyPatch) -> None:
    """On CUDA the peak is reset and read from the allocator of that device."""
    peaks = {"mb": 999}
    monkeypatch.setattr(torch.cuda, "reset_peak_memory_stats", lambda device: peaks.update({"mb": 0, device: True}))
    monkeypatch.setattr(torch.cuda, "max_memory_allocated", lambda device: peaks["mb"] * memory.MB)
    with PeakMemory(CUDA) as peak:
        peaks["mb"] = 64
    assert peak.mb == 64.0
    assert CUDA in peaks
