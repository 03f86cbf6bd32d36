"""What the two players of a GAN want, in TensorFlow: the equations, names and sources of `pinxit.objectives`.

Scores are raw numbers (N,), one for each picture: higher means "looks real". Pictures are (N, H, W, C).
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from pinxit.keras_training.backend import tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.layers import adaptive_mean
from pinxit.networks.lite0 import FIELDS, PIXEL_FIELDS

Pair = Callable[[Any, Any], Any]
SHARPEST = 1 / 255
"""Standard deviation, in pictures of [-1, 1], below which no error is noticed."""


def linear_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """min over D of E[1 - D(x)] + E[D(G(z))], with D in [0, 1]: the expected-score game (see `objectives.adversarial`)."""
    return tf.reduce_mean(1 - tf.sigmoid(real_scores)) + tf.reduce_mean(tf.sigmoid(fake_scores))


def linear_generator(real_scores: Any, fake_scores: Any) -> Any:
    """max over G of E[D(G(z))], with D in [0, 1]."""
    return -tf.reduce_mean(tf.sigmoid(fake_scores))


def minimax_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """max over D of E[log D(x)] + E[log(1 - D(G(z)))], negated. Source: Goodfellow et al. 2014, eq. 1."""
    return tf.reduce_mean(tf.nn.softplus(-real_scores)) + tf.reduce_mean(tf.nn.softplus(fake_scores))


def minimax_generator(real_scores: Any, fake_scores: Any) -> Any:
    """min over G of E[log(1 - D(G(z)))]. Source: Goodfellow et al. 2014, eq. 1."""
    return -tf.reduce_mean(tf.nn.softplus(fake_scores))


def nonsaturating_generator(real_scores: Any, fake_scores: Any) -> Any:
    """max over G of E[log D(G(z))], negated. Source: Goodfellow et al. 2014, section 3."""
    return tf.reduce_mean(tf.nn.softplus(-fake_scores))


def least_squares_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """min over D of 1/2 E[(D(x) - 1)^2] + 1/2 E[D(G(z))^2]. Source: Mao et al. 2017, eq. 9."""
    return tf.reduce_mean(tf.square(real_scores - 1)) / 2 + tf.reduce_mean(tf.square(fake_scores)) / 2


def least_squares_generator(real_scores: Any, fake_scores: Any) -> Any:
    """min over G of 1/2 E[(D(G(z)) - 1)^2]. Source: Mao et al. 2017, eq. 9."""
    return tf.reduce_mean(tf.square(fake_scores - 1)) / 2


def hinge_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """min over D of E[max(0, 1 - D(x))] + E[max(0, 1 + D(G(z)))]. Source: Lim & Ye 2017, eq. 15."""
    return tf.reduce_mean(tf.nn.relu(1 - real_scores)) + tf.reduce_mean(tf.nn.relu(1 + fake_scores))


def wasserstein_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """max over D of E[D(x)] - E[D(G(z))], negated. Source: Arjovsky et al. 2017, eq. 2."""
    return tf.reduce_mean(fake_scores) - tf.reduce_mean(real_scores)


def raise_fake_scores(real_scores: Any, fake_scores: Any) -> Any:
    """max over G of E[D(G(z))], negated. Source: Miyato et al. 2018, eq. 17; Arjovsky et al. 2017, eq. 3."""
    return -tf.reduce_mean(fake_scores)


def relativistic_discriminator(real_scores: Any, fake_scores: Any) -> Any:
    """min over D of E[softplus(D(G(z)) - D(x))]. Source: Huang et al. 2024 (R3GAN), eq. 2."""
    return tf.reduce_mean(tf.nn.softplus(fake_scores - real_scores))


def relativistic_generator(real_scores: Any, fake_scores: Any) -> Any:
    """min over G of E[softplus(D(x) - D(G(z)))]."""
    return tf.reduce_mean(tf.nn.softplus(real_scores - fake_scores))


@dataclass(frozen=True)
class Objective:
    """Both sides of a game, each (real_scores (N,), fake_scores (N,)) -> scalar to minimise."""

    discriminator: Pair
    generator: Pair


OBJECTIVES: dict[str, Objective] = {
    "linear": Objective(linear_discriminator, linear_generator),
    "minimax": Objective(minimax_discriminator, minimax_generator),
    "nonsaturating": Objective(minimax_discriminator, nonsaturating_generator),
    "least-squares": Objective(least_squares_discriminator, least_squares_generator),
    "hinge": Objective(hinge_discriminator, raise_fake_scores),
    "wasserstein-gp": Objective(wasserstein_discriminator, raise_fake_scores),
    "relativistic": Objective(relativistic_discriminator, relativistic_generator),
}


def energy_distance(real: Any, fake: Any) -> Any:
    """(N, D) and (M, D) -> 2 E|x - y| - E|x - x'| - E|y - y'|, as a share of E|x - x'|, x real and y fake.

    Source: Szekely and Rizzo 2013, "Energy statistics", eq. 2.1; see `pinxit.objectives.energy`.
    """
    among_real, among_fake = (
        tf.reduce_sum(distances(some, some)) / (some.shape[0] * (some.shape[0] - 1)) for some in (real, fake)
    )
    across = tf.reduce_mean(distances(real, fake))
    return (2 * across - among_real - among_fake) / tf.maximum(among_real, 1e-6)


def distances(one: Any, other: Any) -> Any:
    """(N, D), (M, D) -> (N, M): Euclidean, with a slope of 0 and not of infinity where two are the same."""
    squares = tf.reduce_sum(tf.square(one), 1)[:, None] + tf.reduce_sum(tf.square(other), 1)
    squares = squares - 2 * tf.matmul(one, other, transpose_b=True)
    apart = squares > 1e-6
    return tf.where(apart, tf.sqrt(tf.where(apart, squares, 1)), 0)


def energy(real: Sequence[Any], fake: Sequence[Any]) -> Any:
    """Energy distance between two batches: taps of features by fields, and the pictures themselves, which come last."""
    fields = [FIELDS] * (len(real) - 1) + [PIXEL_FIELDS]
    apart = []
    for one, other, count in zip(real, fake, fields, strict=True):
        means = [adaptive_mean(look, count, count) for look in (one, other)]
        apart.append(energy_distance(*(tf.reshape(mean, (mean.shape[0], -1)) for mean in means)))
    return tf.add_n(apart)


def gaussian_with_best_width(errors: Any, narrowest: float = SHARPEST) -> Any:
    """Mean negative log-likelihood of `errors` under a normal distribution of the best width for them, nats a number.

    Source: Rybkin et al. 2021, "Simple and effective VAE training with calibrated decoders", eq. 4 and 5.
    """
    variance = tf.reduce_mean(tf.square(errors)) + narrowest**2
    return 0.5 * (tf.math.log(variance) + math.log(2 * math.pi) + 1)


def laplacian_with_best_width(errors: Any, narrowest: float = SHARPEST) -> Any:
    """The same under a Laplace distribution, whose width is the mean absolute error."""
    return tf.math.log(2 * (tf.reduce_mean(tf.abs(errors)) + narrowest)) + 1


def kl_to_normal(mean: Any, log_variance: Any) -> Any:
    """Divergence of N(mean, exp(log_variance)) from N(0, 1), number by number: (N, D), (N, D) -> (N, D), nats.

    Source: Kingma and Welling 2013, "Auto-encoding variational Bayes", appendix B.
    """
    return 0.5 * (tf.square(mean) + tf.exp(log_variance) - 1 - log_variance)


def with_free_bits(divergence: Any, bits: float) -> Any:
    """(N, D) nats -> scalar: what is to be lowered, when each of the D numbers may say so many bits for nothing.

    Source: Kingma et al. 2016, "Improved variational inference with inverse autoregressive flow", eq. 15.
    """
    return tf.reduce_sum(tf.maximum(tf.reduce_mean(divergence, axis=0), bits * math.log(2)))


def draw(mean: Any, log_variance: Any, noise: Any) -> Any:
    """A sample of N(mean, exp(log_variance)) from standard normal `noise`, all (N, D). Source: the same, section 2.4."""
    return mean + tf.exp(0.5 * log_variance) * noise


def gradient_penalty(score: Callable[[Any], Any], real: Any, fake: Any, shares: Any) -> Any:
    """How far the critic's slope is from 1 between real and fake pictures, squared -> (N,).

    score   pictures (N, H, W, C) -> scores (N,)
    shares  (N,) uniform in [0, 1): where between the two to look
    Source: Gulrajani et al. 2017, "Improved training of Wasserstein GANs", eq. 3.
    """
    real, fake = tf.stop_gradient(real), tf.stop_gradient(fake)
    between = fake + shares[:, None, None, None] * (real - fake)
    with tf.GradientTape() as tape:
        tape.watch(between)
        total = tf.reduce_sum(score(between))
    slope = tape.gradient(total, between)
    lengths = tf.sqrt(tf.reduce_sum(tf.square(slope), axis=(1, 2, 3)) + 1e-12)
    return tf.square(lengths - 1)


def scores_and_penalty(score: Callable[[Any], Any], pictures: Any) -> tuple[Any, Any]:
    """Scores (N,) of pictures (N, H, W, C), and the squared slope there (N,): R1 on real, R2 on fake pictures.

    Source: Mescheder et al. 2018, "Which training methods for GANs do actually converge?", eq. 9 and 10.
    """
    pictures = tf.stop_gradient(pictures)
    with tf.GradientTape() as tape:
        tape.watch(pictures)
        scores = score(pictures)
        total = tf.reduce_sum(scores)
    slope = tape.gradient(total, pictures)
    return scores, tf.reduce_sum(tf.square(slope), axis=(1, 2, 3))


def path_lengths(paint: Callable[[Any], Any], styles: Any, dice: Dice) -> Any:
    """How far pictures move, in random directions, for a step of their styles -> (N,).

    paint   styles (N, layers, D) -> pictures (N, H, W, C)
    Source: Karras et al. 2019, "Analyzing and improving the image quality of StyleGAN", eq. 4; see
    `pinxit.objectives.penalties.path_lengths`.
    """
    with tf.GradientTape() as tape:
        tape.watch(styles)
        pictures = paint(styles)
        count, rows, columns, channels = pictures.shape
        directions = tf.transpose(dice.normal(count, channels, rows, columns), (0, 2, 3, 1))
        moved = tf.reduce_sum(pictures * directions) / (rows * columns) ** 0.5
    slope = tape.gradient(moved, styles)
    return tf.sqrt(tf.reduce_mean(tf.reduce_sum(tf.square(slope), axis=2), axis=1) + 1e-12)
