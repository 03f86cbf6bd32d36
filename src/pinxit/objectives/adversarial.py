"""What the two players of a GAN want: one pair of pure functions for each objective.

Scores are raw numbers (logits) of shape (N,), one for each picture, without a sigmoid: higher means "looks real". Where
an equation speaks of D(x) in [0, 1], D is the sigmoid of the score, and log D(x) is computed as -softplus(-score),
which stays exact where log(sigmoid(score)) would be minus infinity. Every function returns a float32 scalar to
minimise. The generator's losses are given (real_scores, fake_scores) too; only `relativistic` looks at the real ones.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor


def linear_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over D of E[1 - D(x)] + E[D(G(z))], with D in [0, 1]: the expected-score game.

    Goodfellow's game without the logarithms: the discriminator pays for what it believes, not for how surprised it is.
    Its best answer to a fixed generator is therefore all or nothing, D(x) = 1 exactly where real pictures are likelier
    than fake ones, and its loss is then 1 minus the total variation distance. Goodfellow's best answer is the share
    p_real / (p_real + p_fake), and measures the Jensen-Shannon divergence. Here the slope also fades wherever D is
    sure, right or wrong, so both sides learn slowly from bad mistakes.
    """
    return (1 - real_scores.float().sigmoid()).mean() + fake_scores.float().sigmoid().mean()


def linear_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """max over G of E[D(G(z))], with D in [0, 1]: the other side of `linear_discriminator`."""
    return -fake_scores.float().sigmoid().mean()


def minimax_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """max over D of E[log D(x)] + E[log(1 - D(G(z)))], negated.

    Source: Goodfellow et al. 2014, "Generative adversarial nets", eq. 1.
    """
    return F.softplus(-real_scores.float()).mean() + F.softplus(fake_scores.float()).mean()


def minimax_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over G of E[log(1 - D(G(z)))]: the zero-sum game. Its slope vanishes while the discriminator wins.

    Source: Goodfellow et al. 2014, "Generative adversarial nets", eq. 1.
    """
    return -F.softplus(fake_scores.float()).mean()


def nonsaturating_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """max over G of E[log D(G(z))], negated: the same fixed point as minimax, with a slope where the generator loses.

    Source: Goodfellow et al. 2014, "Generative adversarial nets", section 3.
    """
    return F.softplus(-fake_scores.float()).mean()


def least_squares_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over D of 1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2]; here D is the raw score.

    Source: Mao et al. 2017, "Least squares generative adversarial networks", eq. 9.
    """
    return (real_scores.float() - 1).square().mean() / 2 + fake_scores.float().square().mean() / 2


def least_squares_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over G of 1/2 E[(D(G(z)) - 1)^2]; here D is the raw score.

    Source: Mao et al. 2017, "Least squares generative adversarial networks", eq. 9.
    """
    return (fake_scores.float() - 1).square().mean() / 2


def hinge_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over D of E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]; here D is the raw score.

    Source: Lim & Ye 2017, "Geometric GAN", eq. 15; Miyato et al. 2018, "Spectral normalization for GANs", eq. 16.
    """
    return F.relu(1 - real_scores.float()).mean() + F.relu(1 + fake_scores.float()).mean()


def wasserstein_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """max over D of E[D(x)] - E[D(G(z))], negated. Needs `gradient_penalty` to keep D gentle.

    Source: Arjovsky et al. 2017, "Wasserstein GAN", eq. 2; the penalty: Gulrajani et al. 2017.
    """
    return fake_scores.float().mean() - real_scores.float().mean()


def raise_fake_scores(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """max over G of E[D(G(z))], negated; D is the raw score. The generator's side of hinge and of Wasserstein.

    Source: Miyato et al. 2018, eq. 17; Arjovsky et al. 2017, eq. 3.
    """
    return -fake_scores.float().mean()


def relativistic_discriminator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over D of E[softplus(D(G(z)) - D(x))]: every real picture should beat the fake one it is paired with.

    Source: Jolicoeur-Martineau 2018, "The relativistic discriminator"; Huang et al. 2024, "The GAN is dead; long live
    the GAN!" (R3GAN), eq. 2, with f(t) = -log(1 + exp(-t)). Needs zero-centred penalties to converge.
    """
    return F.softplus(fake_scores.float() - real_scores.float()).mean()


def relativistic_generator(real_scores: Tensor, fake_scores: Tensor) -> Tensor:
    """min over G of E[softplus(D(x) - D(G(z)))]: the other side of `relativistic_discriminator`."""
    return F.softplus(real_scores.float() - fake_scores.float()).mean()


def total(losses: Iterable[Tensor]) -> Tensor:
    """The sum of several losses, such as those of a critic's heads."""
    return torch.stack(list(losses)).sum()


PairLoss = Callable[[Tensor, Tensor], Tensor]


@dataclass(frozen=True)
class Objective:
    """Both sides of a game, each (real_scores (N,), fake_scores (N,)) -> float32 scalar to minimise."""

    discriminator: PairLoss
    generator: PairLoss


OBJECTIVES: dict[str, Objective] = {
    "linear": Objective(linear_discriminator, linear_generator),
    "minimax": Objective(minimax_discriminator, minimax_generator),
    "nonsaturating": Objective(minimax_discriminator, nonsaturating_generator),
    "least-squares": Objective(least_squares_discriminator, least_squares_generator),
    "hinge": Objective(hinge_discriminator, raise_fake_scores),
    "wasserstein-gp": Objective(wasserstein_discriminator, raise_fake_scores),
    "relativistic": Objective(relativistic_discriminator, relativistic_generator),
}
"""name -> the game of that name. `wasserstein-gp` is meant together with `penalties.gradient_penalty`."""
