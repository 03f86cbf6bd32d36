"""The generator of StyleGAN in Keras: see `generator.py`, whose names and numbers these are. No torch."""

from itertools import pairwise
from typing import Any

import numpy as np

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.shape import MEAN_HALF_LIFE, SOFT, channels_at, grain_maps
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.equalised import EqualLinear
from pinxit.keras_training.layers import GAIN, SLOPE, LabelEmbedding, Seamless, double, framed
from pinxit.keras_training.normalising import pixel_norm
from pinxit.networks.grid import base_grid


class Grain(keras.layers.Layer):
    """A picture's noise for one layer: its own few numbers mix fixed maps of white noise."""

    def __init__(self, grains: int, columns: int, rows: int, place: int):
        super().__init__()
        self.shape = (rows, columns, 1)
        self.maps = grain_maps(grains, columns, rows, place)
        self.built = True

    def call(self, shares: Any) -> Any:
        """(N, grains) normal -> (N, rows, columns, 1)."""
        return tf.reshape(tf.matmul(shares, self.maps), (-1, *self.shape))


class Modulated(keras.layers.Layer):
    """A convolution whose channels a style weighs: (N, H, W, inputs), (N, styles) -> (N, H, W, outputs).

    Scaling before and after one ordinary convolution: no kernel of each picture's own, which would be a grouped convolution
    that TensorFlow cannot differentiate twice on a processor. Source: Karras et al. 2019, eq. 1 and 3.
    """

    def __init__(
        self,
        inputs: int,
        outputs: int,
        kernel: int,
        styles: int,
        *,
        demodulate: bool,
        seamless: Seamless,
        gain: float = 1.0,
    ):
        super().__init__()
        self.demodulate = demodulate
        self.seamless: Seamless = seamless
        self.margin = kernel // 2
        self.weigh = EqualLinear(styles, inputs, gain=1.0, begin=1.0)
        begin = keras.initializers.RandomNormal(0.0, 1.0)
        self.weight = self.add_weight(shape=(outputs, inputs, kernel, kernel), initializer=begin, name="weight")
        self.scale = gain / (inputs * kernel**2) ** 0.5
        self.built = True

    def call(self, features: Any, style: Any) -> Any:
        """See the class. `features` may be one for all pictures: (1, H, W, inputs)."""
        gains = self.weigh(style)  # (N, inputs)
        weight = self.weight.value * self.scale
        weighed = framed(features * gains[:, None, None], self.margin, self.seamless)
        convolved = tf.nn.conv2d(weighed, tf.transpose(weight, (2, 3, 1, 0)), 1, "VALID")
        if not self.demodulate:
            return convolved
        variance = tf.matmul(tf.square(gains), tf.reduce_sum(tf.square(weight), axis=(2, 3)), transpose_b=True)
        return convolved * tf.math.rsqrt(variance + 1e-8)[:, None, None]


class Layer(keras.layers.Layer):
    """A modulated convolution, enlarged where `up`, with grain, bias and leaky ReLU."""

    def __init__(
        self, inputs: int, outputs: int, styles: int, grain: Grain | None, *, up: bool = False, seamless: Seamless
    ):
        super().__init__()
        self.up = up
        self.seamless: Seamless = seamless
        self.convolve = Modulated(inputs, outputs, 3, styles, demodulate=True, seamless=seamless)
        self.grain = grain
        strength = self.add_weight(shape=(), initializer="zeros", name="grain_strength") if grain else None
        self.grain_strength = strength
        self.bias = self.add_weight(shape=(outputs,), initializer="zeros", name="bias")
        self.built = True

    def call(self, features: Any, style: Any, grains: Any = None) -> Any:
        """(N, H, W, inputs), (N, styles), (N, grains) or None -> (N, H or 2H, W or 2W, outputs)."""
        features = self.convolve(features, style)
        if self.up:
            features = double(features, self.seamless)
        if self.grain is not None and self.grain_strength is not None and grains is not None:
            features = features + self.grain(grains) * self.grain_strength.value
        return tf.nn.leaky_relu(features + self.bias.value, SLOPE) * GAIN


class Block(keras.layers.Layer):
    """One size: its layers (the first of which doubles, but for the smallest size), and what it adds to the picture."""

    def __init__(
        self, inputs: int, outputs: int, channels: int, styles: int, grains: list[Grain] | None, seamless: Seamless
    ):
        super().__init__()
        first, last = grains or [None, None]
        layers = [Layer(outputs, outputs, styles, last, seamless=seamless)]
        if inputs:
            layers.insert(0, Layer(inputs, outputs, styles, first, up=True, seamless=seamless))
        self.layers = layers
        self.paint = Modulated(outputs, channels, 1, styles, demodulate=False, seamless="no", gain=SOFT)
        self.colour = self.add_weight(shape=(channels,), initializer="zeros", name="colour")
        self.built = True


class Generator(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> pictures (N, H, W, C), in [-1, 1]; with `critic=pixels` beyond it while
    training, as in the papers. `map` and `synthesise` are its two halves.
    """

    def __init__(self, settings: StyleganSettings, canvas: Canvas):
        super().__init__()
        self.numbers, self.latents = settings.latents, settings.latents + settings.grains
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = channels_at(settings, doublings)[::-1]
        self.class_counts = canvas.class_counts
        self.embed = LabelEmbedding(canvas.class_counts, settings.latents) if canvas.classes else None
        widths = [settings.latents * (2 if canvas.classes else 1), *[settings.styles] * settings.mapping]
        self.mapping = [EqualLinear(*pair, pace=settings.mapping_pace) for pair in pairwise(widths)]
        means = (1 + sum(canvas.class_counts), settings.styles)
        self.means = self.add_weight(shape=means, initializer="zeros", trainable=False, name="means")
        begin = keras.initializers.RandomNormal(0.0, 1.0)
        self.beginning = self.add_weight(shape=(channels[0], rows, columns), initializer=begin, name="beginning")
        blocks = []
        for level, (inputs, outputs) in enumerate(pairwise([0, *channels])):
            side = (columns * 2**level, rows * 2**level)
            grains = [Grain(settings.grains, *side, 2 * level + order) for order in (0, 1)] if settings.grains else None
            blocks.append(Block(inputs, outputs, canvas.channels, settings.styles, grains, settings.seamless))
        self.blocks = blocks
        self.seamless: Seamless = settings.seamless
        self.depth = 2 * len(channels)
        self.bounded = settings.critic == "features"
        self.built = True

    def call(self, latents: Any, labels: Any, truncation: Any = None, training: bool = False) -> Any:
        """See the class. `truncation` as in `map`."""
        return self.synthesise(self.map(latents, labels, truncation), latents[:, self.numbers :], training=training)

    def map(self, latents: Any, labels: Any, truncation: Any = None) -> Any:
        """(N, latents), (N, columns) -> styles (N, styles).

        truncation  how far from the mean style of pictures with these labels: 0 the mean itself, 1 or None as trained
        """
        style = pixel_norm(latents[:, : self.numbers])
        if self.embed is not None:
            style = tf.concat([style, pixel_norm(self.embed(labels))], axis=1)
        for layer in self.mapping:
            style = tf.nn.leaky_relu(layer(style), SLOPE)
        if truncation is None:
            return style
        mean = self.mean_style(labels)
        return mean + truncation * (style - mean)

    def synthesise(self, styles: Any, grains: Any, *, training: bool = False) -> Any:
        """Styles (N, styles) or (N, depth, styles), and grains (N, grains) -> pictures."""
        own = [styles] * self.depth if len(styles.shape) == 2 else tf.unstack(styles, self.depth, axis=1)
        features = tf.transpose(self.beginning.value, (1, 2, 0))[None]
        pictures: Any = None
        for level, block in enumerate(self.blocks):
            # A picture is painted in the style of the layer that comes next, as in the paper: 2 styles for each size.
            for order, layer in enumerate(block.layers, start=2 * level + 1 - len(block.layers)):
                features = layer(features, own[order], grains)
            added = block.paint(features, own[2 * level + 1]) + block.colour.value
            pictures = added if pictures is None else double(pictures, self.seamless) + added
        if self.bounded:
            return tf.tanh(pictures)
        return pictures if training else tf.clip_by_value(pictures, -1, 1)

    def mean_style(self, labels: Any) -> Any:
        """(N, columns) -> (N, styles): the mean style of all, moved by what is known of each label that is given."""
        means = self.means.value
        mean = means[:1]
        first = 1
        for column, count in enumerate(self.class_counts):
            if not count:  # a number: no mean of its own
                continue
            given = tf.cast(labels[:, column : column + 1] >= 0, tf.float32)
            mean = mean + given * (tf.gather(means, first + tf.maximum(labels[:, column], 0)) - means[:1])
            first += count
        return mean

    def remember(self, styles: Any, labels: Any) -> None:
        """Follow the mean styles: (N, styles) of these labels (N, columns) have just been painted with."""
        member = [tf.ones((styles.shape[0], 1))]
        member += [
            tf.cast(labels[:, column : column + 1] == np.arange(count), tf.float32)
            for column, count in enumerate(self.class_counts)
        ]
        member = tf.concat(member, axis=1)  # (N, 1 + classes)
        counts = tf.reduce_sum(member, axis=0)[:, None]
        now = tf.matmul(member, tf.stop_gradient(styles), transpose_a=True) / tf.maximum(counts, 1)
        share = 1 - tf.pow(0.5, counts / MEAN_HALF_LIFE)
        self.means.assign(self.means.value + share * (now - self.means.value))
