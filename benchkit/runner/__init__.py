"""The run: a plan of fit groups, the protocol that makes their numbers comparable, and the work itself."""

from benchkit.runner.conduct import conduct
from benchkit.runner.estimate import Estimate, estimate
from benchkit.runner.plan import Plan, Task, make_plan
from benchkit.runner.request import DEFAULT_DATASET, Request
from benchkit.runner.settings import RunSettings, SettingOptions, seeds_from

__all__ = [
    "DEFAULT_DATASET",
    "Estimate",
    "Plan",
    "Request",
    "RunSettings",
    "SettingOptions",
    "Task",
    "conduct",
    "estimate",
    "make_plan",
    "seeds_from",
]
