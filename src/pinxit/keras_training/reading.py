"""Reading labels by frozen features in Keras: see `pinxit.networks.reading`, whose names these are."""

from collections.abc import Sequence
from typing import Any

from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import adaptive_mean
from pinxit.networks.lite0 import READ_FIELDS, TAP_CHANNELS, TAP_SPREADS


def by_fields(taps: Sequence[Any]) -> Any:
    """Taps (N, h, w, C) -> (N, D), channel by channel as in PyTorch."""
    parts = []
    for tap, spread, side in zip(taps, TAP_SPREADS, READ_FIELDS, strict=False):
        fields = adaptive_mean(tap / spread, side, side)
        parts.append(tf.reshape(tf.transpose(fields, (0, 3, 1, 2)), (fields.shape[0], -1)))
    return tf.concat(parts, axis=1)


class LabelReader(keras.layers.Layer):
    """One linear classifier for each column of classes. Source: Odena et al. 2017."""

    def __init__(self, taps: int, class_counts: Sequence[int]):
        super().__init__()
        width = sum(channels * side**2 for channels, side in zip(TAP_CHANNELS[:taps], READ_FIELDS, strict=False))
        self.read = [place for place, count in enumerate(class_counts) if count]
        self.columns = [keras.layers.Dense(class_counts[place], kernel_initializer="zeros") for place in self.read]
        for column in self.columns:
            column.build((None, width))
        self.built = True

    def call(self, taps: Sequence[Any], labels: Any) -> Any:
        """Taps, labels (N, columns), -1 not given -> cross-entropy (columns,); 0 for a column that no picture has."""
        features, told = by_fields(taps), []
        for place, column in zip(self.read, self.columns, strict=True):
            known = tf.cast(labels[:, place] >= 0, tf.float32)
            missed = tf.nn.sparse_softmax_cross_entropy_with_logits(tf.maximum(labels[:, place], 0), column(features))
            told.append(tf.reduce_sum(missed * known) / tf.maximum(tf.reduce_sum(known), 1.0))
        return tf.stack(told)

    def size(self) -> Any:
        """The squares of all weights, summed: what `READ_DECAY` is of."""
        return tf.add_n([tf.reduce_sum(tf.square(weights.value)) for weights in self.trainable_variables])
