"""StackGAN's painter in Keras: see `generator.py`, whose names and numbers these are. No torch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

import numpy as np

from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings, sketch_size
from pinxit.families.stackgan.shape import BLOCKS, FIRST_SPREAD
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.captions import caption_reader
from pinxit.keras_training.gated import MOST_WIDENING, Trunk, UpBlock
from pinxit.keras_training.layers import (
    GAIN,
    SLOPE,
    BatchNorm,
    Conv,
    LabelEmbedding,
    Linear,
    Seamless,
    begin_scaled,
    double,
)
from pinxit.keras_training.matching import divergence_from_normal
from pinxit.networks.grid import base_grid


class Painted(NamedTuple):
    """A sketch (N, h, w, C), the picture (N, H, W, C) or None while only sketches are learned, and the divergences."""

    sketch: Any
    picture: Any
    divergence: Any


class Generator(keras.layers.Layer):
    """latents (N, `latents`) and labels (N, columns + T) -> pictures (N, H, W, C) in [-1, 1], alpha premultiplied.

    The last T columns are the pieces of the caption; how latents are parted stands in `generator.py`.
    """

    def __init__(self, settings: StackganSettings, canvas: Canvas):
        super().__init__()
        assert canvas.vocabulary is not None, "this family paints from captions"
        small, full = sketch_size(canvas.width, canvas.height), (canvas.width, canvas.height)
        self.columns, self.parted = len(canvas.class_counts), (settings.latents, settings.condition, settings.condition)
        self.latents = sum(self.parted)
        self.reader = caption_reader(canvas.vocabulary, settings.sentence)
        self.embed = LabelEmbedding(canvas.class_counts, settings.condition) if canvas.class_counts else None
        named = settings.condition * (2 if self.embed else 1)
        self.conditions = [Conditioning(settings.sentence, settings.condition) for _ in range(2)]
        style, seamless = settings.latents + named, settings.seamless
        self.first = Trunk(small, canvas.channels, style=style, width=settings.sketch_width, seamless=seamless)
        self.second = Refiner(small, full, canvas.channels, named, settings.width, seamless)
        self.built = True

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """See the class."""
        return self.paint(latents, labels, self.read(labels), training=training).picture

    def read(self, labels: Any) -> Any:
        """(N, columns + T) -> the vectors of the captions (N, sentence)."""
        return self.reader(self.words(labels))

    def words(self, labels: Any) -> Any:
        """(N, columns + T) -> the pieces of the captions (N, T)."""
        return labels[:, self.columns :]

    def paint(
        self, latents: Any, labels: Any, captions: Any, *, learning: Sequence[int] = (0, 1), training: bool = False
    ) -> Painted:
        """(N, latents), (N, columns + T), captions as `read` gives them (N, sentence) -> both stages.

        learning  which stages learn: nothing flows back into the first where it does not, and the second is not painted
                  where it does not
        """
        kept = tf.identity if 0 in learning else tf.stop_gradient
        noise, *chances = tf.split(latents, self.parted, axis=1)
        named = [kept(self.embed(labels))] if self.embed is not None else []
        first, apart = self.conditions[0](captions, chances[0])
        sketch = kept(self.first.grow(tf.concat([noise, first, *named], axis=1), training))
        if 1 not in learning:
            return Painted(tf.tanh(sketch), None, apart)
        second, further = self.conditions[1](captions, chances[1])
        refined = self.second(sketch, tf.concat([second, *named], axis=1), training=training)
        return Painted(tf.tanh(sketch), tf.tanh(refined), kept(apart) + further)


class Conditioning(keras.layers.Layer):
    """Conditioning augmentation: a caption names a small cloud of conditions, and chance picks one of it.

    Source: Zhang et al. 2016, "StackGAN", section 3.2.
    """

    def __init__(self, features: int, condition: int):
        super().__init__()
        self.tell = Linear(features, 2 * condition)
        begin_scaled(self.tell)
        bias: Any = self.tell.bias
        bias.assign(np.repeat([0.0, FIRST_SPREAD], condition))
        self.built = True

    def call(self, captions: Any, chance: Any) -> tuple[Any, Any]:
        """(N, features), (N, condition) standard normal -> conditions (N, condition), and their divergence, a scalar."""
        mean, log_variance = tf.split(self.tell(captions), 2, axis=1)
        return mean + tf.exp(log_variance / 2) * chance, divergence_from_normal(mean, log_variance)


class Refiner(keras.layers.Layer):
    """The second stage: looks at the sketch and the condition, and says what is to be changed. See `generator.py`."""

    def __init__(
        self, small: tuple[int, int], full: tuple[int, int], channels: int, style: int, width: int, seamless: Seamless
    ):
        super().__init__()
        self.seamless: Seamless = seamless
        self.doublings = (full[0] // small[0]).bit_length() - 1
        halvings = base_grid(*small)[2] - 2  # to 16 to 28 cells along the shorter side
        ups = halvings + self.doublings
        widths = [width * min(2 ** (ups - level), MOST_WIDENING) for level in range(ups + 1)]
        self.enter = Conv(channels, widths[0], 3, seamless=seamless)
        self.shrink = [Normed(widths[0], widths[0], stride=2, seamless=seamless) for _ in range(halvings)]
        self.join = Normed(widths[0] + style, widths[0], kernel=1, seamless=seamless)
        self.think = [Residual(widths[0], seamless) for _ in range(BLOCKS)]
        self.grow = [UpBlock(widths[level], widths[level + 1], style, seamless=seamless) for level in range(ups)]
        self.to_picture = Conv(widths[-1], channels, 3, seamless=seamless)
        begin_scaled(self.enter, GAIN)
        begin_scaled(self.to_picture, 0.0)
        self.built = True

    def call(self, sketch: Any, style: Any, training: bool = False) -> Any:
        """(N, h, w, C) before its tanh, (N, style) -> (N, H, W, C) before its tanh."""
        seen = tf.nn.leaky_relu(self.enter(tf.tanh(sketch)), SLOPE)
        for layer in self.shrink:
            seen = layer(seen, training=training)
        beside = style[:, None, None] * tf.ones((*seen.shape[1:3], 1))
        seen = self.join(tf.concat([seen, beside], axis=-1), training=training)
        for block in self.think:
            seen = block(seen, training=training)
        for block in self.grow:
            seen = block(seen, style, tf.ones(()), training=training)
        for _ in range(self.doublings):
            sketch = double(sketch, self.seamless)
        return sketch + self.to_picture(seen)


class Normed(keras.layers.Layer):
    """Convolve, normalise over the batch, leak."""

    def __init__(self, inputs: int, outputs: int, *, kernel: int = 3, stride: int = 1, seamless: Seamless):
        super().__init__()
        self.conv = Conv(inputs, outputs, kernel, stride=stride, bias=False, seamless=seamless)
        self.norm = BatchNorm(outputs)
        begin_scaled(self.conv, GAIN)
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """(N, H, W, inputs) -> (N, H / stride, W / stride, outputs)."""
        return tf.nn.leaky_relu(self.norm(self.conv(features), training=training), SLOPE)


class Residual(keras.layers.Layer):
    """Two convolutions beside a way straight through."""

    def __init__(self, channels: int, seamless: Seamless):
        super().__init__()
        self.first = Normed(channels, channels, seamless=seamless)
        self.second = Conv(channels, channels, 3, seamless=seamless)
        begin_scaled(self.second, 0.5)
        self.built = True

    def call(self, features: Any, training: bool = False) -> Any:
        """(N, H, W, channels) -> the same shape."""
        return features + self.second(self.first(features, training=training))
