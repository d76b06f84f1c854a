"""The protocol: disjoint cuts, honest anomalies, a hash that tells protocols apart."""

from __future__ import annotations

import dataclasses
import json
import os
from pathlib import Path

import pytest
import torch
from toy_plugins import BadAnomaly, Brighter, HeldOut, ToyImages

import benchkit
from benchkit.data import to_levels
from benchkit.registry import load_registry
from benchkit.runner import protocol

CPU = torch.device("cpu")


@pytest.fixture(scope="module")
def data() -> protocol.Prepared:
    """The toy data set, cut."""
    return protocol.prepare(ToyImages(), CPU)


def test_training_and_calibration_are_disjoint_and_complete(data: protocol.Prepared) -> None:
    """Every training image lands in exactly one of train and calibration, a tenth of them in calibration."""
    both = torch.cat([data.train.images.floats(), data.calibration.images.floats()]).flatten(1)
    assert len(both) == 400
    assert len(torch.unique(both, dim=0)) == 400
    assert len(data.calibration) == 40


def test_cuts_are_the_same_every_time(data: protocol.Prepared) -> None:
    """Preparing a data set twice gives the same cuts, bit for bit."""
    again = protocol.prepare(ToyImages(), CPU)
    assert torch.equal(data.calibration.images.floats(), again.calibration.images.floats())
    assert torch.equal(data.stays_normal, again.stays_normal)


def test_normal_images_are_rounded_as_anomalies_are() -> None:
    """Nobody wins by spotting a pixel that is no whole grey level: neither kind of image has one."""
    images = benchkit.LabelledImages(torch.full((40, 1, 4, 4), 0.3001), torch.zeros(40, dtype=torch.int64))

    class Floats(ToyImages):
        def load(self) -> benchkit.Splits:
            return benchkit.Splits(images, images)

    data = protocol.prepare(Floats(), CPU)
    for part in (data.train, data.calibration, data.test):
        assert torch.equal(part.images.floats().unique(), torch.tensor([77 / 255]))
    assert float(images.images[0, 0, 0, 0]) == pytest.approx(0.3001)


@dataclasses.dataclass(frozen=True)
class Bytes(ToyImages):
    """The toy images as grey levels."""

    def load(self) -> benchkit.Splits:
        """Convert them."""
        parts = super().load()
        levels = [benchkit.LabelledImages(to_levels(each.images), each.labels) for each in (parts.train, parts.test)]
        return benchkit.Splits(*levels)


def test_grey_levels_and_floats_are_one_protocol(data: protocol.Prepared) -> None:
    """The same images as bytes are the same data: the description, hash included, and every float of every part."""
    levels = protocol.prepare(Bytes(), CPU)
    assert protocol.describe(levels) == protocol.describe(data)
    for part in ("train", "calibration", "test"):
        mine, theirs = getattr(levels, part), getattr(data, part)
        assert torch.equal(mine.images.floats(), theirs.images.floats())
        assert torch.equal(mine.labels, theirs.labels)


def test_the_parts_share_the_bytes_that_the_data_set_gave() -> None:
    """Neither cutting nor the choice of classes copies an image."""
    splits = Bytes().load()

    class Same(ToyImages):
        def load(self) -> benchkit.Splits:
            return splits

    data = protocol.prepare(Same(), CPU)
    where = {
        part.images._levels.data_ptr()
        for part in (data.train, data.calibration, protocol.keep_classes(data.train, frozenset({1, 2})))
    }
    assert where == {splits.train.images.data_ptr()}


@pytest.mark.real
@pytest.mark.skipif("BENCHKIT_DATA" not in os.environ, reason="BENCHKIT_DATA is not set")
def test_the_reference_run_is_of_the_same_protocol() -> None:
    """What ``run.json`` of the committed reference run says of MNIST is what a run would write today."""
    stored = json.loads((Path(__file__).parents[1] / "results" / "mnist-reference" / "run.json").read_text())
    settings, recorded = stored["settings"], stored["protocol"]
    data = protocol.prepare(load_registry().datasets["mnist"].item, CPU)
    hash_ = protocol.base_hash(data, threshold=settings["threshold"], prevalence=settings["prevalence"])
    assert {**protocol.describe(data), "hash": hash_} == recorded


def test_labels_are_lent_as_a_copy(data: protocol.Prepared) -> None:
    """A generator that writes into the labels that it is given changes nobody's classes."""
    protocol.generator_input(data, HeldOut()).floats().labels.fill_(5)
    data.test.rows().labels.fill_(5)
    assert set(data.test.labels.tolist()) == set(range(10))


def test_altered_images_never_meet_their_own_originals(data: protocol.Prepared) -> None:
    """What a generator alters and the normals that it is held against are the two halves of the test split."""
    generator = Brighter()
    sources = protocol.generator_input(data, generator)
    normals = data.test.select(protocol.normal_mask(data, generator)).images.floats()
    assert len(sources) == len(normals) == 100
    assert len(torch.unique(torch.cat([sources.images.floats(), normals]).flatten(1), dim=0)) == 200


def test_a_held_out_class_is_held_against_every_normal_test_image(data: protocol.Prepared) -> None:
    """A generator that alters nothing gets the whole test split, and all images of normal classes are normals."""
    generator = HeldOut()
    assert len(protocol.generator_input(data, generator)) == 200
    mask = protocol.normal_mask(data, generator)
    assert not bool((data.test.labels[mask] == 3).any())
    assert int(mask.sum()) == 180


def test_altered_sources_are_normal_images_only(data: protocol.Prepared) -> None:
    """A generator that alters images of some classes gets images of those classes only."""
    generator = dataclasses.replace(Brighter(), normal_labels=frozenset({1, 2}))
    assert set(protocol.generator_input(data, generator).labels.tolist()) == {1, 2}


def test_anomalies_are_eight_bit_images(data: protocol.Prepared) -> None:
    """A generator's float result is rounded to the nearest whole grey levels."""
    test = data.test.floats()
    levels = protocol.anomalous_images(Brighter(amount=0.12345), test, seed=0)
    assert levels.dtype == torch.uint8
    assert float((levels / 255 - (test.images + 0.12345).clamp(0, 1)).abs().max()) <= 0.5 / 255 + 1e-6


def test_anomalies_may_be_bytes(data: protocol.Prepared) -> None:
    """Grey levels are taken as they are."""

    @dataclasses.dataclass(frozen=True)
    class Levels(Brighter):
        def generate(self, test: benchkit.LabelledImages, *, seed: int) -> torch.Tensor:
            return to_levels(super().generate(test, seed=seed))

    test = data.test.floats()
    made = [protocol.anomalous_images(kind(), test, seed=0) for kind in (Levels, Brighter)]
    assert torch.equal(*made)


@pytest.mark.parametrize(
    ("fault", "expected"),
    [
        ("range", "from 7 to"),
        ("nan", "from nan"),
        ("shape", r"\(200, 1, 4, 8\)"),
        ("empty", "M at least 1"),
        ("dtype", "float64"),
        ("none", "NoneType"),
    ],
)
def test_anomalies_that_are_no_images_are_refused(data: protocol.Prepared, fault: str, expected: str) -> None:
    """Wrong range, shape, type or count is a ContractError that says what was got."""
    with pytest.raises(benchkit.ContractError, match=expected):
        protocol.anomalous_images(BadAnomaly(fault=fault), data.test.floats(), seed=0)


def test_no_test_images_is_unsupported(data: protocol.Prepared) -> None:
    """Without test images there is nothing to make anomalies from: skipped, not failed."""
    none = data.test.select(torch.zeros(200, dtype=torch.bool)).floats()
    with pytest.raises(benchkit.Unsupported, match="no test images"):
        protocol.anomalous_images(Brighter(), none, seed=0)


def test_too_few_images_are_refused() -> None:
    """A data set that cannot be cut is a DataError that says how many images it takes."""
    with pytest.raises(benchkit.DataError, match="at least 20 and 4"):
        protocol.prepare(ToyImages(n_train=10, n_test=10), CPU)


def test_hash_depends_on_data_policy_and_prevalence(data: protocol.Prepared) -> None:
    """Change the data, the threshold policy or the prevalence and the base hash changes; repeat and it does not."""
    other_data = dataclasses.replace(data, checksum="0" * 64)
    hashes = [
        protocol.base_hash(data, threshold="quantile:0.95", prevalence=0.5),
        protocol.base_hash(data, threshold="quantile:0.9", prevalence=0.5),
        protocol.base_hash(data, threshold="quantile:0.95", prevalence=0.1),
        protocol.base_hash(other_data, threshold="quantile:0.95", prevalence=0.5),
    ]
    assert len(set(hashes)) == 4
    assert hashes[0] == protocol.base_hash(data, threshold="quantile:0.95", prevalence=0.5)


def test_hash_depends_on_the_generators_settings() -> None:
    """A stronger noise is another protocol, and so is another generator of the same settings."""
    hashes = {protocol.anomaly_hash(each) for each in (Brighter(), Brighter(amount=0.4), HeldOut())}
    assert len(hashes) == 3


def test_an_anomaly_in_a_plugin_file_is_the_same_wherever_the_file_lies(tmp_path: Path) -> None:
    """A checkout in another folder, and a comment more in the file, leave the protocol; another class does not."""
    toys = Path(__file__).with_name("toy_plugins.py")
    hashes = []
    for folder, more in (("a", ""), ("b", ""), ("b", "# a comment\n")):
        (tmp_path / folder).mkdir(exist_ok=True)
        (tmp_path / folder / "toys.py").write_text(toys.read_text() + more)
        anomalies = load_registry(files=[tmp_path / folder / "toys.py"]).anomalies
        hashes.append([protocol.anomaly_hash(anomalies[name].item) for name in ("brighter", "class-three")])
    assert hashes[0] == hashes[1] == hashes[2]
    assert hashes[0][0] != hashes[0][1]
