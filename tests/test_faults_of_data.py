"""Anomalies and data sets that hang or die, one worker alone, a wrong address: what each costs, as real processes."""

from __future__ import annotations

from pathlib import Path

import pytest
from fault_helpers import TINY, Finished, finish, linux_only, same_quality

pytestmark = [pytest.mark.faults, linux_only]

TIMEOUT = "4"


@pytest.fixture(scope="module")
def columns(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """Two honest detectors against two anomalies that are never made and two that are, in one worker."""
    anomalies = [part for name in ("anomaly-*", "brighter", "class-three") for part in ("-a", name)]
    where = tmp_path_factory.mktemp("columns")
    return Finished(where, "-d", "honest-[ab]", *anomalies, "--jobs", "1", "--timeout", TIMEOUT)


@pytest.fixture(scope="module")
def alone(tmp_path_factory: pytest.TempPathFactory) -> Finished:
    """The honest detectors against the honest anomalies, in one worker."""
    where = tmp_path_factory.mktemp("alone")
    return Finished(where, "-d", "honest-*", "-a", "brighter", "-a", "class-three", "--jobs", "1")


@pytest.mark.parametrize(("anomaly", "status"), [("anomaly-segfaults", "crashed"), ("anomaly-sleeps", "timeout")])
def test_an_anomaly_that_is_never_made_costs_its_column_only(columns: Finished, anomaly: str, status: str) -> None:
    """Both detectors' rows of it are typed and name it; it is not tried again for each detector."""
    rows = [row for name in ("honest-a", "honest-b") for row in columns.rows(name) if row["anomaly"] == anomaly]
    assert [row["status"] for row in rows] == [status, status]
    assert all(anomaly in row["reason"] for row in rows)
    assert columns.tries(anomaly) == 1


def test_the_other_columns_are_what_they_are_without_it(columns: Finished, alone: Finished) -> None:
    """Bit for bit, and the run ends with 1 for the rows that are not there."""
    assert columns.command.status == 1
    others = {"detector": ["honest-a", "honest-b"], "anomaly": ["brighter", "class-three"]}
    same_quality(columns.folder, alone.folder, **others)


def test_one_worker_does_group_after_group(alone: Finished) -> None:
    """What it imports is paid for once: every fit happened in the same process, and not in the main one."""
    assert alone.command.status == 0, alone.command.err[-2000:]
    processes = {process for _, process in alone.fits}
    assert len(processes) == 1
    assert processes != {str(alone.command.process.pid)}


def test_one_worker_is_replaced_when_a_group_took_it_down(tmp_path: Path, alone: Finished) -> None:
    """With --jobs 1 too, what comes after a crash and after a time-out is what it is without them."""
    choice = ("-d", "fit-exits", "-d", "fit-loops-in-c", "-d", "honest-*", "-a", "brighter")
    run = Finished(tmp_path, *choice, "--jobs", "1", "--timeout", TIMEOUT)
    assert run.command.status == 1
    assert [row["status"] for row in run.rows("fit-exits")] == ["crashed"]
    assert [row["status"] for row in run.rows("fit-loops-in-c")] == ["timeout"]
    same_quality(run.folder, alone.folder, detector=["honest-a", "honest-b", "honest-on-view"], anomaly=["brighter"])
    assert run.command.left == {}


def test_a_data_set_that_dies_ends_the_run_with_one_paragraph(tmp_path: Path) -> None:
    """Without data there is nothing to run: status 1, the data set's name and how it ended; nothing is written."""
    request = ("--dataset", "load-segfaults", "-d", "honest-a", "-a", "brighter")
    command = finish(*TINY, *request, cwd=tmp_path)
    assert command.status == 1, command.err[-2000:]
    assert "data set 'load-segfaults'" in command.err
    assert "SIGSEGV" in command.err
    assert "Traceback" not in command.err
    assert command.left == {}
    assert not (tmp_path / "results").exists()


def test_a_wrong_scheduler_address_is_said_at_once(tmp_path: Path) -> None:
    """A request that cannot be met: status 2, one paragraph with the address, nothing written."""
    pytest.importorskip("distributed", reason="needs benchkit[dask]")
    request = ("-d", "honest-a", "-a", "brighter", "--executor", "dask://127.0.0.1:1")
    command = finish(*TINY, *request, cwd=tmp_path, limit=20)
    assert command.status == 2, command.err[-2000:]
    assert "127.0.0.1:1" in command.err
    assert "Traceback" not in command.err
    assert not (tmp_path / "results").exists()
