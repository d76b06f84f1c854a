"""Views that are shown what a detector must not be: the rows behind them are of another protocol."""

from __future__ import annotations

import functools
import json
import shutil
import tempfile
from pathlib import Path

import pytest

import benchkit
from benchkit.registry import load_registry
from benchkit.report import leaderboards
from benchkit.results import read_run
from benchkit.runner.protocol import leaking_hash
from benchkit.verify import verify_runs

PLUGIN = """
from dataclasses import dataclass, field

import torch

import benchkit


@dataclass(frozen=True)
class Seen(benchkit.View):
    name: str = "seen"
    peek: float = field(default=0.0, metadata=benchkit.LATER)

    def leaks(self):
        return f"it has seen {self.peek} of it" if self.peek else ""

    def fit(self, normal, *, seed):
        return {"seen": lambda images: images.flatten(1)}


@dataclass(frozen=True)
class Mean(benchkit.Detector):
    def fit(self, normal, *, seed):
        return lambda inputs: inputs.flatten(1).mean(1)


@dataclass(frozen=True)
class Broken(benchkit.Detector):
    def fit(self, normal, *, seed):
        raise ValueError("broken")


@dataclass(frozen=True)
class Dark(benchkit.AnomalyGenerator):
    def generate(self, test, *, seed):
        return test.images / 2


@dataclass(frozen=True)
class Never(benchkit.AnomalyGenerator):
    def generate(self, test, *, seed):
        raise benchkit.Unsupported("not here")


@benchkit.hookimpl
def benchkit_views():
    return [Seen()]


@benchkit.hookimpl
def benchkit_detectors():
    return [Mean("mean-of"), Broken("broken-one", view="seen")]


@benchkit.hookimpl
def benchkit_anomaly_generators():
    return [Dark("dark"), Never("never")]
"""


@functools.cache
def _made(peek: float) -> Path:
    folder = Path(tempfile.mkdtemp())
    (folder / "seen.py").write_text(PLUGIN)
    return benchkit.run(
        dataset="digits",
        detectors=["mean-of", "mean-of@seen", "broken-one"],
        anomalies=["dark", "never"],
        plugins=[folder / "seen.py"],
        changes={"seen": {"peek": peek}} if peek else {},
        out=folder,
        name="run",
        jobs=0,
        timing_seconds=0.01,
    ).folder


def bases(run: Path) -> dict[str, set[str]]:
    """Return the shared part of the protocol hash of each detector's rows, of failed and left-out ones too."""
    cells = read_run(run).cells
    return {
        str(name): set(part["protocol"].astype(str).str.partition("-")[0])
        for name, part in cells.groupby("detector", observed=True)
    }


def test_every_row_behind_a_leak_has_another_base() -> None:
    """Measured, failed and left out; what looks elsewhere, and whatever leaks nothing, keeps its own."""
    plain, peeking = bases(_made(0.0)), bases(_made(0.5))
    (base,) = plain["mean-of"]
    assert plain == {"mean-of": {base}, "mean-of@seen": {base}, "broken-one": {base}}
    leaking = leaking_hash(base, "it has seen 0.5 of it")
    assert leaking != base
    assert peeking == {"mean-of": {base}, "mean-of@seen": {leaking}, "broken-one": {leaking}}


def test_how_much_leaks_counts() -> None:
    """Two texts, two protocols; none, the protocol as it is."""
    hashes = [leaking_hash("0123456789ab", text) for text in ("", "a", "b")]
    assert hashes[0] == "0123456789ab"
    assert len(set(hashes)) == 3
    assert all(len(each) == 12 for each in hashes)


def test_rows_behind_a_leak_are_never_in_one_ranking_with_others() -> None:
    """They have a leaderboard of their own, which says why; the other does not."""
    texts = {
        name: [note for note in board.footnotes if note.startswith("Ranked apart")]
        for board in leaderboards([read_run(_made(0.5))])
        for name in board.arrangement.rows
    }
    said = ["Ranked apart, because what they look at leaks: seen: it has seen 0.5 of it."]
    assert texts == {"mean-of": [], "mean-of@seen": said, "broken-one": said}


def test_run_json_says_what_leaks() -> None:
    """By view; an empty table where nothing does."""
    assert [read_run(_made(peek)).manifest["leaks"] for peek in (0.0, 0.5)] == [{}, {"seen": "it has seen 0.5 of it"}]


@pytest.mark.parametrize("peek", [0.0, 0.5])
def test_such_a_run_verifies(peek: float) -> None:
    """With its leaks, and without."""
    run = _made(peek)
    (found,) = verify_runs([run], load_registry(files=[run.parent / "seen.py"]), data=False)
    assert [check.result for check in found.checks if check.name == "protocol"] == ["agrees"]


@pytest.mark.parametrize("forged", [{}, {"seen": "nothing to speak of"}, {"seen": ["it has seen 0.5 of it"]}, None])
def test_a_leak_that_is_hushed_up_is_found(forged: object, tmp_path: Path) -> None:
    """Whoever changes what run.json says of it has not changed the rows."""
    run = Path(shutil.copytree(_made(0.5), tmp_path / "run"))
    manifest = json.loads((run / "run.json").read_text())
    (run / "run.json").write_text(json.dumps(manifest | {"leaks": forged}))
    (found,) = verify_runs([run], load_registry(files=[_made(0.5).parent / "seen.py"]), data=False)
    (check,) = (check for check in found.checks if check.name == "protocol")
    assert {each.where.partition(" ")[0] for each in check.disagreements} == {"mean-of@seen", "broken-one"}


def test_runs_of_which_one_leaks_are_not_compared() -> None:
    """The reason says what leaks on which side."""
    with pytest.raises(
        benchkit.NotComparableError, match=r"what seen leaks is None in BASE and it has seen 0\.5 of it"
    ):
        benchkit.compare_runs(_made(0.0), _made(0.5))


def test_a_view_that_does_not_say_it_in_a_text_is_not_taken(tmp_path: Path) -> None:
    """The error says what it said."""
    (tmp_path / "seen.py").write_text(PLUGIN.replace('f"it has seen {self.peek} of it" if self.peek else ""', "None"))
    with pytest.raises(benchkit.ContractError, match=r"seen\.leaks\(\): got None; expected a string"):
        load_registry(files=[tmp_path / "seen.py"])
