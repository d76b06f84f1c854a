"""The action's shell steps run by bash, as the runner of GitHub would run them."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[1]
ACTION = yaml.safe_load((ROOT / "action.yml").read_text(encoding="utf-8"))
STEPS: list[dict[str, Any]] = ACTION["runs"]["steps"]

EXPRESSION = re.compile(r"\$\{\{ (inputs|steps)\.([\w.-]+) \}\}")

STUB = """#!/usr/bin/env bash
printf '%s\\0' "${0##*/}" "$@" $'\\n' >> "$STUB_RECORD"
report=
while [ $# -gt 0 ]; do
  case "$1" in
    run) exit "${STUB_RUN:-0}" ;;
    --summary) report="$2" ;;
  esac
  shift
done
if [ -n "$report" ]; then
  if [ "${STUB_COMPARE:-0}" -lt 2 ]; then echo '## compared' > "$report"; else echo '# `why`' >&2; fi
  exit "${STUB_COMPARE:-0}"
fi
"""
"""Stands in for `benchkit` and `python`: keeps what it was called with, and ends as it is told."""


@dataclass
class Job:
    """One use of the action in a working folder, as the runner of GitHub would do it.

    Attributes:
        folder: holds the working folder, the runner's files, and commands that come first on the PATH.
        inputs: those that differ from the defaults.
        extra: more of the environment.
        outputs: of the steps that ran, as ``step.name``.
        errors: what was printed on standard error.
    """

    folder: Path
    inputs: Mapping[str, str]
    extra: Mapping[str, str] = field(default_factory=dict)
    outputs: dict[str, str] = field(default_factory=dict)
    errors: str = ""

    @property
    def work(self) -> Path:
        """The working folder."""
        return self.folder / "work"

    @property
    def summary(self) -> str:
        """What the run's page shows."""
        path = self.folder / "summary.md"
        return path.read_text(encoding="utf-8") if path.exists() else ""

    def run(self, *, only: str = "") -> int:
        """Run the steps in bash, those that install left out, until one fails; return the last status."""
        for step in STEPS:
            if "run" in step and (step.get("id") == only if only else step.get("id") != "install"):
                status = self._step(step)
                if status:
                    return status
        return 0

    def _step(self, step: Mapping[str, Any]) -> int:
        script, output = self.folder / "step.sh", self.folder / "output"
        script.write_text(step["run"], encoding="utf-8")
        output.write_text("")
        given = {name: EXPRESSION.sub(self._value, str(value)) for name, value in step.get("env", {}).items()}
        result = subprocess.run(
            ["bash", "--noprofile", "--norc", "-eo", "pipefail", str(script)],
            cwd=self.work, env={**self._environment(output), **given}, capture_output=True, text=True,
        )  # fmt: skip
        self.errors += result.stderr
        pairs = [line.partition("=") for line in output.read_text(encoding="utf-8").splitlines()]
        self.outputs.update({f"{step.get('id')}.{name}": value for name, _, value in pairs})
        return result.returncode

    def _environment(self, output: Path) -> dict[str, str]:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("BENCHKIT_", "GITHUB_"))}
        paths = [str(self.folder / "bin"), str(Path(sys.executable).parent), os.environ["PATH"]]
        return {
            **kept,
            "GITHUB_ACTION_PATH": str(ROOT),
            "GITHUB_OUTPUT": str(output),
            "GITHUB_STEP_SUMMARY": str(self.folder / "summary.md"),
            "PATH": os.pathsep.join(paths),
            "RUNNER_TEMP": str(self.folder),
            **self.extra,
        }

    def _value(self, match: re.Match[str]) -> str:
        if match[1] == "inputs":
            return self.inputs.get(match[2], str(ACTION["inputs"][match[2]].get("default", "")))
        return self.outputs.get(match[2].replace(".outputs", ""), "")


def use(folder: Path, stubs: Sequence[str] = (), /, *, extra: Mapping[str, str] | None = None, **inputs: str) -> Job:
    """Return a job, some of its commands replaced by stubs; inputs by their names with ``_`` for ``-``."""
    for name in ("bin", "work"):
        (folder / name).mkdir(exist_ok=True)
    for name in stubs:
        (folder / "bin" / name).write_text(STUB)
        (folder / "bin" / name).chmod(0o755)
    record = {"STUB_RECORD": str(folder / "record")}
    return Job(folder, {name.replace("_", "-"): value for name, value in inputs.items()}, {**record, **(extra or {})})


def calls(job: Job) -> list[list[str]]:
    """Return the arguments of each call of a stub."""
    record = (job.folder / "record").read_text(encoding="utf-8")
    return [call.split("\0")[:-1] for call in record.split("\n\0") if call]
