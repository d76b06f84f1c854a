"""Whether a plugin was written for the doors of this benchkit."""

from __future__ import annotations

from benchkit import __version__
from benchkit.contract import API_VERSION, OLDEST_API_VERSION

ATTRIBUTE = "benchkit_api_version"
"""Name by which a plugin's module says for which version of the doors it was written; it may go without."""


def version_fault(plugin: object) -> str:
    """Return why a plugin does not fit (got, expected, next step); empty where it does, or says nothing."""
    wanted = getattr(plugin, ATTRIBUTE, API_VERSION)
    if type(wanted) is not int:
        return f"{ATTRIBUTE}: got {wanted!r}; expected a whole number, such as {API_VERSION}. Correct it."
    if wanted > API_VERSION:
        return (
            f"{ATTRIBUTE}: got {wanted}, doors that are newer than this benchkit: {__version__} has version "
            f"{API_VERSION}. Upgrade benchkit, or install an older release of the plugin."
        )
    if wanted < OLDEST_API_VERSION:
        return (
            f"{ATTRIBUTE}: got {wanted}, doors that are too old: benchkit {__version__} opens those from version "
            f"{OLDEST_API_VERSION} on. Upgrade the plugin, or install an older benchkit."
        )
    return ""
