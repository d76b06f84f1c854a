"""One digit is normal."""

from __future__ import annotations

from dataclasses import replace

import benchkit_one_class
import pytest
import torch
from benchkit_one_class import OneAgainstOne, OneClass

from benchkit import LabelledImages, Unsupported, UsageError
from benchkit.registry.settings import changeable

*OFFERED, FIVES = benchkit_one_class.benchkit_anomaly_generators()


def ten_digits() -> LabelledImages:
    """Return thirty images, each filled with a number of its own, of labels 0 to 9 in turn."""
    images = torch.arange(30, dtype=torch.float32).div(30).view(30, 1, 1, 1).expand(30, 1, 4, 4).contiguous()
    return LabelledImages(images, torch.arange(30) % 10)


def test_one_generator_is_offered_for_each_digit() -> None:
    """One group, which a run takes only when it is asked for; normal is that digit alone."""
    assert [item.name for item in OFFERED] == [f"one-class-{digit}" for digit in range(10)]
    for digit, item in enumerate(OFFERED):
        assert item.normal_labels == {digit}
        assert (item.group, item.alters_test, item.by_default) == ("one-class", False, False)


@pytest.mark.parametrize("digit", range(10))
def test_the_anomalies_are_all_other_digits(digit: int) -> None:
    """Every other test image comes back, unchanged and in order; the input is left alone."""
    test = ten_digits()
    before = test.images.clone()
    found = OFFERED[digit].generate(test, seed=5)
    assert torch.equal(found, test.images[[number for number in range(30) if number % 10 != digit]])
    assert torch.equal(test.images, before)


def test_a_data_set_of_one_class_has_no_anomaly() -> None:
    """The reason says so."""
    test = ten_digits()
    with pytest.raises(Unsupported, match="all test images are of class 3"):
        OFFERED[3].generate(test.select(test.labels == 3), seed=0)


@pytest.mark.parametrize("labels", [None, frozenset(), frozenset({1, 2})])
def test_one_class_is_one(labels: frozenset[int] | None) -> None:
    """No class, all and two are refused."""
    with pytest.raises(UsageError, match="expected one class"):
        OneClass("some", normal_labels=labels)


def test_fives_among_sevens_are_the_test_images_of_both() -> None:
    """Normal is 7, the anomalies are the fives in order; a run takes it only when it is asked for."""
    test = ten_digits()
    assert isinstance(FIVES, OneAgainstOne)
    assert (FIVES.name, FIVES.normal_labels, FIVES.alters_test, FIVES.by_default) == (
        "five-among-sevens", frozenset({7}), False, False,
    )  # fmt: skip
    assert torch.equal(FIVES.generate(test, seed=1), test.images[[5, 15, 25]])


def test_other_digits_can_be_set() -> None:
    """With the settings the normal class follows, and can be set by nothing else; two names for one class are none."""
    other = replace(FIVES, normal=2, anomaly=9)
    assert other.normal_labels == {2}
    assert torch.equal(other.generate(ten_digits(), seed=1), ten_digits().images[[9, 19, 29]])
    assert [setting.name for setting in changeable(FIVES)] == ["group", "normal", "anomaly"]
    with pytest.raises(UsageError, match="expected two classes"):
        replace(FIVES, anomaly=7)


def test_a_data_set_without_the_class_has_no_such_anomaly() -> None:
    """The reason says so."""
    test = ten_digits()
    with pytest.raises(Unsupported, match="no test image is of class 5"):
        FIVES.generate(test.select(test.labels == 7), seed=0)
