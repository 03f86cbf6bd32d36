"""What a variational autoencoder weighs: how well a picture is drawn back, and how much was said about it. All in nats."""

import math

import torch
from torch import Tensor

SHARPEST = 1 / 255
"""Standard deviation, in pictures of [-1, 1], below which no error is noticed: half of one of the 255 steps of a value."""


def gaussian_with_best_width(errors: Tensor, narrowest: float = SHARPEST) -> Tensor:
    """Mean negative log-likelihood of `errors` (any shape) under a normal distribution of the best width for them.

    float32 scalar, in nats a number. The width is that of all errors together, so no weight between drawing well and
    saying little has to be chosen. Bounded below through `narrowest`.
    Source: Rybkin et al. 2021, "Simple and effective VAE training with calibrated decoders", eq. 4 and 5.
    """
    variance = errors.float().square().mean() + narrowest**2
    return 0.5 * (variance.log() + math.log(2 * math.pi) + 1)


def laplacian_with_best_width(errors: Tensor, narrowest: float = SHARPEST) -> Tensor:
    """The same under a Laplace distribution, whose width is the mean absolute error.

    Drawing the median instead of the mean: where a decoder cannot know which of two flat colours a pixel has, it takes
    the likelier one, not a mixture. Hence edges of drawings come out crisper.
    """
    width = errors.float().abs().mean() + narrowest
    return (2 * width).log() + 1


def kl_to_normal(mean: Tensor, log_variance: Tensor) -> Tensor:
    """Divergence of N(mean, exp(log_variance)) from N(0, 1), number by number: (N, D), (N, D) -> (N, D) float32, nats.

    Source: Kingma and Welling 2013, "Auto-encoding variational Bayes", appendix B.
    """
    mean, log_variance = mean.float(), log_variance.float()
    return 0.5 * (mean.square() + log_variance.exp() - 1 - log_variance)


def with_free_bits(divergence: Tensor, bits: float) -> Tensor:
    """(N, D) nats -> scalar: what is to be lowered, when each of the D numbers may say so many bits for nothing.

    Without it, numbers that say little early on are silenced for good before the decoder has learned to listen.
    Source: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", eq. 15.
    """
    return divergence.mean(dim=0).clamp_min(bits * math.log(2)).sum()


def draw(mean: Tensor, log_variance: Tensor, noise: Tensor) -> Tensor:
    """A sample of N(mean, exp(log_variance)) from standard normal `noise`, all (N, D) -> (N, D) float32.

    Source: Kingma and Welling 2013, section 2.4, the reparameterisation trick.
    """
    return mean.float() + torch.exp(0.5 * log_variance.float()) * noise
