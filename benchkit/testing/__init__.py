"""The conformance kit: whether a plugin keeps the promises of its door, from pytest and as ``benchkit check``."""

from benchkit.testing.checks import Check, Finding, NotApplicable

__all__ = ["Check", "Finding", "NotApplicable"]
