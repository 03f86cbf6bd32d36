"""Equalised learning rate: weights begin as standard normal numbers and are scaled each time they are used.

An optimizer such as Adam takes steps of one size, whatever a weight's scale; with all weights of one scale, every layer
learns at the same pace, and the scale that keeps the variance is the layer's own business.
Source: Karras et al. 2017, "Progressive growing of GANs", section 4.1.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.networks.layers import GAIN, Conv, Enlarged, Seamless, convolve_doubled, wrap


class EqualConv(Conv):
    """`layers.Conv` with an equalised learning rate. `gain` as in `layers.begin_scaled`."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        gain: float = GAIN,
        bias: bool = True,
        seamless: Seamless = "no",
    ):
        super().__init__(inputs, outputs, kernel, bias=bias, seamless=seamless)
        self.scale = gain / (inputs * kernel**2) ** 0.5
        nn.init.normal_(self.weight)
        if self.bias is not None:
            nn.init.zeros_(self.bias)

    def forward(self, input: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H, W)."""
        return self._conv_forward(wrap(input, self.margin, self.seamless), self.weight * self.scale, self.bias)


class EqualDoublingConv(EqualConv):
    """Nearest-neighbour doubling and a 3x3 convolution: (N, inputs, H, W) -> (N, outputs, 2H, 2W)."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless = "no"):
        super().__init__(inputs, outputs, 3, seamless=seamless)
        self.enlarged = Enlarged(halving=False)

    def forward(self, input: Tensor) -> Tensor:
        """See the class."""
        kernel = self.enlarged((self.weight * self.scale).transpose(0, 1))
        return convolve_doubled(input, kernel, self.bias, self.seamless)


class EqualHalvingConv(EqualConv):
    """A 3x3 convolution and the mean of every two by two cells: (N, inputs, H, W) -> (N, outputs, H/2, W/2)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 3)
        self.enlarged = Enlarged(halving=True)

    def forward(self, input: Tensor) -> Tensor:
        """See the class."""
        return F.conv2d(input, self.enlarged(self.weight * self.scale), self.bias, stride=2, padding=1)


class EqualLinear(nn.Linear):
    """A linear layer with an equalised learning rate.

    begin  what every bias begins at
    pace   the layer learns so many times as fast as others
    """

    def __init__(self, inputs: int, outputs: int, *, gain: float = GAIN, begin: float = 0.0, pace: float = 1.0):
        super().__init__(inputs, outputs)
        self.scale, self.pace = gain * pace / inputs**0.5, pace
        with torch.no_grad():
            self.weight.normal_(0.0, 1 / pace)
            self.bias.fill_(begin / pace)

    def forward(self, input: Tensor) -> Tensor:
        """(N, inputs) -> (N, outputs)."""
        bias = self.bias if self.pace == 1 else self.bias * self.pace
        return F.linear(input, self.weight * self.scale, bias)
