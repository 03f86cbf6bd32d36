"""Copies are found, new pictures are left in peace."""

import pytest
import torch

from pinxit.scoring.novelty import novelty, thumbnails


def cloud(count: int, seed: int) -> torch.Tensor:
    return torch.randn(count, 6, generator=torch.Generator().manual_seed(seed))


def test_new_pictures_are_as_near_as_held_back_ones() -> None:
    found = novelty(cloud(2000, 0), cloud(1000, 1), cloud(1000, 2))
    assert found.rate_of_real == pytest.approx(0.05, abs=0.03)
    assert found.rate == pytest.approx(found.rate_of_real, abs=0.03)


def test_copies_are_copies() -> None:
    training = cloud(500, 0)
    found = novelty(training, cloud(100, 1), training[100:200] + 1e-3)
    assert found.rate == 1
    assert found.training.tolist() == list(range(100, 200))
    assert all(copy == original - 100 for copy, original in found.closest(5))


def test_the_closest_come_first_and_nothing_held_back_is_told() -> None:
    found = novelty(torch.tensor([[0.0], [10.0], [20.0]]), None, torch.tensor([[13.0], [0.5], [30.0]]))
    assert found.rate_of_real is None
    assert found.closest(2) == [(1, 0), (0, 1)]


def test_thumbnails_are_apart_by_root_mean_square() -> None:
    black, white = torch.full((1, 3, 64, 48), -1.0), torch.ones(1, 3, 64, 48)
    assert float(torch.cdist(thumbnails(black), thumbnails(white))) == pytest.approx(2, abs=1e-3)
