"""Equalised learning rate in Keras: see `pinxit.networks.equalised`, whose numbers these are."""

from typing import Any

import numpy as np

from pinxit.keras_training.backend import tf
from pinxit.keras_training.doubling import convolve_doubled, enlarged
from pinxit.keras_training.layers import GAIN, Conv, Linear, Seamless, with_bias


class EqualConv(Conv):
    """`layers.Conv` with an equalised learning rate. `gain` as in `layers.begin_scaled`."""

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int = 3,
        *,
        gain: float = GAIN,
        bias: bool = True,
        seamless: Seamless = "no",
    ):
        super().__init__(inputs, outputs, kernel, bias=bias, seamless=seamless)
        self.scale = gain / (inputs * kernel**2) ** 0.5
        begin_equal(self, 1.0)

    def ready_kernel(self, training: bool) -> Any:
        """The kernel to compute with."""
        layer: Any = self
        return layer.kernel.value * self.scale

    def torch_kernel(self) -> Any:
        """The same as (O, I, H, W)."""
        return tf.transpose(self.ready_kernel(training=False), (3, 2, 0, 1))


class EqualDoublingConv(EqualConv):
    """Nearest-neighbour doubling and a 3x3 convolution: (N, H, W, inputs) -> (N, 2H, 2W, outputs)."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """See the class."""
        weight = tf.transpose(self.torch_kernel(), (1, 0, 2, 3))
        return with_bias(self, convolve_doubled(inputs, weight, None, self.seamless))


class EqualHalvingConv(EqualConv):
    """A 3x3 convolution and the mean of every two by two cells: (N, H, W, inputs) -> (N, H/2, W/2, outputs)."""

    def call(self, inputs: Any, training: bool = False) -> Any:
        """See the class."""
        kernel = tf.transpose(enlarged(self.torch_kernel(), halving=True), (2, 3, 1, 0))
        padded = tf.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]])
        return with_bias(self, tf.nn.conv2d(padded, kernel, 2, "VALID"))


class EqualLinear(Linear):
    """A linear layer with an equalised learning rate.

    begin  what every bias begins at
    pace   the layer learns so many times as fast as others
    """

    def __init__(self, inputs: int, outputs: int, *, gain: float = GAIN, begin: float = 0.0, pace: float = 1.0):
        super().__init__(inputs, outputs)
        self.scale, self.pace = gain * pace / inputs**0.5, pace
        begin_equal(self, 1 / pace, begin / pace)

    def call(self, inputs: Any, training: bool = False) -> Any:
        """(N, inputs) -> (N, outputs)."""
        layer: Any = self
        return tf.matmul(inputs, layer.kernel.value * self.scale) + layer.bias.value * self.pace


def begin_equal(layer: Any, spread: float, bias: float = 0.0) -> None:
    """Normal weights of this spread; every bias the same."""
    layer.kernel.assign(np.random.normal(0.0, spread, layer.kernel.shape))
    if layer.use_bias:
        layer.bias.assign(np.full(layer.bias.shape, bias))
