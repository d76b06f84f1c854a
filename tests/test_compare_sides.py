"""Opening a side: a folder, a run in a commit, a file of benchmarks, and everything that is none of these."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from compare_helpers import board, store

from benchkit.compare.sides import Side, open_side
from benchkit.errors import BenchkitError, StoreError, UsageError

GIT = (
    "git",
    "-c",
    "user.name=A",
    "-c",
    "user.email=a@b.c",
    "-c",
    "commit.gpgsign=false",
    "-c",
    "init.defaultBranch=main",
)


def git(folder: Path, *arguments: str) -> None:
    """Call git in a folder."""
    subprocess.run((*GIT, *arguments), cwd=folder, check=True, capture_output=True)


@pytest.fixture
def repository(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Return a repository with a run that was committed, tagged, and taken away since."""
    folder = tmp_path / "repository"
    run = store(folder / "results" / "base run", board())
    git(folder, "init", "-q")
    git(folder, "add", "-A")
    git(folder, "commit", "-q", "-m", "a run")
    git(folder, "tag", "v1")
    for path in sorted(run.rglob("*"), reverse=True):
        path.unlink() if path.is_file() else path.rmdir()
    monkeypatch.chdir(folder)
    return folder


def opened(text: str, scratch: Path) -> Side:
    """Open a side with a scratch folder of its own."""
    scratch.mkdir(exist_ok=True)
    return open_side(text, scratch=scratch)


def refusal(text: str, scratch: Path) -> BenchkitError:
    """Return what opening a side raises."""
    with pytest.raises(BenchkitError) as caught:
        opened(text, scratch)
    return caught.value


@pytest.mark.parametrize("file", ["", "run.json", "cells.jsonl"])
def test_a_folder_is_a_run_and_so_is_a_file_of_it(tmp_path: Path, file: str) -> None:
    """Without raw repeats there are none."""
    side = opened(str(store(tmp_path / "run", board()) / file), tmp_path / "scratch")
    assert side.timed is not None
    assert (len(side.timed.run.cells), len(side.timed.timings), side.benchmarks) == (4, 0, None)


@pytest.mark.parametrize("revision", ["v1", "main", "HEAD", "main~0"])
@pytest.mark.parametrize("place", ["results/base run", "results/base run/", "results/base run/run.json"])
def test_a_run_comes_out_of_a_commit_with_its_raw_scores(
    repository: Path, tmp_path: Path, revision: str, place: str
) -> None:
    """A tag, a branch or any revision; spaces in the path do not matter."""
    side = opened(f"git:{revision}:{place}", tmp_path / "scratch")
    assert side.timed is not None
    scores = side.timed.run.scores(dataset="toy", detector="gaussian", anomaly="noise", seed=0)
    assert len(scores["normal"]) == 400


def test_the_path_counts_from_the_root_of_the_repository(
    repository: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wherever inside it the command is called."""
    (repository / "deep").mkdir()
    monkeypatch.chdir(repository / "deep")
    assert opened("git:v1:results/base run", tmp_path / "scratch").timed is not None


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nowhere", "'nowhere', which is not there"),
        ("git:v1", "git:REVISION:PATH"),
        ("git:v1:", "git:REVISION:PATH"),
        ("git::results", "git:REVISION:PATH"),
        ("git:v2:results/base run", "a commit, a branch or a tag, and 'v2' is none"),
        ("git:--output=x:results", "'--output=x' is none"),
        ("git:v1:results/nothing", "there is no 'results/nothing'"),
        ("git:v1:../results", "without '..'"),
        ("git:v1:/results", "without '..'"),
        ("git:v1:results", "no run.json"),
    ],
)
def test_what_is_not_there_is_a_wrong_request(repository: Path, tmp_path: Path, text: str, words: str) -> None:
    """Status 2, and the message says which part of it is wrong; nothing is written."""
    before = sorted(repository.iterdir())
    error = refusal(text, tmp_path / "scratch")
    assert words in str(error)
    assert error.exit_status == 2
    assert sorted(repository.iterdir()) == before


def test_outside_a_repository_no_commit_can_be_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Status 2, with the folder that is none."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("GIT_CEILING_DIRECTORIES", str(tmp_path.parent))
    error = refusal("git:main:results/x", tmp_path / "scratch")
    assert isinstance(error, UsageError)
    assert f"inside a git repository, and {tmp_path} is none" in str(error)


def test_a_damaged_run_in_a_commit_is_a_clear_error(repository: Path, tmp_path: Path) -> None:
    """Status 1: the run is there, and it cannot be read."""
    (repository / "bad").mkdir()
    (repository / "bad" / "run.json").write_text("{")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a damaged run")
    error = refusal("git:HEAD:bad", tmp_path / "scratch")
    assert isinstance(error, StoreError)
    assert "not JSON" in str(error)


def test_a_run_that_git_leaves_out_of_archives_says_why(repository: Path, tmp_path: Path) -> None:
    """Projects keep results out of their source archives by an attribute, which no message of git names."""
    (repository / ".gitattributes").write_text("results export-ignore\n")
    store(repository / "results" / "head", board())
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "without results")
    message = str(refusal("git:HEAD:results/head", tmp_path / "scratch"))
    assert "export-ignore" in message
    assert "\n" not in message


def test_a_link_that_leaves_the_folder_is_not_followed(repository: Path, tmp_path: Path) -> None:
    """A commit of somebody else cannot make the command write or read elsewhere."""
    (repository / "evil").mkdir()
    (repository / "evil" / "run.json").symlink_to("/etc/passwd")
    git(repository, "add", "-A")
    git(repository, "commit", "-q", "-m", "a link")
    assert "could not be unpacked" in str(refusal("git:HEAD:evil", tmp_path / "scratch"))
