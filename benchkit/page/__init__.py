"""The report page: one HTML file that shows a run and needs neither a network nor another file."""

from __future__ import annotations

from benchkit.page.writing import PAGE, write_page

__all__ = ["PAGE", "write_page"]
