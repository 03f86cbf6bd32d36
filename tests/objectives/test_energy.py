import pytest
import torch

from pinxit.objectives.energy import distances, energy_distance


def test_against_the_definition_written_out() -> None:
    real, fake = torch.randn(5, 3), torch.randn(4, 3) + 1
    across = sum(float((x - y).norm()) for x in real for y in fake) / 20
    among = [
        sum(float((x - y).norm()) for x in some for y in some) / (len(some) * (len(some) - 1)) for some in (real, fake)
    ]
    expected = (2 * across - among[0] - among[1]) / among[0]
    assert float(energy_distance(real, fake)) == pytest.approx(expected, rel=1e-3)


def test_nothing_between_batches_of_one_distribution_whatever_their_size() -> None:
    dice = torch.Generator().manual_seed(0)
    for size in (4, 32):
        found = [
            energy_distance(torch.randn(size, 8, generator=dice), torch.randn(size, 8, generator=dice))
            for _ in range(400)
        ]
        assert abs(float(torch.stack(found).mean())) < 0.01


def test_one_good_picture_again_and_again_is_worse_than_varied_ones() -> None:
    dice = torch.Generator().manual_seed(0)
    real, varied = (torch.randn(64, 8, generator=dice) for _ in range(2))
    assert float(energy_distance(real, real.mean(0, keepdim=True).expand(64, -1))) > 0.3
    assert float(energy_distance(real, varied)) < 0.1


def test_equal_pictures_have_a_slope() -> None:
    fake = torch.ones(4, 8, requires_grad=True)
    energy_distance(torch.randn(4, 8), fake).backward()
    assert fake.grad is not None
    assert fake.grad.isfinite().all()
    assert distances(fake, fake).abs().max() == 0
