"""A fresh virtual environment in which a stranger's distributions are built, installed and removed, without a network.

It sees the packages of the tests' own environment, as torch is too large to install once more, but for what is
installed or removed in it, that is all: nothing that is done there reaches the other.
"""

from __future__ import annotations

import os
import subprocess
import sysconfig
import venv
from collections.abc import Iterable
from importlib.metadata import entry_points
from pathlib import Path

import pytest

LIMIT = 300.0
"""Seconds after which a command is given up."""


class FreshEnvironment:
    """A virtual environment, and its commands in a folder of one's choice.

    Args:
        folder: where it is made; has to be new.
    """

    def __init__(self, folder: Path) -> None:
        if os.name == "nt":
            pytest.skip("the commands are scripts that begin with #!")
        for needed in ("hatchling", "pip"):
            pytest.importorskip(needed, reason="builds and installs without the network")
        venv.create(folder, symlinks=True)
        paths = sysconfig.get_paths(vars={"base": str(folder), "platbase": str(folder)})
        self._scripts = Path(paths["scripts"])
        # By addsitedir, not by its own line: what is installed there in editable form is found through .pth files too.
        others = dict.fromkeys(sysconfig.get_paths()[name] for name in ("purelib", "platlib"))
        lines = [f"import site; site.addsitedir({path!r})\n" for path in others]
        (Path(paths["purelib"]) / "zz_others.pth").write_text("".join(lines))
        self._write_scripts(["benchkit", "pip", "pytest"])

    def _write_scripts(self, names: Iterable[str]) -> None:
        for name in names:
            (script,) = entry_points(group="console_scripts", name=name)
            path = self._scripts / name
            path.write_text(
                f"#!{self._scripts / 'python'}\nimport sys\nfrom {script.module} import {script.attr}\n"
                f"if __name__ == '__main__':\n    sys.exit({script.attr}())\n"
            )
            path.chmod(0o755)

    def run(self, *command: str, cwd: Path, status: int = 0) -> str:
        """Run a command of the environment to its end.

        Args:
            command: its name and its arguments.
            cwd: where.
            status: what it has to end with; with anything else the test fails.

        Returns:
            What it wrote to standard output, and behind that to standard error.
        """
        done = subprocess.run(
            [str(self._scripts / command[0]), *command[1:]],
            capture_output=True, text=True, cwd=cwd, env=self._variables(cwd), timeout=LIMIT,
        )  # fmt: skip
        if done.returncode != status:
            pytest.fail(f"{command} ended with {done.returncode}:\n{done.stdout}{done.stderr}", pytrace=False)
        return done.stdout + done.stderr

    def _variables(self, cwd: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHKIT_", "PYTEST"))}
        return kept | {
            "BENCHKIT_OFFLINE": "1",
            "HOME": str(cwd),
            "PATH": os.pathsep.join([str(self._scripts), os.environ["PATH"]]),
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_DISABLE_PIP_VERSION_CHECK": "1",
            "PIP_NO_BUILD_ISOLATION": "0",  # pip reads it as the value of build isolation
            "PIP_NO_INDEX": "1",
            "XDG_CACHE_HOME": str(cwd),
        }
