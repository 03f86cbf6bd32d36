"""Caption readers in Keras: see `pinxit.networks.captions`, whose names and numbers these are."""

from typing import Any

from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.layers import GAIN, SLOPE, Linear, begin_scaled
from pinxit.keras_training.normalising import layer_norm
from pinxit.networks.vocabulary import LAYERS, MINILM, NOTHING, REACH, Vocabulary


class CaptionEncoder(keras.layers.Layer):
    """Embeds each piece, lets neighbours talk (convolutions), and keeps the strongest answer of each channel.

    Source: Kim 2014, "Convolutional neural networks for sentence classification".
    """

    def __init__(self, pieces: int, features: int):
        super().__init__()
        begin = keras.initializers.RandomNormal(0.0, 1.0)
        self.embedding = self.add_weight(shape=(features, pieces), initializer=begin, name="embedding")
        self.layers = [keras.layers.Conv1D(features, REACH, padding="same") for _ in range(LAYERS)]
        self.out = Linear(features, features)
        for layer in self.layers:
            layer.build((None, None, features))
            begin_scaled(layer, GAIN)
        begin_scaled(self.out)
        self.built = True

    def call(self, words: Any) -> Any:
        """(N, T) int64, -1 behind the end -> (N, features); all zero for an empty caption."""
        there = (words >= 0)[:, :, None]  # (N, T, 1)
        heard = tf.cast(there, tf.float32)
        talk = tf.transpose(tf.gather(self.embedding.value, tf.maximum(words, 0), axis=1), (1, 2, 0)) * heard
        for layer in self.layers:
            talk = (talk + tf.nn.leaky_relu(layer(talk), SLOPE)) * heard
        strongest = tf.reduce_max(tf.where(there, talk, -float("inf")), axis=1)
        some = tf.reduce_any(there, axis=1)  # (N, 1)
        return layer_norm(self.out(tf.where(some, strongest, 0.0))) * tf.cast(some, tf.float32)


def caption_reader(vocabulary: Vocabulary, features: int) -> Any:
    """What reads captions in the pieces of `vocabulary`: (N, T) int64 -> (N, features)."""
    assert vocabulary.reader != MINILM, "families declare that this is there in PyTorch only"
    return CaptionEncoder(len(vocabulary.pieces), features)


def told(words: Any) -> Any:
    """(N, T) -> (N,) bool: there is a caption."""
    return tf.reduce_any(words != NOTHING, axis=1)


def alike(words: Any) -> Any:
    """(N, T) -> (N, N) bool: captions that are the same word for word."""
    return tf.reduce_all(words[:, None] == words, axis=2)


def wrongly_paired(words: Any) -> Any:
    """(N, T) -> (N,) bool: the caption of the picture before is a wrong one for this picture."""
    before = tf.roll(words, 1, axis=0)
    return told(words) & told(before) & tf.reduce_any(words != before, axis=1)
