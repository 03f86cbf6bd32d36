"""Critics on frozen features, and the one of pixels."""

import torch
import torch.nn.functional as F

from pinxit.networks.critics import Critic, Judge, PixelCritic, Projection, SpectralConv
from pinxit.networks.lite0 import TAP_CHANNELS


def test_projections_come_from_the_seed_and_nothing_else() -> None:
    torch.manual_seed(1)
    first = Projection(TAP_CHANNELS, 8, seed=3).state_dict()
    torch.manual_seed(2)
    again, other = Projection(TAP_CHANNELS, 8, seed=3).state_dict(), Projection(TAP_CHANNELS, 8, seed=4).state_dict()
    assert all(torch.equal(first[name], again[name]) for name in first)
    assert not any(torch.equal(first[name], other[name]) for name in first)


def test_every_scale_reaches_the_shallowest_head() -> None:
    project = Projection(TAP_CHANNELS, 8, seed=0)
    taps = [torch.randn(1, c, 16 >> i, 16 >> i, requires_grad=True) for i, c in enumerate(TAP_CHANNELS)]
    project(taps)[0].sum().backward()
    assert all(tap.grad is not None and tap.grad.abs().max() > 0 for tap in taps)


def test_spectral_convolution_finds_the_largest_singular_value() -> None:
    conv = SpectralConv(3, 6, 3, bias=False)
    torch.nn.init.normal_(conv.weight)
    inputs = torch.randn(1, 3, 5, 5)
    for _ in range(50):
        scaled = conv(inputs)
    largest = torch.linalg.matrix_norm(conv.weight.flatten(1), ord=2)
    torch.testing.assert_close(scaled, F.conv2d(inputs, conv.weight, padding=1) / largest, rtol=1e-3, atol=1e-4)


def test_scores_know_how_varied_a_batch_was_before_its_norms() -> None:
    judge, normed = Judge(4, 8, ()), torch.randn(16, 8, 3, 3)
    varied = torch.randn(16, 4, 6, 6)
    same = varied[:1].expand(16, -1, -1, -1)
    labels = torch.zeros(16, 0, dtype=torch.int64)
    assert (judge(varied, normed, labels) - judge(same, normed, labels)).abs().mean() > 0.01


def test_the_critic_has_a_map_of_scores_for_each_tap() -> None:
    taps = [torch.randn(4, c, 8 >> i, 8 >> i) for i, c in enumerate(TAP_CHANNELS)]
    labels = torch.tensor([[0], [1], [-1], [2]])
    scores = Critic(4, 8, class_counts=(3,), seed=0)(taps, labels)
    assert len(scores) == 4
    assert all(len(map_) == 4 and map_.dtype == torch.float32 for map_ in scores)


def test_the_critic_of_pixels_judges_pictures_one_by_one() -> None:
    critic, pictures = PixelCritic(4, 8, (3,)), torch.randn(4, 4, 32, 32)
    labels = torch.tensor([[0], [1], [-1], [2]])
    together = critic(pictures, labels)
    assert together.shape == (4,)
    torch.testing.assert_close(critic(pictures[1:2], labels[1:2]), together[1:2])
    assert (critic(pictures, labels.roll(1, 0)) - together).abs().max() > 0
