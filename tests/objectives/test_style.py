"""Statistics of style: equal to their plain formulas, and the same in tiles."""

import pytest
import torch

from pinxit.objectives.style import content_distance, gather, settle, style_distance, total_variation


def features(seed=0, channels=5, side=8):
    return torch.randn(1, channels, side, side, generator=torch.Generator().manual_seed(seed))


def test_gram_is_the_plain_formula():
    some = features()
    flat = some.flatten(2)[0]
    expected = torch.stack([torch.stack([(one * other).mean() for other in flat]) for one in flat])
    assert torch.allclose(settle(gather(some, "gram"), 64, "gram"), expected, atol=1e-6)


def test_moments_are_mean_and_deviation():
    some = features()
    found = settle(gather(some, "moments"), 64, "moments")
    assert torch.allclose(found[0], some.mean(dim=(0, 2, 3)), atol=1e-6)
    assert torch.allclose(found[1], some.std(dim=(0, 2, 3), correction=0), atol=1e-4)


@pytest.mark.parametrize("statistic", ["gram", "moments"])
def test_sums_add_up_over_tiles(statistic):
    some = features()
    halves = gather(some[..., :4], statistic) + gather(some[..., 4:], statistic)
    assert torch.allclose(halves, gather(some, statistic), atol=1e-4)


@pytest.mark.parametrize("statistic", ["gram", "moments"])
def test_a_mask_leaves_cells_out(statistic):
    some = features()
    mask = torch.zeros(1, 1, 8, 8)
    mask[..., :4] = 1
    assert torch.allclose(gather(some, statistic, mask), gather(some[..., :4], statistic), atol=1e-4)


def test_distances_are_shares():
    one, other = torch.rand(4, 4) + 1, torch.zeros(4, 4)
    assert style_distance(one, one) == 0
    assert style_distance(other, one) == pytest.approx(1)
    some = features()
    assert content_distance(some, some, 1.0) == 0
    assert content_distance(torch.zeros_like(some), some, some.square().sum()) == pytest.approx(1)


def test_grain_costs_more_than_one_edge():
    edge = torch.zeros(1, 3, 16, 16)
    edge[..., 8:] = 1
    grain = (torch.arange(16) % 2).expand(1, 3, 16, 16) * 0.5
    assert total_variation(torch.zeros(1, 3, 8, 8)) == pytest.approx(0, abs=1e-7)
    assert total_variation(grain) > 3 * total_variation(edge)
