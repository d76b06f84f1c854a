"""Numbers as the page writes them: three significant digits, with their unit."""

from __future__ import annotations

import math

_UNITS = ((1.0, "s"), (1e-3, "ms"), (1e-6, "µs"), (1e-9, "ns"))
_PREFIXES = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))


def digits(value: float) -> str:
    """Return a number with three significant digits, thousands separated, never in powers of ten above 1e-4."""
    if value == 0 or not math.isfinite(value):
        return f"{value:g}"
    if abs(value) < 1e-4:
        return f"{value:.1e}"
    places = max(0, 2 - math.floor(math.log10(abs(value)) + 1e-12))
    return f"{value:,.{places}f}"


def seconds(value: float) -> str:
    """Return a time in the unit that suits it: ``1.23 s``, ``45.6 ms``."""
    size, unit = next((each for each in _UNITS if value >= each[0]), _UNITS[-1])
    return f"{digits(value / size)} {unit}"


def rate(value: float, unit: str) -> str:
    """Return a rate with the prefix that suits it: ``85.3 GFLOP/s``."""
    size, prefix = next((each for each in _PREFIXES if value >= each[0]), (1.0, ""))
    return f"{digits(value / size)} {prefix}{unit}"


def percent(value: float) -> str:
    """Return a share: ``47 %``, ``3.2 %``."""
    return f"{digits(100 * value) if value < 0.1 else f'{100 * value:.0f}'} %"
