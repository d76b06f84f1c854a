"""Choosing and naming devices, and what is told of the machine."""

from __future__ import annotations

import getpass
import json
import platform
import subprocess
from pathlib import Path

import pytest
import torch

from benchkit.errors import UsageError
from benchkit.measure import hardware

CPU = torch.device("cpu")


def pretend(monkeypatch: pytest.MonkeyPatch, *, cuda: int = 0, mps: bool = False) -> None:
    """Make PyTorch say that it has these accelerators."""
    monkeypatch.setattr(torch.cuda, "is_available", lambda: cuda > 0)
    monkeypatch.setattr(torch.cuda, "device_count", lambda: cuda)
    monkeypatch.setattr(torch.cuda, "get_device_name", lambda device: f"Accelerator {device.index}")
    monkeypatch.setattr(torch.backends.mps, "is_available", lambda: mps)


@pytest.mark.parametrize(
    ("name", "cuda", "mps", "expected"),
    [
        ("auto", 0, False, "cpu"),
        ("auto", 0, True, "mps:0"),
        ("auto", 2, False, "cuda:0"),
        ("auto", 1, True, "cuda:0"),
        ("cpu", 2, True, "cpu"),
        ("cuda", 2, False, "cuda:0"),
        ("cuda:1", 2, False, "cuda:1"),
        ("mps", 0, True, "mps:0"),
    ],
)
def test_the_device_asked_for_is_picked(
    monkeypatch: pytest.MonkeyPatch, name: str, cuda: int, mps: bool, expected: str
) -> None:
    """A name picks its device, with its index; ``auto`` picks CUDA before MPS before the CPU."""
    pretend(monkeypatch, cuda=cuda, mps=mps)
    assert hardware.pick_device(name) == torch.device(expected)


@pytest.mark.parametrize("name", ["cuda", "cuda:0", "mps", "tpu", "", "cuda:x", "CPU", "meta"])
def test_a_device_that_is_not_there_is_refused(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    """The error says what was asked for, what there is and the next step, and ends with status 2."""
    pretend(monkeypatch)
    with pytest.raises(UsageError, match=r"has cpu \(.+\)\. Use --device auto") as caught:
        hardware.pick_device(name)
    assert f"got {name!r}" in str(caught.value)
    assert caught.value.exit_status == 2


def test_the_error_lists_every_device(monkeypatch: pytest.MonkeyPatch) -> None:
    """All CUDA devices that are there are named in the message."""
    pretend(monkeypatch, cuda=2)
    with pytest.raises(UsageError, match=r"cuda:0 \(Accelerator 0\), cuda:1 \(Accelerator 1\)"):
        hardware.pick_device("cuda:2")


def test_a_picked_device_equals_that_of_its_tensors() -> None:
    """What is picked here can be compared with a tensor's device."""
    device = hardware.pick_device("auto")
    assert torch.zeros(1, device=device).device == device


def test_titles_are_the_devices_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """An accelerator is called by its own name, everything else by the processor's."""
    pretend(monkeypatch, cuda=2)
    assert hardware.device_title(torch.device("cuda", 1)) == "Accelerator 1"
    assert hardware.device_title(CPU) == hardware.cpu_title() != ""


def test_the_processor_is_named_by_linux(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """On Linux the name is the first model name; where there is none it is the architecture."""
    cpuinfo = tmp_path / "cpuinfo"
    cpuinfo.write_text("processor\t: 0\nmodel name\t: Fast CPU @ 9 GHz\nprocessor\t: 1\nmodel name\t: Other\n")
    monkeypatch.setattr(platform, "system", lambda: "Linux")
    monkeypatch.setattr(platform, "processor", lambda: "")
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    monkeypatch.setattr(hardware, "_CPUINFO", cpuinfo)
    assert hardware.cpu_title() == "Fast CPU @ 9 GHz"
    for other in ("processor\t: 0\n", None):
        cpuinfo.write_text(other) if other else cpuinfo.unlink()
        assert hardware.cpu_title() == "riscv64"


def test_the_processor_is_named_by_macos(monkeypatch: pytest.MonkeyPatch) -> None:
    """On macOS the name comes from sysctl; where that fails it is the architecture."""
    monkeypatch.setattr(platform, "system", lambda: "Darwin")
    monkeypatch.setattr(platform, "processor", lambda: "arm")
    done = subprocess.CompletedProcess([], 0, stdout="Apple M4\n")
    monkeypatch.setattr(subprocess, "run", lambda *_args, **_settings: done)
    assert hardware.cpu_title() == "Apple M4"

    def fail(*_args: object, **_settings: object) -> None:
        raise FileNotFoundError

    monkeypatch.setattr(subprocess, "run", fail)
    assert hardware.cpu_title() == "arm"


def test_the_description_can_be_written_and_tells_no_names() -> None:
    """The description is plain JSON, true of this process, without the names of host and user's home."""
    found = hardware.describe(CPU)
    text = json.dumps(found)
    assert json.loads(text) == found
    assert found["torch"] == torch.__version__
    assert found["threads"] == torch.get_num_threads()
    assert (found["device"], found["device_name"]) == ("cpu", hardware.cpu_title())
    assert (found["cuda"], found["device_memory_mb"]) == (None, None)
    assert found["cores"] >= 1
    assert str(Path.home()) not in text
    assert f"/{getpass.getuser()}/" not in text
