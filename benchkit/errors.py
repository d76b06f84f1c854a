"""The whole error tree.

Every message says who (plugin and distribution), where (method), what was got, what was expected and
the next step, in one paragraph. The command line turns each class into its documented exit status.
"""

from __future__ import annotations

from collections.abc import Iterable


class BenchkitError(Exception):
    """Base of every error that benchkit raises on purpose.

    Attributes:
        exit_status: what the command line ends with: 1 something failed, 2 the request was wrong,
            3 not comparable.
    """

    exit_status: int = 1


class UsageError(BenchkitError):
    """The request was wrong: an unknown name, an empty selection, a value out of range."""

    exit_status = 2


class DataError(BenchkitError):
    """Data that is missing, truncated, corrupt or of the wrong shape."""


class StoreError(BenchkitError):
    """A results folder that cannot be read or written, or was written by another version."""


class TimingError(BenchkitError):
    """Nothing could be timed: the machine's clock jumps or stands still."""


class NotComparableError(BenchkitError):
    """Numbers that were made in different ways and can't be put together: other data, another protocol."""

    exit_status = 3


class PluginError(BenchkitError):
    """Something is wrong with a plugin.

    Args:
        message: one paragraph: where, got, expected, next step.
        plugin: name of the plugin (its entry point or file).
        distribution: name of the distribution that it came in.
        version: version of that distribution.
    """

    def __init__(self, message: str, *, plugin: str = "", distribution: str = "", version: str = "") -> None:
        super().__init__(message)
        self.plugin = plugin
        self.distribution = distribution
        self.version = version

    def __str__(self) -> str:
        origin = " ".join(part for part in (self.distribution, self.version) if part)
        who = f"plugin {self.plugin!r}" + (f" ({origin})" if origin else "")
        return f"{who}: {self.args[0]}" if self.plugin else str(self.args[0])


class PluginLoadError(PluginError):
    """A plugin could not be imported or its hooks could not be read; the others run."""


class PluginConflictError(PluginError):
    """One name is offered twice; the message names both distributions."""


class ContractError(PluginError):
    """A plugin returned something that its door does not allow (shape, dtype, NaN, device)."""


class Unsupported(Exception):  # noqa: N818 - not an error: the cell is skipped and says why
    """Raised by a plugin that cannot do what is asked, with the reason; the cell is skipped, not failed.

    Args:
        reason: one sentence for the results table, with the next step if there is one.
    """

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """Return a clause such as `` Did you mean 'gaussian'?``, or an empty string when nothing is near."""
    import difflib  # only where something went wrong: a command line that is right does not pay for it

    close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.6)
    return f" Did you mean {' or '.join(repr(match) for match in close)}?" if close else ""


def with_article(name: str) -> str:
    """Return the name of a type with its article: ``a tuple``, ``an int``."""
    return f"{'an' if name[:1].lower() in ('a', 'e', 'i', 'o') else 'a'} {name}"


def a_kind(value: object) -> str:
    """Return the name of a value's type with its article."""
    return with_article(type(value).__name__)
