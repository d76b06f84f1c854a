"""The registry as a whole: conflicts, the order, what is left out."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path

import pytest

from benchkit.errors import PluginConflictError, PluginError, UsageError
from benchkit.registry import Registry, load_registry, read_alone, select_detectors

Install = Callable[..., Path]


def offer(install: Install, distribution: str, plugin: str, hook: str, *objects: str, version: str = "1.0") -> Path:
    """Install a plugin that offers these objects; return its module's file."""
    code = f"@benchkit.hookimpl\ndef benchkit_{hook}():\n    return [{', '.join(objects)}]\n"
    return install(distribution, plugin, code, version=version)


def load(*rules: str) -> Registry:
    """Load every plugin but the built-in ones."""
    return load_registry(rules=["no:benchkit", *rules])


def test_a_name_offered_by_two_distributions_is_used_from_neither(install: Install) -> None:
    """The error names both plugins, distributions and versions; everything else works."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')", "Mean('acme-mean')", version="1.1")
    offer(install, "other-ad", "other", "detectors", "Mean('mean')", "Mean('other-mean')", version="2.2")
    registry = load()
    assert list(registry.detectors) == ["acme-mean", "other-mean"]
    with pytest.raises(PluginConflictError) as caught:
        select_detectors(registry, ["mean"])
    assert registry.problems == (caught.value,)
    for part in ("'mean'", "'acme' (acme-ad 1.1)", "'other' (other-ad 2.2)", "-p no:acme", "-p no:other"):
        assert part in str(caught.value)
    states = [(record.name, record.plugin, record.state) for record in registry.plugins if record.kind == "detector"]
    conflicting = [("mean", "acme", "conflict"), ("mean", "other", "conflict")]
    assert states == [("acme-mean", "acme", "ok"), *conflicting, ("other-mean", "other", "ok")]


def test_a_conflict_ends_when_one_side_is_left_out(install: Install) -> None:
    """The advice in the message works."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    offer(install, "other-ad", "other", "detectors", "Mean('mean')")
    registry = load("no:other")
    assert registry.detectors["mean"].plugin == "acme"
    assert registry.problems == ()


def test_plugins_of_one_name_in_two_distributions_are_both_loaded(install: Install) -> None:
    """Two entry points may share a name; when their objects clash, the remedy names the distributions."""
    offer(install, "acme-ad", "same", "detectors", "Mean('mean')", "Mean('acme-mean')")
    offer(install, "other-ad", "same", "detectors", "Mean('mean')", "Mean('other-mean')")
    registry = load()
    assert list(registry.detectors) == ["acme-mean", "other-mean"]
    assert "-p no:acme-ad" in str(registry.problems[0])


def test_a_name_offered_twice_by_one_plugin_is_a_conflict(install: Install) -> None:
    """Also within one list nobody chooses silently."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')", "Mean('mean', factor=2.0)")
    assert isinstance(load().problems[0], PluginConflictError)


def test_one_name_in_two_kinds_is_no_conflict(install: Install) -> None:
    """A detector and a view may share a name: they are chosen in different places."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    offer(install, "other-ad", "other", "views", "Same('mean')")
    registry = load()
    assert registry.problems == ()
    assert registry.view_for("mean").plugin == "other"


def test_a_view_name_offered_by_two_view_objects_is_a_conflict(install: Install) -> None:
    """Neither object is usable, whichever of its views is asked for."""
    offer(install, "acme-ad", "acme", "views", "Same('first', shown=('layer-a', 'layer-b'))")
    offer(install, "other-ad", "other", "views", "Same('second', shown=('layer-b', 'layer-c'))", "Same('third')")
    registry = load()
    assert list(registry.views) == ["third"]
    for name in ("layer-a", "layer-b", "layer-c", "first", "second"):
        with pytest.raises(PluginConflictError, match="view 'layer-b': offered twice"):
            registry.view_for(name)
    assert len(registry.problems) == 1


def test_a_view_object_is_found_by_the_views_that_it_offers(install: Install) -> None:
    """``view_for`` answers with the offering object, and an unknown name with close matches."""
    offer(install, "acme-ad", "acme", "views", "Same('subject', shown=('layer-a', 'layer-b'))")
    registry = load()
    assert registry.view_for("layer-b").item.name == "subject"
    with pytest.raises(UsageError, match=r"unknown view 'layer-bb'\. Did you mean 'layer-b'.*benchkit plugins"):
        registry.view_for("layer-bb")


def test_offers_come_in_the_order_of_their_names(install: Install) -> None:
    """The order of installation and of lists does not matter."""
    offer(install, "zebra", "zebra", "detectors", "Mean('m')", "Mean('a')")
    offer(install, "acme-ad", "acme", "detectors", "Mean('z')", "Mean('b')")
    registry = load()
    assert list(registry.detectors) == ["a", "b", "m", "z"]
    assert [record.name for record in registry.plugins if record.kind == "detector"] == ["a", "b", "m", "z"]


def test_an_unknown_name_says_that_plugins_are_left_out(install: Install) -> None:
    """Who misses a view because of a rule is told that there is one."""
    offer(install, "acme-ad", "acme", "views", "Same('rows')")
    with pytest.raises(UsageError, match="Some plugins are left out, by -p or BENCHKIT_PLUGINS"):
        load("no:acme").view_for("rows")


@pytest.mark.parametrize("allowed", ["acme", "acme-ad", "Acme_AD", " acme , ", "acme,acme-ad"])
def test_the_allow_list_admits_plugins_and_distributions(
    install: Install, monkeypatch: pytest.MonkeyPatch, allowed: str
) -> None:
    """BENCHKIT_PLUGINS compares names as the packaging standard does, and leaves all others out unloaded."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    install("bad-ad", "bad", "raise SystemExit")
    monkeypatch.setenv("BENCHKIT_PLUGINS", allowed)
    registry = load_registry()
    assert list(registry.detectors) == ["mean"]
    assert registry.problems == ()
    assert not registry.datasets
    assert {record.state for record in registry.plugins if record.plugin != "acme"} == {"left out"}


def test_the_allow_list_does_not_shut_out_a_file_that_was_asked_for(
    install: Install, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """--plugin FILE is a request of its own."""
    source = install("acme-ad", "acme", "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('mean')]\n")
    path = tmp_path / "mine.py"
    path.write_text(source.read_text())
    monkeypatch.setenv("BENCHKIT_PLUGINS", "pixels")
    assert list(load_registry(files=[path]).detectors) == ["mean"]


def test_an_unknown_name_in_the_allow_list_is_refused(install: Install, monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt allow-list would silently shut everything out."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    monkeypatch.setenv("BENCHKIT_PLUGINS", "acmee")
    with pytest.raises(UsageError, match=r"BENCHKIT_PLUGINS: got 'acmee'.*Did you mean 'acme'"):
        load_registry()


@pytest.mark.parametrize(("rule", "said"), [("no:acmee", "Did you mean 'acme'"), ("acme", "does not start with 'no:'")])
def test_a_wrong_rule_is_refused(install: Install, rule: str, said: str) -> None:
    """A rule that names nobody or is no rule is a wrong request."""
    offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    with pytest.raises(UsageError, match=said):
        load(rule)


def test_what_needs_something_that_is_missing_is_listed_and_taken_by_nobody(install: Install) -> None:
    """A glob passes over it; by its name, or where nothing else matches, the error says what would mend that."""
    code = (
        "@dataclass(frozen=True)\nclass Needy(Mean):\n    def unavailable(self):\n"
        "        return 'needs acme. Install it.'\n"
        "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Mean('acme-here'), Needy('acme-missing')]\n"
    )
    install("acme-ad", "acme", code)
    registry = load()
    assert list(registry.detectors) == ["acme-here"]
    assert registry.problems == ()
    assert [(row.name, row.state, row.error) for row in registry.plugins if row.kind == "detector"] == [
        ("acme-here", "ok", ""), ("acme-missing", "unavailable", "needs acme. Install it."),
    ]  # fmt: skip
    assert [offer.item.name for offer in select_detectors(registry, ["acme-*"])] == ["acme-here"]
    for pattern in ("acme-missing", "acme-m*"):
        with pytest.raises(UsageError, match=r"unavailable.*needs acme\. Install it"):
            select_detectors(registry, [pattern])


def test_unavailable_has_to_be_said_in_words(install: Install) -> None:
    """Anything but a string breaks the door."""
    code = (
        "@dataclass(frozen=True)\nclass Odd(Mean):\n    def unavailable(self):\n        return False\n"
        "@benchkit.hookimpl\ndef benchkit_detectors():\n    return [Odd('odd')]\n"
    )
    install("acme-ad", "acme", code)
    (problem,) = load().problems
    assert "odd.unavailable(): got False; expected a string" in str(problem)


def test_a_plugin_is_read_alone_whether_it_is_installed_or_not(install: Install) -> None:
    """From its file or its module; another one that offers the same name does not count."""
    path = offer(install, "acme-ad", "acme", "detectors", "Mean('mean')")
    offer(install, "other-ad", "other", "detectors", "Mean('mean')")
    assert [offered.plugin for offered in read_alone(path).detectors.values()] == [path.name]
    module = importlib.import_module(path.stem)
    (offered,) = read_alone(module, name="acme", distribution="acme-ad", version="1.0").detectors.values()
    assert (offered.plugin, offered.distribution, offered.version) == ("acme", "acme-ad", "1.0")


def test_a_plugin_with_a_fault_cannot_be_read_alone(install: Install) -> None:
    """There is nothing to leave out: one name twice, or what is no detector, is an error at once."""
    with pytest.raises(PluginConflictError, match="offered twice"):
        read_alone(offer(install, "twice-ad", "twice", "detectors", "Mean('mean')", "Mean('mean', factor=2.0)"))
    with pytest.raises(PluginError, match="got an int"):
        read_alone(offer(install, "odd-ad", "odd", "detectors", "Mean('mean')", "7"))
