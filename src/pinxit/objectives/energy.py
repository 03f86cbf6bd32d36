"""How far two batches are apart as batches: a loss that a generator cannot lower by painting one good picture again."""

import torch
import torch.nn.functional as F
from torch import Tensor


def energy_distance(real: Tensor, fake: Tensor) -> Tensor:
    """(N, D) and (M, D) -> 2 E|x - y| - E|x - x'| - E|y - y'|, as a share of E|x - x'|, x real and y fake; float32 scalar.

    Unbiased: 0 in expectation for the same distribution at any batch size, and more for any other. The last term speaks
    for variety: it pushes fake pictures apart while the first one draws them to real ones. Needs two of each.
    Source: Szekely and Rizzo 2013, "Energy statistics", eq. 2.1; as a loss of generators Bellemare et al. 2017, "The Cramer
    distance as a solution to biased Wasserstein gradients".
    """
    across = distances(real, fake).mean()
    among_real = distances(real, real).sum() / (len(real) * (len(real) - 1))
    among_fake = distances(fake, fake).sum() / (len(fake) * (len(fake) - 1))
    return (2 * across - among_real - among_fake) / among_real.clamp_min(1e-6)


def distances(one: Tensor, other: Tensor) -> Tensor:
    """(N, D), (M, D) -> (N, M) float32: Euclidean, with a slope of 0 and not of infinity where two are the same."""
    with torch.autocast(one.device.type, enabled=False):
        one, other = one.float(), other.float()
        squares = one.square().sum(1)[:, None] + other.square().sum(1) - 2 * one @ other.mT
        apart = squares > 1e-6
        return torch.where(apart, squares.where(apart, 1).sqrt(), 0)


def energy_by_fields(real: Tensor, fake: Tensor, fields: int) -> Tensor:
    """Energy distance of two batches (N, C, h, w) of features or pictures, averaged within `fields` x `fields` fields."""
    return energy_distance(*(F.adaptive_avg_pool2d(look.float(), fields).flatten(1) for look in (real, fake)))
