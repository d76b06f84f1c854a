"""Measures, and writes docs/performance.md from what was measured.

From the repository's root: ``make performance``, or ``python benchmarks/performance.py --measure cpu`` to measure into
results/performance/cpu.json and write the page, ``python benchmarks/performance.py`` to write the page only, from every
file in results/performance or from those that are named. ``--check`` ends with 1 where the page is out of date.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from published import Measured, again, page, read, together

ROOT = Path(__file__).parents[1]
FILES = ROOT / "results" / "performance"
PAGE = ROOT / "docs" / "performance.md"
MODULES = ("together", "ceilings", "peers", "growth", "sweep")
SHORT = ("together", "ceilings", "peers", "sweep")
"""Those that a GPU has a part in; of them, what takes minutes on its processor is left out."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Do what is asked for; return the exit status."""
    chosen = _arguments(arguments)
    status = 0
    try:
        if chosen.measure:
            status = measure(chosen.into / f"{chosen.measure}.json", chosen.only, brief=chosen.brief)
        files = chosen.files or sorted(chosen.into.glob("*.json"))
        text = _page(files, chosen.into)
        return _deliver(text, chosen.out, check=chosen.check) or status
    except ValueError as error:
        print(error, file=sys.stderr)
        return 2


def _page(files: Sequence[Path], folder: Path) -> str:
    """Return the page of these files.

    Raises:
        ValueError: there is none, or one of them is not a file of the benchmarks; names it.
    """
    if not files:
        raise ValueError(f"{folder}: got no file of the benchmarks; expected one at least. Make one: make performance.")
    return page([_readable(file) for file in files])


def _readable(file: Path) -> Measured:
    """Read a file that holds all that the page says of it."""
    measured = read(file)
    try:
        page([measured])
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError) as error:
        said = f"{type(error).__name__}: {error}"
        raise ValueError(f"{file}: not a file of the benchmarks ({said}). Make one: make performance.") from error
    return measured


def measure(into: Path, modules: Sequence[str], *, brief: bool) -> int:
    """Run the benchmarks, a process for each file of them; return 1 where one failed.

    What is measured is written as soon as its file is done, so that a machine that is taken away leaves the rest. Parts
    that are measured by themselves take the place of what was there of them.

    Args:
        into: the reduced file.
        modules: which, by their names without ``test_``; none: all.
        brief: leave out what takes longest.
    """
    documents: list[dict[str, Any]] = []
    problems: list[str] = []
    before = _before(into) if modules else None
    into.parent.mkdir(parents=True, exist_ok=True)
    for module in modules or (SHORT if brief else MODULES):
        document, status = _run(module, brief=brief)
        documents += [] if document is None else [document]
        problems += [f"test_{module}.py ended with {status}: rows of it may be missing."] if status else []
        if documents:
            found = together(documents, problems)
            found = found if before is None else again(before, found)
            into.write_text(f"{json.dumps(found, indent=1)}\n", encoding="utf-8")
    print(*problems, sep="\n", file=sys.stderr)
    return 1 if problems else 0


def _before(into: Path) -> dict[str, Any] | None:
    """Return what was measured before into the same file, if anything was.

    Raises:
        ValueError: what is there is no file of the benchmarks.
    """
    if not into.exists():
        return None
    read(into)
    found: dict[str, Any] = json.loads(into.read_text(encoding="utf-8"))
    return found


def _run(module: str, *, brief: bool) -> tuple[dict[str, Any] | None, int]:
    """Return what pytest-benchmark wrote of one file, if it did, and pytest's exit status."""
    with tempfile.TemporaryDirectory(prefix="benchkit-performance-") as folder:
        written = Path(folder, "benchmarks.json")
        command = [sys.executable, "-m", "pytest", f"benchmarks/test_{module}.py", "--benchmark-only"]
        command += ["-W", "ignore:Not saving anything"]  # as an error, it would hide why nothing was measured
        environment = {**os.environ, **({"BENCHKIT_BENCH_BRIEF": "1"} if brief else {})}
        done = subprocess.run([*command, "--benchmark-json", str(written)], cwd=ROOT, env=environment)
        text = written.read_text(encoding="utf-8") if written.exists() else ""
        return (json.loads(text) if text else None), done.returncode


def _deliver(text: str, out: Path, *, check: bool) -> int:
    if check:
        same = out.exists() and out.read_text(encoding="utf-8") == text
        print(f"{out}: {'up to date' if same else 'out of date; write it: python benchmarks/performance.py'}")
        return 0 if same else 1
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_text(text, encoding="utf-8")
    except OSError as error:
        raise ValueError(f"{out}: cannot be written ({error.strerror}). Give another --out.") from error
    print(out)
    return 0


def _name(text: str) -> str:
    """Return the name of a file in its folder, as ``--measure`` takes it."""
    if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]*", text):
        raise argparse.ArgumentTypeError(f"got {text!r}; expected letters, digits, dots and hyphens, such as cpu")
    return text


def _arguments(given: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Measure, and write the performance page.")
    parser.add_argument("files", nargs="*", type=Path, help="what was measured (every file in --into)")
    parser.add_argument(
        "--measure", metavar="NAME", type=_name, help="measure first, into NAME.json; BENCHKIT_DEVICE: on what"
    )
    parser.add_argument("--only", action="append", choices=MODULES, default=[], help="measure this part (repeatable)")
    parser.add_argument("--brief", action="store_true", help="measure what has to do with the device, in minutes")
    parser.add_argument("--into", type=Path, default=FILES, help="folder of what was measured (results/performance)")
    parser.add_argument("--out", type=Path, default=PAGE, help="the page (docs/performance.md)")
    parser.add_argument("--check", action="store_true", help="write nothing; 1 where the page is out of date")
    return parser.parse_args(given)


if __name__ == "__main__":
    sys.exit(main())
