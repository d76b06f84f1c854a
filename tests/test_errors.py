"""The error tree: exit statuses, and messages that say who."""

from __future__ import annotations

import pytest

import benchkit
from benchkit.errors import a_kind, did_you_mean


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (benchkit.BenchkitError("x"), 1),
        (benchkit.UsageError("x"), 2),
        (benchkit.DataError("x"), 1),
        (benchkit.StoreError("x"), 1),
        (benchkit.PluginLoadError("x"), 1),
    ],
)
def test_each_error_has_its_exit_status(error: benchkit.BenchkitError, status: int) -> None:
    """A wrong request ends with 2, everything else that is reported with 1."""
    assert error.exit_status == status


def test_a_plugin_error_says_who() -> None:
    """The message opens with plugin, distribution and version."""
    error = benchkit.ContractError("fit: got 7", plugin="toys", distribution="toy-box", version="1.2")
    assert str(error) == "plugin 'toys' (toy-box 1.2): fit: got 7"
    assert str(benchkit.ContractError("fit: got 7")) == "fit: got 7"


def test_unsupported_is_no_benchkit_error() -> None:
    """A plugin that cannot do what is asked has not failed."""
    error = benchkit.Unsupported("needs colour")
    assert not isinstance(error, benchkit.BenchkitError)
    assert error.reason == "needs colour"


def test_near_misses_are_suggested() -> None:
    """A close name is suggested, a far one is not."""
    assert did_you_mean("gausian", ["gaussian", "pixel-ae"]) == " Did you mean 'gaussian'?"
    assert did_you_mean("zebra", ["gaussian", "pixel-ae"]) == ""


@pytest.mark.parametrize(("value", "said"), [(7, "an int"), ((), "a tuple"), (object(), "an object"), (1.0, "a float")])
def test_a_type_is_named_with_its_article(value: object, said: str) -> None:
    """As a sentence needs it."""
    assert a_kind(value) == said
