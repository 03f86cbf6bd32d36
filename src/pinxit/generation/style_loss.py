"""How far a picture is from what is wanted of it, and which way is down: whole, or tile by tile with the same result.

A statistic of the whole picture is a sum over its cells. So a picture too large for one pass is described twice: once
without gradients, to add the sums up; then tile by tile, where each tile's gradient is that of the sums, which are known by
then. Each tile sees `MARGIN` pixels beyond its edge, and only its own cells count.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor

from pinxit.networks.layers import wrap
from pinxit.networks.style_features import Described, StyleFeatures
from pinxit.networks.vgg import GRID
from pinxit.objectives.style import (
    Statistic,
    content_distance,
    gather,
    settle,
    style_distance,
    total_variation,
)

MARGIN = 64
"""Pixels around a tile, or around a seamless picture: about as far as the features that count most look."""


@dataclass(frozen=True)
class Region:
    """Statistics wanted where `mask` (1, 1, H, W) says so; everywhere for None. `weight`: its share of the whole."""

    wanted: list[Tensor]
    mask: Tensor | None = None
    weight: float = 1.0


@dataclass(frozen=True)
class Window:
    """A tile and what is computed for it: the outer window in pixels of the (wrapped) picture, and its inner part."""

    top: int
    bottom: int
    left: int
    right: int
    inner: tuple[int, int, int, int]

    def cut(self, pictures: Tensor) -> Tensor:
        """The outer window of (1, C, H, W)."""
        return pictures[..., self.top : self.bottom, self.left : self.right]

    def own(self, features: Tensor) -> Tensor:
        """Of features of the outer window: the cells of the inner one."""
        stride = round((self.bottom - self.top) / features.shape[-2])
        top, bottom, left, right = (side // stride for side in self.inner)
        return features[..., top:bottom, left:right]


@dataclass
class Loss:
    """What is wanted of one picture of a fixed size.

    regions    wanted statistics             content   (1, C, h, w) wanted features of the whole picture, or None
    strength   weight of style               smooth    weight of total variation
    seamless   the picture wraps round       tile      pixels
    """

    features: StyleFeatures
    regions: Sequence[Region]
    statistic: Statistic
    content: Tensor | None
    strength: float
    smooth: float
    tile: int
    seamless: bool = False

    def __call__(self, picture: Tensor) -> Tensor:
        """(1, 3, H, W), a leaf whose gradient is zero -> the loss, and its gradient in `picture.grad`."""
        windows = list(windows_of(picture.shape[-2], picture.shape[-1], self.tile, seamless=self.seamless))
        parts, style, slopes = [], picture.new_zeros(()), []
        if len(windows) > 1:
            style, slopes = self.slopes_of(self.sums_over(picture, windows), picture)
        for window in windows:
            part = picture.new_zeros(())
            described = self.features.describe(window.cut(self.wrapped(picture)))
            if len(windows) > 1:
                for gathered, slope in zip(self.sums_of(described, window), slopes, strict=True):
                    part = part + (gathered * slope).sum()
            else:
                style = self.style_of(self.sums_of(described, window), picture)
                part = part + self.strength * style
            if self.content is not None:
                there = self.features.content * content_distance(
                    window.own(described.content), self.content_in(window), self.content_scale
                )
                part, parts = part + there, [*parts, there.detach()]
            part.backward()
        smooth = self.smooth * total_variation(self.wrapped(picture))
        smooth.backward()
        return self.strength * style.detach() + sum(parts) + smooth.detach()

    def wrapped(self, picture: Tensor) -> Tensor:
        """The picture with its opposite edges around it where it is seamless."""
        return wrap(picture, MARGIN, "both") if self.seamless else picture

    @torch.no_grad()
    def sums_over(self, picture: Tensor, windows: list[Window]) -> list[Tensor]:
        """`sums_of` added up over all windows."""
        total: list[Tensor] = []
        for window in windows:
            some = self.sums_of(self.features.describe(window.cut(self.wrapped(picture))), window)
            total = [one + other for one, other in zip(total, some, strict=True)] if total else some
        return total

    def sums_of(self, described: Described, window: Window) -> list[Tensor]:
        """What the statistics of every region and layer are made of, over the inner part of a window."""
        found = []
        for region in self.regions:
            for layer in described.style:
                mask = None
                if region.mask is not None:
                    there = window.cut(self.wrapped(region.mask))
                    mask = window.own(F.adaptive_avg_pool2d(there, (layer.shape[-2], layer.shape[-1])))
                found.append(gather(window.own(layer), self.statistic, mask))
        return found

    def style_of(self, sums: list[Tensor], picture: Tensor) -> Tensor:
        """Distance in style, from sums over the whole picture."""
        remaining = iter(sums)
        total = picture.new_zeros(())
        height, width = picture.shape[-2:]
        for region in self.regions:
            cover = 1.0 if region.mask is None else float(region.mask.mean())
            for place, (wanted, share) in enumerate(zip(region.wanted, self.features.shares, strict=True)):
                cells = height * width * cover / self.features.strides[place] ** 2
                total = total + region.weight * share * style_distance(
                    settle(next(remaining), max(cells, 1e-6), self.statistic), wanted
                )
        return total

    def slopes_of(self, sums: list[Tensor], picture: Tensor) -> tuple[Tensor, list[Tensor]]:
        """The distance in style, and how much of it each number of the sums costs."""
        leaves = [one.detach().requires_grad_() for one in sums]
        style = self.style_of(leaves, picture)
        return style.detach(), list(torch.autograd.grad(self.strength * style, leaves))

    def content_in(self, window: Window) -> Tensor:
        """The wanted features of a window's inner part."""
        assert self.content is not None
        stride = self.features.content_stride
        top, left = (window.top + window.inner[0]) // stride, (window.left + window.inner[2]) // stride
        height, width = (window.inner[1] - window.inner[0]) // stride, (window.inner[3] - window.inner[2]) // stride
        return self.content[..., top : top + height, left : left + width]

    @property
    def content_scale(self) -> Tensor:
        """The square of all wanted features."""
        assert self.content is not None
        return self.content.float().square().sum()


def windows_of(height: int, width: int, tile: int, *, seamless: bool = False) -> Iterator[Window]:
    """Windows over a picture of this size, sides multiples of `GRID`; over the wrapped one where it is seamless."""
    around, tile = MARGIN if seamless else 0, max(GRID, tile // GRID * GRID)
    for top in range(0, height, tile):
        for left in range(0, width, tile):
            bottom, right = min(top + tile, height), min(left + tile, width)
            outer_top, outer_left = max(top - MARGIN, -around), max(left - MARGIN, -around)
            yield Window(
                outer_top + around,
                min(bottom + MARGIN, height + around) + around,
                outer_left + around,
                min(right + MARGIN, width + around) + around,
                (top - outer_top, bottom - outer_top, left - outer_left, right - outer_left),
            )


@torch.no_grad()
def statistics_of(features: StyleFeatures, picture: Tensor, statistic: Statistic, tile: int) -> list[Tensor]:
    """The statistics of a painting (1, 3, H, W), sides multiples of `GRID`, one for each layer."""
    loss = Loss(features, [Region([])], statistic, None, 1.0, 0.0, tile)
    sums = loss.sums_over(picture, list(windows_of(picture.shape[-2], picture.shape[-1], tile)))
    area = picture.shape[-2] * picture.shape[-1]
    return [settle(one, area / stride**2, statistic) for one, stride in zip(sums, features.strides, strict=True)]


@torch.no_grad()
def content_of(features: StyleFeatures, picture: Tensor, tile: int) -> Tensor:
    """(1, 3, H, W), sides multiples of `GRID` -> the features of its content, (1, C, H / stride, W / stride)."""
    height, width = (side // features.content_stride for side in picture.shape[-2:])
    found: Tensor | None = None
    for window in windows_of(picture.shape[-2], picture.shape[-1], tile):
        own = window.own(features.describe(window.cut(picture)).content)
        stride = features.content_stride
        top, left = (window.top + window.inner[0]) // stride, (window.left + window.inner[2]) // stride
        found = own.new_empty(1, own.shape[1], height, width) if found is None else found
        found[..., top : top + own.shape[-2], left : left + own.shape[-1]] = own
    assert found is not None
    return found
