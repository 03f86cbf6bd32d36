"""StackGAN: from a caption to a sketch, and from the sketch to the picture.

Zhang et al. 2016, "StackGAN: text to photo-realistic image synthesis with stacked generative adversarial networks", arXiv
1612.03242, and 2017, "StackGAN++", arXiv 1710.10916. Two stages, conditioning augmentation with its divergence, and critics
that also see real pictures with wrong captions are theirs. Captions are read by a small reader that learns first, by finding
the caption of each picture (as in Xu et al. 2017, "AttnGAN", arXiv 1711.10485), and the painter is asked to be found too.
Each stage's critics are those of `projected` (`networks/critics.py`): a CPU learns with them in an hour.
"""

from collections.abc import Iterable
from typing import NamedTuple, cast

import torch
from torch import Tensor, nn
from torch.optim import Optimizer

from pinxit.families.contract import Canvas
from pinxit.families.stackgan.entry import StackganSettings
from pinxit.families.stackgan.generator import Generator
from pinxit.families.stackgan.judges import Matcher, PairCritic, fields_of
from pinxit.families.stackgan.shape import READING_RATE, STAGES
from pinxit.networks.augment import adapt_to, as_judged
from pinxit.networks.critics import Critic, PixelCritic
from pinxit.networks.dice import Dice
from pinxit.networks.features import load_features
from pinxit.networks.layers import halve
from pinxit.networks.pictures import on_background, over
from pinxit.networks.vocabulary import NOTHING
from pinxit.objectives.adversarial import (
    hinge_discriminator,
    raise_fake_scores,
    relativistic_generator,
    total,
)
from pinxit.objectives.matching import matching_loss, mismatched_discriminator
from pinxit.settings import TrainingSettings
from pinxit.training.averaging import averaged_copy, follow, follow_young
from pinxit.training.feature_game import energy, enlarged, pixel_losses
from pinxit.training.recipe import Batch, Update


class Look(NamedTuple):
    """What the critics of a stage see of a batch: taps of its features, these in fields, and the pictures (N, C, H, W)."""

    taps: list[Tensor]
    fields: Tensor
    pictures: Tensor

    def detach(self) -> "Look":
        """The same without gradients."""
        return Look([tap.detach() for tap in self.taps], self.fields.detach(), self.pictures.detach())


class Judges(nn.Module):
    """The critics of one stage: of features, of pixels, and of pairs of picture and caption."""

    def __init__(self, settings: StackganSettings, canvas: Canvas, seed: int):
        super().__init__()
        counts = canvas.class_counts
        self.features = Critic(settings.taps, settings.critic_width, class_counts=counts, seed=seed)
        self.pixels = PixelCritic(canvas.channels, settings.pixel_width, counts)
        self.pairs = PairCritic(2 * settings.critic_width, settings.sentence)


class Stackgan:
    """The recipe. See `pinxit.training.recipe.Recipe`."""

    def __init__(self, settings: TrainingSettings, canvas: Canvas, dice: Dice):
        assert isinstance(settings, StackganSettings)
        self.settings, self.canvas, self.dice = settings, canvas, dice
        dtype = torch.bfloat16 if settings.precision == "bf16" else torch.float32
        self.features = load_features(dtype, dice.device)
        self.generator = self.build_generator(settings, canvas)
        self.judges = [Judges(settings, canvas, settings.seed + place) for place in range(len(STAGES))]
        self.matchers = [Matcher(settings.sentence, settings.sentence) for _ in STAGES]
        self.parts: dict[str, nn.Module] = {
            "generator": self.generator,
            "average": averaged_copy(self.generator),
            **{f"critic_{name}": judges for name, judges in zip(STAGES, self.judges, strict=True)},
            **{f"matcher_{name}": matcher for name, matcher in zip(STAGES, self.matchers, strict=True)},
        }
        self.seeing = self.judges[1].pixels
        readers = [self.generator.reader, *self.matchers]
        painters = [part for name, part in self.generator.named_children() if name != "reader"]
        self.optimizers: dict[str, Optimizer] = {
            "reader": adam(readers, READING_RATE, 0.5),
            "generator": adam(painters, settings.learning_rate, 0.0),
            "critic": adam(self.judges, settings.learning_rate, 0.0),
        }
        self.state: dict[str, Tensor | float] = {"augment": settings.augment, "augment_extra": 0.0, "refining": 0.0}
        self.learning: tuple[int, ...] = ()
        self.penalise = True
        self.seen_last: list[list[tuple[Look, Look]]] = []

    @staticmethod
    def build_generator(settings: TrainingSettings, canvas: Canvas) -> Generator:
        """The generator alone, as a model file holds it."""
        assert isinstance(settings, StackganSettings)
        return Generator(settings, canvas)

    def step(self, batch: Batch, seen: int, update: Update) -> dict[str, Tensor]:
        """First captions are learned to be read; then the painter learns, and the critics from what they judged."""
        settings = self.settings
        if seen < settings.reading:
            news = update(self.optimizers["reader"], self.reading_loss, batch)
            follow(self.average, self.generator, 0.0, len(batch))
            return news
        self.begin_stage(seen)
        self.seen_last.clear()  # a step that was broken off may have left something
        self.penalise = seen // settings.batch % settings.penalty_every == 0
        news = update(self.optimizers["generator"], self.generator_loss, batch)
        news |= update(self.optimizers["critic"], self.critic_loss, batch)
        follow_young(self.average, self.generator, settings.ema_half_life, seen, len(batch))
        adapt_to(news["sure_of_real"], settings.augment_target, len(batch), self.state)
        return news

    def begin_stage(self, seen: int) -> None:
        """Set which stages learn. The second one builds on the averaged first one, which is the better one, and keeps it."""
        if self.settings.stages == "together":
            self.learning = (0, 1)
        else:
            self.learning = (0,) if seen < max(self.settings.sketching, self.settings.reading) else (1,)
        if self.learning == (1,) and not self.state["refining"]:
            for name in ("first", "conditions"):
                self.generator.get_submodule(name).load_state_dict(self.average.get_submodule(name).state_dict())
            self.state["refining"] = 1.0
        stages = (self.generator.first, self.generator.second)
        for place, painters in enumerate(zip(stages, self.generator.conditions, strict=True)):
            for part in painters:
                part.requires_grad_(place in self.learning)
        if self.generator.embed is not None:
            self.generator.embed.requires_grad_(0 in self.learning)

    def reading_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Every real picture should find its caption, and every caption its picture, at both sizes."""
        words = self.generator.words(batch.labels)
        captions, known, same = self.generator.reader(words), told(words), alike(words)
        losses = []
        for place, matcher in enumerate(self.matchers):
            with torch.no_grad():
                fields = self.look(place, batch.pictures).fields
            losses.append(matching_loss(matcher(fields), captions, known, same))
        loss = total(losses)
        return loss, {"reading_loss": loss}

    def generator_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Fool the critics, be as varied as the real pictures, and be found by the caption that was painted from."""
        settings, labels = self.settings, batch.labels
        with torch.no_grad():
            captions = self.generator.read(labels)
        latents = self.dice.normal(len(batch), self.generator.latents)
        painted = self.generator.paint(latents, labels, captions, refine=1 in self.learning)
        words = self.generator.words(labels)
        known, same = told(words), alike(words)
        loss = settings.divergence * painted.divergence
        news = {"divergence": painted.divergence}
        looks = []
        for place in self.learning:
            judges, matcher = self.judges[place], self.matchers[place]
            with torch.no_grad():
                real = self.look(place, batch.pictures)
            picture = painted.picture if place else painted.sketch
            assert picture is not None
            fake = self.look(place, picture, small=True)
            loss = loss + total(raise_fake_scores(scores, scores) for scores in judges.features(fake.taps, labels))
            with torch.no_grad():
                real_pixels = judges.pixels(real.pictures, labels)
                real_pairs = judges.pairs(real.fields, captions)
            loss = loss + relativistic_generator(real_pixels, judges.pixels(fake.pictures, labels))
            loss = loss + settings.mismatch * relativistic_generator(real_pairs, judges.pairs(fake.fields, captions))
            matching = matching_loss(matcher(fake.fields), captions, known, same)
            loss = loss + settings.matching * matching
            news[f"matching_{STAGES[place]}"] = matching
            if settings.energy_share and len(batch) > 1:
                news["energy"] = energy([*real.taps, real.pictures], [*fake.taps, fake.pictures])
                loss = loss + settings.energy_share * news["energy"]
            looks.append((real, fake.detach()))
        self.seen_last.append(looks)
        return loss, {"generator_loss": loss, **news}

    def critic_loss(self, batch: Batch) -> tuple[Tensor, dict[str, Tensor]]:
        """Hinge, head by head; on pixels relativistic with slope penalties; on pairs also against real with wrong captions."""
        labels = batch.labels
        with torch.no_grad():
            captions = self.generator.read(labels)
        wrong = wrongly_paired(self.generator.words(labels))
        gamma = self.settings.gamma * self.settings.penalty_every if self.penalise else 0.0
        losses, sure, pairs = [], [], []
        for place, (real, fake) in zip(self.learning, self.seen_last.pop(0), strict=True):
            judges = self.judges[place]
            real_maps, fake_maps = judges.features(real.taps, labels), judges.features(fake.taps, labels)
            losses += [hinge_discriminator(*maps) for maps in zip(real_maps, fake_maps, strict=True)]
            sure += [scores.flatten() for scores in real_maps]
            losses += pixel_losses(judges.pixels, real.pictures, fake.pictures, labels, gamma)
            right = judges.pairs(real.fields, captions)
            mismatched = judges.pairs(real.fields, captions.roll(1, dims=0))
            pairs.append(mismatched_discriminator(right, judges.pairs(fake.fields, captions), mismatched, wrong))
        loss = total(losses) + self.settings.mismatch * total(pairs)
        news = {"critic_loss": loss, "pair_loss": total(pairs), "sure_of_real": torch.cat(sure).sign().mean()}
        return loss, news

    def look(self, place: int, pictures: Tensor, *, small: bool = False) -> Look:
        """Pictures as the critics of a stage see them: at its size, rolled, augmented, features over a random colour.

        small  they already have the size of the stage
        """
        if not small:
            pictures = self.at_size(place, pictures)
        pictures = as_judged(pictures, self.settings.seamless, self.state, self.dice)
        return self.look_at(place, pictures, on_background(pictures, self.dice))

    def look_at(self, place: int, pictures: Tensor, shown: Tensor) -> Look:
        """`pictures` for the critic of pixels, and `shown` (N, 3, H, W), without alpha, for the features."""
        at = self.settings.features_at if place else self.settings.sketch_features_at
        taps = self.features.taps(enlarged(shown, at))
        return Look(taps[: self.settings.taps], fields_of(taps), pictures)

    def at_size(self, place: int, pictures: Tensor) -> Tensor:
        """Real pictures at the size of a stage."""
        for _ in range(0 if place else self.generator.second.doublings):
            pictures = halve(pictures)
        return pictures

    @property
    def average(self) -> Generator:
        """The averaged generator."""
        return cast(Generator, self.parts["average"])

    @torch.no_grad()
    def judge(self, pictures: Tensor, labels: Tensor) -> Tensor:
        """Scores of all critics of the stage that learns, over white."""
        place = self.learning[-1] if self.learning else 0
        judges, pictures = self.judges[place], self.at_size(place, pictures)
        look = self.look_at(place, pictures, over(pictures, 1.0))
        scores = torch.stack([map_.mean(dim=1) for map_ in judges.features(look.taps, labels)]).sum(dim=0)
        pairs = judges.pairs(look.fields, self.generator.read(labels))
        return scores + judges.pixels(look.pictures, labels) + self.settings.mismatch * pairs

    @torch.no_grad()
    def preview(self, latents: Tensor, labels: Tensor) -> Tensor:
        """Pictures by the averaged generator."""
        return self.average(latents, labels)


def adam(parts: Iterable[nn.Module], rate: float, memory: float) -> Optimizer:
    """Adam over all weights of `parts` that may learn."""
    weights = [weight for part in parts for weight in part.parameters()]
    return torch.optim.Adam(weights, rate, betas=(memory, 0.99))


def alike(words: Tensor) -> Tensor:
    """(N, T) -> (N, N) bool: captions that are the same word for word."""
    return (words[:, None] == words).all(dim=2)


def wrongly_paired(words: Tensor) -> Tensor:
    """(N, T) -> (N,) bool: the caption of the picture before is a wrong one for this picture."""
    known = told(words)
    return known & known.roll(1) & (words != words.roll(1, dims=0)).any(dim=1)


def told(words: Tensor) -> Tensor:
    """(N, T) -> (N,) bool: there is a caption."""
    return (words != NOTHING).any(dim=1)
