"""FID's Inception as pytorch-fid runs it: unfolded batch norms, NCHW, eager float32. The peer of pinxit's own.

Written from the description of the network, without pinxit's blocks, so that tests can compare the two.
"""

from collections.abc import Mapping

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.networks.inception import FoldedConv, Inception

ROW, COLUMN = (0, 3), (3, 0)


def stand_in_weights(seed: int = 0) -> dict[str, Tensor]:
    """Random weights under the published names, in the published shapes."""
    dice = torch.Generator().manual_seed(seed)
    found: dict[str, Tensor] = {}
    for name, part in Inception().named_modules():
        if not isinstance(part, FoldedConv):
            continue
        for tensor, shape in part.shapes(name).items():
            if tensor.endswith("conv.weight"):
                values = torch.randn(shape, generator=dice) * (2 / part.weight[0].numel()) ** 0.5
            elif tensor.endswith(("bn.weight", "running_var")):
                values = torch.rand(shape, generator=dice) + 0.5
            else:
                values = torch.randn(shape, generator=dice) * 0.1
            found[tensor] = values
    return found | {"fc.weight": torch.zeros(1008, 2048), "fc.bias": torch.zeros(1008)}


def plain_inception(stored: Mapping[str, Tensor], pictures: Tensor) -> Tensor:
    """(N, 3, H, W) in 0 ... 1 -> (N, 2048)."""

    def conv(name: str, inputs: Tensor, stride: int = 1, padding: int | tuple[int, int] = 0) -> Tensor:
        convolved = F.conv2d(inputs, stored[f"{name}.conv.weight"], None, stride, padding)
        mean, variance = stored[f"{name}.bn.running_mean"], stored[f"{name}.bn.running_var"]
        normed = F.batch_norm(
            convolved, mean, variance, stored[f"{name}.bn.weight"], stored[f"{name}.bn.bias"], eps=0.001
        )
        return F.relu(normed, inplace=True)

    def average(inputs: Tensor) -> Tensor:
        return F.avg_pool2d(inputs, 3, stride=1, padding=1, count_include_pad=False)

    x = F.interpolate(pictures, (299, 299), mode="bilinear", align_corners=False) * 2 - 1
    x = conv("Conv2d_2a_3x3", conv("Conv2d_1a_3x3", x, 2))
    x = F.max_pool2d(conv("Conv2d_2b_3x3", x, 1, 1), 3, 2)
    x = F.max_pool2d(conv("Conv2d_4a_3x3", conv("Conv2d_3b_1x1", x)), 3, 2)
    for block in ("Mixed_5b", "Mixed_5c", "Mixed_5d"):
        double = conv(f"{block}.branch3x3dbl_2", conv(f"{block}.branch3x3dbl_1", x), 1, 1)
        five = conv(f"{block}.branch5x5_2", conv(f"{block}.branch5x5_1", x), 1, 2)
        double = conv(f"{block}.branch3x3dbl_3", double, 1, 1)
        x = torch.cat([conv(f"{block}.branch1x1", x), five, double, conv(f"{block}.branch_pool", average(x))], 1)
    double = conv("Mixed_6a.branch3x3dbl_2", conv("Mixed_6a.branch3x3dbl_1", x), 1, 1)
    double = conv("Mixed_6a.branch3x3dbl_3", double, 2)
    x = torch.cat([conv("Mixed_6a.branch3x3", x, 2), double, F.max_pool2d(x, 3, 2)], 1)
    for block in ("Mixed_6b", "Mixed_6c", "Mixed_6d", "Mixed_6e"):
        seven = conv(f"{block}.branch7x7_2", conv(f"{block}.branch7x7_1", x), 1, ROW)
        seven = conv(f"{block}.branch7x7_3", seven, 1, COLUMN)
        double = conv(f"{block}.branch7x7dbl_1", x)
        for place, padding in ((2, COLUMN), (3, ROW), (4, COLUMN), (5, ROW)):
            double = conv(f"{block}.branch7x7dbl_{place}", double, 1, padding)
        x = torch.cat([conv(f"{block}.branch1x1", x), seven, double, conv(f"{block}.branch_pool", average(x))], 1)
    three = conv("Mixed_7a.branch3x3_2", conv("Mixed_7a.branch3x3_1", x), 2)
    seven = conv("Mixed_7a.branch7x7x3_2", conv("Mixed_7a.branch7x7x3_1", x), 1, ROW)
    seven = conv("Mixed_7a.branch7x7x3_4", conv("Mixed_7a.branch7x7x3_3", seven, 1, COLUMN), 2)
    x = torch.cat([three, seven, F.max_pool2d(x, 3, 2)], 1)
    for block in ("Mixed_7b", "Mixed_7c"):
        three = conv(f"{block}.branch3x3_1", x)
        three = [conv(f"{block}.branch3x3_2a", three, 1, (0, 1)), conv(f"{block}.branch3x3_2b", three, 1, (1, 0))]
        double = conv(f"{block}.branch3x3dbl_2", conv(f"{block}.branch3x3dbl_1", x), 1, 1)
        double = [
            conv(f"{block}.branch3x3dbl_3a", double, 1, (0, 1)),
            conv(f"{block}.branch3x3dbl_3b", double, 1, (1, 0)),
        ]
        pooled = average(x) if block == "Mixed_7b" else F.max_pool2d(x, 3, 1, 1)
        x = torch.cat([conv(f"{block}.branch1x1", x), *three, *double, conv(f"{block}.branch_pool", pooled)], 1)
    return F.adaptive_avg_pool2d(x, (1, 1)).flatten(1)
