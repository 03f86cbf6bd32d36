"""StackGAN in Keras: the recipe of `pytorch.py`. No torch."""

from collections.abc import Sequence
from typing import Any, NamedTuple

from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings
from pinxit.families.stackgan.keras_generator import Generator
from pinxit.families.stackgan.keras_judges import Judges, Matcher, fields_of
from pinxit.families.stackgan.shape import READING_RATE, STAGES
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import tf
from pinxit.keras_training.captions import alike, told, wrongly_paired
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.feature_game import enlarged, pixel_losses
from pinxit.keras_training.features import load_features
from pinxit.keras_training.layers import halve
from pinxit.keras_training.losses import energy, hinge_discriminator, raise_fake_scores, relativistic_generator
from pinxit.keras_training.matching import matching_loss, mismatched_discriminator
from pinxit.keras_training.pictures import on_background, over
from pinxit.keras_training.recipe import Batch, rate_of, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young


class Look(NamedTuple):
    """What the critics of a stage see of a batch: taps of its features, these in fields, and the pictures (N, H, W, C)."""

    taps: list[Any]
    fields: Any
    pictures: Any

    def still(self) -> "Look":
        """The same without gradients."""
        return Look(
            [tf.stop_gradient(tap) for tap in self.taps], tf.stop_gradient(self.fields), tf.stop_gradient(self.pictures)
        )


class Stackgan:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, StackganSettings)
        self.settings, self.dice = settings, dice
        self.features = load_features()
        self.generator, self.average = (self.build_generator(settings, canvas) for _ in range(2))
        copy_weights(self.average, self.generator)
        self.judges = [Judges(settings, canvas, settings.seed + place) for place in range(len(STAGES))]
        self.matchers = [Matcher(settings.sentence, settings.sentence) for _ in STAGES]
        critics = {f"critic_{name}": judges for name, judges in zip(STAGES, self.judges, strict=True)}
        matchers = {f"matcher_{name}": matcher for name, matcher in zip(STAGES, self.matchers, strict=True)}
        self.parts: dict[str, Any] = {
            "generator": self.generator,
            "average": self.average,
            **critics,
            **matchers,
        }
        self.seeing = self.judges[1].pixels
        generator = self.generator
        painters = {"first": generator.first, "second": generator.second}
        painters |= {f"condition_{name}": one for name, one in zip(STAGES, generator.conditions, strict=True)}
        if generator.embed is not None:
            painters["embed"] = generator.embed
        self.optimizers = {
            "reader": Adam({"reader": generator.reader, **matchers}, (0.5, 0.99)),
            "generator": Adam(painters, (0.0, 0.99)),
            "critic": Adam(critics, (0.0, 0.99)),
        }
        self.state: dict[str, float] = {"augment": settings.augment, "augment_extra": 0.0, "refining": 0.0}
        self.learning: tuple[int, ...] = ()

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, StackganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """First captions are learned to be read; then the painter learns, and the critics from what they judged."""
        settings, strength = self.settings, strength_in(self.state)
        what: tuple[Any, Any, Any] = batch.pictures, batch.labels, tf.constant(strength)
        how: dict[str, Any] = {"augmenting": strength > 0}
        if seen < settings.reading:
            news = settled(*self.learn_to_read(*what, tf.constant(READING_RATE * caution, tf.float32), **how))
            follow(self.average, self.generator, 0.0, len(batch))
            return news
        self.begin_stage(seen)
        how |= {"penalise": seen // settings.batch % settings.penalty_every == 0, "learning": self.learning}
        news = settled(*self.play(*what, rate_of(settings, caution), **how))
        follow(self.average, self.generator, young(settings.ema_half_life, seen, len(batch)), len(batch))
        adapt_to(news["sure_of_real"], settings.augment_target, len(batch), self.state)
        return news

    def begin_stage(self, seen: int) -> None:
        """Set which stages learn. The second one builds on the averaged first one, which is the better one, and keeps it."""
        if self.settings.stages == "together":
            self.learning = (0, 1)
        else:
            self.learning = (0,) if seen < max(self.settings.sketching, self.settings.reading) else (1,)
        if self.learning == (1,) and not self.state["refining"]:
            copy_weights(self.generator.first, self.average.first)
            for mine, better in zip(self.generator.conditions, self.average.conditions, strict=True):
                copy_weights(mine, better)
            self.state["refining"] = 1.0

    @tf.function(autograph=False)
    def learn_to_read(
        self, pictures: Any, labels: Any, strength: Any, rate: Any, *, augmenting: bool
    ) -> tuple[dict[str, Any], Any]:
        """Every real picture should find its caption, and every caption its picture, at both sizes."""
        words = self.generator.words(labels)
        known, same = told(words), alike(words)
        with tf.GradientTape() as tape:
            captions, losses = self.generator.reader(words), []
            for place, matcher in enumerate(self.matchers):
                seen = self.look(self.at_size(place, pictures), place, strength, augmenting=augmenting)
                losses.append(matching_loss(matcher(tf.stop_gradient(seen.fields)), captions, known, same))
            loss = tf.add_n(losses)
        return {"reading_loss": loss}, take_step(self.optimizers["reader"], tape, loss, rate)

    @tf.function(autograph=False)
    def play(
        self,
        pictures: Any,
        labels: Any,
        strength: Any,
        rate: Any,
        *,
        augmenting: bool,
        penalise: bool,
        learning: Sequence[int],
    ) -> tuple[dict[str, Any], Any]:
        """Both turns of the stages that are `learning`. Returns the news, and whether both sides stepped."""
        captions = tf.stop_gradient(self.generator.read(labels))
        how: dict[str, Any] = {"augmenting": augmenting, "learning": learning}
        with tf.GradientTape() as tape:
            loss, news, looks = self.generator_loss(pictures, labels, captions, strength, **how)
        stepped = take_step(self.optimizers["generator"], tape, loss, rate)
        gamma = self.settings.gamma * self.settings.penalty_every if penalise else 0.0
        with tf.GradientTape() as tape:
            loss, heard = self.critic_loss(looks, labels, captions, gamma, learning)
        stepped = take_step(self.optimizers["critic"], tape, loss, rate, stepped)
        return {**news, **heard}, stepped

    def generator_loss(
        self, pictures: Any, labels: Any, captions: Any, strength: Any, *, augmenting: bool, learning: Sequence[int]
    ) -> tuple[Any, dict[str, Any], list[tuple[Look, Look]]]:
        """Fool the critics, be as varied as the real pictures, and be found by the caption that was painted from.

        Also returns what the critics of each learning stage saw, real and painted.
        """
        settings, words = self.settings, self.generator.words(labels)
        known, same = told(words), alike(words)
        latents = self.dice.normal(pictures.shape[0], self.generator.latents)
        painted = self.generator.paint(latents, labels, captions, learning=learning, training=True)
        loss = settings.divergence * painted.divergence
        news, looks = {"divergence": painted.divergence}, []
        for place in learning:
            judges, matcher = self.judges[place], self.matchers[place]
            real = self.look(self.at_size(place, pictures), place, strength, augmenting=augmenting).still()
            picture = painted.picture if place else painted.sketch
            fake = self.look(picture, place, strength, augmenting=augmenting)
            maps = judges.features(fake.taps, labels, training=True)
            loss = loss + tf.add_n([raise_fake_scores(scores, scores) for scores in maps])
            real_pixels = tf.stop_gradient(judges.pixels(real.pictures, labels))
            loss = loss + relativistic_generator(real_pixels, judges.pixels(fake.pictures, labels))
            real_pairs = tf.stop_gradient(judges.pairs(real.fields, captions))
            fake_pairs = judges.pairs(fake.fields, captions, training=True)
            loss = loss + settings.mismatch * relativistic_generator(real_pairs, fake_pairs)
            matching = matching_loss(matcher(fake.fields), captions, known, same)
            loss = loss + settings.matching * matching
            news[f"matching_{STAGES[place]}"] = matching
            if settings.energy_share and pictures.shape[0] > 1:
                news["energy"] = energy([*real.taps, real.pictures], [*fake.taps, fake.pictures])
                loss = loss + settings.energy_share * news["energy"]
            looks.append((real, fake.still()))
        return loss, {"generator_loss": loss, **news}, looks

    def critic_loss(
        self, looks: list[tuple[Look, Look]], labels: Any, captions: Any, gamma: float, learning: Sequence[int]
    ) -> tuple[Any, dict[str, Any]]:
        """Hinge, head by head; on pixels relativistic with slope penalties; on pairs also against real with wrong captions."""
        wrong = wrongly_paired(self.generator.words(labels))
        losses, sure, pairs = [], [], []
        for place, (real, fake) in zip(learning, looks, strict=True):
            judges = self.judges[place]
            real_maps, fake_maps = (judges.features(look.taps, labels, training=True) for look in (real, fake))
            losses += [hinge_discriminator(*maps) for maps in zip(real_maps, fake_maps, strict=True)]
            sure += [tf.reshape(scores, (-1,)) for scores in real_maps]
            losses += pixel_losses(judges.pixels, real.pictures, fake.pictures, labels, gamma)
            right = judges.pairs(real.fields, captions, training=True)
            mismatched = judges.pairs(real.fields, tf.roll(captions, 1, axis=0), training=True)
            painted = judges.pairs(fake.fields, captions, training=True)
            pairs.append(mismatched_discriminator(right, painted, mismatched, wrong))
        loss = tf.add_n(losses) + self.settings.mismatch * tf.add_n(pairs)
        sure_of_real = tf.reduce_mean(tf.sign(tf.concat(sure, axis=0)))
        return loss, {"critic_loss": loss, "pair_loss": tf.add_n(pairs), "sure_of_real": sure_of_real}

    def look(self, pictures: Any, place: int, strength: Any, *, augmenting: bool) -> Look:
        """Pictures as the critics of a stage see them: rolled, augmented, features over a random colour."""
        pictures = as_judged(pictures, self.settings.seamless, strength, self.dice, augmenting=augmenting)
        return self.look_at(place, pictures, on_background(pictures, self.dice))

    def look_at(self, place: int, pictures: Any, shown: Any) -> Look:
        """`pictures` for the critic of pixels, and `shown` (N, H, W, 3), without alpha, for the features."""
        at = self.settings.features_at if place else self.settings.sketch_features_at
        taps = self.features.taps(enlarged(shown, at))
        return Look(taps[: self.settings.taps], fields_of(taps), pictures)

    def at_size(self, place: int, pictures: Any) -> Any:
        """Real pictures at the size of a stage."""
        for _ in range(0 if place else self.generator.second.doublings):
            pictures = halve(pictures)
        return pictures

    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores of all critics of the stage that learns, over white."""
        return self.judged(pictures, labels, place=self.learning[-1] if self.learning else 0)

    @tf.function(autograph=False)
    def judged(self, pictures: Any, labels: Any, *, place: int) -> Any:
        """Scores of all critics of one stage."""
        judges, pictures = self.judges[place], self.at_size(place, pictures)
        look = self.look_at(place, pictures, over(pictures, 1.0))
        scores = tf.add_n([tf.reduce_mean(map_, axis=1) for map_ in judges.features(look.taps, labels)])
        pairs = judges.pairs(look.fields, self.generator.read(labels))
        return scores + judges.pixels(look.pictures, labels) + self.settings.mismatch * pairs

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator."""
        return self.average(latents, labels)
