"""Progressive GAN in Keras: the networks of `networks.py`, the recipe of `pytorch.py`, cells before channels. No torch."""

from itertools import pairwise
from typing import Any

from pinxit.families.contract import Canvas
from pinxit.families.progressive.entry import ProgressiveSettings
from pinxit.families.progressive.growing import grown
from pinxit.families.progressive.shape import LABEL_FEATURES, shape
from pinxit.keras_training.augment import as_judged
from pinxit.keras_training.averaging import follow
from pinxit.keras_training.backend import keras, tf
from pinxit.keras_training.dice import Dice
from pinxit.keras_training.equalised import EqualConv, EqualDoublingConv, EqualHalvingConv, EqualLinear
from pinxit.keras_training.layers import (
    GAIN,
    SLOPE,
    LabelEmbedding,
    Seamless,
    double_plainly,
    halve,
    projection,
)
from pinxit.keras_training.losses import OBJECTIVES, gradient_penalty, scores_and_penalty
from pinxit.keras_training.normalising import pixel_norm, with_batch_spread
from pinxit.keras_training.recipe import Batch, rate_of, settled
from pinxit.keras_training.update import Adam, take_step
from pinxit.keras_training.weights import copy_weights
from pinxit.networks.dial import adapt_to, strength_in
from pinxit.settings import TrainingSettings
from pinxit.training.half_life import young


def activate(features: Any) -> Any:
    """Leaky ReLU."""
    return tf.nn.leaky_relu(features, SLOPE)


class Finer(keras.layers.Layer):
    """The next stage of the generator: doubled, convolved twice."""

    def __init__(self, inputs: int, outputs: int, *, seamless: Seamless):
        super().__init__()
        self.doubling = EqualDoublingConv(inputs, outputs, seamless=seamless)
        self.look = EqualConv(outputs, outputs, seamless=seamless)
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, H, W, inputs) -> (N, 2H, 2W, outputs)."""
        return pixel_norm(activate(self.look(pixel_norm(activate(self.doubling(features))))))


class Generator(keras.layers.Layer):
    """latents (N, latents), labels (N, columns) -> pictures (N, H, W, C).

    While training, of the size of the stage that is reached; else of full size in [-1, 1], each cell of the stage repeated.
    `grown` is that stage (`growing.grown`), and is kept in files. A traced step is told of it by `whole`, the doublings that
    are there, and `share`, how far the next has come; without them the stage is read from `grown`, in any trace.
    """

    def __init__(self, settings: ProgressiveSettings, canvas: Canvas):
        super().__init__()
        self.latents = settings.latents
        self.columns, self.rows, channels = shape(settings, canvas)
        self.channels = channels[0]
        self.embed = LabelEmbedding(canvas.class_counts, LABEL_FEATURES) if canvas.classes else None
        inputs = settings.latents + (LABEL_FEATURES if canvas.classes else 0)
        self.first = EqualLinear(inputs, channels[0] * self.columns * self.rows, gain=GAIN / 4)
        self.look = EqualConv(channels[0], channels[0], seamless=settings.seamless)
        self.finer = [Finer(*pair, seamless=settings.seamless) for pair in pairwise(channels)]
        self.paint = [EqualConv(here, canvas.channels, 1, gain=1.0) for here in channels]
        self.grown = self.add_weight(shape=(), initializer="zeros", trainable=False, name="grown")
        self.built = True

    def features(self, latents: Any, labels: Any) -> Any:
        """What grows: (N, rows, columns, channels)."""
        if self.embed is not None:
            latents = tf.concat([latents, self.embed(labels)], axis=1)
        cells = tf.reshape(self.first(latents), (-1, self.rows, self.columns, self.channels))
        return pixel_norm(activate(self.look(pixel_norm(activate(cells)))))

    def at(self, latents: Any, labels: Any, whole: int, share: Any) -> Any:
        """Pictures of the stage of `whole` doublings; with a `share`, of the next, faded in so far."""
        features = self.features(latents, labels)
        for finer in self.finer[:whole]:
            features = finer(features)
        pictures = self.paint[whole](features)
        if share is None:
            return pictures
        sharper = self.paint[whole + 1](self.finer[whole](features))
        return lerp(double_plainly(pictures), sharper, share)

    def call(self, latents: Any, labels: Any, training: bool = False) -> Any:
        """Pictures of full size, by the averaged generator."""
        full = len(self.finer)
        whole = tf.cast(tf.floor(self.grown.value), tf.int32)
        share = self.grown.value - tf.floor(self.grown.value)

        def stage(reached: int, *, fading: bool) -> Any:
            pictures = self.at(latents, labels, reached, share if fading else None)
            for _ in range(full - reached - fading):
                pictures = double_plainly(pictures)
            return tf.clip_by_value(pictures, -1, 1)

        def branch(reached: int, *, fading: bool) -> Any:
            return lambda: stage(reached, fading=fading)

        branches = [branch(place // 2, fading=bool(place % 2)) for place in range(2 * full)] + [
            branch(full, fading=False)
        ]
        return tf.switch_case(2 * whole + tf.cast(share > 0, tf.int32), branches)


def lerp(one: Any, other: Any, share: Any) -> Any:
    """From one to the other by a share of the way."""
    return one + share * (other - one)


class Coarser(keras.layers.Layer):
    """A stage of the critic: reads pictures of its size, and looks at features before they are halved."""

    def __init__(self, pictures: int, inputs: int, outputs: int):
        super().__init__()
        self.read = EqualConv(pictures, inputs, 1)
        self.look = EqualConv(inputs, inputs)
        self.halving = EqualHalvingConv(inputs, outputs)
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, H, W, inputs) -> (N, H/2, W/2, outputs)."""
        return activate(self.halving(activate(self.look(features))))


class Last(keras.layers.Layer):
    """The last stage of the critic: reads the smallest pictures, and makes each a row of numbers."""

    def __init__(self, pictures: int, channels: int, cells: int):
        super().__init__()
        self.read = EqualConv(pictures, channels, 1)
        self.look = EqualConv(channels + 1, channels)
        self.gather = EqualLinear(channels * cells, channels)
        self.built = True

    def call(self, features: Any) -> Any:
        """(N, rows, columns, channels) -> (N, channels)."""
        features = activate(self.look(with_batch_spread(features)))
        return activate(self.gather(tf.reshape(features, (features.shape[0], -1))))


class Critic(keras.layers.Layer):
    """pictures of a stage's size, labels (N, columns), stage -> scores (N,), raw."""

    def __init__(self, settings: ProgressiveSettings, canvas: Canvas):
        super().__init__()
        columns, rows, channels = shape(settings, canvas)
        self.coarser = [Coarser(canvas.channels, *pair) for pair in pairwise(channels[::-1])]
        self.last = Last(canvas.channels, channels[0], columns * rows)
        self.score = EqualLinear(channels[0], 1, gain=1.0)
        self.embed = LabelEmbedding(canvas.class_counts, channels[0]) if canvas.classes else None
        self.built = True

    def call(self, pictures: Any, labels: Any, *, whole: int, share: Any = None) -> Any:
        """`pictures` of the stage of `whole` doublings; with a `share`, of the next, faded in so far."""
        stages = [*self.coarser, self.last][::-1]
        if share is not None:
            sharper = stages[whole + 1](activate(stages[whole + 1].read(pictures)))
            features = lerp(activate(stages[whole].read(halve(pictures))), sharper, share)
        else:
            features = activate(stages[whole].read(pictures))
        for stage in stages[whole::-1]:
            features = stage(features)
        scores = tf.reshape(self.score(features), (-1,))
        return scores if self.embed is None else scores + projection(features, self.embed(labels))


class Progressive:
    """The recipe. See `pinxit.keras_training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, ProgressiveSettings)
        self.settings, self.dice = settings, dice
        self.objective = OBJECTIVES[settings.objective]
        self.generator, average = (self.build_generator(settings, canvas) for _ in range(2))
        copy_weights(average, self.generator)
        self.critic = Critic(settings, canvas)
        self.parts: dict[str, Any] = {"generator": self.generator, "average": average, "critic": self.critic}
        self.seeing = self.critic
        self.optimizers = {name: Adam({name: self.parts[name]}, (0.0, 0.99)) for name in ("generator", "critic")}
        self.state: dict[str, float] = {"augment": settings.augment, "augment_extra": 0.0}

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, ProgressiveSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, caution: float) -> dict[str, Any]:
        """The critic first, then the generator, judged on the very pictures the critic has just learned from."""
        level = self.grow(seen)
        strength = strength_in(self.state)
        penalise = seen // self.settings.batch % self.settings.penalty_every == 0
        values = [tf.constant(strength), rate_of(self.settings, caution), tf.constant(level - int(level), tf.float32)]
        how = {"whole": int(level), "fading": level > int(level), "augmenting": strength > 0, "penalise": penalise}
        news = settled(*self.play(batch.pictures, batch.labels, *values, **how))
        follow(self.parts["average"], self.generator, young(self.settings.ema_half_life, seen, len(batch)), len(batch))
        adapt_to(news["sure_of_real"], self.settings.augment_target, len(batch), self.state)
        return news | {"stage": tf.constant(level, tf.float32)}

    def grow(self, seen: int) -> float:
        """To the stage of this moment, which is returned; never back."""
        settings = self.settings
        level = grown(seen, len(self.generator.finer), settle=settings.settle, fade=settings.fade)
        level = max(level, float(self.generator.grown.numpy()))
        for part in ("generator", "average"):
            self.parts[part].grown.assign(level)
        return float(self.generator.grown.numpy())

    def at_stage(self, pictures: Any, whole: int, share: Any) -> Any:
        """(N, H, W, C) -> as the stage that is reached could show them; while the next is faded in, between both."""
        for _ in range(len(self.generator.finer) - whole - (share is not None)):
            pictures = halve(pictures)
        return pictures if share is None else lerp(double_plainly(halve(pictures)), pictures, share)

    @tf.function(autograph=False)
    def play(
        self,
        pictures: Any,
        labels: Any,
        strength: Any,
        rate: Any,
        share: Any,
        *,
        whole: int,
        fading: bool,
        augmenting: bool,
        penalise: bool,
    ) -> tuple[dict[str, Any], Any]:
        """Both turns. Returns the news, and whether both networks stepped."""
        stage: dict[str, Any] = {"whole": whole, "share": share if fading else None}

        def look(seen: Any) -> Any:
            return as_judged(seen, self.settings.seamless, strength, self.dice, augmenting=augmenting)

        pictures = self.at_stage(pictures, **stage)
        latents = self.dice.normal(pictures.shape[0], self.settings.latents)
        with tf.GradientTape() as tape:  # of the generator: one pass a step serves both turns
            painted = self.generator.at(latents, labels, **stage)
            with tape.stop_recording():
                news, stepped = self.update_critic(
                    look(pictures), look(painted), labels, stage, rate, penalise=penalise
                )
            fake_scores = self.critic(look(painted), labels, **stage)
            loss = self.objective.generator(fake_scores, fake_scores)
        stepped = take_step(self.optimizers["generator"], tape, loss, rate, stepped)
        return {**news, "generator_loss": loss}, stepped

    def update_critic(
        self, real: Any, fake: Any, labels: Any, stage: dict[str, Any], rate: Any, *, penalise: bool
    ) -> tuple[dict[str, Any], Any]:
        """The critic's side, with R1 now and then, or with the paper's penalties."""
        settings = self.settings
        lazily = penalise and settings.objective == "nonsaturating"

        def score(seen: Any) -> Any:
            return self.critic(seen, labels, **stage)

        with tf.GradientTape() as tape:
            real_scores, slopes = scores_and_penalty(score, real) if lazily else (score(real), None)
            fake_scores = score(fake)
            played = loss = self.objective.discriminator(real_scores, fake_scores)
            if slopes is not None:
                reached = stage["whole"] + (stage["share"] is not None)
                gamma = settings.gamma * 4.0 ** (reached - len(self.generator.finer))
                loss = loss + gamma / 2 * settings.penalty_every * tf.reduce_mean(slopes)
            if settings.objective == "wasserstein-gp":
                penalty = gradient_penalty(score, real, fake, self.dice.uniform(real.shape[0]))
                loss = loss + settings.gradient_penalty * tf.reduce_mean(penalty)
                loss = loss + settings.drift * tf.reduce_mean(tf.square(real_scores))
        news = {
            "critic_loss": played,
            "real_score": tf.reduce_mean(real_scores),
            "fake_score": tf.reduce_mean(fake_scores),
            "sure_of_real": tf.reduce_mean(tf.sign(real_scores)),
        }
        return news, take_step(self.optimizers["critic"], tape, loss, rate)

    def judge(self, pictures: Any, labels: Any) -> Any:
        """Scores of the critic, which sees pictures at the stage that is reached."""
        level = float(self.generator.grown.numpy())
        share = tf.constant(level - int(level), tf.float32)
        return self.score(pictures, labels, share, whole=int(level), fading=level > int(level))

    @tf.function(autograph=False)
    def score(self, pictures: Any, labels: Any, share: Any, *, whole: int, fading: bool) -> Any:
        """`judge`, traced."""
        stage: dict[str, Any] = {"whole": whole, "share": share if fading else None}
        return self.critic(self.at_stage(pictures, **stage), labels, **stage)

    @tf.function(autograph=False, reduce_retracing=True)
    def preview(self, latents: Any, labels: Any) -> Any:
        """Pictures by the averaged generator: what the stage can paint, cell by cell."""
        return self.parts["average"](latents, labels)
