import pytest
import torch

from pinxit.networks.layers import Conv, Double, FirstGrid, begin_normal, begin_scaled, double, halve

AXES = {"no": (), "x": (3,), "y": (2,), "both": (2, 3)}


def rolled(features, seamless, way=3):
    return torch.roll(features, [way] * len(AXES[seamless]), AXES[seamless]) if AXES[seamless] else features


@pytest.mark.parametrize("seamless", ["no", "x", "y", "both"])
@pytest.mark.parametrize("kernel", [1, 3, 5])
def test_convolution_keeps_the_size_and_wraps(seamless, kernel):
    layer = Conv(4, 6, kernel, seamless=seamless)
    features = torch.randn(2, 4, 8, 12).to(memory_format=torch.channels_last)
    painted = layer(features)
    assert painted.shape == (2, 6, 8, 12)
    assert painted.is_contiguous(memory_format=torch.channels_last)
    # What wraps cannot tell where its edge is: turning the input turns the output.
    torch.testing.assert_close(layer(rolled(features, seamless)), rolled(painted, seamless))


def test_convolution_halves_with_stride_two():
    assert Conv(4, 6, 3, stride=2)(torch.randn(1, 4, 8, 12)).shape == (1, 6, 4, 6)


@pytest.mark.parametrize("seamless", ["no", "x", "y", "both"])
@pytest.mark.parametrize("smooth", [True, False])
def test_doubling_wraps(seamless, smooth):
    layer = Double(seamless=seamless, smooth=smooth)
    features = torch.randn(2, 4, 5, 6).to(memory_format=torch.channels_last)
    doubled = layer(features)
    assert doubled.shape == (2, 4, 10, 12)
    torch.testing.assert_close(layer(rolled(features, seamless)), rolled(doubled, seamless, 6))


def test_doubling_keeps_the_mean_of_a_seamless_picture():
    features = torch.randn(2, 4, 5, 6)
    torch.testing.assert_close(halve(double(features, "both")).mean((2, 3)), features.mean((2, 3)))


def test_halving_is_the_mean_of_four():
    features = torch.arange(16.0).reshape(1, 1, 4, 4)
    torch.testing.assert_close(halve(features), torch.tensor([[[[2.5, 4.5], [10.5, 12.5]]]]))


def test_first_grid_is_channels_last():
    grid = FirstGrid(10, 8, columns=6, rows=4)(torch.randn(3, 10))
    assert grid.shape == (3, 8, 4, 6)
    assert grid.is_contiguous(memory_format=torch.channels_last)


def test_weights_begin_as_the_papers_say():
    layer = Conv(64, 64, 3)
    begin_normal(layer)
    assert layer.weight.std().item() == pytest.approx(0.02, rel=0.05)
    begin_scaled(layer)
    assert layer(torch.randn(8, 64, 16, 16))[..., 1:-1, 1:-1].std().item() == pytest.approx(1, rel=0.05)
