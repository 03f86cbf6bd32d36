"""The generator of StyleGAN: latents become a style, and the style says how much every channel counts in every layer.

Karras et al. 2018, "A style-based generator architecture for generative adversarial networks", arXiv 1812.04948; Karras et
al. 2019, "Analyzing and improving the image quality of StyleGAN", arXiv 1912.04958 (StyleGAN2): modulated convolutions and
pictures summed over all sizes. Departures: a layer that doubles convolves before it enlarges, bilinear; noise comes with
the latents (see `Grain`); labels have means of their own, so that truncation keeps them.
"""

from itertools import pairwise
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.shape import MEAN_HALF_LIFE, SOFT, channels_at, grain_maps
from pinxit.networks.conditioning import LabelEmbedding
from pinxit.networks.equalised import EqualLinear
from pinxit.networks.grid import base_grid
from pinxit.networks.layers import GAIN, SLOPE, Seamless, double, wrap, wraps
from pinxit.networks.normalising import pixel_norm


class Grain(nn.Module):
    """A picture's noise for one layer: its own few numbers mix fixed maps of white noise.

    Any mix of white maps with normal shares is white and normal again. So noise follows from the seed as latents do, with
    numbers from the same stream, in any batch, framework and walk, and takes one small matrix product; a number for every
    cell of every layer would be 10,000 a picture at 64 px, and a constant would give all pictures the same curls.
    """

    maps: Tensor

    def __init__(self, grains: int, columns: int, rows: int, place: int):
        super().__init__()
        self.columns, self.rows = columns, rows
        maps = torch.from_numpy(grain_maps(grains, columns, rows, place))
        self.register_buffer("maps", maps, persistent=False)

    def forward(self, shares: Tensor) -> Tensor:
        """(N, grains) normal -> (N, 1, rows, columns)."""
        return (shares @ self.maps).unflatten(1, (1, self.rows, self.columns))


class Modulated(nn.Module):
    """A convolution whose channels a style weighs: (N, inputs, H, W), (N, styles) -> (N, outputs, H, W).

    Scaling the inputs before and the outputs after an ordinary convolution is the same as a convolution with weights of
    each picture's own, and takes any batch at the speed of an ordinary convolution.
    `demodulate`: outputs keep their variance whatever the style. Source: Karras et al. 2019, eq. 1 and 3.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        styles: int,
        *,
        demodulate: bool,
        seamless: Seamless,
        gain: float = 1.0,
    ):
        super().__init__()
        self.demodulate = demodulate
        self.seamless: Seamless = seamless
        self.margin = kernel // 2
        self.padding = tuple(0 if wraps(seamless, axis) else self.margin for axis in ("y", "x"))
        self.weigh = EqualLinear(styles, inputs, gain=1.0, begin=1.0)
        self.weight = nn.Parameter(torch.randn(outputs, inputs, kernel, kernel))
        self.scale = gain / (inputs * kernel**2) ** 0.5

    def forward(self, features: Tensor, style: Tensor) -> Tensor:
        """See the class."""
        gains = self.weigh(style)  # (N, inputs)
        weight = self.weight * self.scale
        weighed = features * gains.to(features.dtype)[:, :, None, None]
        convolved = F.conv2d(wrap(weighed, self.margin, self.seamless), weight, padding=self.padding)
        if not self.demodulate:
            return convolved
        variance = gains.square() @ weight.square().sum(dim=(2, 3)).mT  # (N, outputs)
        return convolved * torch.rsqrt(variance + 1e-8).to(convolved.dtype)[:, :, None, None]


class Layer(nn.Module):
    """A modulated convolution, enlarged where `up`, with grain, bias and leaky ReLU."""

    def __init__(
        self, inputs: int, outputs: int, styles: int, grain: Grain | None, *, up: bool = False, seamless: Seamless
    ):
        super().__init__()
        self.up = up
        self.seamless: Seamless = seamless
        self.convolve = Modulated(inputs, outputs, 3, styles, demodulate=True, seamless=seamless)
        self.grain = grain
        self.grain_strength = nn.Parameter(torch.zeros(())) if grain else None
        self.bias = nn.Parameter(torch.zeros(outputs))

    def forward(self, features: Tensor, style: Tensor, grains: Tensor | None) -> Tensor:
        """(N, inputs, H, W), (N, styles), (N, grains) or None -> (N, outputs, H or 2H, W or 2W)."""
        features = self.convolve(features, style)
        if self.up:
            features = double(features, self.seamless)
        if self.grain is not None and self.grain_strength is not None and grains is not None:
            features = features + (self.grain(grains) * self.grain_strength).to(features.dtype)
        features = features + self.bias.to(features.dtype)[:, None, None]
        return F.leaky_relu(features, SLOPE) * GAIN


class Block(nn.Module):
    """One size: its layers (the first of which doubles, but for the smallest size), and what it adds to the picture."""

    def __init__(
        self, inputs: int, outputs: int, channels: int, styles: int, grains: list[Grain] | None, seamless: Seamless
    ):
        super().__init__()
        first, last = grains or [None, None]
        self.layers = nn.ModuleList([Layer(outputs, outputs, styles, last, seamless=seamless)])
        if inputs:
            self.layers.insert(0, Layer(inputs, outputs, styles, first, up=True, seamless=seamless))
        self.paint = Modulated(outputs, channels, 1, styles, demodulate=False, seamless="no", gain=SOFT)
        self.colour = nn.Parameter(torch.zeros(channels))


class Generator(nn.Module):
    """latents (N, latents), labels (N, columns) -> pictures (N, C, H, W) float32, in [-1, 1]; with `critic=pixels` beyond it
    while training, as in the papers.

    `map` and `synthesise` are its two halves; between them are styles: W, one vector (N, styles) a picture, or W+, one for
    each of `layers` layers (N, layers, styles). `latents` are `settings.latents` numbers for `map`, then the grains.
    """

    means: Tensor

    def __init__(self, settings: StyleganSettings, canvas: Canvas):
        super().__init__()
        self.numbers, self.latents = settings.latents, settings.latents + settings.grains
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = channels_at(settings, doublings)[::-1]
        self.class_counts = canvas.class_counts
        self.embed = LabelEmbedding(canvas.class_counts, settings.latents) if canvas.classes else None
        widths = [settings.latents * (2 if canvas.classes else 1), *[settings.styles] * settings.mapping]
        self.mapping = nn.ModuleList(EqualLinear(*pair, pace=settings.mapping_pace) for pair in pairwise(widths))
        # Row 0: the mean style of all pictures; then of each class of each column. Where truncation leads.
        self.register_buffer("means", torch.zeros(1 + sum(canvas.class_counts), settings.styles))
        self.beginning = nn.Parameter(torch.randn(channels[0], rows, columns))
        self.blocks = nn.ModuleList()
        for level, (inputs, outputs) in enumerate(pairwise([0, *channels])):
            side = (columns * 2**level, rows * 2**level)
            grains = [Grain(settings.grains, *side, 2 * level + order) for order in (0, 1)] if settings.grains else None
            self.blocks.append(Block(inputs, outputs, canvas.channels, settings.styles, grains, settings.seamless))
        self.seamless: Seamless = settings.seamless
        self.layers = 2 * len(channels)
        # Frozen features were made for pictures: beyond their range they ask for lattices instead of lines.
        self.bounded = settings.critic == "features"

    def forward(self, latents: Tensor, labels: Tensor, truncation: float = 1.0) -> Tensor:
        """See the class. `truncation` as in `map`."""
        return self.synthesise(self.map(latents, labels, truncation), latents[:, self.numbers :])

    def map(self, latents: Tensor, labels: Tensor, truncation: float = 1.0) -> Tensor:
        """(N, latents), (N, columns) -> styles (N, styles) float32.

        truncation  how far from the mean style of pictures with these labels: 0 the mean itself, 1 as trained
        Source: Karras et al. 2018, section 2 and appendix B.
        """
        style = pixel_norm(latents[:, : self.numbers])
        if self.embed is not None:
            style = torch.cat([style, pixel_norm(self.embed(labels))], dim=1)
        for layer in self.mapping:
            style = F.leaky_relu(layer(style), SLOPE)
        style = style.float()
        return style if truncation == 1 else torch.lerp(self.mean_style(labels), style, truncation)

    def synthesise(self, styles: Tensor, grains: Tensor | None = None) -> Tensor:
        """Styles (N, styles) or (N, layers, styles), and grains (N, grains) or None for none -> pictures."""
        if styles.dim() == 2:
            styles = styles[:, None].expand(-1, self.layers, -1)
        own = styles.unbind(dim=1)
        features = self.beginning.expand(styles.shape[0], -1, -1, -1).contiguous(memory_format=torch.channels_last)
        pictures = None
        for level, block in enumerate(cast(list[Block], list(self.blocks))):
            # A picture is painted in the style of the layer that comes next, as in the paper: 2 styles for each size.
            for order, layer in enumerate(block.layers, start=2 * level + 1 - len(block.layers)):
                features = layer(features, own[order], grains)
            added = block.paint(features, own[2 * level + 1]).float() + block.colour[:, None, None]
            pictures = added if pictures is None else double(pictures, self.seamless) + added
        assert pictures is not None
        if self.bounded:
            return torch.tanh(pictures)
        return pictures if self.training else pictures.clamp(-1, 1)

    def mean_style(self, labels: Tensor) -> Tensor:
        """(N, columns) -> (N, styles): the mean style of all, moved by what is known of each label that is given."""
        mean = self.means[:1].expand(labels.shape[0], -1)
        first = 1
        for column, count in enumerate(self.class_counts):
            if not count:  # a number: no mean of its own
                continue
            given = (labels[:, column : column + 1] >= 0).float()
            mean = mean + given * (self.means[first + labels[:, column].clamp_min(0)] - self.means[:1])
            first += count
        return mean

    @torch.no_grad()
    def remember(self, styles: Tensor, labels: Tensor) -> None:
        """Follow the mean styles: (N, styles) of these labels (N, columns) have just been painted with."""
        member = [torch.ones(len(styles), 1, device=styles.device)]
        member += [
            (labels[:, [column]] == torch.arange(count, device=labels.device)).float()
            for column, count in enumerate(self.class_counts)
        ]
        member = torch.cat(member, dim=1)  # (N, 1 + classes)
        counts = member.sum(dim=0)[:, None]
        now = member.mT @ styles.detach().float() / counts.clamp_min(1)
        self.means.lerp_(now, 1 - 0.5 ** (counts / MEAN_HALF_LIFE))
