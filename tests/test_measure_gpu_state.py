"""What NVIDIA's tools say of a GPU, asked through stand-ins: a library, and a program."""

from __future__ import annotations

import os
import subprocess
import sys
import types
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
import torch

from benchkit.measure import gpu_state as module
from benchkit.measure.gpu_state import GpuState, gpu_state, others

CUDA = torch.device("cuda:0")
ME = os.getpid()

IDLE, POWER_CAP, HEAT = 0x1, 0x4, 0x20


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Let no test see what another has asked, and give the device a number."""
    monkeypatch.setattr(module._Smi, "last", -module.SMI_EVERY)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: SimpleNamespace(uuid="12-34"))
    module._library.cache_clear()
    yield
    module._library.cache_clear()


def with_library(monkeypatch: pytest.MonkeyPatch, *, reasons: int = 0, processes: tuple[int, ...] = (ME,)) -> None:
    """Stand in for pynvml."""
    library = types.ModuleType("pynvml")
    library.NVMLError = RuntimeError  # type: ignore[attr-defined]
    library.nvmlInit = lambda: None  # type: ignore[attr-defined]
    library.nvmlDeviceGetHandleByUUID = {"GPU-12-34": "handle"}.__getitem__  # type: ignore[attr-defined]
    library.nvmlDeviceGetCurrentClocksThrottleReasons = {"handle": reasons}.__getitem__  # type: ignore[attr-defined]
    running = [SimpleNamespace(pid=process) for process in processes]
    library.nvmlDeviceGetComputeRunningProcesses = {"handle": running}.__getitem__  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "pynvml", library)


def with_program(folder: Path, monkeypatch: pytest.MonkeyPatch, script: str) -> None:
    """Put an ``nvidia-smi`` on the path, and no library."""
    program = folder / "nvidia-smi"
    program.write_text(f"#!/bin/sh\necho called >> {folder}/calls\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setenv("PATH", f"{folder}:{os.environ['PATH']}")


@pytest.mark.parametrize(
    ("reasons", "throttled"),
    [(0, False), (IDLE, False), (0x2 | 0x10 | 0x100, False), (POWER_CAP, True), (HEAT | IDLE, True), (0x8, True)],
)
def test_heat_and_power_lower_the_clocks(monkeypatch: pytest.MonkeyPatch, reasons: int, throttled: bool) -> None:
    """An idle GPU, and clocks that somebody set, are none of these."""
    with_library(monkeypatch, reasons=reasons)
    assert gpu_state(CUDA) == GpuState(throttled=throttled, shared=False)


def test_a_process_beside_this_one_shares_the_gpu(monkeypatch: pytest.MonkeyPatch) -> None:
    """Its parent, for example."""
    with_library(monkeypatch, processes=(ME, os.getppid()))
    assert gpu_state(CUDA) == GpuState(throttled=False, shared=True)


def test_a_stopped_process_does_not_compute() -> None:
    """As the other workers of a run do not, while one of them is timed."""
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as process:
        assert others([ME, process.pid])
        process.send_signal(19)  # SIGSTOP
        os.waitpid(process.pid, os.WUNTRACED)
        assert not others([ME, process.pid])
        process.kill()


def test_who_does_not_find_himself_claims_nothing() -> None:
    """In a container the numbers may be those of the host: this process's own would pass for another's."""
    assert others([]) is None
    assert others([ME + 1, ME + 2]) is None
    assert others([ME]) is False


def test_a_device_that_the_library_does_not_know_is_unknown(monkeypatch: pytest.MonkeyPatch) -> None:
    """Such as a part of a GPU."""
    with_library(monkeypatch)
    monkeypatch.setattr(torch.cuda, "get_device_properties", lambda device: SimpleNamespace(uuid="other"))
    assert gpu_state(CUDA) == GpuState(None, None)


@pytest.mark.parametrize("device", ["cpu", "mps"])
def test_other_devices_are_unknown(device: str) -> None:
    """Nobody is asked."""
    assert gpu_state(torch.device(device)) == GpuState(None, None)


def test_without_any_tool_nothing_is_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """No library, no program."""
    monkeypatch.setitem(sys.modules, "pynvml", None)
    monkeypatch.setenv("PATH", "")
    assert gpu_state(CUDA) == GpuState(None, None)


def test_a_library_that_finds_no_driver_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    """It can be imported, and fails when it begins."""
    with_library(monkeypatch)

    def fail() -> None:
        raise RuntimeError("NVML Shared Library Not Found")

    monkeypatch.setattr(sys.modules["pynvml"], "nvmlInit", fail)
    monkeypatch.setenv("PATH", "")
    assert gpu_state(CUDA) == GpuState(None, None)


ANSWERS = f"""
case "$*" in
  *"--id=GPU-12-34"*) ;;
  *) exit 6 ;;
esac
case "$1" in
  --query-gpu=clocks_event_reasons.active) echo 0x0000000000000024 ;;
  --query-compute-apps=pid) echo {ME}; echo 1 ;;
esac
"""


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
def test_the_program_is_asked_where_there_is_no_library(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """It answers the same questions, and is not asked again within a minute: it takes half a second."""
    with_program(tmp_path, monkeypatch, ANSWERS)
    assert gpu_state(CUDA) == GpuState(throttled=True, shared=True)
    assert gpu_state(CUDA) == GpuState(None, None)
    assert (tmp_path / "calls").read_text().count("called") == 2


@pytest.mark.skipif(os.name != "posix", reason="the stand-in is a shell script")
@pytest.mark.parametrize(
    ("script", "expected"),
    [
        (ANSWERS.replace("clocks_event", "clocks_throttle") + "\n[ $1 != --query-gpu=clocks_event_reasons.active ]",
         GpuState(throttled=True, shared=True)),
        ("exit 9", GpuState(None, None)),
        ("echo '[N/A]'", GpuState(None, None)),
        ("true", GpuState(None, None)),
    ],
    ids=["an older driver", "no driver", "a board that does not tell", "no answer"],
)  # fmt: skip
def test_whatever_the_program_says_is_read_with_care(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str, expected: GpuState
) -> None:
    """A question that it does not know yet has an older name; what is no number is unknown."""
    with_program(tmp_path, monkeypatch, script)
    assert gpu_state(CUDA) == expected


@pytest.mark.skipif(not torch.cuda.is_available(), reason="needs a CUDA device")
def test_a_real_gpu_tells_something_or_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever tools there are, no error comes out."""
    monkeypatch.undo()
    state = gpu_state(torch.device("cuda", torch.cuda.current_device()))
    assert state.throttled in (True, False, None)
    assert state.shared in (True, False, None)
