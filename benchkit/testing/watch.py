"""Watches a plugin at work: what it reads, prints and leaves running, beside what it leaves behind."""

from __future__ import annotations

import contextlib
import io
import multiprocessing
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from torch import Tensor

from benchkit.contract import Dataset, LabelledImages
from benchkit.testing.witness import Witnessed, witnessed


@dataclass
class Seen:
    """What was seen of one call.

    Attributes:
        labels_read: whether it read the labels of images that it did not make itself.
        datasets_loaded: the data sets that it loaded.
        printed: what it wrote to standard output.
        left_running: threads and processes that were not there before.
    """

    labels_read: bool = False
    datasets_loaded: list[str] = field(default_factory=list)
    printed: str = ""
    left_running: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Watched:
    """One call.

    Attributes:
        call: it, and what it left behind.
        seen: what else was seen of it.
    """

    call: Witnessed
    seen: Seen


def watched(call: Callable[[], object], lent: Mapping[str, Tensor]) -> Watched:
    """Call a plugin as ``witnessed`` does, and watch it.

    Args:
        call: the call; whatever it raises is kept.
        lent: as for ``witnessed``.
    """
    seen = Seen()

    def in_view() -> object:
        running = set(_running())
        try:
            with _labels_watched(seen), _datasets_watched(seen), _printed(seen):
                return call()
        finally:
            seen.left_running = [name for each, name in _running().items() if each not in running]

    return Watched(witnessed(in_view, lent), seen)


def _running() -> dict[Any, str]:
    """Return threads and processes by name; a bar of tqdm leaves a thread that does nothing but sleep."""
    threads = [each for each in threading.enumerate() if type(each).__module__.partition(".")[0] != "tqdm"]
    running: dict[Any, str] = {each: f"the thread {each.name}" for each in threads}
    return running | {each: f"the process {each.name}" for each in multiprocessing.active_children()}


@contextlib.contextmanager
def _printed(seen: Seen) -> Iterator[None]:
    caught = io.StringIO()
    try:
        with contextlib.redirect_stdout(caught):
            yield
    finally:
        seen.printed = caught.getvalue()
        sys.stderr.write(seen.printed)


class _Labels:
    """Stands in for the field ``labels`` of all labelled images, and tells when one is read."""

    def __init__(self, seen: Seen) -> None:
        self._seen = seen
        self._own: set[int] = set()

    def __set__(self, images: LabelledImages, value: Tensor) -> None:
        self._own.add(id(images))  # made by whoever is watched: their labels are no secret
        vars(images)["labels"] = value

    def __get__(self, images: LabelledImages | None, kind: type) -> Any:
        if images is None:
            return self
        self._seen.labels_read = self._seen.labels_read or id(images) not in self._own
        return vars(images)["labels"]


@contextlib.contextmanager
def _labels_watched(seen: Seen) -> Iterator[None]:
    setattr(LabelledImages, "labels", _Labels(seen))  # noqa: B010 - a field without a default is no attribute
    try:
        yield
    finally:
        delattr(LabelledImages, "labels")


@contextlib.contextmanager
def _datasets_watched(seen: Seen) -> Iterator[None]:
    kinds = [(kind, vars(kind)["load"]) for kind in _kinds(Dataset) if "load" in vars(kind)]
    for kind, load in kinds:
        kind.load = _telling(load, seen)
    try:
        yield
    finally:
        for kind, load in kinds:
            kind.load = load


def _telling(load: Callable[..., Any], seen: Seen) -> Callable[..., Any]:
    def loaded(self: Dataset, *args: Any, **kwargs: Any) -> Any:
        seen.datasets_loaded.append(self.name)
        return load(self, *args, **kwargs)

    return loaded


def _kinds(kind: type) -> Iterator[Any]:
    subclasses: list[Any] = kind.__subclasses__()
    for each in subclasses:
        yield each
        yield from _kinds(each)
