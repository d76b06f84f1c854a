"""Whether a name is still free; with real distributions."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit.errors import UsageError
from benchkit.registry import load_registry
from benchkit.scaffold.naming import Names, names_of
from benchkit.scaffold.taken import check_free

Install = Callable[..., Path]

HOOK = "@benchkit.hookimpl\ndef benchkit_{}():\n    return [{}]\n"


def refusal(kind: str, name: str) -> str:
    """Return what is said of a name that is taken."""
    with pytest.raises(UsageError) as caught:
        check_free(names_of(kind, name), load_registry())
    message = str(caught.value)
    assert message.startswith(f"benchkit new {kind} {name!r}: ")
    assert message.endswith("Choose another name.")
    return message


@pytest.mark.parametrize("kind", ["detector", "view", "anomaly", "dataset"])
def test_a_name_that_nobody_has_is_free(kind: str) -> None:
    """The check can pass."""
    check_free(names_of(kind, "nobody-has-this"), load_registry())


@pytest.mark.parametrize(
    ("kind", "name", "plugin"),
    [("detector", "gaussian", "gaussian"), ("dataset", "digits", "digits"), ("anomaly", "blur-1", "corruptions")],
)
def test_a_name_that_is_offered_is_refused_with_who_offers_it(kind: str, name: str, plugin: str) -> None:
    """Plugin, distribution and version."""
    assert f"got a name that plugin {plugin!r} (benchkit 0." in refusal(kind, name)


def test_the_names_of_views_that_an_object_offers_are_taken_too() -> None:
    """One object offers several."""
    assert "plugin 'subject' (benchkit 0." in refusal("view", "layer1")


def test_the_name_of_a_group_of_anomalies_is_taken() -> None:
    """``-a`` would select both."""
    assert "group of anomalies of plugin 'corruptions'" in refusal("anomaly", "corruptions")


def test_a_name_of_another_kind_is_free(install: Install) -> None:
    """Detectors and views are never mistaken for each other."""
    install("acme-ad", "acme", HOOK.format("detectors", "Mean('acme-mean')"))
    assert "plugin 'acme' (acme-ad 1.0)" in refusal("detector", "acme-mean")
    check_free(names_of("view", "acme-mean"), load_registry())


def test_a_name_in_conflict_is_taken(install: Install) -> None:
    """A third one would not mend it."""
    for distribution in ("one", "two"):
        install(distribution, distribution, HOOK.format("detectors", "Mean('twice')"))
    assert "plugin 'one' (one 1.0)" in refusal("detector", "twice")


def test_a_distribution_that_is_installed_is_not_replaced(install: Install) -> None:
    """Whatever it offers, and under whatever names."""
    install("benchkit-mine", "other", HOOK.format("detectors", "Mean('other-mean')"), version="2.1")
    assert "the distribution benchkit-mine 2.1 is installed already" in refusal("view", "mine")


@pytest.mark.parametrize(("name", "owner"), [("noise", "benchkit 0."), ("sklearn", "benchkit 0.")])
def test_a_module_that_is_there_is_named_with_its_distribution(name: str, owner: str) -> None:
    """Two modules of one name, and only one of them could be imported."""
    module = Names("detector", name).module
    assert f"the module {module} is there already, in {owner}" in refusal("detector", name)


def test_a_module_that_belongs_to_nobody_is_named_by_its_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file on the path, or a folder without an ``__init__.py``."""
    (tmp_path / "benchkit_loose.py").touch()
    (tmp_path / "benchkit_folder").mkdir()
    monkeypatch.syspath_prepend(str(tmp_path))
    assert str(tmp_path / "benchkit_loose.py") in refusal("detector", "loose")
    assert str(tmp_path / "benchkit_folder") in refusal("detector", "folder")
