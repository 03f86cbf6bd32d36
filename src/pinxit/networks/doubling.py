"""Doubling and a 3x3 convolution as one: what generators grow by, quick to train on a CPU."""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.layers import Seamless, wrap, wraps


class DoublingConv(nn.Module):
    """Nearest-neighbour doubling and a 3x3 convolution, in one transposed convolution over the small picture.

    After doubling, the 3x3 kernel meets every input cell twice along each axis; adding up those weights first gives the
    same numbers with 4/9 of the multiplications and no doubled copy (14 instead of 43 ms for 64 channels at 64 px).
    """

    spread: Tensor

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.seamless: Seamless = seamless
        self.weight = nn.Parameter(torch.randn(inputs, outputs, 3, 3) / (9 * inputs) ** 0.5)
        sums = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
        self.register_buffer("spread", torch.kron(sums, sums), persistent=False)  # (16, 9)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, 2H, 2W)."""
        kernel = (self.weight.flatten(2) @ self.spread.mT).unflatten(2, (4, 4))  # (inputs, outputs, 4, 4)
        doubled = F.conv_transpose2d(wrap(features, 1, self.seamless), kernel, stride=2, padding=1)
        if wraps(self.seamless, "x"):
            doubled = doubled[..., 2:-2]
        if wraps(self.seamless, "y"):
            doubled = doubled[..., 2:-2, :]
        return doubled
