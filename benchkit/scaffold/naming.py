"""What a new plugin and all that belongs to it are called. No path is built from a name that was not checked here."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass

from benchkit.contract import NAME_PATTERN
from benchkit.errors import UsageError

PREFIX = "benchkit-"
"""How the names of distributions and, with an underscore, of modules begin."""

LONGEST = 40
"""Letters of a name; tables have a column for each anomaly."""

_SUFFIXES = {"detector": "Detector", "view": "View", "anomaly": "Anomaly", "dataset": "Dataset"}


@dataclass(frozen=True)
class Names:
    """A kind of plugin object, its checked name, and what follows from both.

    Attributes:
        kind: ``detector``, ``view``, ``anomaly`` or ``dataset``.
        name: of the object and of the entry point.
    """

    kind: str
    name: str

    @property
    def noun(self) -> str:
        """What the kind is called in a sentence."""
        return "data set" if self.kind == "dataset" else self.kind

    @property
    def distribution(self) -> str:
        """What is installed, and the folder that it is written to."""
        return PREFIX + self.name

    @property
    def module(self) -> str:
        """What is imported."""
        return self.distribution.replace("-", "_")

    @property
    def class_name(self) -> str:
        """The class of the object; its suffix keeps it apart from everything that the module imports."""
        words = "".join(word.capitalize() for word in self.name.split("-"))
        suffix = _SUFFIXES[self.kind]
        return words if words.endswith(suffix) and words != suffix else words + suffix


def names_of(kind: str, name: str) -> Names:
    """Check a name and return what follows from it.

    Args:
        kind: ``detector``, ``view``, ``anomaly`` or ``dataset``.
        name: what the object is to be called.

    Raises:
        UsageError: the name is none; says a valid one that is near.
    """
    fault = _fault_of(name)
    if fault:
        raise UsageError(
            f"benchkit new {kind} {name!r}: {fault}; expected at most {LONGEST} lower-case letters, digits and single "
            f"hyphens between words, beginning with a letter. Try `benchkit new {kind} {_near(kind, name)}`."
        )
    return Names(kind, name)


def _fault_of(name: str) -> str:
    if not NAME_PATTERN.fullmatch(name):
        return "got no valid name"
    if not name[0].isalpha():
        return "got a name that begins with a digit, as no class can"
    if len(name) > LONGEST:
        return f"got a name of {len(name)} letters"
    if f"{name}-".startswith(PREFIX):
        return f"got a name that begins with {PREFIX[:-1]!r}, which the distribution's name does of its own accord"
    return ""


def _near(kind: str, name: str) -> str:
    """Return a valid name: accents and case dropped, whatever else is in the way made into a hyphen."""
    plain = unicodedata.normalize("NFKD", name.casefold()).encode("ascii", "ignore").decode()
    words = re.findall(r"[a-z0-9]+", plain)
    while words and words[0] == PREFIX[:-1]:
        del words[0]
    if not words or words[0][0].isdigit():
        words.insert(0, kind if words else f"my-{kind}")
    return "-".join(words)[:LONGEST].rstrip("-")
