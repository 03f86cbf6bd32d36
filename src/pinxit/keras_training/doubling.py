"""Doubling or halving and a 3x3 convolution as one, in Keras: see `pinxit.networks.doubling` and `networks.layers.Enlarged`."""

from typing import Any

import numpy as np

from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import Seamless, wrap, wraps

SUMS = np.array([[0, 0, 1], [0, 1, 1], [1, 1, 0], [1, 0, 0]], np.float32)


def enlarged(kernel: Any, *, halving: bool) -> Any:
    """(A, B, 3, 3) -> (A, B, 4, 4): the kernel that does the same in one pass with a doubling before it, or a halving after."""
    sums = SUMS[::-1] / 2 if halving else SUMS
    return tf.einsum("abhw,yh,xw->abyx", kernel, sums, sums)


def convolve_doubled(features: Any, weight: Any, bias: Any, seamless: Seamless) -> Any:
    """(N, H, W, inputs), weight (inputs, outputs, 3, 3), bias (outputs,) or None -> (N, 2H, 2W, outputs)."""
    kernel = tf.transpose(enlarged(weight, halving=False), (2, 3, 1, 0))
    wrapped = wrap(features, 1, seamless)
    shape: Any = [tf.shape(features)[0], 2 * wrapped.shape[1], 2 * wrapped.shape[2], kernel.shape[2]]
    doubled = tf.nn.conv2d_transpose(wrapped, kernel, shape, strides=2, padding="SAME")
    if wraps(seamless, "x"):
        doubled = doubled[:, :, 2:-2]
    if wraps(seamless, "y"):
        doubled = doubled[:, 2:-2]
    return doubled if bias is None else tf.nn.bias_add(doubled, bias)


class GrowingConv(keras.layers.Layer):
    """Nearest-neighbour doubling and a 3x3 convolution: (N, H, W, inputs) -> (N, 2H, 2W, outputs). Without bias."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.seamless: Seamless = seamless
        begin = keras.initializers.RandomNormal(0.0, (9 * inputs) ** -0.5)
        self.weight = self.add_weight(shape=(inputs, outputs, 3, 3), initializer=begin, name="weight")
        self.built = True

    def call(self, features: Any) -> Any:
        """See the class."""
        return convolve_doubled(features, self.weight.value, None, self.seamless)
