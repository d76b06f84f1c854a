"""``--tolerances FILE``: a gate's rules, and the flags of ``benchkit compare``, in a TOML file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

from benchkit.errors import UsageError, did_you_mean

Command = TypeVar("Command", bound=Callable[..., Any])

_RULES = "fail-on"
_FLAGS = ("force", "strict", "subset")
_TEXTS = ("only", "format", "out", "summary")
_PARAMETERS = {"format": "form"}
_META = "benchkit.tolerances"
_KEYS = (_RULES, *_TEXTS, *_FLAGS)


def tolerances_option(command: Command) -> Command:
    """Add ``--tolerances FILE``; a flag given as well wins, and rules given as well come after the file's."""
    return click.option(
        "--tolerances",
        type=click.Path(path_type=Path),
        is_eager=True,
        expose_value=False,
        callback=_load,
        help="TOML file with fail-on = [RULE, …]; the other flags can stand in it too.",
    )(command)


def read_tolerances(path: Path) -> dict[str, Any]:
    """Return what a file says, by key: ``fail-on`` a list of rules, flags true or false, else text.

    Raises:
        UsageError: it cannot be read, is not TOML, or holds an unknown key, a value of the wrong type or something
            that is no rule; names the line.
    """
    text = _text(path)
    content = _parsed(text, path)
    for key, value in content.items():
        _check(key, value, f"tolerances: {path}, line {_line(text, key)}")
    for rule in content.get(_RULES, ()):
        _check_rule(rule, f"tolerances: {path}, line {_line(text, rule)}")
    return content


def with_rules_of_file(ctx: click.Context, given: tuple[str, ...]) -> tuple[str, ...]:
    """Return the rules of the file, if there is one, and behind them those of the command line."""
    return (*ctx.meta.get(_META, ()), *given)


def _load(ctx: click.Context, _param: click.Parameter, path: Path | None) -> None:
    if path is None:
        return
    content = read_tolerances(path)
    ctx.meta[_META] = tuple(content.pop(_RULES, ()))
    values = {_PARAMETERS.get(key, key): value for key, value in content.items()}
    for option in ctx.command.params:
        if option.name in values:
            _try(ctx, option, values[option.name], path)
    ctx.default_map = values


def _try(ctx: click.Context, option: click.Parameter, value: Any, path: Path) -> None:
    """Refuse what the option would refuse, while it is known that it came from the file."""
    try:
        option.type_cast_value(ctx, value)
    except click.BadParameter as error:
        where = f"tolerances: {path}, line {_line(_text(path), str(value))}"
        raise UsageError(f"{where}: {error.message.rstrip('.')}. Mend that line.") from error


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise UsageError(
            f"tolerances: {path}: cannot be read ({error.strerror}); expected a TOML file. Give its path."
        ) from error
    except UnicodeDecodeError as error:
        line = error.object[: error.start].count(b"\n") + 1
        raise UsageError(f"tolerances: {path}, line {line}: is not UTF-8; expected TOML. Save it as UTF-8.") from error


def _parsed(text: str, path: Path) -> dict[str, Any]:
    import tomllib

    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise UsageError(
            f'tolerances: {path}: is not TOML: {error}; expected lines such as fail-on = ["auroc:-0.01"]. Mend that '
            "place."
        ) from error


def _check(key: str, value: Any, where: str) -> None:
    if key not in _KEYS:
        raise UsageError(
            f"{where}: got the unknown key {key!r}; expected one of {', '.join(_KEYS)}.{did_you_mean(key, _KEYS)}"
        )
    if key == _RULES:
        fits = isinstance(value, list) and all(isinstance(each, str) for each in value)
    else:
        fits = isinstance(value, bool if key in _FLAGS else str)
    if not fits:
        expected = "a list of texts" if key == _RULES else "true or false" if key in _FLAGS else "text in quotes"
        raise UsageError(f"{where}: {key}: got {value!r}; expected {expected}. Mend that line.")


def _check_rule(rule: str, where: str) -> None:
    from benchkit.compare.tolerance import parse_rule

    try:
        parse_rule(rule)
    except UsageError as error:
        raise UsageError(f"{where}: {error}") from error


def _line(text: str, wanted: str) -> int:
    """Return the number of the first line that holds a key or a rule."""
    found = re.search(rf"(?<![\w-]){re.escape(wanted)}(?![\w-])", text)
    return text.count("\n", 0, found.start()) + 1 if found else 1
