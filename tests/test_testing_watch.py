"""What a plugin reads, prints and leaves running while it is watched."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import torch
from toy_plugins import ToyImages

from benchkit import LabelledImages
from benchkit.testing.watch import Seen, watched

KEPT = LabelledImages(torch.zeros(3, 1, 4, 4), torch.arange(3))


def seen(call: Callable[[], object]) -> Seen:
    """Return what is seen of a call, which must not fail."""
    watch = watched(call, {})
    watch.call.result()
    return watch.seen


def test_nothing_is_seen_of_a_call_that_keeps_to_itself() -> None:
    """Images are no secret, labels that it made itself neither."""

    def call() -> None:
        own = LabelledImages(KEPT.images.clone(), torch.zeros(3, dtype=torch.int64))
        assert own.select(own.labels == 0).labels.sum() == len(own) - 3

    assert seen(call) == Seen()


@pytest.mark.parametrize("read", [lambda: KEPT.labels, lambda: len(KEPT), lambda: KEPT.select(torch.arange(1))])
def test_reading_labels_is_seen(read: Callable[[], object]) -> None:
    """In any way, of images that were there before."""
    assert seen(read).labels_read


def test_labels_are_what_they_were_afterwards() -> None:
    """Those of old images and of such that were made meanwhile; the class is as it was."""
    before = dict(vars(LabelledImages))
    watch = watched(lambda: LabelledImages(KEPT.images, torch.ones(3, dtype=torch.int64)), {})
    assert watch.call.value.labels.tolist() == [1, 1, 1]
    assert KEPT.labels.tolist() == [0, 1, 2]
    assert dict(vars(LabelledImages)) == before


def test_loading_a_data_set_is_seen() -> None:
    """By its name; it loads as ever, and does so unseen afterwards."""
    load = ToyImages.load
    watch = watched(lambda: ToyImages(n_train=20, n_test=10).load(), {})
    assert watch.seen.datasets_loaded == ["toy"]
    assert len(watch.call.value.train) == 20
    assert ToyImages.load is load


def test_what_is_printed_is_kept_and_goes_to_standard_error(capsys: pytest.CaptureFixture[str]) -> None:
    """All lines."""
    assert seen(lambda: print("one\ntwo")).printed == "one\ntwo\n"
    printed = capsys.readouterr()
    assert (printed.out, printed.err) == ("", "one\ntwo\n")


def test_a_thread_that_stays_is_named() -> None:
    """One that has ended is not."""
    stop = threading.Event()

    def call() -> None:
        threading.Thread(target=stop.wait, name="stays", daemon=True).start()
        short = threading.Thread(target=bool)
        short.start()
        short.join()

    try:
        assert seen(call).left_running == ["the thread stays"]
    finally:
        stop.set()


def test_what_fails_was_watched_all_the_same() -> None:
    """What it did before it failed is known, and everything is put back."""

    def call() -> None:
        print("about to fail")
        assert KEPT.labels is not None
        raise ValueError("failed")

    watch = watched(call, {})
    assert isinstance(watch.call.error, ValueError)
    assert (watch.seen.labels_read, watch.seen.printed) == (True, "about to fail\n")
    assert "labels" not in vars(LabelledImages)


@dataclass(frozen=True)
class Derived(ToyImages):
    """Loads by what it inherits."""

    name: str = "derived"


def test_an_inherited_load_is_told_once() -> None:
    """Under the name of the object, not of the class."""
    assert seen(lambda: Derived(n_train=20, n_test=10).load()).datasets_loaded == ["derived"]
