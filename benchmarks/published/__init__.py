"""The performance page, written from what the benchmarks measured."""

from published.page import page
from published.records import Measured, read, together

__all__ = ["Measured", "page", "read", "together"]
