"""Normalisation that needs no batch, and how varied a batch is, in TensorFlow: see `pinxit.networks.normalising`."""

import math
from typing import Any

from pinxit.keras_training.backend import tf


def pixel_norm(features: Any) -> Any:
    """(N, …, C) -> the same shape: every cell's C numbers scaled to a mean square of 1.

    Source: Karras et al. 2017, "Progressive growing of GANs", section 4.2.
    """
    return features * tf.math.rsqrt(tf.reduce_mean(tf.square(features), axis=-1, keepdims=True) + 1e-8)


def batch_spread(features: Any, group: int = 8) -> Any:
    """(N, h, w, C) -> (N / group, h, w, C): how much the pictures of a group differ, cell by cell.

    Picture n is in group n % (N / group). Source: Karras et al. 2017, section 3.
    """
    count = features.shape[0]
    group = math.gcd(count, group)
    grouped = tf.reshape(features, (group, count // group, *features.shape[1:]))
    variance = tf.reduce_mean(tf.square(grouped), axis=0) - tf.square(tf.reduce_mean(grouped, axis=0))
    return tf.sqrt(tf.maximum(variance, 0) + 1e-6)


def with_batch_spread(features: Any, group: int = 4) -> Any:
    """(N, h, w, C) -> (N, h, w, C + 1): one more channel, the mean of `batch_spread`, the same number in all cells."""
    spread = tf.reduce_mean(batch_spread(features, group), axis=(1, 2, 3))  # (N / group,)
    each = tf.tile(spread, [features.shape[0] // spread.shape[0]])[:, None, None, None]
    return tf.concat([features, tf.broadcast_to(each, (*features.shape[:3], 1))], axis=-1)


def layer_norm(features: Any) -> Any:
    """(N, C) -> the same shape: each row's numbers brought to mean 0 and variance 1.

    Source: Ba et al. 2016, "Layer normalization", eq. 3, without gain and offset.
    """
    mean, variance = tf.nn.moments(features, axes=[-1], keepdims=True)
    return (features - mean) * tf.math.rsqrt(variance + 1e-5)
