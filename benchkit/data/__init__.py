"""Data in: where files lie, how they come here, how they are read and checked, and how images are made of them.

Knows no data set by name: those are plugins, which build on what is here.
"""

from __future__ import annotations

from benchkit.data.borrowing import borrow
from benchkit.data.checksum import checksum
from benchkit.data.fetching import fetch, read_raw
from benchkit.data.idx import parse_idx
from benchkit.data.idx_splits import load_idx, load_idx_splits
from benchkit.data.images import make_labelled, resize, to_bytes, to_floats, to_images, to_levels
from benchkit.data.locations import cache_folder, fetch_command, find, is_offline, search_folders
from benchkit.data.noise import with_noise
from benchkit.data.own import open_dataset
from benchkit.data.splitting import split_stratified
from benchkit.data.text import read_text, write_text
from benchkit.data.verifying import verify

__all__ = [
    "borrow",
    "cache_folder",
    "checksum",
    "fetch",
    "fetch_command",
    "find",
    "is_offline",
    "load_idx",
    "load_idx_splits",
    "make_labelled",
    "open_dataset",
    "parse_idx",
    "read_raw",
    "read_text",
    "resize",
    "search_folders",
    "split_stratified",
    "to_bytes",
    "to_floats",
    "to_images",
    "to_levels",
    "verify",
    "with_noise",
    "write_text",
]
