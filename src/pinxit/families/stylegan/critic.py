"""The critic of StyleGAN2: residual blocks that halve the picture, and a look at how varied the batch is.

Karras et al. 2019, "Analyzing and improving the image quality of StyleGAN", arXiv 1912.04958, section 4.1 and figure 7.
Departures: labels by projection, and features are averaged two by two before the second convolution of a block instead of
being blurred and strided over.
"""

from itertools import pairwise

import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.shape import HALF, channels_at
from pinxit.networks.conditioning import LabelEmbedding, projection
from pinxit.networks.equalised import EqualConv, EqualLinear
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import GAIN, SLOPE, halve
from pinxit.networks.normalising import with_batch_spread


def activate(features: Tensor) -> Tensor:
    """Leaky ReLU."""
    return F.leaky_relu(features, SLOPE)


class Residual(nn.Module):
    """Half the size: (N, inputs, H, W) -> (N, outputs, H/2, W/2)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.look = EqualConv(inputs, inputs)
        self.widen = EqualConv(inputs, outputs, gain=GAIN * HALF)
        self.skip = EqualConv(inputs, outputs, 1, gain=HALF, bias=False)

    def forward(self, features: Tensor) -> Tensor:
        """See the class."""
        return activate(self.widen(halve(activate(self.look(features))))) + self.skip(halve(features))


class Critic(nn.Module):
    """pictures (N, C, H, W), labels (N, columns) -> scores (N,), raw, float32."""

    def __init__(self, settings: StyleganSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = channels_at(settings, doublings)
        last = channels[-1]
        self.read = EqualConv(canvas.channels, channels[0], 1)
        self.blocks = nn.Sequential(*(Residual(*pair) for pair in pairwise(channels)))
        self.look = EqualConv(last + 1, last)
        self.gather = EqualLinear(last * columns * rows, last)
        self.score = EqualLinear(last, 1, gain=1.0)
        self.embed = LabelEmbedding(canvas.class_counts, last) if canvas.classes else None

    def forward(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        features = self.blocks(activate(self.read(pictures)))
        features = activate(self.look(with_batch_spread(features)))
        features = activate(self.gather(features.permute(0, 2, 3, 1).flatten(1)))
        scores = self.score(features).flatten().float()
        return scores if self.embed is None else scores + projection(features, self.embed(labels))
