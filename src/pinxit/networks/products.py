"""Convolutions of small maps as one matrix product: the same numbers, several times quicker to train on a CPU.

Where a map has fewer cells than the layer has channels, oneDNN's convolution gradients reach a quarter of the speed of
its matrix product (measured in bf16, AVX512/AMX: 512 channels at 4x4, backward 56 ms against 13 ms). Neighbouring cells
are laid side by side first. Larger maps, other devices and anything that does not train keep the plain convolution.
"""

import torch
import torch.nn.functional as F
from torch import Tensor, nn

MOST_CELLS = 16


def pays(layer: nn.Module, features: Tensor, cells: int) -> bool:
    """Whether `layer` trains on a CPU and its smaller map has few enough `cells`."""
    return layer.training and features.device.type == "cpu" and cells <= MOST_CELLS


class HalvingConv(nn.Conv2d):
    """Kernel 4, stride 2, padding 1: (N, inputs, H, W) -> (N, outputs, H/2, W/2)."""

    def __init__(self, inputs: int, outputs: int, *, bias: bool = True):
        super().__init__(inputs, outputs, 4, stride=2, padding=1, bias=bias)

    def forward(self, input: Tensor) -> Tensor:
        """See the class."""
        rows, columns = input.shape[2] // 2, input.shape[3] // 2
        if not pays(self, input, rows * columns):
            return super().forward(input)
        # First along rows, then down columns: pairs of neighbours, each next to the following pair. Laid side by side in
        # the order in which a channels_last weight lies in memory, so that the weight need not be copied.
        padded = F.pad(input.permute(0, 2, 3, 1), (0, 0, 1, 1, 1, 1))
        pairs = padded.unflatten(2, (columns + 1, 2)).flatten(3)
        spans = torch.cat([pairs[:, :, :-1], pairs[:, :, 1:]], dim=3)  # (N, 2 rows + 2, columns, 4 inputs)
        pairs = spans.unflatten(1, (rows + 1, 2)).transpose(2, 3)
        patches = torch.cat([pairs[:, :-1], pairs[:, 1:]], dim=3).flatten(3)  # (N, rows, columns, 16 inputs)
        weight = self.weight.permute(0, 2, 3, 1).flatten(1)
        return F.linear(patches, weight, self.bias).permute(0, 3, 1, 2)


class DoublingConv(nn.ConvTranspose2d):
    """Transposed, kernel 4, stride 2, padding 1: (N, inputs, H, W) -> (N, outputs, 2H, 2W). Without bias."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__(inputs, outputs, 4, stride=2, padding=1, bias=False)

    def forward(self, input: Tensor, output_size: list[int] | None = None) -> Tensor:
        """See the class."""
        rows, columns = input.shape[2], input.shape[3]
        if not pays(self, input, rows * columns):
            return super().forward(input, output_size)
        # The opposite of HalvingConv: every cell paints four by four, and where these overlap they add up.
        weight = self.weight.permute(0, 2, 3, 1).flatten(1)
        patches = F.linear(input.permute(0, 2, 3, 1), weight.t())  # (N, rows, columns, 16 outputs)
        upper, lower = patches.unflatten(3, (4, -1)).chunk(2, dim=3)
        spans = F.pad(upper, (0, 0) * 3 + (0, 1)) + F.pad(lower, (0, 0) * 3 + (1, 0))
        spans = spans.transpose(2, 3).flatten(1, 2)  # (N, 2 rows + 2, columns, 4 outputs)
        left, right = spans.chunk(2, dim=3)
        cells = F.pad(left, (0, 0, 0, 1)) + F.pad(right, (0, 0, 1, 0))
        cells = cells.unflatten(3, (2, -1)).flatten(2, 3)  # (N, 2 rows + 2, 2 columns + 2, outputs)
        return cells[:, 1:-1, 1:-1].permute(0, 3, 1, 2)
