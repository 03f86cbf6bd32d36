"""The FastGAN-like trunk in Keras: see `pinxit.networks.gated`, whose numbers these are."""

from typing import Any

from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.doubling import GrowingConv
from pinxit.keras_training.layers import BatchNorm, Conv, FirstGrid, Linear, Seamless, adaptive_mean, begin_scaled
from pinxit.networks.grid import base_grid

MOST_WIDENING = 8
SKIPPED_LEVELS = 3


class Trunk(keras.layers.Layer):
    """Grows a picture from a style vector, by doubling. Arguments as those of PyTorch's."""

    def __init__(self, size: tuple[int, int], channels: int, *, style: int, width: int, seamless: Seamless = "no"):
        super().__init__()
        columns, rows, doublings = base_grid(*size)
        widths = [width * min(2 ** (doublings - level), MOST_WIDENING) for level in range(doublings + 1)]
        self.first = FirstGrid(style, 2 * widths[0], columns, rows, bias=False)
        self.usual = self.add_weight(
            shape=(1, 2 * widths[0], rows, columns), initializer=keras.initializers.RandomNormal(0, 1)
        )
        self.first_norm = BatchNorm(2 * widths[0])
        self.blocks = [
            UpBlock(widths[level], widths[level + 1], style, seamless=seamless) for level in range(doublings)
        ]
        self.excitations = [
            Excitation(widths[level - SKIPPED_LEVELS], widths[level]) for level in range(SKIPPED_LEVELS, doublings + 1)
        ]
        self.to_picture = Conv(widths[-1], channels, 3, seamless=seamless)
        begin_scaled(self.first.linear)
        begin_scaled(self.to_picture)
        self.built = True

    def grow(self, style: Any, training: bool) -> Any:
        """(N, style) -> (N, H, W, C), a picture before its tanh."""
        begun = self.first(style) + tf.transpose(self.usual.value, (0, 2, 3, 1))
        levels = [gate(self.first_norm(begun, training=training))]
        for level, block in enumerate(self.blocks, start=1):
            far = level - SKIPPED_LEVELS
            excitation = self.excitations[far](levels[far]) if far >= 0 else tf.ones(())
            levels.append(block(levels[-1], style, excitation, training=training))
        return self.to_picture(levels[-1])


class UpBlock(keras.layers.Layer):
    """Double and convolve, normalise, gate; then gains say how much each channel counts in each picture."""

    def __init__(self, inputs: int, outputs: int, style: int, *, seamless: Seamless):
        super().__init__()
        self.conv = GrowingConv(inputs, 2 * outputs, seamless=seamless)
        self.norm = BatchNorm(2 * outputs)
        self.gain = Linear(style, outputs)
        begin_scaled(self.gain, 0.5)
        self.built = True

    def call(self, features: Any, style: Any, excitation: Any, training: bool = False) -> Any:
        """(N, H, W, inputs), (N, style), gains (N, 1, 1, outputs) or () -> (N, 2H, 2W, outputs)."""
        gain = (1 + self.gain(style))[:, None, None] * excitation
        return gate(self.norm(self.conv(features), training=training)) * gain


class Excitation(keras.layers.Layer):
    """Skip-layer excitation: coarse features -> one gain in (0, 1) for each channel of fine ones."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.gather = Conv(inputs, outputs, 4, margin=0)
        self.weigh = Conv(outputs, outputs, 1)
        self.built = True

    def call(self, coarse: Any) -> Any:
        """(N, h, w, inputs) -> (N, 1, 1, outputs)."""
        return tf.sigmoid(self.weigh(tf.nn.silu(self.gather(adaptive_mean(coarse, 4, 4)))))


def gate(features: Any) -> Any:
    """Gated linear unit: (N, H, W, 2C) -> (N, H, W, C), the first half weighed by the second.

    Source: Dauphin et al. 2016, "Language modeling with gated convolutional networks".
    """
    values, weights = tf.split(features, 2, axis=-1)
    return values * tf.sigmoid(weights)
