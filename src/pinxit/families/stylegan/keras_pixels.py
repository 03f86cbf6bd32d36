"""StyleGAN2's own side of the game in Keras: the critic of `critic.py`, the game of `pixels.py`. No torch."""

from itertools import pairwise
from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.stylegan.entry import StyleganSettings
from pinxit.families.stylegan.shape import HALF, channels_at
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.equalised import EqualConv, EqualLinear
from pinxit.keras_training.layers import GAIN, SLOPE, LabelEmbedding, halve, projection
from pinxit.keras_training.losses import minimax_discriminator, nonsaturating_generator, scores_and_penalty
from pinxit.keras_training.normalising import with_batch_spread
from pinxit.networks.grid import base_grid


def activate(features: Any) -> Any:
    """Leaky ReLU."""
    return tf.nn.leaky_relu(features, SLOPE)


class Residual(keras.layers.Layer):
    """Half the size: (N, H, W, inputs) -> (N, H/2, W/2, outputs)."""

    def __init__(self, inputs: int, outputs: int):
        super().__init__()
        self.look = EqualConv(inputs, inputs)
        self.widen = EqualConv(inputs, outputs, gain=GAIN * HALF)
        self.skip = EqualConv(inputs, outputs, 1, gain=HALF, bias=False)
        self.built = True

    def call(self, features: Any) -> Any:
        """See the class."""
        return activate(self.widen(halve(activate(self.look(features))))) + self.skip(halve(features))


class Critic(keras.layers.Layer):
    """pictures (N, H, W, C), labels (N, columns) -> scores (N,), raw."""

    def __init__(self, settings: StyleganSettings, canvas: Canvas):
        super().__init__()
        columns, rows, doublings = base_grid(canvas.width, canvas.height)
        channels = channels_at(settings, doublings)
        last = channels[-1]
        self.read = EqualConv(canvas.channels, channels[0], 1)
        self.blocks = [Residual(*pair) for pair in pairwise(channels)]
        self.look = EqualConv(last + 1, last)
        self.gather = EqualLinear(last * columns * rows, last)
        self.score = EqualLinear(last, 1, gain=1.0)
        self.embed = LabelEmbedding(canvas.class_counts, last) if canvas.classes else None
        self.built = True

    def call(self, pictures: Any, labels: Any) -> Any:
        """See the class."""
        features = activate(self.read(pictures))
        for block in self.blocks:
            features = block(features)
        features = activate(self.look(with_batch_spread(features)))
        features = activate(self.gather(tf.reshape(features, (features.shape[0], -1))))
        scores = tf.reshape(self.score(features), (-1,))
        return scores if self.embed is None else scores + projection(features, self.embed(labels))


class PixelGame:
    """Has the shape of `keras_training.feature_game.FeatureGame`, and stands in its place with `critic=pixels`."""

    def __init__(self, settings: StyleganSettings, canvas: Canvas, dice: Dice):
        self.settings, self.dice = settings, dice
        self.seeing = Critic(settings, canvas)
        self.parts: dict[str, Any] = {"critic": self.seeing}

    def penalises(self, seen: int) -> bool:
        """Whether the slope is penalised in the step after `seen` pictures."""
        return seen // self.settings.batch % self.settings.penalty_every == 0

    def generator_loss(
        self, painted: Any, pictures: Any, labels: Any, strength: Any, *, augmenting: bool
    ) -> tuple[Any, dict[str, Any], tuple[Any, ...]]:
        """Be taken for real. Source: Goodfellow et al. 2014, section 3 (nonsaturating).

        Also returns what the critic's own turn takes before the labels.
        """

        def look(seen: Any) -> Any:
            return as_judged(seen, self.settings.seamless, strength, self.dice, augmenting=augmenting)

        fake = look(painted)
        fake_scores = self.seeing(fake, labels)
        loss = nonsaturating_generator(fake_scores, fake_scores)
        return loss, {"generator_loss": loss}, (look, pictures, tf.stop_gradient(fake))

    def critic_loss(
        self, look: Any, pictures: Any, fake: Any, labels: Any, *, penalise: bool
    ) -> tuple[Any, dict[str, Any]]:
        """The critic's side, now and then with R1 at real pictures (as the critic sees them)."""
        real = look(pictures)

        def score(seen: Any) -> Any:
            return self.seeing(seen, labels)

        real_scores, slopes = scores_and_penalty(score, real) if penalise else (score(real), None)
        fake_scores = score(fake)
        played = loss = minimax_discriminator(real_scores, fake_scores)
        if slopes is not None:
            loss = loss + self.settings.gamma / 2 * self.settings.penalty_every * tf.reduce_mean(slopes)
        news = {
            "critic_loss": played,
            "real_score": tf.reduce_mean(real_scores),
            "fake_score": tf.reduce_mean(fake_scores),
            "sure_of_real": tf.reduce_mean(tf.sign(real_scores)),
        }
        return loss, news

    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores (N,) of the critic."""
        return self.seeing(pictures, labels)
