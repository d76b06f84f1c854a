"""Costs are declared like metrics."""

from __future__ import annotations

from dataclasses import fields

from benchkit.measure.costs import COSTS
from benchkit.measure.metrics import MEASURED
from benchkit.results.cell import Cell


def test_every_cost_is_a_field_of_the_cell_and_no_metric() -> None:
    """Each cost has a field in the cell under its own name, a title and a unit, and none is a metric as well."""
    assert set(COSTS) <= {field.name for field in fields(Cell)} - set(MEASURED)
    assert all(cost.name == name and cost.title and cost.unit for name, cost in COSTS.items())


def test_only_throughput_is_better_when_higher() -> None:
    """Times and sizes are better when lower."""
    assert [name for name, cost in COSTS.items() if cost.higher_is_better] == [
        "images_per_second",
        "host_images_per_second",
    ]
