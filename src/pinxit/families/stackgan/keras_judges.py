"""StackGAN's critics and matchers in Keras: see `judges.py`, whose names and numbers these are. No torch."""

from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.critics import Critic, PixelCritic, SpectralConv
from pinxit.keras_training.layers import GAIN, SLOPE, Conv, Linear, adaptive_mean, begin_scaled
from pinxit.networks.lite0 import FIELDS, TAP_CHANNELS, TAP_SPREADS

SEEN_CHANNELS = sum(TAP_CHANNELS)


def fields_of(taps: list[Any]) -> Any:
    """Frozen features at all depths -> (N, 4, 4, SEEN_CHANNELS), each depth brought to a spread of about 1."""
    pooled = [adaptive_mean(tap, FIELDS, FIELDS) for tap in taps]
    return tf.concat([tap / spread for tap, spread in zip(pooled, TAP_SPREADS, strict=True)], axis=-1)


class Matcher(keras.layers.Layer):
    """Frozen features of a picture -> a vector (N, features) like that of its caption."""

    def __init__(self, width: int, features: int):
        super().__init__()
        self.mix = Conv(SEEN_CHANNELS, width, 1)
        self.look = Conv(width, width, 3)
        self.tell = Linear(width * FIELDS * FIELDS, features)
        begin_scaled(self.mix, GAIN)
        begin_scaled(self.look, GAIN)
        begin_scaled(self.tell)
        self.built = True

    def call(self, fields: Any) -> Any:
        """(N, 4, 4, SEEN_CHANNELS) -> (N, features)."""
        mixed = tf.nn.leaky_relu(self.mix(fields), SLOPE)
        seen = tf.nn.leaky_relu(self.look(mixed), SLOPE)
        return self.tell(tf.reshape(tf.transpose(seen, (0, 3, 1, 2)), (seen.shape[0], -1)))


class PairCritic(keras.layers.Layer):
    """Whether a picture and a caption belong together and the picture is real.

    Source: Zhang et al. 2016, "StackGAN", section 3.3.3; 2017, "StackGAN++", eq. 9.
    """

    def __init__(self, width: int, features: int):
        super().__init__()
        self.see = SpectralConv(SEEN_CHANNELS, width, 1)
        self.tell = Linear(features, width)
        self.join = SpectralConv(2 * width, width, 1)
        self.look = SpectralConv(width, width, 3)
        self.score = SpectralConv(width, 1, 1)
        begin_scaled(self.tell)
        self.built = True

    def call(self, fields: Any, caption: Any, training: bool = False) -> Any:
        """(N, 4, 4, SEEN_CHANNELS), (N, features) -> (N,)."""
        seen = tf.nn.leaky_relu(self.see(fields, training=training), SLOPE)
        both = tf.concat([seen, tf.tile(self.tell(caption)[:, None, None], [1, FIELDS, FIELDS, 1])], axis=-1)
        joined = tf.nn.leaky_relu(self.join(both, training=training), SLOPE)
        looked = tf.nn.leaky_relu(self.look(joined, training=training), SLOPE)
        return tf.reduce_mean(self.score(looked, training=training), axis=(1, 2, 3))


class Judges(keras.layers.Layer):
    """The critics of one stage: of features, of pixels, and of pairs of picture and caption."""

    def __init__(self, settings: StackganSettings, canvas: Canvas, seed: int):
        super().__init__()
        counts = canvas.class_counts
        self.features = Critic(settings.taps, settings.critic_width, class_counts=counts, seed=seed)
        self.pixels = PixelCritic(canvas.channels, settings.pixel_width, counts)
        self.pairs = PairCritic(2 * settings.critic_width, settings.sentence)
        self.built = True
