"""Projected GAN's game in TensorFlow, for any generator: see `pinxit.training.feature_game`, whose steps these are."""

from typing import Any, NamedTuple

from pinxit.families.contract import Canvas
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.backend import tf
from pinxit.keras_training.critics import Critic, PixelCritic
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.features import load_features
from pinxit.keras_training.losses import (
    energy,
    hinge_discriminator,
    raise_fake_scores,
    relativistic_discriminator,
    relativistic_generator,
    scores_and_penalty,
)
from pinxit.keras_training.pictures import on_background, over
from pinxit.keras_training.reading import LabelReader
from pinxit.networks.lite0 import READ_DECAY
from pinxit.settings import FeatureGameSettings


class Look(NamedTuple):
    """What the critics see of a batch: taps of its features, and the pictures (N, H, W, C) themselves."""

    taps: list[Any]
    pictures: Any

    def still(self) -> "Look":
        """The same without gradients."""
        return Look([tf.stop_gradient(tap) for tap in self.taps], tf.stop_gradient(self.pictures))


class FeatureGame:
    """The critics' side of a recipe. The generator moves first; the critics learn from the very pictures they judged."""

    def __init__(self, settings: FeatureGameSettings, canvas: Canvas, dice: Dice):
        self.settings, self.dice = settings, dice
        self.features = load_features()
        self.critic = Critic(settings.taps, settings.critic_width, class_counts=canvas.class_counts, seed=settings.seed)
        self.parts: dict[str, Any] = {"critic": self.critic}
        if settings.pixel_width:
            self.parts["pixel_critic"] = PixelCritic(canvas.channels, settings.pixel_width, canvas.class_counts)
        self.pixel_critic = self.parts.get("pixel_critic")
        self.reader: Any = None
        if settings.label_share and any(canvas.class_counts):
            self.reader = self.parts["reader"] = LabelReader(settings.taps, canvas.class_counts)
        self.seeing = self.parts.get("pixel_critic", self.critic)

    def penalises(self, seen: int) -> bool:
        """Whether slopes are penalised in the step after `seen` pictures."""
        return seen // self.settings.batch % self.settings.penalty_every == 0

    def generator_loss(
        self, painted: Any, pictures: Any, labels: Any, strength: Any, *, augmenting: bool
    ) -> tuple[Any, dict[str, Any], tuple[Look, Look]]:
        """Raise the scores of what is `painted`; those of its pixels above those of real ones, pair by pair.

        Also returns what the critics saw, real and painted, for their own turn.
        """
        fake = self.look(painted, strength, augmenting=augmenting)
        real = self.look(pictures, strength, augmenting=augmenting).still()
        loss = tf.add_n([raise_fake_scores(map_, map_) for map_ in self.critic(fake.taps, labels, training=True)])
        news = {}
        if self.settings.energy_share and painted.shape[0] > 1:
            news["energy"] = energy([*real.taps, real.pictures], [*fake.taps, fake.pictures])
            loss = loss + self.settings.energy_share * news["energy"]
        if self.pixel_critic:
            real_scores = tf.stop_gradient(self.pixel_critic(real.pictures, labels))
            pixels = relativistic_generator(real_scores, self.pixel_critic(fake.pictures, labels))
            loss = loss + self.settings.pixel_share * pixels
        if self.reader is not None:
            as_real_ones = tf.stop_gradient(self.reader(real.taps, labels))
            news["unlike_label"] = tf.reduce_mean(tf.nn.relu(self.reader(fake.taps, labels) - as_real_ones))
            loss = loss + self.settings.label_share * news["unlike_label"]
        return loss, {"generator_loss": loss, **news}, (real, fake.still())

    def critic_loss(self, real: Look, fake: Look, labels: Any, *, penalise: bool) -> tuple[Any, dict[str, Any]]:
        """Hinge, head by head; on pixels relativistic, now and then with R1 at real and R2 at fake pictures."""
        real_maps = self.critic(real.taps, labels, training=True)
        fake_maps = self.critic(fake.taps, labels, training=True)
        loss = tf.add_n([hinge_discriminator(*pair) for pair in zip(real_maps, fake_maps, strict=True)])
        sure = tf.reduce_mean(tf.sign(tf.concat([tf.reshape(map_, (-1,)) for map_ in real_maps], axis=0)))
        news = {"critic_loss": loss, "sure_of_real": sure}
        if self.pixel_critic:
            gamma = self.settings.gamma * self.settings.penalty_every if penalise else 0.0
            pixels, penalty = pixel_losses(self.pixel_critic, real.pictures, fake.pictures, labels, gamma)
            news["pixel_loss"] = pixels
            loss = loss + self.settings.pixel_share * (pixels + penalty)
        if self.reader is not None:
            news["misread"] = tf.reduce_mean(self.reader(real.taps, labels))
            loss = loss + news["misread"] + READ_DECAY * self.reader.size()
        return loss, news

    def look(self, pictures: Any, strength: Any, *, augmenting: bool) -> Look:
        """Pictures as the critics see them: rolled and augmented, their features over one random colour each."""
        pictures = as_judged(pictures, self.settings.seamless, strength, self.dice, augmenting=augmenting)
        return self.look_at(pictures, on_background(pictures, self.dice))

    def look_at(self, pictures: Any, shown: Any) -> Look:
        """`pictures` for the critic of pixels, and `shown` (N, H, W, 3), without alpha, for the features."""
        return Look(self.features.taps(enlarged(shown, self.settings.features_at), self.settings.taps), pictures)

    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores (N,) of all heads and of the critic of pixels, over white."""
        look = self.look_at(pictures, over(pictures, 1.0))
        scores = tf.add_n([tf.reduce_mean(map_, axis=1) for map_ in self.critic(look.taps, labels)])
        if self.pixel_critic:
            scores = scores + self.settings.pixel_share * self.pixel_critic(look.pictures, labels)
        return scores


def pixel_losses(critic: Any, real: Any, fake: Any, labels: Any, gamma: float) -> tuple[Any, Any]:
    """A critic of pixels: its relativistic loss, and R1 at real and R2 at fake pictures; none where `gamma` is 0."""
    if not gamma:
        return relativistic_discriminator(critic(real, labels), critic(fake, labels)), 0.0
    real_scores, real_slopes = scores_and_penalty(lambda seen: critic(seen, labels), real)
    fake_scores, fake_slopes = scores_and_penalty(lambda seen: critic(seen, labels), fake)
    loss = relativistic_discriminator(real_scores, fake_scores)
    return loss, gamma / 2 * tf.reduce_mean(real_slopes + fake_slopes)


def enlarged(pictures: Any, side: int) -> Any:
    """Pictures (N, H, W, C) with a longer side of at least `side`: small ones have too few features."""
    larger = side / max(pictures.shape[1:3])
    if larger <= 1:
        return pictures
    return tf.image.resize(pictures, [round(length * larger) for length in pictures.shape[1:3]])
