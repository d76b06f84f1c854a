"""``--config FILE.toml`` and ``--set``: settings that do not come as flags of their own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchkit.errors import UsageError, did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add ``--config FILE``: every option of the command can stand in the file; a flag given as well wins."""
    return click.option(
        "--config",
        type=click.Path(path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_load,
        help="TOML file in which every option can stand.",
    )(command)


def _load(ctx: click.Context, _param: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    known = {_key(option): option for option in ctx.command.params if isinstance(option, click.Option)}
    content = read_toml(path)
    ctx.default_map = {known[key].name: value for key, value in _checked(content, known, path).items()}


def read_toml(path: Path) -> dict[str, Any]:
    """Read a TOML file.

    Raises:
        UsageError: it is not there, not readable or not TOML; names the line.
    """
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"config {path}: cannot be read ({error.strerror}). Give the path of a TOML file.") from error
    except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both
        raise UsageError(f"config {path}: is not TOML: {error}. Mend that place.") from error


def _key(option: click.Option) -> str:
    """Return the option's long name as it stands in a file: ``batch-size``; ``p`` for ``-p``."""
    return max(option.opts, key=len).lstrip("-")


def _checked(content: dict[str, Any], known: dict[str, click.Option], path: Path) -> dict[str, Any]:
    """Return the values in the form that click takes from a command line."""
    values: dict[str, Any] = {}
    for key, value in content.items():
        name = key.replace("_", "-")
        if name not in known or name == "config":
            raise UsageError(
                f"config {path}: got the unknown key {key!r}.{did_you_mean(name, known)} "
                "`benchkit run --help` lists the options; each stands in the file without its dashes."
            )
        values[name] = _as_options(key, value, known[name], path)
    return values


def _as_options(key: str, value: Any, option: click.Option, path: Path) -> Any:
    if isinstance(value, dict) and key == "set":
        return [
            f"{name}.{field}={_toml_value(setting)}"
            for name, fields in value.items()
            for field, setting in fields.items()
        ]
    if isinstance(value, dict) or (isinstance(value, list) and not option.multiple):
        raise UsageError(f"config {path}: {key}: got {value!r}; expected one value.")
    return [value] if option.multiple and not isinstance(value, list) else value


def _toml_value(value: Any) -> str:
    if isinstance(value, list):
        return f"[{', '.join(_toml_value(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def parse_changes(assignments: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Parse ``NAME.FIELD=VALUE``; the value is TOML (``3``, ``0.1``, ``[100, 50]``, ``true``) or else plain text.

    Raises:
        UsageError: it is not of that form.
    """
    changes: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        target, equals, text = str(assignment).partition("=")
        name, dot, setting = target.strip().rpartition(".")
        if not (equals and dot and name and setting):
            raise UsageError(f"--set: got {assignment!r}; expected NAME.FIELD=VALUE, such as pixel-ae.epochs=5.")
        changes.setdefault(name, {})[setting] = _value(text.strip())
    return changes


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text
