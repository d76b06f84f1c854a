"""Whether the screen is to be written on in colour."""

from __future__ import annotations

import os
import sys


def wants_colour() -> bool:
    """Return whether standard output is a terminal that has colours, and nobody asked for none.

    ``NO_COLOR`` with any text in it asks for none: https://no-color.org.
    """
    plain = bool(os.environ.get("NO_COLOR")) or os.environ.get("TERM", "") in ("", "dumb")
    return sys.stdout.isatty() and not plain
