"""What a new plugin and all that belongs to it are called."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchkit.errors import UsageError
from benchkit.scaffold import names_of

KINDS = ("detector", "view", "anomaly", "dataset")

BAD = (
    "", "-", "--into", "-mine", "mine-", "my--det", "My-Det", "my det", "my_det", "my.det", "mine\n", "m\x1b[31m",
    "..", "../mine", "/home/mine", "mine/..", "C:mine", "größe", "3d", "7", "a" * 41, "benchkit", "benchkit-mine",
    "{{ names }}", "$(mine)", "\udcff",
)  # fmt: skip


def suggestion(kind: str, name: str) -> str:
    """Return the name that the error for another one tells to try."""
    with pytest.raises(UsageError) as caught:
        names_of(kind, name)
    message = str(caught.value)
    assert message.startswith(f"benchkit new {kind} {name!r}: got ")
    assert message.isprintable()
    found = re.search(rf"; expected .*\. Try `benchkit new {kind} ([^`]*)`\.$", message)
    assert found, message
    return found[1]


def test_everything_is_called_after_the_name() -> None:
    """Distribution and folder, module, class."""
    names = names_of("detector", "mean-image-2")
    assert (names.distribution, names.module) == ("benchkit-mean-image-2", "benchkit_mean_image_2")
    assert names.class_name == "MeanImage2Detector"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("detector", "detector", "DetectorDetector"),
        ("detector", "my-detector", "MyDetector"),
        ("view", "labelled-images", "LabelledImagesView"),
        ("anomaly", "anomaly", "AnomalyAnomaly"),
        ("dataset", "dataset", "DatasetDataset"),
        ("dataset", "none", "NoneDataset"),
    ],
)
def test_no_class_is_called_like_what_its_module_imports(kind: str, name: str, expected: str) -> None:
    """The kind stands behind the name, and not twice where it stands there anyway."""
    assert names_of(kind, name).class_name == expected


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", BAD)
def test_a_bad_name_is_refused_with_a_good_one(kind: str, name: str) -> None:
    """Upper case, blanks, paths, hyphens in front, digits, too long, another alphabet: what is suggested is valid."""
    assert names_of(kind, suggestion(kind, name)).name


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("My Det", "my-det"),
        ("../../etc/passwd", "etc-passwd"),
        ("Größe", "grosse"),
        ("Édouard_3", "edouard-3"),
        ("3d", "detector-3d"),
        ("benchkit-mine", "mine"),
        ("异常", "my-detector"),
    ],
)
def test_what_is_suggested_is_near(name: str, expected: str) -> None:
    """It is the same words in another spelling, where there are any."""
    assert suggestion("detector", name) == expected


@given(st.sampled_from(KINDS), st.text())
def test_whatever_is_typed_no_path_is_made_of_it(kind: str, name: str) -> None:
    """Either it is refused with a name that is valid, or all that is made of it is letters, digits and hyphens."""
    try:
        names = names_of(kind, name)
    except UsageError:
        names = names_of(kind, suggestion(kind, name))
    assert re.fullmatch(r"benchkit-[a-z][a-z0-9-]{0,39}", names.distribution, re.ASCII)
    assert names.module.isidentifier()
    assert names.class_name.isidentifier()
