"""Layers that know about seams: convolution and resampling that wrap round, and how weights begin.

`seamless` says along which axes a picture wraps: "no", "x" (its left edge meets its right edge), "y" or "both".
"""

from typing import Literal

import torch
import torch.nn.functional as F
from torch import Tensor, nn

Seamless = Literal["no", "x", "y", "both"]

SLOPE = 0.2
"""Of the leaky ReLUs in critics, as most papers have it."""
GAIN = (2 / (1 + SLOPE**2)) ** 0.5
"""What keeps the variance through such a leaky ReLU (see `begin_scaled`)."""


def wraps(seamless: Seamless, axis: Literal["x", "y"]) -> bool:
    """Whether pictures wrap round along `axis`."""
    return seamless in (axis, "both")


def wrap(features: Tensor, margin: int, seamless: Seamless) -> Tensor:
    """(N, C, H, W) -> the same with `margin` cells of the opposite edge added along the seamless axes only.

    Written with cat, not F.pad, because F.pad's circular mode forgets the channels_last memory format.
    """
    if margin and wraps(seamless, "x"):
        features = torch.cat([features[..., -margin:], features, features[..., :margin]], dim=-1)
    if margin and wraps(seamless, "y"):
        features = torch.cat([features[..., -margin:, :], features, features[..., :margin, :]], dim=-2)
    return features


class Conv(nn.Conv2d):
    """A convolution that keeps the size ("same" padding, odd kernels) and wraps round along the seamless axes.

    Elsewhere it pads with zeros, as usual. With `stride` 2 the size is halved.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        stride: int = 1,
        groups: int = 1,
        bias: bool = True,
        seamless: Seamless = "no",
    ):
        assert kernel % 2, "an even kernel cannot keep the size"
        margin = kernel // 2
        padding = (0 if wraps(seamless, "y") else margin, 0 if wraps(seamless, "x") else margin)
        super().__init__(inputs, outputs, kernel, stride=stride, padding=padding, groups=groups, bias=bias)
        self.margin = margin
        self.seamless: Seamless = seamless

    def forward(self, input: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        return super().forward(wrap(input, self.margin, self.seamless))


def double(features: Tensor, seamless: Seamless = "no") -> Tensor:
    """(N, C, H, W) -> (N, C, 2H, 2W), smoothly: bilinear, which is the filter [1, 3, 3, 1] / 4 along each axis."""
    if seamless == "no":
        return F.interpolate(features, scale_factor=2.0, mode="bilinear", align_corners=False)
    doubled = F.interpolate(wrap(features, 1, seamless), scale_factor=2.0, mode="bilinear", align_corners=False)
    if wraps(seamless, "x"):
        doubled = doubled[..., 2:-2]
    if wraps(seamless, "y"):
        doubled = doubled[..., 2:-2, :]
    return doubled


def halve(features: Tensor) -> Tensor:
    """(N, C, H, W) -> (N, C, H/2, W/2): bilinear at half the size, which is the mean of every two by two cells."""
    return F.avg_pool2d(features, 2)


class Enlarged(nn.Module):
    """3x3 kernels -> the 4x4 kernels that do the same in one pass with a doubling before them, or a halving after them.

    After nearest-neighbour doubling, a 3x3 kernel meets every input cell twice along each axis; adding up those weights
    first gives the same numbers with 4/9 of the multiplications and no doubled copy (14 instead of 43 ms for 64 channels
    at 64 px). The mean of every two by two cells after a 3x3 convolution is its mirror image.
    """

    spread: Tensor

    def __init__(self, *, halving: bool):
        super().__init__()
        sums = torch.tensor([[0.0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]])
        if halving:
            sums = sums.flip(0) / 2
        self.register_buffer("spread", torch.kron(sums, sums), persistent=False)  # (16, 9)

    def forward(self, weight: Tensor) -> Tensor:
        """(A, B, 3, 3) -> (A, B, 4, 4), for `convolve_doubled`, or for a convolution with stride 2 and padding 1."""
        return (weight.flatten(2) @ self.spread.mT).unflatten(2, (4, 4))


def convolve_doubled(features: Tensor, kernel: Tensor, bias: Tensor | None, seamless: Seamless) -> Tensor:
    """(N, inputs, H, W), kernel (inputs, outputs, 4, 4) by `Enlarged`, bias (outputs,) -> (N, outputs, 2H, 2W)."""
    doubled = F.conv_transpose2d(wrap(features, 1, seamless), kernel, bias, stride=2, padding=1)
    if wraps(seamless, "x"):
        doubled = doubled[..., 2:-2]
    if wraps(seamless, "y"):
        doubled = doubled[..., 2:-2, :]
    return doubled


class Double(nn.Module):
    """`double` (smooth) or nearest-neighbour doubling as a layer. Both wrap without a seam."""

    def __init__(self, *, seamless: Seamless = "no", smooth: bool = True):
        super().__init__()
        self.seamless: Seamless = seamless
        self.smooth = smooth

    def forward(self, features: Tensor) -> Tensor:
        """(N, C, H, W) -> (N, C, 2H, 2W)."""
        if self.smooth:
            return double(features, self.seamless)
        return F.interpolate(features, scale_factor=2.0, mode="nearest")


class FirstGrid(nn.Module):
    """Latents (N, inputs) -> features (N, outputs, rows, columns), channels_last: what a generator grows from.

    The same numbers as a transposed convolution over one cell, as one matrix product.
    """

    def __init__(self, inputs: int, outputs: int, columns: int, rows: int, *, bias: bool = True):
        super().__init__()
        self.outputs, self.columns, self.rows = outputs, columns, rows
        self.linear = nn.Linear(inputs, outputs * columns * rows, bias=bias)

    def forward(self, latents: Tensor) -> Tensor:
        """(N, inputs) -> (N, outputs, rows, columns)."""
        cells = self.linear(latents).unflatten(1, (self.rows, self.columns, self.outputs))
        return cells.permute(0, 3, 1, 2)


@torch.no_grad()
def begin_normal(layer: nn.Module, spread: float = 0.02) -> None:
    """Change every convolution and linear layer in `layer` to normal weights, and batch norms to gains about 1.

    Source: Radford et al. 2015, "Unsupervised representation learning with deep convolutional GANs", section 4.
    """
    for part in layer.modules():
        if isinstance(part, nn.Conv2d | nn.ConvTranspose2d | nn.Linear):
            nn.init.normal_(part.weight, 0.0, spread)
            if part.bias is not None:
                nn.init.zeros_(part.bias)
        elif isinstance(part, nn.BatchNorm2d):
            nn.init.normal_(part.weight, 1.0, spread)
            nn.init.zeros_(part.bias)


@torch.no_grad()
def begin_scaled(layer: nn.Conv2d | nn.Linear, gain: float = 1.0) -> None:
    """Change `layer` to normal weights that keep the variance of what flows through, times `gain`; bias to zero.

    `gain` is sqrt(2) before a (leaky) ReLU, 1 before nothing, 0 for the last layer of a residual block.
    Source: He et al. 2015, "Delving deep into rectifiers", section 2.2 (with one-sided fan-in).
    """
    inputs = layer.weight[0].numel()
    nn.init.normal_(layer.weight, 0.0, gain / inputs**0.5)
    if layer.bias is not None:
        nn.init.zeros_(layer.bias)
