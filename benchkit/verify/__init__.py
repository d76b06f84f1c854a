"""Checking a stored run: does every number follow from what was stored with it, and is it what it says it is?

A check names each row that does not agree. It protects against damage, slips and edits of single files; whoever
rewrites scores, rows and ``run.json`` together, each to fit the others, has made another run, not a damaged one.
"""

from __future__ import annotations

from benchkit.verify.findings import Check, Disagreement, Verification
from benchkit.verify.text import render
from benchkit.verify.verifying import verify_runs

__all__ = ["Check", "Disagreement", "Verification", "render", "verify_runs"]
