"""What a dry run says of classes that a data set does not have."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from benchkit import DataError, Dataset, LabelledImages, Splits
from benchkit.registry import Offer, load_registry, select_anomalies, select_detectors
from benchkit.runner import Plan, make_plan, remark_on_absent_classes


@dataclass(frozen=True)
class Few(Dataset):
    """Blank images of as many classes, or none that can be loaded."""

    classes: int = 3

    def load(self) -> Splits:
        """Return two images of each class."""
        if not self.classes:
            raise DataError("not there")
        part = LabelledImages(torch.zeros(2 * self.classes, 1, 4, 4), torch.arange(2 * self.classes) % self.classes)
        return Splits(part, part)


def plan_on(dataset: Dataset, *anomalies: str) -> Plan:
    """Plan two seeds of one detector."""
    registry = load_registry()
    offers = select_detectors(registry, ["gaussian"]), select_anomalies(registry, anomalies)
    offer = Offer(dataset, "", "", "")
    return make_plan(dataset=offer, detectors=offers[0], anomalies=offers[1], views={}, seeds=[0, 1])


def test_classes_that_are_not_there_are_named() -> None:
    """With how many cells that costs: two seeds of two digits; a class that is there, and noise, are none of them."""
    plan = plan_on(Few("few"), "held-out-1", "held-out-3", "held-out-9", "noise-1")
    assert remark_on_absent_classes(plan) == (
        "of these, likely skipped: 4, of held-out-3, held-out-9: few has only classes that count as normal there "
        "(0, 1, 2)"
    )


def test_nothing_is_said_where_all_classes_are_there() -> None:
    """Nor where no class is held out, nor of a data set that cannot be loaded: the run will say that."""
    assert remark_on_absent_classes(plan_on(Few("all", 10), "held-out")) == ""
    assert remark_on_absent_classes(plan_on(Few("few"), "noise-1")) == ""
    assert remark_on_absent_classes(plan_on(Few("none", 0), "held-out")) == ""
