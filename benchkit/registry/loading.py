"""Finds plugins (entry points and files) and loads each in isolation.

Every plugin gets a plugin manager of its own, so that a hook call reaches this plugin alone and whatever it
raises is its own. (pluggy's loader of entry points stops at the first that is broken.)
"""

from __future__ import annotations

import contextlib
import hashlib
import importlib.util
import inspect
import io
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from difflib import get_close_matches
from importlib.machinery import SourceFileLoader
from importlib.metadata import Distribution, EntryPoint, entry_points
from pathlib import Path
from types import CodeType, ModuleType

import pluggy

from benchkit import hookspecs
from benchkit.errors import PluginError, PluginLoadError, UsageError
from benchkit.registry.handshake import version_fault
from benchkit.registry.mending import file_of, leaving_out, next_step, place_of
from benchkit.registry.records import KINDS
from benchkit.registry.text import describe_failure, printable

_HOOKS = tuple(kind.hook for kind in KINDS)
_FILE_MODULE = "benchkit_file_"


@dataclass(frozen=True)
class Source:
    """A plugin that was found but is not loaded yet.

    Attributes:
        plugin: name of the entry point or of the file.
        distribution: name of the distribution, or path of the file.
        version: version of the distribution, or the first 12 digits of the file's SHA-256.
        load: imports it and returns the module or object with the hooks.
        required: the user asked for this very plugin, so that a fault ends the command instead of being listed.
        target: what the entry point names, or path of the file.
        heard: what it has printed on standard output so far.
    """

    plugin: str
    distribution: str
    version: str
    load: Callable[[], object]
    required: bool = False
    target: str = ""
    heard: list[str] = field(default_factory=list, compare=False)

    def error(self, message: str, *, of: type[PluginError] = PluginLoadError) -> PluginError:
        """Return an error that names this plugin, its distribution and its version."""
        return of(printable(message), plugin=self.plugin, distribution=self.distribution, version=self.version)

    @contextlib.contextmanager
    def contained(self, where: str, place: str = "") -> Iterator[None]:
        """Run this plugin's code: its prints go to standard error, what it raises becomes a PluginLoadError.

        Args:
            where: what runs: ``import``, or the name of a hook.
            place: what to name where the traceback tells no place; by default the plugin's file.

        Raises:
            PluginLoadError: the code raised something.
            KeyboardInterrupt: Ctrl-C; says what was under way.
        """
        try:
            with contextlib.redirect_stdout(_Overheard(self.heard)):
                yield
        except KeyboardInterrupt as error:  # the user's, who may have waited for this very plugin
            under_way = f"{where} was under way ({place or file_of(self.target) or self.target})"
            raise KeyboardInterrupt(str(self.error(f"{under_way}; `-p no:{self.plugin}` leaves it out."))) from error
        except BaseException as error:  # not only Exception: panics of extension modules written in Rust are none
            raise self.error(
                f"{where}: {describe_failure(error, place or file_of(self.target))}. {next_step(error, self.target)}"
                f"{'' if self.required else leaving_out(self.plugin)}."  # what was asked for by its file is wanted
            ) from error


class _Overheard(io.TextIOBase):
    """Passes what is printed on to standard error, and remembers it."""

    def __init__(self, heard: list[str]) -> None:
        self._heard = heard

    def write(self, text: str, /) -> int:
        self._heard.append(text)
        return sys.stderr.write(text)

    def flush(self) -> None:
        sys.stderr.flush()


def announced() -> list[Source]:
    """Return the plugins that installed distributions announce under the entry-point group ``benchkit``."""
    found = [_announced(entry_point) for entry_point in entry_points(group=hookspecs.PROJECT)]
    return sorted(found, key=lambda source: (source.plugin, source.distribution))


def _announced(entry_point: EntryPoint) -> Source:
    return Source(
        printable(entry_point.name), *_release(entry_point.dist), entry_point.load, target=printable(entry_point.value)
    )


def _release(distribution: Distribution | None) -> tuple[str, str]:
    try:
        return (printable(distribution.name), printable(distribution.version)) if distribution else ("", "")
    except Exception:  # a stranger's metadata may be broken in any way; the plugin itself may still work
        return "", ""


def plugin_file(path: Path) -> Source:
    """Return the plugin that is the Python file ``path``.

    Raises:
        UsageError: there is no such file, it cannot be read, or its name does not end in ``.py``.
    """
    if path.suffix != ".py":
        raise UsageError(f"--plugin {path}: got a path that does not end in .py; expected a Python file.")
    try:
        content = path.read_bytes()
    except OSError as error:
        raise UsageError(f"--plugin {path}: {error.strerror}; expected a Python file that can be read.") from error
    version = hashlib.sha256(content).hexdigest()[:12]
    name, place = printable(path.name), printable(str(path))
    home = path.resolve()  # now: another plugin may change the working folder
    return Source(name, place, version, lambda: _import_file(home, content), True, place)


class _FileLoader(SourceFileLoader):
    """Compiles the bytes that were hashed: no stale byte code, no ``__pycache__`` beside the user's file."""

    def __init__(self, name: str, path: str, content: bytes) -> None:
        super().__init__(name, path)
        self._content = content

    def get_code(self, fullname: str) -> CodeType:
        return self.source_to_code(self._content, self.path)


def _import_file(path: Path, content: bytes) -> ModuleType:
    """Import under a name made of the absolute path and the content: the same everywhere, so that instances travel."""
    resolved = str(path)
    digest = hashlib.sha256(resolved.encode() + b"\0" + content).hexdigest()[:12]
    name = f"{_FILE_MODULE}{digest}"
    if name in sys.modules:
        return sys.modules[name]
    loader = _FileLoader(name, resolved, content)
    spec = importlib.util.spec_from_loader(name, loader)
    if spec is None:  # cannot happen for a loader of source files, but the type says so
        raise ImportError(f"no import specification for {resolved}")
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module  # before it runs: dataclasses look their module up
    try:
        loader.exec_module(module)
    except BaseException:
        del sys.modules[name]
        raise
    return module


def defined_in(kind: type) -> str:
    """Return module and name of a plugin's class; of one in a plugin file the file's name, wherever that lies."""
    home = kind.__module__
    file = getattr(sys.modules.get(home), "__file__", None)
    if home.startswith(_FILE_MODULE) and file:
        home = Path(file).stem
    return f"{home}.{kind.__qualname__}"


def open_plugin(source: Source) -> pluggy.PluginManager:
    """Import a plugin and register it, alone, with the hook specifications.

    Raises:
        PluginLoadError: it cannot be imported, was written for other doors, misspells a hook, or implements none.
    """
    manager = pluggy.PluginManager(hookspecs.PROJECT)
    manager.add_hookspecs(hookspecs)
    with source.contained("import"):
        plugin = source.load()
        misfit = version_fault(plugin)
    if misfit:
        raise source.error(f"{misfit} The plugin is {file_of(source.target) or source.target}.")
    with source.contained("import"):
        manager.register(plugin, name=source.plugin)
        hooks = {caller.name: caller.has_spec() for caller in manager.get_hookcallers(plugin) or []}
    for name in (name for name, is_known in hooks.items() if not is_known):
        place = place_of(getattr(plugin, name, None)) or file_of(source.target) or source.plugin
        raise source.error(f"{_unknown_hook(name)}: {place}.")
    if not hooks:
        raise source.error(f"{_no_hook(plugin)} The plugin is {file_of(source.target) or source.target}.")
    return manager


def _unknown_hook(name: str) -> str:
    close = get_close_matches(name, _HOOKS, n=1)
    advice = f"Rename it to {close[0]}" if close else "Rename it, or take away its @benchkit.hookimpl"
    return f"hook {name!r}: got a hook that benchkit does not have; expected one of {', '.join(_HOOKS)}. {advice}"


def _no_hook(plugin: object) -> str:
    unmarked = [hook for hook in _HOOKS if inspect.isroutine(getattr(plugin, hook, None))]
    advice = f"Mark {unmarked[0]} with @benchkit.hookimpl." if unmarked else f"The hooks are {', '.join(_HOOKS)}."
    return f"got no hook; expected a function marked with @benchkit.hookimpl. {advice}"
