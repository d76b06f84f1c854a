"""Writes new plugins: a distribution that installs, runs and passes its tests as it stands."""

from __future__ import annotations

from benchkit.scaffold.distribution import next_steps, write_distribution
from benchkit.scaffold.naming import Names, names_of

__all__ = ["Names", "names_of", "next_steps", "write_distribution"]
