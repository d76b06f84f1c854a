"""Who is there: finds plugins, isolates the broken ones, and chooses among the objects that they offer."""

from __future__ import annotations

from benchkit.registry.building import load_registry, read_alone
from benchkit.registry.given import given_offer, origin_of
from benchkit.registry.loading import defined_in
from benchkit.registry.records import KINDS, Kind, Load, Offer, PluginItem, PluginRecord, Registry, Setting
from benchkit.registry.selection import select_anomalies, select_dataset, select_detectors
from benchkit.registry.settings import JSON, apply_settings, recorded_hash, settings_hash, settings_of
from benchkit.registry.sweeping import Sweeps, apply_sweeps, check_not_set
from benchkit.registry.text import printable, printable_lines, shortened

__all__ = [
    "JSON",
    "KINDS",
    "Kind",
    "Load",
    "Offer",
    "PluginItem",
    "PluginRecord",
    "Registry",
    "Setting",
    "Sweeps",
    "apply_settings",
    "apply_sweeps",
    "check_not_set",
    "defined_in",
    "given_offer",
    "load_registry",
    "origin_of",
    "printable",
    "printable_lines",
    "read_alone",
    "recorded_hash",
    "select_anomalies",
    "select_dataset",
    "select_detectors",
    "settings_hash",
    "settings_of",
    "shortened",
]
