"""Plugins that were written for other doors."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit import API_VERSION
from benchkit.registry import load_registry
from benchkit.registry.handshake import version_fault

Install = Callable[..., Path]
HOOK = "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('acme-mean')]\n"


def refusal(install: Install, version: str) -> str:
    """Return what is said of a plugin that was written for a version."""
    file = install("acme-ad", "acme", f"benchkit_api_version = {version}\n{HOOK}")
    registry = load_registry(rules=["no:benchkit"])
    (problem,) = registry.problems
    assert not registry.detectors
    assert "plugin 'acme' (acme-ad 1.0)" in str(problem)
    assert str(file) in str(problem)
    return str(problem)


def test_doors_that_are_too_new_say_to_upgrade_benchkit(install: Install) -> None:
    """The plugin knows more than benchkit does."""
    said = refusal(install, str(API_VERSION + 1))
    assert f"got {API_VERSION + 1}, doors that are newer than this benchkit" in said
    assert "Upgrade benchkit, or install an older release of the plugin" in said


def test_doors_that_are_too_old_say_to_upgrade_the_plugin(install: Install) -> None:
    """In other words than the above."""
    said = refusal(install, "0")
    assert "got 0, doors that are too old" in said
    assert "Upgrade the plugin, or install an older benchkit" in said


def test_what_is_no_version_is_refused(install: Install) -> None:
    """A string is no number of a version."""
    assert "benchkit_api_version: got '1'; expected a whole number" in refusal(install, "'1'")


@pytest.mark.parametrize("line", [f"benchkit_api_version = {API_VERSION}", ""])
def test_a_plugin_that_fits_or_says_nothing_is_taken(install: Install, line: str) -> None:
    """The number is for those who want to be told early."""
    install("acme-ad", "acme", f"{line}\n{HOOK}")
    assert list(load_registry(rules=["no:benchkit"]).detectors) == ["acme-mean"]


def test_an_object_with_hooks_may_say_it_too() -> None:
    """Whatever the entry point names is asked."""

    class Plugin:
        benchkit_api_version = 99

    assert "got 99" in version_fault(Plugin())


def test_a_name_that_this_benchkit_lacks_points_at_the_versions(install: Install) -> None:
    """A plugin for newer doors may fail before it can say so: the import error names both ways out."""
    install("acme-ad", "acme", f"from benchkit import Oracle\n{HOOK}")
    (problem,) = load_registry(rules=["no:benchkit"]).problems
    assert "cannot import name 'Oracle' from 'benchkit'" in str(problem)
    assert (
        f"whose doors are of version {API_VERSION}, does not have that: mend the name, or install the release"
        in str(problem)
    )
