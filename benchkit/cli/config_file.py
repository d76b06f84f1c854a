"""A TOML file of options: what stands in it, and where."""

from __future__ import annotations

import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchkit.cli.toml_lines import line_of
from benchkit.errors import UsageError

TABLES = ("set", "sweep")
"""Keys whose tables are fields of plugin objects."""


@dataclass(frozen=True)
class ConfigFile:
    """A file that was read.

    Attributes:
        path: where it lies.
        text: what stands there.
        content: the same, as TOML says it.
    """

    path: Path
    text: str
    content: dict[str, Any]

    @classmethod
    def read(cls, path: Path) -> ConfigFile:
        """Read a TOML file.

        Raises:
            UsageError: it is not there, not readable or not TOML; names the line.
        """
        try:
            text = path.read_text(encoding="utf-8")
            return cls(path, text, tomllib.loads(text))
        except OSError as error:
            raise UsageError(
                f"config {path}: cannot be read ({error.strerror}). Give the path of a TOML file."
            ) from error
        except ValueError as error:  # TOMLDecodeError and UnicodeDecodeError are both
            raise UsageError(f"config {path}: is not TOML: {error}. Mend that place.") from error

    def fault(self, keys: Sequence[str], message: str) -> UsageError:
        """Return the error of a key, such as ``("set", "pixel-ae")``, with its line."""
        return UsageError(f"config {self._place(keys)}: {message}")

    def line_of(self, error: UsageError) -> str:
        """Return the file and the line of the setting that an error is about; empty where it does not stand here.

        Args:
            error: names the plugin object and the field, as ``apply_settings`` and ``apply_sweeps`` do.
        """
        message = str(error).partition(" Did you mean")[0]  # what is meant instead may stand here, too
        named = [keys for keys in self._settings() if all(_is_named(key, message) for key in keys[1:])]
        return self._place(max(named, key=len)) if named else ""

    def _settings(self) -> list[tuple[str, ...]]:
        tables = [(table, self.content[table]) for table in TABLES if isinstance(self.content.get(table), dict)]
        names = [(table, name, fields) for table, content in tables for name, fields in content.items()]
        keys = [(table, name, field) for table, name, fields in names if isinstance(fields, dict) for field in fields]
        return [*((table, name) for table, name, _ in names), *keys]

    def _place(self, keys: Sequence[str]) -> str:
        return f"{self.path}, line {line_of(self.text, keys)}"


def _is_named(key: str, message: str) -> bool:
    """Return whether a message has a name: in quotes, before a value, or beside a dot."""
    return any(form in message for form in (f"{key!r}", f" {key} =", f" {key}=", f" {key}.", f".{key}"))
