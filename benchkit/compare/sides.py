"""One side of a comparison: a run's folder, a run in an earlier commit, or a file of pytest-benchmark."""

from __future__ import annotations

import io
import subprocess
import tarfile
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from benchkit.compare.pytest_benchmark import BenchmarkFile, read_benchmarks
from benchkit.compare.speed import TimedRun
from benchkit.errors import StoreError, UsageError
from benchkit.results import read_run, read_timings
from benchkit.results.naming import CELLS_FILE, MANIFEST_FILE

_GIT = "git:"
_FORMS = "expected a run's folder, its run.json, git:REVISION:PATH, or a JSON file of pytest-benchmark"
_OF_A_RUN = (MANIFEST_FILE, CELLS_FILE)
_SECONDS = 120


@dataclass(frozen=True)
class Side:
    """What one side of a comparison holds.

    Attributes:
        name: the side as it was given.
        timed: the stored run, with its raw repeats where it kept them; None for a file of pytest-benchmark.
        benchmarks: what a file of pytest-benchmark holds; None for a run.
    """

    name: str
    timed: TimedRun | None = None
    benchmarks: BenchmarkFile | None = None


def open_side(text: str, *, scratch: Path) -> Side:
    """Read one side.

    Args:
        text: a run's folder or its ``run.json``; ``git:REVISION:PATH``, a run's folder in a commit of the repository
            of the current folder, PATH counted from its root; or a file written by ``pytest --benchmark-json``.
        scratch: an empty folder, into which a run from a commit is unpacked; raw scores are read from there later.

    Raises:
        UsageError: there is no such run, repository, revision or path.
        StoreError: it is damaged, or was written by an older or a newer benchkit.
    """
    path = _unpacked(text, scratch) if text.startswith(_GIT) else Path(text)
    if not path.exists():
        raise UsageError(f"compare: got {text!r}, which is not there; {_FORMS}. A run is made by: benchkit run.")
    if path.is_file() and path.name not in _OF_A_RUN:
        return Side(text, benchmarks=read_benchmarks(path, name=text))
    run = read_run(path)
    return Side(text, timed=TimedRun(run, read_timings(run.folder)))


def _unpacked(text: str, scratch: Path) -> Path:
    """Unpack a path of a commit into the scratch folder; return where it lies there."""
    revision, colon, place = text.removeprefix(_GIT).partition(":")
    if not (revision and colon and place):
        raise UsageError(f"compare: got {text!r}; {_FORMS}. Write it such as git:main:results/baseline.")
    root = _root(text)
    commit = _commit(text, revision, root)
    path = _inside(text, place)
    path = path.parent if path.name in _OF_A_RUN else path  # a run is all of its files
    archive = _git(root, "archive", "--format=tar", commit, "--", f":(literal){path}")
    if archive is None:
        raise UsageError(
            f"compare: got {text!r}; expected a path in that commit, counted from the repository's root, and there is "
            f"no {path.as_posix()!r}. List what there is: git ls-tree {revision} {path.parent.as_posix()}/"
        )
    _extract(text, archive, scratch)
    return scratch / path


def _root(text: str) -> Path:
    """Return the root of the repository that the current folder belongs to."""
    root = _git(Path.cwd(), "rev-parse", "--show-toplevel")
    if root is None:
        raise UsageError(
            f"compare: got {text!r}; expected to be called inside a git repository, and {Path.cwd()} is none that git "
            "can read. Change into the repository, or give a run's folder."
        )
    return Path(root.decode(errors="surrogateescape").removesuffix("\n"))


def _commit(text: str, revision: str, root: Path) -> str:
    commit = _git(root, "rev-parse", "--verify", "--quiet", "--end-of-options", f"{revision}^{{commit}}")
    if commit is None:
        raise UsageError(
            f"compare: got {text!r}; expected a commit, a branch or a tag, and {revision!r} is none here. A shallow "
            "clone does not hold earlier ones: fetch it first, such as by git fetch --depth=1 origin "
            f"{revision.removeprefix('origin/')}."
        )
    return commit.decode().strip()


def _inside(text: str, place: str) -> PurePosixPath:
    path = PurePosixPath(place)
    if path.is_absolute() or ".." in path.parts:
        raise UsageError(f"compare: got {text!r}; expected a path counted from the repository's root, without '..'.")
    return path


def _git(folder: Path, *arguments: str) -> bytes | None:
    """Return what git prints; None where it refuses."""
    try:
        done = subprocess.run(("git", *arguments), cwd=folder, capture_output=True, timeout=_SECONDS, check=True)
    except (OSError, ValueError, subprocess.SubprocessError):
        return None
    return done.stdout


def _extract(text: str, archive: bytes, scratch: Path) -> None:
    try:
        with tarfile.open(fileobj=io.BytesIO(archive), mode="r:") as tar:
            tar.extractall(scratch, filter="data")
    except (tarfile.TarError, OSError) as error:
        raise StoreError(
            f"compare: got {text!r}, which could not be unpacked: {error}; expected the files of a run. Where "
            ".gitattributes gives them export-ignore, take that out and commit; else check the commit: git fsck."
        ) from error
