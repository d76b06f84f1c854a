"""The performance page, written from what the benchmarks measured."""

from published.page import page
from published.records import Measured, again, read, together

__all__ = ["Measured", "again", "page", "read", "together"]
