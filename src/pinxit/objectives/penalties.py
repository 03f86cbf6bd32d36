"""What keeps a discriminator gentle: penalties on the slope of its scores. Float32, also under autocast."""

from collections.abc import Callable

import torch
from torch import Tensor


def slopes(pictures: Tensor, scores: Tensor) -> Tensor:
    """How fast each score changes with its picture: pictures (N, C, H, W), scores (N,) -> (N, C, H, W) float32.

    Can itself be differentiated. `pictures` must require a gradient, and `scores` must have been computed from them one
    by one: with batch statistics in between, a slope would also hold what a picture does to its neighbours' scores.
    """
    (slope,) = torch.autograd.grad(scores.float().sum(), pictures, create_graph=True)
    return slope.float()


def zero_centred_penalty(pictures: Tensor, scores: Tensor) -> Tensor:
    """Squared slope of the critic at `pictures` (N, C, H, W) -> (N,). R1 on real, R2 on fake pictures.

    Source: Mescheder et al. 2018, "Which training methods for GANs do actually converge?", eq. 9 and 10. The factor
    gamma / 2 is the caller's.
    """
    return slopes(pictures, scores).square().sum(dim=(1, 2, 3))


def gradient_penalty(score: Callable[[Tensor], Tensor], real: Tensor, fake: Tensor, shares: Tensor) -> Tensor:
    """How far the critic's slope is from 1 between real and fake pictures, squared -> (N,).

    score         pictures (N, C, H, W) -> scores (N,)
    real, fake    (N, C, H, W)
    shares        (N,) uniform in [0, 1): where between the two to look
    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs", eq. 3. The factor lambda is the caller's.
    """
    between = torch.lerp(fake.detach().float(), real.detach().float(), shares.reshape(-1, 1, 1, 1)).requires_grad_()
    slope = slopes(between, score(between))
    # The square root has no derivative at a slope of exactly zero, which a freshly begun critic can have.
    lengths = (slope.square().sum(dim=(1, 2, 3)) + 1e-12).sqrt()
    return (lengths - 1).square()


def path_lengths(pictures: Tensor, styles: Tensor, directions: Tensor) -> Tensor:
    """How far pictures move, in random directions, for a step of their styles -> (N,) float32.

    pictures    (N, C, H, W), computed from `styles`
    styles      (N, layers, D) that pictures were painted in; the mean over layers is taken
    directions  (N, C, H, W) standard normal
    The penalty is the squared distance of these lengths from their usual value: a step in W then changes every picture
    about equally. Source: Karras et al. 2019, "Analyzing and improving the image quality of StyleGAN", eq. 4.
    """
    pixels = pictures.shape[2] * pictures.shape[3]
    moved = (pictures.float() * directions).sum() / pixels**0.5
    (slope,) = torch.autograd.grad(moved, styles, create_graph=True)
    return (slope.float().square().sum(dim=2).mean(dim=1) + 1e-12).sqrt()
