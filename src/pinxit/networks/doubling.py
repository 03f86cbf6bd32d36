"""Doubling and a 3x3 convolution as one: what generators grow by, quick to train on a CPU."""

import torch
from torch import Tensor, nn

from pinxit.networks.layers import Enlarged, Seamless, convolve_doubled


class DoublingConv(nn.Module):
    """Nearest-neighbour doubling and a 3x3 convolution, in one transposed convolution over the small picture."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.seamless: Seamless = seamless
        self.weight = nn.Parameter(torch.randn(inputs, outputs, 3, 3) / (9 * inputs) ** 0.5)
        self.enlarged = Enlarged(halving=False)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, 2H, 2W)."""
        return convolve_doubled(features, self.enlarged(self.weight), None, self.seamless)
