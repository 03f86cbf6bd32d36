"""What the two players of a GAN want, in TensorFlow: the equations, names and sources of `pinxit.objectives`.

Scores are raw numbers (N,), one for each picture: higher means "looks real". Pictures are (N, H, W, C).
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from pinxit.keras_training.backend import tf

Pair = Callable[[Any, Any], Any]


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
