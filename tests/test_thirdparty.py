"""A stranger's distribution, written by hand, from its source to a leaderboard and away again, as real processes.

It lies in ``thirdparty/acme-anomaly`` and knows of benchkit what the documents say.
"""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from fault_helpers import lines, state
from fresh_environment import FreshEnvironment

pytestmark = [pytest.mark.faults, pytest.mark.timeout(600)]  # of a machine that does other work meanwhile

SOURCE = Path(__file__).with_name("thirdparty") / "acme-anomaly"
QUICK = ("--timing-seconds", "0.01", "--device", "cpu")
ASKED = ("--dataset", "acme-rings", "-d", "acme-*", "-a", "acme-smear", "-a", "acme-large")

OFFERED = {
    ("dataset", "acme-rings"), ("view", "acme-contours"),
    ("detector", "acme-denoiser"), ("detector", "acme-denoiser-contours"), ("anomaly", "acme-large"),
    ("anomaly", "acme-smear-3"), ("anomaly", "acme-smear-5"), ("anomaly", "acme-smear-7"),
}  # fmt: skip


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a copy of the source: nothing is written beside the original."""
    folder = tmp_path_factory.mktemp("stranger")
    shutil.copytree(SOURCE, folder / "source")
    return folder


@pytest.fixture(scope="module")
def installed(home: Path) -> FreshEnvironment:
    """Build a wheel of it and install that."""
    fresh = FreshEnvironment(home / "venv")
    fresh.run("pip", "wheel", "--no-deps", "--wheel-dir", "wheels", "./source", cwd=home)
    (wheel,) = (home / "wheels").iterdir()
    fresh.run("pip", "install", str(wheel), cwd=home)
    return fresh


@pytest.fixture(scope="module")
def ran(installed: FreshEnvironment, home: Path) -> Path:
    """Run all that it offers; return the run's folder."""
    installed.run("benchkit", "run", *ASKED, *QUICK, "--name", "ran", cwd=home)
    return home / "results" / "ran"


def rows_of(environment: FreshEnvironment, folder: Path) -> dict[tuple[str, str], dict[str, str]]:
    """Return the distribution's rows of ``benchkit plugins`` by kind and name."""
    listing = json.loads(environment.run("benchkit", "plugins", "--json", cwd=folder))
    return {(row["kind"], row["name"]): row for row in listing if row["distribution"] == "acme-anomaly"}


def test_its_own_tests_pass(installed: FreshEnvironment, home: Path) -> None:
    """Those that it wrote, and those of the kit; without a warning."""
    assert " passed" in installed.run("pytest", "-q", cwd=home / "source")


def test_everything_that_it_offers_is_listed(installed: FreshEnvironment, home: Path) -> None:
    """With its distribution and version, and nothing is wrong."""
    rows = rows_of(installed, home)
    assert set(rows) == OFFERED
    assert {(row["plugin"], row["version"], row["state"]) for row in rows.values()} == {("acme", "1.4.2", "ok")}


def test_it_keeps_every_promise(installed: FreshEnvironment, home: Path) -> None:
    """``benchkit check`` with the plugin's name finds all its objects, and nothing wrong with any."""
    said = installed.run("benchkit", "check", "acme", cwd=home)
    assert f"{len(OFFERED)} objects" in said
    assert "nothing failed" in said.lower()


def test_everything_that_it_offers_runs(ran: Path) -> None:
    """Detectors on its own view, its data set, its anomalies: a row each, and each says where it came from."""
    cells = lines(ran)
    assert {cell["status"] for cell in cells} == {"ok"}
    assert len(cells) == 2 * 4
    assert {cell["view"] for cell in cells} == {"pixels", "acme-contours"}
    assert all("acme-anomaly" in cell["distribution"] for cell in cells)
    large = [cell["auroc"] for cell in cells if cell["anomaly"] == "acme-large"]
    assert min(large) > 0.9


def test_what_was_not_done_is_done_later(installed: FreshEnvironment, home: Path) -> None:
    """A run whose groups were given no time is taken up again, and ends as any other."""
    one = ("--dataset", "acme-rings", "-d", "acme-denoiser", "-a", "acme-large", "--name", "hasty")
    installed.run("benchkit", "run", *one, *QUICK, "--timeout", "0.01", cwd=home, status=1)
    assert [cell["status"] for cell in lines(home / "results" / "hasty")] == ["timeout"]
    installed.run("benchkit", "run", "--resume", "results/hasty", "--retry", "timeout", "--timeout", "100", cwd=home)
    assert state(home / "results" / "hasty") == "finished"
    table = installed.run("benchkit", "table", "results/hasty", "--format", "csv", cwd=home)
    assert "acme-denoiser" in table


def test_what_it_left_can_be_verified(installed: FreshEnvironment, ran: Path, home: Path) -> None:
    """Its numbers are computed again from its scores, and agree."""
    assert "nothing disagrees" in installed.run("benchkit", "verify", str(ran), cwd=home)


def test_when_it_is_gone_its_rows_are_gone_and_its_results_are_not(home: Path, ran: Path) -> None:
    """Uninstalled, it is not listed; a run of it is a wrong request; the table of the old one is what it was."""
    fresh = FreshEnvironment(home / "other")
    (wheel,) = (home / "wheels").iterdir()
    fresh.run("pip", "install", str(wheel), cwd=home)
    table = fresh.run("benchkit", "table", str(ran), cwd=home)
    assert set(rows_of(fresh, home)) == OFFERED
    fresh.run("pip", "uninstall", "--yes", "acme-anomaly", cwd=home)
    assert rows_of(fresh, home) == {}
    assert "unknown dataset 'acme-rings'" in fresh.run("benchkit", "run", *ASKED, cwd=home, status=2)
    assert fresh.run("benchkit", "table", str(ran), cwd=home) == table
