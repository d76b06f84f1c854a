"""What is kept of a module's training."""

from __future__ import annotations

import pytest
import torch
from torch import nn

from benchkit.training import as_rows
from benchkit.training.course import Course
from benchkit.training.order import Order


def test_an_epochs_loss_is_the_mean_over_its_rows() -> None:
    """Each step counts by its rows; an epoch that is cut short is a mean over what it saw."""
    course = Course(nn.Identity(), as_rows(torch.zeros(5, 1)), None, Order(5, 7, 3, seed=0, replacement=False))
    course.note(torch.tensor([1.0, 4.0]), [3, 2])
    course.note(torch.tensor([8.0]), [2])
    assert course.epoch_losses() == [pytest.approx((3 * 1 + 2 * 4) / 5), 8.0]
