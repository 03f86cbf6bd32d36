"""StackGAN's painter: a caption becomes a few uncertain numbers, these a sketch, and the sketch the picture."""

from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings, sketch_size
from pinxit.families.stackgan.shape import BLOCKS, FIRST_SPREAD
from pinxit.networks.captions import caption_reader
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.gated import MOST_WIDENING, Trunk, UpBlock
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import GAIN, SLOPE, Conv, Seamless, begin_scaled, double
from pinxit.objectives.matching import divergence_from_normal


class Painted(NamedTuple):
    """A sketch (N, C, h, w), the picture (N, C, H, W) or None while only sketches are learned, and the divergences."""

    sketch: Tensor
    picture: Tensor | None
    divergence: Tensor


class Generator(nn.Module):
    """latents (N, `latents`) and labels (N, columns + T) -> pictures (N, C, H, W) in [-1, 1], alpha premultiplied.

    The last T columns are the pieces of the caption. Of the latents, the first part is noise and the rest is where in its
    uncertainty each stage's condition lies, so that a seed and a caption are one picture for ever.
    """

    def __init__(self, settings: StackganSettings, canvas: Canvas):
        super().__init__()
        assert canvas.vocabulary is not None, "this family paints from captions"
        small, full = sketch_size(canvas.width, canvas.height), (canvas.width, canvas.height)
        self.columns, self.parted = len(canvas.class_counts), (settings.latents, settings.condition, settings.condition)
        self.latents = sum(self.parted)
        self.reader = caption_reader(canvas.vocabulary, settings.sentence)
        self.embed = LabelEmbedding(canvas.class_counts, settings.condition) if canvas.class_counts else None
        told = settings.condition * (2 if self.embed else 1)
        self.conditions = nn.ModuleList(Conditioning(settings.sentence, settings.condition) for _ in range(2))
        self.first = Trunk(
            small,
            canvas.channels,
            style=settings.latents + told,
            width=settings.sketch_width,
            seamless=settings.seamless,
        )
        self.second = Refiner(small, full, canvas.channels, told, settings.width, settings.seamless)

    def forward(self, latents: Tensor, labels: Tensor) -> Tensor:
        """(N, latents), (N, columns + T) int64 -> (N, C, H, W) float32 in [-1, 1]."""
        picture = self.paint(latents, labels, self.read(labels)).picture
        assert picture is not None
        return picture

    def read(self, labels: Tensor) -> Tensor:
        """(N, columns + T) -> the vectors of the captions (N, sentence)."""
        return self.reader(self.words(labels))

    def words(self, labels: Tensor) -> Tensor:
        """(N, columns + T) -> the pieces of the captions (N, T)."""
        return labels[:, self.columns :]

    def paint(self, latents: Tensor, labels: Tensor, captions: Tensor, *, refine: bool = True) -> Painted:
        """(N, latents), (N, columns + T), captions as `read` gives them (N, sentence) -> both stages."""
        noise, *chances = latents.split(self.parted, dim=1)
        named = [self.embed(labels)] if self.embed is not None else []
        first, apart = self.conditions[0](captions, chances[0])
        sketch = self.first.grow(torch.cat([noise, first, *named], dim=1))
        if not refine:
            return Painted(torch.tanh(sketch), None, apart)
        second, further = self.conditions[1](captions, chances[1])
        refined = self.second(sketch, torch.cat([second, *named], dim=1))
        return Painted(torch.tanh(sketch), torch.tanh(refined), apart + further)


class Conditioning(nn.Module):
    """Conditioning augmentation: a caption names a small cloud of conditions, and chance picks one of it.

    Captions that say nearly the same then share conditions, so that what lies between them is painted too.
    Source: Zhang et al. 2016, "StackGAN", section 3.2.
    """

    def __init__(self, features: int, condition: int):
        super().__init__()
        self.tell = nn.Linear(features, 2 * condition)
        begin_scaled(self.tell)
        with torch.no_grad():
            self.tell.bias[condition:] = FIRST_SPREAD

    def forward(self, captions: Tensor, chance: Tensor) -> tuple[Tensor, Tensor]:
        """(N, features), (N, condition) standard normal -> conditions (N, condition), and their divergence, a scalar."""
        mean, log_variance = self.tell(captions).float().chunk(2, dim=1)
        return mean + (log_variance / 2).exp() * chance, divergence_from_normal(mean, log_variance)


class Refiner(nn.Module):
    """The second stage: looks at the sketch and the condition, and says what is to be changed.

    As in the paper the sketch is made smaller, the condition laid beside every cell, and residual blocks think it over before
    the picture grows. What comes out is added to the enlarged sketch (before the tanh), and is nothing at first: while only
    the first stage learns, the whole generator already paints its sketches at full size.
    """

    def __init__(
        self, small: tuple[int, int], full: tuple[int, int], channels: int, style: int, width: int, seamless: Seamless
    ):
        super().__init__()
        self.seamless: Seamless = seamless
        self.doublings = (full[0] // small[0]).bit_length() - 1
        halvings = base_grid(*small)[2] - 2  # to 16 to 28 cells along the shorter side
        ups = halvings + self.doublings
        widths = [width * min(2 ** (ups - level), MOST_WIDENING) for level in range(ups + 1)]
        self.enter = Conv(channels, widths[0], 3, seamless=seamless)
        self.shrink = nn.ModuleList(Normed(widths[0], widths[0], stride=2, seamless=seamless) for _ in range(halvings))
        self.join = Normed(widths[0] + style, widths[0], kernel=1, seamless=seamless)
        self.think = nn.ModuleList(Residual(widths[0], seamless) for _ in range(BLOCKS))
        self.grow = nn.ModuleList(
            UpBlock(widths[level], widths[level + 1], style, seamless=seamless) for level in range(ups)
        )
        self.to_picture = Conv(widths[-1], channels, 3, seamless=seamless)
        begin_scaled(self.enter, GAIN)
        begin_scaled(self.to_picture, 0.0)

    def forward(self, sketch: Tensor, style: Tensor) -> Tensor:
        """(N, C, h, w) before its tanh, (N, style) -> (N, C, H, W) before its tanh."""
        seen = F.leaky_relu(self.enter(torch.tanh(sketch)), SLOPE)
        for layer in self.shrink:
            seen = layer(seen)
        seen = self.join(torch.cat([seen, style[:, :, None, None].expand(-1, -1, *seen.shape[-2:])], dim=1))
        for block in self.think:
            seen = block(seen)
        for block in self.grow:
            seen = block(seen, style, 1.0)
        for _ in range(self.doublings):
            sketch = double(sketch, self.seamless)
        return sketch + self.to_picture(seen).float()


class Normed(nn.Module):
    """Convolve, normalise over the batch, leak."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, seamless: Seamless):
        super().__init__()
        self.conv = Conv(inputs, outputs, kernel, stride=stride, bias=False, seamless=seamless)
        self.norm = nn.BatchNorm2d(outputs)
        begin_scaled(self.conv, GAIN)

    def forward(self, features: Tensor) -> Tensor:
        """(N, inputs, H, W) -> (N, outputs, H / stride, W / stride)."""
        return F.leaky_relu(self.norm(self.conv(features)), SLOPE)


class Residual(nn.Module):
    """Two convolutions beside a way straight through."""

    def __init__(self, channels: int, seamless: Seamless):
        super().__init__()
        self.first = Normed(channels, channels, seamless=seamless)
        self.second = Conv(channels, channels, 3, seamless=seamless)
        begin_scaled(self.second, 0.5)

    def forward(self, features: Tensor) -> Tensor:
        """(N, channels, H, W) -> the same shape."""
        return features + self.second(self.first(features))
