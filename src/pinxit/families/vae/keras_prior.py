"""The flow of `prior.py` in Keras: where seeds land among the encodings of pictures. No torch."""

from collections.abc import Sequence
from typing import Any

import numpy as np

from pinxit.families.vae.shape import HIDDEN, LABEL_FEATURES, MOST_STRETCH, STEPS
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import LabelEmbedding, Linear, begin_scaled


class Coupling(keras.layers.Layer):
    """One half of the numbers says how the other half is stretched and moved, so that both ways are known exactly."""

    def __init__(self, length: int, labels: int, order: np.ndarray):
        super().__init__()
        self.kept = length // 2
        self._order, self._back = order, order.argsort()
        self.look = Linear(self.kept + labels, HIDDEN)
        self.think = Linear(HIDDEN, HIDDEN)
        self.say = Linear(HIDDEN, 2 * (length - self.kept))
        begin_scaled(self.look, 2**0.5)
        begin_scaled(self.think, 2**0.5)
        begin_scaled(self.say, 0.0)
        self.built = True

    def stretch_and_move(self, kept: Any, labels: Any) -> tuple[Any, Any]:
        """(N, kept), (N, labels) -> log stretch and move of the others, each (N, length - kept)."""
        thought = tf.nn.silu(self.think(tf.nn.silu(self.look(tf.concat([kept, labels], axis=1)))))
        stretch, move = tf.split(self.say(thought), 2, axis=1)
        return MOST_STRETCH * tf.tanh(stretch / MOST_STRETCH), move

    def call(self, latents: Any, labels: Any) -> Any:
        """From the side of seeds to the side of pictures: (N, length) -> (N, length)."""
        kept, others = latents[:, : self.kept], latents[:, self.kept :]
        stretch, move = self.stretch_and_move(kept, labels)
        return tf.gather(tf.concat([kept, others * tf.exp(stretch) + move], axis=1), self._back, axis=1)

    def inverse(self, encoded: Any, labels: Any) -> tuple[Any, Any]:
        """Back again, and the logarithm of how much volumes change on the way back: (N, length), (N,)."""
        ordered = tf.gather(encoded, self._order, axis=1)
        kept, others = ordered[:, : self.kept], ordered[:, self.kept :]
        stretch, move = self.stretch_and_move(kept, labels)
        return tf.concat([kept, (others - move) * tf.exp(-stretch)], axis=1), -tf.reduce_sum(stretch, axis=1)


class Flow(keras.layers.Layer):
    """Latents of seeds, standard normal, to encodings of pictures and back."""

    def __init__(self, length: int, class_counts: Sequence[int]):
        super().__init__()
        self.embed = LabelEmbedding(class_counts, LABEL_FEATURES) if class_counts else None
        labels = LABEL_FEATURES if class_counts else 0
        dealt = np.concatenate([np.arange(0, length, 2), np.arange(1, length, 2)])
        self.steps = [Coupling(length, labels, dealt) for _ in range(STEPS)]
        self.built = True

    def call(self, latents: Any, labels: Any) -> Any:
        """(N, length) from seeds, labels (N, columns) -> (N, length) as encoders say them."""
        told = self.told(labels)
        for step in self.steps:
            latents = step(latents, told)
        return latents

    def inverse(self, encoded: Any, labels: Any) -> tuple[Any, Any]:
        """(N, length) as encoders say them -> (N, length) as seeds give them, and the log change of volume (N,)."""
        told, change = self.told(labels), 0.0
        for step in reversed(self.steps):
            encoded, changed = step.inverse(encoded, told)
            change = change + changed
        return encoded, change

    def told(self, labels: Any) -> Any:
        """(N, columns) -> (N, features); no features without labels."""
        return self.embed(labels) if self.embed is not None else tf.zeros((tf.shape(labels)[0], 0))
