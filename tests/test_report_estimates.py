"""Means over anomalies and seeds, with their intervals."""

from __future__ import annotations

import math

import numpy as np
import pytest
from board_helpers import board_cell, board_of, section_of, texts_of

from benchkit.measure.pooling import mean_interval, pooled_interval
from benchkit.report import Leaderboard
from benchkit.report.entry import Entry
from benchkit.report.estimates import over_seeds


def entry(board: Leaderboard, heading: str, *, metric: str = "auroc") -> Entry:
    """Return the only row's entry below a heading."""
    section = section_of(board, metric)
    (row,) = section.rows
    return row.entries[[each.label for each in section.headings].index(heading)]


def ends(of: Entry) -> tuple[float | None, float | None]:
    """Return both ends of its interval."""
    return of.low, of.high


def test_one_seed_and_anomaly_has_the_cell_s_own_interval() -> None:
    """Unrounded, and shown below the number without the zeros in front."""
    board = board_of([board_cell(auroc=0.989, auroc_low=0.98765, auroc_high=0.99049)])
    assert ends(entry(board, "noise-1")) == (0.98765, 0.99049)
    assert texts_of(board, "auroc")["one"] == ["0.989* [.988 .990]"] * 2


def test_groups_and_the_mean_have_the_interval_of_a_mean() -> None:
    """A group's is that of its members, the overall one that of the columns, each of which counts once."""
    rng = np.random.default_rng(0)
    values = rng.uniform(0.4, 0.9, 4)
    lows, highs = values - rng.uniform(0.01, 0.1, 4), values + rng.uniform(0.01, 0.1, 4)
    names = ["held-out-0", "held-out-1", "held-out-2", "noise-1"]
    board = board_of(
        board_cell(anomaly=name, anomaly_group="held-out" * (place < 3), auroc=value, auroc_low=low, auroc_high=high)
        for place, (name, value, low, high) in enumerate(zip(names, values, lows, highs, strict=True))
    )
    group = mean_interval(values[:3], lows[:3], highs[:3])
    assert ends(entry(board, "held-out")) == pytest.approx(group)
    both = mean_interval([values[:3].mean(), values[3]], [group[0], lows[3]], [group[1], highs[3]])
    assert ends(entry(board, "Mean")) == pytest.approx(both)


def test_over_seeds_the_interval_is_pooled_after_the_mean() -> None:
    """First the columns' mean of each seed, then the seeds; the text has both spreads."""
    values = np.array([[0.80, 0.84, 0.79], [0.60, 0.62, 0.55]])  # anomalies × seeds
    board = board_of(
        board_cell(anomaly=f"noise-{anomaly}", seed=seed, auroc=value, auroc_low=value - 0.02, auroc_high=value + 0.01)
        for (anomaly, seed), value in np.ndenumerate(values)
    )
    column = pooled_interval(values[0], values[0] - 0.02, values[0] + 0.01)
    assert ends(entry(board, "noise-0")) == pytest.approx(column)
    by_seed = values.mean(axis=0)
    assert ends(entry(board, "Mean")) == pytest.approx(pooled_interval(by_seed, by_seed - 0.02, by_seed + 0.01))
    assert entry(board, "Mean").text == f"{by_seed.mean():.3f} ± .0{by_seed.std(ddof=1) * 1000:.0f}"


def test_a_number_without_an_interval_has_no_bracket() -> None:
    """Older cells have none for precision, and one of two members without one leaves the mean without."""
    board = board_of([board_cell(precision=0.7), board_cell(anomaly="noise-2", precision=0.8)])
    assert texts_of(board, "precision")["one"] == ["0.750*", "0.700*", "0.800*"]
    some = board_of([board_cell(), board_cell(anomaly="noise-2", auroc_low=None, auroc_high=None)])
    assert [text.endswith("]") for text in texts_of(some, "auroc")["one"]] == [False, True, False]


def test_precision_has_its_interval_where_the_cells_have_one() -> None:
    """As the AUROC has, and an undefined precision has neither number nor interval."""
    known = {"precision": 0.7, "precision_low": 0.65, "precision_high": 0.752}
    board = board_of([board_cell(**known), board_cell(anomaly="noise-2", precision=None)])
    assert texts_of(board, "precision")["one"] == ["—", "0.700* [.650 .752]", "—"]


def test_the_caption_names_the_methods_and_what_the_interval_holds() -> None:
    """DeLong and the bootstrap where there are such intervals, one seed's limits, and nothing where there are none."""
    precise = {"precision_low": 0.4, "precision_high": 0.6}
    one = " ".join(board_of([board_cell()]).caption)
    assert "DeLong" in one
    assert "bootstrap" not in one
    assert "one seed says nothing of the chance in training" in one
    two = " ".join(board_of([board_cell(**precise), board_cell(seed=1, **precise)]).caption)
    assert "a stratified bootstrap for precision" in two
    assert "Pooled over seeds" in two
    none = " ".join(board_of([board_cell(auroc_low=None, auroc_high=None)]).caption)
    assert "interval" not in none


def test_over_seeds_gives_mean_deviation_and_interval() -> None:
    """NaN stands for the deviation of one seed, and for the interval of numbers that have none."""
    values = np.array([[0.5, 0.7], [0.2, 0.4]])
    lows = np.array([[0.4, 0.6], [0.1, np.nan]])
    (mean, spread, *ends), (other, _, lost, _) = over_seeds(values, lows, values + 0.1)
    assert (mean, spread) == (0.6, pytest.approx(0.02**0.5))
    assert ends == pytest.approx(pooled_interval([0.5, 0.7], [0.4, 0.6], (values[0] + 0.1).tolist()))
    assert other == pytest.approx(0.3)
    assert math.isnan(lost)
    assert math.isnan(over_seeds(values[:, :1], lows[:, :1], values[:, :1])[0][1])
