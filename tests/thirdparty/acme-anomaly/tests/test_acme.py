import pytest
import torch
from benchkit import LabelledImages, Unsupported, run

from acme_anomaly.contours import slopes
from acme_anomaly.denoiser import Denoiser
from acme_anomaly.large import Large
from acme_anomaly.rings import Rings
from acme_anomaly.smear import Smear


@pytest.fixture(scope="module")
def rings():
    return Rings("acme-rings").load()


def test_a_ring_is_bright_at_its_radius(rings):
    images = rings.train.images[:, 0].float() / 255
    grown = [images[rings.train.labels == label].mean() for label in range(3)]
    assert grown == sorted(grown)


def test_a_slope_is_where_the_edge_is():
    step = torch.zeros(1, 1, 3, 4)
    step[..., 2:] = 1
    down, right = slopes(step)[0]
    assert down.abs().max() == 0
    assert right[:, 1].tolist() == [1, 1, 1]
    assert right.sum() == 3


def test_smearing_keeps_the_light_and_spreads_it():
    images = torch.zeros(1, 1, 1, 9)
    images[..., 4] = 0.9
    test = LabelledImages(images, torch.zeros(1, dtype=torch.int64))
    smeared = Smear("acme-smear-3", width=3).generate(test, seed=0)
    assert smeared[0, 0, 0, 3:6].tolist() == pytest.approx([0.3, 0.3, 0.3])
    with pytest.raises(ValueError, match="odd"):
        Smear("acme-smear-4", width=4)


def test_large_rings_need_a_class_of_them(rings):
    small = rings.test.select(rings.test.labels < 2)
    with pytest.raises(Unsupported, match="acme-rings"):
        Large("acme-large").generate(small, seed=0)


def test_the_denoiser_knows_a_large_ring_for_what_it_is(tmp_path):
    done = run(
        dataset=Rings("acme-rings"),
        detectors=[Denoiser("acme-denoiser")],
        anomalies=["acme-large", "acme-smear"],
        timing_seconds=0.01,
        out=tmp_path,
    )
    auroc = done.cells.set_index("anomaly")["auroc"]
    assert auroc["acme-large"] > 0.9
    assert len(auroc) == 4
