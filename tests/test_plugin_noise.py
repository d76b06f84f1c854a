"""The four noise levels."""

from __future__ import annotations

import itertools

import benchkit_noise
import pytest
import torch
from benchkit_noise import LEVELS, Noise

from benchkit import LabelledImages, UsageError


def grey(value: float = 0.5, count: int = 40) -> LabelledImages:
    """Return images of one grey level."""
    return LabelledImages(torch.full((count, 1, 28, 28), value), torch.zeros(count, dtype=torch.int64))


def test_the_plugin_offers_the_four_levels_in_order() -> None:
    """The hook offers noise-1 to noise-4, each altering test images of every class."""
    offered = list(benchkit_noise.benchkit_anomaly_generators())
    assert [level.name for level in offered] == ["noise-1", "noise-2", "noise-3", "noise-4"]
    assert all(level.alters_test and level.normal_labels is None and not level.group for level in offered)


def test_both_settings_rise_with_the_level() -> None:
    """No level is weaker than the one before it in either setting, and each is stronger in at least one."""
    for weaker, stronger in itertools.pairwise(LEVELS):
        assert isinstance(weaker, Noise)
        assert isinstance(stronger, Noise)
        assert stronger.sigma > weaker.sigma
        assert stronger.speck_rate >= weaker.speck_rate


def test_sigma_is_the_standard_deviation_of_the_added_noise() -> None:
    """On mid-grey images, where nothing is clipped, the difference has the declared spread and no offset."""
    difference = Noise("some", sigma=0.05).generate(grey(), seed=3) - 0.5
    assert float(difference.std()) == pytest.approx(0.05, rel=0.02)
    assert float(difference.mean()) == pytest.approx(0.0, abs=0.001)


def test_speck_rate_is_the_share_of_pixels_set_to_white() -> None:
    """Without noise, the declared share of pixels is white and every other pixel is untouched."""
    noisy = Noise("some", speck_rate=0.1).generate(grey(), seed=3)
    assert float((noisy == 1.0).float().mean()) == pytest.approx(0.1, rel=0.05)
    assert bool(((noisy == 1.0) | (noisy == 0.5)).all())


@pytest.mark.parametrize("level", LEVELS, ids=lambda level: level.name)
@pytest.mark.parametrize("value", [0.0, 1.0])
def test_noisy_images_stay_images(level: Noise, value: float) -> None:
    """A level returns as many images of the same shape and type, within [0, 1], and leaves its input alone."""
    test = grey(value, count=5)
    noisy = level.generate(test, seed=0)
    assert noisy.shape == test.images.shape
    assert noisy.dtype == torch.float32
    assert 0.0 <= float(noisy.min()) <= float(noisy.max()) <= 1.0
    assert torch.equal(test.images, torch.full_like(test.images, value))


def test_one_seed_gives_the_same_noise_and_another_seed_other_noise() -> None:
    """The seed is the only source of randomness, and the global random state is left as found."""
    level, test = LEVELS[3], grey(count=4)
    before = torch.get_rng_state()
    first = level.generate(test, seed=1)
    assert torch.equal(first, level.generate(test, seed=1))
    assert not torch.equal(first, level.generate(test, seed=2))
    assert torch.equal(before, torch.get_rng_state())


def test_two_levels_under_one_seed_draw_different_noise() -> None:
    """The patterns of two levels with equal settings are uncorrelated."""
    one = Noise("noise-1", sigma=0.1).generate(grey(), seed=0).flatten()
    two = Noise("noise-2", sigma=0.1).generate(grey(), seed=0).flatten()
    correlation = torch.corrcoef(torch.stack([one, two]))[0, 1]
    assert abs(float(correlation)) < 0.03


def test_the_first_two_levels_cannot_be_seen_the_third_shows_specks_and_the_fourth_is_plain() -> None:
    """Of the pixels, levels 1 and 2 change none by more than 5 % of the range, 3 a few in a thousand, 4 most."""
    seen = [float(((level.generate(grey(), seed=0) - 0.5).abs() > 0.05).float().mean()) for level in LEVELS]
    assert seen[:2] == [0.0, 0.0]
    assert 0.002 < seen[2] < 0.008
    assert seen[3] > 0.5


@pytest.mark.parametrize("settings", [{"sigma": -0.1}, {"speck_rate": 1.5}, {"sigma": float("nan")}])
def test_settings_out_of_range_are_refused(settings: dict[str, float]) -> None:
    """A negative, too large or undefined setting is a usage error that names the level and the setting."""
    with pytest.raises(UsageError, match=rf"'some'.*{next(iter(settings))}"):
        Noise("some", **settings)
