"""Choosing detectors, anomalies and data sets from the registry."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

import benchkit
from benchkit.errors import PluginConflictError, UsageError
from benchkit.registry import Offer, PluginItem, Registry, select_anomalies, select_dataset, select_detectors

Item = TypeVar("Item", bound=PluginItem)


@dataclass(frozen=True)
class Mean(benchkit.Detector):
    """A detector that is never fitted here."""

    factor: float = 1.0

    def fit(self, normal: Tensor, *, seed: int) -> Callable[[Tensor], Tensor]:
        """Not called."""
        raise NotImplementedError


@dataclass(frozen=True)
class Rare(Mean):
    """A detector that has to be asked for."""

    by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class Layers(benchkit.View):
    """A view that is never trained here."""

    def offers(self) -> tuple[str, ...]:
        """Offer two views."""
        return ("layer1", "layer2")

    def fit(self, normal: benchkit.LabelledImages, *, seed: int) -> dict[str, Callable[[Tensor], Tensor]]:
        """Not called."""
        raise NotImplementedError


@dataclass(frozen=True)
class Darker(benchkit.AnomalyGenerator):
    """An anomaly that is never made here."""

    def generate(self, test: benchkit.LabelledImages, *, seed: int) -> Tensor:
        """Not called."""
        raise NotImplementedError


@dataclass(frozen=True)
class Asked(Darker):
    """An anomaly that has to be asked for."""

    by_default: ClassVar[bool] = False


@dataclass(frozen=True)
class Nothing(benchkit.Dataset):
    """A data set that is never loaded here."""

    def load(self) -> benchkit.Splits:
        """Not called."""
        raise NotImplementedError


def offers(*items: Item) -> dict[str, Offer[Item]]:
    """Return the items as a plugin's offers by name."""
    return {item.name: Offer(item, "toys", "toys-ad", "1.0") for item in items}


LAYERS = Offer(Layers("subject"), "toys", "toys-ad", "1.0")
REGISTRY = Registry(
    datasets=offers(Nothing("nothing")),
    views={"subject": LAYERS},
    detectors=offers(Mean("mean"), Mean("mean-layer1", "layer1"), Mean("other")),
    anomalies=offers(Darker("dark-1", group="dark"), Darker("dark-2", group="dark"), Darker("noise"), Asked("rare")),
    view_offers={"layer1": LAYERS, "layer2": LAYERS},
    conflicts={("detector", "twice"): PluginConflictError("two of them")},
)


def detectors(*patterns: str | Mean, exclude: Sequence[str] = ()) -> list[str]:
    """Return the names of the chosen detectors."""
    return [offer.item.name for offer in select_detectors(REGISTRY, patterns, exclude)]


def anomalies(*patterns: str | Darker, exclude: Sequence[str] = ()) -> list[str]:
    """Return the names of the chosen anomalies."""
    return [offer.item.name for offer in select_anomalies(REGISTRY, patterns, exclude)]


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ((), ["mean", "mean-layer1", "other"]),
        (("other", "mean"), ["mean", "other"]),
        (("mean*", "mean"), ["mean", "mean-layer1"]),
        (("*[!1]",), ["mean", "other"]),
        (("mean@layer2",), ["mean@layer2"]),
        (("mean*@layer1",), ["mean-layer1", "mean@layer1"]),
        (("other@layer*", "other"), ["other", "other@layer1", "other@layer2"]),
    ],
)
def test_detectors_are_chosen_by_names_globs_and_views(patterns: tuple[str, ...], chosen: list[str]) -> None:
    """The result is ordered by name, each once; a detector that looks at the view anyway keeps its name."""
    assert detectors(*patterns) == chosen


@pytest.mark.parametrize(("patterns", "chosen"), [((), ["mean"]), (("*",), ["mean", "rare"]), (("rare",), ["rare"])])
def test_some_detectors_have_to_be_asked_for(patterns: tuple[str, ...], chosen: list[str]) -> None:
    """Nothing asked for is all but those; a glob is asking."""
    registry = Registry(detectors=offers(Mean("mean"), Rare("rare")))
    assert [offer.item.name for offer in select_detectors(registry, patterns)] == chosen


def test_a_detector_on_another_view_keeps_its_settings_and_its_plugin() -> None:
    """``NAME@VIEW`` changes the view and the name, nothing else."""
    (offer,) = select_detectors(REGISTRY, ["mean@layer2"])
    assert offer == Offer(Mean("mean@layer2", "layer2"), "toys", "toys-ad", "1.0")


@pytest.mark.parametrize(
    ("patterns", "chosen"),
    [
        ((), ["dark-1", "dark-2", "noise"]),
        (("dark",), ["dark-1", "dark-2"]),
        (("dark", "dark-1"), ["dark-1", "dark-2"]),
        (("n*", "dark-2"), ["dark-2", "noise"]),
        (("rare",), ["rare"]),
        (("*",), ["dark-1", "dark-2", "noise", "rare"]),
    ],
)
def test_anomalies_are_chosen_by_names_globs_and_groups(patterns: tuple[str, ...], chosen: list[str]) -> None:
    """A group's name chooses all of the group; nothing asked for, all but those that have to be."""
    assert anomalies(*patterns) == chosen


def test_exclusions_serve_both_selections() -> None:
    """One list of exclusions may name detectors, derived detectors, anomalies and groups."""
    exclude = ["mean-*", "mean@layer2", "dark"]
    assert detectors("mean*", "mean@layer*", exclude=exclude) == ["mean", "mean@layer1"]
    assert anomalies(exclude=exclude) == ["noise"]


@pytest.mark.parametrize(
    ("choose", "said"),
    [
        (lambda: detectors("meen"), r"unknown detector 'meen'\. Did you mean 'mean'.*benchkit plugins --kind detector"),
        (lambda: detectors("x*"), r"detector 'x\*': the pattern matches nothing"),
        (lambda: detectors("mean@layer3"), r"unknown view 'layer3'\. Did you mean 'layer"),
        (lambda: detectors("mean@x*"), r"view 'x\*': the pattern matches nothing"),
        (lambda: detectors("mean@"), r"unknown view ''"),
        (lambda: detectors(""), r"unknown detector ''"),
        (lambda: detectors(exclude=["*"]), "no detector is selected"),
        (lambda: detectors(exclude=["meen"]), r"--exclude 'meen': matches no detector.*Did you mean 'mean'"),
        (lambda: detectors(exclude=[""]), "--exclude '': matches no detector"),
        (lambda: anomalies("darc"), r"unknown anomaly 'darc'\. Did you mean 'dark'"),
        (lambda: select_detectors(Registry()), "nothing is offered"),
        (lambda: detectors("mean", Mean("mean", factor=2.0)), "two different ones of that name"),
        (lambda: detectors(Mean), "got the class Mean; expected an instance"),
        (lambda: detectors(Darker("dark")), "got a Darker; expected a Detector"),
        (lambda: select_dataset(REGISTRY, "nothink"), r"unknown dataset 'nothink'\. Did you mean 'nothing'"),
        (lambda: select_dataset(REGISTRY, 7), "got an int; expected a Dataset"),
    ],
)
def test_a_wrong_request_is_one_usage_error(choose: Callable[[], object], said: str) -> None:
    """Unknown names bring close matches and how to list them; empty selections and wrong types are refused."""
    with pytest.raises(UsageError, match=said):
        choose()


def test_a_name_in_conflict_raises_its_own_error_and_globs_pass_over_it() -> None:
    """Choosing the name explains the conflict; choosing everything works; leaving it out is no mistake."""
    with pytest.raises(PluginConflictError, match="two of them"):
        detectors("twice")
    assert detectors("*", exclude=["twice"]) == ["mean", "mean-layer1", "other"]


def test_objects_given_in_python_stand_beside_names() -> None:
    """A given object comes with the distribution of its module if a plugin of the registry shares it."""
    chosen = select_detectors(REGISTRY, ["mean", Mean("own@layer1", "layer1")])
    assert [offer.item.name for offer in chosen] == ["mean", "own@layer1"]
    assert (chosen[1].plugin, chosen[1].distribution, chosen[1].version) == ("(given)", "toys-ad", "1.0")
    assert detectors("mean", Mean("mean")) == ["mean"]
    assert anomalies(Darker("mine")) == ["mine"]


def test_a_given_object_of_an_unknown_module_has_no_distribution() -> None:
    """A class from a script or notebook belongs to no distribution."""
    (offer,) = select_detectors(Registry(), [Mean("own")])
    assert (offer.distribution, offer.version) == ("", "")


@pytest.mark.parametrize("later", [False, True], ids=["there", "installed-meanwhile"])
def test_a_given_object_of_an_installed_package_has_its_distribution(
    later: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It is found by the metadata of what is installed now, also where another object was looked up before."""
    monkeypatch.syspath_prepend(str(tmp_path))
    if later:
        select_detectors(Registry(), [Mean("own")])
    info = tmp_path / "acme_ad-2.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text("Metadata-Version: 2.1\nName: acme-ad\nVersion: 2.0\n")
    (info / "top_level.txt").write_text("acme\n")
    kind = dataclass(frozen=True)(type("Theirs", (Mean,), {"__module__": "acme.detectors"}))
    (offer,) = select_detectors(Registry(), [kind("own")])
    assert (offer.distribution, offer.version) == ("acme-ad", "2.0")


def test_a_data_set_is_chosen_by_name_path_or_object(tmp_path: Path) -> None:
    """A name in the registry, else a path, else an object."""
    assert select_dataset(REGISTRY, "nothing").plugin == "toys"
    assert select_dataset(REGISTRY, Nothing("own")).plugin == "(given)"
    with pytest.raises(benchkit.BenchkitError, match=r"gone\.npz"):
        select_dataset(REGISTRY, tmp_path / "gone.npz").item.load()


@given(st.lists(st.sampled_from(["mean", "mean-layer1", "other", "*", "mean*", "other@layer*"]), min_size=1))
def test_the_order_and_number_of_patterns_do_not_matter(patterns: list[str]) -> None:
    """Any list of patterns chooses what its set chooses, sorted, without duplicates."""
    chosen = detectors(*patterns)
    assert chosen == sorted(set(chosen))
    assert chosen == detectors(*set(patterns))
