"""Cases that are carried out in a worker process: a check that ends it, or never ends, is a finding like any other."""

from __future__ import annotations

import secrets
import sys
import tempfile
from collections import defaultdict
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from benchkit.errors import PluginError, PluginLoadError
from benchkit.registry import printable
from benchkit.runner.guard import described
from benchkit.runner.isolation.crew import remove_lane
from benchkit.runner.isolation.death import Death, last_words, place
from benchkit.runner.isolation.home import Home
from benchkit.runner.isolation.lane import Lane, lane_folder
from benchkit.runner.isolation.sandbox import Sandbox
from benchkit.runner.isolation.worker import Start
from benchkit.runner.settings import RunSettings
from benchkit.testing import examining
from benchkit.testing.checks import Finding
from benchkit.testing.conformance import Case
from benchkit.testing.examining import Asked
from benchkit.testing.targets import is_file

Answer = TypeVar("Answer")
Who = tuple[str, str, str, str, str]

_ADVICE = {
    "timeout": "Mend it, or give it more with --timeout.",
    "oom": "Take less memory at a time, or raise benchkit.Unsupported with the reason.",
    "crashed": "Raise an exception, or benchkit.Unsupported with the reason, and leave the process to its owner.",
}
_OTHERWISE = "`--in-process` does the same without a worker process, for a debugger."


LOADING = 60.0
"""Seconds that plugins may take to be loaded, be it more than the checks may: many are installed."""


class Aside:
    """A worker process for the cases of one command; one that dies is replaced. To be used in a ``with`` statement.

    Args:
        asked: what is to be checked.
        timeout: seconds that all checks of one object may take; plugins have as long to be loaded, or ``LOADING``.
    """

    def __init__(self, asked: Asked, timeout: float) -> None:
        self._asked, self._timeout = asked, timeout
        self._loading = max(timeout, LOADING)
        self._token = secrets.token_hex(8)
        home = Home(lane_folder(Path(tempfile.gettempdir()), self._token) / "0")
        self._sandbox = Sandbox(home, Lane(home), Start(RunSettings(device="cpu"), (), None))
        self._is_ready = False
        self._spent: dict[Who, float] = defaultdict(float)
        self._ended_in: dict[Who, str] = {}

    def __enter__(self) -> Aside:
        return self

    def __exit__(self, *_: object) -> None:
        self._sandbox.close()
        remove_lane(self._token)

    def cases(self) -> list[Case]:
        """Load the plugins, and return the cases of what is asked for.

        Raises:
            UsageError: as ``cases_named``.
            PluginError: likewise, or a plugin ends the process that loads it, or never comes to an end.
        """
        targets = [Path(target) for target in self._asked.targets if is_file(target)]
        for file in (*self._asked.files, *targets):
            self._loaded(f"the plugin file {file}", examining.open_file, file, self._asked.folder)
        cases = self._loaded("the installed plugins", examining.read, self._asked)
        self._is_ready = True
        return [replace(case, find=partial(self._find, number, case)) for number, case in enumerate(cases)]

    def _loaded(self, what: str, function: Callable[..., Answer], *args: Any) -> Answer:
        try:
            return self._ask(function, *args, limit=self._loading)
        except Death as death:
            got = _in_words(death, self._loading)
            advice = "Let a plugin do nothing but define things when it is imported."
            message = f"loading {what}: got a worker process that {got}; expected it to come to an end. {advice}"
            raise PluginLoadError(printable(message)) from None

    def _find(self, number: int, case: Case) -> Finding:
        who = (case.kind, case.name, case.plugin, case.distribution, case.version)
        if who in self._ended_in:
            return Finding(case.check, "not run", f"the process has ended: see {self._ended_in[who]!r}")
        try:
            if not self._spent[who] and self._sandbox.is_fresh:  # nothing of this object is lost with the last one
                self._is_ready = False
            if not self._is_ready:
                self._ask(examining.read, self._asked, limit=self._loading)
                self._is_ready = True
            finding = self._ask(examining.find, number, limit=self._timeout - self._spent[who])
        except Death as death:
            self._is_ready, self._ended_in[who] = False, case.check
            got, advice = _in_words(death, self._timeout), f"{_ADVICE.get(death.status, '')} {_OTHERWISE}"
            return self._failed(case, f"a worker process that {got}", advice, death.seconds)
        except Exception as error:  # such as an answer that could not be sent
            return self._failed(case, described(error), _OTHERWISE, 0.0)
        self._spent[who] += finding.seconds
        return finding

    def _failed(self, case: Case, got: str, advice: str, seconds: float) -> Finding:
        message = (
            f"{case.kind} {case.name!r}: {case.check}: got {got}; expected the check to come to an end, with a result "
            f"or an error. {advice}"
        )
        error = PluginError(message, plugin=case.plugin, distribution=case.distribution, version=case.version)
        return Finding(case.check, "failed", printable(str(error)), seconds, error)

    def _ask(self, function: Callable[..., Answer], *args: Any, limit: float) -> Answer:
        try:
            return self._sandbox.call(function, *args, limit=limit)
        except Death as death:
            _echo(death.text)
            raise
        finally:
            _echo(self._sandbox.said())


def _echo(text: str) -> None:
    """Print what the plugins printed; of what faulthandler tells not the list of all modules."""
    lines = text.splitlines(keepends=True)
    sys.stderr.write("".join(line for line in lines if not line.startswith("Extension modules:")))


def _in_words(death: Death, limit: float) -> str:
    how = f"was ended when its {limit:g} s were over," if death.status == "timeout" else death.how
    words = last_words(death.text)
    spoke = f" (its last words: {words})" if words else ""
    return f"{how}{place(death.text)}{spoke}, after {death.seconds:.1f} s"
