"""Runs on a real Dask cluster: a scheduler and two single-thread workers on loopback, all processes of their own."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from fault_helpers import TINY, Command, finish, in_this_process, lines, quality
from pandas.testing import assert_frame_equal

import benchkit

pytest.importorskip("distributed")
pytestmark = [pytest.mark.faults, pytest.mark.timeout(300)]

DETECTORS, ANOMALIES = ("honest-a", "honest-b", "honest-on-view"), ("brighter", "darker", "class-three")
HONEST = (
    *(word for name in DETECTORS for word in ("-d", name)),
    *(word for name in ANOMALIES for word in ("-a", name)),
    *("--seeds", "4", "--set", "honest-a.seconds=0.3"),
)


class DaskCluster:
    """A scheduler and its workers, started as a user would start them."""

    def __init__(self, folder: Path, workers: int = 2) -> None:
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.address = f"127.0.0.1:{probe.getsockname()[1]}"
        self._log = (folder / "dask.log").open("ab")
        self.scheduler = self._dask("scheduler", "--host", "127.0.0.1", "--port", self.address.rpartition(":")[2],
                                    "--no-dashboard")  # fmt: skip
        self.workers = [
            self._dask("worker", self.address, "--nthreads", "1", "--no-dashboard", "--no-nanny", "--host", "127.0.0.1")
            for _ in range(workers)
        ]
        self._wait(workers)

    def _dask(self, *arguments: str) -> subprocess.Popen[bytes]:
        command = [str(Path(sys.executable).with_name("dask")), *arguments]
        return subprocess.Popen(command, stdout=self._log, stderr=self._log, cwd=Path(self._log.name).parent)

    def _wait(self, workers: int) -> None:
        import distributed

        with distributed.Client(f"tcp://{self.address}", timeout=60, set_as_default=False) as client:
            if workers:
                client.wait_for_workers(workers, timeout=60)

    def close(self) -> None:
        """End every process."""
        for process in (*self.workers, self.scheduler):
            process.kill()
            process.wait(30)
        self._log.close()


@contextmanager
def cluster_in(folder: Path, workers: int = 2) -> Iterator[DaskCluster]:
    """Yield a cluster; its processes are ended afterwards."""
    made = DaskCluster(folder, workers)
    try:
        yield made
    finally:
        made.close()


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DaskCluster]:
    """Yield a cluster of two workers, for run after run that leaves it as it was."""
    with cluster_in(tmp_path_factory.mktemp("cluster")) as made:
        yield made


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the same run in this very process."""
    changes = {"honest-a": {"seconds": 0.3}}
    where = tmp_path_factory.mktemp("here")
    return in_this_process(where, detectors=DETECTORS, anomalies=ANOMALIES, seeds=4, changes=changes)


def test_a_cluster_gives_the_rows_of_local_workers_and_they_stream_back(
    cluster: DaskCluster, undisturbed: Path, tmp_path: Path
) -> None:
    """Every quality column is the same to the last bit, and rows are on the disk before the run has ended."""
    command = Command(*TINY, *HONEST, "--executor", f"dask://{cluster.address}", "--name", "there", cwd=tmp_path)
    folder, seen = tmp_path / "results" / "there", set()
    try:
        while command.status is None:
            seen.add(len(lines(folder)))
            time.sleep(0.05)
        assert command.wait() == 0
    finally:
        command.bury()
    assert len(seen) > 3
    assert_frame_equal(quality(folder), quality(undisturbed))


def test_a_detector_that_segfaults_takes_no_dask_worker_with_it(cluster: DaskCluster, tmp_path: Path) -> None:
    """Its rows are typed as with local workers, the honest ones are there, and both Dask workers still live."""
    arguments = ("-d", "fit-segfaults", "-d", "fit-sleeps", "-d", "honest-a", "-a", "brighter", "--timeout", "5")
    where = ("--executor", f"dask://{cluster.address}", "--name", "there")
    assert finish(*TINY, *arguments, *where, cwd=tmp_path).status == 1
    cells = benchkit.load_run(tmp_path / "results" / "there").cells.set_index("detector")
    assert dict(cells["status"]) == {"fit-segfaults": "crashed", "fit-sleeps": "timeout", "honest-a": "ok"}
    assert "SIGSEGV" in cells.loc["fit-segfaults", "reason"]
    assert [worker.poll() for worker in cluster.workers] == [None, None]


def test_the_groups_of_a_worker_that_is_killed_run_elsewhere(undisturbed: Path, tmp_path: Path) -> None:
    """SIGKILL of one of two Dask workers in the middle costs no row and changes none."""
    folder = tmp_path / "results" / "there"
    with cluster_in(tmp_path) as cluster:
        command = Command(*TINY, *HONEST, "--executor", f"dask://{cluster.address}", "--name", "there", cwd=tmp_path)
        try:
            command.reach(lambda: lines(folder))
            os.kill(cluster.workers[0].pid, signal.SIGKILL)
            assert command.wait() == 0
        finally:
            command.bury()
    assert_frame_equal(quality(folder), quality(undisturbed))


def test_a_cluster_of_this_machine_needs_no_address(undisturbed: Path, tmp_path: Path) -> None:
    """``--executor dask --jobs 2`` starts two workers, gives the same rows, and leaves no process behind."""
    command = finish(*TINY, *HONEST, "--executor", "dask", "--jobs", "2", "--name", "there", cwd=tmp_path)
    assert command.status == 0
    assert_frame_equal(quality(tmp_path / "results" / "there"), quality(undisturbed))
    assert not command.left


def test_a_scheduler_without_workers_is_one_clear_error(tmp_path: Path) -> None:
    """Nobody waits for a worker that may never come."""
    with cluster_in(tmp_path, workers=0) as made:
        command = finish(*TINY, *HONEST, "--executor", f"dask://{made.address}", cwd=tmp_path)
        assert command.status == 2
        assert "without workers" in command.err
