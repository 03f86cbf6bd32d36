import pytest
import torch
import torch.nn.functional as F

from pinxit.networks.equalised import EqualConv, EqualDoublingConv, EqualHalvingConv, EqualLinear
from pinxit.networks.layers import GAIN


@torch.no_grad()
def test_weights_begin_at_one_scale_and_what_flows_through_keeps_its_variance():
    torch.manual_seed(0)
    features = torch.randn(64, 32, 8, 8)
    for layer in (EqualConv(32, 48, gain=1.0), EqualConv(32, 48, 1, gain=1.0)):
        assert layer.weight.std() == pytest.approx(1, abs=0.05)
        inner = layer(features)[:, :, 1:-1, 1:-1]  # at the edges there are fewer numbers to add up
        assert inner.std() == pytest.approx(1, abs=0.1)
    linear = EqualLinear(128, 256, gain=1.0, pace=0.01)
    assert linear(torch.randn(64, 128)).std() == pytest.approx(1, abs=0.1)
    activated = F.leaky_relu(EqualConv(32, 48)(features), 0.2)[:, :, 1:-1, 1:-1]
    assert activated.square().mean() == pytest.approx(1, abs=0.1)  # so does the next layer's input
    assert EqualConv(32, 48).scale == pytest.approx(GAIN / (9 * 32) ** 0.5)


def test_a_slower_layer_moves_less_for_the_same_step():
    fast, slow = EqualLinear(8, 8), EqualLinear(8, 8, pace=0.01, begin=1.0)
    slow.load_state_dict({"weight": fast.weight * 100, "bias": torch.full((8,), 100.0)})
    inputs = torch.randn(4, 8)
    torch.testing.assert_close(slow(inputs), fast(inputs) + 1)
    with torch.no_grad():
        before = fast(inputs).clone(), slow(inputs).clone()
        for layer in (fast, slow):
            layer.weight += 0.1  # as Adam does, whatever the scale
        moved = [(layer(inputs) - old).abs().max() for layer, old in zip((fast, slow), before, strict=True)]
    assert moved[1] == pytest.approx(0.01 * moved[0].item(), rel=1e-2)


def test_doubling_and_halving_give_the_numbers_of_two_steps():
    torch.manual_seed(0)
    features = torch.randn(2, 5, 6, 8)
    for layer, usual in [
        (EqualDoublingConv(5, 7), lambda plain: plain(F.interpolate(features, scale_factor=2.0, mode="nearest"))),
        (EqualHalvingConv(5, 7), lambda plain: F.avg_pool2d(plain(features), 2)),
    ]:
        plain = EqualConv(5, 7)
        torch.nn.init.normal_(layer.bias)
        plain.load_state_dict({"weight": layer.weight, "bias": layer.bias})
        torch.testing.assert_close(layer(features), usual(plain), rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("seamless, axes", [("x", (3,)), ("both", (2, 3))])
def test_doubling_wraps(seamless, axes):
    layer = EqualDoublingConv(3, 4, seamless=seamless)
    features = torch.randn(1, 3, 6, 8)
    turned = layer(torch.roll(features, [2] * len(axes), axes))
    torch.testing.assert_close(turned, torch.roll(layer(features), [4] * len(axes), axes), rtol=1e-4, atol=1e-5)
