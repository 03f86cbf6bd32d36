import pytest
import torch
import torch.nn.functional as F

from pinxit.networks.doubling import DoublingConv


@pytest.mark.parametrize("seamless", ["no", "x", "y", "both"])
def test_doubling_convolution_is_doubling_then_convolution(seamless: str) -> None:
    conv = DoublingConv(3, 5, seamless=seamless)
    features = torch.randn(2, 3, 6, 4)
    doubled = F.interpolate(features, scale_factor=2.0)
    around = {axis: "circular" if seamless in (axis, "both") else "constant" for axis in ("x", "y")}
    doubled = F.pad(doubled, (1, 1, 0, 0), mode=around["x"])
    doubled = F.pad(doubled, (0, 0, 1, 1), mode=around["y"])
    torch.testing.assert_close(conv(features), F.conv2d(doubled, conv.weight.transpose(0, 1)))
