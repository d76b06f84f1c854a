"""What mends a plugin that cannot be loaded or read: the file and line to look at, and the next step."""

from __future__ import annotations

import inspect
import re
import sys
from importlib.machinery import PathFinder

from benchkit import __version__
from benchkit.contract import API_VERSION
from benchkit.hookspecs import PROJECT
from benchkit.registry.records import KINDS
from benchkit.registry.text import printable, shortened

_MODULE = re.compile(r"[A-Za-z_]\w*(\.[A-Za-z_]\w*)*", re.ASCII)


def file_of(target: str) -> str:
    """Return the file of a plugin that is not imported, or could not be.

    Args:
        target: path of a plugin file, or what an entry point names: ``module``, ``package.module:object``.

    Returns:
        Its path; empty where there is no such module.
    """
    if target.endswith(".py"):
        return printable(target)
    spec, path = None, None
    for name in _packages(target):
        spec = PathFinder.find_spec(name, path)
        if spec is None:
            return ""
        path = spec.submodule_search_locations
    return printable(spec.origin) if spec and spec.origin else ""


def place_of(function: object) -> str:
    """Return where a hook is written, as ``file:line``; empty for what is no Python function."""
    try:
        code = inspect.unwrap(function).__code__  # type: ignore[arg-type]
    except (AttributeError, ValueError):
        return ""
    return printable(f"{code.co_filename}:{code.co_firstlineno}")


def next_step(error: BaseException, target: str) -> str:
    """Return what mends a plugin whose code raised ``error``: half a sentence, to be followed by another choice."""
    if target and not target.endswith(".py") and not _packages(target):
        return (
            f"Its entry point names {target!r}, which is no module: write it as in an import, with underscores, under "
            "[project.entry-points.benchkit] in its pyproject.toml, and install it again"
        )
    if isinstance(error, SyntaxError) and error.lineno:
        return "Mend that line"
    if isinstance(error, ImportError) and (error.name or "").partition(".")[0] == PROJECT:
        return (
            f"benchkit {__version__}, whose doors are of version {API_VERSION}, does not have that: mend the name, or "
            "install the release of the plugin, or of benchkit, that fits the other"
        )
    if isinstance(error, ModuleNotFoundError) and _MODULE.fullmatch(error.name or ""):
        return _for_missing(error.name or "", target)
    return _for_dataclass(error) if isinstance(error, TypeError) else "Mend it"


def leaving_out(plugin: str) -> str:
    """Return the other choice that follows ``next_step``, for whoever can do without the plugin."""
    return f", or leave it out with `-p no:{plugin}`"


def right_hook(item: object) -> str:
    """Return which hook is for an object that another hook returned; empty if none is, or the very class was given."""
    hooks = [kind.hook for kind in KINDS if isinstance(item, kind.door)]
    return f" {hooks[0]} is the hook for it." if hooks else ""


_TYPE_ERRORS = (
    (re.compile(r"cannot inherit non-frozen dataclass"), "Write @dataclass(frozen=True) above the class"),
    (
        re.compile(r"(\w+)\.__init__\(\) missing .*'name'"),
        "Every object has a name, its first field: write {0}('my-name')",
    ),
    (
        re.compile(r"instantiate abstract class (\w+) (?:with|without an implementation for) abstract methods? (.*)"),
        "Define in {0} what its door asks for: {1}",
    ),
)
"""What Python says of a class that is no plugin object yet, and what mends it."""


def _for_dataclass(error: TypeError) -> str:
    for said, step in _TYPE_ERRORS:
        found = said.search(printable(shortened(str(error))))
        if found:
            return step.format(*(group.replace("'", "") for group in found.groups()))
    return "Mend it"


def _for_missing(module: str, target: str) -> str:
    if module in _packages(target):
        return (
            f"Its entry point names {target!r}, and no such module is installed: mend [project.entry-points.benchkit] "
            "in its pyproject.toml and install it again"
        )
    top, *inner = module.split(".")
    if inner and (top in sys.modules or PathFinder.find_spec(top)):
        return f"{top!r} is there, but has no {module!r}: install a version of it that has"
    return f"Install what brings {top!r}, often by `pip install {top}`"


def _packages(target: str) -> list[str]:
    """Return the packages that what an entry point names lies in, the outermost first, and its module."""
    module = target.partition(":")[0].strip()
    parts = module.split(".") if _MODULE.fullmatch(module) else []
    return [".".join(parts[:count]) for count in range(1, len(parts) + 1)]
