"""The part of a large ``cells.jsonl`` that a second process reads: ``python -m benchkit.results.half PATH BEGIN END``.

A process of its own by name, not one of multiprocessing's: these import the script that asked for them, which may be
any. What was read goes to standard output as an archive of numbers.
"""

from __future__ import annotations

import io
import sys
from pathlib import Path

import numpy as np

from benchkit.results.cells_file import gather
from benchkit.results.columns import Columns


def main() -> None:
    """Read from one place to another; a line that is no cell ends the process, and whoever asked reads it again."""
    path, begin, end = Path(sys.argv[1]), int(sys.argv[2]), int(sys.argv[3])
    columns = Columns()
    lines = gather(columns, path, begin, end, first=1)
    archive = io.BytesIO()
    np.savez(archive, lines=np.array(lines), **columns.arrays())  # type: ignore[arg-type]
    sys.stdout.buffer.write(archive.getbuffer())


if __name__ == "__main__":
    main()
