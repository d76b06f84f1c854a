"""A request: what it is resolved against."""

from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
import torch

from benchkit.runner.request import Request

CARELESS = """
import os
import torch
import benchkit
os.chdir("/")
torch.set_default_dtype(torch.float64)
torch.set_num_threads(torch.get_num_threads() + 1)
torch.manual_seed(0)

@benchkit.hookimpl
def benchkit_detectors():
    return []
"""


def test_what_a_plugin_sets_while_it_is_imported_is_put_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A relative --out stays where it was, and nobody else's numbers or times are changed."""
    monkeypatch.chdir(tmp_path)
    file, next_one = Path("careless.py"), Path("next.py")
    file.write_text(CARELESS)
    next_one.write_text(CARELESS)
    before = os.getcwd(), torch.get_default_dtype(), torch.get_num_threads(), torch.get_rng_state().tolist()
    Request(dataset="digits", detectors=("gaussian",), anomalies=("noise-4",), plugin_files=(file, next_one)).resolve()
    assert (os.getcwd(), torch.get_default_dtype(), torch.get_num_threads(), torch.get_rng_state().tolist()) == before
    assert {str(tmp_path / name) for name in ("careless.py", "next.py")} <= set(_files())


def _files() -> list[str]:
    return [getattr(module, "__file__", None) or "" for module in list(sys.modules.values())]
