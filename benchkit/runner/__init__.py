"""The run: a plan of fit groups, the protocol that makes their numbers comparable, and the work itself."""

from benchkit.runner.absent import remark_on_absent_classes
from benchkit.runner.conduct import Listener, conduct, resume
from benchkit.runner.estimate import Estimate, estimate
from benchkit.runner.plan import Plan, Task, make_plan, tasks_left
from benchkit.runner.recall import recall_request
from benchkit.runner.request import DEFAULT_DATASET, Request
from benchkit.runner.session import Earlier, check_retry
from benchkit.runner.settings import RunSettings, SettingOptions, seeds_from
from benchkit.runner.sizes import batch_sizes_from, parse_size

__all__ = [
    "DEFAULT_DATASET",
    "Earlier",
    "Estimate",
    "Listener",
    "Plan",
    "Request",
    "RunSettings",
    "SettingOptions",
    "Task",
    "batch_sizes_from",
    "check_retry",
    "conduct",
    "estimate",
    "make_plan",
    "parse_size",
    "recall_request",
    "remark_on_absent_classes",
    "resume",
    "seeds_from",
    "tasks_left",
]
