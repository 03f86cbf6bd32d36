"""What manner and content are read from: EfficientNet-Lite0 (always there), or VGG-16/19 from a file of one's own.

`describe` gives features of a picture at several depths. Both networks halve by averages here and not by strides or
maxima: the gradient that reaches the picture is then even, where a stride leaves a chequered pattern in it (averages
instead of maxima: Gatys et al. 2016, section 2).
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.networks.bands import LEVELS, bands
from pinxit.networks.features import FrozenConv, InvertedBlock, PictureFeatures, clamp, load_features
from pinxit.networks.lite0 import SHA256
from pinxit.networks.vgg import PUBLISHED, Described, Vgg, published_vgg16, read_vgg


class StyleFeatures(Protocol):
    """What style transfer asks of a network.

    name            for people and recipes
    sha256          of its weights
    shares          how much each entry of `Described.style` counts; they add up to about 1
    strides         pixels from one cell to the next, of each entry
    content         how much content counts beside style of strength 1
    content_stride  as `strides`, of `Described.content`
    """

    name: str
    sha256: str
    shares: tuple[float, ...]
    strides: tuple[int, ...]
    content: float
    content_stride: int

    def describe(self, pictures: Tensor) -> Described:
        """(1, 3, H, W) in [-1, 1], sides multiples of `GRID` -> features. Gradients flow to the picture only."""
        ...


class LightFeatures:
    """EfficientNet-Lite0 inside its blocks, where channels are many and not yet squeezed, and the grain of the pixels."""

    LOOKS = (0, 2, 4, 7)  # blocks whose wide features are looked at, at strides 2, 4, 8 and 16
    CONTENT = 7
    name = "efficientnet-lite0"
    sha256 = SHA256
    shares: tuple[float, ...] = (*(0.14,) * (1 + len(LOOKS)), *(0.3 / LEVELS,) * LEVELS)
    strides: tuple[int, ...] = (2, 2, 4, 8, 16, *(2**level for level in range(LEVELS)))
    content = 0.05
    content_stride = 16

    def __init__(self, network: PictureFeatures):
        self.network = network

    def describe(self, pictures: Tensor) -> Described:
        """See `StyleFeatures`."""
        network, found = self.network, []
        with torch.autocast(pictures.device.type, enabled=False):
            inputs = pictures.to(network.stem.weight.dtype) * (127.5 / 128) + 0.5 / 128
            features = evenly(network.stem, inputs.contiguous(memory_format=torch.channels_last))
            found.append(features)
            for index, block in enumerate(network.blocks):
                assert isinstance(block, InvertedBlock)
                wide = features if block.widen is None else clamp(block.widen(features))
                looked = evenly(block.look, wide)
                if index in self.LOOKS:
                    found.append(looked)
                if index == self.CONTENT:
                    break
                narrow = block.narrow(looked)
                features = features + narrow if block.adds else narrow
            return Described([*found, *bands(pictures)], found[-1])


DESCRIBED = 2 * sum((32, 32, 144, 240, 480))
"""Length of `moments_in`."""


@torch.no_grad()
def moments_in(views: Sequence[Tensor]) -> Tensor:
    """N pictures (1, 3, H, W) in [-1, 1], of any sizes, sides multiples of 16 -> (N, DESCRIBED): means and spreads of
    EfficientNet-Lite0's features, in float32."""
    network, rows = LightFeatures(load_features(torch.float32, views[0].device)), []
    for view in views:
        found = network.describe(view).style[:-LEVELS]
        parts = [torch.var_mean(layer.float().flatten(2), dim=2, correction=0) for layer in found]
        rows.append(torch.cat([part for variance, mean in parts for part in (mean, variance.sqrt())], dim=1))
    return torch.cat(rows)


def evenly(layer: FrozenConv, inputs: Tensor) -> Tensor:
    """A layer of the network and its clamp; one with a stride as itself without it, then the mean of two by two."""
    if layer.stride == 1:
        return clamp(layer(inputs))
    kernel = layer.weight[:, :, 1:, 1:]  # its first row and column are zeros (see `FrozenConv`)
    full = F.conv2d(inputs, kernel, layer.bias, padding=kernel.shape[-1] // 2, groups=layer.groups)
    return F.avg_pool2d(clamp(full), 2)


def load_style_features(
    weights: Path | None = None, dtype: torch.dtype = torch.float32, device: torch.device | str = "cpu"
) -> LightFeatures | Vgg:
    """EfficientNet-Lite0, or the VGG whose .safetensors file `weights` names ("vgg16": the published one, if it was fetched),
    frozen and ready to use."""
    if weights is None:
        return LightFeatures(load_features(dtype, device))
    if str(weights) == PUBLISHED and not weights.exists():
        weights = published_vgg16()
    return read_vgg(weights).to(device=device, dtype=dtype, memory_format=torch.channels_last)  # pyright: ignore[reportCallIssue]
