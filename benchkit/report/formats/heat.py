"""Heat colours for a terminal: how good a share is, on a ground that is light where it is good."""

from __future__ import annotations

from benchkit.measure.metrics import METRICS
from benchkit.report.entry import Entry
from benchkit.report.sections import Section

_STEPS = ((53, 231), (60, 231), (66, 231), (72, 16), (149, 16), (227, 16))
"""Ground and ink of each step, from worst to best, in the 256 colours of xterm: as viridis, told apart by lightness."""

_CHANCE = {"auroc": 0.5}
"""Where the lowest step ends; 0 for a metric that has no level of chance of its own."""

_RESET = "\x1b[0m"


def heated(text: str, entry: Entry, section: Section) -> str:
    """Return the first line of an entry in the colour of its number; as it is where the section holds no shares."""
    metric = METRICS.get(section.name.partition(" of ")[0])
    if entry.value is None or metric is None or metric.unit != "share":
        return text
    ground, ink = _STEPS[
        _step(entry.value if metric.higher_is_better else 1 - entry.value, _CHANCE.get(metric.name, 0))
    ]
    number, line_break, rest = text.partition("\n")
    return f"\x1b[48;5;{ground};38;5;{ink}m{number}{_RESET}{line_break}{rest}"


def _step(value: float, chance: float) -> int:
    above = (value - chance) / (1 - chance)
    return min(len(_STEPS) - 1, max(0, int(above * len(_STEPS))))
