"""Promises that all four doors share: settings that can be set, objects that can be sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

import benchkit
from benchkit.errors import UsageError
from benchkit.registry import Offer
from benchkit.testing.checks import Finding, carry_out
from benchkit.testing.shared import SETTINGS, WORKER


@dataclass(frozen=True)
class Size:
    """A setting that is itself a record."""

    height: int = 3
    width: int = 4


@dataclass(frozen=True)
class Settled(benchkit.Dataset):
    """All kinds of settings that may be recorded."""

    name: str = "settled"
    on: bool = False
    share: float = 0.5
    most: float = float("inf")
    unknown: float = float("nan")
    count: int | None = None
    widths: tuple[int, ...] = (3, 2)
    labels: frozenset[int] = frozenset({2, 1})
    pairs: tuple[tuple[str, float], ...] = (("a", 1.0),)
    size: Size = Size()

    def load(self) -> benchkit.Splits:
        """Nobody loads it."""
        raise benchkit.DataError("nothing there")


@dataclass(frozen=True)
class Doubles(Settled):
    """Changes a setting after it was given."""

    def __post_init__(self) -> None:
        super().__post_init__()
        object.__setattr__(self, "share", 2 * self.share)


@dataclass(frozen=True)
class Misnamed(Settled):
    """Has a default that does not fit its own type."""

    share: int = 0.5  # type: ignore[assignment]


@dataclass(frozen=True)
class StaysAtHome(Settled):
    """Cannot be put into a message."""

    def __reduce__(self) -> Any:
        raise TypeError("this data set stays at home")


@dataclass(frozen=True)
class Forgets(Settled):
    """Arrives with other settings."""

    def __reduce__(self) -> Any:
        return Forgets, ("settled",)


def found(check: Any, item: benchkit.Dataset) -> Finding:
    """Carry out one check on an object."""

    @dataclass(frozen=True)
    class Specimen:
        offer: Offer[Any]

    offer = Offer[Any](item, "toys", "toys", "1.0")
    return carry_out(check, Specimen(offer), offer)


def local() -> benchkit.Dataset:
    """Return an object of a class that no other process could find."""

    @dataclass(frozen=True)
    class Inside(Settled):
        pass

    return Inside()


@pytest.mark.parametrize("check", [SETTINGS, WORKER], ids=lambda check: check.name)
def test_an_object_of_all_kinds_of_settings_passes(check: Any) -> None:
    """Numbers that are not finite, None, tuples in tuples, frozen sets, and a record within the record."""
    assert found(check, Settled()).state == "passed"


@pytest.mark.parametrize(
    ("item", "said"),
    [(Doubles(), r"share = 2\.0 after 1\.0"), (Misnamed(), "mend the annotation")],
    ids=["changed after it was given", "of another type"],
)
def test_a_setting_that_cannot_be_set_to_itself_is_found(item: benchkit.Dataset, said: str) -> None:
    """The message names the field."""
    finding = found(SETTINGS, item)
    assert finding.state == "failed"
    with pytest.raises(benchkit.PluginError, match=said):
        raise finding.error or UsageError("passed")


@pytest.mark.parametrize("make", [local, StaysAtHome, lambda: Forgets(share=0.1)])
def test_an_object_that_does_not_arrive_is_found(make: Callable[[], benchkit.Dataset]) -> None:
    """Of a class within a function, of one that refuses, and one that arrives as another."""
    finding = found(WORKER, make())
    assert finding.state == "failed"
    assert finding.error is not None
    assert "worker: got" in str(finding.error)


def test_a_plugin_files_class_reaches_a_worker(tmp_path: Path) -> None:
    """It is found under the name that it has in every process."""
    from benchkit.testing import cases_of

    file = tmp_path / "mine.py"
    file.write_text(
        "from dataclasses import dataclass\nimport benchkit\n\n@dataclass(frozen=True)\nclass Mine(benchkit.View):\n"
        "    def fit(self, normal, *, seed):\n        return {}\n\n"
        "@benchkit.hookimpl\ndef benchkit_views():\n    return [Mine('mine')]\n"
    )
    states = {case.check: case.find().state for case in cases_of(file) if case.check in (SETTINGS.name, WORKER.name)}
    assert states == {SETTINGS.name: "passed", WORKER.name: "passed"}
