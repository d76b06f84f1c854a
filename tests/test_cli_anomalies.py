"""``benchkit anomalies``."""

from __future__ import annotations

from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from benchkit import StoreError, UsageError
from benchkit.cli.anomalies_command import command

TOYS = Path(__file__).with_name("toy_plugins.py")


def call(*arguments: object) -> Result:
    """Call the command on the toy images."""
    options = ["--plugin", TOYS, "--dataset", "toy", *arguments]
    return CliRunner().invoke(command, [str(option) for option in options], catch_exceptions=False)


def test_the_sheet_has_a_row_for_each_chosen_anomaly(tmp_path: Path) -> None:
    """Two anomalies and the normal images make three rows of a PNG, and the command says where it is."""
    out = tmp_path / "sheet.png"
    result = call("-a", "brighter", "-a", "class-*", "--out", out)
    assert result.exit_code == 0
    assert str(out) in result.stderr
    with Image.open(out) as picture:
        assert picture.format == "PNG"
        assert picture.size[1] == 6 + 3 * (8 * 3 + 6)


def test_an_unknown_anomaly_is_a_usage_error(tmp_path: Path) -> None:
    """The near miss is named and no file is made."""
    with pytest.raises(UsageError, match="Did you mean 'brighter'"):
        call("-a", "brigter", "--out", tmp_path / "sheet.png")
    assert list(tmp_path.iterdir()) == []


def test_a_picture_that_cannot_be_written_is_a_store_error(tmp_path: Path) -> None:
    """The path is named."""
    with pytest.raises(StoreError, match=r"could not write .*missing"):
        call("-a", "brighter", "--out", tmp_path / "missing" / "sheet.png")
