"""Which caption belongs to which picture, in TensorFlow: the equations, names and sources of `pinxit.objectives.matching`."""

from typing import Any

from pinxit.keras_training.backend import tf
from pinxit.networks.vocabulary import SHARPNESS


def matching_loss(pictures: Any, captions: Any, known: Any, same: Any) -> Any:
    """How badly pictures and captions of a batch find each other by their vectors (N, D); scalar.

    known  (N,) bool: the picture has a caption
    same   (N, N) bool: the captions say the same, so that neither is a wrong one for the other's picture
    Source: Xu et al. 2017, "AttnGAN", eq. 10 to 12.
    """
    directions = [tf.math.l2_normalize(vectors, axis=1, epsilon=1e-24) for vectors in (pictures, captions)]
    likeness = SHARPNESS * tf.matmul(*directions, transpose_b=True)  # (N, N)
    right = tf.eye(likeness.shape[0], dtype=tf.bool)
    out = tf.logical_not(right) & (same | ~known[:, None] | ~known)
    likeness = tf.where(out, -float("inf"), likeness)
    found = tf.add_n([tf.linalg.diag_part(tf.nn.log_softmax(likeness, axis=axis)) for axis in (0, 1)])
    counted = tf.cast(known, tf.float32)
    return -tf.reduce_sum(found * counted) / tf.maximum(tf.reduce_sum(counted), 1.0)


def divergence_from_normal(mean: Any, log_variance: Any) -> Any:
    """KL(N(mean, variance) || N(0, 1)), averaged over dimensions and the batch: (N, D), (N, D) -> scalar.

    Source: Zhang et al. 2016, "StackGAN", eq. 2 and 4.
    """
    return tf.reduce_mean(tf.square(mean) + tf.exp(log_variance) - log_variance - 1) / 2


def mismatched_discriminator(right: Any, painted: Any, mismatched: Any, wrong: Any) -> Any:
    """A real picture with its caption should beat a painted one with that caption, and itself with a wrong one.

    right, painted, mismatched  scores (N,) of pairs; `wrong` (N,) bool: the other caption is indeed a wrong one
    Source: Reed et al. 2016, algorithm 1; Zhang et al. 2016, "StackGAN", eq. 3.
    """
    counted = tf.cast(wrong, tf.float32)
    fooled = tf.reduce_mean(tf.nn.softplus(painted - right))
    missed = tf.reduce_sum(tf.nn.softplus(mismatched - right) * counted) / tf.maximum(tf.reduce_sum(counted), 1.0)
    return (fooled + missed) / 2
