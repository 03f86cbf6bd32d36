"""The parts of an autoencoder in Keras: see `networks.py`, whose names and numbers these are. No torch."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

from pinxit.families.vae.shape import SPREAD_LIMIT
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.doubling import GrowingConv
from pinxit.keras_training.layers import (
    BatchNorm,
    Conv,
    FirstGrid,
    HalvingConv,
    LabelEmbedding,
    Linear,
    Seamless,
    begin_scaled,
    through,
)


class Residual(keras.layers.Layer):
    """features + a 3x3 convolution of them, normalised before: (N, H, W, channels) -> the same shape."""

    trains_otherwise = True

    def __init__(self, channels: int, seamless: Seamless):
        super().__init__()
        self.norm = BatchNorm(channels)
        self.conv = Conv(channels, channels, 3, bias=False, seamless=seamless)
        begin_scaled(self.conv)
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """See the class."""
        return features + self.conv(tf.nn.silu(self.norm(features, training=training)))


class Shrink(keras.layers.Layer):
    """Halved as often as there are steps in `channels`."""

    def __init__(self, channels: Sequence[int], seamless: Seamless):
        super().__init__()
        layers: list[Any] = []
        for inputs, outputs in pairwise(channels):
            layers += [HalvingConv(inputs, outputs, bias=False), BatchNorm(outputs)]
            layers += [keras.layers.Activation("silu"), Residual(outputs, seamless)]
        self.layers = layers
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """(N, H, W, channels[0]) -> (N, H / 2^n, W / 2^n, channels[-1])."""
        return through(self.layers, features, training)


class Posterior(keras.layers.Layer):
    """A small grid (N, rows, columns, channels) and labels (N, columns) -> mean and log variance, each (N, latents)."""

    def __init__(self, channels: int, rows: int, columns: int, latents: int, class_counts: Sequence[int]):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, channels) if class_counts else None
        self.norm = BatchNorm(channels)
        self.linear = Linear(channels * rows * columns, 2 * latents)
        self.numbers = channels * rows * columns
        begin_scaled(self.linear, 0.5)
        self.built = True

    def call(self, features: Any, labels: Any, training: bool = False) -> tuple[Any, Any]:
        """See the class."""
        features = self.norm(features, training=training)
        if self.embed is not None:
            features = features + self.embed(labels)[:, None, None]
        said = self.linear(tf.reshape(tf.nn.silu(features), (-1, self.numbers)))
        mean, log_variance = tf.split(said, 2, axis=1)
        return mean, SPREAD_LIMIT * tf.tanh(log_variance / SPREAD_LIMIT)


class Enlarge(keras.layers.Layer):
    """Doubled as often as there are steps in `channels`; a `style` (N, style), if any, sets the gain of every channel."""

    def __init__(self, channels: Sequence[int], style: int, seamless: Seamless, *, thorough: bool):
        super().__init__()
        steps = list(pairwise(channels))
        self.doublings = [GrowingConv(inputs, outputs, seamless=seamless) for inputs, outputs in steps]
        self.norms = [BatchNorm(outputs) for _, outputs in steps]
        self.gains = [Linear(style, outputs) for _, outputs in steps if style]
        kept = steps if thorough else steps[:-1]
        self.residuals = [Residual(outputs, seamless) for _, outputs in kept]
        for gain in self.gains:
            begin_scaled(gain, 0.5)
        self.built = True

    def call(self, features: Any, style: Any = None, training: bool = False) -> Any:
        """(N, H, W, channels[0]) -> (N, 2^n H, 2^n W, channels[-1])."""
        for place, (doubling, norm) in enumerate(zip(self.doublings, self.norms, strict=True)):
            features = norm(doubling(features), training=training)
            if style is not None:
                features = features * (1 + self.gains[place](style))[:, None, None]
            features = tf.nn.silu(features)
            if place < len(self.residuals):
                features = self.residuals[place](features, training=training)
        return features


class Grow(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> features: a small grid, doubled again and again."""

    def __init__(
        self,
        latents: int,
        channels: Sequence[int],
        rows: int,
        columns: int,
        class_counts: Sequence[int],
        seamless: Seamless,
        **how: Any,
    ):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, latents) if class_counts else None
        style = latents * (2 if class_counts else 1)
        self.first = FirstGrid(style, channels[0], columns, rows)
        self.enlarge = Enlarge(channels, style, seamless, **how)
        begin_scaled(self.first.linear)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        style = latents if self.embed is None else tf.concat([latents, self.embed(labels)], axis=1)
        return self.enlarge(self.first(style), style, training=training)
