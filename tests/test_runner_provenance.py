"""Provenance: run.json says what made the numbers, and nothing about whose machine it was."""

from __future__ import annotations

import json
import platform
from pathlib import Path

import torch
from toy_plugins import Brightness

from benchkit.measure.hardware import describe
from benchkit.registry import Offer, load_registry
from benchkit.runner.provenance import provenance, settings_by_name


def test_provenance_names_versions_hardware_and_plugins() -> None:
    """Versions of the libraries, the processor, and every plugin with distribution and version."""
    made = provenance(load_registry(), describe(torch.device("cpu")))
    assert made["versions"]["torch"] == torch.__version__
    assert any(entry.startswith("gaussian benchkit ") for entry in made["plugins"])
    assert made["hardware"]


def test_provenance_does_not_name_the_machine() -> None:
    """Neither host name nor home folder gets into a published file."""
    text = json.dumps(provenance(load_registry(), describe(torch.device("cpu"))))
    assert str(Path.home()) not in text
    assert not platform.node() or platform.node() not in text


def test_settings_are_recorded_as_they_ran() -> None:
    """A changed field stands in the record."""
    assert settings_by_name([Offer(Brightness(scale=4.0), "p", "d", "1")])["brightness"]["scale"] == 4.0
