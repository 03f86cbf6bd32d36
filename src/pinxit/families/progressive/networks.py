"""The two networks of Progressive GAN, both of which grow: a small grid doubled, and a picture halved.

Karras et al. 2017, "Progressive growing of GANs for improved quality, stability, and variation", arXiv 1710.10196, table 2.
Departures: latents keep their length, so that truncation means something; labels (an embedding beside the latents, a
projection in the critic), bases that are not square, seamless pictures; and a doubling or halving is one convolution with
the 3x3 kernel beside it (`networks/equalised.py`), which gives the same numbers sooner.
"""

from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.progressive.entry import ProgressiveSettings
from pinxit.families.progressive.shape import LABEL_FEATURES, shape
from pinxit.networks.conditioning import LabelEmbedding, projection
from pinxit.networks.equalised import EqualConv, EqualDoublingConv, EqualHalvingConv, EqualLinear
from pinxit.networks.layers import GAIN, SLOPE, Seamless, halve
from pinxit.networks.normalising import pixel_norm, with_batch_spread


def activate(features: Tensor) -> Tensor:
    """Leaky ReLU."""
    return F.leaky_relu(features, SLOPE)


def enlarge(pictures: Tensor, times: int) -> Tensor:
    """(N, C, H, W) -> each side so many times as long, cell by cell."""
    return F.interpolate(pictures, scale_factor=float(times), mode="nearest") if times > 1 else pictures


class Finer(nn.Module):
    """The next stage of the generator: doubled, convolved twice."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.doubling = EqualDoublingConv(inputs, outputs, seamless=seamless)
        self.look = EqualConv(outputs, outputs, seamless=seamless)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, 2H, 2W)."""
        features = pixel_norm(activate(self.doubling(features)))
        return pixel_norm(activate(self.look(features)))


class Generator(nn.Module):
    """latents (N, latents), labels (N, columns) -> pictures float32.

    While training, of the size of the stage that is reached; else of full size (N, C, H, W) in [-1, 1], each cell of the
    stage repeated. `grown` is that stage (`growing.grown`); a model file holds it, so that a model paints at the stage it
    was saved at.
    """

    grown: Tensor

    def __init__(self, settings: ProgressiveSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        self.columns, self.rows, channels = shape(settings, canvas)
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        inputs = settings.latents + (LABEL_FEATURES if canvas.classes else 0)
        # The paper's gain of this layer is a quarter of the usual one, as in its published code.
        self.first = EqualLinear(inputs, channels[0] * self.columns * self.rows, gain=GAIN / 4)
        self.look = EqualConv(channels[0], channels[0], seamless=settings.seamless)
        self.finer = nn.ModuleList(Finer(*pair, seamless=settings.seamless) for pair in pairwise(channels))
        self.paint = nn.ModuleList(EqualConv(here, canvas.channels, 1, gain=1.0) for here in channels)
        self.register_buffer("grown", torch.zeros(()))
        self.level = 0.0
        self.register_load_state_dict_post_hook(follow_buffer)

    def grow_to(self, level: float) -> None:
        """Paint at this stage from now on."""
        self.grown.fill_(level)
        self.level = float(self.grown)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """See the class."""
        if self.embed is not None:
            latents = torch.cat([latents, self.embed(labels)], dim=1)
        cells = self.first(latents).unflatten(1, (self.rows, self.columns, -1)).permute(0, 3, 1, 2)
        features = pixel_norm(activate(self.look(pixel_norm(activate(cells)))))
        whole = int(self.level)
        for finer in self.finer[:whole]:
            features = finer(features)
        pictures = self.paint[whole](features).float()
        if self.level > whole:
            sharper = self.paint[whole + 1](self.finer[whole](features)).float()
            pictures = torch.lerp(enlarge(pictures, 2), sharper, self.level - whole)
            whole += 1
        return pictures if self.training else enlarge(pictures, 2 ** (len(self.finer) - whole)).clamp(-1, 1)


def follow_buffer(generator: nn.Module, _: object) -> None:
    """After weights were loaded: the number that `forward` goes by, which must be no tensor (a wait for the device)."""
    generator = cast(Generator, generator)
    if not generator.grown.is_meta:
        generator.level = float(generator.grown)


class Coarser(nn.Module):
    """A stage of the critic: reads pictures of its size, and looks at features before they are halved."""

    def __init__(self, pictures: int, inputs: int, outputs: int):
        super().__init__()
        self.read = EqualConv(pictures, inputs, 1)
        self.look = EqualConv(inputs, inputs)
        self.halving = EqualHalvingConv(inputs, outputs)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H/2, W/2)."""
        return activate(self.halving(activate(self.look(features))))


class Last(nn.Module):
    """The last stage of the critic: reads the smallest pictures, and makes each a row of numbers."""

    def __init__(self, pictures: int, channels: int, cells: int):
        super().__init__()
        self.read = EqualConv(pictures, channels, 1)
        self.look = EqualConv(channels + 1, channels)
        self.gather = EqualLinear(channels * cells, channels)

    def forward(self, features: Tensor) -> Tensor:
        """(N, channels, rows, columns) -> (N, channels)."""
        features = activate(self.look(with_batch_spread(features)))
        return activate(self.gather(features.permute(0, 2, 3, 1).flatten(1)))


class Critic(nn.Module):
    """pictures of a stage's size, labels (N, columns), stage -> scores (N,), raw, float32."""

    def __init__(self, settings: ProgressiveSettings, canvas: Canvas):
        super().__init__()
        columns, rows, channels = shape(settings, canvas)
        # The finest first, as pictures pass them: `--freeze` counts from here.
        self.coarser = nn.ModuleList(Coarser(canvas.channels, *pair) for pair in pairwise(channels[::-1]))
        self.last = Last(canvas.channels, channels[0], columns * rows)
        self.score = EqualLinear(channels[0], 1, gain=1.0)
        self.embed = LabelEmbedding(canvas.class_counts, channels[0]) if canvas.classes else None

    def forward(self, pictures: Tensor, labels: Tensor, level: float) -> Tensor:
        """`pictures` of the smallest whole stage that is at least `level`."""
        stages = [*cast(list[Coarser | Last], list(self.coarser)), self.last][::-1]
        whole = int(level)
        if level > whole:
            sharper = stages[whole + 1](activate(stages[whole + 1].read(pictures)))
            features = torch.lerp(activate(stages[whole].read(halve(pictures))), sharper, level - whole)
        else:
            features = activate(stages[whole].read(pictures))
        for stage in stages[whole::-1]:
            features = stage(features)
        scores = self.score(features).flatten().float()
        return scores if self.embed is None else scores + projection(features, self.embed(labels))
