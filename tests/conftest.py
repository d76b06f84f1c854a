"""Fixtures that several areas share."""

from __future__ import annotations

import os
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from hypothesis import settings

settings.register_profile("benchkit", deadline=None)  # no wall time is asserted: a busy machine breaks no promise
settings.load_profile("benchkit")

collect_ignore = ["thirdparty"]  # a stranger's tests, run in an environment of their own

# As the command line does, and for the same reason; before any test module imports torch.
os.environ.setdefault("GOMP_SPINCOUNT", "1000")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with what takes longest where several processes share the tests."""
    if hasattr(config, "workerinput"):  # only a worker has it; `sharing` needs pytest-xdist, which this file does not
        from sharing import long_ones_first

        long_ones_first(items)


@pytest.hookimpl(optionalhook=True)  # of pytest-xdist
def pytest_xdist_make_scheduler(config: pytest.Config, log: object) -> object:
    """Keep each file in one process."""
    from sharing import FilesWhole

    return FilesWhole(config, log)


def pytest_sessionstart() -> None:
    """Let no process that a test starts take itself for a worker of pytest-xdist: a pytest of its own, say."""
    for name in [name for name in os.environ if name.startswith("PYTEST_XDIST_")]:
        del os.environ[name]


Install = Callable[..., Path]

MODULE = """
from dataclasses import dataclass
import benchkit

@dataclass(frozen=True)
class Mean(benchkit.Detector):
    factor: float = 1.0
    def fit(self, normal, *, seed):
        return lambda inputs: inputs.flatten(1).mean(1) * self.factor

@dataclass(frozen=True)
class Same(benchkit.View):
    shown: tuple[str, ...] = ()
    def offers(self):
        return self.shown or (self.name,)
    def fit(self, normal, *, seed):
        return {view: lambda images: images for view in self.offers()}

@dataclass(frozen=True)
class Darker(benchkit.AnomalyGenerator):
    def generate(self, test, *, seed):
        return test.images / 2

@dataclass(frozen=True)
class Nothing(benchkit.Dataset):
    def load(self):
        raise benchkit.DataError("nothing there")

"""
"""How every module that ``install`` writes begins."""


@pytest.fixture
def install(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Install]:
    """Return a function that installs a real distribution: a module, its metadata and its entry point.

    ``install("acme-ad", "acme", code)`` announces the plugin ``acme`` of the distribution ``acme-ad``.
    """
    before = set(sys.modules)

    def add(distribution: str, plugin: str, code: str, *, version: str = "1.0", target: str = "") -> Path:
        site = tmp_path / f"site-{distribution}-{plugin}"
        module = f"fake_{distribution}_{plugin}".replace("-", "_")
        info = site / f"{distribution.replace('-', '_')}-{version}.dist-info"
        info.mkdir(parents=True)
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {distribution}\nVersion: {version}\n")
        (info / "entry_points.txt").write_text(f"[benchkit]\n{plugin} = {target or module}\n")
        (site / f"{module}.py").write_text(MODULE + textwrap.dedent(code))
        monkeypatch.syspath_prepend(str(site))
        return site / f"{module}.py"

    yield add
    for name in set(sys.modules) - before:
        if name.startswith(("fake_", "benchkit_file_")):
            del sys.modules[name]
