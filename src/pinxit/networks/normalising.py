"""Normalisation that needs no batch, and the statistic of a batch that tells a critic how varied it is."""

import math

import torch
from torch import Tensor


def pixel_norm(features: Tensor) -> Tensor:
    """(N, C, …) -> the same shape: every cell's C numbers scaled to a mean square of 1.

    Keeps the two players from outbidding each other's magnitudes, and needs no batch.
    Source: Karras et al. 2017, "Progressive growing of GANs", section 4.2.
    """
    return features * torch.rsqrt(features.square().mean(dim=1, keepdim=True) + 1e-8)


def batch_spread(features: Tensor, group: int = 8) -> Tensor:
    """(N, C, h, w) -> (N / group, C, h, w): how much the pictures of a group differ, cell by cell.

    Picture n is in group n % (N / group). Tells the critic that fake pictures resemble each other too much.
    Source: Karras et al. 2017, "Progressive growing of GANs", section 3 (there one number for the whole batch).
    """
    count = len(features)
    group = math.gcd(count, group)
    grouped = features.float().unflatten(0, (group, count // group))  # (group, N / group, C, h, w)
    variance = grouped.square().mean(dim=0) - grouped.mean(dim=0).square()  # quicker here than torch.var
    return (variance.clamp_min(0) + 1e-6).sqrt().to(features.dtype)


def with_batch_spread(features: Tensor, group: int = 4) -> Tensor:
    """(N, C, h, w) -> (N, C + 1, h, w): one more channel, the mean of `batch_spread`, the same number in all cells.

    Source: Karras et al. 2017, section 3; groups instead of the whole batch as in Karras et al. 2019, "StyleGAN2".
    """
    spread = batch_spread(features, group).mean(dim=(1, 2, 3))  # (N / group,)
    each = spread.repeat(len(features) // len(spread))[:, None, None, None]
    return torch.cat([features, each.expand(-1, 1, *features.shape[2:])], dim=1)
