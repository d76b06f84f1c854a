"""Which anomalies of a plan the data set has no images for: classes are held out that it does not have."""

from __future__ import annotations

from benchkit.errors import BenchkitError, Unsupported
from benchkit.runner.loading import load_splits
from benchkit.runner.plan import Plan


def remark_on_absent_classes(plan: Plan) -> str:
    """Return one sentence on the cells that will be skipped for want of a class; empty where there are none.

    The data set is loaded for that, if any anomaly is made of the classes that are not normal; where it cannot be, the
    run itself will say why.
    """
    by_class = [
        each.item for each in plan.anomalies if each.item.normal_labels is not None and not each.item.alters_test
    ]
    if not by_class:
        return ""
    try:
        present = frozenset(load_splits(plan.dataset.item).test.labels.tolist())
    except (BenchkitError, Unsupported):
        return ""
    lacking = {each.name for each in by_class if each.normal_labels is not None and present <= each.normal_labels}
    cells = sum(
        len(task.detectors) * sum(offer.item.name in lacking for offer in task.anomalies) for task in plan.tasks
    )
    if not cells:
        return ""
    return (
        f"of these, likely skipped: {cells}, of {', '.join(sorted(lacking))}: {plan.dataset.item.name} has only "
        f"classes that count as normal there ({', '.join(map(str, sorted(present)))})"
    )
