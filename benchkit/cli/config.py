"""``--config FILE.toml`` and ``--set``: settings that do not come as flags of their own."""

from __future__ import annotations

import json
import tomllib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, TypeVar

import click

from benchkit.cli.config_file import TABLES, ConfigFile
from benchkit.errors import UsageError, did_you_mean

_META = "benchkit.config"

Command = TypeVar("Command", bound=Callable[..., Any])


def config_option(command: Command) -> Command:
    """Add ``--config FILE``: every option of the command can stand in the file; a flag given as well wins.

    But see ``beside_the_file``.
    """
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
    file = ctx.meta[_META] = ConfigFile.read(path)
    values = _checked(file, known)
    for key, value in values.items():
        _try(ctx, known[key], value, file)
    ctx.default_map = {known[key].name: value for key, value in values.items()}


def beside_the_file(ctx: click.Context, option: click.Parameter, value: tuple[str, ...]) -> tuple[str, ...]:
    """Return what was given of an option behind what stands in the file: a callback, for one that adds to it.

    A recipe that is run with one more ``--set`` keeps its others; where both set one field, the command line wins.
    """
    if ctx.get_parameter_source(str(option.name)) is not click.core.ParameterSource.COMMANDLINE:
        return value
    return (*(ctx.default_map or {}).get(option.name, ()), *value)


def set_option(command: Command) -> Command:
    """Add ``--set NAME.FIELD=VALUE`` to a command; read it with ``parse_changes``."""
    return click.option(
        "--set",
        "changes",
        multiple=True,
        metavar="NAME.FIELD=VALUE",
        callback=beside_the_file,
        help="Change a setting of a plugin; what a --config file sets beside it stays.",
    )(command)


@contextmanager
def with_its_line() -> Iterator[None]:
    """Tell the line of a setting in the file that turns out to be wrong inside.

    Raises:
        UsageError: as it was raised inside, with file and line where it is about a setting that stands there.
    """
    try:
        yield
    except UsageError as error:
        file = click.get_current_context().meta.get(_META)
        line = file.line_of(error) if isinstance(file, ConfigFile) else ""
        if not line:
            raise
        raise UsageError(f"{error} It stands in {line}.") from error


def _try(ctx: click.Context, option: click.Option, value: Any, file: ConfigFile) -> None:
    """Refuse what the option would refuse, while it is known that it came from the file."""
    try:
        option.type_cast_value(ctx, value)
    except click.BadParameter as error:
        key = next(key for key in file.content if _dashed(key) == _key(option))
        raise file.fault([key], f"{key}: {error.message.rstrip('.')}. Mend it.") from error


def _key(option: click.Option) -> str:
    """Return the option's long name as it stands in a file: ``batch-size``; ``p`` for ``-p``."""
    return max(option.opts, key=len).lstrip("-")


def _dashed(key: str) -> str:
    return key.replace("_", "-")


def _checked(file: ConfigFile, known: dict[str, click.Option]) -> dict[str, Any]:
    """Return the values in the form that click takes from a command line."""
    allowed = [name for name in known if name != "config"]
    values: dict[str, Any] = {}
    for key, value in file.content.items():
        name = _dashed(key)
        if name not in allowed:
            raise file.fault(
                [key],
                f"got the unknown key {key!r}.{did_you_mean(name, allowed)} "
                "`benchkit run --help` lists the options; each stands in the file without its dashes.",
            )
        values[name] = _as_options(key, value, known[name], file)
    return values


def _as_options(key: str, value: Any, option: click.Option, file: ConfigFile) -> Any:
    if key in TABLES and isinstance(value, dict):
        return _assignments(key, value, file)
    kinds, expected = _kinds(option)
    values = value if option.multiple and isinstance(value, list) else [value]
    # `type`, because to isinstance a boolean is a whole number.
    if not all(type(each) in kinds for each in values):
        raise file.fault([key], f"{key}: got {value!r}; expected {expected}.")
    return values if option.multiple else value


def _kinds(option: click.Option) -> tuple[tuple[type, ...], str]:
    """Return the types that TOML may give for an option, and what they are called."""
    if option.is_flag:
        return (bool,), "true or false"
    if isinstance(option.type, click.types.IntParamType):
        return (int,), "one value, a whole number"
    if isinstance(option.type, click.types.FloatParamType):
        return (int, float), "one value, a number"
    return (str,), "text, or a list of texts" if option.multiple else "one value, text in quotes"


def _assignments(key: str, tables: dict[str, Any], file: ConfigFile) -> list[str]:
    example = "epochs = 5" if key == "set" else "epochs = [5, 50]"
    for name, fields in tables.items():
        if not isinstance(fields, dict):
            raise file.fault(
                [key, name],
                f"{key}: got {name} = {fields!r}; expected a table of fields, such as [{key}.pixel-ae] with {example} "
                "below it.",
            )
    given = [(name, field, value) for name, fields in tables.items() for field, value in fields.items()]
    if key == "set":
        return [f"{name}.{field}={written(value)}" for name, field, value in given]
    for name, field, values in given:
        if not isinstance(values, list):
            found = f"sweep: got {name}.{field} = {values!r}"
            raise file.fault([key, name, field], f"{found}; expected a list, such as {example}.")
    return [f"{name}.{field}={', '.join(map(written, values))}" for name, field, values in given]


def written(value: Any) -> str:
    """Return a value as it is written behind ``=``; None, which TOML lacks, as ``none``."""
    if value is None:
        return "none"
    if isinstance(value, list):
        return f"[{', '.join(written(item) for item in value)}]"
    if isinstance(value, bool):
        return str(value).lower()
    return json.dumps(value, ensure_ascii=False) if isinstance(value, str) else str(value)


def parse_changes(assignments: Iterable[str]) -> dict[str, dict[str, Any]]:
    """Parse ``NAME.FIELD=VALUE``; the value is TOML (``3``, ``0.1``, ``[100, 50]``, ``true``) or else plain text.

    Raises:
        UsageError: it is not of that form.
    """
    return _parsed(assignments, "--set", "NAME.FIELD=VALUE, such as pixel-ae.epochs=5", _value)


def parse_sweeps(assignments: Iterable[str]) -> dict[str, dict[str, list[Any]]]:
    """Parse ``NAME.FIELD=VALUE,…``; each value as for ``parse_changes``.

    Raises:
        UsageError: it is not of that form.
    """
    return _parsed(assignments, "--sweep", "NAME.FIELD=VALUE,…, such as pixel-ae.epochs=5,50", _values)


def _parsed(
    assignments: Iterable[str], option: str, expected: str, read: Callable[[str], Any]
) -> dict[str, dict[str, Any]]:
    parsed: dict[str, dict[str, Any]] = {}
    for assignment in assignments:
        target, equals, text = str(assignment).partition("=")
        name, dot, setting = target.strip().rpartition(".")
        if not (equals and dot and name and setting):
            raise UsageError(f"{option}: got {assignment!r}; expected {expected}.")
        parsed.setdefault(name, {})[setting] = read(text.strip())
    return parsed


def _value(text: str) -> Any:
    try:
        return tomllib.loads(f"value = {text}")["value"]
    except tomllib.TOMLDecodeError:
        return text


def _values(text: str) -> list[Any]:
    """Return what stands between commas, those within brackets and quotes left alone; bare words are texts."""
    try:
        values: list[Any] = tomllib.loads(f"values = [{text}]")["values"]
    except tomllib.TOMLDecodeError:
        return [_value(each.strip()) for each in text.split(",") if each.strip()]
    return values
